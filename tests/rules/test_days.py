"""Days publicised: each counted once, whole ones only, about leap days and the ends of years."""

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.integrity.days import Span, day_before, reached, whole_days

DAYS = st.dates(dt.date(2023, 12, 1), dt.date(2024, 3, 31))
SPANS = st.lists(
    st.tuples(DAYS, st.none() | DAYS).map(lambda days: (PartialDate.on(days[0]), days[1] and PartialDate.on(days[1]))),
    max_size=4,
)


def span(begins: str | None, ends: str | None = None) -> Span:
    return (PartialDate.parse(begins) if begins else None, PartialDate.parse(ends) if ends else None)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("spans", "days", "on"),
    [
        ([span("2024-02-23")], 7, "2024-03-01"),  # over the leap day
        ([span("2023-02-23")], 7, "2023-03-02"),
        ([span("2023-12-28", "2024-01-03")], 7, "2024-01-04"),
        ([span("2023-12-28", "2024-01-02")], 7, None),
        ([span("2024-01-01", "2024-01-03"), span("2024-01-03", "2024-01-06")], 6, "2024-01-07"),
        ([span("2024-01-01", "2024-01-02"), span("2024-01-10")], 3, "2024-01-11"),
        ([span("2024-01-05", "2024-01-04")], 1, None),
        ([span("2024-01")], 1, "2024-02-01"),  # at the latest since the last day of January
        ([span("2024-01-01", "2024-01")], 1, "2024-01-02"),  # at least until the first
        ([span(None, "2024-01-31"), span(None)], 1, None),
        ([(PartialDate.on(LAST_DAY), None)], 1, None),
        ([(PartialDate.on(day("2024-01-01")), PartialDate.on(LAST_DAY)), span("2024-02-01")], 366, "2025-01-01"),
        ([], 1, None),
    ],
)
def test_the_day_on_which_it_was_publicised_long_enough(spans: list[Span], days: int, on: str | None) -> None:
    assert reached(spans, days) == (day(on) if on else None)


@given(SPANS, st.integers(1, 40), DAYS)
@example([span("2024-02-28", "2024-03-01")], 3, day("2024-03-02"))
def test_it_is_reached_exactly_when_so_many_whole_days_have_passed(
    spans: list[Span], days: int, today: dt.date
) -> None:
    told = {
        begins.first + dt.timedelta(days=after)
        for begins, ends in spans
        if begins
        for after in range(((ends.last if ends else today) - begins.first).days + 1)
    }
    passed = len([each for each in told if each < today])
    assert whole_days(spans, today) == passed
    on = reached(spans, days)
    assert (on is not None and on <= today) == (passed >= days)


def test_before_the_first_day_there_is_none() -> None:
    assert day_before(FIRST_DAY) == FIRST_DAY
    assert day_before(day("2024-03-01")) == day("2024-02-29")
