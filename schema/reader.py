"""Look-ups of one request, batched: what one turn of the event loop asks for is one command a collection."""

import asyncio
import datetime as dt
import inspect
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, NoReturn, TypeVar, cast

from schema.batches import Batches
from service.errors import Unavailable
from service.permission import judged_by, may_read
from service.records import Document, Record
from service.store import history, reads, unpaired
from service.store.database import Database
from service.store.followers import unfollowed
from service.store.history import Part
from service.store.kinds import KINDS
from service.store.reads import Query, Range
from service.store.tallies import By, tally
from service.store.wholes import readable
from service.viewer import Viewer

K = TypeVar("K")
V = TypeVar("V")
W = TypeVar("W")
UNPAIRED = {"org": unpaired.members, "bra": unpaired.branches}
MOST_VALUES = 1_000  # of one parent, by which what names it is counted
LONGEST_CHAIN = 10  # of merges, one into another, until the follower has made it short


class Wanted(NamedTuple):
    own_id: str
    fields: tuple[str, ...]


class Below(NamedTuple):
    """A page of `query` below one parent, which `key` of the listed kind names."""

    parent: str
    key: str
    query: Query
    part: Range
    fields: tuple[str, ...]


class Counted(NamedTuple):
    """How many of `query` name one parent by `key`, by the value they have under `by`."""

    parent: str
    key: str
    query: Query
    by: str


class Told(NamedTuple):
    """A part of one record's history."""

    prefix: str
    own_id: str
    part: Part


class Head(NamedTuple):
    """A version of a record, in its part of the trail."""

    own_id: str
    partition: str
    version: int


class Lacking(NamedTuple):
    """Those of type `prefix` that have no pairing in a network."""

    network: str
    prefix: str
    fields: tuple[str, ...]


class Away:
    """Stands for a database that did not answer a moment ago."""

    def __init__(self, database: Database, reason: Unavailable) -> None:
        self._database, self._reason = database, reason

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._database, name)
        return self._refuse if inspect.iscoroutinefunction(found) else found

    async def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise self._reason


