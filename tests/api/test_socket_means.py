"""What operations over sockets share with those over HTTP: the minute's budget, trusted documents, the access log,
metrics, and whose address it is behind a proxy.
"""

import datetime as dt
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from schema import socket_operations
from schema.documents import Documents
from schema.socket_rules import SocketLimits, SocketRules
from service.errors import Unavailable
from service.metrics import Metrics
from service.store.accesses import Accesses
from tests.api.sockets import FEED, Client, codes, eventually, served
from tests.api.test_documents import named
from tests.api.test_metrics import told
from tests.conftest import NETWORK, House

GOOD = "{ viewer { subject } }"
MINUTE = dt.datetime(2024, 2, 29, 15, 59, 20, tzinfo=dt.UTC)
NARROW = 200  # of cost: twenty operations of the least cost
ONE = SocketRules(sockets=SocketLimits(sockets=1))


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house("mongomock")
    await made.relay_all()
    return made


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The present moment; what is put at its end is it from then on."""
    moments = [MINUTE]
    monkeypatch.setattr(socket_operations, "now", lambda: moments[-1])
    return moments


async def until_refused(client: Client, text: str = GOOD) -> tuple[int, list[dict[str, Any]]]:
    """How many operations were let in, and the errors of the first that was not."""
    for number in range(200):
        answer = await client.asked(text)
        if answer["type"] == "error" and "RATE_LIMITED" in codes(answer["payload"]):
            return number, answer["payload"]
    raise AssertionError("never refused")


@pytest.mark.parametrize(("text", "word"), [(GOOD, "40 s"), ("{ nothing }", "40 s"), (GOOD, "40 秒")])
async def test_an_address_has_its_minute_and_then_waits(
    house: House, moment: list[dt.datetime], text: str, word: str
) -> None:
    async with served(house, rates=house.rates(10_000, NARROW)) as service:
        async with service.opened() as client:
            await client.initialise(**{"Accept-Language": "zh-CN" if "秒" in word else "en"})
            number, [error] = await until_refused(client, text)
            assert number == 20
            assert word in error["message"]
            moment.append(MINUTE + dt.timedelta(minutes=1))
            assert (await client.asked(GOOD))["type"] == "next"
        async with service.client() as viewer:  # who does not pay from the address
            assert (await viewer.asked(GOOD))["type"] == "next"


async def test_every_event_is_paid_for_and_a_feed_goes_on_in_the_next_minute(
    house: House, moment: list[dt.datetime]
) -> None:
    async with served(house, rates=house.rates(NARROW, NARROW)) as service, service.client() as client:
        await client.follow("f")
        had = [event["sequence"] for event in await client.events(20)]
        assert codes((await client.hear())["payload"]) == ["RATE_LIMITED"]
        moment.append(MINUTE + dt.timedelta(minutes=1))
        await client.follow("f", after=had[-1])
        had += [event["sequence"] for event in await client.events(5)]
    assert had == list(range(1, 26))


async def test_what_is_refused_for_what_runs_is_paid_for_too(house: House, moment: list[dt.datetime]) -> None:
    rules = SocketRules(sockets=SocketLimits(socket_operations=1))
    async with served(house, rules, rates=house.rates(NARROW, NARROW)) as service, service.client() as client:
        await client.follow("f", after=10**6)
        for _ in range(20):
            assert codes((await client.asked(GOOD))["payload"]) == ["LIMIT_EXCEEDED"]
        await client.say({"type": "complete", "id": "f"})
        assert codes((await client.asked(GOOD))["payload"]) == ["RATE_LIMITED"]


def documents(text: str) -> tuple[str, Documents]:
    own_id = hashlib.sha256(text.encode()).hexdigest()
    return own_id, Documents({own_id: text}, only=True)


async def asked_for(client: Client, **payload: Any) -> dict[str, Any]:
    await client.say({"type": "subscribe", "id": "d", "payload": payload})
    return await client.hear()


async def test_a_trusted_document_is_asked_for_by_its_id_and_nothing_else_is_answered(house: House) -> None:
    own_id, listed = documents(FEED % "sequence")
    variables = {"network": NETWORK, "after": 0}
    async with served(house, documents=listed) as service:
        for given in (named(own_id), {"documentId": own_id}):
            async with service.client() as client:
                event = await asked_for(client, variables=variables, **given)
                assert event["payload"] == {"data": {"networkFeed": {"sequence": 1}}}
        async with service.client() as client:
            for text in (GOOD, FEED % "sequence"):
                refused = await asked_for(client, query=text, variables=variables)
                assert (refused["type"], codes(refused["payload"])) == ("error", ["FORBIDDEN"])
            unknown = await asked_for(client, **named("0" * 64))
            assert codes(unknown["payload"]) == ["PERSISTED_QUERY_NOT_FOUND"]
            await client.say({"type": "subscribe", "id": "d", "payload": named("")})
            assert await client.ending() == 4400


@pytest.mark.parametrize("text", [GOOD, FEED % "sequence"])
async def test_what_cannot_be_told_to_the_access_log_is_not_answered(
    house: House, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    async def away(*_: Any) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(Accesses, "leave", away)
    async with served(house) as service, service.client() as client:
        answer = await client.asked(text, variables={"network": NETWORK, "after": 0})
        assert (answer["type"], codes(answer["payload"])) == ("error", ["SERVICE_UNAVAILABLE"])


async def test_what_goes_over_sockets_is_counted(house: House) -> None:
    metrics = Metrics()
    operations, costs = "cobuild_socket_operations_total", "cobuild_operation_cost_count"
    async with served(house, ONE, metrics=metrics) as service:
        async with service.client() as client:
            assert told(metrics, "cobuild_sockets") == 1
            for text in (GOOD, GOOD, "{ nothing }", "{"):
                await client.asked(text)
            await client.follow("f")
            await client.events(2)
            await client.say({"type": "complete", "id": "f"})
            assert await eventually(lambda: told(metrics, operations, operation="subscription") == 1)
            assert told(metrics, operations, operation="query") == 3
            assert told(metrics, operations, operation="none") == 1
            assert (told(metrics, costs, operation="query"), told(metrics, costs, operation="subscription")) == (3, 1)
            assert told(metrics, "cobuild_errors_total", code="GRAPHQL_INVALID") == 2
        assert await eventually(lambda: told(metrics, "cobuild_sockets") == 0)
        with pytest.raises(InvalidStatus):
            async with service.opened(origin="https://evil.example"):
                pass
        assert told(metrics, "cobuild_errors_total", code="FORBIDDEN") == 1


async def test_behind_a_proxy_that_is_trusted_an_address_is_that_of_the_caller(house: House) -> None:
    def at(address: str) -> dict[str, Any]:
        return {"additional_headers": {"X-Forwarded-For": address}}

    async with served(house, ONE, proxies=("127.0.0.1",)) as service, service.opened(**at("2001:db8::1")):
        async with service.opened(**at("192.0.2.1")), service.opened(**at("192.0.2.2")):
            pass
        with pytest.raises(InvalidStatus):  # the same customer's network
            async with service.opened(**at("2001:db8::2")):
                pass
    async with served(house, ONE) as service, service.opened(**at("192.0.2.1")):
        with pytest.raises(InvalidStatus):
            async with service.opened(**at("192.0.2.2")):
                pass
