"""What is asked for together is one command, and whoever gives up takes nothing from the others."""

import asyncio
from collections.abc import Collection, Iterable

import pytest

from schema.batches import Batches
from schema.reader import Reader
from service.records import Document
from tests.api.world import TODAY
from tests.conftest import ADMIN, House


class Loaded:
    """What was loaded together, batch by batch."""

    def __init__(self) -> None:
        self.batches = list[list[int]]()
        self.begun = asyncio.Event()
        self.own = Batches(self._load)

    async def _load(self, wanted: list[int]) -> list[int]:
        self.batches.append(list(wanted))
        self.begun.set()
        await asyncio.sleep(0)
        if 13 in wanted:
            raise LookupError("no thirteen")
        return [each * 10 for each in wanted]


async def test_what_is_asked_for_alone_is_loaded_alone_and_each_anew() -> None:
    loaded = Loaded()
    assert [await loaded.own.load(1), await loaded.own.load(1)] == [10, 10]
    assert loaded.batches == [[1], [1]]


async def test_what_is_asked_for_at_once_is_one_batch_also_from_a_task_below_another() -> None:
    loaded = Loaded()

    async def below() -> list[int]:
        return await asyncio.gather(loaded.own.load(3), loaded.own.load(4))

    assert await asyncio.gather(loaded.own.load(1), below(), loaded.own.load(2)) == [10, [30, 40], 20]
    assert loaded.batches == [[1, 2, 3, 4]]


async def test_what_comes_while_a_batch_is_loaded_is_for_the_next() -> None:
    loaded = Loaded()
    first = asyncio.gather(loaded.own.load(1), loaded.own.load(2))
    await asyncio.wait_for(loaded.begun.wait(), 5)
    assert [await loaded.own.load(3), await first] == [30, [10, 20]]
    assert loaded.batches == [[1, 2], [3]]


@pytest.mark.parametrize("turns", range(5))
async def test_whoever_gives_up_takes_nothing_from_the_others(turns: int) -> None:
    loaded = Loaded()
    tasks = [asyncio.create_task(loaded.own.load(each)) for each in (1, 2, 3)]
    for _ in range(turns):
        await asyncio.sleep(0)
    tasks[0].cancel()
    assert await asyncio.gather(*tasks[1:]) == [20, 30]
    assert await loaded.own.load(4) == 40
    assert loaded.batches[-1] == [4]


async def test_one_that_gave_up_alone_stands_in_nobodys_way() -> None:
    loaded = Loaded()
    gone = asyncio.create_task(loaded.own.load(1))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    assert await loaded.own.load(2) == 20
    assert await loaded.own.load(3) == 30
    assert loaded.batches == [[2], [3]]


async def test_what_a_batch_raises_all_of_it_are_told() -> None:
    loaded = Loaded()
    told = await asyncio.gather(loaded.own.load(13), loaded.own.load(1), return_exceptions=True)
    assert [type(each) for each in told] == [LookupError, LookupError]
    with pytest.raises(LookupError):
        await loaded.own.load(13)


@pytest.mark.parametrize("turns", range(6))
async def test_a_look_up_that_was_given_up_holds_up_none_that_comes_after(turns: int) -> None:
    loaded = Loaded()
    given_up = asyncio.create_task(loaded.own.load(1))
    for _ in range(turns):
        await asyncio.sleep(0)
    given_up.cancel()
    assert await asyncio.wait_for(loaded.own.load(2), 5) == 20
    assert await asyncio.wait_for(asyncio.gather(loaded.own.load(3), loaded.own.load(4)), 5) == [30, 40]


async def test_what_is_read_anew_is_no_batch_with_what_is_read_still(house: House) -> None:
    batches = list[Collection[str]]()

    class Watched(Reader):
        async def records(self, prefix: str, ids: Collection[str], fields: Iterable[str]) -> dict[str, Document]:
            batches.append(sorted(ids))
            return await super().records(prefix, ids, fields)

    reader = Watched(house.database, ADMIN, TODAY.date())
    before = [asyncio.create_task(reader.one("org", own_id, ())) for own_id in ("org_a", "org_b")]
    await asyncio.sleep(0)
    reader.begin_anew()
    assert await reader.one("org", "org_c", ()) is None
    await asyncio.gather(*before)
    assert sorted(batches) == [["org_a", "org_b"], ["org_c"]]
