"""Connections: pages of a list by keyset cursors, both ways, with the total counted only when it is asked for.

A cursor is the ordering key of its item and the name of the order, in URL-safe Base64; it means nothing elsewhere.
"""

import asyncio
import base64
import binascii
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeAlias, TypeVar

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.describing import both, field
from service.errors import Code, Problem, Refusal
from service.permission import readable
from service.records import Document
from service.store import reads
from service.store.reads import MOST_ON_A_PAGE, USUAL_ON_A_PAGE, Query, Range

T = TypeVar("T")
Total: TypeAlias = Callable[[], Coroutine[Any, Any, int]]


@dataclass(frozen=True)
class Slice:
    """One page as found, in a list ordered by `order`; `total` counts the list when it is asked for."""

    documents: Sequence[Document]
    has_next: bool
    has_previous: bool
    order: str
    total: Total

    def cursor(self, document: Document) -> str:
        return cursor_of(self.order, document[self.order])


class Once:
    """A total that is counted when it is first asked for, and not again."""

    def __init__(self, count: Total) -> None:
        self._count = count
        self._counted: asyncio.Future[int] | None = None

    async def __call__(self) -> int:
        if self._counted is None:
            self._counted = asyncio.ensure_future(self._count())
        return await self._counted


async def _none() -> int:
    return 0


EMPTY = Slice((), has_next=False, has_previous=False, order="", total=_none)


def cursor_of(order: str, key: object) -> str:
    return base64.urlsafe_b64encode(f"{order}\n{key}".encode()).decode().rstrip("=")


def key_of(cursor: str, order: str, path: str) -> str:
    """The key a cursor stands for. Raises `Refusal` BAD_CURSOR when it is not one of this order."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        name, _, key = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition("\n")
    except (binascii.Error, ValueError):
        name, key = "", ""
    if name != order or not key:
        raise bad_cursor(path)
    return key


def bad_cursor(path: str) -> Refusal:
    english, chinese = "This is not a cursor of this list and order.", "此游标不属于该列表与排序。"
    return Refusal(Problem(Code.BAD_CURSOR, (path,), english, chinese))


def range_of(order: str, first: int | None, after: str | None, last: int | None, before: str | None) -> Range:
    """The part of a list that the four arguments ask for. Raises `Refusal` when they make no sense together."""
    if first is not None and last is not None:
        raise Refusal(
            Problem(Code.BAD_REQUEST, ("last",), "Give first or last, not both.", "first 与 last 只能给一个。")
        )
    size = first if first is not None else last if last is not None else USUAL_ON_A_PAGE
    if not 0 <= size <= MOST_ON_A_PAGE:
        path = ("last",) if last is not None else ("first",)
        raise Refusal(
            Problem(
                Code.LIMIT_EXCEEDED,
                path,
                f"A page has 0 to {MOST_ON_A_PAGE} items; {size} were asked for.",
                f"每页 0 到 {MOST_ON_A_PAGE} 项,请求了 {size} 项。",
            )
        )
    return Range(
        size,
        key_of(after, order, "after") if after is not None else None,
        key_of(before, order, "before") if before is not None else None,
        backwards=last is not None,
    )


def slice_of(found: Sequence[Document], part: Range, order: str, total: Total) -> Slice:
    """The page out of what was found, which is one more than the page when the list goes on."""
    more, documents, total = len(found) > part.size, found[: part.size], Once(total)
    if part.backwards:
        return Slice(documents[::-1], part.before is not None, more, order, total)
    return Slice(documents, more, part.after is not None, order, total)


def page_at_hand(documents: Sequence[Document], part: Range, order: str) -> Slice:
    """The page of a list that is at hand as a whole, in the ascending order of its key."""
    within = [
        each
        for each in documents
        if (part.after is None or each[order] > part.after) and (part.before is None or each[order] < part.before)
    ]

    async def total() -> int:
        return len(documents)

    found = within[::-1] if part.backwards else within
    return slice_of(found[: part.size + 1], part, order, total)


def readable_only(info: Info, query: Query, network: str | None = None) -> Query | None:
    """The query narrowed to what the viewer may know of; None when that is nothing."""
    narrowing = readable(query.kind, info.context.viewer, info.context.day, network, query.equal.keys())
    if narrowing is None:
        return None
    return replace(query, also=(*query.also, narrowing)) if narrowing else query


@strawberry.type(description=both("Where a page stands in its list.", "页面在列表中的位置。"))
class PageInfo:
    has_next_page: bool = field("Whether the list goes on.", "其后是否还有。")
    has_previous_page: bool = field("Whether something comes before.", "其前是否还有。")
    start_cursor: str | None = field("The first item's cursor.", "首项游标。")
    end_cursor: str | None = field("The last item's cursor.", "末项游标。")


@strawberry.type(description=both("An item of a list and its cursor.", "列表项及其游标。"))
class Edge(Generic[T]):
    node: T = field("The item.", "项。")
    cursor: str = field("Its cursor.", "游标。")


def _nodes(root: Parent[Slice]) -> Any:
    return root.documents


def _edges(root: Parent[Slice]) -> Any:
    return [{"node": each, "cursor": root.cursor(each)} for each in root.documents]


def _page_info(root: Parent[Slice]) -> Any:
    ends = [root.cursor(root.documents[place]) for place in (0, -1)] if root.documents else [None, None]
    return {
        "has_next_page": root.has_next,
        "has_previous_page": root.has_previous,
        "start_cursor": ends[0],
        "end_cursor": ends[1],
    }


async def _total_count(root: Parent[Slice]) -> Any:
    return min(await root.total(), reads.MOST_COUNTED)


async def _total_count_is_exact(root: Parent[Slice]) -> Any:
    return await root.total() <= reads.MOST_COUNTED


@strawberry.type(description=both("A page of a list.", "列表的一页。"))
class Connection(Generic[T]):
    nodes: list[T] = field("The items.", "各项。", resolver=_nodes)
    edges: list[Edge[T]] = field("The items with their cursors.", "各项及其游标。", resolver=_edges)
    page_info: PageInfo = field("Where the page stands.", "页面位置。", resolver=_page_info)
    total_count: int = field(
        "How many there are in all pages, counted up to 10,000 and only when asked for; totalCountIsExact tells "
        "whether there are more.",
        "总数,仅在查询时计算,至多计到 10,000;是否还有更多,见 totalCountIsExact。",
        resolver=_total_count,
    )
    total_count_is_exact: bool = field(
        "Whether totalCount is the whole number. False: there are more than 10,000, which is what it says then.",
        "totalCount 是否为确切总数;为 false 时实际多于 10,000,而 totalCount 即为 10,000。",
        resolver=_total_count_is_exact,
    )
