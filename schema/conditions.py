"""How a `where` argument narrows a query: equalities on stored keys, states as of today, and days."""

import datetime as dt
from dataclasses import replace
from enum import auto
from typing import Annotated, Any

import strawberry

from schema.describing import argument, publish
from schema.inputs import PeriodInput
from service.records import Filter
from service.store.reads import Query
from service.viewer import Upper

AFTER_DAY = " "  # sorts just above the separator that parts a day from the id in a stored key


class Order(Upper):
    LATEST_FIRST = auto()
    EARLIEST_FIRST = auto()
    TITLE = auto()


publish(
    Order,
    "How a list is ordered.",
    "列表排序。",
    {
        "LATEST_FIRST": (
            "By the first day, the latest first, undated ones last.",
            "按起始日,最新在前,日期不详者在末。",
        ),
        "EARLIEST_FIRST": ("By the first day, undated ones in front.", "按起始日,最早在前,日期不详者居首。"),
        "TITLE": ("By title in pinyin.", "按标题拼音。"),
    },
)
ORDERS: dict[Order, tuple[str, bool]] = {
    Order.LATEST_FIRST: ("date_key", True),
    Order.EARLIEST_FIRST: ("date_key", False),
    Order.TITLE: ("title_key", False),
}
OrderBy = Annotated[Order, argument("In which order.", "排序。")]


def in_order(query: Query, order: Order) -> Query:
    key, descending = ORDERS[order]
    return replace(query, order=key, descending=descending)


def narrowed(query: Query, equal: dict[str, Any], *also: Filter) -> Query:
    """`query` with more conditions; those that were not given do not count."""
    kept = {name: value for name, value in equal.items() if value is not strawberry.UNSET and value is not None}
    return replace(query, equal={**query.equal, **kept}, also=(*query.also, *(each for each in also if each)))


def state_is(query: Query, state: str | None, day: dt.date) -> Filter:
    """The records in `state` on `day`."""
    return query.kind.state_filter(state, day) if state else {}


def happened_during(period: PeriodInput | None, undated: bool | None) -> Filter:
    """Begun within `period`; with `undated`, only what has no date, or only what has one."""
    bounds: dict[str, str] = {}
    if undated is False:
        bounds["$gte"] = AFTER_DAY
    if period:
        bounds |= {"$gte": period.first.isoformat(), "$lt": period.last.isoformat() + AFTER_DAY}
    if undated:
        bounds["$lt"] = AFTER_DAY
    return {"date_key": bounds} if bounds else {}
