"""Statistics: by pillar and partner × pillar, zero cells too, of what the viewer may read and within a period."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schema.cooperation import statistics
from service.store import reads
from service.viewer import ANONYMOUS, Viewer
from tests.api.world import TODAY, activity, do, made
from tests.conftest import ADMIN, BANK, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, OBSERVER, STRANGER, House

COUNTS = """query($network: ID!, $period: PeriodInput) { activityCounts(network: $network, period: $period) {
    total undated byPillar { pillar principle activities personTimes } } }"""
COVERAGE = """query($network: ID!, $period: PeriodInput, $first: Int, $after: String) {
    coverage(network: $network, period: $period, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { organization { id } member cells { pillar principle activities personTimes } } } }"""
PILLARS = {
    "LEARNING": "RESOURCE_SHARING",
    "DEVELOPMENT": "BUSINESS_COOPERATION",
    "SERVICE": "SHARED_VALUES",
    "INTEGRITY": "MUTUAL_SUPERVISION",
}
INSIDERS = [FRONT_END, OBSERVER, ADMIN, LEAD_RECORDER]


def cells(**counted: tuple[int, int]) -> list[dict[str, Any]]:
    """One cell for each pillar: (activities, person-times), zero where not named."""
    return [
        {"pillar": pillar, "principle": principle, "activities": activities, "personTimes": people}
        for pillar, principle in PILLARS.items()
        for activities, people in [counted.get(pillar, (0, 0))]
    ]


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def counts(house: House, viewer: Viewer, network: str = NETWORK, **period: Any) -> dict[str, Any]:
    found = (await house.data(COUNTS, viewer, network=network, period=period or None))["activityCounts"]
    assert isinstance(found, dict)
    return found


async def row_of(house: House, organization: str, viewer: Viewer, **period: Any) -> dict[str, Any] | None:
    found = (await house.data(COVERAGE, viewer, network=NETWORK, period=period or None, first=100))["coverage"]
    assert found["totalCount"] == len(found["nodes"])
    assert all(len(row["cells"]) == 4 for row in found["nodes"])
    rows = [row for row in found["nodes"] if row["organization"]["id"] == organization]
    assert len(rows) <= 1
    return rows[0] if rows else None


@pytest.mark.parametrize("viewer", INSIDERS, ids=lambda viewer: viewer.subject)
async def test_who_reads_the_network_counts_all_that_was_held(house: House, viewer: Viewer) -> None:
    assert await counts(house, viewer) == {
        "total": 20,
        "undated": 17,
        "byPillar": cells(LEARNING=(6, 32), DEVELOPMENT=(6, 0), SERVICE=(6, 32), INTEGRITY=(2, 0)),
    }


@pytest.mark.parametrize("viewer", [ANONYMOUS, STRANGER], ids=lambda viewer: viewer.subject)
async def test_others_count_what_is_published(house: House, viewer: Viewer) -> None:
    assert await counts(house, viewer) == {
        "total": 19,
        "undated": 17,
        "byPillar": cells(LEARNING=(5, 0), DEVELOPMENT=(6, 0), SERVICE=(6, 32), INTEGRITY=(2, 0)),
    }


@pytest.mark.parametrize(
    ("first", "last", "total"),
    [
        ("2024-02-29", "2024-02-29", 1),
        ("2024-02-29", "2024-03-01", 2),
        ("2024-03-01", "2024-03-01", 1),
        ("2024-03-02", "2024-12-31", 0),
        ("2018-01-01", "2018-12-31", 1),
        ("2024-03-01", "2024-02-29", 0),
    ],
)
async def test_a_period_counts_its_first_and_its_last_day_and_nothing_undated(
    house: House, first: str, last: str, total: int
) -> None:
    found = await counts(house, ADMIN, **{"from": first, "to": last})
    assert (found["total"], found["undated"]) == (total, 17)


@pytest.mark.parametrize("network", ["net_missing", "org_boc", ""])
async def test_no_network_has_no_activities_but_all_its_cells(house: House, network: str) -> None:
    assert await counts(house, ADMIN, network) == {"total": 0, "undated": 0, "byPillar": cells()}


async def test_an_activity_of_two_pillars_is_one_in_the_total_and_one_in_each_pillar(
    make_module_house: Callable[..., Any],
) -> None:
    house: House = await make_module_house()
    house.at = TODAY
    topics = [
        {"pillar": "LEARNING", "theme": "EXCHANGE", "main": True},
        {"pillar": "INTEGRITY", "theme": "INTEGRITY_EXCHANGE", "main": False},
    ]
    own_id = await made(house, "recordActivity", input=activity("两项共建", topics=topics))
    before = await counts(house, ADMIN)
    assert before["total"] == 19
    assert before["byPillar"] == cells(LEARNING=(6, 32), DEVELOPMENT=(6, 0), SERVICE=(5, 0), INTEGRITY=(3, 32))
    changes = {"topics": [{"pillar": "SERVICE", "theme": "SERVING_STAFF"}]}
    await do(house, "correctActivity", id=own_id, version=1, reason="改主题", input=changes)
    after = await counts(house, ADMIN)
    assert after["byPillar"] == cells(LEARNING=(5, 0), DEVELOPMENT=(6, 0), SERVICE=(6, 32), INTEGRITY=(2, 0))


async def test_coverage_counts_each_partner_in_each_pillar(house: House) -> None:
    assert await row_of(house, BANK, ADMIN) == {
        "organization": {"id": BANK},
        "member": True,
        "cells": cells(LEARNING=(2, 32), DEVELOPMENT=(1, 0), SERVICE=(1, 32), INTEGRITY=(1, 0)),
    }
    public = await row_of(house, BANK, ANONYMOUS)
    assert public is not None
    assert public["cells"] == cells(LEARNING=(1, 0), DEVELOPMENT=(1, 0), SERVICE=(1, 32), INTEGRITY=(1, 0))


async def test_a_member_without_activities_has_a_row_of_zeros(house: House) -> None:
    period = {"from": "2000-01-01", "to": "2000-12-31"}
    assert await row_of(house, LEAD, ADMIN, **period) == {
        "organization": {"id": LEAD},
        "member": True,
        "cells": cells(),
    }


async def test_who_took_part_without_being_a_member_has_a_row_and_an_outsider_none(house: House) -> None:
    guest = await row_of(house, "org_fire_yuexiu_guangxi", ADMIN)
    assert guest == {"organization": {"id": "org_fire_yuexiu_guangxi"}, "member": False, "cells": cells(SERVICE=(1, 0))}
    assert await row_of(house, "org_wuxi2", ADMIN) is None
    assert await row_of(house, "org_lianzhang", ADMIN) is not None  # upcoming member, past participant


async def test_coverage_pages_by_name_without_loss(house: House) -> None:
    whole = (await house.data(COVERAGE, network=NETWORK, first=100))["coverage"]
    rows: list[Any] = []
    after = None
    while after is not None or not rows:
        found = (await house.data(COVERAGE, network=NETWORK, first=4, after=after))["coverage"]
        rows += found["nodes"]
        after = found["pageInfo"]["endCursor"] if found["pageInfo"]["hasNextPage"] else None
        if after is None:
            break
    assert rows == whole["nodes"]
    assert whole["totalCount"] == len(rows) == 19


async def test_what_has_no_date_is_counted_exactly_however_much_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MOST_COUNTED", 1)  # where the total of a list stops
    counts = (await house.data(COUNTS, ADMIN, network=NETWORK))["activityCounts"]
    assert counts["undated"] == 17


MONTHS = """query($network: ID!, $period: PeriodInput!, $after: String) {
    coverageByMonth(network: $network, period: $period, first: 5, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { organization { id } member cells { month activities personTimes } } } }"""


async def test_coverage_by_month_has_each_month_and_the_unknown_one(house: House) -> None:
    rows: dict[str, Any] = {}
    after, more = None, True
    period = {"from": "2024-02-29", "to": "2024-04-01"}
    while more:
        found = (await house.data(MONTHS, network=NETWORK, period=period, after=after))["coverageByMonth"]
        rows |= {row["organization"]["id"]: row for row in found["nodes"]}
        after, more = found["pageInfo"]["endCursor"], found["pageInfo"]["hasNextPage"]
    assert len(rows) == found["totalCount"]
    held = {"2024-02": (1, 32), "2024-03": (1, 32), "2024-04": (0, 0), None: (0, 0)}
    cells = [{"month": month, "activities": of[0], "personTimes": of[1]} for month, of in held.items()]
    assert rows[BANK] == {"organization": {"id": BANK}, "member": True, "cells": cells}
    year = {"from": "2018-01-01", "to": "2018-12-31"}
    found = (await house.data(MONTHS, network=NETWORK, period=year))["coverageByMonth"]
    assert {len(row["cells"]) for row in found["nodes"]} == {13}
    assert any(row["cells"][-1]["activities"] for row in found["nodes"])
    back = {"from": "2024-02-29", "to": "2024-02-28"}
    found = (await house.data(MONTHS, network=NETWORK, period=back))["coverageByMonth"]
    assert {len(row["cells"]) for row in found["nodes"]} == {1}
    empty = (await house.data(MONTHS, network="net_missing", period=period))["coverageByMonth"]
    assert (empty["nodes"], empty["totalCount"]) == ([], 0)


TWO_YEARS, AGES = {"from": "2023-01-31", "to": "2024-12-01"}, {"from": "0001-01-01", "to": "9999-12-31"}
BY_SECTOR = COUNTS.replace("total", "bySector { sector }")


@pytest.mark.parametrize(
    ("query", "period", "most"),
    [
        (MONTHS, TWO_YEARS | {"to": "2025-01-01"}, "24"),
        (COUNTS.replace("total", "byMonth { month }"), {"from": "1900-01-01", "to": "2000-01-01"}, "1200"),
        (COUNTS.replace("total", "byYear { year }"), AGES, "1200"),
    ],
)
async def test_a_period_of_too_many_months_is_refused(
    house: House, query: str, period: dict[str, str], most: str
) -> None:
    [problem] = await house.refused(query, network=NETWORK, period=period)
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("period",))
    assert most in problem.english
    assert most in problem.chinese


async def test_a_long_period_is_told_but_by_months(house: House) -> None:
    found = await house.data(COUNTS, network=NETWORK, period=AGES)
    assert found["activityCounts"]["total"] == 3
    assert (await house.ask(MONTHS, network=NETWORK, period=TWO_YEARS)).errors is None


PARTNERS = """query($network: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    activityCounts(network: $network) { byPartner(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { organization { id } activities } } } }"""


async def partners(house: House, **page: Any) -> dict[str, Any]:
    found = (await house.data(PARTNERS, network=NETWORK, **page))["activityCounts"]["byPartner"]
    assert isinstance(found, dict)
    return found


async def test_partners_page_both_ways_the_most_active_first(house: House) -> None:
    whole = (await partners(house, first=100))["nodes"]
    order = [(-each["activities"], each["organization"]["id"]) for each in whole]
    assert order == sorted(order)
    for size in (1, 4):
        seen: list[Any] = []
        found = await partners(house, first=size)
        seen += found["nodes"]
        while found["pageInfo"]["hasNextPage"]:
            found = await partners(house, first=size, after=found["pageInfo"]["endCursor"])
            seen += found["nodes"]
        assert (seen, found["totalCount"]) == (whole, len(whole))
        back = await partners(house, last=size, before=found["pageInfo"]["startCursor"])
        rest = len(found["nodes"])
        assert back["nodes"] == whole[-rest - size : -rest]
    empty = await partners(house, first=0)
    assert (empty["nodes"], empty["pageInfo"]["hasNextPage"]) == ([], True)


async def test_a_cursor_of_another_list_is_refused(house: House) -> None:
    cursor = (await partners(house, first=1))["pageInfo"]["endCursor"]
    assert cursor
    for page in ({"first": 101}, {"after": "nonsense"}, {"first": 1, "last": 1}):
        assert (await house.ask(PARTNERS, network=NETWORK, **page)).errors


async def test_the_sectors_of_too_many_sets_are_refused_and_not_cut(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = {**statistics.WAYS, "by_sector": replace(statistics.SETS, most=2)}
    monkeypatch.setattr(statistics, "WAYS", few)
    [error] = (await house.ask(BY_SECTOR, network=NETWORK, period=None)).errors or []
    assert "LIMIT_EXCEEDED ('period',)" in str(error.original_error)
    narrow = {"from": "2024-02-29", "to": "2024-03-01"}
    assert (await house.ask(BY_SECTOR, network=NETWORK, period=narrow)).errors is None
