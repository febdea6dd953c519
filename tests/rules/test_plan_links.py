"""What links an activity to a line of a plan, what the link holds fast, and how far a plan is fulfilled (002, C4)."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cooperation import holding, planning
from service.cooperation.plans import PlanLineStatus, fulfilment, line_state, total
from service.errors import Code, Path
from service.records import Document
from tests.rules.activity_scene import HOST, at, codes, facts, refused, topic
from tests.rules.memory import MemoryStore
from tests.rules.plan_scene import FIRE_ADMIN, june, line, plan_facts, plan_scene, planned


@pytest.fixture
def store() -> MemoryStore:
    return plan_scene()


def linked(plan: str, number: int | None = 1, **other: Any) -> dict[str, Any]:
    hours = {"starts_at": at(2024, 6, 1, 14), "ends_at": at(2024, 6, 1, 16)}
    return facts(**{**hours, "plan": plan, "plan_line": number, **other})


async def test_an_activity_of_a_plan_stands_under_the_plans_agreement(store: MemoryStore) -> None:
    plan = await planned(store)
    held = await holding.record(store, june(), linked(plan))
    assert (held["plan"], held["plan_line"], held["agreement"]) == (plan, 1, "agr_1")
    corrected = await holding.correct(store, june(), held["_id"], 1, {"agreement": None, "place": "别处"})
    assert corrected["agreement"] == "agr_1"
    apart = {"agreement": None, "plan": None, "plan_line": None}
    assert (await holding.correct(store, june(), held["_id"], 2, apart))["agreement"] is None


ALONE = [HOST, {"organization": "org_fire", "role": "SUPPORT"}]
UNFIT: list[tuple[dict[str, Any], list[tuple[Code, Path]]]] = [
    ({"plan_line": None}, [(Code.REQUIRED, ("plan_line",))]),
    ({"plan": None}, [(Code.REQUIRED, ("plan",))]),
    ({"plan_line": 9}, [(Code.REFERENCE_INVALID, ("plan_line",))]),
    ({"plan_line": 2}, [(Code.RULE_BROKEN, ("plan_line",))]),
    ({"plan": "pla_missing"}, [(Code.REFERENCE_INVALID, ("plan",))]),
    ({"agreement": "agr_open"}, [(Code.REFERENCE_INVALID, ("plan",))]),
    ({"topics": [topic("INTEGRITY", "INTEGRITY_EXCHANGE")]}, [(Code.RULE_BROKEN, ("topics",))]),
    ({"topics": [topic("LEARNING", "EXCHANGE")]}, [(Code.RULE_BROKEN, ("topics",))]),
    ({"participations": ALONE}, [(Code.RULE_BROKEN, ("participations",))]),
]


@pytest.mark.parametrize(("other", "expected"), UNFIT)
async def test_an_unfit_link_is_refused(
    store: MemoryStore, other: dict[str, Any], expected: list[tuple[Code, Path]]
) -> None:
    plan = await planned(store, line(), line(title="不办"))
    await planning.drop(store, june(), plan, 1, line=2)
    assert await codes(holding.record(store, june(), linked(plan) | other)) == expected


async def test_one_of_several_topics_is_the_lines(store: MemoryStore) -> None:
    plan = await planned(store)
    topics = [topic("LEARNING", "EXCHANGE", main=True), topic()]
    assert (await holding.plan(store, june(), linked(plan, topics=topics)))["plan_line"] == 1


async def test_a_discarded_plan_or_one_of_a_foreign_agreement_takes_no_activity(store: MemoryStore) -> None:
    plan = await planned(store)
    await planning.discard(store, june(), plan, 1)
    gone = [(Code.REFERENCE_INVALID, ("plan",))]
    assert await codes(holding.record(store, june(), linked(plan))) == gone
    foreign = (await planning.make(store, june(FIRE_ADMIN), plan_facts(agreement="agr_b")))["_id"]
    assert await codes(holding.record(store, june(), linked(foreign))) == gone
    both = await codes(holding.record(store, june(FIRE_ADMIN), linked(foreign)))
    assert both == [(Code.REFERENCE_INVALID, ("agreement",))]


async def test_a_link_is_judged_again_when_what_the_plan_asks_for_changes(store: MemoryStore) -> None:
    plan = await planned(store)
    act_id = (await holding.plan(store, june(), linked(plan)))["_id"]
    store.documents[plan]["lines"][0]["dropped_on"] = "2024-06-15"  # as after a lost race
    assert (await holding.correct(store, june(), act_id, 1, {"place": "别处"}))["version"] == 2
    dropped = [(Code.RULE_BROKEN, ("plan_line",))]
    assert await codes(holding.hold(store, june(), act_id, 2, {})) == dropped
    assert (await holding.cancel(store, june(), act_id, 2))["status"] == "CANCELLED"


@pytest.mark.parametrize("held", [True, False])
async def test_what_an_activity_is_linked_to_stays(store: MemoryStore, held: bool) -> None:
    plan = await planned(store, line(), line(title="二"))
    verb = holding.record if held else holding.plan
    act_id = (await verb(store, june(), linked(plan)))["_id"]
    kept = line(number=1, title="改", when="2024-07")
    moved = kept | {"theme": "INTEGRITY_EXCHANGE"}
    steps: list[tuple[Any, Path]] = [
        (planning.correct(store, june(), plan, 1, {"lines": [line(number=2)]}), ("lines",)),
        (planning.correct(store, june(), plan, 1, {"lines": [moved]}), ("lines", 0, "theme")),
        (planning.drop(store, june(), plan, 1, line=1), ("line",)),
        (planning.discard(store, june(), plan, 1), ("id",)),
    ]
    for step, path in steps:
        (problem,) = await refused(step)
        assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, path, act_id)
        assert "line 1" in problem.english
        assert "第 1 行" in problem.chinese
    assert (await planning.correct(store, june(), plan, 1, {"lines": [kept]}))["version"] == 2


async def test_a_cancelled_activity_lets_go(store: MemoryStore) -> None:
    plan = await planned(store, line(), line(title="二"))
    act_id = (await holding.plan(store, june(), linked(plan)))["_id"]
    await holding.cancel(store, june(), act_id, 1)
    assert (await planning.drop(store, june(), plan, 1, line=1))["version"] == 2
    assert (await planning.discard(store, june(), plan, 2))["status"] == "DISCARDED"


# ── What turns at midnight ──


def stored(when: str | None, dropped: bool = False, number: int = 1) -> dict[str, Any]:
    days = when and {"first": "2024-02-01", "last": when, "precision": "RANGE"}
    return {"number": number, "when": days, "dropped_on": "2024-01-01" if dropped else None}


@pytest.mark.parametrize(
    ("when", "on", "state"),
    [
        ("2024-02-29", "2024-02-28", "PLANNED"),
        ("2024-02-29", "2024-02-29", "DUE"),
        ("2024-02-29", "2030-01-01", "DUE"),
        (None, "2024-12-30", "PLANNED"),
        (None, "2024-12-31", "DUE"),
    ],
)
def test_a_line_falls_due_when_its_last_possible_day_has_come(when: str | None, on: str, state: str) -> None:
    day = dt.date.fromisoformat(on)
    assert line_state(stored(when), 2024, False, day) == state
    assert line_state(stored(when), 2024, True, day) == "FULFILLED"
    assert line_state(stored(when, dropped=True), 2024, True, day) == "DROPPED"


LINES = st.lists(
    st.tuples(st.none() | st.dates(dt.date(2024, 2, 1), dt.date(2024, 12, 31)), st.booleans(), st.booleans())
)


@given(LINES, st.dates(dt.date(2023, 12, 1), dt.date(2025, 2, 1)), st.integers(0, 5))
def test_fulfilment_counts_each_line_once(lines: list[Any], day: dt.date, unplanned: int) -> None:
    plan: Document = {
        "year": 2024,
        "lines": [stored(when and when.isoformat(), off, number) for number, (when, off, _) in enumerate(lines)],
    }
    held = {number for number, (_, _, done) in enumerate(lines) if done}
    found = fulfilment(plan, held, unplanned, day)
    states = [line_state(each, 2024, each["number"] in held, day) for each in plan["lines"]]
    assert found.lines == len(lines)
    assert found.due + found.dropped + states.count(PlanLineStatus.PLANNED) == found.lines
    assert found.fulfilled == sum(done and not off for _, off, done in lines) <= found.due
    assert (found.rate is None) == (found.due == 0)
    assert found.rate is None or 0 <= found.rate <= 1
    later = fulfilment(plan, held, unplanned, day + dt.timedelta(days=1))
    assert (later.fulfilled, later.dropped) == (found.fulfilled, found.dropped)
    assert later.due >= found.due
    assert total([found, found]) == type(found)(*(2 * count for count in found))


def test_no_plans_make_no_rate() -> None:
    assert total([]) == (0, 0, 0, 0, 0)
    assert total([]).rate is None
