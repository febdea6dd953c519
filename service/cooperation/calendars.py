"""Which Shanghai days an activity stands on in a calendar, and which activities can stand on none."""

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.dates import Precision
from service.records import Document

NEEDED = ("when", "starts_at", "date_key")  # the stored keys that a calendar is drawn by


class Drawn(NamedTuple):
    """Activities by day, each day in order, and those whose days are known to the month or the year only."""

    days: dict[str, list[Document]]
    vague: list[Document]

    @property
    def entries(self) -> int:
        """How many places are filled: an activity of three days fills three."""
        return sum(map(len, self.days.values())) + len(self.vague)


def drawn(activities: Iterable[Document], first: dt.date, last: dt.date) -> Drawn:
    """`activities`, which have a date, as a calendar from `first` to `last`; on a day, the earliest comes first."""
    days: dict[str, list[Document]] = defaultdict(list)
    vague = []
    for each in sorted(activities, key=_begun):
        if not exact(each):
            vague.append(each)
            continue
        for day in _days(each, first, last):
            days[day].append(each)
    return Drawn(dict(sorted(days.items())), vague)


def exact(activity: Document) -> bool:
    """Whether it took exactly its days: their hours are known, or they are no whole months, as a source counts in."""
    when = activity["when"]
    if activity["starts_at"] is not None or when["precision"] == Precision.DAY:
        return True
    return when["precision"] == Precision.RANGE and not _whole_months(when["first"], when["last"])


def _whole_months(first: str, last: str) -> bool:
    end = dt.date.fromisoformat(last)
    return first.endswith("-01") and end.day == calendar.monthrange(end.year, end.month)[1]


def _days(activity: Document, first: dt.date, last: dt.date) -> Iterator[str]:
    when = activity["when"]
    begins = max(first, dt.date.fromisoformat(when["first"]))
    ends = min(last, dt.date.fromisoformat(when["last"]))
    for number in range((ends - begins).days + 1):
        yield (begins + dt.timedelta(days=number)).isoformat()


def _begun(activity: Document) -> tuple[dt.datetime, str]:
    return activity["starts_at"] or dt.datetime.min, activity["date_key"]
