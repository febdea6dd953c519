"""How long each command takes, told whatever driver sent it."""

from typing import Any

import pytest
from pymongo.errors import OperationFailure

from service.store.timing import Timing
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
