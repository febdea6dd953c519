// Queries and mutations over a socket, and the feed: cut off in the middle, gone on with after the last event.

import { createClient } from "graphql-ws";
import WebSocket from "ws";

import { codesOf, CORRECT, exercise, FEED, print, socketUrl, take, told } from "./exercise.mjs";

class Cut extends WebSocket {
  static last;
  constructor(...given) {
    super(...given);
    Cut.last = this;
  }
}

const clients = new Map();
function clientOf(token) {
  if (!clients.has(token)) {
    const connectionParams = { "Accept-Language": "zh-CN", ...(token && { Authorization: `Bearer ${token}` }) };
    clients.set(token, createClient({ url: socketUrl, webSocketImpl: Cut, connectionParams, retryAttempts: 0 }));
  }
  return clients.get(token);
}

async function ask(query, variables, { token, key }) {
  const events = clientOf(token).iterate({ query, variables, extensions: key && { idempotencyKey: key } });
  try {
    const { value } = await events.next();
    return { data: value.data ?? null, codes: codesOf(value.errors) };
  } catch (error) {
    return { data: null, codes: Array.isArray(error) ? codesOf(error) : [error.code] };
  }
}

const follow = (after) =>
  clientOf(told.token).iterate({ query: FEED, variables: { network: told.network, after } });

const seen = await exercise("graphql-ws", ask);

const whole = await take(6, follow(0));
const beginning = [];
let ending;
try {
  for await (const { data } of follow(0)) {
    beginning.push(data.networkFeed);
    if (beginning.length === 3) Cut.last.terminate();
  }
} catch (event) {
  ending = event.code;
}
const taken = beginning.slice(0, 3); // more may have been on its way when it was cut
const resumed = await take(3, follow(taken[2].sequence));

const fresh = take(1, follow(undefined));
const id = told.network;
let live;
const arrived = fresh.then(([event]) => (live = event));
for (let version = seen.entity.version; live === undefined; version++) {
  await ask(CORRECT, { id, version, input: { motto: `同心 ${version}` }, reason: "更正" }, told);
  await Promise.race([arrived, new Promise((done) => setTimeout(done, 500))]);
}

print({ ...seen, feed: { whole, ending, pieces: [...taken, ...resumed], live } });
for (const client of clients.values()) await client.dispose();
