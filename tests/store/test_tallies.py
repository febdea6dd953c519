"""Counting in the database, on every engine and through each driver: many ways by one command, and no part of it."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate
from service.errors import Code, Refusal
from service.network.memberships import MembershipRole
from service.store import tallies
from service.store.database import Database, DriverName
from service.store.reads import Query
from service.store.store import Store
from service.store.tallies import By, exists, roles, tally
from tests.store.conftest import MakeDatabase
from tests.store.scene import Topic, act, activity, membership

TOPICS = {Pillar.LEARNING: Theme.THEORY_STUDY, Pillar.INTEGRITY: Theme.INTEGRITY_EDUCATION}
DAYS = ["2024-02-29", None, "2023", "2024-03-01", "2021-05"]
QUERY = Query(Activity, {"network": "net_a"})
WAYS = {
    "all": By(),
    "pillar": By({"pillar": "pillars"}, ("pillars",), most=2),
    "pillars": By({"pillars": "pillars"}, most=3),
    "month": By({"month": "month"}, most=4),
    "cells": By({"organization": "participants", "pillar": "pillars"}, ("participants", "pillars"), most=8),
    "undated": By(where={"date_key": {"$lt": " "}}),
    "none": By(where={"month": "1999-01"}),
}


def listed() -> list[Activity]:
    chance = random.Random(7)
    made = []
    for number in range(30):
        topics = tuple(Topic(pillar, TOPICS[pillar]) for pillar in chance.sample(list(TOPICS), chance.choice((1, 2))))
        guests = chance.sample(["org_p", "org_q", "org_r"], chance.choice((1, 2, 3)))
        served = chance.choice((None, 0, 40))
        day = DAYS[number % len(DAYS)]
        made.append(activity(f"act_{number:02}", day, *guests, topics=topics, people_served=served))
    return made


LISTED = listed()


@pytest.fixture(scope="module")
async def library(make_database: MakeDatabase, driver: DriverName) -> Database:
    database = await make_database(driver)
    store = Store(database)
    for own in LISTED:
        await store.create(own, act())
    await store.create(activity("act_foreign", network="net_b"), act())
    return database


def expected(groups: Callable[[Activity], Any]) -> dict[Any, tuple[int, int, int]]:
    """Records, person-times and people served for each group that an activity is in."""
    found: Counter[tuple[Any, str]] = Counter()
    for own in LISTED:
        for group in groups(own):
            found[group, "records"] += 1
            found[group, "person_times"] += own.keys()["person_times"]
            found[group, "people_served"] += own.people_served or 0
    names = ("records", "person_times", "people_served")
    return {group: tuple(found[group, name] for name in names) for group, _ in found}


def told(rows: list[dict[str, Any]]) -> dict[Any, tuple[int, int, int]]:
    def label(value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value

    return {
        () if row["_id"] == "all" else tuple(label(value) for value in row["_id"].values()): (
            row["records"],
            row["person_times"],
            row["people_served"],
        )
        for row in rows
    }


async def test_one_query_is_counted_in_many_ways(library: Database) -> None:
    found = await tally(library, QUERY, WAYS, ("person_times", "people_served"))

    assert {name: told(rows) for name, rows in found.items()} == {
        "all": expected(lambda own: [()]),
        "pillar": expected(lambda own: [(pillar,) for pillar in own.keys()["pillars"]]),
        "pillars": expected(lambda own: [(tuple(own.keys()["pillars"]),)]),
        "month": expected(lambda own: [(own.keys()["month"],)]),
        "cells": expected(
            lambda own: [
                (organization, pillar)
                for organization in own.keys()["participants"]
                for pillar in own.keys()["pillars"]
            ]
        ),
        "undated": expected(lambda own: [()] if own.when is None else []),
        "none": {},
    }


async def test_what_matches_nothing_and_what_is_not_asked_has_no_rows(library: Database) -> None:
    nothing = replace(QUERY, equal={"network": "net_none"})
    assert await tally(library, nothing, WAYS) == {name: [] for name in WAYS}
    assert await tally(library, QUERY, {}) == {}
    assert await tally(library, QUERY, {"all": By()}) == {"all": [{"_id": "all", "records": 30}]}


async def test_more_groups_than_the_limit_are_refused_and_not_cut(library: Database) -> None:
    months = By({"month": "month"}, most=4)
    assert len((await tally(library, QUERY, {"month": months}))["month"]) == 4
    with pytest.raises(Refusal) as refusal:
        await tally(library, QUERY, {"all": By(), "month": replace(months, most=3)}, narrow=("where", "period"))
    [problem] = refusal.value.problems
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("where", "period"))
    assert "3" in problem.english
    assert "3" in problem.chinese


async def test_whether_there_is_any_is_told(library: Database) -> None:
    assert await exists(library, QUERY)
    assert not await exists(library, replace(QUERY, equal={"network": "net_none"}))


async def test_the_roles_of_a_network_are_those_of_the_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = membership("mem_1", "org_1", role=MembershipRole.LEAD, joined=PartialDate.parse("2020"))
    member = membership("mem_2", "org_2", joined=PartialDate.parse("2024-02-29"))
    gone = membership("mem_3", "org_3", left=PartialDate.parse("2024-02-28"))
    for own in (lead, member, gone, membership("mem_4", "org_4", network="net_b")):
        await store.create(own, act())
    leap_day = dt.date(2024, 2, 29)

    assert await roles(store.database, "net_a", dt.date(2024, 2, 28)) == {"org_1": "LEAD"}
    assert await roles(store.database, "net_a", leap_day) == {"org_1": "LEAD", "org_2": "MEMBER"}
    assert await roles(store.database, "net_none", leap_day) == {}
    monkeypatch.setattr(tallies, "MOST_PARTNERS", 1)
    with pytest.raises(Refusal, match="LIMIT_EXCEEDED"):
        await roles(store.database, "net_a", leap_day)
