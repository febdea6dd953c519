"""The root fields that list a network's records: narrowed, ordered, a page at a time, and as of a moment."""

from collections.abc import Callable
from typing import Annotated, Any

from schema.conditions import Order, OrderBy, in_order
from schema.context import Info
from schema.describing import After, Before, First, Last, argument
from schema.inputs import Network
from schema.moments import AsOf, read_as_of
from schema.roots import listed
from service.records import Record
from service.store.reads import Query

Ordered = Callable[[Query, Any], Query]


def of_network(
    kind: type[Record],
    filters: Any,
    orders: Any = OrderBy,
    usual: Any = Order.LATEST_FIRST,
    ordered: Ordered = in_order,
) -> Callable[..., Any]:
    """The resolver of a list of `kind`, whose `where` is of the type `filters`.

    `orders` is the annotation of `orderBy`, `usual` its default, and `ordered` what it makes of a query.
    """

    async def resolve(
        info: Info,
        network: Network,
        where: Annotated[filters | None, argument("Which ones.", "筛选条件。")] = None,
        order_by: orders = usual,
        as_of: AsOf = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        read_as_of(info, as_of)
        query = ordered(Query(kind, {"network": network}), order_by)
        query = where.narrow(query, info.context.day) if where else query
        return await listed(info, query, first, after, last, before)

    return resolve
