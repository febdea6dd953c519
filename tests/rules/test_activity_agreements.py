"""Activity 共建活动 under an agreement: its network, its signing, its term and its parties."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation import holding
from service.cooperation.activities import ActivityStatus
from service.cooperation.agreements import Stage
from service.dates import PartialDate
from service.errors import Code, Path
from service.viewer import Grant, Role, Viewer
from tests.rules.activity_scene import (
    act,
    agreement,
    at,
    codes,
    facts,
    refused,
    reported,
    scene,
    stand,
)
from tests.rules.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return scene()


# --- under an agreement ---


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (facts(starts_at=at(2024, 2, 29, 23, 59), ends_at=at(2024, 3, 1, 1)), None),
        (facts(starts_at=at(2024, 3, 1), ends_at=None), ("starts_at",)),
        (facts(starts_at=at(2023, 2, 28), ends_at=None), None),
        (facts(starts_at=at(2023, 2, 27, 23, 59), ends_at=at(2023, 2, 28, 1)), ("starts_at",)),
        (reported(), None),
        (reported(when="2024-02-29"), None),
        (reported(when="2024-03"), ("when",)),
        (reported(when="2024"), None),
        (reported(when="2023-02"), None),
        (reported(when="2023-01"), ("when",)),
        (reported(when="2022/2025"), None),
    ],
)
async def test_the_start_lies_in_the_term_so_far_as_it_is_known(
    store: MemoryStore, given: dict[str, Any], path: Path | None
) -> None:
    late = act(at=at(2026, 1, 1))
    if path is None:
        assert (await holding.record(store, late, given | {"agreement": "agr_1"}))["agreement"] == "agr_1"
    else:
        (problem,) = await refused(holding.record(store, late, given | {"agreement": "agr_1"}))
        assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, path, "agr_1")
        assert "2023-02-28" in problem.english
        assert "2024-02-29" in problem.chinese


@pytest.mark.parametrize(
    ("bounds", "day", "english", "chinese"),
    [
        ({"term_from": dt.date(2024, 3, 5), "term_to": None}, 4, "from 2024-03-05.", "(自 2024-03-05)"),
        ({"term_from": None, "term_to": dt.date(2024, 3, 5)}, 6, "to 2024-03-05.", "(至 2024-03-05)"),
    ],
)
async def test_an_open_end_of_a_term_is_told_as_open(
    store: MemoryStore, bounds: dict[str, Any], day: int, english: str, chinese: str
) -> None:
    store.put(agreement("agr_2", "org_hospital", "org_bank", signed_on=None, **bounds))
    recording = holding.record(store, act(), facts(starts_at=at(2024, 3, day), ends_at=None, agreement="agr_2"))
    (problem,) = await refused(recording)
    assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("starts_at",))
    assert f"in force, {english}" in problem.english
    assert f"生效期间{chinese}" in problem.chinese


@pytest.mark.parametrize(("day", "fits"), [(4, True), (5, False)])
async def test_a_term_ends_with_the_day_of_termination(store: MemoryStore, day: int, fits: bool) -> None:
    store.put(agreement("agr_2", "org_hospital", "org_bank", term_to=None, terminated_on=dt.date(2024, 3, 5)))
    recording = holding.record(store, act(), facts(starts_at=at(2024, 3, day), ends_at=None, agreement="agr_2"))
    if fits:
        assert (await recording)["version"] == 1
    else:
        assert await codes(recording) == [(Code.RULE_BROKEN, ("starts_at",))]


@pytest.mark.parametrize(("day", "fits"), [(4, True), (5, False)])
async def test_a_term_ends_when_a_renewal_begins(store: MemoryStore, day: int, fits: bool) -> None:
    renewed = {"renewed_by": "agr_3", "renewed_from": dt.date(2024, 3, 5)}
    store.put(agreement("agr_2", "org_hospital", "org_bank", term_to=None, **renewed))
    recording = holding.record(store, act(), facts(starts_at=at(2024, 3, day), ends_at=None, agreement="agr_2"))
    if fits:
        assert (await recording)["version"] == 1
    else:
        (problem,) = await refused(recording)
        assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("starts_at",))
        assert "2024-03-05" in problem.english


OPEN = {"term_from": None, "term_to": None}


@pytest.mark.parametrize(
    ("facts_of_agreement", "problem"),
    [
        ({}, None),
        ({"signed_on": PartialDate.parse("2023")}, None),
        ({"signed_on": PartialDate.parse("2024-03-02")}, (Code.RULE_BROKEN, ("starts_at",))),
        ({"network": "net_b"}, (Code.REFERENCE_INVALID, ("agreement",))),
        ({"stage": Stage.DRAFT}, (Code.RULE_BROKEN, ("agreement",))),
        ({"stage": Stage.SIGNING}, (Code.RULE_BROKEN, ("agreement",))),
        ({"stage": Stage.DECLINED}, (Code.RULE_BROKEN, ("agreement",))),
        ({"stage": Stage.DISCARDED}, (Code.REFERENCE_INVALID, ("agreement",))),
    ],
)
async def test_an_agreement_is_a_signed_one_of_the_same_network(
    store: MemoryStore, facts_of_agreement: dict[str, Any], problem: tuple[Code, Path] | None
) -> None:
    store.put(agreement("agr_2", "org_hospital", "org_bank", **OPEN | facts_of_agreement))
    both = Viewer("两网", (Grant(Role.NETWORK_ADMIN, "net_a"), Grant(Role.OBSERVER, "net_b")))
    planning = holding.plan(store, act(both), facts(agreement="agr_2"))
    if problem is None:
        assert (await planning)["agreement"] == "agr_2"
    else:
        assert await codes(planning) == [problem]


@pytest.mark.parametrize(
    ("takers", "fits"),
    [
        (["org_hospital", "org_bank"], True),
        (["org_hospital", "org_bank_office"], True),
        (["org_hospital", "org_bank_desk"], True),
        (["org_hospital", "org_bank", "org_fire"], True),
        (["org_hospital", "org_fire"], False),
        (["org_fire", "org_bank"], False),
        (["org_bank", "org_bank_office"], False),
        (["org_bank_office", "org_bank_desk"], False),
    ],
)
async def test_two_parties_take_part_themselves_or_by_a_descendant(
    store: MemoryStore, takers: list[str], fits: bool
) -> None:
    store.put(agreement("agr_2", "org_hospital", "org_bank", **OPEN))
    roles = ["HOST"] + ["PARTICIPANT"] * 9
    parts = [{"organization": own_id, "role": role} for own_id, role in zip(takers, roles, strict=False)]
    recording = holding.record(store, act(), facts(agreement="agr_2", participations=parts))
    if fits:
        assert (await recording)["version"] == 1
    else:
        assert await codes(recording) == [(Code.RULE_BROKEN, ("participations",))]


async def test_one_descendant_of_two_parties_does_not_stand_for_both(store: MemoryStore) -> None:
    store.put(agreement("agr_2", "org_bank", "org_bank_office", **OPEN))
    alone = [{"organization": "org_bank_desk", "role": "HOST"}, {"organization": "org_fire", "role": "SUPPORT"}]
    recording = holding.record(store, act(), facts(agreement="agr_2", participations=alone))
    assert await codes(recording) == [(Code.RULE_BROKEN, ("participations",))]
    both = [alone[0], {"organization": "org_bank", "role": "CO_HOST"}]
    assert (await holding.record(store, act(), facts(agreement="agr_2", participations=both)))["version"] == 1


async def test_a_record_that_is_known_as_something_else_is_no_agreement(store: MemoryStore) -> None:
    named = facts()["network"]
    assert await codes(holding.plan(store, act(), facts(agreement=named))) == [(Code.REFERENCE_INVALID, ("agreement",))]
    no_plan = [(Code.REFERENCE_INVALID, ("plan",))]
    assert await codes(holding.plan(store, act(), facts(plan=named, plan_line=1))) == no_plan


async def test_an_agreement_is_judged_again_when_what_it_asks_for_changes(store: MemoryStore) -> None:
    await stand(store, ActivityStatus.HELD, starts_at=at(2024, 2, 1), ends_at=None, agreement="agr_1")
    store.put(agreement("agr_1", "org_hospital", "org_bank", stage=Stage.DISCARDED))
    assert (await holding.correct(store, act(), "act_1", 1, {"summary": "补记"}))["version"] == 2
    gone = [(Code.REFERENCE_INVALID, ("agreement",))]
    assert await codes(holding.correct(store, act(), "act_1", 2, {"starts_at": at(2024, 2, 2)})) == gone
    without = {"starts_at": at(2024, 2, 2), "agreement": None}
    assert (await holding.correct(store, act(), "act_1", 2, without))["agreement"] is None


async def test_a_plan_is_held_in_the_term_as_it_stands_then(store: MemoryStore) -> None:
    planned = await holding.plan(store, act(), facts(starts_at=at(2024, 2, 20), ends_at=None, agreement="agr_1"))
    store.put(agreement("agr_1", "org_hospital", "org_bank", terminated_on=dt.date(2024, 2, 10)))
    holding_it = holding.hold(store, act(), planned["_id"], 1, {})
    assert await codes(holding_it) == [(Code.RULE_BROKEN, ("starts_at",))]
    assert (await holding.hold(store, act(), planned["_id"], 1, {"agreement": None}))["status"] == "HELD"
