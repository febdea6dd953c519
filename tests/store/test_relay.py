"""The relay: whatever breaks off, jumps or races, each revision is in its partition's sequence, once and in order."""

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.dates import now
from service.errors import Unavailable
from service.records import INSTALLATION
from service.store import history, relay
from service.store.database import Database
from service.store.feed import last_sequence
from service.store.kinds import REVISIONS
from service.store.leases import acquire
from service.store.relay import Relay
from service.store.store import Store
from tests.store.conftest import MakeDatabase
from tests.store.scene import NOW, act, activity, relayed, waiting, wire
from tests.store.trail_scene import (
    RECORDS,
    WRITER,
    all_relayed,
    begin,
    check_all_relayed,
    drain,
    relay_of,
    write,
    write_all,
)


class CrashError(Exception):
    """The process ends here."""


async def test_each_partition_counts_its_own_revisions_from_one(store: Store) -> None:
    await begin(store)
    await write_all(store, 2)
    entries = await waiting(store.database)

    assert await drain(relay_of(store.database)) == 12

    revisions = await relayed(store.database)
    assert sorted(revision["_id"] for revision in revisions) == entries
    assert [(revision["partition"], revision["sequence"]) for revision in revisions] == [
        *((INSTALLATION, place) for place in (1, 2, 3)),
        *(("net_a", place) for place in (1, 2, 3, 4, 5, 6)),
        *(("net_b", place) for place in (1, 2, 3)),
    ]
    await check_all_relayed(store.database)
    assert await last_sequence(store.database, "net_a") == 6
    assert await last_sequence(store.database, "net_none") == 0


async def test_a_revision_is_relayed_as_it_was_written(store: Store) -> None:
    await begin(store)
    outbox = (await store.database.find(Activity.COLLECTION, {"_id": "act_1"}, 1))[0]["outbox"]
    await drain(relay_of(store.database))
    revision = (await store.database.find(REVISIONS, {"_id": "act_1:1"}, 1))[0]
    assert revision == {**outbox[0], "sequence": revision["sequence"], "fence": 1}


async def test_relaying_again_does_nothing(store: Store) -> None:
    await begin(store)
    await drain(relay_of(store.database))
    before = await relayed(store.database)
    assert await drain(relay_of(store.database), relay_of(store.database, "one")) == 0
    assert await relayed(store.database) == before


async def test_more_than_one_round_can_carry_is_carried_in_several(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "ROUND", 2)
    for number in range(7):
        await store.create(activity(f"act_{number}"), act(WRITER))
    assert await drain(relay_of(store.database)) == 7
    assert await waiting(store.database) == []


async def test_a_crash_before_the_outbox_is_cleared_doubles_nothing(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(store)
    await write_all(store, 1)
    update = store.database.update

    async def crash(collection: str, where: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        if "$pull" in change:
            raise CrashError
        return await update(collection, where, change)

    with monkeypatch.context() as broken:
        broken.setattr(store.database, "update", crash)
        with pytest.raises(CrashError):
            await relay_of(store.database).round()
    assert len(await waiting(store.database)) == 8
    carried = len(await relayed(store.database))
    assert carried > 0

    assert await drain(relay_of(store.database)) == 8 - carried
    await check_all_relayed(store.database)


@pytest.mark.parametrize("through", range(6))
@pytest.mark.parametrize("error", [CrashError, Unavailable])
async def test_a_crash_in_the_middle_of_inserting_leaves_no_gap(
    store: Store, monkeypatch: pytest.MonkeyPatch, through: int, error: type[Exception]
) -> None:
    """With a crash, another relay goes on; after a lost connection the same one does, not knowing how far it came."""
    await begin(store)
    await write_all(store, 2)
    insert_many = store.database.insert_many

    async def interrupted(collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        if documents[:through]:
            await insert_many(collection, documents[:through])
        raise error

    first = relay_of(store.database)
    with monkeypatch.context() as broken:
        broken.setattr(store.database, "insert_many", interrupted)
        with pytest.raises(error):
            await first.round()
    next_one = first if error is Unavailable else relay_of(store.database)
    carried = len(await relayed(store.database))
    await write_all(store, 1)
    assert await drain(next_one) == 16 - carried
    await check_all_relayed(store.database)


async def test_the_same_relay_goes_on_after_a_lost_connection_without_a_false_start(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await begin(store)
    await drain(own := relay_of(store.database))
    await write(store, Activity, "act_1")
    await write(store, Activity, "act_2")
    insert_many = store.database.insert_many

    async def answer_lost(collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        await insert_many(collection, documents[:1])
        raise Unavailable

    with monkeypatch.context() as broken:
        broken.setattr(store.database, "insert_many", answer_lost)
        with pytest.raises(Unavailable):
            await own.round()
    assert await own.round() == 1
    assert caplog.messages == []
    await check_all_relayed(store.database)


async def test_the_versions_of_a_record_are_in_order_even_when_the_clock_went_backwards(store: Store) -> None:
    await begin(store)
    for hours in (5, 3, -2, 4, -7):
        for kind, own_id in RECORDS:
            await write(store, kind, own_id, NOW + dt.timedelta(hours=hours))
    assert await drain(relay_of(store.database)) == 24
    await check_all_relayed(store.database)


async def test_an_earlier_state_can_be_had_whether_relayed_or_not(store: Store) -> None:
    await begin(store)
    states = [(await store.database.find(Activity.COLLECTION, {"_id": "act_1"}, 1))[0]]
    for turn in range(4):
        await write(store, Activity, "act_1", NOW + dt.timedelta(hours=turn))
        states.append((await store.database.find(Activity.COLLECTION, {"_id": "act_1"}, 1))[0])
        if turn == 1:
            await drain(relay_of(store.database))
    for version, state in enumerate(states, start=1):
        own = {name: value for name, value in state.items() if name != "outbox"}
        assert await history.earlier_state(store.database, Activity, "act_1", version) == own
    assert await history.earlier_state(store.database, Activity, "act_none", 1) is None


async def test_a_running_relay_waits_for_an_absent_database_and_recovers(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await begin(store)
    monkeypatch.setattr(relay, "PAUSE", 0.01)
    own = relay_of(store.database)

    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("nobody there")

    with monkeypatch.context() as absent:
        absent.setattr(store.database, "find", away)
        running = asyncio.create_task(own.run())
        await asyncio.sleep(0.4)
        assert len(caplog.messages) > 2
    await all_relayed(store.database)
    await stop(running)
    assert set(caplog.messages) == {"the relay waits for the database: nobody there"}
    await check_all_relayed(store.database)


async def test_a_running_relay_survives_a_silent_server(
    make_database: MakeDatabase, engine_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = await make_database("motor")
    store = Store(beside)
    await begin(store)
    monkeypatch.setattr(relay, "PAUSE", 0.05)
    async with wire(engine_uri) as between:
        through = Database("motor", between.uri, beside.name)
        running = asyncio.create_task(relay_of(through).run())
        between.cut()
        await write_all(store, 1)
        await asyncio.sleep(3.5)
        await write_all(store, 1)
        between.mend()
        await all_relayed(beside)
        await stop(running)
        await through.close()
    await check_all_relayed(beside)


async def stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_running_relay_is_told_of_a_write_and_gives_its_leases_back(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "PAUSE", 30.0)
    running = asyncio.create_task(Relay(store.database, "first", store.written).run())
    await asyncio.sleep(0.05)
    await begin(store)
    await all_relayed(store.database)
    assert await acquire(store.database, "net_a", "second", now()) is None
    await stop(running)
    taken = await acquire(store.database, "net_a", "second", now())
    assert taken is not None
    assert taken.fence == 2
