"""Breach 违约: what one side of a commitment is said to have done against it; it stands beside the commitment's state.

REPORTED → CONFIRMED → RESOLVED, or DISMISSED. Until it is confirmed only the integrity office and observers know of
it; who reported it stays confidential always.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar

from service.dates import PartialDate
from service.facts import text
from service.integrity.clauses import ClauseCategory
from service.records import Action, Document, Filter, Index, Record, Step, includes, ordered
from service.viewer import Right, Upper


class BreachStatus(Upper):
    REPORTED = auto()
    CONFIRMED = auto()
    RESOLVED = auto()
    DISMISSED = auto()


CONFIDENTIAL = frozenset({BreachStatus.REPORTED, BreachStatus.DISMISSED})


@dataclass(frozen=True, kw_only=True)
class Breach(Record):
    """`organization` is the side that is said to have broken the commitment; `reporter` whoever told of it."""

    PREFIX = "bre"
    COLLECTION = "breaches"
    TITLE = ("breach", "违约")
    INDEXES = (Index(("network", "date_key")), Index(("commitment", "date_key")), Index(("concerns", "date_key")))
    FIXED = (*Record.FIXED, "commitment", "organization")
    STEPS: ClassVar = {
        Action.CONFIRM: Step(Right.JUDGE_BREACHES, frozenset({BreachStatus.REPORTED})),
        Action.DISMISS: Step(Right.JUDGE_BREACHES, frozenset({BreachStatus.REPORTED})),
        Action.RESOLVE: Step(Right.JUDGE_BREACHES, frozenset({BreachStatus.CONFIRMED})),
    }
    PRIVATE: ClassVar = {"reporter": Right.READ_RESTRICTED}
    MAKER = Right.READ_RESTRICTED

    commitment: str
    organization: str
    category: ClauseCategory
    description: str = text(2000)
    happened_on: PartialDate | None = None
    reporter: str | None = text(300, default=None)
    judgement: str | None = None  # why it was confirmed or dismissed
    resolution: str | None = None
    status: BreachStatus = BreachStatus.REPORTED

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        return {"date_key": ordered(self.happened_on.first.isoformat() if self.happened_on else "", self.id)}

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        return Right.READ_DRAFT_FINDINGS if document["status"] in CONFIDENTIAL else Right.READ_FINDINGS

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if not includes(right, Right.READ_FINDINGS):
            return None
        return {} if right is Right.READ_DRAFT_FINDINGS else {"status": {"$nin": sorted(CONFIDENTIAL)}}
