"""ActivityPlan 系列活动计划表: making, correcting, dropping, discarding, and what each refuses (002, C4)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation import planning
from service.cooperation.agreements import Agreement
from service.cooperation.plans import ActivityPlanStatus
from service.errors import Code, Path
from service.records import record_of
from service.viewer import Viewer
from tests.rules.activity_scene import FOREIGN, codes, refused
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED
from tests.rules.plan_scene import RECORDER, june, line, plan_facts, plan_scene, planned


@pytest.fixture
def store() -> MemoryStore:
    return plan_scene()


async def test_a_plan_numbers_its_lines_and_stands_in_its_agreements_network(store: MemoryStore) -> None:
    lines = [line(), line(partners=["org_bank_desk", "org_bank"], owner="org_bank_office", when="2024-12-31")]
    plan = await planning.make(store, june(), plan_facts(*lines, title=" 2024年计划 "))
    assert [each["number"] for each in plan["lines"]] == [1, 2]
    assert (plan["network"], plan["title"], plan["numbered"], plan["gaps"]) == ("net_a", "2024年计划", 2, [])
    assert plan["concerns"] == ["org_bank", "org_bank_desk", "org_bank_office", "org_hospital"]


UNFIT: list[tuple[dict[str, Any], list[tuple[Code, Path]]]] = [
    ({"lines": []}, [(Code.REQUIRED, ("lines",))]),
    ({"year": 2025}, [(Code.RULE_BROKEN, ("year",)), (Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"year": 2023}, [(Code.RULE_BROKEN, ("year",)), (Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"year": 24}, [(Code.INVALID, ("year",)), (Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"year": 10_000}, [(Code.INVALID, ("year",)), (Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"agreement": "agr_draft"}, [(Code.RULE_BROKEN, ("agreement",))]),
    ({"agreement": "agr_missing"}, [(Code.REFERENCE_INVALID, ("agreement",))]),
    ({"lines": [line(theme="EXCHANGE")]}, [(Code.RULE_BROKEN, ("lines", 0, "theme"))]),
    (
        {"lines": [line(), line(pillar="SERVICE", theme="SERVING_STAFF")]},
        [(Code.RULE_BROKEN, ("lines", 1, "pillar"))],
    ),
    ({"lines": [line(when="2023-12-31/2024-01-01")]}, [(Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"lines": [line(when="2024-12-31/2025-01-01")]}, [(Code.RULE_BROKEN, ("lines", 0, "when"))]),
    ({"lines": [line(when=None)]}, [(Code.REQUIRED, ("lines", 0, "when"))]),
    ({"lines": [line(owner=None)]}, [(Code.REQUIRED, ("lines", 0, "owner"))]),
    ({"lines": [line(owner="org_fire")]}, [(Code.RULE_BROKEN, ("lines", 0, "owner"))]),
    ({"lines": [line(owner="org_gone")]}, [(Code.REFERENCE_INVALID, ("lines", 0, "owner"))]),
    ({"lines": [line(partners=["org_bank", "org_fire"])]}, [(Code.RULE_BROKEN, ("lines", 0, "partners", 1))]),
    ({"lines": [line(partners=["org_bank", "org_bank"])]}, [(Code.RULE_BROKEN, ("lines", 0, "partners", 1))]),
    ({"lines": [line(partners=["org_hospital"])]}, [(Code.RULE_BROKEN, ("lines", 0, "partners"))]),
    ({"lines": [line(number=1)]}, [(Code.REFERENCE_INVALID, ("lines", 0, "number"))]),
    ({"lines": [line(title="")]}, [(Code.REQUIRED, ("lines", 0, "title"))]),
    ({"lines": [line(title="甲" * 201)]}, [(Code.INVALID, ("lines", 0, "title"))]),
    ({"lines": [line()] * 201}, [(Code.LIMIT_EXCEEDED, ("lines",))]),
]


@pytest.mark.parametrize(("other", "expected"), UNFIT)
async def test_an_unfit_plan_is_refused_at_every_place(
    store: MemoryStore, other: dict[str, Any], expected: list[tuple[Code, Path]]
) -> None:
    found = await codes(planning.make(store, june(), plan_facts() | other))
    assert sorted(found) == sorted(expected)
    assert store.revisions == []


async def test_everything_wrong_is_told_at_once(store: MemoryStore) -> None:
    unfit = line(theme="EXCHANGE", when="2025", owner="org_fire")
    assert len(await refused(planning.make(store, june(), plan_facts(unfit, line(owner=None), year=2025)))) == 5


async def test_an_agreement_without_pillars_or_term_takes_any(store: MemoryStore) -> None:
    given = plan_facts(line(pillar="SERVICE", theme="SERVING_STAFF", when="1999"), agreement="agr_open", year=1999)
    assert (await planning.make(store, june(), given))["year"] == 1999


async def test_a_reported_plan_shows_its_gaps(store: MemoryStore) -> None:
    given = plan_facts(line(when=None, owner=None), line(), **REPORTED)
    assert (await planning.make(store, june(), given))["gaps"] == ["line_dates", "line_owners"]
    whole = plan_facts(line(), **REPORTED, agreement="agr_open")
    assert (await planning.make(store, june(), whole | {"agreement": "agr_open"}))["gaps"] == []


async def test_an_agreement_has_one_standing_plan_a_year(store: MemoryStore) -> None:
    first = await planned(store)
    assert await codes(planning.make(store, june(), plan_facts())) == [(Code.ALREADY_EXISTS, ())]
    await planning.discard(store, june(), first, 1)
    assert await planned(store) != first


@pytest.mark.parametrize("viewer", [RECORDER, FOREIGN])
async def test_only_who_keeps_plans_makes_them(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(planning.make(store, june(viewer), plan_facts())) == [(Code.FORBIDDEN, ())]


async def test_an_archived_network_takes_no_new_plan(store: MemoryStore) -> None:
    store.documents["net_a"]["status"] = "ARCHIVED"
    assert await codes(planning.make(store, june(), plan_facts())) == [(Code.REFERENCE_INVALID, ("agreement",))]


# ── Correcting ──


async def test_lines_are_replaced_by_number_and_no_number_is_given_twice(store: MemoryStore) -> None:
    own_id = await planned(store, line(), line(title="二"), line(title="三"))
    given = {"title": "改", "lines": [line(number=3, title="三改"), line(title="四")]}
    plan = await planning.correct(store, june(), own_id, 1, given)
    assert [(each["number"], each["title"]) for each in plan["lines"]] == [(3, "三改"), (4, "四")]
    plan = await planning.correct(store, june(), own_id, 2, {"lines": [line(number=3), line(title="五")]})
    assert [each["number"] for each in plan["lines"]] == [3, 5]
    plan = await planning.correct(store, june(), own_id, 3, {"title": None})
    assert (plan["title"], len(plan["lines"])) == (None, 2)


async def test_a_dropped_line_stays_dropped_when_it_is_corrected(store: MemoryStore) -> None:
    own_id = await planned(store)
    await planning.drop(store, june(reason="不办"), own_id, 1, line=1)
    plan = await planning.correct(store, june(), own_id, 2, {"lines": [line(number=1, title="改")]})
    assert (plan["lines"][0]["dropped_on"], plan["lines"][0]["drop_reason"]) == ("2024-06-15", "不办")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"lines": None}, (Code.REQUIRED, ("lines",))),
        ({"lines": []}, (Code.REQUIRED, ("lines",))),
        ({"lines": [line(number=2)]}, (Code.REFERENCE_INVALID, ("lines", 0, "number"))),
        ({"lines": [line(number=1), line(number=1)]}, (Code.RULE_BROKEN, ("lines", 1, "number"))),
        ({"lines": [line(number=1, owner="org_fire")]}, (Code.RULE_BROKEN, ("lines", 0, "owner"))),
        ({"year": 2025}, (Code.RULE_BROKEN, ("year",))),
        ({"agreement": "agr_open"}, (Code.RULE_BROKEN, ("agreement",))),
        ({}, (Code.INVALID, ())),
    ],
)
async def test_an_unfit_correction_is_refused(
    store: MemoryStore, given: dict[str, Any], expected: tuple[Code, Path]
) -> None:
    own_id = await planned(store)
    assert await codes(planning.correct(store, june(), own_id, 1, given)) == [expected]


async def test_lines_that_stand_as_they_stood_are_not_judged_again(store: MemoryStore) -> None:
    own_id = await planned(store)
    store.documents["org_hospital"]["status"] = "ARCHIVED"
    store.documents["agr_1"]["pillars"] = ["LEARNING"]
    plan = await planning.correct(store, june(), own_id, 1, {"title": "改"})
    assert plan["version"] == 2
    changed = {"lines": [line(number=1, title="改")]}
    assert await codes(planning.correct(store, june(), own_id, 2, changed)) == [
        (Code.RULE_BROKEN, ("lines", 0, "pillar"))
    ]


# ── Dropping, discarding ──


@pytest.mark.parametrize(("number", "code"), [(2, Code.REFERENCE_INVALID), (0, Code.REFERENCE_INVALID), (1, None)])
async def test_a_line_is_dropped_once_with_day_and_reason(store: MemoryStore, number: int, code: Code | None) -> None:
    own_id = await planned(store)
    if code:
        assert await codes(planning.drop(store, june(), own_id, 1, line=number)) == [(code, ("line",))]
        return
    plan = await planning.drop(store, june(reason="取消"), own_id, 1, line=1)
    assert (plan["lines"][0]["dropped_on"], plan["lines"][0]["drop_reason"]) == ("2024-06-15", "取消")
    assert await codes(planning.drop(store, june(), own_id, 2, line=1)) == [(Code.RULE_BROKEN, ("line",))]


@pytest.mark.parametrize("name", ["correct", "drop", "discard"])
async def test_each_step_needs_a_reason_the_right_and_a_plan_that_stands(store: MemoryStore, name: str) -> None:
    own_id = await planned(store)

    def step(by: Any, version: int = 1) -> Any:
        given: dict[str, Any] = {"correct": {"facts": {"title": "改"}}, "drop": {"line": 1}}.get(name, {})
        return getattr(planning, name)(store, by, own_id, version, **given)

    assert await codes(step(june(reason=None))) == [(Code.REQUIRED, ("reason",))]
    assert await codes(step(june(RECORDER))) == [(Code.FORBIDDEN, ())]
    assert await codes(step(june(FOREIGN))) == [(Code.NOT_FOUND, ("id",))]
    assert await codes(step(june(), 2)) == [(Code.CONFLICT, ("version",))]
    plan = await planning.discard(store, june(reason="误制"), own_id, 1)
    assert (plan["status"], plan["discard_reason"]) == (ActivityPlanStatus.DISCARDED, "误制")
    assert await codes(step(june(), 2)) == [(Code.ILLEGAL_STATE, ("id",))]


@pytest.mark.parametrize(("name", "ended"), [("terminated_on", {}), ("renewed_from", {"renewed_by": "agr_2"})])
async def test_an_agreement_that_is_over_when_the_year_begins_takes_no_plan_for_it(
    store: MemoryStore, name: str, ended: dict[str, Any]
) -> None:
    def ends(day: dt.date) -> None:
        begun: dict[str, Any] = {"term_from": dt.date(2023, 1, 1), "term_to": None, **ended, name: day}
        store.put(replace(record_of(Agreement, store.documents["agr_1"]), **begun))

    ends(dt.date(2024, 1, 1))
    assert await codes(planning.make(store, june(), plan_facts())) == [(Code.RULE_BROKEN, ("year",))]
    ends(dt.date(2024, 1, 2))
    assert await planned(store)
