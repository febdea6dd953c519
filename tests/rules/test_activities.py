"""Activity 共建活动: planned, recorded, held, published, cancelled, corrected, and by whom."""

from collections.abc import Mapping
from typing import Any

import pytest

from service.cooperation import holding
from service.cooperation.activities import Activity, ActivityStatus
from service.errors import Code
from service.records import record_of
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.rules.activity_scene import (
    BANKER,
    FOREIGN,
    GUEST,
    HOST,
    RECORDER,
    STEPS,
    act,
    at,
    codes,
    facts,
    refused,
    reported,
    scene,
    stand,
    step,
)
from tests.rules.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return scene()


# --- the way of an activity ---


async def test_an_activity_is_planned_held_corrected_and_published(store: MemoryStore) -> None:
    planned = await holding.plan(store, act(), facts(starts_at=at(2024, 5, 12, 9), ends_at=None))
    own_id = planned["_id"]
    assert (planned["status"], planned["filed_by"], planned["concerns"]) == (
        "PLANNED",
        "org_hospital",
        ["org_hospital"],
    )
    later = act(at=at(2024, 5, 20, 9))
    held = await holding.hold(store, later, own_id, 1, {"place": "党员之家", "people_served": 120})
    assert (held["status"], held["place"], held["people_served"], held["version"]) == ("HELD", "党员之家", 120, 2)
    corrected = await holding.correct(store, later, own_id, 2, {"speaker": "李某"})
    assert (corrected["status"], corrected["speaker"], corrected["cancel_reason"]) == ("HELD", "李某", None)
    published = await holding.publish(store, later, own_id, 3)
    assert published["status"] == "PUBLISHED"
    again = await holding.correct(
        store, later, own_id, 4, {"summary": "观看并座谈", "status": "PLANNED", "cancel_reason": "无"}
    )
    assert (again["status"], again["cancel_reason"], again["version"]) == ("PUBLISHED", None, 5)
    assert [revision["reason"] for revision in store.revisions] == ["会场临时更换"] * 5


async def test_an_admin_records_a_joint_event_that_has_taken_place(store: MemoryStore) -> None:
    outcome = {"description": "参观人次", "value": "100", "unit": "人次", "qualifier": "SLIGHTLY_OVER"}
    counted = [HOST | {"head_count": 30, "branch": "bra_h1"}, GUEST | {"head_count": 12}]
    made = await holding.record(store, act(), facts(participations=counted, outcomes=[outcome]))
    assert (made["status"], made["gaps"], made["topics"][0]["main"]) == ("HELD", [], True)
    assert made["when"] == {"first": "2024-03-01", "last": "2024-03-01", "precision": "DAY"}
    assert made["participants"] == ["org_bank", "org_hospital"]
    assert made["person_times"] == 42
    assert made["outcomes"] == [outcome]
    assert record_of(Activity, made).main_host == "org_hospital"


