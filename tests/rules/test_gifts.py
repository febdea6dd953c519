"""The gift register: who records, decides and reviews what, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Code
from service.integrity import registering
from service.integrity.gifts import Gift, GiftDecision, GiftKind
from service.integrity.registering import unfit
from service.records import Document
from service.viewer import Grant, Role, Viewer
from tests.rules.audit_scene import (
    ADMIN,
    BANKER,
    CHIEF,
    COLLEAGUE,
    FOREIGN,
    NOON,
    NURSE,
    OBSERVER,
    OFFICER,
    READER,
    REPORTER,
    act,
    gift_facts,
    scene,
)
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED, codes, refused

BOTH = Viewer("兼任", (*NURSE.grants, Grant(Role.INTEGRITY_OFFICER, "net_a")))


@pytest.fixture
def store() -> MemoryStore:
    return scene()


async def recorded(store: MemoryStore, viewer: Viewer = NURSE, **facts: Any) -> Document:
    return await registering.record(store, act(viewer), gift_facts(**facts))


async def decided(store: MemoryStore, by: Viewer = OFFICER) -> Document:
    own_id = (await recorded(store))["_id"]
    return await registering.decide(store, act(by, "应予退还"), own_id, 1, GiftDecision.RETURNED)


@pytest.mark.parametrize("viewer", [NURSE, REPORTER])
async def test_either_side_records_a_gift(store: MemoryStore, viewer: Viewer) -> None:
    found = await recorded(store, viewer, activity="act_day")
    assert (found["status"], found["recorded_by"], found["gaps"]) == ("RECORDED", viewer.subject, [])
    assert found["estimated_value"] == "128.50"
    assert found["concerns"] == ["org_hospital", "org_tv"]


@pytest.mark.parametrize("viewer", [BANKER, ADMIN, OFFICER, OBSERVER, READER, FOREIGN], ids=lambda each: each.subject)
async def test_nobody_else_does(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(recorded(store, viewer)) == [(Code.FORBIDDEN, ())]
    assert store.revisions == []


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"receiver": "org_hospital"}, [(Code.RULE_BROKEN, ("receiver",))]),
        ({"receiver": "org_none"}, [(Code.REFERENCE_INVALID, ("receiver",))]),
        ({"giver": "org_none", "receiver": "bra_1"}, [(Code.REFERENCE_INVALID, (n,)) for n in ("giver", "receiver")]),
        ({"given_on": "2024-03-01"}, [(Code.RULE_BROKEN, ("given_on",))]),
        ({"given_on": None}, [(Code.REQUIRED, ("given_on",))]),
        ({"estimated_value": "-0.01"}, [(Code.INVALID, ("estimated_value",))]),
        ({"estimated_value": "0.005"}, [(Code.INVALID, ("estimated_value",))]),
        ({"estimated_value": "much"}, [(Code.INVALID, ("estimated_value",))]),
        ({"item": " "}, [(Code.REQUIRED, ("item",))]),
        ({"kind": "WATCH"}, [(Code.INVALID, ("kind",))]),
        ({"activity": "act_bank"}, [(Code.REFERENCE_INVALID, ("activity",))]),
        ({"activity": "act_far"}, [(Code.REFERENCE_INVALID, ("activity",))]),
        (
            {"activity": "act_none", "given_on": "2025", "estimated_value": "1.234"},
            [
                (Code.RULE_BROKEN, ("given_on",)),
                (Code.INVALID, ("estimated_value",)),
                (Code.REFERENCE_INVALID, ("activity",)),
            ],
        ),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_told_all_at_once(store: MemoryStore, facts: Any, wanted: Any) -> None:
    assert await codes(recorded(store, **facts)) == wanted
    assert store.revisions == []


async def test_a_year_that_is_not_over_may_hold_the_day_and_a_reported_one_may_lack_it(store: MemoryStore) -> None:
    assert (await recorded(store, given_on="2024"))["given_on"]["precision"] == "YEAR"
    told = await recorded(store, given_on=None, estimated_value=None, **REPORTED)
    assert told["gaps"] == ["estimated_value", "given_on"]


@given(st.decimals(-10, 10, places=3))
def test_a_value_is_not_negative_and_has_no_more_than_fen(value: Decimal) -> None:
    facts: Any = {"network": "net_a", "giver": "org_1", "receiver": "org_2", "item": "茶叶"}
    gift = Gift(id="gif_1", kind=GiftKind.LOCAL_SPECIALTY, estimated_value=value, **facts)
    fits = value >= 0 and value * 100 == int(value * 100)
    assert ([*unfit(gift, NOON.date())] == []) == fits


async def test_it_is_corrected_until_it_is_decided_and_stays_the_recorders_own(store: MemoryStore) -> None:
    own_id = (await recorded(store, activity="act_day"))["_id"]
    found = await registering.correct(store, act(REPORTER), own_id, 1, {"item": "维生素E乳", "estimated_value": "99"})
    assert (found["item"], found["recorded_by"], found["version"]) == ("维生素E乳", NURSE.subject, 2)
    away = registering.correct(store, act(NURSE), own_id, 2, {"giver": "org_bank", "activity": None})
    assert await codes(away) == [(Code.FORBIDDEN, ())]
    other = registering.correct(store, act(NURSE), own_id, 2, {"receiver": "org_bank"})
    assert await codes(other) == [(Code.REFERENCE_INVALID, ("activity",))]
    unknown = registering.correct(store, act(NURSE), own_id, 2, {"receiver": "org_none"})
    assert await codes(unknown) == [(Code.REFERENCE_INVALID, ("receiver",))]
    moved = {"receiver": "org_bank", "activity": "act_bank"}
    assert (await registering.correct(store, act(NURSE), own_id, 2, moved))["receiver"] == "org_bank"
    gone = registering.correct(store, act(REPORTER), own_id, 3, {"item": "x"})
    assert await codes(gone) == [(Code.NOT_FOUND, ("id",))]
    with_no_reason = registering.correct(store, act(NURSE, None), own_id, 3, {"item": "x"})
    assert await codes(with_no_reason) == [(Code.REQUIRED, ("reason",))]


async def test_who_recorded_it_does_not_decide_and_who_did_either_does_not_review(store: MemoryStore) -> None:
    own_id = (await recorded(store, BOTH))["_id"]
    mine = registering.decide(store, act(BOTH), own_id, 1, GiftDecision.ACCEPTED)
    assert await codes(mine) == [(Code.RULE_BROKEN, ("id",))]
    found = await registering.decide(store, act(OFFICER, "未超标准"), own_id, 1, GiftDecision.ACCEPTED)
    assert (found["decision"], found["decision_reason"], found["decided_by"]) == ("ACCEPTED", "未超标准", "纪检甲")
    for viewer in (BOTH, OFFICER):
        (problem,) = await refused(registering.review(store, act(viewer), own_id, 2))
        assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("id",))
        assert "本人" in problem.chinese
        assert "yourself" in problem.english
    reviewed = await registering.review(store, act(COLLEAGUE, "应上交"), own_id, 2, GiftDecision.HANDED_IN)
    assert (reviewed["status"], reviewed["decision"], reviewed["review"]) == ("REVIEWED", "HANDED_IN", "应上交")
    assert (reviewed["decided_by"], reviewed["reviewed_by"]) == ("纪检甲", "纪检乙")


async def test_a_review_without_a_decision_confirms_the_one_taken(store: MemoryStore) -> None:
    found = await registering.review(store, act(CHIEF, "同意"), (await decided(store))["_id"], 2)
    assert (found["decision"], found["review"]) == ("RETURNED", "同意")


@pytest.mark.parametrize("viewer", [NURSE, ADMIN, OBSERVER], ids=lambda each: each.subject)
async def test_only_the_office_decides(store: MemoryStore, viewer: Viewer) -> None:
    own_id = (await recorded(store))["_id"]
    asked = registering.decide(store, act(viewer), own_id, 1, GiftDecision.DECLINED)
    assert await codes(asked) == [(Code.FORBIDDEN, ())]


async def test_each_step_has_its_turn_and_its_reason(store: MemoryStore) -> None:
    own_id = (await decided(store))["_id"]
    turn = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(registering.correct(store, act(NURSE), own_id, 2, {"item": "x"})) == turn
    assert await codes(registering.discard(store, act(NURSE), own_id, 2)) == turn
    assert await codes(registering.decide(store, act(COLLEAGUE), own_id, 2, GiftDecision.ACCEPTED)) == turn
    assert await codes(registering.review(store, act(COLLEAGUE, " "), own_id, 2)) == [(Code.REQUIRED, ("reason",))]
    other = (await recorded(store))["_id"]
    assert await codes(registering.review(store, act(OFFICER), other, 1)) == turn
    found = await registering.discard(store, act(NURSE, "重复登记"), other, 1)
    assert (found["status"], found["end_reason"]) == ("DISCARDED", "重复登记")
