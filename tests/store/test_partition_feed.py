"""A partition's feed: looked at once for all, from any place, through absences, nothing lost and nothing doubled."""

import asyncio
import random
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from service.errors import Unavailable
from service.records import INSTALLATION
from service.store import feed, sealing
from service.store.feed import Feed, Feeds
from service.store.kinds import REVISIONS
from service.trail.sealing import FORGOTTEN, of_value
from tests.conftest import House
from tests.store.scene import act
from tests.store.test_sealing import branch

PARTITION = "net_feed"


async def relayed(house: House, first: int, last: int, partition: str = PARTITION) -> None:
    """Revisions as a relay leaves them."""
    entries = [
        {"_id": f"{partition}:{each}", "record": f"r{each}", "version": 1, "key": None, "partition": partition}
        for each in range(first, last + 1)
    ]
    numbered = [{**entry, "sequence": first + place} for place, entry in enumerate(entries)]
    if numbered:
        await house.database.insert_many(REVISIONS, numbered)
    house.store.feeds.wake(partition)


@pytest.fixture(params=["mongomock", "motor"])
async def house(request: pytest.FixtureRequest, make_house: Callable[..., Any]) -> House:
    made: House = await make_house(request.param, seeded=False)
    return made


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "AT_ONCE", 3)
    monkeypatch.setattr(feed, "KEPT", 5)


async def followed(feeds: Feeds, after: int, until: int, pauses: Sequence[float] = ()) -> list[int]:
    """The sequences that a follower has, who is as slow as `pauses` say."""
    found = [after]
    waits = iter(pauses)
    async with feeds.following(PARTITION) as own:
        while found[-1] < until:
            found += [each["sequence"] for each in await asyncio.wait_for(own.after(found[-1]), 10)]
            await asyncio.sleep(next(waits, 0))
    return found[1:]


async def test_followers_from_anywhere_have_everything_once_and_in_order(house: House) -> None:
    drawn = random.Random(7)
    feeds = house.store.feeds
    await relayed(house, 1, 17)
    starts = [0, 4, 16, 17, 19, 40]
    slow = [[drawn.random() / 50 for _ in range(20)] for _ in starts]
    following = [
        asyncio.create_task(followed(feeds, start, 60, pauses)) for start, pauses in zip(starts, slow, strict=True)
    ]
    last = 17
    while last < 60:
        await asyncio.sleep(drawn.random() / 50)
        many = min(drawn.choice([1, 2, 3, 9]), 60 - last)
        await relayed(house, last + 1, last + many)
        await relayed(house, 1, drawn.choice([0, 1]), f"net_other_{last}")
        last += many
    assert [await each for each in following] == [list(range(start + 1, 61)) for start in starts]
    assert feeds.followed() == frozenset()


async def test_all_who_follow_share_one_feed_which_ends_with_the_last(house: House) -> None:
    feeds = house.store.feeds
    await relayed(house, 1, 2)
    async with feeds.following(PARTITION) as first:
        async with feeds.following(PARTITION) as second, feeds.following("net_other") as other:
            assert (first is second, first is other) == (True, False)
            assert (first.top, other.top) == (2, 0)
        assert feeds.followed() == {PARTITION}
    assert feeds.followed() == frozenset()
    feeds.wake(PARTITION)  # whom nobody follows
    both = [feeds.following(PARTITION) for _ in range(2)]
    opened = await asyncio.gather(*(each.__aenter__() for each in both))  # both find that there is none yet
    assert opened[0] is opened[1]
    for each in both:
        await each.__aexit__(None, None, None)
    assert feeds.followed() == frozenset()


async def test_what_another_process_relayed_is_found_without_being_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PAUSE", 0.05)
    async with Feeds(house.database).following(PARTITION) as own:
        waiting = asyncio.create_task(own.after(0))
        await asyncio.sleep(0)
        await relayed(house, 1, 1)
        assert [each["sequence"] for each in await asyncio.wait_for(waiting, 5)] == [1]


async def test_it_looks_again_when_the_database_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(feed, "PAUSE", 0.02)
    find = house.database.find

    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("gone")

    feeds = house.store.feeds
    async with feeds.following(PARTITION) as own:
        monkeypatch.setattr(house.database, "find", away)
        waiting = asyncio.create_task(own.after(0))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        monkeypatch.setattr(house.database, "find", find)
        await relayed(house, 1, 4)
        assert [each["sequence"] for each in await asyncio.wait_for(waiting, 5)] == [1, 2, 3]
        assert "waits for the database: gone" in caplog.text
        monkeypatch.setattr(house.database, "find", away)
        with pytest.raises(Unavailable):
            async with feeds.following("net_new"):
                pass
        with pytest.raises(Unavailable):
            await Feed(house.database, PARTITION, top=4).after(0)
    assert feeds.followed() == frozenset()


async def test_a_name_is_told_until_it_is_forgotten_and_is_kept_sealed(house: House) -> None:
    async with house.store.feeds.following(INSTALLATION) as own:
        await house.store.create(branch("bra_1"), act())
        await house.relay_all()
        house.store.feeds.wake(INSTALLATION)
        for plain in (True, False):
            told = repr(await asyncio.wait_for(own.after(0), 10))
            assert ("王伟" in told, FORGOTTEN in told) == (plain, not plain)
            assert "王伟" not in repr(own._latest)
            await sealing.erase(house.database, of_value("net_a", "王伟"))


async def test_what_is_kept_is_bounded(house: House) -> None:
    async with house.store.feeds.following(PARTITION) as own:
        await relayed(house, 1, 40)
        async with asyncio.timeout(10):
            while own.top < 40:
                await own.after(own.top)
        assert len(own._latest) == 5
        assert [each["sequence"] for each in await own.after(36)] == [37, 38, 39]
        assert [each["sequence"] for each in await own.after(30)] == [31, 32, 33]
