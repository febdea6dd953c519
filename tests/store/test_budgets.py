"""Budgets that workers share: a slice at a time, never a command per request, never much beyond."""

import asyncio
import datetime as dt

import pytest

from service.errors import Unavailable
from service.store import budgets
from service.store.budgets import BUDGETS, MINUTE, Budgets, forget_past
from service.store.database import Database
from service.store.store import Store
from tests.store.scene import interleaved

MOMENT = dt.datetime(2024, 2, 29, 12, 0, 59, tzinfo=dt.UTC)
BUDGET = 1_000  # slices of 50


async def spend_all(own: Budgets, name: str = "甲", cost: int = 10, moment: dt.datetime = MOMENT) -> int:
    """How much is let pass."""
    spent = 0
    while (await own.standing(name, BUDGET, moment)).left > 0:
        own.spend(name, BUDGET, cost, moment)
        spent += cost
        await asyncio.sleep(0)
    return spent


async def test_one_worker_lets_the_whole_budget_pass(store: Store) -> None:
    own = Budgets(store.database)
    assert await spend_all(own) == BUDGET
    assert await own.standing("甲", BUDGET, MOMENT) == (BUDGET, 0, 1)
    assert await spend_all(own, "乙") == BUDGET
    assert await spend_all(own, moment=MOMENT + dt.timedelta(seconds=1)) == BUDGET


@pytest.mark.parametrize("seed", range(5))
async def test_many_workers_let_at_most_a_slice_each_pass_beyond(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    interleaved(store.database, monkeypatch, seed)
    spent = await asyncio.gather(*(spend_all(Budgets(store.database)) for _ in range(4)))
    assert BUDGET <= sum(spent) <= BUDGET + 3 * BUDGET // budgets.SLICES


async def test_a_cost_beyond_the_slice_is_made_up_for(store: Store) -> None:
    own = Budgets(store.database)
    assert await spend_all(own, cost=330) == 4 * 330
    assert (await own.standing("甲", BUDGET, MOMENT)).left == 0


async def test_the_database_is_asked_once_a_slice(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    update = store.database.update

    async def counted(*arguments: object) -> bool:
        asked.append(arguments)
        return await update(*arguments)

    monkeypatch.setattr(store.database, "update", counted)
    own = Budgets(store.database)
    await spend_all(own, cost=1)
    assert len(asked) <= budgets.SLICES + 1
    await own.standing("甲", BUDGET, MOMENT)
    assert len(asked) <= budgets.SLICES + 1


async def test_without_the_database_nothing_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> bool:
        raise Unavailable("away")

    monkeypatch.setattr(store.database, "update", away)
    own = Budgets(store.database)
    for _ in range(30):
        assert (await own.standing("甲", BUDGET, MOMENT)).left > 0
        own.spend("甲", BUDGET, 100, MOMENT)


async def test_a_slice_is_not_waited_for_long(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object) -> bool:
        await asyncio.sleep(60)
        return True

    monkeypatch.setattr(store.database, "update", silent)
    monkeypatch.setattr(budgets, "LEASE_SECONDS", 0.01)
    own = Budgets(store.database)
    for _ in range(30):
        assert (await own.standing("甲", BUDGET, MOMENT)).left > 0
        own.spend("甲", BUDGET, 100, MOMENT)


async def test_what_is_paid_for_late_is_paid_for_in_this_minute(store: Store) -> None:
    own, later = Budgets(store.database), MOMENT + dt.timedelta(seconds=1)
    assert await spend_all(own, moment=later) == BUDGET
    own.spend("乙", BUDGET, BUDGET, MOMENT)
    assert (await own.standing("甲", BUDGET, later)).left == 0


async def test_a_flood_of_names_does_not_grow_without_end(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budgets, "MOST_ACCOUNTS", 10)
    own = Budgets(store.database)
    for number in range(100):
        await own.standing(f"第{number}位", BUDGET, MOMENT)
    assert len(own._accounts) <= 10


async def test_past_minutes_are_forgotten(database: Database) -> None:
    own = Budgets(database)
    await spend_all(own)
    await forget_past(database, MOMENT + dt.timedelta(minutes=budgets.KEPT))
    assert len(await database.find(BUDGETS, {}, 9)) == 1
    await forget_past(database, MOMENT + dt.timedelta(minutes=budgets.KEPT + 1, seconds=MINUTE))
    assert await database.find(BUDGETS, {}, 9) == []
