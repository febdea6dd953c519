"""Links between types, declared once: from which kind, by which key, to which kind, and how many at most.

`one` follows an id that the record holds, or a value inside it, `several` each id of a list; `page` lists what names
the record.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NamedTuple, Protocol

import strawberry

from schema.context import Info
from schema.describing import After, Before, First, Last, argument, field
from schema.pages import EMPTY, Slice, range_of, readable_only, slice_of
from schema.reader import Below
from schema.selection import stored_fields
from service.facts import MOST_ITEMS
from service.records import Record
from service.store.reads import MOST_ON_A_PAGE, Query, Range


class Where(Protocol):
    """A filter of a list: a strawberry input that can narrow a query."""

    def narrow(self, query: Query, day: dt.date) -> Query: ...


class Following(NamedTuple):
    """How a resolver looks up what an object holds under `key`: an id, or several. Without a `target` it is what the
    argument `key` holds: the id of a record of whichever kind.
    """

    key: str
    target: type[Record] | None
    several: bool = False


FOLLOWING: dict[Callable[..., Any], Following] = {}  # by resolver


def following(resolver: Callable[..., Any]) -> Following | None:
    return FOLLOWING.get(resolver)


def by_argument(resolver: Callable[..., Any], key: str) -> Callable[..., Any]:
    """`resolver`, which does no more than look up the record that the argument `key` names."""
    FOLLOWING[resolver] = Following(key, None)
    return resolver


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

    FOLLOWING[resolve] = Following(key, target)
    return field(english, chinese, needs=(key,), resolver=resolve)


def several(source: type[Record] | None, key: str, target: type[Record], english: str, chinese: str) -> Any:
    """The field that follows each id in the list stored under `key`; what may not be known of is left out."""
    LINKS.append(Link(source, key, target, MOST_ITEMS))

    async def resolve(root: strawberry.Parent[Any], info: Info) -> Any:
        return await info.context.reader.several(target.PREFIX, root[key], stored_fields(info, target))

    FOLLOWING[resolve] = Following(key, target, several=True)
    return field(english, chinese, needs=(key,), resolver=resolve)


def page(
    source: type[Record], key: str, query: Query, english: str, chinese: str, where: type[Where] | None = None
) -> Any:
    """The connection of those of `query.kind` whose `key` names the record, with a filter where one is given."""
    LINKS.append(Link(source, key, query.kind, MOST_ON_A_PAGE, query))
    resolver = _filtered(key, query, where) if where else _unfiltered(key, query)
    return field(english, chinese, needs=(), resolver=resolver)


def _unfiltered(key: str, query: Query) -> Callable[..., Any]:
    async def resolve(
        root: strawberry.Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        return await _below(root["_id"], key, query, info, range_of(query.order, first, after, last, before))

    return resolve


def _filtered(key: str, query: Query, filters: Any) -> Callable[..., Any]:
    async def resolve(
        root: strawberry.Parent[Any],
        info: Info,
        where: Annotated[filters | None, argument("Which ones.", "筛选条件。")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        narrowed = where.narrow(query, info.context.day) if where else query
        return await _below(root["_id"], key, narrowed, info, range_of(query.order, first, after, last, before))

    return resolve


async def _below(parent: str, key: str, query: Query, info: Info, part: Range) -> Slice:
    own = readable_only(info, query)
    if own is None:
        return EMPTY
    reader, wanted = info.context.reader, Below(parent, key, own, part, stored_fields(info, query.kind))
    return slice_of(await reader.below(wanted), part, query.order, partial(reader.total, wanted))
