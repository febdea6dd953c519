import type { CodegenConfig } from "@graphql-codegen/cli";
import { addTypenameSelectionDocumentTransform } from "@graphql-codegen/client-preset";

const config: CodegenConfig = {
  schema: "schema.graphql",
  documents: ["app.ts"],
  generates: {
    "made/": {
      preset: "client",
      presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
      documentTransforms: [addTypenameSelectionDocumentTransform],
      config: {
        strictScalars: true,
        scalars: { BigInt: "string", Date: "string", DateTime: "string", Decimal: "string", ID: "string", JSON: "unknown" },
        useTypeImports: true,
      },
    },
  },
};

export default config;
