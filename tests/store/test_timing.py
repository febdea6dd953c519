"""How long each command takes, and the wait for a connection, told whatever driver sent it."""

from typing import Any

import pytest
from pymongo.errors import OperationFailure
from pymongo.monitoring import ConnectionCheckOutFailedEvent

from service.store.timing import PoolTiming, Timing
from tests.store.conftest import MakeDatabase


@pytest.mark.parametrize("over", ["motor", "pymongo"])
async def test_commands_are_timed_and_told_by_name_and_outcome(make_database: MakeDatabase, over: Any) -> None:
    told: list[tuple[str, float, bool]] = []
    database = await make_database(over, Timing(lambda *command: told.append(command)), prepared=False)
    await database.find("things", {"_id": "1"}, 1)
    with pytest.raises(OperationFailure):
        await database.command({"nonsense": 1, "more": 1})
    assert [(name, ok) for name, _, ok in told] == [("find", True), ("nonsense", False)]
    assert all(0 < seconds < 3 for _, seconds, _ in told)


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
