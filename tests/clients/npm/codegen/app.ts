// A small app over the types that GraphQL Code Generator makes of the schema; its documents go by their hashes.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import type { DocumentNode } from "graphql";

import { graphql, useFragment as read } from "./made";
import type { ActivityWhere } from "./made/graphql";

const told: Record<"url" | "token" | "network", string> = JSON.parse(process.argv[2] ?? "");

const Heading = graphql(`
  fragment Heading on Activity {
    title
    status
    when {
      from
    }
  }
`);

const Page = graphql(`
  query Page($network: ID!, $where: ActivityWhere, $after: String) {
    activities(network: $network, where: $where, first: 2, after: $after) {
      nodes {
        id
        ...Heading
      }
      pageInfo {
        endCursor
      }
    }
  }
`);

const Either = graphql(`
  query Either($ids: [ID!]!) {
    nodes(ids: $ids) {
      id
      ... on Network {
        motto
        version
      }
      ... on Organization {
        sector
      }
    }
  }
`);

const Correct = graphql(`
  mutation Correct($id: ID!, $version: Int!, $input: NetworkCorrection!, $reason: String!) {
    correctNetwork(id: $id, version: $version, input: $input, reason: $reason) {
      ... on Network {
        id
        version
      }
      ... on Refusal {
        problems {
          code
          message
          path
        }
      }
    }
  }
`);

const hashOf = (document: DocumentNode) => (document as DocumentNode & { __meta__: { hash: string } }).__meta__.hash;
const client = new ApolloClient({
  link: ApolloLink.from([
    new PersistedQueryLink({ generateHash: hashOf }),
    new HttpLink({ uri: told.url, headers: { Authorization: `Bearer ${told.token}` } }),
  ]),
  cache: new InMemoryCache(),
});

async function page(where: ActivityWhere, after: string | null) {
  const { data } = await client.query({ query: Page, variables: { network: told.network, where, after } });
  if (!data?.activities) throw new Error("no page");
  const { nodes, pageInfo } = data.activities;
  const headings = nodes.map((node) => read(Heading, node));
  return { ids: nodes.map((node) => node.id), titles: headings.map((each): string => each.title), ...pageInfo };
}

async function correct(version: number) {
  const variables = { id: told.network, version, input: { motto: `同心 ${version}` }, reason: "更正" };
  const { data } = await client.mutate({ mutation: Correct, variables });
  const answer = data?.correctNetwork;
  if (answer?.__typename === "Network") return { version: answer.version };
  if (answer?.__typename !== "Refusal") throw new Error("neither");
  return { conflict: answer.problems.some((problem) => problem.code === "CONFLICT") };
}

export async function mistaken() {
  // @ts-expect-error: an id is no number
  await client.query({ query: Page, variables: { network: 1 } });
  // @ts-expect-error: the input has no such field
  await correct({ moto: "" });
  // @ts-expect-error: there is no such state
  await page({ status: "FORGOTTEN" }, null);
  const { data } = await client.query({ query: Page, variables: { network: told.network } });
  // @ts-expect-error: a page that may not be read is null
  return data.activities.nodes;
}

async function main() {
  const one = await page({ status: "PUBLISHED" }, null);
  const two = await page({ status: "PUBLISHED" }, one.endCursor ?? null);
  const { data } = await client.query({ query: Either, variables: { ids: [told.network, "org_boc_yuexiu"] } });
  const version = data?.nodes?.flatMap((each) => (each?.__typename === "Network" ? [each.version] : []))[0] ?? 0;
  return {
    pages: [...one.ids, ...two.ids],
    titles: [...one.titles, ...two.titles],
    sector: data?.nodes?.map((each) => (each?.__typename === "Organization" ? each.sector : null)),
    version,
    entity: await correct(version),
    refusal: await correct(version),
  };
}

main().then((seen) => process.stdout.write(JSON.stringify(seen)));
