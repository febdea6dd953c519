"""Queries and mutations over a socket: measured, limited, masked, timed and told of as over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import orjson
import pytest

from schema import operations
from schema.limits import Limits
from schema.reader import Reader
from schema.requests import LONGEST_KEY
from service.errors import Unavailable
from service.store import reads
from tests.api.sockets import Client, Served, codes, served, token
from tests.api.wire import client_of, post
from tests.conftest import ADMIN, FRONT_END, NETWORK, House

CREATE = """mutation($name: String!) { createOrganization(input: {network: "NETWORK", name: $name, sector: OTHER,
    province: "广东省", city: "广州市"}) { __typename ... on Organization { id }
    ... on Refusal { problems { code } } } }""".replace("NETWORK", NETWORK)


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    return made


@pytest.fixture(scope="module")
async def service(house: House) -> AsyncIterator[Served]:
    async with served(house) as service:
        yield service


@pytest.fixture
async def client(service: Served) -> AsyncIterator[Client]:
    async with service.client() as client:
        yield client


REFUSED = [
    "{",
    "{ nope }",
    "query A { viewer { subject } } query B { __typename }",
    "query($a: Int!) { viewer { subject } }",
    "query($id: ID!) { node(id: $id) { id } }",
    "fragment F on Query { viewer { subject } }",
    "{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }",
    "{ viewer { subject " + "@skip(if: false) " * 51 + "} }",
    "{ " + "organizations(network: $n) { nodes { network { " * 6 + "id" + " } } }" * 6 + " }",
    "{" + " a" * 1_000 + " }",
    "{ networks(first: 101) { totalCount } }",
    'mutation { archiveOrganization(id: "x", version: 1, reason: "x") { nope } }',
]


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:40])
async def test_a_refusal_is_that_of_http(client: Client, house: House, text: str) -> None:
    async with client_of(house, development=False) as over_http:
        expected = (await post(over_http, {"query": text}, authorization=token())).json()
    answer = await client.asked(text)
    told = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
    assert codes(told)
    assert told == expected["errors"]
    assert (answer["type"] == "error") == ("data" not in expected)


@pytest.mark.parametrize("text", ["", "  ", "\n"])
async def test_no_operation_is_refused_without_ending_the_socket(client: Client, text: str) -> None:
    answer = await client.asked(text)
    assert (answer["type"], codes(answer["payload"])) == ("error", ["BAD_REQUEST"])
    assert (await client.asked("{ __typename }"))["type"] == "next"


async def test_a_limit_of_the_installation_holds_here_too(house: House) -> None:
    async with served(house, limits=Limits(cost=3)) as service, service.client() as client:
        answer = await client.asked("{ networks { nodes { id } } }")
        assert (answer["type"], codes(answer["payload"])) == ("error", ["LIMIT_EXCEEDED"])
        follow = await client.asked(
            'subscription { networkFeed(network: "n") { record { ... on Recorded { timeline { nodes { by } } } } } }'
        )
        assert codes(follow["payload"]) == ["LIMIT_EXCEEDED"]


async def test_the_cost_is_told_to_who_asks_for_it(client: Client) -> None:
    answer = await client.asked("{ viewer { subject } }", extensions={"cost": True})
    assert answer["payload"]["extensions"]["cost"]["cost"] == 1


async def test_variables_and_the_operation_name_choose_what_runs(client: Client) -> None:
    text = "query A($id: ID!) { node(id: $id) { id } } query B { viewer { subject } }"
    answer = await client.asked(text, variables={"id": NETWORK}, operationName="A")
    assert answer["payload"] == {"data": {"node": {"id": NETWORK}}}


async def test_a_mutation_with_its_key_is_done_once(client: Client, house: House) -> None:
    options = {"variables": {"name": "一次的单位"}, "extensions": {"idempotencyKey": "k1"}}
    answers = [await client.asked(CREATE, **options) for _ in range(2)]
    made = answers[0]["payload"]["data"]["createOrganization"]
    assert made["__typename"] == "Organization"
    assert answers[1] == answers[0]
    async with client_of(house, development=False) as over_http:
        headers = {"authorization": token(), "idempotency_key": "k1"}
        body = {"query": CREATE, "variables": {"name": "一次的单位"}}
        assert (await post(over_http, body, **headers)).json() == answers[0]["payload"]
    other = await client.asked(CREATE, variables={"name": "另一单位"}, extensions={"idempotencyKey": "k1"})
    assert other["payload"]["data"]["createOrganization"]["problems"] == [{"code": "IDEMPOTENCY_KEY_REUSED"}]


@pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1), 7, []])
async def test_a_key_that_is_none_is_refused(client: Client, key: object) -> None:
    answer = await client.asked(CREATE, variables={"name": "无"}, extensions={"idempotencyKey": key})
    assert (answer["type"], codes(answer["payload"])) == ("error", ["BAD_REQUEST"])


async def test_rights_are_those_of_the_token(service: Served) -> None:
    async with service.client(FRONT_END) as client:
        answer = await client.asked(CREATE, variables={"name": "不可"})
    assert codes(answer["payload"]["errors"]) == ["FORBIDDEN"]
    assert answer["payload"]["errors"][0]["path"] == ["createOrganization"]


@pytest.mark.parametrize("after", [0, -1])
async def test_a_subscription_that_is_refused_ends_alone(service: Served, after: int) -> None:
    async with service.client(FRONT_END if after == 0 else ADMIN) as client:
        await client.follow("f", after=after)
        refused = await client.hear()
        assert (refused["type"], refused["id"]) == ("error", "f")
        assert codes(refused["payload"]) == ["FORBIDDEN" if after == 0 else "INVALID"]
        assert refused["payload"][0]["path"] == ["networkFeed"]
        await client.subscribe("f", "{ __typename }")
        assert (await client.hear())["type"] == "next"


async def test_an_event_with_a_fault_in_a_field_is_told_and_the_feed_goes_on(
    service: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await service.relay_all()
    one = Reader.one

    async def broken(own: Reader, *given: Any) -> Any:
        monkeypatch.setattr(Reader, "one", one)
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(Reader, "one", broken)
    await client.follow("f", fields="sequence record { id }")
    first, second = [(await client.hear())["payload"] for _ in range(2)]
    assert (first["data"]["networkFeed"], codes(first["errors"])) == (
        {"sequence": 1, "record": None},
        ["INTERNAL_ERROR"],
    )
    assert (second["data"]["networkFeed"]["sequence"], "errors" in second) == (2, False)


async def test_a_fault_inside_is_told_by_its_reference_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(reads, "page", broken)
    answer = await client.asked("{ networks { nodes { id } } }")
    assert codes(answer["payload"]["errors"]) == ["INTERNAL_ERROR"]
    assert "secret" not in str(answer)
    assert answer["payload"]["errors"][0]["extensions"]["reference"] in caplog.text


async def test_a_fault_before_anything_ran_ends_the_operation_alone(
    client: Client, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(house.store.roles, "viewer", broken)
    answer = await client.asked("{ __typename }")
    assert (answer["type"], codes(answer["payload"])) == ("error", ["INTERNAL_ERROR"])
    monkeypatch.undo()
    assert (await client.asked("{ __typename }"))["type"] == "next"


async def test_an_absent_database_is_told(client: Client, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(house.store.roles, "viewer", away)
    answer = await client.asked("{ viewer { subject } }")
    assert (answer["type"], codes(answer["payload"])) == ("error", ["SERVICE_UNAVAILABLE"])


async def test_what_takes_long_is_ended(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(*_: object, **__: object) -> None:
        await asyncio.sleep(10)

    monkeypatch.setattr(operations, "OPERATION_SECONDS", 0.05)
    monkeypatch.setattr(reads, "page", slow)
    answer = await client.asked("{ networks { nodes { id } } }")
    assert (answer["type"], codes(answer["payload"])) == ("error", ["LIMIT_EXCEEDED"])


async def test_operations_run_beside_each_other(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    reached, go_on = asyncio.Event(), asyncio.Event()
    page = reads.page

    async def held(*given: Any, **options: Any) -> Any:
        reached.set()
        await go_on.wait()
        return await page(*given, **options)

    monkeypatch.setattr(reads, "page", held)
    await client.subscribe("slow", "{ networks(first: 1) { nodes { __typename } } }")
    await reached.wait()
    assert (await client.asked("{ viewer { subject } }"))["type"] == "next"
    go_on.set()
    assert await client.hear() == {
        "type": "next",
        "id": "slow",
        "payload": {"data": {"networks": {"nodes": [{"__typename": "Network"}]}}},
    }


async def test_over_http_one_is_told_where_to_subscribe(house: House) -> None:
    text = 'subscription { networkFeed(network: "n") { sequence } }'
    async with client_of(house, development=False) as over_http:
        answer = await post(over_http, {"query": text}, authorization=token())
    assert codes(orjson.loads(answer.content)["errors"]) == ["GRAPHQL_INVALID"]
    assert "WebSocket" in answer.text
