"""How a root field lists records: what may be known of, a page of it, with the keys the query names."""

from functools import partial

from schema.context import Info
from schema.pages import EMPTY, Slice, range_of, readable_only, slice_of
from schema.selection import stored_fields
from service.store import reads
from service.store.reads import Query, Range


async def listed(
    info: Info, query: Query, first: int | None, after: str | None, last: int | None, before: str | None
) -> Slice:
    """A page of `query` for this viewer. Raises `Refusal` for a page that cannot be."""
    network = query.equal.get("network")
    part = range_of(query.order, first, after, last, before)
    return await listed_in(info, query, part, str(network) if network is not None else None)


async def listed_in(info: Info, query: Query, part: Range, network: str | None) -> Slice:
    """A page of `query`, whose records are all of `network` where one is named."""
    narrowed = readable_only(info, query, network)
    if narrowed is None:
        return EMPTY
    database = info.context.reader.database
    found = await reads.page(database, narrowed, part, stored_fields(info, query.kind))
    return slice_of(found, part, query.order, partial(reads.count, database, narrowed))
