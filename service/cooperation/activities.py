"""Activity 共建活动: what organisations do together under the four pillars (002, section 2; facts C5 to C16).

PLANNED → HELD → PUBLISHED, or PLANNED → CANCELLED. A held activity is corrected, never silently; the other
organisations that took part confirm or dispute what was filed (domain.md, *Two-sided* 双方确认).
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import auto
from typing import Any, ClassVar, cast

from service import searching
from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate, day_of, period_keys
from service.facts import folded, text
from service.pinyin import sort_key
from service.records import Action, Document, Filter, Index, Origin, Record, Step, joined, ordered
from service.viewer import Right, Upper


class ActivityForm(Upper):
    LECTURE = auto()
    PARTY_LECTURE = auto()
    SITE_VISIT = auto()
    FILM = auto()
    DRILL = auto()
    FREE_CLINIC = auto()
    TRAINING = auto()
    SPORTS = auto()
    FAMILY_DAY = auto()
    FORUM = auto()
    WARD_ROUND = auto()
    OTHER = auto()


class Direction(Upper):
    OUT = auto()
    IN = auto()


class ParticipationRole(Upper):
    HOST = auto()
    CO_HOST = auto()
    PARTICIPANT = auto()
    SUPPORT = auto()


class Qualifier(Upper):
    """How exact a source is about a number: 整, 余, 多, 近, 基本上."""

    EXACT = auto()
    SLIGHTLY_OVER = auto()
    OVER = auto()
    NEARLY = auto()
    MOSTLY = auto()


class ActivityStatus(Upper):
    PLANNED = auto()
    HELD = auto()
    PUBLISHED = auto()
    CANCELLED = auto()


class Verdict(Upper):
    CONFIRMED = auto()
    DISPUTED = auto()


HAPPENED = frozenset({ActivityStatus.HELD, ActivityStatus.PUBLISHED})  # what statistics count


@dataclass(frozen=True)
class Topic:
    """A theme of its pillar; one topic of an activity is the main one."""

    pillar: Pillar
    theme: Theme
    main: bool = False


@dataclass(frozen=True)
class Participation:
    """How an organisation took part, and with how many people."""

    organization: str
    role: ParticipationRole
    branch: str | None = None
    head_count: int | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of it: words, or a number with its unit and how exact the source is."""

    description: str = text(1000)
    value: Decimal | None = None
    unit: str | None = text(30, default=None)
    qualifier: Qualifier = Qualifier.EXACT


