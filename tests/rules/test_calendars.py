"""On which days an activity stands in a calendar: exact days, months and years known only so far, edges."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.cooperation.calendars import drawn, exact
from service.dates import PartialDate
from service.facts import plain
from tests.rules.generated import PARTIAL_DATES

FIRST, LAST = dt.date(2024, 2, 28), dt.date(2024, 3, 2)


def activity(own_id: str, when: str | PartialDate, starts_at: dt.datetime | None = None) -> dict[str, Any]:
    days = plain(PartialDate.parse(when) if isinstance(when, str) else when)
    return {"_id": own_id, "when": days, "starts_at": starts_at, "date_key": f"{days['first']}\x1f{own_id}"}


def shown(*activities: dict[str, Any], first: dt.date = FIRST, last: dt.date = LAST) -> tuple[Any, list[str]]:
    found = drawn(activities, first, last)
    days = {day: [each["_id"] for each in own] for day, own in found.days.items()}
    vague = [each["_id"] for each in found.vague]
    assert found.entries == sum(map(len, days.values())) + len(vague)
    return days, vague


def test_an_activity_stands_on_each_of_its_days_that_is_asked_for() -> None:
    assert shown(activity("act_1", "2024-02-27/2024-03-01"), activity("act_2", "2024-03-02/2024-03-09")) == (
        {"2024-02-28": ["act_1"], "2024-02-29": ["act_1"], "2024-03-01": ["act_1"], "2024-03-02": ["act_2"]},
        [],
    )
    assert shown() == ({}, [])
    assert shown(activity("act_1", "2024-02-29"), first=LAST, last=FIRST) == ({}, [])


def test_on_a_day_the_unknown_hour_comes_first_and_then_the_earliest() -> None:
    day = "2024-02-29"
    found = [
        activity("act_3", day, dt.datetime(2024, 2, 29, 6)),
        activity("act_2", day, dt.datetime(2024, 2, 29, 1)),
        activity("act_5", day),
        activity("act_4", day),
        activity("act_1", day, dt.datetime(2024, 2, 29, 1)),
    ]
    assert shown(*found) == ({day: ["act_4", "act_5", "act_1", "act_2", "act_3"]}, [])


@pytest.mark.parametrize(
    ("when", "known"),
    [
        ("2024", False),
        ("2024-02", False),
        ("2024-01/2024-03", False),
        ("2019/2023", False),
        ("2024-02-29", True),
        ("2024-02-28/2024-02-29", True),
        ("2024-02-01/2024-02-28", True),
        ("2024-01-02/2024-03-31", True),
    ],
)
def test_what_is_known_to_months_or_years_only_stands_on_no_day(when: str, known: bool) -> None:
    assert exact(activity("act_1", when)) == known
    assert (shown(activity("act_1", when))[1] == []) == known


def test_a_month_whose_hours_are_known_is_no_month_but_its_days() -> None:
    days, vague = shown(activity("act_1", "2024-02", dt.datetime(2024, 1, 31, 16)))
    assert (list(days), vague) == (["2024-02-28", "2024-02-29"], [])


@given(st.lists(PARTIAL_DATES, max_size=6), st.dates(dt.date(1950, 1, 1), dt.date(2050, 1, 1)), st.integers(-2, 60))
def test_each_activity_stands_on_the_days_that_it_shares_with_the_calendar(
    dates: list[PartialDate], first: dt.date, length: int
) -> None:
    last = first + dt.timedelta(days=length)
    activities = [activity(f"act_{number}", when) for number, when in enumerate(dates)]
    days, vague = shown(*activities, first=first, last=last)
    assert list(days) == sorted(days)
    for own, when in zip(activities, dates, strict=True):
        asked = [(first + dt.timedelta(days=number)) for number in range(length + 1)]
        standing = [str(day) for day in asked if when.first <= day <= when.last] if exact(own) else []
        assert [day for day in days if own["_id"] in days[day]] == standing
        assert (own["_id"] in vague) != exact(own)
