"""Limits of time that share one timer: they end what is late, and nothing that is not."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable
from itertools import permutations

import pytest

from service import patience
from service.patience import Within

SOON, LATE = 0.01, 30.0


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOOK", 0.005)


async def never() -> None:
    await asyncio.Event().wait()


async def test_what_is_late_is_ended_and_what_is_in_time_is_not() -> None:
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError), Within(SOON):
            await never()
        with Within(LATE):
            await asyncio.sleep(0)
        with Within(SOON):
            pass
        await asyncio.sleep(3 * SOON)  # nothing comes after it
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_limit_of_no_time_ends_what_waits() -> None:
    async with asyncio.timeout(5):
        with pytest.raises(TimeoutError), Within(0):
            await never()


async def test_each_of_many_is_ended_for_itself() -> None:
    async def limited(seconds: float) -> str:
        try:
            with Within(seconds):
                await asyncio.sleep(20 * SOON)
        except TimeoutError:
            return "late"
        return "in time"

    async with asyncio.timeout(5):
        found = await asyncio.gather(*(limited(seconds) for seconds in (SOON, LATE) * 50))
    assert found == ["late", "in time"] * 50


async def test_the_inner_limit_is_told_inside_and_the_outer_one_outside() -> None:
    async with asyncio.timeout(5):
        with Within(LATE):
            with pytest.raises(TimeoutError), Within(SOON):
                await never()
            await asyncio.sleep(0)
    assert await came_to(SOON, LATE, LATE, ours=True) == ["outer late"]


async def test_who_is_cancelled_by_others_is_cancelled() -> None:
    async def limited() -> None:
        with Within(LATE):
            await never()

    running = asyncio.create_task(limited())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_who_is_cancelled_and_late_at_once_is_cancelled() -> None:
    async def limited() -> None:
        with Within(0):
            await never()

    running = asyncio.create_task(limited())
    await asyncio.sleep(0)
    [watch] = [each for loop, each in patience._WATCHES.items() if loop is asyncio.get_running_loop()]
    running.cancel()
    watch._look(asyncio.get_running_loop())
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("error", [ValueError, TimeoutError, asyncio.CancelledError])
async def test_what_the_body_raises_itself_passes_through(error: type[BaseException]) -> None:
    own = error()
    with pytest.raises(error) as raised, Within(LATE):
        raise own
    assert raised.value is own


async def failing() -> None:
    try:
        await never()
    finally:
        raise ValueError("own")


async def test_an_error_on_the_way_out_is_not_taken_for_the_limit() -> None:
    async with asyncio.timeout(5):
        with pytest.raises(ValueError, match="own"), Within(SOON):
            await failing()
        await asyncio.sleep(0)  # and no cancellation is left over


async def test_nobody_looks_while_there_is_nothing_to_look_at() -> None:
    with Within(LATE):
        [watch] = [each for loop, each in patience._WATCHES.items() if loop is asyncio.get_running_loop()]
        assert watch._looking
    async with asyncio.timeout(5):
        while watch._looking:  # noqa: ASYNC110 — what looks is asked
            await asyncio.sleep(SOON)
    assert not watch._due


def test_a_loop_that_ended_is_forgotten() -> None:
    gone: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def limited() -> None:
        gone.append(weakref.ref(asyncio.get_running_loop()))
        with Within(LATE):
            await asyncio.sleep(0)

    asyncio.run(limited())
    gc.collect()
    assert gone[0]() is None


async def came_to(outer: float, inner: float, wait: float, ours: bool) -> list[str]:
    """What is seen of two limits, one in the other, about a wait."""
    seen: list[str] = []

    async def limited(seconds: float, body: Callable[[], Awaitable[None]]) -> None:
        if ours:
            with Within(seconds):
                await body()
        else:
            async with asyncio.timeout(seconds):
                await body()

    async def inside() -> None:
        try:
            await limited(inner, lambda: asyncio.sleep(wait))
            seen.append("inner in time")
        except TimeoutError:
            seen.append("inner late")

    try:
        await limited(outer, inside)
        seen.append("outer in time")
    except TimeoutError:
        seen.append("outer late")
    return seen


@pytest.mark.parametrize(("outer", "inner", "wait"), list(permutations([SOON, 50 * SOON, LATE])))
async def test_it_does_what_the_library_does(outer: float, inner: float, wait: float) -> None:
    assert await came_to(outer, inner, wait, ours=True) == await came_to(outer, inner, wait, ours=False)
