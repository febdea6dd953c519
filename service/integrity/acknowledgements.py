"""Acknowledgement 知晓: a batch of an organisation's staff who know a clause version (002, section 2; C14: 全员知晓).

One batch is one record and one revision. Per person by a reference that the organisation gives, or by head-count.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import auto
from typing import Any, ClassVar

from service.facts import folded
from service.records import Action, Index, Record, Step, joined, ordered
from service.viewer import Right, Upper

MOST_PERSONS = 1_000  # of one batch
LONGEST_REFERENCE = 100  # characters


class AcknowledgementStatus(Upper):
    RECORDED = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True, kw_only=True)
class Acknowledgement(Record):
    """`persons` are references of the organisation's own; with `head_count` instead, nobody is named.

    One person is one `person_key`, however the reference was typed; `side_key` tells the batches of a side by state.
    """

    PREFIX = "ack"
    COLLECTION = "acknowledgements"
    TITLE = ("acknowledgement", "知晓登记")
    INDEXES = (Index(("commitment", "date_key")), Index(("network", "date_key")), Index(("organization", "date_key")))
    FIXED = (*Record.FIXED, "commitment", "organization")
    STEPS: ClassVar = {
        Action.WITHDRAW: Step(Right.MAKE_COMMITMENTS, frozenset({AcknowledgementStatus.RECORDED})),
    }
    PRIVATE: ClassVar = {"persons": Right.READ_RESTRICTED}
    COUNTED = ("persons",)

    commitment: str
    organization: str
    clause_set: str | None = None  # none where a reported commitment names none
    clause_version: int | None = None
    acknowledged_on: dt.date
    persons: tuple[str, ...] = field(default=(), metadata={"items": MOST_PERSONS, "most": LONGEST_REFERENCE})
    head_count: int | None = None
    end_reason: str | None = None
    status: AcknowledgementStatus = AcknowledgementStatus.RECORDED

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        return {
            "people": len(self.persons) or self.head_count or 0,
            "person_keys": [folded(person) for person in self.persons],
            "side_key": joined(self.organization, self.status),
            "date_key": ordered(self.acknowledged_on.isoformat(), self.id),
        }
