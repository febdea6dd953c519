"""Days and moments: a day is a day in Shanghai, a moment is stored in UTC, and a reported date may be partial."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import auto
from zoneinfo import ZoneInfo

from service.viewer import Upper

SHANGHAI = ZoneInfo("Asia/Shanghai")
FIRST_DAY, LAST_DAY = dt.date(1, 1, 1), dt.date(9999, 12, 31)  # stand for "no bound" in stored ranges


def now() -> dt.datetime:
    """The present moment as finely as the database keeps it: milliseconds, UTC."""
    moment = dt.datetime.now(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def day_of(moment: dt.datetime) -> dt.date:
    """The Shanghai day of an aware moment: 16:00 UTC is already tomorrow there."""
    return moment.astimezone(SHANGHAI).date()


def instant(moment: dt.datetime) -> dt.datetime:
    """An aware moment in UTC: stored moments are read without their zone, which is UTC."""
    return moment.astimezone(dt.UTC) if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


class Precision(Upper):
    DAY = auto()
    MONTH = auto()
    YEAR = auto()
    RANGE = auto()


@dataclass(frozen=True)
class PartialDate:
    """When something happened, as far as is known: from `first` to `last`, both included."""

    first: dt.date
    last: dt.date
    precision: Precision

    @classmethod
    def on(cls, day: dt.date) -> "PartialDate":
        return cls(day, day, Precision.DAY)

    @classmethod
    def between(cls, first: dt.date, last: dt.date) -> "PartialDate":
        """The coarsest precision that says exactly these days. Raises ValueError when `last` lies before `first`."""
        if last < first:
            raise ValueError(f"{last} lies before {first}")
        if first == last:
            return cls.on(first)
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year:
            return cls(first, last, Precision.YEAR)
        whole_month = first.day == 1 and last == _month_end(first.year, first.month)
        return cls(first, last, Precision.MONTH if whole_month else Precision.RANGE)

    @classmethod
    def parse(cls, text: str) -> "PartialDate":
        """`2021`, `2021-05`, `2021-05-12`, or two of them joined by `/`. Raises ValueError for anything else."""
        first, slash, last = text.partition("/")
        return cls.between(_days(first)[0], _days(last if slash else first)[1])


def period_keys(when: PartialDate | None) -> dict[str, str]:
    """The month, quarter and year in which `when` surely lies, as 2024-02, 2024-Q1, 2024; empty where none is sure."""
    if when is None:
        return {"month": "", "quarter": "", "year": ""}
    first, last = _periods(when.first), _periods(when.last)
    return {name: period if period == last[name] else "" for name, period in first.items()}


def _periods(day: dt.date) -> dict[str, str]:
    year = f"{day.year:04}"
    return {"month": f"{year}-{day.month:02}", "quarter": f"{year}-Q{(day.month + 2) // 3}", "year": year}


def _days(text: str) -> tuple[dt.date, dt.date]:
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text, re.ASCII)
    if not found:
        raise ValueError(f"{text!r} is not a year, a month or a day")
    year, month, day = found.groups()
    if day:
        return (exact := dt.date(int(year), int(month), int(day))), exact
    return dt.date(int(year), int(month or 1), 1), _month_end(int(year), int(month or 12))


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
