"""Counting by plain functions: sums, zero cells, periods, sectors, pairs."""

import datetime as dt
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.cooperation.counting import (
    NOTHING,
    by_organization,
    by_sector,
    cells,
    ends,
    months_touched,
    pairs_in,
    period_cells,
    periods,
    summed,
    ties,
)

DAYS = st.dates(dt.date(1, 1, 1), dt.date(120, 12, 31)) | st.dates(dt.date(9990, 1, 1), dt.date(9999, 12, 31))


def row(records: int = 1, person_times: int = 0, people_served: int = 0, **label: Any) -> dict[str, Any]:
    return {"_id": label, "records": records, "person_times": person_times, "people_served": people_served}


def cell(activities: int = 0, person_times: int = 0, people_served: int = 0, **label: Any) -> dict[str, Any]:
    sums = {"activities": activities, "person_times": person_times, "people_served": people_served}
    return {**label, **sums}


def of(*organizations: str, **sums: int) -> dict[str, Any]:
    return row(**sums) | {"_id": {"organizations": list(organizations)}}


def test_rows_are_summed_and_nothing_stays_nothing() -> None:
    assert summed([]) == dict(NOTHING) == cell()
    assert summed([row(2, 30, 4), row(1, 0, 5)]) == cell(3, 30, 9)
    assert NOTHING["activities"] == 0  # the sum was made of its own


def test_a_closed_set_has_all_its_cells_in_its_order_and_no_other() -> None:
    rows = [row(2, form="FILM"), row(1, 7, form="DRILL"), row(1, form="FILM"), row(9, form="GONE")]
    assert cells("form", ["FILM", "FORUM", "DRILL"], rows) == [
        cell(3, form="FILM"),
        cell(form="FORUM"),
        cell(1, 7, form="DRILL"),
    ]


def test_periods_are_filled_with_zeros_and_end_with_the_unsure() -> None:
    rows = [row(1, month="2024-02"), row(4, 2, month=""), row(2, month="2023-12")]
    asked = ["2024-01", "2024-02"]
    filled = [cell(2, month="2023-12"), cell(month="2024-01"), cell(1, month="2024-02"), cell(4, 2, month=None)]
    assert period_cells("month", asked, rows) == filled
    assert period_cells("month", [], rows) == [filled[0], filled[2], filled[3]]
    assert period_cells("month", [], []) == [cell(month=None)]


def test_the_periods_between_two_days_cross_a_leap_day_and_a_new_year() -> None:
    assert periods(dt.date(2023, 12, 31), dt.date(2024, 4, 1)) == {
        "month": ["2023-12", "2024-01", "2024-02", "2024-03", "2024-04"],
        "quarter": ["2023-Q4", "2024-Q1", "2024-Q2"],
        "year": ["2023", "2024"],
    }
    one = {"month": ["2024-02"], "quarter": ["2024-Q1"], "year": ["2024"]}
    assert periods(dt.date(2024, 2, 29), dt.date(2024, 2, 29)) == one
    assert periods(dt.date(2024, 2, 29), dt.date(2024, 2, 28)) == {"month": [], "quarter": [], "year": []}
    assert periods(dt.date(9999, 12, 1), dt.date.max)["month"] == ["9999-12"]


@given(first=DAYS, last=DAYS)
def test_as_many_months_are_touched_as_are_told(first: dt.date, last: dt.date) -> None:
    if abs(last.year - first.year) < 200:
        found = periods(first, last)
        assert len(found["month"]) == len(set(found["month"])) == months_touched(first, last)
        assert found["year"] == [f"{year:04}" for year in range(first.year, last.year + 1) if first <= last]
        assert (f"{last:%m}" == found["month"][-1][5:]) if first <= last else found["month"] == []


def test_an_activity_counts_once_in_each_sector_however_many_of_it_took_part() -> None:
    sectors = {"org_1": "BANK", "org_2": "BANK", "org_3": "SCHOOL"}
    rows = by_sector([of("org_1", "org_2", records=2), of("org_2", "org_3"), of("org_unknown"), of()], sectors)
    assert cells("sector", ["BANK", "SCHOOL"], rows) == [cell(3, sector="BANK"), cell(1, sector="SCHOOL")]


def test_pairs_are_weighed_and_the_heaviest_comes_first() -> None:
    sets = [
        of("org_b", "org_a", records=2, person_times=5),
        of("org_a", "org_b", "org_c", people_served=9),
        of("org_c", "org_d", person_times=8),
        of("org_d"),
        of(),
    ]
    agreed = [of("org_b", "org_a", records=3), of("org_a", "org_b", "org_x")]
    a_b = cell(3, 5, 9, source="org_a", target="org_b", agreements=4)
    found = [
        a_b,
        cell(1, 8, source="org_c", target="org_d", agreements=0),
        cell(1, 0, 9, source="org_a", target="org_c", agreements=0),
        cell(1, 0, 9, source="org_b", target="org_c", agreements=0),
    ]
    assert ties(sets, agreed, 0) == ties(sets[::-1], agreed[::-1], 1) == found
    assert ties(sets, agreed, 2) == [a_b]
    assert ties(sets, agreed, 4) == []
    assert pairs_in(sets) == 5
    assert ends(found) == {"org_a", "org_b", "org_c", "org_d"}
    assert ends([]) == set()
    assert cells("organization", ["org_a", "org_d"], by_organization(sets)) == [
        cell(3, 5, 9, organization="org_a"),
        cell(2, 8, organization="org_d"),
    ]
