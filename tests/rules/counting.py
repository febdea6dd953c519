"""What acknowledgements come to, counted from the batches themselves: what the store counts must agree with it."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

from service.facts import folded
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.knowing import Knowing


def knowing_of(batches: Iterable[Acknowledgement]) -> dict[str, Knowing]:
    by_side: dict[str, list[Acknowledgement]] = defaultdict(list)
    for batch in batches:
        by_side[batch.organization].append(batch)
    return {own: _of_side(of_side) for own, of_side in by_side.items()}


def _of_side(batches: list[Acknowledgement]) -> Knowing:
    """Each person on the first day on which it was told of, and each number on its day."""
    standing = [batch for batch in batches if batch.status == "RECORDED"]
    first: dict[str, dt.date] = {}
    days: Counter[dt.date] = Counter()
    for batch in standing:
        for person in map(folded, batch.persons):
            first[person] = min(first.get(person, batch.acknowledged_on), batch.acknowledged_on)
        if batch.head_count:
            days[batch.acknowledged_on] += batch.head_count
    days.update(first.values())
    return Knowing(days, bool(first), 2 * len(batches) - len(standing))
