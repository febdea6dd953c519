"""Finding 问题: what an audit, a check, a gift or a breach brought to light, until it is put right.

DRAFT → OPEN → RECTIFIED → CLOSED; a draft may be DISCARDED. An open one is graded before it is rectified. Whoever
verifies that a rectification 整改 has its effect is not who recorded it; without effect the finding is OPEN again. What
conforms is closed without rectification.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar

from service.dates import LAST_DAY
from service.facts import items, text
from service.integrity.gifts import Gift
from service.integrity.verdicts import CheckId
from service.records import Action, Document, Filter, Index, Record, Step, includes, joined, ordered
from service.viewer import Right, Upper

MOST_EVIDENCE = 21  # records: a check names 20 at most beside its subject


class Grade(Upper):
    CONFORM = auto()
    MINOR = auto()
    MAJOR = auto()


class FindingStatus(Upper):
    DRAFT = auto()
    OPEN = auto()
    RECTIFIED = auto()
    CLOSED = auto()
    DISCARDED = auto()


DRAFTS = frozenset({FindingStatus.DRAFT, FindingStatus.DISCARDED})
UNSETTLED = frozenset({FindingStatus.DRAFT, FindingStatus.OPEN, FindingStatus.RECTIFIED})


@dataclass(frozen=True)
class Rectification:
    """What was done about it; `by` is the subject who recorded it, `evidence` ids of attachments."""

    done_on: dt.date
    by: str
    recorded_at: dt.datetime
    action: str = text(2000)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verification:
    """Whether the last rectification has its effect, said by the subject `by`."""

    effective: bool
    by: str
    at: dt.datetime
    note: str | None = text(2000, default=None)


@dataclass(frozen=True, kw_only=True)
class Finding(Record):
    """`organization` is whom it is about, `evidence` ids of the records it rests on.

    `source_key` keeps what a follower opens from being opened twice.
    """

    PREFIX = "fin"
    COLLECTION = "findings"
    TITLE = ("finding", "问题")
    INDEXES = (
        Index(("source_key",), unique=True),
        Index(("network", "date_key")),
        Index(("network", "due_key")),
        Index(("audit", "date_key")),
        Index(("gift", "date_key")),
        Index(("breach", "date_key")),
        Index(("commitment", "date_key")),
        Index(("concerns", "date_key")),
    )
    STATE_KEYS = ("status", "grade")
    FIXED = (*Record.FIXED, "audit", "gift", "breach", "organization")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.DRAFT})),
        Action.OPEN: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.DRAFT})),
        Action.ASSIGN: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.OPEN})),
        Action.RECTIFY: Step(Right.RECTIFY_FINDINGS, frozenset({FindingStatus.OPEN})),
        Action.VERIFY: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.RECTIFIED})),
        Action.CLOSE: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.OPEN})),
        Action.DISCARD: Step(Right.KEEP_AUDITS, frozenset({FindingStatus.DRAFT})),
    }
    PRIVATE: ClassVar = {"responsible": Right.READ_CONTACTS}

    organization: str
    audit: str | None = None
    gift: str | None = None
    breach: str | None = None
    commitment: str | None = None
    check: CheckId | None = None
    title: str = text(200)
    description: str | None = text(4000, default=None)
    cause: str | None = text(2000, default=None)
    grade: Grade | None = None
    evidence: tuple[str, ...] = items(MOST_EVIDENCE, default=())
    responsible: str | None = text(100, default=None)  # the person who answers for it
    due: dt.date | None = None
    raised_on: dt.date
    rectifications: tuple[Rectification, ...] = ()
    verifications: tuple[Verification, ...] = ()
    closed_on: dt.date | None = None
    end_reason: str | None = None
    status: FindingStatus = FindingStatus.DRAFT

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        """What has no day by which it is due comes after what has one."""
        of_gift = self.gift is not None and self.audit is None
        return {
            "source_key": joined("gift", str(self.gift), self.organization) if of_gift else self.id,
            "due_key": ordered((self.due or LAST_DAY).isoformat(), self.id),
            "date_key": ordered(self.raised_on.isoformat(), self.id),
        }

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """Only what conforms is closed as it stands; all else is graded, then rectified."""
        fits = super().allows(document, action, day)
        if action is Action.CLOSE:
            return fits and document["grade"] == Grade.CONFORM
        return fits and document["grade"] in (Grade.MINOR, Grade.MAJOR) if action is Action.RECTIFY else fits

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        return Right.READ_DRAFT_FINDINGS if document["status"] in DRAFTS else Right.READ_FINDINGS

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if not includes(right, Right.READ_FINDINGS):
            return None
        return {} if right is Right.READ_DRAFT_FINDINGS else {"status": {"$nin": sorted(DRAFTS)}}


def gift_key(gift: Gift) -> str:
    """The `source_key` of the finding that a gift leads to, whoever raises it: one for a gift and a receiver."""
    return joined("gift", gift.id, gift.receiver)
