"""All statistics against a brute-force count over generated documents, and against each other, on both engines."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from service.cooperation.activities import Activity, ActivityForm
from service.cooperation.pillars import PILLARS, PRINCIPLES, Pillar, Theme
from service.network.memberships import Membership, MembershipRole
from service.network.organizations import Organization, Sector
from service.records import Origin, Record, Source, document_of
from service.store.database import Database
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.brute import (
    DAYS,
    NETWORK,
    PERIODS,
    SECTORS,
    Asked,
    Held,
    activities,
    cell,
    edges,
    months,
    numbered,
    pillars,
    sectors,
    themes,
)
from tests.api.drawn import DRAWN
from tests.conftest import MASTERS, House
from tests.rooms import Rooms

INSIDER = Viewer("insider", (Grant(Role.FRONT_END, NETWORK),))
EVERYTHING = f"""query($n: Int!, $network: ID!, $period: PeriodInput, $by: PeriodInput!, $organization: ID) {{
activityCounts(network: $network, period: $period, organization: $organization) {{ {DRAWN["activityCounts"]} }}
coverage(network: $network, period: $period, first: 100) {{ {DRAWN["coverage"]} }}
coverageByMonth(network: $network, period: $by, first: 100) {{ {DRAWN["coverageByMonth"]} }}
partnershipGraph(network: $network, where: {{period: $period, organization: $organization}}, first: 500) {{
{DRAWN["partnershipGraph"]} }} }}"""
ASKED = st.builds(Asked, st.booleans(), PERIODS, st.none() | st.sampled_from(sorted(SECTORS)))
REPORTED: dict[str, Any] = {"network": NETWORK, "origin": Origin.REPORTED, "sources": (Source("002", "C1"),)}


async def house_of(drawn: Iterable[Activity], database: Database | None = None) -> House:
    database = database or Database("mongomock", "", "sums", masters=MASTERS)
    organizations: list[Record] = [
        Organization(id=own_id, name=own_id, sector=Sector(sector), **REPORTED) for own_id, sector in SECTORS.items()
    ]
    members: list[Record] = [
        Membership(id=f"mem_{role}", organization=own_id, role=role, **REPORTED)
        for own_id, role in zip(SECTORS, MembershipRole, strict=False)
    ]
    for collection, records in (
        ("organizations", organizations),
        ("memberships", members),
        ("activities", list[Record](drawn)),
    ):
        if records:
            await database.insert_many(collection, [document_of(record) for record in records])
    return House(database, Store(database), Relay(database, "tests", asyncio.Event()))


def closed(label: str, values: Iterable[str], of: list[Held], has: Any) -> list[dict[str, Any]]:
    return [{label: value, **cell(each for each in of if value in has(each))} for value in values]


def by_period(label: str, asked: Iterable[str], of: list[Held]) -> list[dict[str, Any]]:
    known = sorted({*asked, *(getattr(each, label) for each in of)} - {None})
    return [{label: value, **cell(each for each in of if getattr(each, label) == value)} for value in [*known, None]]


def expected_counts(drawn: list[Activity], asked: Asked) -> dict[str, Any]:
    counted, within = list(asked.counted(drawn)), months(*asked.period) if asked.period else []
    whole = cell(counted)
    quarters = {f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}" for month in within}
    partners = [
        {"organization": {"id": own_id}, **cell(each for each in counted if own_id in each.counted_for)}
        for own_id in SECTORS
    ]
    ranked = sorted(
        (each for each in partners if each["activities"]),
        key=lambda each: (-each["activities"], each["organization"]["id"]),
    )

    return {
        "total": whole["activities"],
        "personTimes": whole["personTimes"],
        "peopleServed": whole["peopleServed"],
        "undated": sum(each.first is None for each in asked.readable(drawn)),
        "disputed": sum(each.counted_for != each.organizations for each in counted),
        "unknownHeadCounts": sum(
            all(part.head_count is None for part in each.activity.participations) for each in counted
        ),
        "byPillar": [
            {**each, "principle": PRINCIPLES[Pillar(each["pillar"])]}
            for each in closed("pillar", Pillar, counted, pillars)
        ],
        "byTheme": [
            {**each, "pillar": PILLARS[Theme(each["theme"])]} for each in closed("theme", Theme, counted, themes)
        ],
        "byForm": closed("form", ActivityForm, counted, lambda each: {each.activity.form}),
        "bySector": closed("sector", Sector, counted, sectors),
        "byMonth": by_period("month", within, counted),
        "byQuarter": by_period("quarter", quarters, counted),
        "byYear": by_period("year", {month[:4] for month in within}, counted),
        "byPartner": {"totalCount": len(ranked), "nodes": ranked[:100]},
    }


def expected_coverage(drawn: list[Activity], asked: Asked, monthly: bool) -> list[dict[str, Any]]:
    counted = list(asked.counted(drawn))
    rows = []
    for own_id in SECTORS:
        mine = [each for each in counted if own_id in each.counted_for]
        member = own_id in list(SECTORS)[:2]
        if member or any(own_id in each.organizations for each in counted):
            cells = (
                by_period("month", months(*asked.period) if asked.period else [], mine)
                if monthly
                else [
                    {**each, "principle": PRINCIPLES[Pillar(each["pillar"])]}
                    for each in closed("pillar", Pillar, mine, pillars)
                ]
            )
            rows.append({"organization": {"id": own_id}, "member": member, "cells": cells})
    return rows


def expected_graph(drawn: list[Activity], asked: Asked) -> dict[str, Any]:
    counted = list(asked.counted(drawn))
    joined = edges(counted)
    ends = {edge[end] for edge in joined for end in ("source", "target")}
    known = {"org_a": "LEAD", "org_b": "MEMBER"}
    nodes = [
        {"id": own_id, "organization": {"id": own_id}, "role": known.get(own_id, "PARTICIPANT")}
        | cell(each for each in counted if own_id in each.counted_for)
        for own_id in sorted(ends)
    ]
    return {
        "totalNodes": len(ends),
        "totalEdges": len(joined),
        "truncated": False,
        "nodes": sorted(nodes, key=lambda node: -node["activities"]),
        "edges": joined,
    }


async def check(house: House, drawn: list[Activity], asked: Asked) -> None:
    period = {"from": str(asked.period[0]), "to": str(asked.period[1])} if asked.period else None
    by = asked.period or (DAYS[0], DAYS[-1])
    found = await house.data(
        EVERYTHING,
        ANONYMOUS if asked.public else INSIDER,
        n=100,
        network=NETWORK,
        period=period,
        by={"from": str(by[0]), "to": str(by[1])},
        organization=asked.organization,
    )
    everyone = asked._replace(organization=None)
    assert found["activityCounts"] == expected_counts(drawn, asked)
    assert found["coverage"]["nodes"] == expected_coverage(drawn, everyone, monthly=False)
    assert found["coverageByMonth"]["nodes"] == expected_coverage(drawn, everyone._replace(period=by), monthly=True)
    assert found["partnershipGraph"] == expected_graph(drawn, asked)
    agree(found, asked)


def total(cells: list[dict[str, Any]], name: str) -> int:
    return sum(int(each[name]) for each in cells)


def agree(found: dict[str, Any], asked: Asked) -> None:
    """What the answers must have to do with each other, whatever they count."""
    counts = found["activityCounts"]
    by_partner = {each["organization"]["id"]: each for each in counts["byPartner"]["nodes"]}
    for name, whole in (("activities", "total"), ("personTimes", "personTimes"), ("peopleServed", "peopleServed")):
        for cells in (counts["byForm"], counts["byMonth"], counts["byQuarter"], counts["byYear"]):
            assert total(cells, name) == counts[whole]
        for cells in (counts["byPillar"], counts["byTheme"]):
            assert total(cells, name) >= counts[whole]
        for node in found["partnershipGraph"]["nodes"]:
            assert node[name] == by_partner[node["id"]][name]
    rows = {row["organization"]["id"]: row["cells"] for row in found["coverage"]["nodes"]}
    monthly = {row["organization"]["id"]: row["cells"] for row in found["coverageByMonth"]["nodes"]}
    if asked.organization is None:
        for own_id, each in by_partner.items():
            assert total(rows[own_id], "activities") >= each["activities"]
            if asked.period is not None:
                assert total(monthly[own_id], "activities") == each["activities"]
    elif asked.organization in rows:
        assert rows[asked.organization] == counts["byPillar"]
        if asked.period is not None:
            assert monthly[asked.organization] == counts["byMonth"]
    assert max([0, *(each["activities"] for each in by_partner.values())]) <= counts["total"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=st.lists(activities(), max_size=8).map(numbered), asked=ASKED)
async def test_statistics_are_what_a_count_of_the_documents_gives(drawn: list[Activity], asked: Asked) -> None:
    await check(await house_of(drawn), drawn, asked)


@pytest.fixture
def many() -> list[Activity]:
    """Sixty activities of all sorts, the same at each run."""
    found: list[Activity] = []

    @settings(max_examples=2, phases=[Phase.generate], derandomize=True, deadline=None, database=None)
    @given(st.lists(activities(), min_size=60, max_size=60))
    def draw(drawn: list[Activity]) -> None:
        found[:] = numbered(drawn)

    draw()
    return found


@pytest.fixture
async def real_house(rooms: Rooms, many: list[Activity]) -> AsyncIterator[House]:
    house = await house_of(many, await rooms.lend("motor"))
    yield house
    await rooms.give_back(house.database)


async def test_they_are_so_on_the_real_engine_too(real_house: House, many: list[Activity]) -> None:
    assert len({str(each.when) for each in many}) > 10
    for public in (False, True):
        for period in (None, (DAYS[1], DAYS[3]), (DAYS[3], DAYS[1])):
            for organization in (None, "org_b"):
                await check(real_house, many, Asked(public, period, organization))
