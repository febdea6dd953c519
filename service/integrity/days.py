"""Days that a commitment counts: how long it was publicised, and the last day before something else begins.

A span counts from the last possible day of its beginning to the first possible one of its end, and without an end for
ever; one whose beginning is not known, or lies in the last year there is, counts nothing. Days told twice count once.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from service.dates import FIRST_DAY, LAST_DAY, PartialDate

Span: TypeAlias = tuple[PartialDate | None, PartialDate | None]  # beginning and end, both included
ONE_DAY = dt.timedelta(days=1)


def day_before(day: dt.date) -> dt.date:
    """The day before `day`; before the first day there is none."""
    return day - ONE_DAY if day > FIRST_DAY else day


def reached(spans: Iterable[Span], days: int) -> dt.date | None:
    """The first day before which `days` whole days lie in `spans`; None if there is none."""
    counted = 0
    for first, last in _apart(spans):
        if (last - first).days + 1 >= days - counted:
            return first + dt.timedelta(days=days - counted)
        counted += (last - first).days + 1
    return None


def whole_days(spans: Iterable[Span], before: dt.date) -> int:
    """How many whole days lie in `spans` before the day `before`."""
    return sum((min(last, day_before(before)) - first).days + 1 for first, last in _apart(spans) if first < before)


def _apart(spans: Iterable[Span]) -> Iterator[tuple[dt.date, dt.date]]:
    """The days that surely lie in `spans`, as spans that do not overlap, in their order."""
    free = FIRST_DAY  # the first day not told yet
    sure = [(begins.last, ends.first if ends else LAST_DAY) for begins, ends in spans if begins]
    for begins, last in sorted(each for each in sure if each[0].year < LAST_DAY.year):
        first = max(begins, free)
        if first <= last and first.year < LAST_DAY.year:
            yield first, last
            free = last + ONE_DAY if last < LAST_DAY else LAST_DAY
