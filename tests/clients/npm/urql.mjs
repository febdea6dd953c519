import { cacheExchange, Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { persistedExchange } from "@urql/exchange-persisted";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { codesOf, exercise, FEED, headersOf, PAGE, print, socketUrl, take, told } from "./exercise.mjs";

const requests = [];
const recorded = async (url, options) => {
  const answer = await fetch(url, options);
  requests.push([options.method, answer.status]);
  return answer;
};

const client = new Client({ url: told.url, exchanges: [cacheExchange, fetchExchange], preferGetMethod: false });

async function ask(text, variables, given) {
  const options = { fetchOptions: { headers: headersOf(given) }, requestPolicy: "network-only" };
  const kind = text.startsWith("mutation") ? "mutation" : "query";
  const { data, error } = await client[kind](text, variables, options).toPromise();
  return { data: data ?? null, codes: codesOf(error?.graphQLErrors) };
}

async function persisted() {
  const exchanges = [persistedExchange({ preferGetForPersistedQueries: "force" }), fetchExchange];
  const own = new Client({ url: told.url, exchanges, fetch: recorded });
  const variables = { network: told.network, first: 1 };
  const fetchOptions = { headers: headersOf(told) };
  const { data, error } = await own.query(PAGE, variables, { fetchOptions }).toPromise();
  if (error) throw error;
  return { nodes: data.activities.edges.length, requests };
}

async function subscribed() {
  const socket = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${told.token}` },
  });
  const forward = ({ query, variables }) => ({
    subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? "", variables }, sink) }),
  });
  const own = new Client({ url: told.url, exchanges: [subscriptionExchange({ forwardSubscription: forward })] });
  const variables = { network: told.network, after: 1 };
  const events = await new Promise((done) => {
    const taken = [];
    const { unsubscribe } = own.subscription(FEED, variables).subscribe(({ data, error }) => {
      if (error) throw error;
      if (taken.push(data.networkFeed) === 2) {
        unsubscribe();
        done(taken);
      }
    });
  });
  await socket.dispose();
  return events.map((event) => event.sequence);
}

print({ ...(await exercise("urql", ask)), persisted: await persisted(), subscribed: await subscribed() });
