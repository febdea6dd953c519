"""Links between types, declared once: from which kind, by which key, to which kind, and how many at most.

`one` follows an id that the record holds; `embedded` one inside a value of it; `page` lists what names the record.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import strawberry

from schema.context import Info
from schema.describing import After, Before, First, Last, argument, field
from schema.pages import EMPTY, Slice, range_of, readable_only, slice_of
from schema.reader import Below
from schema.selection import stored_fields
from service.records import Document, Record
from service.store.reads import MOST_ON_A_PAGE, Query
from service.viewer import Right


class Link(NamedTuple):
    source: type[Record] | None  # None for a value inside a record
    key: str
    target: type[Record]
    fan_out: int
    query: Query | None = None


LINKS: list[Link] = []


def one(source: type[Record] | None, key: str, target: type[Record], english: str, chinese: str) -> Any:
    """The field that follows the id stored under `key`; null when it is empty or may not be known of."""
    LINKS.append(Link(source, key, target, 1))

    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        own_id = root.get(key)
        if own_id is None:
            return None
        return await info.context.reader.one(target.PREFIX, own_id, stored_fields(info, target))

    return field(english, chinese, needs=(key,), resolver=resolve)


Conditions = Callable[[Any, Info, Query], Query]


def page(
    source: type[Record],
    key: str,
    query: Query,
    english: str,
    chinese: str,
    where: Any = None,
    right: Right | None = None,
) -> Any:
    """The connection of those of `query.kind` whose `key` names the record, with a filter where one is given."""
    LINKS.append(Link(source, key, query.kind, MOST_ON_A_PAGE, query))

    async def found(
        root: Document, info: Info, narrowed: Query, first: Any, after: Any, last: Any, before: Any
    ) -> Slice:
        part = range_of(query.order, first, after, last, before)
        own = readable_only(info, narrowed)
        if own is None:
            return EMPTY
        fields = stored_fields(info, query.kind)
        documents = await info.context.reader.below(Below(root["_id"], key, own, part, fields))
        return slice_of(documents, replace(own, equal={**own.equal, key: root["_id"]}), part)

    async def plain(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        return await found(root, info, query, first, after, last, before)

    if where is None:
        return field(english, chinese, needs=(), right=right, resolver=plain)

    async def filtered(
        root: strawberry.Parent[Any],
        info: Info,
        where: Annotated[where | None, argument("Which ones.", "筛选条件。")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        narrowed = where.narrow(query, info.context.day) if where is not None else query
        return await found(root, info, narrowed, first, after, last, before)

    return field(english, chinese, needs=(), right=right, resolver=filtered)
