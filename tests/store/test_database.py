"""The seam to the drivers: their errors become ours, and an absent server is said to be absent, and soon."""

import asyncio
import contextlib
import random
import socket
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    DuplicateKeyError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WriteConcernError,
    WTimeoutError,
)

from service.errors import Unavailable
from service.store.database import Database, DriverName, Duplicate, translated
from tests.conftest import Commands
from tests.store.conftest import MakeDatabase
from tests.store.scene import wire

SOON = 6.0  # seconds within which an absent server is said to be absent
CALLS: dict[str, Callable[[Database], Awaitable[object]]] = {
    "find": lambda database: database.find("things", {}, 1),
    "aggregate": lambda database: database.aggregate("things", [], 1),
    "count": lambda database: database.count("things", {}, 1),
    "insert": lambda database: database.insert("things", {"_id": "1"}),
    "insert_many": lambda database: database.insert_many("things", [{"_id": "1"}]),
    "update": lambda database: database.update("things", {"_id": "1"}, {"$set": {"a": 1}}),
    "create_index": lambda database: database.create_index("things", "a", ("a",), unique=False),
    "index_names": lambda database: database.index_names("things"),
    "command": lambda database: database.command({"ping": 1}),
}
served = pytest.mark.parametrize("over", ["motor", "pymongo"])


async def seconds_until_unavailable(database: Database) -> dict[str, float]:
    """How long each call takes to say so, all made at once. Any other answer, a driver's error too, fails the test."""

    async def measured(call: Callable[[Database], Awaitable[object]]) -> float:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await call(database)
        return time.monotonic() - began

    took = await asyncio.gather(*(measured(call) for call in CALLS.values()))
    return dict(zip(CALLS, took, strict=True))


@asynccontextmanager
async def opened(over: DriverName, uri: str) -> AsyncIterator[Database]:
    database = Database(over, uri, f"test_{uuid.uuid4().hex}")
    try:
        yield database
    finally:
        await database.close()


@served
async def test_a_port_where_nobody_listens_is_unavailable_soon(over: DriverName) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        async with opened(over, f"mongodb://127.0.0.1:{reserved.getsockname()[1]}") as database:
            took = await seconds_until_unavailable(database)
    assert max(took.values()) < SOON, took


@served
async def test_a_server_that_accepts_and_never_answers_is_unavailable_soon(over: DriverName) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        async with opened(over, f"mongodb://127.0.0.1:{silent.getsockname()[1]}") as database:
            took = await seconds_until_unavailable(database)
    assert max(took.values()) < SOON, took


@served
async def test_a_server_that_falls_silent_is_unavailable_soon_and_used_again_when_it_is_back(
    over: DriverName, engine_uri: str
) -> None:
    async with wire(engine_uri) as between, opened(over, between.uri) as database:
        await database.insert("things", {"_id": "0"})
        between.cut()
        took = await seconds_until_unavailable(database)
        assert max(took.values()) < SOON, took
        between.mend()
        async with asyncio.timeout(2 * SOON):
            while True:
                try:
                    found = await database.find("things", {"_id": "0"}, 1)
                    break
                except Unavailable:
                    await asyncio.sleep(0.1)
        assert found == [{"_id": "0"}]
        await database.client.drop_database(database.name)


async def test_a_refused_write_names_the_field_that_is_taken(database: Database) -> None:
    await database.create_index("things", "word", ("word",), unique=True)
    await database.insert_many("things", [{"_id": "1", "word": "甲"}, {"_id": "2", "word": "乙"}])
    before = await database.find("things", {}, 9)
    attempts = {
        "_id": [
            lambda: database.insert("things", {"_id": "1", "word": "丙"}),
            lambda: database.insert_many("things", [{"_id": "1", "word": "丙"}]),
        ],
        "word": [
            lambda: database.insert("things", {"_id": "3", "word": "甲"}),
            lambda: database.update("things", {"_id": "2"}, {"$set": {"word": "甲"}}),
        ],
    }
    for field, writes in attempts.items():
        for write in writes:
            with pytest.raises(Duplicate) as duplicate:
                await write()
            assert duplicate.value.field == field
    assert await database.find("things", {}, 9) == before


async def test_many_are_inserted_in_order_up_to_the_first_that_is_refused(database: Database) -> None:
    await database.insert("things", {"_id": "2"})
    with pytest.raises(Duplicate):
        await database.insert_many("things", [{"_id": each} for each in ("1", "2", "3")])
    assert sorted(each["_id"] for each in await database.find("things", {}, 9)) == ["1", "2"]


async def test_an_update_tells_whether_there_was_one(database: Database) -> None:
    await database.insert("things", {"_id": "1", "version": 1})
    assert await database.update("things", {"_id": "1", "version": 1}, {"$inc": {"version": 1}}) is True
    assert await database.update("things", {"_id": "1", "version": 1}, {"$inc": {"version": 1}}) is False
    assert await database.update("things", {"_id": "1"}, {"$set": {"version": 2}}) is True  # matched, though the same
    assert await database.find("things", {}, 9) == [{"_id": "1", "version": 2}]


