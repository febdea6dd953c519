"""Look-ups of one request, batched: what one turn of the event loop asks for is one command a collection."""

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from strawberry.dataloader import DataLoader

from service.permission import may_read
from service.records import Document
from service.store import reads
from service.store.database import Database
from service.store.kinds import KINDS
from service.store.reads import Query, Range
from service.viewer import Viewer


class Wanted(NamedTuple):
    prefix: str
    own_id: str
    fields: tuple[str, ...]


class Below(NamedTuple):
    """A page of `query` below one parent, which `key` of the listed kind names."""

    parent: str
    key: str
    query: Query
    part: Range
    fields: tuple[str, ...]


class Reader:
    """Reads for one viewer on one day: what may not be known of is not there."""

    def __init__(self, database: Database, viewer: Viewer, day: dt.date) -> None:
        self.database = database
        self._viewer = viewer
        self._day = day
        self._records: DataLoader[Wanted, Document | None] = DataLoader(self._load_records, cache=False)
        self._pages: DataLoader[Below, list[Document]] = DataLoader(self._load_pages, cache=False)

    async def one(self, prefix: str, own_id: str, fields: tuple[str, ...]) -> Document | None:
        """The record, with `fields`; None when there is none that the viewer may know of."""
        return await self._records.load(Wanted(prefix, own_id, fields))

    async def below(self, wanted: Below) -> list[Document]:
        """A page below a parent, and one document more if there are more."""
        return await self._pages.load(wanted)

    async def _load_records(self, wanted: list[Wanted]) -> list[Document | None]:
        found: dict[str, Document] = {}
        by_kind = defaultdict(list)
        for each in wanted:
            by_kind[each.prefix].append(each)
        for prefix, same in by_kind.items():
            kind = KINDS[prefix]
            fields = {"network", *kind.STATE_KEYS}.union(*(each.fields for each in same))
            loaded = await reads.by_ids(self.database, prefix, {each.own_id for each in same}, fields)
            found |= {
                own_id: document
                for own_id, document in loaded.items()
                if may_read(kind, document, self._viewer, self._day)
            }
        return [found.get(each.own_id) for each in wanted]

    async def _load_pages(self, wanted: list[Below]) -> list[list[Document]]:
        alike = defaultdict(list)
        for each in wanted:
            alike[each.key, repr(each.query), each.part, each.fields].append(each)
        found: dict[tuple[str, int], list[Document]] = {}
        for same in alike.values():
            one = same[0]
            parents = {each.parent for each in same}
            loaded = await reads.pages(self.database, parents, one.key, one.query, one.part, one.fields)
            found |= {(each.parent, id(each)): loaded.get(each.parent, []) for each in same}
        return [found[each.parent, id(each)] for each in wanted]
