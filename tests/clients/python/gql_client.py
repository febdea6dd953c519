"""What npm/exercise.mjs does, done with gql over `http` or a socket (`ws`), and told in the same words."""

import asyncio
import json
import sys
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportQueryError, TransportServerError
from gql.transport.websockets import WebsocketsTransport

HOW, TOLD = sys.argv[1], json.loads(sys.argv[2])
NETWORK, TOKEN = TOLD["network"], TOLD["token"]
SOCKET = TOLD["url"].replace("http", "ws")
FOUND = """query Found($where: OrganizationWhere!, $first: Int!) {
  organizations(where: $where, first: $first) { nodes { id name sector } } }"""
PAGE = """query Page($network: ID!, $first: Int!, $after: String) {
  activities(network: $network, first: $first, after: $after) {
    edges { node { id } } pageInfo { endCursor } } }"""
VERSION = "query Version($id: ID!) { node(id: $id) { ... on Network { version } } }"
CORRECT = """mutation Correct($id: ID!, $version: Int!, $input: NetworkCorrection!, $reason: String!) {
  correctNetwork(id: $id, version: $version, input: $input, reason: $reason) {
    __typename
    ... on Network { id version motto }
    ... on Refusal { problems { code message path record version } } } }"""
PARTIAL = """query Partial($network: ID!) {
  networks(first: 1) { nodes { id } } accessLog(network: $network, first: 1) { nodes { by } } }"""
FEED = """subscription Feed($network: ID!, $after: Int) {
  networkFeed(network: $network, after: $after) { sequence action record { id } } }"""


def client_of(token: str | None, checked: bool = False) -> Client:
    """A client that speaks for a token; if it is `checked`, it asks for the schema and holds each query against it."""
    own = {"Accept-Language": "zh-CN"} | ({"Authorization": f"Bearer {token}"} if token else {})
    if HOW == "http":
        transport: Any = AIOHTTPTransport(TOLD["url"], headers=own)
    else:
        transport = WebsocketsTransport(SOCKET, init_payload=own)
    return Client(transport=transport, fetch_schema_from_transport=checked)


async def ask(text: str, variables: dict[str, Any], token: str | None = TOKEN, key: str | None = None) -> Any:
    keyed = {"extra_args": {"headers": {"Idempotency-Key": key}}} if key else {}
    try:
        async with client_of(token) as session:
            request = GraphQLRequest(text, variable_values=variables)
            return {"data": await session.execute(request, **keyed), "codes": []}
    except TransportQueryError as error:
        return {"data": error.data, "codes": [each["extensions"]["code"] for each in error.errors]}
    except TransportServerError as error:
        return {"data": None, "codes": [error.code]}
    except TransportConnectionFailed as error:
        return {"data": None, "codes": [error.__cause__.rcvd.code]}


async def page(first: int, after: str | None = None) -> Any:
    answer = await ask(PAGE, {"network": NETWORK, "first": first, "after": after})
    return answer["data"]["activities"]


async def followed(after: int, count: int) -> list[Any]:
    """The first events of the feed after a sequence."""
    transport = WebsocketsTransport(SOCKET, init_payload={"authorization": f"Bearer {TOKEN}"})
    taken: list[Any] = []
    async with Client(transport=transport) as session:
        request = GraphQLRequest(FEED, variable_values={"network": NETWORK, "after": after})
        async for event in session.subscribe(request):
            taken.append(event["networkFeed"])
            if len(taken) == count:
                break
    return taken


async def exercise() -> dict[str, Any]:
    async with client_of(TOKEN, checked=True) as session:
        where = {"memberOf": NETWORK, "sector": "BANK"}
        found = await session.execute(GraphQLRequest(FOUND, variable_values={"where": where, "first": 3}))
    one = await page(2)
    two = await page(2, one["pageInfo"]["endCursor"])
    version = (await ask(VERSION, {"id": NETWORK}))["data"]["node"]["version"]
    motto = f"同心 gql {HOW} {version}"
    change = {"id": NETWORK, "version": version, "input": {"motto": motto}, "reason": "更正"}
    key = f"gql-{version}" if HOW == "http" else None
    seen = {
        "found": found,
        "pages": [edge["node"]["id"] for edge in one["edges"] + two["edges"]],
        "version": version,
        "motto": motto,
        "entity": (await ask(CORRECT, change, key=key))["data"]["correctNetwork"],
    }
    if key:
        seen["retried"] = (await ask(CORRECT, change, key=key))["data"]["correctNetwork"]
    seen |= {
        "refusal": (await ask(CORRECT, change))["data"]["correctNetwork"],
        "partial": await ask(PARTIAL, {"network": NETWORK}, token=None),
        "invalid": await ask("query Invalid { nothingOfTheKind }", {}),
        "expired": await ask(PAGE, {"network": NETWORK, "first": 1}, token=TOLD["expired"]),
    }
    if HOW == "ws":
        first = await followed(0, 3)
        whole = await followed(0, 6)
        seen["feed"] = {"whole": whole, "pieces": first + await followed(first[-1]["sequence"], 3)}
    return seen


print(json.dumps(asyncio.run(exercise())))
