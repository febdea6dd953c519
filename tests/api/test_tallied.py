"""What is counted for the public is kept until something is written; whoever may have written is told what stands."""

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.errors import Unavailable
from service.network.organizations import Organization
from service.store import tallied
from service.store.database import Database
from service.store.kinds import REVISIONS
from service.store.reads import Query
from service.store.store import Store
from service.store.tallied import KEPT_SECONDS, LONGEST_SECONDS, Tallied, last_written
from service.viewer import ANONYMOUS, Viewer
from tests.api.drawn import DRAWN
from tests.api.world import TODAY, do
from tests.conftest import ADMIN, NETWORK, House

COUNTS = f'{{ activityCounts(network: "{NETWORK}") {{ total peopleServed }} }}'
WHOLE = f"""query($n: Int = 50) {{ activityCounts(network: "{NETWORK}") {{ {DRAWN["activityCounts"]} }}
    coverage(network: "{NETWORK}", first: $n) {{ {DRAWN["coverage"]} }}
    partnershipGraph(network: "{NETWORK}", first: $n) {{ {DRAWN["partnershipGraph"]} }} }}"""
HELD = "act_002_film_martyrs"


@pytest.fixture
def moment() -> list[float]:
    """What the clock of each worker says; what is put at its end is it from then on."""
    return [0.0]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The collections that were counted in."""
    collections: list[str] = []
    aggregate = Database.aggregate

    async def noting(self: Database, collection: str, stages: Any, *more: Any) -> Any:
        if "$facet" in stages[-1]:
            collections.append(collection)
        return await aggregate(self, collection, stages, *more)

    monkeypatch.setattr(Database, "aggregate", noting)
    return collections


@pytest.fixture
def worker(house: House, moment: list[float]) -> Callable[[], House]:
    """Make workers: processes of their own over one database."""

    def make() -> House:
        store = Store(house.database)
        store.tallied = Tallied(lambda: moment[-1])
        return House(house.database, store, house.relay, TODAY)

    return make


async def served(house: House, viewer: Viewer = ANONYMOUS) -> int:
    found: int = (await house.data(COUNTS, viewer))["activityCounts"]["peopleServed"]
    return found


async def write(house: House, people: int = 4_321) -> None:
    found = (await house.database.find("activities", {"_id": HELD}, 1))[0]
    facts = {"peopleServed": people}
    await do(house, "correctActivity", id=HELD, version=found["version"], reason="更正", input=facts)


async def test_the_public_is_answered_without_counting_again_while_nothing_is_written(
    worker: Callable[[], House], moment: list[float], asked: list[str]
) -> None:
    """It is looked for what was written from the second time on: then it is known since when there is nothing new."""
    one = worker()
    await one.relay_all()
    asked.clear()
    first = await served(one)
    assert await served(one) == first
    assert len(asked) == 1
    for _ in range(5):
        moment.append(moment[-1] + KEPT_SECONDS)
        assert await served(one) == first
        assert len(asked) == 2
    moment.append(moment[-1] + LONGEST_SECONDS)
    assert await served(one) == first
    assert len(asked) == 3


async def test_to_look_for_what_was_written_takes_two_commands_for_all_who_ask(
    worker: Callable[[], House], moment: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = worker()
    await one.relay_all()
    for _ in range(2):
        await served(one)
        moment.append(moment[-1] + KEPT_SECONDS)
    looked, find, aggregate = [], Database.find, Database.aggregate

    async def finding(self: Database, collection: str, *more: Any, **named: Any) -> Any:
        looked.append(collection)
        return await find(self, collection, *more, **named)

    async def aggregating(self: Database, collection: str, *more: Any) -> Any:
        looked.append(collection)
        return await aggregate(self, collection, *more)

    monkeypatch.setattr(Database, "find", finding)
    monkeypatch.setattr(Database, "aggregate", aggregating)
    assert len(set(await asyncio.gather(*(served(one) for _ in range(10))))) == 1
    assert [each for each in looked if each != "networks"] == ["activities", REVISIONS]


async def test_what_others_write_is_counted_whether_it_waits_or_is_relayed(
    worker: Callable[[], House], moment: list[float]
) -> None:
    one, two = worker(), worker()
    for relayed in (False, True, False):
        await one.relay_all()
        for _ in range(2):
            before = await served(one)
            moment.append(moment[-1] + KEPT_SECONDS)
        assert await served(one) == before
        await write(two, before + 1)
        if relayed:
            await two.relay_all()
        assert await served(one) == before
        moment.append(moment[-1] + KEPT_SECONDS)
        assert await served(one) == before + 1


async def test_what_is_written_while_it_is_counted_is_counted_at_the_next_look(
    worker: Callable[[], House], moment: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = worker(), worker()
    await one.relay_all()
    before = await served(one)
    moment.append(KEPT_SECONDS)
    aggregate = Database.aggregate

    async def overtaken(self: Database, collection: str, stages: Any, limit: int) -> Any:
        rows = await aggregate(self, collection, stages, limit)
        if "$facet" not in stages[-1]:
            return rows
        monkeypatch.setattr(Database, "aggregate", aggregate)
        await write(two, before + 1)
        await two.relay_all()
        return rows

    monkeypatch.setattr(Database, "aggregate", overtaken)
    assert await served(one) == before
    moment.append(2 * KEPT_SECONDS)
    assert await served(one) == before + 1


async def test_what_is_relayed_during_a_look_is_not_overlooked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query(Activity, {"network": NETWORK})
    await house.relay_all()
    before = await last_written(house.database, query)
    await write(house)
    aggregate = Database.aggregate

    async def overtaken(self: Database, *more: Any) -> Any:
        found = await aggregate(self, *more)
        monkeypatch.setattr(Database, "aggregate", aggregate)
        await house.relay_all()
        return found

    monkeypatch.setattr(Database, "aggregate", overtaken)
    assert before is not None
    assert await last_written(house.database, query, before) != before


async def test_what_is_of_no_network_is_counted_each_time(house: House) -> None:
    """Its revisions stand in no partition that the question names."""
    await house.relay_all()
    assert await last_written(house.database, Query(Activity, {"network": NETWORK})) is not None
    for query in (
        Query(Activity, {}),
        Query(Activity, {"network": {"$in": [NETWORK]}}),
        Query(Organization, {"network": NETWORK}),
    ):
        assert await last_written(house.database, query) is None


async def test_whoever_logs_in_is_answered_what_stands(worker: Callable[[], House], asked: list[str]) -> None:
    one = worker()
    for _ in range(3):
        await served(one, ADMIN)
    assert len(asked) == 3
    await served(one)
    assert len(asked) == 4


async def test_a_write_is_seen_by_its_writer_at_once_whichever_worker_is_asked(
    worker: Callable[[], House], moment: list[float]
) -> None:
    """By the public at the worker that wrote as well, at the others after a moment."""
    one, two = worker(), worker()
    before = await served(one)
    assert await served(two) == before
    await write(two)
    after = await served(two, ADMIN)
    assert after != before
    assert await served(one, ADMIN) == after
    assert await served(two) == after
    assert await served(one) == before
    moment.append(KEPT_SECONDS)
    assert await served(one) == after


async def test_many_that_ask_at_once_wait_for_one_count(worker: Callable[[], House], asked: list[str]) -> None:
    one = worker()
    assert len(set(await asyncio.gather(*(served(one) for _ in range(10))))) == 1
    assert len(asked) == 1


async def test_nobody_changes_what_is_kept(worker: Callable[[], House]) -> None:
    one = worker()
    first = await one.data(WHOLE, ANONYMOUS)
    kept = copy.deepcopy({question: each.counted.result().rows for question, each in one.store.tallied._kept.items()})
    assert len(kept) > 2
    assert await one.data(WHOLE, ANONYMOUS) == first
    assert {question: each.counted.result().rows for question, each in one.store.tallied._kept.items()} == kept


async def test_a_count_that_failed_is_not_kept(worker: Callable[[], House], monkeypatch: pytest.MonkeyPatch) -> None:
    one = worker()

    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(Database, "aggregate", away)
        assert (await one.ask(COUNTS, ANONYMOUS)).errors
    assert (await one.data(COUNTS, ANONYMOUS))["activityCounts"]["total"] > 0


async def test_the_memory_is_bounded_by_questions_and_by_groups(
    worker: Callable[[], House], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = worker()
    monkeypatch.setattr(tallied, "MOST_KEPT", 3)
    for year in range(2015, 2024):
        period = f'period: {{from: "{year}-01-01", to: "{year}-12-31"}}'
        await one.data(COUNTS.replace(f'"{NETWORK}"', f'"{NETWORK}", {period}'), ANONYMOUS)
        assert len(one.store.tallied._kept) <= 3
    monkeypatch.setattr(tallied, "MOST_ROWS", 0)
    await one.data(WHOLE, ANONYMOUS)
    assert len(one.store.tallied._kept) == 1
