"""Several relays at once, clocks that jump, readers beside them: no gap, no fork, no double, and nothing missed."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.dates import now
from service.records import INSTALLATION, Record
from service.store import history, leases, relay
from service.store.database import Database
from service.store.leases import Lease
from service.store.store import Store
from tests.store.conftest import MakeDatabase
from tests.store.scene import going, interleaved, relayed, waiting
from tests.store.trail_scene import (
    ALL,
    RECORDS,
    begin,
    check_all_relayed,
    drain,
    expire,
    relay_of,
    write,
    write_all,
)


def believing(holders: dict[str, int]) -> Callable[..., Awaitable[Lease | None]]:
    """Every relay believes to hold every lease, whoever else does: the worst that clocks can do."""

    async def granted(_: Database, name: str, holder: str, moment: dt.datetime) -> Lease:
        return Lease(name, holder, holders.setdefault(holder, len(holders) + 1), moment + dt.timedelta(hours=1))

    return granted


@pytest.mark.parametrize("seed", range(40))
async def test_relays_that_all_believe_to_hold_the_lease_make_no_gap_no_fork_and_no_double(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    database = await make_database("mongomock")
    store = Store(database)
    await begin(store)
    monkeypatch.setattr(relay, "acquire", believing({}))
    interleaved(database, monkeypatch, seed)
    relays = [relay_of(database, holder) for holder in ("one", "two", "three")]
    async with going(*relays):
        await asyncio.gather(*(write_some(store, own, 4) for own in RECORDS))
    await drain(*relays)
    await check_all_relayed(database)
    assert len(await relayed(database)) == 5 * len(RECORDS)


async def write_some(store: Store, own: tuple[type[Record], str], times: int) -> None:
    for _ in range(times):
        await write(store, *own)


@pytest.mark.parametrize("over", ["motor", "pymongo"])
@pytest.mark.parametrize("leased", ["short", "believed"])
async def test_two_workers_on_one_server_make_no_gap_no_fork_and_no_double(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, over: Any, leased: str
) -> None:
    """With leases that end all the time, and without any."""
    one = await make_database(over)
    two = await make_database(over, name=one.name, prepared=False)
    store = Store(one)
    await begin(store)
    if leased == "short":
        monkeypatch.setattr(leases, "TERM", dt.timedelta(milliseconds=15))
    else:
        monkeypatch.setattr(relay, "acquire", believing({}))
    relays = [relay_of(one, "one"), relay_of(two, "two")]
    async with going(*relays):
        await asyncio.gather(*(write_some(store, own, 12) for own in RECORDS))
    await asyncio.sleep(0.02)
    await drain(relays[0])
    await asyncio.sleep(0.02)
    await drain(relays[1])
    await check_all_relayed(one)
    fences = {revision["fence"] for revision in await relayed(one)}
    assert len(fences) > 1, "only one of them ever relayed"


async def test_a_holder_that_lost_its_lease_unaware_steps_back(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    database = store.database
    await begin(store)
    stale, fresh = relay_of(database, "stale"), relay_of(database, "fresh")
    assert await drain(stale) == 4
    for partition in ("net_a", "net_b", INSTALLATION):
        await expire(database, partition)
    await write(store, Activity, "act_1")
    assert await fresh.round() == 1
    await write(store, Activity, "act_1")
    await write(store, Activity, "act_far")

    assert await stale.round() == 1  # act_far's: nobody else has taken net_b's lease
    assert caplog.messages == ["another relay wrote to net_a; starting the round anew"]
    assert await stale.round() == 0  # now it asks for the lease, and another has it
    assert await waiting(database) == ["act_1:3"]

    assert await fresh.round() == 1
    await check_all_relayed(database)
    assert [each["fence"] for each in await relayed(database) if each["record"] == "act_1"] == [1, 2, 2]


@pytest.mark.parametrize("jump", [dt.timedelta(hours=-1), dt.timedelta(hours=1)])
async def test_a_holder_whose_clock_jumps_does_no_harm(
    store: Store, monkeypatch: pytest.MonkeyPatch, jump: dt.timedelta
) -> None:
    """Back, it believes its lease to last for an hour more; forward, it takes the lease that another still holds."""
    database, skew = store.database, {"one": dt.timedelta(), "two": dt.timedelta()}
    await begin(store)
    relays = {holder: relay_of(database, holder) for holder in skew}

    async def round_of(holder: str) -> int:
        with monkeypatch.context() as clock:
            clock.setattr(relay, "now", lambda: now() + skew[holder])
            return await relays[holder].round()

    assert await round_of("one") == 4
    skew["one"] = jump
    for turn in range(6):
        await write_all(store, 1)
        if turn == 2:
            await expire(database, "net_a")
        await round_of("two")
        await round_of("one")
    skew["one"] = dt.timedelta()
    for partition in ("net_a", "net_b", INSTALLATION):
        await expire(database, partition)
        await round_of("two")
    await round_of("two")
    await check_all_relayed(database)


async def test_history_never_misses_what_was_acknowledged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each write, and again and again while the relay moves entries, every version so far is there."""
    await begin(store)
    interleaved(store.database, monkeypatch, 3)
    acknowledged = dict.fromkeys(RECORDS, 1)
    looks = 0

    async def look(own: tuple[type[Record], str], newest_first: bool) -> None:
        least = acknowledged[own]
        found = await history.revisions(store.database, *own, 0, ALL, ALL, newest_first=newest_first)
        versions = [revision["version"] for revision in found]
        assert versions[:: -1 if newest_first else 1] == list(range(1, len(versions) + 1))
        assert len(versions) >= least
        some = await history.revisions(store.database, *own, 1, least, 2, newest_first=newest_first)
        within = list(range(2, least))
        assert [each["version"] for each in some] == (within[::-1] if newest_first else within)[:2]

    async def write_and_look(own: tuple[type[Record], str]) -> None:
        for turn in range(8):
            acknowledged[own] = await write(store, *own)
            await look(own, newest_first=turn % 2 == 0)

    async def keep_looking() -> None:
        nonlocal looks
        while True:
            await look(RECORDS[looks % len(RECORDS)], newest_first=looks % 3 == 0)
            looks += 1
            await asyncio.sleep(0)

    looking = asyncio.create_task(keep_looking())
    async with going(relay_of(store.database)):
        await asyncio.gather(*map(write_and_look, RECORDS))
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking
    assert looks > 0
    await drain(relay_of(store.database))
    await check_all_relayed(store.database)
