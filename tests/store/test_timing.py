"""How long each call takes, and the wait for a connection, told whatever the driver is."""

import asyncio
import socket
import uuid
from typing import Any

import pytest
from pymongo.errors import OperationFailure
from pymongo.monitoring import ConnectionCheckOutFailedEvent

from service.errors import Unavailable
from service.store.database import Database, Duplicate
from service.store.timing import PoolTiming
from tests.store.conftest import MakeDatabase


@pytest.mark.parametrize("over", ["motor", "pymongo"])
async def test_calls_are_timed_and_told_by_command_and_outcome(engine_uri: str, over: Any) -> None:
    told: list[tuple[str, float, bool]] = []
    database = Database(over, engine_uri, f"test_{uuid.uuid4().hex}", timed=lambda *call: told.append(call))
    try:
        await database.insert("things", {"_id": "1"})
        with pytest.raises(Duplicate):
            await database.insert_many("things", [{"_id": "1"}])
        await database.find("things", {"_id": "1"}, 1)
        await database.aggregate("things", [], 1)
        await database.count("things", {}, 1)
        await database.update("things", {"_id": "1"}, {"$set": {"a": 1}})
        await database.delete("things", {"_id": "1"})
        await database.create_index("things", "a", ("a",), unique=False)
        await database.indexes("things")
        with pytest.raises(OperationFailure):
            await database.command({"nonsense": 1, "more": 1})
    finally:
        await database.client.drop_database(database.name)
        await database.close()
    written = ["insert", "insert", "find", "aggregate", "aggregate", "update", "delete"]
    assert [name for name, _, ok in told if ok] == [*written, "ping", "createIndexes", "listIndexes"]
    assert [name for name, _, ok in told if not ok] == ["nonsense"]
    assert all(0 < seconds < 4 for _, seconds, _ in told)


async def test_a_call_that_is_not_answered_is_told_as_failed_and_one_that_is_given_up_not_at_all() -> None:
    told: list[tuple[str, bool]] = []
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        uri = f"mongodb://127.0.0.1:{reserved.getsockname()[1]}"
        database = Database("motor", uri, "absent", timed=lambda name, _, ok: told.append((name, ok)))
        with pytest.raises(Unavailable):
            await database.count("things", {}, 1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await database.find("things", {}, 1)
        await database.close()
    assert told == [("aggregate", False)]


@pytest.mark.parametrize("over", ["motor", "pymongo"])
async def test_waits_for_a_connection_and_connections_are_told(make_database: MakeDatabase, over: Any) -> None:
    waits: list[tuple[float, bool]] = []
    connections: list[int] = []
    pool = PoolTiming(lambda *wait: waits.append(wait), connections.append)
    database = await make_database(over, pool, prepared=False)
    for _ in range(3):
        await database.find("things", {"_id": "1"}, 1)
    assert len(waits) == 3
    assert all(ok and 0 <= seconds < 3 for seconds, ok in waits)
    assert sum(connections) >= 1
    await database.close()
    assert sum(connections) == 0


async def test_a_connection_that_is_not_had_is_told_as_such() -> None:
    waits: list[bool] = []
    event = ConnectionCheckOutFailedEvent(("db.example", 27017), "timeout", 2.0)
    PoolTiming(lambda _, ok: waits.append(ok), lambda _: None).connection_check_out_failed(event)
    assert waits == [False]
