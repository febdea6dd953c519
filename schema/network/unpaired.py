"""Whom a network has not paired yet, as a connection: the whole list is known at once, and a page is cut from it."""

from typing import Any

from strawberry import Parent

from schema.context import Info
from schema.describing import After, Before, First, Last, field
from schema.pages import Slice, range_of, slice_of
from schema.reader import Lacking
from schema.selection import stored_fields
from service.records import Document
from service.store.kinds import KINDS
from service.store.reads import Range
from service.store.unpaired import ORDER
from service.viewer import Right


def unpaired(prefix: str, english: str, chinese: str) -> Any:
    """The field of those of type `prefix` without a pairing; all pages of a network share three commands."""

    async def resolve(
        root: Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        part = range_of(ORDER, first, after, last, before)
        wanted = Lacking(root["_id"], prefix, stored_fields(info, KINDS[prefix]))
        return cut(await info.context.reader.unpaired(wanted), part)

    return field(english, chinese, needs=(), right=Right.READ_NETWORK, resolver=resolve)


def cut(documents: list[Document], part: Range) -> Slice:
    """The page of `documents`, which stand in order."""

    async def total() -> int:
        return len(documents)

    inside = [
        each
        for each in documents
        if (part.after is None or each[ORDER] > part.after) and (part.before is None or each[ORDER] < part.before)
    ]
    found = inside[::-1] if part.backwards else inside
    return slice_of(found[: part.size + 1], part, ORDER, total)
