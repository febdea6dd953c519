"""Headcounts and memberships: every rule and refusal; what turns at midnight."""

import datetime as dt
from typing import Any

import pytest

from service.dates import PartialDate
from service.errors import Code, Path
from service.network import headcounts, memberships
from service.network.memberships import Membership, MembershipRole
from service.records import Document, document_of
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED, act, codes, count_facts, join_facts, refused, scene


@pytest.fixture
def store() -> MemoryStore:
    return scene()


# --- headcounts ---


async def test_a_headcount_is_recorded_corrected_and_discarded(store: MemoryStore) -> None:
    made = await headcounts.record(store, act(), count_facts())
    corrected = await headcounts.correct(store, act(), made["_id"], 1, {"cadres": 54})
    assert (corrected["cadres"], corrected["date_key"][:10]) == (54, "2024-02-01")
    discarded = await headcounts.discard(store, act(), made["_id"], 2)
    assert (discarded["status"], discarded["discard_reason"]) == ("DISCARDED", "登记有误")
    again = headcounts.correct(store, act(), made["_id"], 3, {"cadres": 51})
    assert await codes(again) == [(Code.ILLEGAL_STATE, ("id",))]
    assert (await headcounts.record(store, act(), count_facts()))["version"] == 1


@pytest.mark.parametrize(
    ("facts", "paths"),
    [
        ({"cadres": 152}, [("cadres",)]),
        ({"members": 326}, [("members",)]),
        ({"cadres": 326}, [("cadres",), ("cadres",)]),
        ({"members": 400, "cadres": 401}, [("cadres",), ("members",), ("cadres",)]),
        ({"cadres": 151}, []),
        ({"members": 325}, []),
        ({"staff": 0, "members": 0, "cadres": 0}, []),
    ],
)
async def test_a_part_is_not_larger_than_its_whole(
    store: MemoryStore, facts: dict[str, Any], paths: list[Path]
) -> None:
    if paths:
        wanted = [(Code.RULE_BROKEN, path) for path in paths]
        assert await codes(headcounts.record(store, act(), count_facts(**facts))) == wanted
        made = await headcounts.record(store, act(), count_facts())
        assert await codes(headcounts.correct(store, act(), made["_id"], 1, facts)) == wanted
    else:
        assert (await headcounts.record(store, act(), count_facts(**facts)))["version"] == 1


async def test_a_reported_headcount_is_judged_by_what_it_says(store: MemoryStore) -> None:
    facts = {"network": "net_a", "organization": "org_hospital", "members": 151, **REPORTED}
    made = await headcounts.record(store, act(), facts)
    assert (made["gaps"], made["date_key"][0]) == (["on", "staff", "cadres"], "\x1f")
    native = {name: value for name, value in facts.items() if name not in REPORTED}
    assert await codes(headcounts.record(store, act(), native)) == [
        (Code.REQUIRED, ("on",)),
        (Code.REQUIRED, ("staff",)),
        (Code.REQUIRED, ("cadres",)),
    ]


async def test_the_same_organisation_and_date_is_counted_once(store: MemoryStore) -> None:
    first = await headcounts.record(store, act(), count_facts())
    (problem,) = await refused(headcounts.record(store, act(), count_facts(staff=400)))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    nobody = headcounts.record(store, act(), count_facts(organization="org_none"))
    assert await codes(nobody) == [(Code.REFERENCE_INVALID, ("organization",))]
    other = headcounts.correct(store, act(), first["_id"], 1, {"organization": "org_bank"})
    assert await codes(other) == [(Code.RULE_BROKEN, ("organization",))]


# --- memberships ---


def membership(joined: str | None, left: str | None = None, **facts: Any) -> Document:
    dates = {name: PartialDate.parse(text) for name, text in (("joined", joined), ("left", left)) if text}
    given = {"organization": "org_bank", "role": MembershipRole.MEMBER} | dates | facts
    return document_of(Membership(id="mem_1", network="net_a", **given))


@pytest.mark.parametrize(
    ("document", "day", "state"),
    [
        (membership("2024-02-29"), dt.date(2024, 2, 28), "UPCOMING"),
        (membership("2024-02-29"), dt.date(2024, 2, 29), "ACTIVE"),
        (membership("2024-03"), dt.date(2024, 2, 29), "UPCOMING"),
        (membership("2024-03"), dt.date(2024, 3, 1), "ACTIVE"),
        (membership("2018", "2024-02-29"), dt.date(2024, 2, 28), "ACTIVE"),
        (membership("2018", "2024-02-29"), dt.date(2024, 2, 29), "ENDED"),
        (membership("2018", "2023-02"), dt.date(2023, 2, 27), "ACTIVE"),
        (membership("2018", "2023-02"), dt.date(2023, 2, 28), "ENDED"),
        (membership(None), dt.date(1949, 10, 1), "ACTIVE"),
        (membership(None, "2020"), dt.date(2021, 1, 1), "ENDED"),
        (membership("2018", discarded=True), dt.date(2024, 2, 29), "DISCARDED"),
    ],
)
def test_a_membership_turns_at_midnight(document: Document, day: dt.date, state: str) -> None:
    assert Membership.state(document, day) == state


