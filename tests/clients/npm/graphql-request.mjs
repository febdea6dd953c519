import { ClientError, GraphQLClient } from "graphql-request";

import { codesOf, exercise, headersOf, print, told } from "./exercise.mjs";

const client = new GraphQLClient(told.url, { errorPolicy: "all" });

async function ask(text, variables, given) {
  try {
    const { data, errors } = await client.rawRequest(text, variables, headersOf(given));
    return { data: data ?? null, codes: codesOf(errors) };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return { data: error.response.data ?? null, codes: codesOf(error.response.errors) };
  }
}

print(await exercise("graphql-request", ask));
