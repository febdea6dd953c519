"""A read is one plain command; what that cannot answer is read on, or asked once more, and nothing is left out."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, PyMongoError, ServerSelectionTimeoutError
from pymongo.read_concern import ReadConcern

from service.store.batches import PASSING, batch
from service.store.database import Database, DriverName
from tests.conftest import Commands
from tests.store.conftest import MakeDatabase
from tests.store.scene import wire

READS: dict[str, Callable[[Database, int], Awaitable[list[dict[str, Any]]]]] = {
    "find": lambda database, limit: database.find("things", {}, limit, sort=(("_id", 1),)),
    "aggregate": lambda database, limit: database.aggregate("things", [{"$sort": {"_id": 1}}], limit),
}
served = pytest.mark.parametrize("over", ["motor", "pymongo"])
reads = pytest.mark.parametrize("read", READS)


@served
async def test_what_is_too_big_for_one_answer_is_read_to_its_end(make_database: MakeDatabase, over: DriverName) -> None:
    """An answer has 16 MB at most, of which this is more."""
    commands = Commands()
    database = await make_database(over, commands, prepared=False)
    for start in (0, 6, 12):
        await database.insert_many("things", [{"_id": start + each, "more": "x" * 1_000_000} for each in range(6)])
    for name, read in READS.items():
        commands.sent.clear()
        assert [each["_id"] for each in await read(database, 18)] == [*range(18)]
        assert [sent for sent, _ in commands.sent] == [name, "killCursors", name, "getMore"]


@reads
@served
async def test_a_read_is_sent_again_when_its_connection_is_lost(engine_uri: str, over: DriverName, read: str) -> None:
    commands = Commands()
    async with wire(engine_uri) as between:
        database = Database(over, between.uri, f"test_{uuid.uuid4().hex}", [commands])
        try:
            await database.insert("things", {"_id": 1})
            commands.sent.clear()
            between.cut()
            reading = asyncio.create_task(READS[read](database, 9))
            for _ in range(1_000):
                await asyncio.sleep(0.005)
                if commands.sent:
                    break
            await between.close()  # which lets others through
            assert await reading == [{"_id": 1}]
            assert [sent for sent, _ in commands.sent] == [read, read]
        finally:
            await database.client.drop_database(database.name)
            await database.close()


@served
async def test_reads_keep_to_the_terms_of_the_connection_string(
    make_database: MakeDatabase, engine_uri: str, over: DriverName
) -> None:
    commands, terms = Commands(), "readConcernLevel=majority&readPreference=secondaryPreferred"
    name = (await make_database(over, prepared=False)).name
    database = Database(over, f"{engine_uri}&{terms}", name, [commands])
    try:
        for read in READS.values():
            await read(database, 9)
    finally:
        await database.close()
    asked = {name: sent for name, sent in commands.sent if name in READS}
    assert asked.keys() == READS.keys()
    for sent in asked.values():
        assert sent["readConcern"] == {"level": "majority"}
        assert 0 < sent["maxTimeMS"] <= 3_000


@pytest.mark.parametrize("fields", [(), ("word",), ("_id", "number"), None])
async def test_only_the_named_fields_are_read(database: Database, fields: tuple[str, ...] | None) -> None:
    whole = {"_id": 1, "word": "甲", "number": 2}
    await database.insert("things", whole)
    wanted = whole.keys() if fields is None else {"_id", *fields}
    assert await database.find("things", {}, 9, fields) == [{name: whole[name] for name in whole if name in wanted}]


class Answering:
    """A driver's database that answers, one after another, what it is given; errors are raised."""

    def __init__(self, *answers: Any) -> None:
        self._answers = [*answers]
        self.asked: list[dict[str, Any]] = []
        self.terms: list[dict[str, Any]] = []
        self.read_preference, self.codec_options = "nearest", "aware"
        self.read_concern = ReadConcern()

    async def command(self, command: dict[str, Any], **terms: Any) -> Any:
        self.asked.append(command)
        self.terms.append(terms)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


FIND = {"find": "things", "filter": {}}


async def test_a_batch_that_ended_early_is_not_taken_for_the_whole() -> None:
    database = Answering({"cursor": {"id": 7, "firstBatch": [{"_id": 1}]}}, {"ok": 1})
    assert await batch(database, FIND) is None
    assert database.asked == [FIND, {"killCursors": "things", "cursors": [7]}]


async def test_a_command_obeys_the_preference_and_the_codec_of_its_database() -> None:
    database = Answering({"cursor": {"id": 0, "firstBatch": [{"_id": 1}]}})
    assert await batch(database, FIND) == [{"_id": 1}]
    assert database.asked == [FIND]
    assert database.terms == [{"read_preference": "nearest", "codec_options": "aware"}]


@pytest.mark.parametrize(
    "error", [AutoReconnect("lost"), *(OperationFailure("away", code) for code in sorted(PASSING))]
)
async def test_what_may_pass_is_left_to_a_cursor(error: PyMongoError) -> None:
    assert await batch(Answering(error), FIND) is None


@pytest.mark.parametrize(
    "error", [NetworkTimeout("late"), ServerSelectionTimeoutError("nobody"), OperationFailure("bad hint", 2)]
)
async def test_what_does_not_pass_in_time_is_told(error: PyMongoError) -> None:
    with pytest.raises(type(error)) as raised:
        await batch(Answering(error), FIND)
    assert raised.value is error