async def test_a_cancelled_plan_keeps_its_reason_and_gives_its_place_free(store: MemoryStore) -> None:
    first = await holding.plan(store, act(), facts())
    (problem,) = await refused(holding.plan(store, act(), facts(place="别处")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    cancelled = await holding.cancel(store, act(reason=" 暴雨 "), first["_id"], 1)
    assert (cancelled["status"], cancelled["cancel_reason"]) == ("CANCELLED", "暴雨")
    assert (await holding.plan(store, act(), facts()))["version"] == 1


@pytest.mark.parametrize(
    "other",
    [
        {"title": "联合警示教育:《浊流之虐》"},
        {"starts_at": at(2024, 3, 1, 15)},
        {"participations": [HOST | {"role": "CO_HOST"}, GUEST | {"role": "HOST"}]},
    ],
)
async def test_title_start_and_host_tell_activities_apart(store: MemoryStore, other: dict[str, Any]) -> None:
    await holding.record(store, act(), facts())
    second = await holding.record(store, act(), facts(**other))
    (problem,) = await refused(holding.correct(store, act(), second["_id"], 1, facts()))
    assert problem.code is Code.ALREADY_EXISTS


ALLOWED = {
    ActivityStatus.PLANNED: {"correct", "hold", "cancel"},
    ActivityStatus.HELD: {"correct", "publish"},
    ActivityStatus.PUBLISHED: {"correct"},
    ActivityStatus.CANCELLED: set[str](),
}


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("status", ActivityStatus)
async def test_a_step_is_taken_from_its_states_only(store: MemoryStore, status: ActivityStatus, name: str) -> None:
    await stand(store, status)
    if name in ALLOWED[status]:
        assert (await step(store, act(), name))["version"] == 2
    else:
        assert await codes(step(store, act(), name)) == [(Code.ILLEGAL_STATE, ("id",))]
        assert store.revisions == []


@pytest.mark.parametrize("name", ["correct", "cancel"])
@pytest.mark.parametrize("reason", [None, "", " \n"])
async def test_a_correction_and_a_cancellation_say_why(store: MemoryStore, name: str, reason: str | None) -> None:
    await stand(store, ActivityStatus.PLANNED)
    assert await codes(step(store, act(reason=reason), name)) == [(Code.REQUIRED, ("reason",))]
    assert (await step(store, act(reason="校对"), name))["version"] == 2


@pytest.mark.parametrize("name", ["hold", "publish"])
async def test_the_other_steps_need_no_reason(store: MemoryStore, name: str) -> None:
    await stand(store, ActivityStatus.PLANNED if name == "hold" else ActivityStatus.HELD)
    assert (await step(store, act(reason=None), name))["version"] == 2


# --- what a source leaves open ---


async def test_a_reported_activity_names_its_gaps_and_no_false_ones(store: MemoryStore) -> None:
    bare = await holding.record(store, act(), reported())
    assert bare["gaps"] == ["when", "place"]
    dated = await holding.record(store, act(), reported(when="2021", place="越秀支行"))
    assert dated["gaps"] == []
    timed = await holding.record(store, act(), reported(starts_at=at(2024, 3, 1, 9)))
    assert (timed["gaps"], timed["when"]["first"]) == (["place"], "2024-03-01")


async def test_where_a_source_names_no_host_somebody_files_it(store: MemoryStore) -> None:
    nobody = [HOST | {"role": "PARTICIPANT"}, GUEST]
    given = reported(participations=nobody, when="2021", place="医院")
    assert await codes(holding.record(store, act(), given)) == [(Code.REQUIRED, ("filed_by",))]
    assert await codes(holding.record(store, act(RECORDER), given)) == [(Code.REQUIRED, ("filed_by",))]
    made = await holding.record(store, act(), given | {"filed_by": "org_bank"})
    assert (made["gaps"], made["concerns"]) == (["main_host"], ["org_bank"])
    two = reported(participations=[HOST, GUEST | {"role": "HOST"}])
    assert await codes(holding.record(store, act(), two)) == [(Code.RULE_BROKEN, ("participations", 1, "role"))]


async def test_a_reported_activity_has_a_source(store: MemoryStore) -> None:
    assert await codes(holding.record(store, act(), reported(sources=[]))) == [(Code.REQUIRED, ("sources",))]


# --- rights ---


async def test_a_recorder_files_for_its_own_organisation(store: MemoryStore) -> None:
    made = await holding.record(store, act(RECORDER), facts())
    assert made["filed_by"] == "org_hospital"
    hosted = holding.record(store, act(BANKER), facts(title="另一活动"))
    assert await codes(hosted) == [(Code.FORBIDDEN, ("participations",))]
    for_it = holding.record(store, act(BANKER), facts(title="另一活动", filed_by="org_hospital"))
    assert await codes(for_it) == [(Code.FORBIDDEN, ("filed_by",))]
    own = await holding.record(store, act(BANKER), facts(title="另一活动", filed_by="org_bank"))
    assert own["concerns"] == ["org_bank"]
    for name in STEPS:
        assert await codes(step(store, act(BANKER), name, made["_id"])) == [(Code.FORBIDDEN, ())]
    assert (await holding.publish(store, act(RECORDER), made["_id"], 1))["status"] == "PUBLISHED"


async def test_filing_is_handed_over_by_whoever_holds_the_right_for_both(store: MemoryStore) -> None:
    made = await holding.record(store, act(RECORDER), facts())
    handing = holding.correct(store, act(RECORDER), made["_id"], 1, {"filed_by": "org_bank"})
    assert await codes(handing) == [(Code.FORBIDDEN, ("filed_by",))]
    handed = await holding.correct(store, act(), made["_id"], 1, {"filed_by": "org_bank"})
    assert handed["concerns"] == ["org_bank"]
    back = await holding.correct(store, act(), made["_id"], 2, {"filed_by": None})
    assert back["concerns"] == ["org_hospital"]


async def test_who_files_takes_part(store: MemoryStore) -> None:
    broken = [(Code.RULE_BROKEN, ("filed_by",))]
    assert await codes(holding.record(store, act(), facts(filed_by="org_fire"))) == broken
    made = await holding.record(store, act(), facts())
    left = [HOST | {"organization": "org_fire"}, GUEST]
    assert await codes(holding.correct(store, act(), made["_id"], 1, {"participations": left})) == broken


@pytest.mark.parametrize(
    "viewer",
    [
        ANONYMOUS,
        FOREIGN,
        Viewer("运维", (Grant(Role.OPERATOR),)),
        *(Viewer(role, (Grant(role, "net_a"),)) for role in (Role.FRONT_END, Role.OBSERVER, Role.INTEGRITY_OFFICER)),
    ],
    ids=lambda viewer: viewer.subject,
)
async def test_without_the_right_nothing_is_written_and_a_hidden_one_is_not_there(
    store: MemoryStore, viewer: Viewer
) -> None:
    forbidden = [(Code.FORBIDDEN, ())]
    assert await codes(holding.plan(store, act(viewer), facts())) == forbidden
    assert await codes(holding.record(store, act(viewer), facts())) == forbidden
    insider = viewer.grants and viewer.grants[0].network == "net_a"
    for status in ActivityStatus:
        await stand(store, status)
        known = insider or status is ActivityStatus.PUBLISHED
        for name in STEPS:
            found = await codes(step(store, act(viewer), name))
            assert found == (forbidden if known else [(Code.NOT_FOUND, ("id",))])
        del store.documents["act_1"]
    assert store.revisions == []


@pytest.mark.parametrize(("fact", "value"), [("network", "net_b"), ("origin", "REPORTED"), ("id", "act_2")])
async def test_no_step_changes_what_an_activity_is(store: MemoryStore, fact: str, value: str) -> None:
    await stand(store, ActivityStatus.PLANNED)
    fixed = [(Code.RULE_BROKEN, (fact,))]
    changed: Mapping[str, Any] = {fact: value}
    assert await codes(holding.correct(store, act(), "act_1", 1, changed)) == fixed
    assert await codes(holding.hold(store, act(), "act_1", 1, changed)) == fixed


async def test_whoever_wrote_first_is_named_by_version(store: MemoryStore) -> None:
    await stand(store, ActivityStatus.HELD)
    await holding.correct(store, act(), "act_1", 1, {"place": "甲"})
    (problem,) = await refused(holding.correct(store, act(), "act_1", 1, {"place": "乙"}))
    assert (problem.code, problem.record, problem.version) == (Code.CONFLICT, "act_1", 2)
    assert store.documents["act_1"]["place"] == "甲"
