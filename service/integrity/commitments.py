"""Commitment 廉洁承诺: what a pair of organisations undertake to each other (002, section 2; fact C14).

One document for a pair, under an INTEGRITY_PARTNER agreement, both sides on the same clause version:

    DRAWN_UP ── one side signs ──► PENDING ── no blockers any more ──► EFFECTIVE
                                      └──────────────┴──► EXPIRED | WITHDRAWN | RENEWED

The stage is stored, because a write changes it; what turns at midnight follows from the boundary dates. While it has
not ended it is EFFECTIVE exactly when it has no blockers: both have signed, each has publicised it inside for
`publicity_days` whole days, and of each `known_percent` of the staff it had at signing know of it. What a side's staff
knows stands in acknowledgements; a follower keeps their sum here. A renewal is a commitment of its own, on a later
clause version, that `supersedes` this one and takes its place on the day it is effective itself.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar, cast

from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.facts import number, text
from service.integrity.days import day_before, reached
from service.records import Action, Document, Filter, Index, Origin, Record, Step, joined, ordered
from service.viewer import Right, Upper

USUAL_PUBLICITY_DAYS, USUAL_KNOWN_PERCENT = 7, 100  # no source gives a number of days; 全员知晓
LONGEST_SIGNER = 100  # characters


class Stage(Upper):
    DRAWN_UP = auto()
    OPEN = auto()
    DISCARDED = auto()


class CommitmentStatus(Upper):
    DRAWN_UP = auto()
    PENDING = auto()
    EFFECTIVE = auto()
    EXPIRED = auto()
    WITHDRAWN = auto()
    RENEWED = auto()
    DISCARDED = auto()


ENDED = frozenset({CommitmentStatus.EXPIRED, CommitmentStatus.WITHDRAWN, CommitmentStatus.RENEWED})
OPEN = frozenset({CommitmentStatus.PENDING, CommitmentStatus.EFFECTIVE})
BOUNDS = ("effective_from", "active_to", "withdrawn_from", "renewal_from")
UNDER_WAY = OPEN | {CommitmentStatus.DRAWN_UP}


@dataclass(frozen=True)
class Side:
    """One organisation's undertaking. `staff` is the head-count in force when it signed, from the snapshot `headcount`.

    `known` of them know of the clause version, as its acknowledgements tell; `known_on` is the day on which they
    became as many as are required. `counted` tells how many recordings and withdrawals of acknowledgements that sum
    takes account of, so that one can see whether it is behind. A reported side may have signed on a day that no source
    tells.
    """

    organization: str
    signed: bool = False
    signed_on: PartialDate | None = None
    recorded_at: dt.datetime | None = None
    signer: str | None = text(LONGEST_SIGNER, default=None)
    headcount: str | None = None
    staff: int | None = None
    known: int = 0
    known_on: dt.date | None = None
    counted: int = 0


@dataclass(frozen=True)
class Publicity:
    """公示 inside one organisation, both days included; `evidence` are ids of attachments.

    A reported one may lack its channel and its days.
    """

    organization: str
    channel: str | None = text(100, default=None)
    place: str | None = text(200, default=None)
    begins: PartialDate | None = None
    ends: PartialDate | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Commitment(Record):
    """An open `expires_on` means no end was agreed; it is the last day on which the commitment stands."""

    PREFIX = "com"
    COLLECTION = "commitments"
    TITLE = ("commitment", "廉洁承诺")
    INDEXES = (
        Index(("pair_key",), unique=True),
        Index(("network", "date_key")),
        Index(("concerns", "date_key")),
        Index(("agreement", "date_key")),
    )
    STATE_KEYS = (
        "stage",
        *BOUNDS,
        "unsigned",
        "publicised",
        "publicised_to",
        "supersedes",
        "renewed_by",
        "as_reported",
    )
    FIXED = (*Record.FIXED, "agreement", "supersedes")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.MAKE_COMMITMENTS, frozenset({CommitmentStatus.DRAWN_UP})),
        Action.DISCARD: Step(Right.MAKE_COMMITMENTS, frozenset({CommitmentStatus.DRAWN_UP})),
        Action.SIGN: Step(Right.MAKE_COMMITMENTS, frozenset({CommitmentStatus.DRAWN_UP, CommitmentStatus.PENDING})),
        Action.WITHDRAW_SIGNATURE: Step(Right.MAKE_COMMITMENTS, frozenset({CommitmentStatus.PENDING})),
        Action.PUBLICISE: Step(Right.MAKE_COMMITMENTS, OPEN),
        Action.END_PUBLICITY: Step(Right.MAKE_COMMITMENTS, OPEN),
        Action.ACKNOWLEDGE: Step(Right.MAKE_COMMITMENTS, OPEN),
        Action.RENEW: Step(Right.MAKE_COMMITMENTS, OPEN | {CommitmentStatus.EXPIRED, CommitmentStatus.WITHDRAWN}),
        Action.WITHDRAW: Step(Right.MAKE_COMMITMENTS, OPEN),
    }
    PRIVATE: ClassVar = {"sides.signer": Right.READ_CONTACTS}
    agreement: str
    sides: tuple[Side, ...]
    clause_set: str | None = None
    clause_version: int | None = None
    clause_hash: str | None = None  # of the version's clauses when it was drawn up
    publicity_days: int = number(366, default=USUAL_PUBLICITY_DAYS)
    known_percent: int = number(100, default=USUAL_KNOWN_PERCENT)
    drawn_up_on: dt.date | None = None
    expires_on: dt.date | None = None
    publicity: tuple[Publicity, ...] = ()
    stage: Stage = Stage.DRAWN_UP
    withdrawn_on: dt.date | None = None
    withdrawn_by: str | None = None
    end_reason: str | None = None
    agreement_ended_on: dt.date | None = None  # the first day on which its agreement was in force no more
    supersedes: str | None = None
    renewed_by: str | None = None
    renewed_from: dt.date | None = None  # the successor's first effective day, once it is known

    @property
    def organizations(self) -> tuple[str, ...]:
        return tuple(side.organization for side in self.sides)

    def side_of(self, organization: str) -> Side | None:
        return next((side for side in self.sides if side.organization == organization), None)

    @property
    def signed_on(self) -> dt.date | None:
        """The day of the last signature; None while one is missing or its day is not known."""
        days = [side.signed_on.last for side in self.sides if side.signed and side.signed_on]
        return max(days) if days and len(days) == len(self.sides) else None

    def publicised_on(self, organization: str) -> dt.date | None:
        """The first day on which `organization` had publicised it for `publicity_days` whole days."""
        return reached(
            ((each.begins, each.ends) for each in self.publicity if each.organization == organization),
            self.publicity_days,
        )

    @property
    def effective_from(self) -> dt.date | None:
        """The first day without blockers; None while something is missing that no day brings."""
        publicised = (self.publicised_on(side.organization) for side in self.sides)
        gates = [self.signed_on, *publicised, *(side.known_on for side in self.sides)]
        known = [gate for gate in gates if gate is not None]
        return max(known) if len(known) == len(gates) else None

    def required(self, side: Side) -> int | None:
        """How many of the side's staff must know of it; None while its head-count is not known."""
        return None if side.staff is None else -(-side.staff * self.known_percent // 100)

    @property
    def active_to(self) -> dt.date:
        """The last day on which it can stand, by its own term and by that of its agreement."""
        ended = day_before(self.agreement_ended_on) if self.agreement_ended_on else LAST_DAY
        return min(self.expires_on or LAST_DAY, ended)

    @property
    def withdrawn_from(self) -> dt.date:
        """The first day on which it is WITHDRAWN; a withdrawal announced for later than another end counts no more."""
        day = self.withdrawn_on or LAST_DAY
        return day if day <= min(self.active_to, self.renewed_from or LAST_DAY) else LAST_DAY

    @property
    def took_effect_on(self) -> dt.date | None:
        """The first day on which it was, or will be, EFFECTIVE; None as long as it ends before that."""
        first, last = self.effective_from, min(self.active_to, day_before(self.withdrawn_from))
        return first if first and first <= last else None

    def _gates(self, side: Side) -> dict[str, Any]:
        day = self.publicised_on(side.organization)
        return {"publicised_on": day.isoformat() if day else None, "required": self.required(side)}

    def expected(self) -> Collection[str]:
        signed = ("signed_on",) if self.origin is Origin.REPORTED and all(side.signed for side in self.sides) else ()
        return ("clause_set", "clause_version", "drawn_up_on", *signed)

    def concerns(self) -> Collection[str]:
        return self.organizations

    def keys(self) -> dict[str, Any]:
        """One for a pair under an agreement, and one successor of each; withdrawn and discarded ones do not count.

        Of withdrawal, renewal and expiry the earliest ends it, on the same day the withdrawal, then the renewal; only
        what has expired is RENEWED yet. `effective_to` is the last day on which it is EFFECTIVE, empty without one.
        """
        out_of_use = self.stage is Stage.DISCARDED or self.withdrawn_on is not None
        pair = ("after", self.supersedes) if self.supersedes else (self.agreement, *sorted(self.organizations))
        withdrawn, renewed = self.withdrawn_from, self.renewed_from or LAST_DAY
        renewal = renewed if renewed < withdrawn else LAST_DAY
        last = min(self.active_to, day_before(withdrawn), day_before(renewal))
        effective, begins = self.effective_from or LAST_DAY, self.signed_on or self.drawn_up_on
        to = [(each.ends.last if each.ends else LAST_DAY) for each in self.publicity]
        return {
            "pair_key": self.id if out_of_use else joined(*pair),
            "effective_from": effective.isoformat(),
            "effective_to": last.isoformat() if effective <= last else "",
            "active_to": self.active_to.isoformat(),
            "withdrawn_from": withdrawn.isoformat(),
            "renewal_from": renewal.isoformat(),
            "gates": [self._gates(side) for side in self.sides],
            "unsigned": sorted(side.organization for side in self.sides if not side.signed),
            "publicised": sorted({each.organization for each in self.publicity}),
            "publicised_to": max(to, default=FIRST_DAY).isoformat(),
            "as_reported": self.origin is Origin.REPORTED and not any(side.recorded_at for side in self.sides),
            "date_key": ordered(begins.isoformat() if begins else "", self.id),
        }

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        today = day.isoformat()
        if document["stage"] != Stage.OPEN:
            return str(document["stage"])
        if document["withdrawn_from"] <= today:
            return CommitmentStatus.WITHDRAWN
        if document["renewal_from"] <= today:
            return CommitmentStatus.RENEWED
        if document["active_to"] < today:
            return CommitmentStatus.EXPIRED
        return CommitmentStatus.EFFECTIVE if document["effective_from"] <= today else CommitmentStatus.PENDING

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        today, stage = day.isoformat(), {"stage": Stage.OPEN.value}
        standing = {**stage, "withdrawn_from": {"$gt": today}, "renewal_from": {"$gt": today}}
        ranges: dict[str, Filter] = {
            CommitmentStatus.WITHDRAWN: {**stage, "withdrawn_from": {"$lte": today}},
            CommitmentStatus.RENEWED: {**standing, "renewal_from": {"$lte": today}},
            CommitmentStatus.EXPIRED: {**standing, "active_to": {"$lt": today}},
            CommitmentStatus.EFFECTIVE: {**standing, "active_to": {"$gte": today}, "effective_from": {"$lte": today}},
            CommitmentStatus.PENDING: {**standing, "active_to": {"$gte": today}, "effective_from": {"$gt": today}},
        }
        return ranges.get(state, {"stage": str(state)})

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """Signed by whom it is not yet, taken back until the last has signed, renewed once.

        So that the pair can begin anew, what one side never signed is renewed when it has expired, and what had taken
        another's place when it was withdrawn. A reported one that nobody has signed here is corrected or discarded.
        """
        if action in (Action.CORRECT, Action.DISCARD) and document["as_reported"]:
            return bool(document["stage"] != Stage.DISCARDED)
        fits = super().allows(document, action, day)
        if action in (Action.SIGN, Action.WITHDRAW_SIGNATURE):
            fits = fits and bool(document["unsigned"])
        if action is Action.END_PUBLICITY:
            fits = fits and bool(document["publicised_to"] > day.isoformat())
        if action is Action.RENEW:
            anew = {CommitmentStatus.EXPIRED: True, CommitmentStatus.WITHDRAWN: document["supersedes"] is not None}
            ready = anew.get(CommitmentStatus(cls.state(document, day)), not document["unsigned"])
            fits = fits and document["renewed_by"] is None and ready
        return fits

    @classmethod
    def actors(cls, document: Document, action: Action) -> Collection[str]:
        """Who has not signed may sign; who has may take it back, publicise it and tell who knows of it."""
        if action is Action.SIGN:
            return cast(list[str], document["unsigned"])
        concerned = super().actors(document, action)
        if action is Action.END_PUBLICITY:
            return cast(list[str], document["publicised"])
        if action in (Action.WITHDRAW_SIGNATURE, Action.PUBLICISE, Action.ACKNOWLEDGE):
            return [own for own in concerned if own not in document["unsigned"]]
        return concerned

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        return Right.READ_NETWORK if document["stage"] == Stage.OPEN else Right.READ_DRAFTS

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if right is Right.READ_PUBLIC:
            return None
        return {"stage": Stage.OPEN.value} if right is Right.READ_NETWORK else {}
