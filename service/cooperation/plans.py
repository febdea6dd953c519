"""ActivityPlan 系列活动计划表: what is to be done under an agreement in a year, line by line (002, section 2; fact C4).

A line is PLANNED, then DUE when its last possible day has come, unless it is FULFILLED by a held activity or DROPPED.
Nothing of that but the dropping is stored: it follows from the day and from the activities linked to the line.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar, NamedTuple

from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate
from service.facts import text
from service.records import Action, Document, Index, Origin, Record, Step, joined, ordered
from service.viewer import Right, Upper


class ActivityPlanStatus(Upper):
    ACTIVE = auto()
    DISCARDED = auto()


class PlanLineStatus(Upper):
    PLANNED = auto()
    DUE = auto()
    FULFILLED = auto()
    DROPPED = auto()


@dataclass(frozen=True)
class PlanLine:
    """`number` is given by the service and never used again; a dropped line tells since when and why."""

    number: int
    pillar: Pillar
    theme: Theme
    title: str = text(200)
    when: PartialDate | None = None
    owner: str | None = None
    partners: tuple[str, ...] = ()
    dropped_on: dt.date | None = None
    drop_reason: str | None = None

    @property
    def organizations(self) -> frozenset[str]:
        """Who is to bring it about."""
        return frozenset((*self.partners, *((self.owner,) if self.owner else ())))


@dataclass(frozen=True, kw_only=True)
class ActivityPlan(Record):
    """One stands for an agreement and year. `numbered` is the highest number any line ever had."""

    PREFIX = "pla"
    COLLECTION = "activity_plans"
    TITLE = ("activity plan", "系列活动计划表")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("network", "date_key")),
        Index(("network", "year", "date_key")),
        Index(("agreement", "date_key")),
        Index(("concerns", "date_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_PLANS, frozenset({ActivityPlanStatus.ACTIVE})),
        Action.DROP_LINE: Step(Right.KEEP_PLANS, frozenset({ActivityPlanStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_PLANS, frozenset({ActivityPlanStatus.ACTIVE})),
    }
    FIXED = (*Record.FIXED, "agreement", "year")

    agreement: str
    year: int
    title: str | None = text(200, default=None)
    lines: tuple[PlanLine, ...]
    numbered: int = 0
    status: ActivityPlanStatus = ActivityPlanStatus.ACTIVE
    discard_reason: str | None = None

    @property
    def organizations(self) -> frozenset[str]:
        """Who is to bring its lines about."""
        return frozenset().union(*(line.organizations for line in self.lines))

    @property
    def line_dates(self) -> tuple[PartialDate | None, ...]:
        """When the lines are to be done; empty where a source does not say so of each."""
        dates = tuple(line.when for line in self.lines)
        return () if None in dates else dates

    @property
    def line_owners(self) -> tuple[str | None, ...]:
        """Who the lines belong to; empty where a source does not say so of each."""
        owners = tuple(line.owner for line in self.lines)
        return () if None in owners else owners

    def expected(self) -> Collection[str]:
        """That each line of a native plan has its date and owner is a rule, which names the line."""
        return () if self.origin is Origin.NATIVE else ("line_dates", "line_owners")

    def concerns(self) -> Collection[str]:
        return self.organizations

    def keys(self) -> dict[str, Any]:
        standing = self.status is ActivityPlanStatus.ACTIVE
        return {
            "date_key": ordered(f"{self.year:04}", self.id),
            "duplicate_key": joined(self.agreement, str(self.year)) if standing else self.id,
        }


def line_state(line: Document, year: int, held: bool, day: dt.date) -> PlanLineStatus:
    """The state of a stored line of a plan for `year` on `day`; `held`: an activity linked to it was."""
    if line["dropped_on"]:
        return PlanLineStatus.DROPPED
    if held:
        return PlanLineStatus.FULFILLED
    return PlanLineStatus.DUE if last_day(line, year) <= day.isoformat() else PlanLineStatus.PLANNED


def last_day(line: Document, year: int) -> str:
    """The last possible day of a stored line of a plan for `year`."""
    return str(line["when"]["last"]) if line["when"] else f"{year:04}-12-31"


class Fulfilment(NamedTuple):
    """计划完成率 in counts. A line fulfilled before its day counts as due and fulfilled, so that no rate exceeds 1."""

    lines: int
    dropped: int
    due: int
    fulfilled: int
    unplanned: int

    @property
    def rate(self) -> float | None:
        """The share of the lines due that are fulfilled, to four decimals; None when nothing is due."""
        return round(self.fulfilled / self.due, 4) if self.due else None


def fulfilment(plan: Document, held: Collection[int], unplanned: int, day: dt.date) -> Fulfilment:
    """How far a stored plan is fulfilled on `day`, where `held` are the numbers of the lines with a held activity."""
    states = [line_state(line, plan["year"], line["number"] in held, day) for line in plan["lines"]]
    fulfilled = states.count(PlanLineStatus.FULFILLED)
    due = states.count(PlanLineStatus.DUE) + fulfilled
    return Fulfilment(len(states), states.count(PlanLineStatus.DROPPED), due, fulfilled, unplanned)


def total(rows: Iterable[Fulfilment]) -> Fulfilment:
    """The sum of several plans'."""
    return Fulfilment(*(sum(column) for column in zip((0, 0, 0, 0, 0), *rows, strict=True)))
