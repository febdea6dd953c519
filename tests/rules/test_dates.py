"""Days and moments: Shanghai's day, and dates known in part."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.dates import SHANGHAI, PartialDate, Precision, day_of, instant, period_keys
from service.facts import plain, structured
from service.network.networks import Network
from tests.rules.generated import DAYS, PARTIAL_DATES


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (utc(2024, 2, 28, 15, 59, 59), dt.date(2024, 2, 28)),
        (utc(2024, 2, 28, 16), dt.date(2024, 2, 29)),
        (utc(2024, 2, 29, 15, 59, 59), dt.date(2024, 2, 29)),
        (utc(2024, 2, 29, 16), dt.date(2024, 3, 1)),
        (utc(2022, 12, 31, 16), dt.date(2023, 1, 1)),
        (dt.datetime(2023, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=8))), dt.date(2023, 1, 1)),
    ],
)
def test_a_day_begins_at_midnight_in_shanghai(moment: dt.datetime, day: dt.date) -> None:
    assert day_of(moment) == day


@pytest.mark.parametrize(
    ("text", "first", "last", "precision"),
    [
        ("2021", dt.date(2021, 1, 1), dt.date(2021, 12, 31), Precision.YEAR),
        ("2024-02", dt.date(2024, 2, 1), dt.date(2024, 2, 29), Precision.MONTH),
        ("2023-02", dt.date(2023, 2, 1), dt.date(2023, 2, 28), Precision.MONTH),
        ("2021-12", dt.date(2021, 12, 1), dt.date(2021, 12, 31), Precision.MONTH),
        ("2024-02-29", dt.date(2024, 2, 29), dt.date(2024, 2, 29), Precision.DAY),
        ("2019-01/2020-12", dt.date(2019, 1, 1), dt.date(2020, 12, 31), Precision.RANGE),
        ("2021/2021", dt.date(2021, 1, 1), dt.date(2021, 12, 31), Precision.YEAR),
        ("2021-02-01/2021-02-28", dt.date(2021, 2, 1), dt.date(2021, 2, 28), Precision.MONTH),
        ("2021-02-01/2021-02-27", dt.date(2021, 2, 1), dt.date(2021, 2, 27), Precision.RANGE),
        ("2021-02-02/2021-02-28", dt.date(2021, 2, 2), dt.date(2021, 2, 28), Precision.RANGE),
        ("2021-01-01/2022-12-31", dt.date(2021, 1, 1), dt.date(2022, 12, 31), Precision.RANGE),
    ],
)
def test_a_partial_date_is_read(text: str, first: dt.date, last: dt.date, precision: Precision) -> None:
    assert PartialDate.parse(text) == PartialDate(first, last, precision)


@pytest.mark.parametrize(
    "text",
    ["", "21", "2021-13", "2021-00", "2023-02-29", "2021-2-3", "2021/", "/2021", "2022/2021", "2021/2022/2023",
     "2021-05-12T00:00", " 2021", "2021\n", "0000", "二〇二一", "２０２１"],
)  # fmt: skip
def test_anything_else_is_not_a_partial_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        PartialDate.parse(text)


@given(DAYS, DAYS)
def test_between_says_exactly_these_days_or_refuses(first: dt.date, last: dt.date) -> None:
    if last < first:
        with pytest.raises(ValueError, match="lies before"):
            PartialDate.between(first, last)
    else:
        date = PartialDate.between(first, last)
        assert (date.first, date.last) == (first, last)
        assert (date.precision is Precision.DAY) == (first == last)


@given(DAYS)
def test_one_day_is_known_to_the_day(day: dt.date) -> None:
    assert PartialDate.on(day) == PartialDate.between(day, day) == PartialDate.parse(day.isoformat())


@given(PARTIAL_DATES)
def test_a_partial_date_survives_being_stored_and_being_written_out(date: PartialDate) -> None:
    stored = plain(date)
    assert stored == {"first": date.first.isoformat(), "last": date.last.isoformat(), "precision": str(date.precision)}
    assert structured(Network, {"founded": stored}) == {"founded": date}
    assert structured(Network, {"founded": f"{date.first}/{date.last}"}) == {"founded": date}
    assert structured(Network, {"founded": date}) == {"founded": date}


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_years_and_months_are_named_as_coarsely_as_they_are_known(year: int, month: int) -> None:
    assert PartialDate.parse(f"{year:04}").precision is Precision.YEAR
    assert PartialDate.parse(f"{year:04}-{month:02}").precision is Precision.MONTH


@pytest.mark.parametrize(
    ("text", "month", "quarter", "year"),
    [
        ("2024-02-29", "2024-02", "2024-Q1", "2024"),
        ("2024-03-31", "2024-03", "2024-Q1", "2024"),
        ("2024-04", "2024-04", "2024-Q2", "2024"),
        ("2024-12-31", "2024-12", "2024-Q4", "2024"),
        ("2024-10/2024-12", "", "2024-Q4", "2024"),
        ("2024-03-31/2024-04-01", "", "", "2024"),
        ("2024", "", "", "2024"),
        ("2023-12-31/2024-01-01", "", "", ""),
        ("0009-07-01", "0009-07", "0009-Q3", "0009"),
    ],
)
def test_a_date_lies_in_the_periods_that_are_sure(text: str, month: str, quarter: str, year: str) -> None:
    assert period_keys(PartialDate.parse(text)) == {"month": month, "quarter": quarter, "year": year}


def test_what_has_no_date_lies_in_no_period() -> None:
    assert period_keys(None) == {"month": "", "quarter": "", "year": ""}


@given(PARTIAL_DATES)
def test_a_period_that_is_sure_holds_both_ends(when: PartialDate) -> None:
    keys = period_keys(when)
    for end in (when.first, when.last):
        own = period_keys(PartialDate.on(end))
        assert all(keys[name] in ("", own[name]) for name in keys)
    assert not keys["month"] or keys["quarter"]
    assert not keys["quarter"] or keys["year"]


@pytest.mark.parametrize(
    "moment", [dt.datetime(2024, 2, 28, 16), utc(2024, 2, 28, 16), dt.datetime(2024, 2, 29, tzinfo=SHANGHAI)]
)
def test_an_instant_is_the_same_however_it_was_read(moment: dt.datetime) -> None:
    assert instant(moment).isoformat() == "2024-02-28T16:00:00+00:00"
