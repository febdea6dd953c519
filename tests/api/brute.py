"""Activities as they may stand, generated, and their statistics by plain loops over them: what the service must say."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

from hypothesis import strategies as st

from service.cooperation.activities import (
    Activity,
    ActivityForm,
    ActivityStatus,
    Confirmation,
    Participation,
    ParticipationRole,
    Topic,
    Verdict,
)
from service.cooperation.holding import settled
from service.cooperation.pillars import PILLARS, Theme
from service.dates import PartialDate
from service.records import Origin, Source

NETWORK, FOREIGN = "net_a", "net_b"
SECTORS = {
    "org_a": "HOSPITAL",
    "org_b": "BANK",
    "org_c": "BANK",
    "org_d": "SCHOOL",
    "org_e": "SCHOOL",
    "org_f": "MEDIA",
}
DATES = [
    *(None, "2023", "2024", "2023-12", "2024-02", "2024-02-29", "2023-12-31", "2024-01-01", "2024-03-31/2024-04-01"),
    *("2023-12-31/2024-01-01", "2024-02-28/2024-03-01", "2023-01/2023-03", "2022/2024", "2024-01-05/2024-01-07"),
]
MIDNIGHTS = [(2023, 12, 31), (2024, 2, 28), (2024, 2, 29), (2024, 3, 31), (2024, 6, 30), (2023, 2, 28)]
DAYS = [dt.date(2023, 1, 1), dt.date(2023, 12, 31), dt.date(2024, 1, 1), dt.date(2024, 2, 29), dt.date(2024, 4, 1)]
STARTS = st.builds(
    lambda day, seconds: dt.datetime(*day, 16, tzinfo=dt.UTC) + dt.timedelta(seconds=seconds),  # midnight in Shanghai
    st.sampled_from(MIDNIGHTS),
    st.sampled_from([-1, 0, 3600]),
)
PEOPLE = st.sampled_from([None, None, 0, 7, 60])
PERIODS = st.none() | st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS))


@st.composite
def activities(draw: Callable[..., Any]) -> Activity:
    """Of any state, with one to four organisations, some of which dispute it."""
    organizations = draw(st.lists(st.sampled_from(sorted(SECTORS)), min_size=1, max_size=4, unique=True))
    disputing = draw(st.sets(st.sampled_from(organizations), max_size=2))
    themes = draw(st.lists(st.sampled_from(Theme), min_size=1, max_size=3, unique=True))
    when = draw(st.sampled_from(DATES))
    starts_at = draw(st.none() | STARTS)
    lasting = draw(st.sampled_from([None, 0, 3, 30]))
    return Activity(
        id="act_",
        network=draw(st.sampled_from([NETWORK, NETWORK, NETWORK, FOREIGN])),
        origin=Origin.REPORTED,
        sources=(Source("002", "C5"),),
        title="共建活动",
        topics=tuple(Topic(PILLARS[theme], theme) for theme in themes),
        form=draw(st.sampled_from(ActivityForm)),
        when=PartialDate.parse(when) if when else None,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(days=lasting) if starts_at and lasting is not None else None,
        participations=tuple(
            Participation(own_id, ParticipationRole.PARTICIPANT, head_count=draw(PEOPLE)) for own_id in organizations
        ),
        people_served=draw(PEOPLE),
        status=draw(st.sampled_from(ActivityStatus)),
        confirmations=tuple(
            Confirmation(own_id, Verdict.DISPUTED, dt.datetime(2024, 5, 1, tzinfo=dt.UTC), "未参加")
            for own_id in sorted(disputing)
        ),
    )


def numbered(drawn: Iterable[Activity]) -> list[Activity]:
    return [
        settled(replace(each, id=f"act_{number:03}", title=f"共建活动{number}")) for number, each in enumerate(drawn)
    ]


class Held(NamedTuple):
    """What counts of one held activity."""

    organizations: frozenset[str]
    counted_for: frozenset[str]
    first: dt.date | None
    month: str | None
    quarter: str | None
    year: str | None
    activity: Activity


def held(of: Activity) -> Held:
    organizations = frozenset(part.organization for part in of.participations)
    disputing = {each.organization for each in of.confirmations if each.verdict is Verdict.DISPUTED}
    ends: tuple[dt.date, ...] = ()
    if of.starts_at:
        ends = ((of.starts_at + dt.timedelta(hours=8)).date(),)
    elif of.when:
        ends = (of.when.first, of.when.last)

    def sure(name: Callable[[dt.date], str]) -> str | None:
        names = {name(day) for day in ends}
        return names.pop() if len(names) == 1 else None

    return Held(
        organizations,
        organizations - disputing,
        ends[0] if ends else None,
        sure(lambda day: f"{day:%Y-%m}"),
        sure(lambda day: f"{day.year}-Q{1 + (day.month - 1) // 3}"),
        sure(lambda day: f"{day.year}"),
        of,
    )


class Asked(NamedTuple):
    """Which activities count: those the public reads or all, of a period, for an organisation."""

    public: bool
    period: tuple[dt.date, dt.date] | None = None
    organization: str | None = None

    def counted(self, drawn: Iterable[Activity]) -> Iterator[Held]:
        for each in self.readable(drawn):
            if self.period is None or (each.first and self.period[0] <= each.first <= self.period[1]):
                yield each

    def readable(self, drawn: Iterable[Activity]) -> Iterator[Held]:
        for each in map(held, drawn):
            seen = ("PUBLISHED",) if self.public else ("HELD", "PUBLISHED")
            mine = self.organization is None or self.organization in each.counted_for
            if each.activity.network == NETWORK and each.activity.status in seen and mine:
                yield each


def cell(of: Iterable[Held]) -> dict[str, int]:
    found = list(of)
    return {
        "activities": len(found),
        "personTimes": sum(part.head_count or 0 for each in found for part in each.activity.participations),
        "peopleServed": sum(each.activity.people_served or 0 for each in found),
    }


def pillars(of: Held) -> set[str]:
    return {topic.pillar.value for topic in of.activity.topics}


def sectors(of: Held) -> set[str]:
    return {SECTORS[own_id] for own_id in of.counted_for}


def months(first: dt.date, last: dt.date) -> list[str]:
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return sorted({f"{day:%Y-%m}" for day in days})


def edges(of: Iterable[Held]) -> list[dict[str, Any]]:
    """Every pair that took part together, the heaviest first."""
    found = list(of)
    pairs = Counter(pair for each in found for pair in combinations(sorted(each.counted_for), 2))
    weighed = [
        {"source": a, "target": b, "agreements": 0} | cell(each for each in found if {a, b} <= each.counted_for)
        for a, b in pairs
    ]
    return sorted(weighed, key=lambda edge: (-edge["activities"], -edge["personTimes"], edge["source"], edge["target"]))


def themes(of: Held) -> set[str]:
    return {topic.theme.value for topic in of.activity.topics}
