"""What the acknowledgements of one side of a commitment come to."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.integrity.acknowledgements import AcknowledgementStatus

STEPS = {AcknowledgementStatus.RECORDED: 1, AcknowledgementStatus.WITHDRAWN: 2}  # that led to where a batch stands


@dataclass(frozen=True)
class Knowing:
    """How many came to know of it on each day, distinct over all batches; whether they are named or but counted.

    `counted` is how many recordings and withdrawals these numbers take account of: it grows with each.
    """

    days: Mapping[dt.date, int] = field(default_factory=dict)
    named: bool = False
    counted: int = 0

    @property
    def people(self) -> int:
        return sum(self.days.values())

    def reached(self, required: int | None) -> dt.date | None:
        """The day on which they were `required` people; None as long as they are fewer, or nobody knows how many."""
        known = 0
        for day in sorted(self.days):
            known += self.days[day]
            if required is not None and known >= required:
                return day
        return None


def knowing(rows: Mapping[str, Iterable[Mapping[str, Any]]]) -> dict[str, Knowing]:
    """By organisation, out of counts: people by side and day, `named` and `counted`, and batches by side and state."""
    days: dict[str, Counter[dt.date]] = defaultdict(Counter)
    steps: Counter[str] = Counter()
    named = {row["_id"]["organization"] for row in rows["named"]}
    for row in (*rows["named"], *rows["counted"]):
        days[row["_id"]["organization"]][dt.date.fromisoformat(row["_id"]["on"])] += row["people"]
    for row in rows["batches"]:
        steps[row["_id"]["organization"]] += steps_in(row["_id"]["status"], row["batches"])
    return {own: Knowing(days[own], own in named, counted) for own, counted in steps.items()}


def steps_in(status: str, batches: int) -> int:
    """How many recordings and withdrawals led to so many batches in a state."""
    return STEPS[AcknowledgementStatus(status)] * batches
