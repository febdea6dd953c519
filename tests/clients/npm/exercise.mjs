// What every client does with the service. It prints what it saw, and the tests judge that.
//
// `ask(text, variables, {token, key})` is the client; it answers `{data, codes}`, whatever the client itself throws.

export const told = JSON.parse(process.argv[2]);
export const socketUrl = told.url.replace("http", "ws");

export const PAGE = `query Page($network: ID!, $first: Int!, $after: String) {
  activities(network: $network, first: $first, after: $after) {
    edges { cursor node { id title } }
    pageInfo { hasNextPage endCursor }
  }
}`;
export const FEED = `subscription Feed($network: ID!, $after: Int) {
  networkFeed(network: $network, after: $after) { sequence action record { id } }
}`;
const FOUND = `query Found($where: OrganizationWhere!, $first: Int!) {
  organizations(where: $where, first: $first) { nodes { id name sector } }
}`;
const VERSION = "query Version($id: ID!) { node(id: $id) { id ... on Network { version } } }";
export const CORRECT = `mutation Correct($id: ID!, $version: Int!, $input: NetworkCorrection!, $reason: String!) {
  correctNetwork(id: $id, version: $version, input: $input, reason: $reason) {
    __typename
    ... on Network { id version motto }
    ... on Refusal { problems { code message path record version } }
  }
}`;
const PARTIAL = `query Partial($network: ID!) {
  networks(first: 1) { nodes { id } }
  accessLog(network: $network, first: 1) { nodes { by } }
}`;
const INVALID = "query Invalid { nothingOfTheKind }";

/** The headers of one request. */
export function headersOf({ token, key }) {
  const own = { "Accept-Language": "zh-CN" };
  if (token) own.Authorization = `Bearer ${token}`;
  if (key) own["Idempotency-Key"] = key;
  return own;
}

export const codesOf = (errors) => (errors ?? []).map((error) => error.extensions?.code);

export async function exercise(name, ask) {
  const { network, token, expired } = told;
  const pageOf = async (first, after) => (await ask(PAGE, { network, first, after }, { token })).data.activities;
  const one = await pageOf(2, null);
  const two = await pageOf(2, one.pageInfo.endCursor);
  const { version } = (await ask(VERSION, { id: network }, { token })).data.node;
  const motto = `同心 ${name} ${version}`;
  const change = { id: network, version, input: { motto }, reason: "更正" };
  const key = `${name}-${version}`;
  return {
    found: (await ask(FOUND, { where: { memberOf: network, sector: "BANK" }, first: 3 }, { token })).data,
    pages: [...one.edges, ...two.edges].map((edge) => edge.node.id),
    version,
    motto,
    entity: (await ask(CORRECT, change, { token, key })).data.correctNetwork,
    retried: (await ask(CORRECT, change, { token, key })).data.correctNetwork,
    refusal: (await ask(CORRECT, change, { token })).data.correctNetwork,
    partial: await ask(PARTIAL, { network }, {}),
    invalid: await ask(INVALID, {}, { token }),
    expired: await ask(PAGE, { network, first: 1 }, { token: expired }),
  };
}

/** The first `count` events of a feed, an async iterable of results; then it is left. */
export async function take(count, events) {
  const taken = [];
  for await (const { data } of events) {
    taken.push(data.networkFeed);
    if (taken.length === count) break;
  }
  return taken;
}

export const print = (seen) => process.stdout.write(JSON.stringify(seen));
