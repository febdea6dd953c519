"""Gift 礼品礼金登记: what one organisation gave another, and what became of it (002, sections 2 and 3; C13, C14).

RECORDED → DECIDED → REVIEWED, or DISCARDED when it was recorded by mistake. Who recorded it does not decide, and who
decided does not review.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import auto
from typing import Any, ClassVar

from service.dates import PartialDate
from service.facts import text
from service.records import Action, Index, Record, Step, ordered
from service.viewer import Right, Upper


class GiftKind(Upper):
    """What the clause names: 礼金, 商业预付卡, 贵重物品, 土特产; and what it does not."""

    CASH = auto()
    PREPAID_CARD = auto()
    VALUABLES = auto()
    LOCAL_SPECIALTY = auto()
    OTHER = auto()


class GiftDecision(Upper):
    DECLINED = auto()
    RETURNED = auto()
    HANDED_IN = auto()
    ACCEPTED = auto()


class GiftStatus(Upper):
    RECORDED = auto()
    DECIDED = auto()
    REVIEWED = auto()
    DISCARDED = auto()


@dataclass(frozen=True, kw_only=True)
class Gift(Record):
    """`estimated_value` is in CNY, 0 or more; `recorded_by`, `decided_by` and `reviewed_by` are subjects of tokens."""

    PREFIX = "gif"
    COLLECTION = "gifts"
    TITLE = ("gift", "礼品礼金登记")
    INDEXES = (Index(("network", "date_key")), Index(("concerns", "date_key")))
    READ = Right.READ_FINDINGS
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.RECORD_GIFTS, frozenset({GiftStatus.RECORDED})),
        Action.DECIDE: Step(Right.DECIDE_GIFTS, frozenset({GiftStatus.RECORDED})),
        Action.REVIEW: Step(Right.DECIDE_GIFTS, frozenset({GiftStatus.DECIDED})),
        Action.DISCARD: Step(Right.RECORD_GIFTS, frozenset({GiftStatus.RECORDED})),
    }

    giver: str
    receiver: str
    item: str = text(300)
    kind: GiftKind
    estimated_value: Decimal | None = None
    occasion: str | None = text(300, default=None)
    given_on: PartialDate | None = None
    activity: str | None = None
    recorded_by: str | None = None
    decision: GiftDecision | None = None
    decision_reason: str | None = None
    decided_by: str | None = None
    review: str | None = None
    reviewed_by: str | None = None
    end_reason: str | None = None
    status: GiftStatus = GiftStatus.RECORDED

    def expected(self) -> Collection[str]:
        return ("estimated_value", "given_on")

    def concerns(self) -> Collection[str]:
        return (self.giver, self.receiver)

    def keys(self) -> dict[str, Any]:
        return {"date_key": ordered(self.given_on.first.isoformat() if self.given_on else "", self.id)}
