"""Deliverable 成果: planned, launched, closed; a reported one as it is told (002, C10, C11; 004, E9, E12)."""

from typing import Any

import pytest

from service.cooperation import deliverables
from service.errors import Code, Path
from tests.rules.activity_scene import FOREIGN, codes
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED
from tests.rules.plan_scene import FIRE_ADMIN, RECORDER, june, plan_scene


@pytest.fixture
def store() -> MemoryStore:
    return plan_scene()


def given(**other: Any) -> dict[str, Any]:
    own = {"network": "net_a", "agreement": "agr_1", "title": "阳山健康专线", "kind": "SERVICE_LINE"}
    return {**own, "partners": ["org_hospital", "org_bank_office"], "planned_for": "2024-05", **other}


async def planned(store: MemoryStore, **other: Any) -> str:
    return str((await deliverables.plan(store, june(), given(**other)))["_id"])


async def test_one_is_planned_launched_and_closed(store: MemoryStore) -> None:
    own_id = await planned(store)
    running = await deliverables.launch(store, june(reason=None), own_id, 1)
    assert (running["status"], running["launched_on"]["first"]) == ("RUNNING", "2024-06-15")
    closed = await deliverables.close(store, june(reason=None), own_id, 2, effect="便民")
    assert (closed["status"], closed["effect"], closed["end_reason"]) == ("CLOSED", "便民", None)
    assert closed["date_key"].startswith("2024-06-15")
    assert closed["concerns"] == ["org_bank_office", "org_hospital"]


UNFIT: list[tuple[dict[str, Any], list[tuple[Code, Path]]]] = [
    ({"agreement": None}, [(Code.REQUIRED, ("agreement",))]),
    ({"agreement": "agr_missing"}, [(Code.REFERENCE_INVALID, ("agreement",))]),
    ({"agreement": "agr_draft"}, [(Code.RULE_BROKEN, ("agreement",))]),
    ({"agreement": "agr_b"}, [(Code.REFERENCE_INVALID, ("agreement",))]),
    ({"partners": []}, [(Code.REQUIRED, ("partners",))]),
    ({"partners": ["org_bank", "org_fire"]}, [(Code.RULE_BROKEN, ("partners", 1))]),
    ({"partners": ["org_bank", "org_bank"]}, [(Code.RULE_BROKEN, ("partners", 1))]),
    ({"partners": ["org_gone"]}, [(Code.REFERENCE_INVALID, ("partners", 0))]),
    ({"planned_for": None}, [(Code.REQUIRED, ("planned_for",))]),
    ({"title": ""}, [(Code.REQUIRED, ("title",))]),
    ({"status": "RUNNING", "launched_on": "2024-05"}, [(Code.RULE_BROKEN, ("status",))]),
    ({"launched_on": "2024-05-12"}, [(Code.RULE_BROKEN, ("launched_on",))]),
    ({"closed_on": "2024-05-12"}, [(Code.RULE_BROKEN, ("closed_on",))]),
]


@pytest.mark.parametrize(("other", "expected"), UNFIT)
async def test_an_unfit_one_is_refused_at_every_place(
    store: MemoryStore, other: dict[str, Any], expected: list[tuple[Code, Path]]
) -> None:
    assert await codes(deliverables.plan(store, june(FIRE_ADMIN), given(**other))) == expected
    assert store.revisions == []


@pytest.mark.parametrize(
    ("other", "gaps"),
    [
        ({"status": "RUNNING"}, ["agreement", "launched_on"]),
        ({"status": "RUNNING", "launched_on": "2024", "agreement": "agr_1"}, []),
        ({"status": "CLOSED", "partners": []}, ["agreement", "partners", "launched_on", "closed_on"]),
        ({"planned_for": None}, ["agreement", "planned_for"]),
        ({"partners": ["org_fire"], "status": "RUNNING"}, ["agreement", "launched_on"]),
    ],
)
async def test_a_reported_one_stands_as_its_source_tells_of_it(
    store: MemoryStore, other: dict[str, Any], gaps: list[str]
) -> None:
    told = given(**{"agreement": None, **other}, **REPORTED)
    assert (await deliverables.plan(store, june(), told))["gaps"] == gaps


async def test_a_reported_one_is_not_recorded_as_discarded(store: MemoryStore) -> None:
    told = given(status="DISCARDED", **REPORTED)
    assert await codes(deliverables.plan(store, june(), told)) == [(Code.RULE_BROKEN, ("status",))]