@pytest.mark.parametrize("amount", [100, 101, 102, 250])
async def test_any_page_arrives_in_one_answer(make_database: MakeDatabase, driver: DriverName, amount: int) -> None:
    commands = Commands()
    database = await make_database(driver, commands, prepared=False)
    await database.insert_many("things", [{"_id": number, "more": "x" * 100} for number in range(amount + 5)])
    commands.sent.clear()
    assert len(await database.find("things", {}, amount)) == amount
    assert len(await database.aggregate("things", [], amount)) == amount
    sent = [name for name, _ in commands.sent if name not in ("endSessions",)]
    assert sent == ([] if driver == "mongomock" else ["find", "aggregate"])


async def test_an_index_over_what_is_not_unique_is_refused(database: Database) -> None:
    await database.insert_many("things", [{"_id": "1", "word": "甲"}, {"_id": "2", "word": "甲"}])
    with pytest.raises(Duplicate):
        await database.create_index("things", "word", ("word",), unique=True)
    assert "word" not in await database.index_names("things")


@served
async def test_an_index_may_take_longer_to_build_than_a_call(make_database: MakeDatabase, over: DriverName) -> None:
    commands = Commands()
    database = await make_database(over, commands, prepared=False)
    await database.insert("things", {"_id": "1"})
    await database.create_index("things", "word", ("word",), unique=False)
    limits = {name: command.get("maxTimeMS") for name, command in commands.sent}
    assert limits["insert"] <= 3_000
    assert limits["createIndexes"] > 500_000


async def test_no_call_outlives_the_cancellation_of_its_task(database: Database) -> None:
    """Also when the answer arrives at the same moment; and a task that was cancelled may still tidy up."""
    chance = random.Random(11)
    await database.insert("things", {"_id": "1", "number": 0})
    tidied = 0

    async def going_on() -> None:
        nonlocal tidied
        try:
            while True:
                await database.find("things", {"_id": "1"}, 1)
                await database.update("things", {"_id": "1"}, {"$inc": {"number": 1}})
                await asyncio.sleep(0)
        finally:
            for _ in range(2):
                await database.update("things", {"_id": "1"}, {"$set": {"tidied": True}})
            tidied += 1

    for _ in range(150):
        task = asyncio.create_task(going_on())
        await asyncio.sleep(chance.random() * 0.006)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=1)
        assert done == {task}
        assert task.cancelled()
    assert tidied == 150


@served
async def test_what_is_given_up_while_the_server_is_away_holds_up_nobody_later(over: DriverName) -> None:
    """Neither a thread of Motor nor a lock of PyMongo, however many give up, and whenever."""
    chance = random.Random(11)

    async def given_up(database: Database) -> None:
        with contextlib.suppress(Unavailable, TimeoutError):
            async with asyncio.timeout(chance.uniform(0.4, 1.1)):
                await database.find("things", {}, 1)

    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        async with opened(over, f"mongodb://127.0.0.1:{reserved.getsockname()[1]}") as database:
            await asyncio.gather(*(given_up(database) for _ in range(200)))
            took = await seconds_until_unavailable(database)
    assert max(took.values()) < SOON, took


AWAY: list[PyMongoError] = [
    AutoReconnect("connection closed"),
    NetworkTimeout("timed out"),
    ServerSelectionTimeoutError("no server"),
    ExecutionTimeout("operation exceeded time limit", 50),
    WriteConcernError("not enough data-bearing nodes", 100),
    WTimeoutError("waiting for replication timed out", 64),
    BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "timed out"}]}),
    OperationFailure("operation exceeded time limit", 262),
    OperationFailure("network timeout", 89),
    OperationFailure("not authorized", 13),
    OperationFailure("Authentication failed.", 18),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
async def test_a_passing_state_of_the_server_is_unavailable(error: PyMongoError) -> None:
    with pytest.raises(Unavailable) as unavailable, translated():
        raise error
    assert unavailable.value.__cause__ is error


OURS: list[PyMongoError] = [
    OperationFailure("bad query", 2),
    BulkWriteError({"writeErrors": [{"code": 121, "errmsg": "document failed validation"}]}),
]


@pytest.mark.parametrize("error", OURS, ids=lambda error: type(error).__name__)
async def test_a_fault_of_the_program_stays_what_it_is(error: PyMongoError) -> None:
    with pytest.raises(type(error)) as raised, translated():
        raise error
    assert raised.value is error


async def test_a_refusal_without_details_speaks_of_the_id() -> None:
    with pytest.raises(Duplicate) as duplicate, translated():
        raise DuplicateKeyError("E11000 duplicate key error", 11000)
    assert duplicate.value.field == "_id"
