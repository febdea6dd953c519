"""How a root field lists records: what may be known of, a page of it, with the keys the query names."""

from functools import partial

from schema.context import Info
from schema.pages import EMPTY, Slice, range_of, readable_only, slice_of
from schema.selection import stored_fields
from service.store import reads
from service.store.reads import Query


async def listed(
    info: Info, query: Query, first: int | None, after: str | None, last: int | None, before: str | None
) -> Slice:
    """A page of `query` for this viewer. Raises `Refusal` for a page that cannot be."""
    part = range_of(query.order, first, after, last, before)
    network = query.equal.get("network")
    narrowed = readable_only(info, query, str(network) if network is not None else None)
    if narrowed is None:
        return EMPTY
    database = info.context.reader.database
    found = await reads.page(database, narrowed, part, stored_fields(info, query.kind))
    return slice_of(found, part, query.order, partial(reads.count, database, narrowed))
