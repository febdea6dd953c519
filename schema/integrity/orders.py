"""How the lists of the integrity area are ordered: by date, one way or the other."""

from collections.abc import Callable
from enum import auto
from typing import Annotated, Any

from schema.conditions import ORDERS, Order
from schema.describing import argument, publish
from schema.listing import of_network
from service.records import Record
from service.store.reads import Query
from service.viewer import Upper


class DateOrder(Upper):
    LATEST_FIRST = auto()
    EARLIEST_FIRST = auto()


publish(
    DateOrder,
    "How a list is ordered by date.",
    "按日期排序。",
    {
        "LATEST_FIRST": ("The latest first, undated ones last.", "最新在前,日期不详者在末。"),
        "EARLIEST_FIRST": ("Undated ones in front, then the earliest.", "日期不详者居首,其后最早在前。"),
    },
)
ByDate = Annotated[DateOrder, argument("In which order.", "排序。")]


def by_date(query: Query, order: DateOrder) -> Query:
    return Query(query.kind, query.equal, query.also, descending=ORDERS[Order(order)][1])


def dated(kind: type[Record], filters: Any) -> Callable[..., Any]:
    """The resolver of a list of `kind`, which has no title to order by."""
    return of_network(kind, filters, ByDate, DateOrder.LATEST_FIRST, by_date)
