"""What is looked up is answered, whatever became of what was looked up beside it."""

import asyncio
from collections.abc import Sequence

import pytest

from schema.loader import Loader

SOON = 5  # seconds, of which milliseconds are needed


async def doubled(keys: Sequence[int]) -> list[int]:
    await asyncio.sleep(0)
    return [2 * key for key in keys]


@pytest.mark.parametrize("turns", range(6))
async def test_a_look_up_that_was_given_up_holds_up_none_that_comes_after(turns: int) -> None:
    loader = Loader(doubled, cache=False)
    given_up = asyncio.ensure_future(loader.load(1))
    given_up.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    assert await asyncio.wait_for(loader.load(2), SOON) == 4


@pytest.mark.parametrize("turns", range(6))
async def test_what_was_looked_up_together_with_it_is_answered(turns: int) -> None:
    loader = Loader(doubled, cache=False)
    given_up, other = asyncio.ensure_future(loader.load(1)), asyncio.ensure_future(loader.load(2))
    for _ in range(turns):
        await asyncio.sleep(0)
    given_up.cancel()
    assert await asyncio.wait_for(asyncio.gather(other, loader.load(3)), SOON) == [4, 6]
