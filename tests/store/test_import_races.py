"""Two calls of the same rows on each engine: whoever is first, each record is made once."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from service.acts import Act
from service.cooperation import importing as activities
from service.cooperation.activities import Activity
from service.store.database import Database
from service.store.importing import Importable, ImportOutcome, OnError, Row, bring_in
from service.store.store import Store
from tests.conftest import ADMIN, BANK, LEAD, NETWORK, Commands
from tests.store.conftest import MakeDatabase
from tests.store.scene import NOW
from tests.store.test_races import home

ACTIVITIES = Importable(Activity, activities.file, activities.restate)
MADE = {ImportOutcome.CREATED, ImportOutcome.UNCHANGED}


def row(number: int, **facts: Any) -> dict[str, Any]:
    return {
        "external_reference": f"OA-{number}",
        "status": "HELD",
        "title": f"第{number}场",
        "topics": [{"pillar": "DEVELOPMENT", "theme": "SAFE_HOSPITAL"}],
        "form": "DRILL",
        "starts_at": NOW.replace(day=1),
        "place": "院内",
        "participations": [{"organization": LEAD, "role": "HOST"}, {"organization": BANK, "role": "PARTICIPANT"}],
        **facts,
    }


async def bring(store: Store, rows: list[dict[str, Any]], key: str | None, policy: OnError) -> list[Row]:
    act = Act(ADMIN, NOW, "test", "导入", key, "same")
    return await bring_in(store, act, ACTIVITIES, NETWORK, rows, policy)


@pytest.mark.parametrize("policy", OnError)
async def test_the_same_call_sent_twice_at_once_makes_each_record_once(database: Database, policy: OnError) -> None:
    store = (await home(database)).store
    rows = [row(number) for number in range(12)]
    both = await asyncio.gather(*(bring(store, rows, "7" * 32, policy) for _ in range(2)))
    for found in both:
        assert {each.outcome for each in found} <= MADE
    stored = await database.find(Activity.COLLECTION, {}, 99)
    assert {each["external_reference"]: each["version"] for each in stored} == {f"OA-{n}": 1 for n in range(12)}


async def test_two_systems_that_bring_in_the_same_are_told_row_by_row(database: Database) -> None:
    store = (await home(database)).store
    rows = [row(number) for number in range(12)]
    both = await asyncio.gather(*(bring(store, rows, key * 32, OnError.REJECT_FAILED) for key in "ab"))
    made = Counter(each.outcome for found in both for each in found)
    assert made[ImportOutcome.CREATED] == 12
    assert len(await database.find(Activity.COLLECTION, {}, 99)) == 12


async def test_many_rows_cost_a_command_each_and_some_for_all(make_database: MakeDatabase) -> None:
    commands = Commands()
    store = (await home(await make_database("motor", commands))).store
    costs = []
    for size in (10, 90):
        commands.sent.clear()
        rows = [row(number, place=f"{size}号厅") for number in range(size)]
        await bring(store, rows, None, OnError.REJECT_ALL)
        sent = Counter(name for name, _ in commands.sent)
        costs.append((sent["find"], sent["insert"] + sent["update"]))
    (few, written), (many, more) = costs
    assert (written, more) == (10, 90)
    assert few == many <= 8