class Reader:
    """Reads for one viewer on one day: what may not be known of is not there."""

    def __init__(self, database: Database, viewer: Viewer, day: dt.date) -> None:
        self.database = database
        self._trail = database  # to read histories from
        self._viewer = viewer
        self._day = day
        self._records: dict[str, Batches[Wanted, Document | None]] = {}  # by prefix
        self._loaders: dict[str, Batches[Any, Any]] = {}

    def fail(self, reason: Unavailable) -> None:
        """The database did not answer: whatever else the request asks of it fails at once, not after as long again."""
        self.database = self._trail = cast(Database, Away(self.database, reason))

    def begin_anew(self) -> None:
        """What is looked up from here on is no batch with what was looked up before, and perhaps given up."""
        self._records, self._loaders = {}, {}

    async def one(self, prefix: str, own_id: str, fields: tuple[str, ...]) -> Document | None:
        """The record, with `fields`; None when there is none that the viewer may know of."""
        if (known := self._records.get(prefix)) is None:
            known = self._records[prefix] = Batches(partial(self._load_records, prefix))
        return await known.load(Wanted(own_id, fields))

    async def several(self, prefix: str, ids: Sequence[str], fields: tuple[str, ...]) -> list[Document]:
        """The records in the order of `ids`, without those that the viewer may not know of."""
        found = await asyncio.gather(*(self.one(prefix, own_id, fields) for own_id in ids))
        return [each for each in found if each is not None]

    async def below(self, wanted: Below) -> list[Document]:
        """A page below a parent, and one document more if there are more."""
        return await self._batched(self._load_pages).load(wanted)

    async def total(self, wanted: Below) -> int:
        """How many there are below a parent, pages aside."""
        return await self._batched(self._load_totals).load(wanted)

    async def counted(self, wanted: Counted) -> dict[Any, int]:
        """How many there are below a parent, by value; values that none has are not there."""
        return await self._batched(self._load_counts).load(wanted)

    async def history(self, prefix: str, own_id: str, part: Part) -> list[Document]:
        """A part of a record's revisions."""
        return await self._batched(self._load_histories).load(Told(prefix, own_id, part))

    async def followed(self, own_id: str, partition: str, version: int) -> bool:
        """Whether all that follows from this version of a record has been done."""
        return await self._batched(self._load_followed).load(Head(own_id, partition, version))

    async def unpaired(self, wanted: Lacking) -> list[Document]:
        """All of them, by name."""
        return await self._batched(self._load_unpaired).load(wanted)

    def _batched(self, load: Callable[[list[K]], Awaitable[list[V]]]) -> Batches[K, V]:
        """What collects for `load`, made when it is first needed: most requests need one, or none."""
        if (known := self._loaders.get(load.__name__)) is None:
            known = self._loaders[load.__name__] = Batches(load)
        return known

    async def _load_records(self, prefix: str, wanted: list[Wanted]) -> list[Document | None]:
        fields = set[str]().union(*(each.fields for each in wanted))
        found = await self.records(prefix, {each.own_id for each in wanted}, fields)
        return [found.get(each.own_id) for each in wanted]

    async def records(self, prefix: str, ids: Collection[str], fields: Iterable[str]) -> dict[str, Document]:
        """Those of one kind that the viewer may know of, by the id that was asked for."""
        kind = KINDS[prefix]
        loaded = await self._answering(kind, ids, {*judged_by(kind), *fields})
        if kind.PART_OF is None:
            viewer, day = self._viewer, self._day
            return {own_id: each for own_id, each in loaded.items() if may_read(kind, each, viewer, day)}
        own = {document["_id"]: document for document in loaded.values()}.values()
        known = partial(reads.by_ids, self.database)
        shown = await readable(kind, own, self._viewer, self._day, known)
        return {own_id: document for own_id, document in loaded.items() if document["_id"] in shown}

    async def _answering(self, kind: type[Record], ids: Collection[str], fields: set[str]) -> dict[str, Document]:
        """By each id the document that answers for it: its own or, where it was merged, the survivor's."""
        loaded = await reads.by_ids(self.database, kind.PREFIX, ids, fields)
        if kind.SURVIVOR is None:
            return loaded
        answers = dict(loaded)
        for _ in range(LONGEST_CHAIN):
            merged = {own_id: to for own_id, each in answers.items() if (to := each.get(kind.SURVIVOR))}
            if not merged:
                break
            if unknown := set(merged.values()) - loaded.keys():
                loaded |= await reads.by_ids(self.database, kind.PREFIX, unknown, fields)
            answers |= {own_id: loaded[to] for own_id, to in merged.items() if to in loaded}
        return answers

    async def _load_pages(self, wanted: list[Below]) -> list[list[Document]]:
        found: dict[int, list[Document]] = {}
        for same in _alike(wanted, lambda each: (each.key, repr(each.query), each.part, each.fields)):
            one, parents = same[0], {each.parent for each in same}
            loaded = await self._listed(parents, one)
            found |= {id(each): loaded.get(each.parent, []) for each in same}
        return [found[id(each)] for each in wanted]

    async def _load_totals(self, wanted: list[Below]) -> list[int]:
        found: dict[int, int] = {}
        for same in _alike(wanted, lambda each: (each.key, repr(each.query))):
            one, parents = same[0], {each.parent for each in same}
            loaded = await self._numbered(parents, one)
            found |= {id(each): loaded.get(each.parent, 0) for each in same}
        return [found[id(each)] for each in wanted]

    async def _listed(self, parents: Collection[str], one: Below) -> dict[str, list[Document]]:
        return await reads.pages(self.database, parents, one.key, one.query, one.part, one.fields)

    async def _numbered(self, parents: Collection[str], one: Below) -> dict[str, int]:
        return await reads.counts(self.database, parents, one.key, one.query)

    async def _load_counts(self, wanted: list[Counted]) -> list[dict[Any, int]]:
        found: dict[int, dict[Any, int]] = {}
        for same in _alike(wanted, lambda each: (each.key, repr(each.query), each.by)):
            one, parents = same[0], sorted({each.parent for each in same})
            below = replace(one.query, equal={**one.query.equal, one.key: {"$in": parents}})
            way = By({"parent": one.key, "value": one.by}, most=MOST_VALUES * len(parents))
            rows = await tally(self.database, below, {"by": way}, narrow=())
            by_parent: dict[str, dict[Any, int]] = defaultdict(dict)
            for row in rows["by"]:
                by_parent[row["_id"]["parent"]][row["_id"]["value"]] = row["records"]
            found |= {id(each): by_parent[each.parent] for each in same}
        return [found[id(each)] for each in wanted]

    async def _load_histories(self, wanted: list[Told]) -> list[list[Document]]:
        found: dict[Told, list[Document]] = {}
        for same in _alike(wanted, lambda each: (each.prefix, each.part)):
            ids = sorted({each.own_id for each in same})
            loaded = await history.histories(self._trail, KINDS[same[0].prefix], ids, same[0].part)
            found |= {each: list(loaded[each.own_id]) for each in same}
        return [found[each] for each in wanted]

    async def _load_followed(self, wanted: list[Head]) -> list[bool]:
        versions = {each.own_id: (each.partition, each.version) for each in wanted}
        waiting = await unfollowed(self._trail, versions)
        return [each.own_id not in waiting for each in wanted]

    async def _load_unpaired(self, wanted: list[Lacking]) -> list[list[Document]]:
        found: dict[Lacking, list[Document]] = {}
        for same in _alike(wanted, lambda each: (each.prefix, each.fields)):
            kind, networks = KINDS[same[0].prefix], {each.network for each in same}
            fields = (*judged_by(kind), *same[0].fields)
            loaded = await UNPAIRED[kind.PREFIX](self.database, networks, self._day, fields)
            found |= {
                each: [one for one in loaded[each.network] if may_read(kind, one, self._viewer, self._day)]
                for each in same
            }
        return [found[each] for each in wanted]


def _alike(wanted: list[W], likeness: Callable[[W], Hashable]) -> Iterable[list[W]]:
    """Groups of what one command can look up."""
    groups: dict[Hashable, list[W]] = defaultdict(list)
    for each in wanted:
        groups[likeness(each)].append(each)
    return groups.values()
