"""A relay that found nothing looks again once somebody wrote, and never misses what came while it looked."""

import asyncio
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.errors import Unavailable
from service.store import stillness
from service.store.database import Database
from service.store.kinds import KINDS
from service.store.relay import Relay
from service.store.stillness import LONGEST, SETTLED, Stillness
from service.store.store import Store
from tests.conftest import Commands
from tests.store.conftest import MakeDatabase
from tests.store.trail_scene import begin, check_all_relayed, drain, relay_of, write


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stillness, "SETTLED", 0.05)


async def settle(relay: Relay, commands: Commands) -> None:
    """Until a round sends but one command. SecantusDB counts a driver's heartbeat as a write: then it takes longer."""
    async with asyncio.timeout(20):
        while [name for name, _ in commands.sent] != ["ping"]:
            commands.sent.clear()
            assert await relay.round() == 0
            await asyncio.sleep(0.03)


async def one_waiting(make_database: MakeDatabase) -> tuple[Database, Relay]:
    """A database in which one revision waits, and a relay that has carried all others."""
    database = await make_database("motor")
    await begin(Store(database))
    await drain(relay := relay_of(database))
    await write(Store(database), Activity, "act_1")
    return database, relay


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_nothing_is_looked_for_again_before_somebody_writes(make_database: MakeDatabase, driver: str) -> None:
    commands = Commands()
    watched = await make_database(driver, commands)
    other = Store(await make_database("pymongo", name=watched.name, prepared=False))
    await begin(other)
    await drain(quiet := relay_of(watched))
    await settle(quiet, commands)

    await write(other, Activity, "act_1")
    assert await quiet.round() == 1
    await check_all_relayed(watched)


@pytest.mark.usefixtures("soon")
async def test_what_waits_for_another_relay_is_looked_for_again_though_nobody_wrote(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, waiting = await one_waiting(make_database)

    async def none(_: str) -> None:
        return None

    with monkeypatch.context() as held:
        held.setattr(waiting, "_lease", none)
        for _ in range(3):
            assert await waiting.round() == 0
            await asyncio.sleep(0.06)
    assert await waiting.round() == 1
    await check_all_relayed(database)


@pytest.mark.usefixtures("soon")
async def test_a_look_that_breaks_off_has_found_out_nothing(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, relay = await one_waiting(make_database)
    find = database.find

    async def breaking(collection: str, *given: Any, **named: Any) -> list[dict[str, Any]]:
        if collection == Activity.COLLECTION:
            raise Unavailable("away")
        return await find(collection, *given, **named)

    with monkeypatch.context() as broken:
        broken.setattr(database, "find", breaking)
        for _ in range(2):
            with pytest.raises(Unavailable):
                await relay.round()
            await asyncio.sleep(0.06)
    assert await relay.round() == 1
    await check_all_relayed(database)


@pytest.mark.usefixtures("soon")
async def test_what_becomes_visible_after_its_time_was_told_is_found(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SecantusDB tells a write's time some milliseconds before a find sees the write."""
    database, relay = await one_waiting(make_database)
    find = database.find

    async def late(collection: str, *given: Any, **named: Any) -> list[dict[str, Any]]:
        return [] if collection in {kind.COLLECTION for kind in KINDS.values()} else await find(collection, *given)

    with monkeypatch.context() as lagging:
        lagging.setattr(database, "find", late)
        assert await relay.round() == 0
    assert await relay.round() == 1
    await check_all_relayed(database)


class Told:
    """A database as far as stillness asks it, with a clock beside it."""

    driver = "motor"

    def __init__(self) -> None:
        self.written: object = 1
        self.moment = 100.0
        self.asked = 0

    async def command(self, _: object) -> dict[str, Any]:
        self.asked += 1
        return {"operationTime": self.written} if self.written is not None else {}


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def still(told: Told, monkeypatch: pytest.MonkeyPatch) -> Stillness:
    monkeypatch.setattr(Stillness, "_sees_at_once", lambda _: True)
    database: Any = told
    return Stillness(database, lambda: told.moment)


async def test_only_a_look_that_began_late_enough_counts(told: Told, still: Stillness) -> None:
    seen = []
    for wait in (0, SETTLED / 2, SETTLED / 2, 1, 1):
        told.moment += wait
        seen.append(await still.lasts())
        if not seen[-1]:
            still.nothing_found()
    assert seen == [False, False, False, True, True]
    told.written = 2
    assert not await still.lasts()


async def test_it_is_looked_again_after_a_while_in_any_case(told: Told, still: Stillness) -> None:
    for _ in range(2):
        assert not await still.lasts()
        still.nothing_found()
        told.moment += SETTLED
    assert await still.lasts()
    told.moment += LONGEST
    assert not await still.lasts()
    still.nothing_found()
    assert await still.lasts()


async def test_where_no_time_is_told_it_is_looked_each_time(told: Told, still: Stillness) -> None:
    told.written = None
    for _ in range(3):
        assert not await still.lasts()
        still.nothing_found()
        told.moment += 1


@pytest.mark.parametrize(
    ("terms", "asked"),
    [
        ("w=1", 1),
        ("readConcernLevel=local", 1),
        ("readConcernLevel=majority", 0),
        ("readPreference=secondaryPreferred", 0),
    ],
)
async def test_where_reads_come_later_it_is_looked_each_time(
    engine_uri: str, monkeypatch: pytest.MonkeyPatch, terms: str, asked: int
) -> None:
    database = Database("motor", f"{engine_uri}{'&' if '?' in engine_uri else '/?'}{terms}", "test_terms")
    sent, command = list[object](), database.command

    async def counted(asked_for: Any) -> dict[str, Any]:
        sent.append(asked_for)
        return await command(asked_for)

    monkeypatch.setattr(database, "command", counted)
    try:
        await Stillness(database).lasts()
    finally:
        await database.close()
    assert len(sent) == asked


async def test_behind_a_router_it_is_looked_each_time(told: Told) -> None:
    class Server:
        server_type_name = "Mongos"

    class Client(dict[str, Any]):
        class topology_description:
            @staticmethod
            def server_descriptions() -> dict[str, type[Server]]:
                return {"one": Server}

    database: Any = told
    database.name, database.client = "any", Client(any=None)
    assert not await Stillness(database).lasts()
    assert told.asked == 0
