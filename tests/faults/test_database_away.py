"""The database away in each of the ways in which it can be: told within 6 s at every door, and soon as if nothing had
been (promises.md, *Nothing lost*). Between service and engine stands a proxy of ours.
"""

import asyncio
import os
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pymongo import MongoClient

from tests.api.walking import database
from tests.conftest import LEAD, NETWORK
from tests.faults.doors import FOLLOW, KEY, READ, RECORD, SOON, Caller, Heard, calling, facts
from tests.faults.proxy import HOLE, NONE, REFUSED, Fault, Kind, Proxy, proxy
from tests.faults.running import Running, eventually, running

DRIVERS = ["motor", pytest.param("pymongo", marks=pytest.mark.prove)]
UNAVAILABLE = (503, {"SERVICE_UNAVAILABLE"})
GROWTH = 100 * 1024 * 1024  # bytes that a crowd of waiting requests may take
OUTAGES = [
    pytest.param(HOLE, id="black hole"),
    pytest.param(REFUSED, id="refused", marks=pytest.mark.prove),
    pytest.param(Fault(Kind.RESET, 30), id="reset in mid-reply", marks=pytest.mark.prove),
    pytest.param(Fault(Kind.SLOW, 5), id="slow", marks=pytest.mark.prove),
]
LOSSES = [5, pytest.param(200, marks=pytest.mark.prove)]
AT_ONCE = 20  # of these
EMPLOY = """mutation Employ($input: PersonFacts!) {
  createPerson(input: $input) { ... on Person { id } ... on Refusal { problems { code path } } } }"""
PRIVATE = "query Private($id: ID!) { node(id: $id) { ... on Person { name } } }"
VERSION = f'{{ node(id: "{NETWORK}") {{ ... on Network {{ version }} }} }}'
CORRECT = """mutation Correct($version: Int!, $motto: String) {
  correctNetwork(id: "net_002_derma", version: $version, reason: "更正", input: {motto: $motto}) {
    ... on Network { version } ... on Refusal { problems { code } } } }"""


@pytest.fixture(scope="module")
def between(engine_uri: str) -> Iterator[Proxy]:
    with proxy(engine_uri) as between:
        yield between


@pytest.fixture(scope="module")
def stored(engine_uri: str) -> Iterator[Any]:
    """The database itself, past the proxy."""
    with database(engine_uri) as name, MongoClient[dict[str, Any]](engine_uri) as client:
        yield client[name]


