"""How a `where` argument narrows a query: equalities on stored keys, states as of today, and days."""

import datetime as dt
from dataclasses import replace
from typing import Any

import strawberry

from schema.inputs import PeriodInput
from service.records import Filter
from service.store.reads import Query

AFTER_DAY = " "  # sorts just above the separator that parts a day from the id in a stored key


def narrowed(query: Query, equal: dict[str, Any], *also: Filter) -> Query:
    """`query` with more conditions; those that were not given do not count."""
    kept = {name: value for name, value in equal.items() if value is not strawberry.UNSET and value is not None}
    return replace(query, equal={**query.equal, **kept}, also=(*query.also, *(each for each in also if each)))


def state_is(query: Query, state: str | None, day: dt.date) -> Filter:
    """The records in `state` on `day`."""
    return query.kind.state_filter(state, day) if state else {}


def happened_during(period: PeriodInput | None, undated: bool | None) -> Filter:
    """Dated within `period`, or without any date."""
    if undated:
        return {"date_key": {"$lt": AFTER_DAY}}
    if not period:
        return {}
    return {"date_key": {"$gte": period.first.isoformat(), "$lt": period.last.isoformat() + AFTER_DAY}}
