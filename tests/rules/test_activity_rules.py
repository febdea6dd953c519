"""Activity 共建活动: topics, participations and times; what a plan, a record and a correction must be."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation import holding
from service.cooperation.activities import ActivityStatus, days_of
from service.dates import PartialDate, Precision
from service.errors import Code, Path
from service.network.networks import Network, NetworkStatus
from service.network.organizations import OrganizationStatus
from tests.rules.activity_scene import (
    GUEST,
    HOST,
    NOW,
    act,
    at,
    codes,
    facts,
    organization,
    reported,
    scene,
    stand,
    topic,
)
from tests.rules.memory import MemoryStore


@pytest.fixture
def store() -> MemoryStore:
    return scene()


# --- topics ---


@pytest.mark.parametrize(
    ("topics", "problems"),
    [
        ([], [(Code.REQUIRED, ("topics",))]),
        ([topic("LEARNING", "SAFE_HOSPITAL")], [(Code.RULE_BROKEN, ("topics", 0, "theme"))]),
        ([topic(main=True), topic()], [(Code.RULE_BROKEN, ("topics", 1))]),
        ([topic(), topic("SERVICE", "SERVING_STAFF")], [(Code.RULE_BROKEN, ("topics",))]),
        ([topic(main=True), topic("SERVICE", "SERVING_STAFF", main=True)], [(Code.RULE_BROKEN, ("topics",))]),
        (
            [topic("SERVICE", "EXCHANGE"), topic(), topic()],
            [
                (Code.RULE_BROKEN, ("topics", 0, "theme")),
                (Code.RULE_BROKEN, ("topics", 2)),
                (Code.RULE_BROKEN, ("topics",)),
            ],
        ),
    ],
)
async def test_topics_are_matched_distinct_and_one_is_main(
    store: MemoryStore, topics: list[Any], problems: list[tuple[Code, Path]]
) -> None:
    assert await codes(holding.plan(store, act(), facts(topics=topics))) == problems
    await stand(store, ActivityStatus.HELD)
    assert await codes(holding.correct(store, act(), "act_1", 1, {"topics": topics})) == problems


async def test_an_activity_may_have_several_topics_and_is_found_under_each_pillar(store: MemoryStore) -> None:
    topics = [topic(main=True), topic("INTEGRITY", "INTEGRITY_EXCHANGE"), topic("LEARNING", "EXCHANGE")]
    made = await holding.record(store, act(), facts(topics=topics))
    assert made["pillars"] == ["INTEGRITY", "LEARNING"]
    assert [entry["main"] for entry in made["topics"]] == [True, False, False]


# --- participations ---


@pytest.mark.parametrize(
    ("participations", "problems"),
    [
        ([], [(Code.RULE_BROKEN, ("participations",)), (Code.REQUIRED, ("participations",))]),
        ([HOST], [(Code.RULE_BROKEN, ("participations",))]),
        ([HOST | {"branch": "bra_h1"}, HOST | {"branch": "bra_h2", "role": "CO_HOST"}],
         [(Code.RULE_BROKEN, ("participations",))]),
        ([HOST, GUEST, GUEST | {"role": "SUPPORT"}], [(Code.RULE_BROKEN, ("participations", 2))]),
        ([HOST, GUEST | {"role": "HOST"}], [(Code.RULE_BROKEN, ("participations", 1, "role"))]),
        ([HOST | {"role": "CO_HOST"}, GUEST], [(Code.REQUIRED, ("participations",))]),
        ([HOST, GUEST | {"organization": "org_none"}],
         [(Code.REFERENCE_INVALID, ("participations", 1, "organization"))]),
        ([HOST, GUEST | {"organization": "org_gone"}],
         [(Code.REFERENCE_INVALID, ("participations", 1, "organization"))]),
        ([HOST | {"branch": "bra_none"}, GUEST], [(Code.REFERENCE_INVALID, ("participations", 0, "branch"))]),
        ([HOST | {"branch": "org_hospital"}, GUEST], [(Code.REFERENCE_INVALID, ("participations", 0, "branch"))]),
        ([HOST | {"branch": ""}, GUEST], [(Code.REFERENCE_INVALID, ("participations", 0, "branch"))]),
        ([HOST, GUEST | {"branch": "bra_h1"}], [(Code.REFERENCE_INVALID, ("participations", 1, "branch"))]),
        ([HOST, GUEST | {"head_count": -1}], [(Code.INVALID, ("participations", 1, "head_count"))]),
        ([HOST, GUEST | {"organization": ""}], [(Code.REQUIRED, ("participations", 1, "organization"))]),
    ],
)  # fmt: skip
async def test_participations_are_of_two_organisations_under_one_host(
    store: MemoryStore, participations: list[Any], problems: list[tuple[Code, Path]]
) -> None:
    given = facts(participations=participations, filed_by="" if participations == [] else None)
    assert await codes(holding.plan(store, act(), given)) == problems


async def test_an_organisation_takes_part_with_several_branches(store: MemoryStore) -> None:
    several = [
        HOST | {"branch": "bra_h1"},
        HOST | {"branch": "bra_h2", "role": "CO_HOST"},
        GUEST,
        GUEST | {"branch": None},
    ]
    assert await codes(holding.plan(store, act(), facts(participations=several))) == [
        (Code.RULE_BROKEN, ("participations", 3))
    ]
    made = await holding.plan(store, act(), facts(participations=several[:3]))
    assert made["participants"] == ["org_bank", "org_hospital"]


async def test_a_planned_activity_may_count_whom_it_expects(store: MemoryStore) -> None:
    given = facts(starts_at=at(2030, 1, 1), ends_at=None, participations=[HOST, GUEST | {"head_count": 40}])
    assert (await holding.plan(store, act(), given))["person_times"] == 40


@pytest.mark.parametrize(
    ("outcome", "missing"),
    [
        ({"description": "交换寄语卡"}, None),
        ({"description": "发放问卷", "value": "29", "unit": "家"}, None),
        ({"description": "零事故", "value": "0", "unit": "起"}, None),
        ({"description": "发放问卷", "value": "0"}, "unit"),
        ({"description": "发放问卷", "unit": "家"}, "value"),
    ],
)
async def test_a_number_comes_with_its_unit(store: MemoryStore, outcome: dict[str, str], missing: str | None) -> None:
    recording = holding.record(store, act(), facts(outcomes=[{"description": "座谈"}, outcome]))
    if missing is None:
        assert (await recording)["version"] == 1
    else:
        assert await codes(recording) == [(Code.REQUIRED, ("outcomes", 1, missing))]


async def test_what_stood_before_may_have_been_archived_since(store: MemoryStore) -> None:
    await stand(store, ActivityStatus.HELD, participations=[HOST | {"branch": "bra_h1"}, GUEST])
    store.put(organization("org_bank", status=OrganizationStatus.ARCHIVED))
    assert (await holding.correct(store, act(), "act_1", 1, {"summary": "补记"}))["version"] == 2
    joined = [HOST | {"branch": "bra_h1"}, GUEST, GUEST | {"organization": "org_gone"}]
    assert await codes(holding.correct(store, act(), "act_1", 2, {"participations": joined})) == [
        (Code.REFERENCE_INVALID, ("participations", 2, "organization"))
    ]


async def test_a_network_out_of_use_records_nothing_new(store: MemoryStore) -> None:
    store.put(Network(id="net_a", network="net_a", name="医+N共建", status=NetworkStatus.ARCHIVED))
    assert await codes(holding.plan(store, act(), facts())) == [(Code.REFERENCE_INVALID, ("network",))]


async def test_all_problems_are_told_at_once(store: MemoryStore) -> None:
    given = facts(
        topics=[topic("SERVICE", "EXCHANGE")],
        participations=[HOST | {"branch": "bra_none"}, GUEST | {"role": "HOST", "organization": "org_none"}],
        ends_at=at(2024, 3, 1, 13),
        agreement="agr_none",
        filed_by="org_fire",
    )
    assert await codes(holding.record(store, act(), given)) == [
        (Code.RULE_BROKEN, ("topics", 0, "theme")),
        (Code.RULE_BROKEN, ("participations", 1, "role")),
        (Code.RULE_BROKEN, ("filed_by",)),
        (Code.RULE_BROKEN, ("ends_at",)),
        (Code.REFERENCE_INVALID, ("participations", 1, "organization")),
        (Code.REFERENCE_INVALID, ("participations", 0, "branch")),
        (Code.REFERENCE_INVALID, ("agreement",)),
    ]
    assert store.revisions == []


# --- time ---


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "first", "last"),
    [
        (at(2024, 2, 29, 9), None, "2024-02-29", "2024-02-29"),
        (at(2024, 2, 28, 20), at(2024, 2, 29, 1), "2024-02-28", "2024-02-29"),
        (dt.datetime(2024, 2, 28, 15, 59, 59, tzinfo=dt.UTC), None, "2024-02-28", "2024-02-28"),
        (dt.datetime(2024, 2, 28, 16, tzinfo=dt.UTC), None, "2024-02-29", "2024-02-29"),
        (at(2024, 2, 1), at(2024, 2, 29), "2024-02-01", "2024-02-29"),
    ],
)
async def test_the_days_follow_from_the_hours(
    store: MemoryStore, starts_at: dt.datetime, ends_at: dt.datetime | None, first: str, last: str
) -> None:
    given = facts(starts_at=starts_at, ends_at=ends_at)
    made = await holding.record(store, act(), given)
    assert (made["when"]["first"], made["when"]["last"]) == (first, last)
    assert made["date_key"].startswith(first)


async def test_days_beside_the_hours_must_be_the_same(store: MemoryStore) -> None:
    hours = {"starts_at": at(2024, 2, 28, 20), "ends_at": at(2024, 2, 29, 1)}
    assert await codes(holding.record(store, act(), facts(**hours, when="1999"))) == [(Code.RULE_BROKEN, ("when",))]
    made = await holding.record(store, act(), facts(**hours, when="2024-02-28/2024-02-29"))
    again = holding.correct(store, act(), made["_id"], 1, {"when": "2024-02-28"})
    assert await codes(again) == [(Code.RULE_BROKEN, ("when",))]


async def test_a_correction_of_the_hours_moves_the_days(store: MemoryStore) -> None:
    await stand(store, ActivityStatus.HELD)
    moved = await holding.correct(store, act(), "act_1", 1, {"starts_at": at(2024, 2, 29, 14)})
    assert (moved["when"]["first"], moved["when"]["last"]) == ("2024-02-29", "2024-03-01")
    shorter = await holding.correct(store, act(), "act_1", 2, {"ends_at": None})
    assert shorter["when"] == {"first": "2024-02-29", "last": "2024-02-29", "precision": "DAY"}


def test_an_end_before_the_start_says_nothing_about_the_days() -> None:
    assert days_of(at(2024, 3, 1, 9), at(2024, 2, 1, 9)) == PartialDate.on(dt.date(2024, 3, 1))
    assert days_of(at(2024, 2, 1), at(2024, 2, 29)).precision is Precision.MONTH


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (facts(ends_at=at(2024, 3, 1, 13, 59)), [(Code.RULE_BROKEN, ("ends_at",))]),
        (facts(ends_at=at(2024, 3, 1, 14)), []),
        (facts(starts_at=None, ends_at=None), [(Code.REQUIRED, ("starts_at",))]),
        (facts(starts_at=None, ends_at=None, when="2024-03-01", place=None),
         [(Code.REQUIRED, ("starts_at",)), (Code.REQUIRED, ("place",))]),
        (reported(ends_at=at(2024, 3, 1, 16)), [(Code.REQUIRED, ("starts_at",))]),
        (reported(starts_at=at(2024, 3, 1, 14), ends_at=at(2024, 3, 1, 16)), []),
    ],
)  # fmt: skip
async def test_an_end_has_a_start_before_it_and_a_native_activity_has_a_start(
    store: MemoryStore, given: dict[str, Any], problems: list[tuple[Code, Path]]
) -> None:
    if problems:
        assert await codes(holding.plan(store, act(), given)) == problems
    else:
        assert (await holding.plan(store, act(), given))["version"] == 1


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (facts(ends_at=NOW), None),
        (facts(ends_at=NOW + dt.timedelta(milliseconds=1)), ("ends_at",)),
        (facts(starts_at=NOW, ends_at=None), None),
        (facts(starts_at=NOW + dt.timedelta(milliseconds=1), ends_at=None), ("starts_at",)),
        (facts(starts_at=at(2030, 1, 1), ends_at=at(2030, 1, 2)), ("ends_at",)),
        (reported(), None),
        (reported(when="2024-03-15"), None),
        (reported(when="2024"), None),
        (reported(when="2024-03-16"), ("when",)),
        (reported(when="2024-04"), ("when",)),
        (reported(when="2025/2026"), ("when",)),
    ],
)
async def test_what_was_held_lies_in_the_past_and_a_plan_may_lie_anywhere(
    store: MemoryStore, given: dict[str, Any], path: Path | None
) -> None:
    planned = await holding.plan(store, act(), given)
    if path is None:
        assert (await holding.hold(store, act(), planned["_id"], 1, {}))["status"] == "HELD"
    else:
        broken = [(Code.RULE_BROKEN, path)]
        assert await codes(holding.hold(store, act(), planned["_id"], 1, {})) == broken
        assert await codes(holding.record(store, act(), given | {"title": "另一活动"})) == broken


async def test_a_published_activity_is_not_corrected_into_the_future(store: MemoryStore) -> None:
    await stand(store, ActivityStatus.PUBLISHED)
    future = {"starts_at": at(2024, 4, 1), "ends_at": None}
    assert await codes(holding.correct(store, act(), "act_1", 1, future)) == [(Code.RULE_BROKEN, ("starts_at",))]


@pytest.mark.parametrize(("second", "held"), [(59, False), (60, True)])
async def test_a_reported_day_begins_at_midnight_in_shanghai(store: MemoryStore, second: int, held: bool) -> None:
    moment = dt.datetime(2024, 2, 28, 15, 59, tzinfo=dt.UTC) + dt.timedelta(seconds=second)
    recording = holding.record(store, act(at=moment), reported(when="2024-02-29"))
    if held:
        assert (await recording)["status"] == "HELD"
    else:
        assert await codes(recording) == [(Code.RULE_BROKEN, ("when",))]