@pytest.fixture(scope="module", params=DRIVERS)
def service(
    request: pytest.FixtureRequest, between: Proxy, stored: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    own = {"MONGODB_URI": between.uri, "COBUILD_DATABASE": stored.name, "COBUILD_DRIVER": request.param}
    rates = {"COBUILD_RATE_ADDRESS": "100000000", "COBUILD_RATE_VIEWER": "2000", "COBUILD_METRICS_PORT": "0"}
    sealing = {"COBUILD_CHECKPOINT_KEY": "11" * 32, "COBUILD_CHECKPOINT_SECONDS": "1"}
    data = tmp_path_factory.mktemp("away") / "data"
    with running(data, COBUILD_TOKEN_KEY=KEY, COBUILD_FILES="gridfs", **own, **rates, **sealing) as service:
        assert service.url
        yield service


@pytest.fixture
async def caller(service: Running, between: Proxy) -> AsyncIterator[Caller]:
    async with calling(service.url) as caller:
        yield caller
        between.fault = NONE
        await caller.recovered()


def outcome(heard: Heard) -> tuple[int, set[str]]:
    return heard.status, heard.codes


def memory_of(process: int) -> int:
    """What the process holds, in bytes."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def last_of(stored: Any) -> tuple[int, int]:
    """The last sequence of the network, and the last that a checkpoint covers."""
    [revision] = stored.revisions.find({"partition": NETWORK}, sort=[("sequence", -1)], limit=1)
    sealed = list(stored.checkpoints.find({"partition": NETWORK}, sort=[("number", -1)], limit=1))
    return revision["sequence"], sealed[0]["last"] if sealed else 0


def relayed(stored: Any) -> bool:
    """Whether nothing waits in an outbox, and all of it is sealed."""
    waiting = sum(stored[name].count_documents({"outbox.0": {"$exists": True}}) for name in ("activities", "networks"))
    return waiting == 0 and len(set(last_of(stored))) == 1


@pytest.mark.parametrize("fault", OUTAGES)
async def test_every_door_tells_that_it_is_away_and_soon_all_is_as_before(
    between: Proxy, stored: Any, caller: Caller, fault: Fault
) -> None:
    assert eventually(lambda: relayed(stored), 60)  # the seeds, which keep engine and machine busy until then
    usual = {name: heard.status for name, heard in (await caller.every_door(1)).items()}
    assert usual == {**dict.fromkeys(usual, 200), "upload": 201}
    between.fault = fault
    asking = asyncio.create_task(caller.every_door(2))
    assert await caller.health() == {"livez": 200, "readyz": 503}
    told = await asking
    assert {name: outcome(heard) for name, heard in told.items()} == dict.fromkeys(told, UNAVAILABLE), told
    assert max(heard.seconds for heard in told.values()) < SOON, told
    assert not any(b"127.0.0.1" in heard.body or b"imeout" in heard.body for heard in told.values())
    between.fault = NONE
    await caller.recovered()
    assert {name: heard.status for name, heard in (await caller.every_door(3)).items()} == usual
    assert eventually(lambda: relayed(stored), 20), last_of(stored)


async def test_a_crowd_is_told_as_soon_and_takes_no_memory(service: Running, between: Proxy, caller: Caller) -> None:
    """Without threads, connections or patience running out: before, Motor's ten threads answered ten in 3 s."""
    await asyncio.gather(*(caller.ask(READ, "") for _ in range(100)))
    before = memory_of(service.process.pid)
    between.fault = HOLE
    told = await asyncio.gather(*(caller.ask(READ, "") for _ in range(100)))
    assert [outcome(heard) for heard in told] == [UNAVAILABLE] * 100
    assert max(heard.seconds for heard in told) < 2 * SOON  # the machine of the tests may be busy with other ones
    assert memory_of(service.process.pid) - before < GROWTH
    [address] = re.findall(r"http://\S+/metrics", service.errors + service.output)
    metrics = await caller.client.get(address)
    assert re.search(r'cobuild_errors_total\{code="SERVICE_UNAVAILABLE"\} [1-9]', metrics.text)
    between.fault = NONE
    await caller.recovered()


@pytest.mark.parametrize("losses", LOSSES)
async def test_a_write_whose_reply_was_lost_is_sent_again_with_its_key_and_has_one_effect(
    between: Proxy, stored: Any, caller: Caller, losses: int
) -> None:
    others = [each["_id"] for each in stored.activities.find({}, {})]
    made = dict[str, str]()
    for start in range(0, losses, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, losses))
        sent = [{"subject": f"writer {each}", "key": uuid.uuid4().hex, "input": facts(each)} for each in numbers]
        between.fault = Fault(Kind.RESET, command="insert", collections=frozenset({"activities"}))
        lost = await asyncio.gather(*(caller.ask(RECORD, **each) for each in sent))
        assert [outcome(heard) for heard in lost] == [UNAVAILABLE] * len(sent)  # though the driver, too, asked again
        between.fault = NONE
        tries = [await asyncio.gather(*(caller.ask(RECORD, **each) for each in sent)) for _ in range(2)]
        first, second = ([orjson.loads(heard.body)["data"]["recordActivity"]["id"] for heard in each] for each in tries)
        assert first == second
        made |= dict(zip((each["input"]["title"] for each in sent), first, strict=True))
    written = stored.activities.find({"_id": {"$in": [*made.values()]}})
    assert {each["title"]: each["_id"] for each in written} == made
    assert stored.activities.count_documents({"title": {"$regex": "^演练 "}, "_id": {"$nin": others}}) == losses
    assert eventually(lambda: relayed(stored), 60)
    told = [each["record"] for each in stored.revisions.find({"partition": NETWORK}, {"record": 1})]
    assert sorted(own_id for own_id in told if own_id in set(made.values())) == sorted(made.values())


