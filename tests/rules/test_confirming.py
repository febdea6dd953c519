"""Two-sided confirmation: who may speak, what each word changes, and what a correction does to it."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation import confirming, holding
from service.cooperation.activities import Activity, ActivityStatus, Verdict
from service.errors import Code, Path
from service.permission import steps_open
from service.records import Action, Document, record_of
from service.viewer import Grant, Role, Viewer
from tests.rules.activity_scene import ADMIN, BANKER, FOREIGN, NOW, RECORDER, act, codes, facts, refused, scene, stand
from tests.rules.memory import MemoryStore

FIREMAN = Viewer("消防联络员", (Grant(Role.RECORDER, "net_a", "org_fire"),))
BOTH = Viewer("两单位联络员", (*BANKER.grants, *FIREMAN.grants))
GUESTS = [
    {"organization": "org_hospital", "role": "HOST"},
    {"organization": "org_bank", "role": "PARTICIPANT"},
    {"organization": "org_fire", "role": "SUPPORT"},
]


@pytest.fixture
async def store() -> MemoryStore:
    made = scene()
    await stand(made, ActivityStatus.HELD, participations=GUESTS)
    return made


async def say(store: MemoryStore, name: str, viewer: Viewer, organization: str, version: int = 1) -> Document:
    asked = act(viewer, reason="人数不符", at=NOW + dt.timedelta(minutes=version))
    verb = getattr(confirming, name)
    found: Document = await verb(store, asked, "act_1", version, organization=organization)
    return found


def verdicts(document: Document) -> dict[str, Verdict]:
    return {each.organization: each.verdict for each in record_of(Activity, document).confirmations}


async def test_each_organization_speaks_for_itself(store: MemoryStore) -> None:
    once = await say(store, "confirm", BANKER, "org_bank")
    twice = await say(store, "dispute", FIREMAN, "org_fire", 2)
    assert once["confirmations"] == [
        {"organization": "org_bank", "verdict": "CONFIRMED", "at": NOW + dt.timedelta(minutes=1), "reason": None}
    ]
    assert verdicts(twice) == {"org_bank": Verdict.CONFIRMED, "org_fire": Verdict.DISPUTED}
    assert twice["confirmations"][1]["reason"] == "人数不符"
    assert (twice["unconfirmed"], twice["counted_for"], twice["disputed"]) == (
        ["org_fire"],
        ["org_bank", "org_hospital"],
        True,
    )
    assert twice["participants"] == ["org_bank", "org_fire", "org_hospital"]


async def test_the_latest_word_of_an_organization_stands(store: MemoryStore) -> None:
    await say(store, "dispute", BANKER, "org_bank")
    after = await say(store, "confirm", BANKER, "org_bank", 2)
    assert (verdicts(after), after["disputed"]) == ({"org_bank": Verdict.CONFIRMED}, False)
    again = await say(store, "dispute", BANKER, "org_bank", 3)
    assert verdicts(again) == {"org_bank": Verdict.DISPUTED}


@pytest.mark.parametrize("name", ["confirm", "dispute"])
@pytest.mark.parametrize(
    ("viewer", "organization", "problem"),
    [
        (BANKER, "org_fire", (Code.FORBIDDEN, ("organization",))),
        (ADMIN, "org_bank", (Code.FORBIDDEN, ())),
        (RECORDER, "org_hospital", (Code.RULE_BROKEN, ("organization",))),
        (FOREIGN, "org_bank", (Code.NOT_FOUND, ("id",))),
    ],
)
async def test_nobody_speaks_for_another_or_of_what_it_filed(
    store: MemoryStore, name: str, viewer: Viewer, organization: str, problem: tuple[Code, Path]
) -> None:
    assert await codes(say(store, name, viewer, organization)) == [problem]


async def test_who_did_not_take_part_has_nothing_to_say(store: MemoryStore) -> None:
    viewer = Viewer("支行办公室", (Grant(Role.RECORDER, "net_a", "org_bank_office"),))
    (problem,) = await refused(say(store, "confirm", viewer, "org_bank_office"))
    assert (problem.code, problem.path) == (Code.REFERENCE_INVALID, ("organization",))
    assert (problem.english, problem.chinese) == (
        "This organisation does not take part in the activity.",
        "该单位未参加此活动。",
    )


@pytest.mark.parametrize("name", ["confirm", "dispute"])
async def test_the_same_word_twice_is_refused(store: MemoryStore, name: str) -> None:
    await say(store, name, BANKER, "org_bank")
    assert await codes(say(store, name, BANKER, "org_bank", 2)) == [(Code.RULE_BROKEN, ("organization",))]


@pytest.mark.parametrize("reason", [None, "", "  "])
async def test_a_dispute_says_why(store: MemoryStore, reason: str | None) -> None:
    found = confirming.dispute(store, act(BANKER, reason=reason), "act_1", 1, organization="org_bank")
    assert await codes(found) == [(Code.REQUIRED, ("reason",))]


@pytest.mark.parametrize("status", [ActivityStatus.PLANNED, ActivityStatus.CANCELLED])
async def test_only_what_was_held_is_confirmed(status: ActivityStatus) -> None:
    store = scene()
    await stand(store, status)
    assert await codes(say(store, "confirm", BANKER, "org_bank")) == [(Code.ILLEGAL_STATE, ("id",))]


@pytest.mark.parametrize(
    ("changes", "left"),
    [
        ({"place": "越秀支行"}, {"org_fire": Verdict.DISPUTED}),
        ({"media_recap": "医院公众号"}, {"org_bank": Verdict.CONFIRMED, "org_fire": Verdict.DISPUTED}),
        ({"external_reference": "OA-7"}, {"org_bank": Verdict.CONFIRMED, "org_fire": Verdict.DISPUTED}),
        ({"participations": GUESTS[:2]}, {"org_fire": Verdict.DISPUTED}),
    ],
)
async def test_a_correction_asks_anew_who_confirmed_and_leaves_a_dispute(
    store: MemoryStore, changes: dict[str, Any], left: dict[str, Verdict]
) -> None:
    await say(store, "confirm", BANKER, "org_bank")
    await say(store, "dispute", FIREMAN, "org_fire", 2)
    after = await holding.correct(store, act(), "act_1", 3, changes)
    assert verdicts(after) == left


async def test_a_dispute_is_not_lost_by_leaving_out_who_disputes_and_naming_it_again(store: MemoryStore) -> None:
    await say(store, "dispute", FIREMAN, "org_fire")
    without = await holding.correct(store, act(), "act_1", 2, {"participations": GUESTS[:2]})
    assert (without["disputed"], without["counted_for"]) == (False, ["org_bank", "org_hospital"])
    again = await holding.correct(store, act(), "act_1", 3, {"participations": GUESTS})
    assert (again["disputed"], again["counted_for"]) == (True, ["org_bank", "org_hospital"])
    assert verdicts(again) == {"org_fire": Verdict.DISPUTED}


async def test_who_becomes_the_filer_has_no_verdict_of_its_own(store: MemoryStore) -> None:
    await say(store, "dispute", BANKER, "org_bank")
    after = await holding.correct(store, act(), "act_1", 2, {"filed_by": "org_bank"})
    assert (verdicts(after), after["unconfirmed"]) == ({}, ["org_fire", "org_hospital"])


async def test_the_steps_open_are_those_that_would_say_something_new(store: MemoryStore) -> None:
    def open_to(viewer: Viewer) -> set[Action]:
        return {*steps_open(Activity, store.documents["act_1"], viewer, NOW.date())} & {Action.CONFIRM, Action.DISPUTE}

    assert open_to(BANKER) == {Action.CONFIRM, Action.DISPUTE}
    assert open_to(RECORDER) == open_to(ADMIN) == set()
    await say(store, "confirm", BANKER, "org_bank")
    assert open_to(BANKER) == {Action.DISPUTE}
    assert open_to(BOTH) == {Action.CONFIRM, Action.DISPUTE}
    await say(store, "dispute", BANKER, "org_bank", 2)
    assert open_to(BANKER) == {Action.CONFIRM}


async def test_a_number_of_another_system_is_one_activitys_in_a_network() -> None:
    store = scene()
    first = await holding.record(store, act(), facts(external_reference="OA-1"))
    assert await codes(holding.record(store, act(), facts(title="另一场", external_reference="OA-1"))) == [
        (Code.ALREADY_EXISTS, ())
    ]
    await holding.record(store, act(), facts(title="第三场"))
    await holding.record(store, act(), facts(title="第四场"))
    assert first["external_key"] == "net_a\x1fOA-1"
