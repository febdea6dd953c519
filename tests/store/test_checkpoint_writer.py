"""Writing checkpoints: when they are due, who writes them, and that each is written once whatever breaks off."""

import asyncio
import datetime as dt

import pytest

from service.cooperation.activities import Activity
from service.dates import now
from service.errors import Unavailable
from service.store import checkpointing
from service.store.checkpointing import Checkpointing, seal, unsealed
from service.store.database import Database, DriverName
from service.store.kinds import CHECKPOINTS, REVISIONS
from service.store.leases import acquire
from service.store.relay import Relay
from service.store.store import Store
from service.trail.checkpoints import leaves_of
from tests.store.chain_scene import DRIVERS, KEY, OTHER_KEY, SEALING, faults, seal_all, sealed_trail
from tests.store.scene import MANY, going, interleaved
from tests.store.trail_scene import begin, drain, relay_of, write, write_all

HOUR = dt.timedelta(hours=1)


@pytest.fixture(scope="module", params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> DriverName:
    """In the usual run in memory; on servers by make prove."""
    return request.param


def sealing_relay(database: Database, most: int = 5, pause: dt.timedelta = HOUR, holder: str = "one") -> Relay:
    return Relay(database, holder, asyncio.Event(), checkpointing=Checkpointing(KEY, most, pause))


async def ranges(database: Database) -> dict[str, list[tuple[int, int]]]:
    """What the checkpoints of each partition list, in order."""
    found: dict[str, list[tuple[int, int]]] = {}
    for each in sorted(await database.find(CHECKPOINTS, {}, MANY), key=lambda own: (own["partition"], own["number"])):
        found.setdefault(each["partition"], []).append((each["first"], each["last"]))
        assert len(leaves_of(each)) == each["last"] - each["first"] + 1
        assert each["_id"] == f"{each['partition']}:{len(found[each['partition']])}"
    return found


async def test_nothing_is_written_where_nothing_is_new(store: Store) -> None:
    await drain(sealing_relay(store.database))
    assert await ranges(store.database) == {}
    assert not await seal(store.database, "net_a", SEALING, now())
    assert await faults(store.database) == []


async def test_a_checkpoint_is_due_at_first_then_by_number_or_by_time(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(store)
    await drain(own := sealing_relay(store.database))
    assert await ranges(store.database) == {"installation": [(1, 1)], "net_a": [(1, 2)], "net_b": [(1, 1)]}
    await write_all(store, 2)
    await drain(own)
    assert (await ranges(store.database))["net_a"] == [(1, 2)]  # four are new, an hour has not passed
    await write(store, Activity, "act_1")
    await drain(own)
    assert (await ranges(store.database))["net_a"] == [(1, 2), (3, 7)]
    assert (await ranges(store.database))["net_b"] == [(1, 1)]
    later = now() + HOUR
    monkeypatch.setattr(checkpointing, "now", lambda: later)
    await drain(own)
    assert (await ranges(store.database))["net_b"] == [(1, 1), (2, 3)]
    assert await faults(store.database) == []
    assert await unsealed(store.database) == set()


async def test_no_checkpoint_lists_more_than_it_may(store: Store) -> None:
    await sealed_trail(store, times=5)
    assert (await ranges(store.database))["net_a"] == [(1, 5), (6, 10), (11, 12)]


async def test_a_writer_that_dies_leaves_nothing_half_done_and_the_next_goes_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(store)
    await write_all(store, 3)
    insert = store.database.insert

    async def dying(collection: str, document: object) -> None:
        if collection == CHECKPOINTS:
            await insert(collection, document)
            raise Unavailable("gone before the answer")
        await insert(collection, document)

    with monkeypatch.context() as patch:
        patch.setattr(store.database, "insert", dying)
        first = sealing_relay(store.database)
        with pytest.raises(Unavailable):
            await drain(first)
    assert await ranges(store.database) == {"installation": [(1, 4)]}
    await store.database.update("leases", {"_id": "net_a"}, {"$set": {"until": now() - HOUR}})
    await store.database.update("leases", {"_id": "net_b"}, {"$set": {"until": now() - HOUR}})
    await drain(sealing_relay(store.database, holder="two"))
    assert await ranges(store.database) == {"installation": [(1, 4)], "net_a": [(1, 5), (6, 8)], "net_b": [(1, 4)]}
    assert await faults(store.database) == []


async def test_only_the_holder_of_the_lease_writes(store: Store) -> None:
    await begin(store)
    await drain(relay_of(store.database))
    own = sealing_relay(store.database, holder="two")
    await own.round()
    assert await ranges(store.database) == {}
    await store.database.update("leases", {"_id": "net_a"}, {"$set": {"until": now() - HOUR}})
    other = sealing_relay(store.database, holder="three")
    await other.round()
    assert await ranges(store.database) == {"net_a": [(1, 2)]}
    assert await acquire(store.database, "net_a", "two", now()) is None


@pytest.mark.parametrize("seed", range(4))
async def test_two_writers_at_once_write_each_checkpoint_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Without any lease: the unique index alone keeps them apart."""
    await begin(store)
    await write_all(store, 4)
    await drain(relay_of(store.database))
    interleaved(store.database, monkeypatch, seed)
    await asyncio.gather(*(seal_all(store.database, Checkpointing(key, 3)) for key in (KEY, OTHER_KEY)))
    await seal_all(store.database)
    found = await ranges(store.database)
    assert [last for _, last in found["net_a"]] == [*range(3, 10, 3), 10]
    both = {KEY.id: KEY.public, OTHER_KEY.id: OTHER_KEY.public}
    assert await faults(store.database, known=both) == []


async def test_two_relays_seal_side_by_side(store: Store) -> None:
    no_pause = dt.timedelta(0)
    one, two = (sealing_relay(store.database, 2, no_pause, holder) for holder in ("one", "two"))
    await begin(store)
    async with going(one, two):
        await write_all(store, 4)
        await asyncio.sleep(0)
    await drain(one, two)
    await seal_all(store.database)
    assert sum(last - first + 1 for each in (await ranges(store.database)).values() for first, last in each) == 20
    assert await faults(store.database) == []


@pytest.mark.parametrize("change", [{"reason": "x"}, {"sequence": 99}])
async def test_what_does_not_hold_is_not_sealed(
    store: Store, change: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    await begin(store)
    await write_all(store, 2)
    await drain(relay_of(store.database))
    assert await store.database.update(REVISIONS, {"partition": "net_a", "sequence": 3}, {"$set": change})
    await seal_all(store.database)
    assert (await ranges(store.database))["net_a"] == [(1, 2)]
    assert "net_a is sealed no further" in caplog.text
    assert await faults(store.database)


async def test_a_key_can_be_changed_and_both_are_known(store: Store) -> None:
    await sealed_trail(store, times=2)
    await write_all(store, 1)
    await drain(relay_of(store.database))
    await seal_all(store.database, Checkpointing(OTHER_KEY))
    assert await faults(store.database)  # the new key is not known yet
    assert await faults(store.database, known={KEY.id: KEY.public, OTHER_KEY.id: OTHER_KEY.public}) == []
