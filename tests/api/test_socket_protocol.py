"""graphql-transport-ws as its clients meet it on a real socket: each message, each order of them, each close code."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from schema.messages import LONGEST_ID
from schema.requests import MOST_BYTES
from schema.socket_rules import SocketLimits, SocketRules
from tests.api.sockets import Client, Served, codes, eventually, served, token
from tests.api.wire import HOUR
from tests.conftest import NETWORK, House

GOOD = "{ viewer { subject } }"
SUBSCRIBE = {"type": "subscribe", "id": "1", "payload": {"query": GOOD}}
INIT = {"type": "connection_init"}


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
    """One that has said nothing yet."""
    async with service.opened() as client:
        yield client


async def test_an_operation_is_answered_and_completed(client: Client) -> None:
    assert client.connection.subprotocol == "graphql-transport-ws"
    await client.initialise(token())
    await client.say(SUBSCRIBE)
    assert await client.hear() == {"type": "next", "id": "1", "payload": {"data": {"viewer": {"subject": "admin"}}}}
    assert await client.hear() == {"type": "complete", "id": "1"}
    await client.say(SUBSCRIBE)  # the id is free again
    assert (await client.hear())["type"] == "next"


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {}}, {"payload": {"other": 1}}])
async def test_without_a_token_one_is_the_public(client: Client, payload: dict[str, Any]) -> None:
    await client.say({**INIT, **payload})
    assert await client.hear() == {"type": "connection_ack"}
    answer = await client.asked(GOOD)
    assert answer["payload"] == {"data": {"viewer": {"subject": "anonymous"}}}


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
async def test_a_token_may_stand_in_the_payload(client: Client, name: str) -> None:
    await client.initialise(**{name: token()})
    assert (await client.asked(GOOD))["payload"] == {"data": {"viewer": {"subject": "admin"}}}


async def test_a_token_may_stand_in_the_header(service: Served) -> None:
    async with service.opened(additional_headers={"Authorization": token()}) as client:
        await client.initialise()
        assert (await client.asked(GOOD))["payload"] == {"data": {"viewer": {"subject": "admin"}}}


@pytest.mark.parametrize("name", ["Accept-Language", "accept-language", "acceptLanguage"])
async def test_the_language_is_that_of_the_payload_else_of_the_header(service: Served, name: str) -> None:
    text = "{ networks(first: 101) { totalCount } }"
    async with service.opened(additional_headers={"Accept-Language": "zh-CN"}) as client:
        await client.initialise(token())
        in_chinese = (await client.asked(text))["payload"]
    async with service.opened(additional_headers={"Accept-Language": "zh-CN"}) as client:
        await client.initialise(token(), **{name: "en"})
        in_english = (await client.asked(text))["payload"]
    messages = [each["errors"][0]["message"] for each in (in_chinese, in_english)]
    assert [message.isascii() for message in messages] == [False, True]


async def test_a_ping_is_answered_at_any_time_with_what_it_carries(client: Client) -> None:
    await client.say({"type": "ping"})
    assert await client.hear() == {"type": "pong"}
    await client.initialise(token())
    await client.say({"type": "pong", "payload": {"unasked": True}})
    await client.say({"type": "ping", "payload": {"a": [1]}})
    assert await client.hear() == {"type": "pong", "payload": {"a": [1]}}
    await asyncio.wait_for(await client.connection.ping(), 5)  # that of the frames


async def test_what_is_complete_or_unknown_may_be_completed_again(client: Client) -> None:
    await client.say({"type": "complete", "id": "never"})
    await client.initialise(token())
    await client.say({"type": "complete", "id": "never"})
    assert (await client.asked(GOOD))["type"] == "next"


async def test_a_subscription_that_is_completed_says_nothing_more_and_frees_its_id(client: Client) -> None:
    await client.initialise(token())
    await client.follow("f", after=10**6)
    await client.say({"type": "complete", "id": "f"})
    await client.subscribe("f", GOOD)
    assert await client.hear() == {"type": "next", "id": "f", "payload": {"data": {"viewer": {"subject": "admin"}}}}


NO_MESSAGES = [
    "",
    " ",
    "[]",
    "null",
    '"x"',
    "1",
    "{}",
    "{",
    "[" * 50_000,
    "NaN",
    '{"type": null}',
    '{"type": 1}',
    '{"type": ["ping"]}',
    '{"type": "unknown"}',
    '{"type": "connection_ack"}',
    '{"type": "next", "id": "1", "payload": {}}',
    '{"type": "error", "id": "1", "payload": []}',
    '{"type": "connection_init", "payload": []}',
    '{"type": "connection_init", "payload": "Bearer"}',
    '{"type": "ping", "payload": 1}',
    '{"type": "pong", "payload": "x"}',
    '{"type": "complete"}',
    '{"type": "complete", "id": 1}',
    '{"type": "subscribe"}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": null}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "extensions": "x"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": 1, "payload": {"query": "{a}"}}',
    '{"type": "subscribe", "id": "%s", "payload": {"query": "{a}"}}' % ("x" * (LONGEST_ID + 1)),
    b"",
    b"\x00\xff",
    b'{"type": "ping"}',
]


@pytest.mark.parametrize("said", NO_MESSAGES, ids=lambda said: repr(said)[:60])
@pytest.mark.parametrize("initialised", [False, True])
async def test_what_no_client_says_ends_the_socket(client: Client, said: str | bytes, initialised: bool) -> None:
    if initialised:
        await client.initialise(token())
    await client.say(said)
    assert await client.ending() == 4400


async def test_an_operation_before_the_socket_is_initialised_ends_it(client: Client) -> None:
    await client.say(SUBSCRIBE)
    assert await client.ending() == 4401


async def test_to_initialise_twice_ends_it(client: Client) -> None:
    await client.initialise(token())
    await client.say(INIT)
    assert await client.ending() == 4429


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer x", "Basic x", "Bearer " + "x" * 9_000, 7, [], token(lifetime=-HOUR), token()[:-1]],
    ids=lambda given: str(given)[:12],
)
async def test_a_token_that_does_not_hold_ends_it(client: Client, given: object) -> None:
    await client.say({**INIT, "payload": {"authorization": given}})
    assert await client.ending() == 4403


async def test_an_id_that_is_running_ends_it(client: Client) -> None:
    await client.initialise(token())
    await client.follow("f", after=10**6)
    await client.subscribe("f", GOOD)
    assert await client.ending() == 4409


async def test_who_does_not_initialise_in_time_is_not_waited_for(house: House) -> None:
    async with served(house, SocketRules(initialisation=0.2)) as service:
        async with service.opened() as client:
            await client.say({"type": "ping"})
            assert await client.ending() == 4408
        async with service.client() as client:
            await asyncio.sleep(0.3)
            assert (await client.asked(GOOD))["type"] == "next"


@pytest.mark.parametrize("protocols", [(), ("graphql-ws",), ("graphql-transport-WS",)])
async def test_another_subprotocol_is_not_spoken(service: Served, protocols: tuple[str, ...]) -> None:
    async with service.opened(protocols) as client:
        assert client.connection.subprotocol is None
        assert await client.ending() == 4406


async def test_of_several_subprotocols_ours_is_chosen(service: Served) -> None:
    async with service.opened(("graphql-ws", "graphql-transport-ws")) as client:
        await client.initialise()


async def test_too_much_at_once_is_too_much(client: Client) -> None:
    await client.initialise(token())
    await client.say(" " * (MOST_BYTES - 16) + '{"type": "ping"}')
    assert await client.hear() == {"type": "pong"}
    await client.say(" " * (MOST_BYTES - 15) + '{"type": "ping"}')
    assert await client.ending() == 1009


async def test_only_so_many_operations_run_on_a_socket_at_once(house: House) -> None:
    rules = SocketRules(sockets=SocketLimits(socket_operations=2))
    async with served(house, rules) as service, service.client() as client:
        for own_id in "ab":
            await client.follow(own_id, after=10**6)
        refused = await client.asked(GOOD)
        assert (refused["type"], codes(refused["payload"])) == ("error", ["LIMIT_EXCEEDED"])
        assert "COBUILD_LIMIT_SOCKET_OPERATIONS" in refused["payload"][0]["message"]
        await client.say({"type": "complete", "id": "a"})
        assert (await client.asked(GOOD))["type"] == "next"


async def test_when_a_socket_ends_nothing_of_it_goes_on(service: Served) -> None:
    def feeds() -> set[str]:
        return {task.get_name() for task in asyncio.all_tasks() if "feed" in task.get_name()}

    async with service.client() as client:
        await client.follow("f", after=10**6)
        await client.follow("g", after=10**6)
        assert (await client.asked(GOOD))["type"] == "next"
        assert feeds() == {f"feed of {NETWORK}"}
    assert await eventually(lambda: not feeds())
