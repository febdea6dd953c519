// Every rule of graphql-eslint's schema-recommended, but one.

import graphql from "@graphql-eslint/eslint-plugin";

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      // It wants an id in every type. Records have theirs by the interface Node; what is no record has no identity to
      // tell: a page, an edge, a part of a record, a sum, an answer that refuses.
      "@graphql-eslint/strict-id-in-types": "off",
    },
  },
];