async def test_a_correction_whose_reply_was_lost_has_one_effect(between: Proxy, stored: Any, caller: Caller) -> None:
    version = orjson.loads((await caller.ask(VERSION)).body)["data"]["node"]["version"]
    sent = {"subject": "corrector", "key": uuid.uuid4().hex, "version": version, "motto": uuid.uuid4().hex}
    between.fault = Fault(Kind.RESET, command="update", collections=frozenset({"networks"}))
    assert outcome(await caller.ask(CORRECT, **sent)) == UNAVAILABLE
    between.fault = NONE
    for _ in range(2):
        answer = orjson.loads((await caller.ask(CORRECT, **sent)).body)
        assert answer == {"data": {"correctNetwork": {"version": version + 1}}}
    assert stored.networks.find_one({"_id": NETWORK})["version"] == version + 1


async def test_without_leases_of_slices_requests_are_answered_all_the_same(between: Proxy, caller: Caller) -> None:
    between.fault = Fault(Kind.HOLE, collections=frozenset({"budgets"}))
    answers = [await caller.ask(READ, "spender") for _ in range(12)]  # a slice pays for ten
    assert [heard.status for heard in answers] == [200] * 12
    assert max(heard.seconds for heard in answers) < SOON


async def test_who_may_what_and_who_read_what_are_never_left_untold(between: Proxy, caller: Caller) -> None:
    person = {"organization": LEAD, "name": "周保密", "post": "主任", "cadre": False}
    made = orjson.loads((await caller.ask(EMPLOY, "reader", input=person)).body)["data"]["createPerson"]
    assert "周保密".encode() in (await caller.ask(PRIVATE, "reader", **made)).body  # whose roles are known for a while
    between.fault = Fault(Kind.HOLE, collections=frozenset({"accesses", "role_assignments"}))
    read, unknown, public = await asyncio.gather(
        caller.ask(PRIVATE, "reader", **made), caller.ask(READ), caller.ask(READ, "")
    )
    assert [outcome(heard) for heard in (read, unknown, public)] == [UNAVAILABLE, UNAVAILABLE, (200, set())]
    assert "周保密".encode() not in read.body


async def told_of(connection: Any, after: int, last: str) -> list[tuple[int, str]]:
    """Follow from `after` on until the record `last` is told: every sequence with its record."""
    payload = {"query": FOLLOW, "variables": {"after": after}}
    await connection.send(orjson.dumps({"type": "subscribe", "id": uuid.uuid4().hex, "payload": payload}).decode())
    return await more_of(connection, last)


async def more_of(connection: Any, last: str) -> list[tuple[int, str]]:
    had = list[tuple[int, str]]()
    while not had or had[-1][1] != last:
        message = orjson.loads(await asyncio.wait_for(connection.recv(), 20))
        assert message["type"] == "next", message
        event = message["payload"]["data"]["networkFeed"]
        had.append((event["sequence"], event["record"]["id"]))
    return had


async def written(caller: Caller, number: int) -> str:
    answer = await caller.ask(RECORD, input=facts(number))
    return str(orjson.loads(answer.body)["data"]["recordActivity"]["id"])


@pytest.mark.parametrize("fault", [REFUSED, pytest.param(HOLE, marks=pytest.mark.prove)], ids=["refused", "black hole"])
async def test_who_follows_loses_nothing_and_hears_nothing_twice(
    between: Proxy, stored: Any, caller: Caller, fault: Fault
) -> None:
    assert eventually(lambda: relayed(stored), 20)
    start, _ = last_of(stored)
    async with caller.socket() as connection:
        first = await told_of(connection, start, await written(caller, 1))
        between.fault = fault
        assert outcome(await caller.ask(RECORD, input=facts(2))) == UNAVAILABLE
        between.fault = NONE
        await caller.recovered()
        rest = await more_of(connection, last := await written(caller, 3))
    expected = [
        (each["sequence"], each["record"])
        for each in stored.revisions.find({"partition": NETWORK, "sequence": {"$gt": start}}, sort=[("sequence", 1)])
    ]
    assert first + rest == expected
    async with caller.socket() as connection:
        assert await told_of(connection, first[-1][0], last) == rest