@dataclass(frozen=True)
class Confirmation:
    """What a participating organisation says of what another one filed; its latest word stands."""

    organization: str
    verdict: Verdict
    at: dt.datetime
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Activity(Record):
    """`starts_at` and `ends_at` where the hour is known; `when`, the Shanghai days, always follows from them then."""

    PREFIX = "act"
    COLLECTION = "activities"
    TITLE = ("activity", "共建活动")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("external_key",), unique=True),
        Index(("network", "date_key")),
        Index(("network", "status", "date_key")),  # the public reads what is published; what is planned comes first
        Index(("network", "title_key")),
        Index(("network", "until_key")),
        Index(("participants", "date_key")),
        Index(("agreement", "date_key")),
        Index(("search",)),
        Index(("plan", "date_key")),
    )
    STATE_KEYS = ("status", "counted_for", "unconfirmed")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.RECORD_ACTIVITIES, frozenset({ActivityStatus.PLANNED}) | HAPPENED),
        Action.HOLD: Step(Right.RECORD_ACTIVITIES, frozenset({ActivityStatus.PLANNED})),
        Action.PUBLISH: Step(Right.RECORD_ACTIVITIES, frozenset({ActivityStatus.HELD})),
        Action.CANCEL: Step(Right.RECORD_ACTIVITIES, frozenset({ActivityStatus.PLANNED})),
        Action.CONFIRM: Step(Right.CONFIRM_ACTIVITIES, HAPPENED),
        Action.DISPUTE: Step(Right.CONFIRM_ACTIVITIES, HAPPENED),
    }

    PRIVATE_KEYS: ClassVar = dict.fromkeys(("disputed", "unconfirmed"), Right.READ_NETWORK)  # made of confirmations

    title: str = text(200)
    topics: tuple[Topic, ...]
    form: ActivityForm
    direction: Direction | None = None
    when: PartialDate | None = None
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    place: str | None = text(200, default=None)
    speaker: str | None = text(120, default=None)
    participations: tuple[Participation, ...]
    filed_by: str = ""  # never stored empty: the rules see to it
    people_served: int | None = None
    summary: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    media_preview: str | None = text(500, default=None)
    media_recap: str | None = text(500, default=None)
    agreement: str | None = None
    plan: str | None = None
    plan_line: int | None = None
    status: ActivityStatus
    cancel_reason: str | None = None
    confirmations: tuple[Confirmation, ...] = ()
    external_reference: str | None = text(100, default=None)

    @property
    def organizations(self) -> frozenset[str]:
        """Who takes part."""
        return frozenset(part.organization for part in self.participations)

    @property
    def main_host(self) -> str:
        """The one organisation that hosts; empty where a source does not say so."""
        hosts = (part.organization for part in self.participations if part.role is ParticipationRole.HOST)
        return next(hosts, "")

    def expected(self) -> Collection[str]:
        if self.origin is Origin.NATIVE:
            return ("starts_at", "place")  # that somebody hosts is a rule, which names the participations
        return ("when", "place", "main_host")

    def concerns(self) -> Collection[str]:
        return (self.filed_by,)

    def keys(self) -> dict[str, Any]:
        day = self.when.first.isoformat() if self.when else ""
        until = self.when.last.isoformat() if self.when and self.when.last > self.when.first else ""
        start = self.starts_at.isoformat() if self.starts_at else day
        identity = joined(self.network, folded(self.title), start, self.main_host)
        taking_part = self.organizations
        verdicts = {each.organization: each.verdict for each in self.confirmations if each.organization in taking_part}
        disputing = {own_id for own_id, verdict in verdicts.items() if verdict is Verdict.DISPUTED}
        confirming = verdicts.keys() - disputing
        reference = self.external_reference
        return {
            "date_key": ordered(day, self.id),
            "title_key": ordered(sort_key(self.title), self.id),
            "until_key": ordered(until, self.id),  # by which a calendar finds what began before it
            **period_keys(PartialDate.on(day_of(self.starts_at)) if self.starts_at else self.when),
            **searching.keys(self.title, live=self.status is not ActivityStatus.CANCELLED),
            "pillars": sorted({topic.pillar.value for topic in self.topics}),
            "themes": sorted({topic.theme.value for topic in self.topics}),
            "person_times": sum(part.head_count or 0 for part in self.participations),
            "participants": sorted(taking_part),
            "counted_for": sorted(taking_part - disputing),
            "unconfirmed": sorted(taking_part - {self.filed_by} - confirming),
            "disputed": bool(disputing),
            "duplicate_key": self.id if self.status is ActivityStatus.CANCELLED else identity,
            "external_key": joined(self.network, reference) if reference else self.id,
        }

    @classmethod
    def actors(cls, document: Document, action: Action) -> Collection[str]:
        """Who took part beside the filer may say yes, or no, unless that is what it says."""
        if action is Action.CONFIRM:
            return cast(list[str], document["unconfirmed"])
        concerned = super().actors(document, action)
        if action is Action.DISPUTE:
            return [own_id for own_id in document["counted_for"] if own_id not in concerned]
        return concerned

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        return Right.READ_PUBLIC if document["status"] == ActivityStatus.PUBLISHED else Right.READ_NETWORK

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        return {"status": ActivityStatus.PUBLISHED.value} if right is Right.READ_PUBLIC else {}


def days_of(starts_at: dt.datetime, ends_at: dt.datetime | None) -> PartialDate:
    """The Shanghai days from start to end; an end before the start, which the rules refuse, counts as none."""
    return PartialDate.between(day_of(starts_at), day_of(max(starts_at, ends_at or starts_at)))
