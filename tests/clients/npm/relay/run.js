// What relay-runtime holds after each step, with what relay-compiler made of Partners.js; documents go by their ids.

const {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  getSingularSelector,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} = require("relay-runtime");
const { createClient } = require("graphql-ws");
const WebSocket = require("ws");

const told = JSON.parse(process.argv[2]);
const artifact = (name) => require(`./artifacts/Partners${name}.graphql.js`);
const Authorization = `Bearer ${told.token}`;
const socket = createClient({
  url: told.url.replace("http", "ws"),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization },
});

async function fetched(request, variables) {
  const body = JSON.stringify({ documentId: request.id, variables });
  const headers = { "Content-Type": "application/json", Authorization };
  const answer = await fetch(told.url, { method: "POST", headers, body });
  return answer.json();
}

// graphql-ws insists on a text, were it empty.
const followed = (request, variables) =>
  Observable.create((sink) => socket.subscribe({ query: "", documentId: request.id, variables }, sink));

const environment = new Environment({
  network: Network.create(fetched, followed),
  store: new Store(new RecordSource()),
});

async function ask(query, variables) {
  environment.retain(createOperationDescriptor(query, variables));
  return fetchQuery(environment, query, variables).toPromise();
}

const held = (fragment, reference) => environment.lookup(getSingularSelector(fragment, reference)).data;
const idsOf = (connection) => connection.edges.map((edge) => edge.node.id);

const changed = (mutation, variables) =>
  new Promise((onCompleted, onError) => commitMutation(environment, { mutation, variables, onCompleted, onError }));

const firstEvent = (subscription, variables) =>
  new Promise((done, onError) => {
    const { dispose } = requestSubscription(environment, {
      subscription,
      variables,
      onError,
      onNext: (data) => {
        dispose();
        done(data.networkFeed);
      },
    });
  });

async function main() {
  const { network, organization } = told;
  const root = await ask(artifact("Query"), { network, organization });
  const before = held(artifact("_activities"), root);
  const partner = held(artifact("_partner"), root.node.partner);

  await ask(artifact("ActivitiesQuery"), { network, first: 2, after: before.activities.pageInfo.endCursor });
  await ask(artifact("PartnerQuery"), { id: organization, first: 3, after: null });

  const { node } = await ask(artifact("VersionQuery"), { network });
  const change = { id: network, version: node.version, input: { motto: `同心 ${node.version}` }, reason: "更正" };
  return {
    before: idsOf(before.activities),
    after: idsOf(held(artifact("_activities"), root).activities),
    partner: partner.name,
    participants: held(artifact("_participants"), before.activities.edges[0].node).participations,
    activities: [idsOf(partner.activities), idsOf(held(artifact("_partner"), root.node.partner).activities)],
    version: node.version,
    entity: (await changed(artifact("CorrectMutation"), change)).correctNetwork,
    refusal: (await changed(artifact("CorrectMutation"), change)).correctNetwork,
    event: await firstEvent(artifact("FeedSubscription"), { network, after: 1 }),
  };
}

main()
  .then((seen) => process.stdout.write(JSON.stringify(seen)))
  .finally(() => socket.dispose());
