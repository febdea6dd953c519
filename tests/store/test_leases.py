"""Leases: one holder at a time, each new one with a higher fence, renewed while the work takes."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from service.dates import now
from service.store import leases
from service.store.database import Database, Duplicate
from service.store.leases import LEASES, TERM, Lease, acquire, release
from tests.store.scene import NOW, interleaved


async def test_a_lease_has_one_holder_and_each_new_one_a_higher_fence(database: Database) -> None:
    first = await acquire(database, "net_a", "one", NOW)
    assert first == Lease("net_a", "one", 1, NOW + TERM)
    assert await acquire(database, "net_a", "two", NOW + TERM - dt.timedelta(milliseconds=1)) is None
    later = NOW + dt.timedelta(seconds=5)
    assert await acquire(database, "net_a", "one", later) == Lease("net_a", "one", 1, later + TERM)
    assert await acquire(database, "net_a", "two", NOW + TERM) is None
    second = await acquire(database, "net_a", "two", later + TERM)
    assert second == Lease("net_a", "two", 2, later + 2 * TERM)
    assert await acquire(database, "net_b", "one", NOW) == Lease("net_b", "one", 1, NOW + TERM)

    await release(database, first)  # it is not the first one's any more
    assert await acquire(database, "net_a", "one", later + TERM) is None
    await release(database, second)
    assert await acquire(database, "net_a", "one", later + TERM) == Lease("net_a", "one", 3, later + 2 * TERM)


@pytest.mark.parametrize("stands", [False, True])
async def test_of_many_that_ask_for_a_lease_at_once_one_gets_it(
    database: Database, monkeypatch: pytest.MonkeyPatch, stands: bool
) -> None:
    for turn in range(5):
        if stands:
            assert await acquire(database, f"net_{turn}", "before", NOW - 2 * TERM) is not None
        with monkeypatch.context() as patch:
            interleaved(database, patch, turn)
            asking = (acquire(database, f"net_{turn}", holder, NOW) for holder in "abcdef")
            got = [each for each in await asyncio.gather(*asking) if each is not None]
        assert [each.fence for each in got] == [2 if stands else 1]


async def test_who_would_take_a_lease_loses_to_its_holder_that_renews_it_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await acquire(database, "net_a", "one", NOW) is not None
    find, renewed = database.find, []

    async def overtaken(*arguments: Any, **options: Any) -> list[dict[str, Any]]:
        found = await find(*arguments, **options)
        monkeypatch.setattr(database, "find", find)
        renewed.append(await acquire(database, "net_a", "one", NOW + TERM))
        return found

    monkeypatch.setattr(database, "find", overtaken)
    assert await acquire(database, "net_a", "two", NOW + TERM) is None
    assert renewed == [Lease("net_a", "one", 1, NOW + 2 * TERM)]


async def test_a_lease_is_held_and_renewed_as_long_as_the_work_takes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TERM", dt.timedelta(seconds=1))
    async with leases.held(database, "work", "one", 1):
        for _ in range(6):
            await asyncio.sleep(0.25)
            assert await acquire(database, "work", "two", now()) is None
        with pytest.raises(TimeoutError):
            async with leases.held(database, "work", "two", 0.3):
                raise AssertionError("another holds it")
    async with leases.held(database, "work", "two", 1):
        assert (await database.find(LEASES, {"_id": "work"}, 1))[0]["holder"] == "two"
    assert await database.find(LEASES, {}, 9) == []  # there are as many names as there is work


async def test_a_lease_is_given_back_when_the_work_fails(database: Database) -> None:
    with pytest.raises(Duplicate):
        async with leases.held(database, "work", "one", 1):
            raise Duplicate("_id")
    async with leases.held(database, "work", "two", 1):
        pass
