import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { relayStylePagination } from "@apollo/client/utilities";
import { createHash } from "node:crypto";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { codesOf, exercise, FEED, headersOf, PAGE, print, socketUrl, told } from "./exercise.mjs";

const cache = () => new InMemoryCache({ typePolicies: { Query: { fields: { activities: relayStylePagination() } } } });
const context = { headers: headersOf(told) };
const { network } = told;

const client = new ApolloClient({ link: new HttpLink({ uri: told.url }), cache: cache() });

async function ask(text, variables, given) {
  const options = { variables, context: { headers: headersOf(given) }, errorPolicy: "all", fetchPolicy: "no-cache" };
  const { data, error } = await (text.startsWith("mutation")
    ? client.mutate({ mutation: gql(text), ...options })
    : client.query({ query: gql(text), ...options }));
  if (error && !CombinedGraphQLErrors.is(error)) throw error;
  return { data: data ?? null, codes: codesOf(error?.errors) };
}

/** What the cache holds of a list once its second page was fetched. */
async function merged() {
  const asked = { query: gql(PAGE), variables: { network, first: 2 }, context };
  const { data } = await client.query(asked);
  const list = client.watchQuery(asked);
  const whole = new Promise((done) =>
    list.subscribe(({ data }) => data?.activities.edges.length === 4 && done(data.activities)),
  );
  await list.fetchMore({ variables: { after: data.activities.pageInfo.endCursor } });
  return (await whole).edges.map((edge) => edge.node.id);
}

async function persisted() {
  const requests = [];
  const recorded = async (url, options) => {
    const answer = await fetch(url, options);
    requests.push([options.method, answer.status]);
    return answer;
  };
  const sha256 = (text) => createHash("sha256").update(text).digest("hex");
  const hashing = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
  const link = ApolloLink.from([hashing, new HttpLink({ uri: told.url, fetch: recorded })]);
  const own = new ApolloClient({ link, cache: cache() });
  const { data } = await own.query({ query: gql(PAGE), variables: { network, first: 1 }, context });
  return { nodes: data.activities.edges.length, requests };
}

async function subscribed() {
  const connectionParams = { authorization: `Bearer ${told.token}` };
  const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket, connectionParams });
  const own = new ApolloClient({ link: new GraphQLWsLink(socket), cache: cache() });
  const events = own.subscribe({ query: gql(FEED), variables: { network, after: 1 } });
  const sequences = await new Promise((done, failed) => {
    const taken = [];
    const subscription = events.subscribe({
      next: ({ data, error }) => {
        if (error) failed(error);
        else if (taken.push(data.networkFeed.sequence) === 2) {
          subscription.unsubscribe();
          done(taken);
        }
      },
      error: failed,
    });
  });
  await socket.dispose();
  return sequences;
}

print({
  ...(await exercise("apollo", ask)),
  merged: await merged(),
  persisted: await persisted(),
  subscribed: await subscribed(),
});
client.stop();