@pytest.mark.parametrize(
    ("launched", "closed", "path"),
    [
        ("2024-05-12", "2024-05-12", None),
        ("2024", "2024-01-01", None),
        ("2024-06-16", "2024-06-15", "launched_on"),
        ("2024-05-12", "2024-06-16", "closed_on"),
        ("2024-05-12", "2024-05-11", "closed_on"),
        ("2024-05-12", "2024-04", "closed_on"),
    ],
)
async def test_days_have_come_and_are_in_order_so_far_as_they_are_known(
    store: MemoryStore, launched: str, closed: str, path: str | None
) -> None:
    told = given(**REPORTED, status="CLOSED", launched_on=launched, closed_on=closed)
    if path is None:
        assert (await deliverables.plan(store, june(), told))["gaps"] == []
    else:
        assert (Code.RULE_BROKEN, (path,)) in await codes(deliverables.plan(store, june(), told))


@pytest.mark.parametrize("day", ["2024-06-16", "2025"])
async def test_it_is_launched_and_closed_when_that_has_come(store: MemoryStore, day: str) -> None:
    own_id = await planned(store)
    when = {"first": day} if len(day) > 4 else {"first": "2025-01-01", "last": "2025-12-31"}
    assert await codes(deliverables.launch(store, june(), own_id, 1, when)) == [(Code.RULE_BROKEN, ("launched_on",))]
    await deliverables.launch(store, june(), own_id, 1, {"first": "2024-06-01"})
    assert await codes(deliverables.close(store, june(), own_id, 2, when)) == [(Code.RULE_BROKEN, ("closed_on",))]


async def test_it_is_closed_with_an_effect_or_a_reason(store: MemoryStore) -> None:
    own_id = await planned(store)
    await deliverables.launch(store, june(), own_id, 1)
    assert await codes(deliverables.close(store, june(reason=None), own_id, 2)) == [(Code.REQUIRED, ("reason",))]
    closed = await deliverables.close(store, june(reason="停办"), own_id, 2, {"first": "2024-06-15"})
    assert (closed["effect"], closed["end_reason"]) == (None, "停办")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": None}, (Code.REQUIRED, ("title",))),
        ({"network": "net_b"}, (Code.RULE_BROKEN, ("network",))),
        ({"launched_on": "2024-05-12"}, (Code.RULE_BROKEN, ("launched_on",))),
        ({"partners": ["org_hospital", "org_fire"]}, (Code.RULE_BROKEN, ("partners", 1))),
        ({"agreement": "agr_draft"}, (Code.RULE_BROKEN, ("agreement",))),
        ({}, (Code.INVALID, ())),
    ],
)
async def test_an_unfit_correction_is_refused(
    store: MemoryStore, changes: dict[str, Any], expected: tuple[Code, Path]
) -> None:
    own_id = await planned(store)
    assert await codes(deliverables.correct(store, june(), own_id, 1, changes)) == [expected]


async def test_partners_that_stood_before_are_judged_again_under_another_agreement(store: MemoryStore) -> None:
    own_id = await planned(store)
    store.documents["org_bank_office"]["status"] = "ARCHIVED"
    assert (await deliverables.correct(store, june(), own_id, 1, {"title": "专线"}))["version"] == 2
    moved = deliverables.correct(store, june(), own_id, 2, {"agreement": "agr_open"})
    assert await codes(moved) == [(Code.REFERENCE_INVALID, ("partners", 1))]


@pytest.mark.parametrize("name", ["correct", "launch", "close", "discard"])
async def test_each_step_needs_the_right_and_its_state(store: MemoryStore, name: str) -> None:
    own_id = await planned(store)
    facts: dict[str, Any] = {"facts": {"title": "改"}} if name == "correct" else {}
    step = getattr(deliverables, name)
    version = 1
    if name == "close":
        await deliverables.launch(store, june(), own_id, 1)
        version = 2
    if name in ("correct", "discard"):
        blank = await codes(step(store, june(reason=None), own_id, version, **facts))
        assert blank == [(Code.REQUIRED, ("reason",))]
    assert await codes(step(store, june(RECORDER), own_id, version, **facts)) == [(Code.FORBIDDEN, ())]
    assert await codes(step(store, june(FOREIGN), own_id, version, **facts)) == [(Code.NOT_FOUND, ("id",))]
    await deliverables.discard(store, june(reason="误录"), own_id, version)
    assert await codes(step(store, june(), own_id, version + 1, **facts)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_only_who_keeps_agreements_plans_them(store: MemoryStore) -> None:
    for viewer in (RECORDER, FOREIGN):
        assert await codes(deliverables.plan(store, june(viewer), given())) == [(Code.FORBIDDEN, ())]