async def test_midnight_in_shanghai_decides_what_may_be_done(store: MemoryStore) -> None:
    made = await memberships.join(store, act(), join_facts(joined="2024-02-29"))
    before = act(at=dt.datetime(2024, 2, 28, 15, 59, 59, tzinfo=dt.UTC))
    early = memberships.end(store, before, made["_id"], 1, None)
    assert await codes(early) == [(Code.ILLEGAL_STATE, ("id",))]
    after = act(at=dt.datetime(2024, 2, 28, 16, tzinfo=dt.UTC))
    ended = await memberships.end(store, after, made["_id"], 1, None)
    assert ended["left"] == {"first": "2024-02-29", "last": "2024-02-29", "precision": "DAY"}
    assert ended["end_reason"] == "登记有误"


async def test_an_organisation_joins_once_and_may_join_again_after_leaving(store: MemoryStore) -> None:
    first = await memberships.join(store, act(), join_facts(role="MEMBER"))
    (problem,) = await refused(memberships.join(store, act(), join_facts(role="MEMBER", joined="2020")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    await memberships.end(store, act(), first["_id"], 1, PartialDate.parse("2022"))
    assert (await memberships.join(store, act(), join_facts(role="MEMBER", joined="2023")))["version"] == 1


async def test_a_network_has_one_lead(store: MemoryStore) -> None:
    lead = await memberships.join(store, act(), join_facts())
    second = join_facts(organization="org_bank")
    (problem,) = await refused(memberships.join(store, act(), second))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, lead["_id"])
    member = await memberships.join(store, act(), second | {"role": "MEMBER"})
    (problem,) = await refused(memberships.correct(store, act(), member["_id"], 1, {"role": "LEAD"}))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, lead["_id"])
    await memberships.discard(store, act(), lead["_id"], 1)
    assert (await memberships.correct(store, act(), member["_id"], 1, {"role": "LEAD"}))["role"] == "LEAD"


async def test_nobody_leaves_before_having_joined(store: MemoryStore) -> None:
    broken = [(Code.RULE_BROKEN, ("left",))]
    assert await codes(memberships.join(store, act(), join_facts(left="2017"))) == broken
    made = await memberships.join(store, act(), join_facts(joined="2018-05"))
    assert await codes(memberships.correct(store, act(), made["_id"], 1, {"left": "2018-04"})) == broken
    early = memberships.end(store, act(), made["_id"], 1, PartialDate.parse("2018-04-30"))
    assert await codes(early) == broken
    assert (await memberships.end(store, act(), made["_id"], 1, PartialDate.parse("2018")))["active_to"] == "2018-12-31"


async def test_a_membership_refers_to_what_there_is_and_keeps_its_organisation(store: MemoryStore) -> None:
    nobody = memberships.join(store, act(), join_facts(organization="org_none"))
    assert await codes(nobody) == [(Code.REFERENCE_INVALID, ("organization",))]
    undated = {name: value for name, value in join_facts().items() if name != "joined"}
    assert await codes(memberships.join(store, act(), undated)) == [(Code.REQUIRED, ("joined",))]
    made = await memberships.join(store, act(), undated | REPORTED)
    assert made["gaps"] == ["joined"]
    for fact, value in (("organization", "org_bank"), ("network", "net_b"), ("origin", "NATIVE")):
        changed = memberships.correct(store, act(), made["_id"], 1, {fact: value})
        assert await codes(changed) == [(Code.RULE_BROKEN, (fact,))]


async def test_a_discarded_membership_stays_as_it_is(store: MemoryStore) -> None:
    made = await memberships.join(store, act(), join_facts())
    gone = await memberships.discard(store, act(), made["_id"], 1)
    assert (gone["discarded"], gone["end_reason"]) == (True, "登记有误")
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(memberships.correct(store, act(), made["_id"], 2, {"joined": "2019"})) == illegal
    assert await codes(memberships.discard(store, act(), made["_id"], 2)) == illegal
    assert await codes(memberships.end(store, act(), made["_id"], 2, None)) == illegal


async def test_nobody_is_counted_ahead_of_time(store: MemoryStore) -> None:
    early = headcounts.record(store, act(), count_facts(on="2024-03-01"))
    assert await codes(early) == [(Code.RULE_BROKEN, ("on",))]
    assert (await headcounts.record(store, act(), count_facts(on="2024-02-29")))["version"] == 1


async def test_a_departure_is_recorded_when_it_has_come(store: MemoryStore) -> None:
    made = await memberships.join(store, act(), join_facts())
    early = memberships.end(store, act(), made["_id"], 1, {"first": dt.date(2024, 3, 1)})
    assert await codes(early) == [(Code.RULE_BROKEN, ("left",))]
