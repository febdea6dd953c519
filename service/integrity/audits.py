"""Audit 廉洁审计: a scope, a period, the checks as of a moment with their results frozen, findings, a report.

OPEN → REPORTED → CLOSED, or DISCARDED while it is open. A closed audit never changes; a matter that is taken up again
is a new audit that `refers_to` the old one.
"""

import datetime as dt
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar

from service.facts import items, text
from service.integrity.verdicts import Result
from service.records import Action, Document, Index, Record, Step, ordered
from service.viewer import Right, Upper

MOST_RESULTS = 5_000  # of one audit: a document holds 16 MB, and its revision tells them too
LONGEST_CONCLUSION = 20_000  # characters


class AuditStatus(Upper):
    OPEN = auto()
    REPORTED = auto()
    CLOSED = auto()
    DISCARDED = auto()


@dataclass(frozen=True, kw_only=True)
class Audit(Record):
    """No `organizations` means all partners of the network. `as_of` is the moment whose record the checks read."""

    PREFIX = "aud"
    COLLECTION = "audits"
    TITLE = ("audit", "廉洁审计")
    INDEXES = (Index(("network", "date_key")), Index(("refers_to", "date_key")))
    STATE_KEYS = ("status", "as_of")
    READ = Right.READ_FINDINGS  # concerns no organisation: an audited one reads its findings, not the audit
    FIXED = (*Record.FIXED, "refers_to")
    FROZEN_BY = "as_of"
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AUDITS, frozenset({AuditStatus.OPEN})),
        Action.RUN_CHECKS: Step(Right.KEEP_AUDITS, frozenset({AuditStatus.OPEN})),
        Action.REPORT: Step(Right.KEEP_AUDITS, frozenset({AuditStatus.OPEN})),
        Action.CLOSE: Step(Right.KEEP_AUDITS, frozenset({AuditStatus.REPORTED})),
        Action.DISCARD: Step(Right.KEEP_AUDITS, frozenset({AuditStatus.OPEN})),
    }

    title: str = text(200)
    organizations: tuple[str, ...] = ()
    period_from: dt.date
    period_to: dt.date
    officer: str | None = None  # the subject of the token that opened it
    refers_to: str | None = None
    as_of: dt.datetime | None = None
    results: tuple[Result, ...] = items(MOST_RESULTS, default=())
    conclusion: str | None = text(LONGEST_CONCLUSION, default=None)
    opened_on: dt.date
    reported_on: dt.date | None = None
    closed_on: dt.date | None = None
    end_reason: str | None = None
    status: AuditStatus = AuditStatus.OPEN

    def keys(self) -> dict[str, Any]:
        return {"date_key": ordered(self.opened_on.isoformat(), self.id)}

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """Scope and period stand once the checks have run, they run once, and without them nothing is reported."""
        fits = super().allows(document, action, day)
        if action in (Action.CORRECT, Action.RUN_CHECKS):
            return fits and document["as_of"] is None
        return fits and document["as_of"] is not None if action is Action.REPORT else fits
