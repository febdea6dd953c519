"""What stood at a moment: documents as recorded by then, rebuilt from revisions (domain.md, *trail*: asOf).

Which version stood: a record is there from its `created_at` on; from then on the highest version that was recorded
(`at`) by the moment. Clocks of workers differ a little, so the `at` of a version may lie before that of the one it was
made from. It counts all the same: whoever wrote it had seen the other, which therefore was recorded too.

    not written since: updated_at <= moment ── found by the present filter and its index ──┐
                                                                                          ├─► merged in order
    written since ── found by MOMENT_INDEX, undone by their later revisions, filtered here ┘

What was not written since is read first: what is written between the two reads is then found twice, never missed.
"""

import datetime as dt
import itertools
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import bson
from mongomock.filtering import filter_applies

from service.errors import Code, Problem, Refusal, Unavailable
from service.records import BOOKKEEPING, Document, Filter, Record, document_of, fact_names, record_of
from service.store import history, reads
from service.store.database import Database
from service.store.kinds import KINDS, MOMENT_INDEX, index_name
from service.store.reads import Query, Range
from service.trail.revisions import Revision, undone

T = TypeVar("T")
D = TypeVar("D", bound=Mapping[str, Any])
MOST_CHANGED = 5_000  # records of one kind rebuilt for one answer
MOST_REBUILT = 20_000  # in all that is read as of one moment together
AT_ONCE = 100  # of them looked up in one command
ALL = "all"  # mongomock counts none of nothing as a group when the group is null
TRIES = 5  # at a count that others change meanwhile
KEPT = {kind.COLLECTION: kind for kind in KINDS.values()}
BY_MOMENT = index_name(MOMENT_INDEX)


async def documents_at(
    database: Database, kind: type[Record], where: Filter, as_of: dt.datetime, fields: Sequence[str] | None = None
) -> list[Document]:
    """All documents of `kind` that matched `where` as they stood at `as_of`, whoever asks, in the order of their ids.

    It had best name a network or, and nothing else, ids. Derived keys are what the code derives today. Raises `Refusal`
    LIMIT_EXCEEDED above 5,000, or when as many were written since.
    """
    index = None if where.keys() == {"_id"} else BY_MOMENT
    found = await Past(database, as_of).find(kind.COLLECTION, where, MOST_CHANGED + 1, fields, (("_id", 1),), index)
    return [*few_enough(found)]


async def one_at(database: Database, prefix: str, own_id: str, as_of: dt.datetime) -> Document | None:
    """The document with this id as it stood at `as_of`; None when it was not there."""
    found = await Past(database, as_of).find(KINDS[prefix].COLLECTION, {"_id": own_id}, 1)
    return found[0] if found else None


class Rebuilt(NamedTuple):
    """Of how many documents, and which of them stood and matched."""

    of: int
    stood: list[dict[str, Any]]


class Past(Database):
    """A database as it stood at a moment, to read from: whatever reads by `find`, `count` or `aggregate` reads then."""

    def __init__(self, present: Database, as_of: dt.datetime) -> None:
        self.present, self.driver, self.name = present, present.driver, present.name
        utc = as_of.astimezone(dt.UTC).replace(tzinfo=None)  # as moments are read
        self._moment = utc.replace(microsecond=utc.microsecond // 1000 * 1000)
        self._looked_at = 0

    async def find(
        self,
        collection: str,
        where: Mapping[str, Any],
        limit: int,
        fields: Sequence[str] | None = None,
        sort: Sequence[tuple[str, int]] = (),
        index: str | None = None,
    ) -> list[dict[str, Any]]:
        """As in the present. Raises `Refusal` LIMIT_EXCEEDED when too many were written since."""
        kind = KEPT.get(collection)
        if kind is None:  # what is never changed
            return await self.present.find(collection, where, limit, fields, sort, index)
        wanted = None if fields is None else [*{*fields, *(key for key, _ in sort)}]
        if where.keys() == {"_id"}:
            current = await self.present.find(
                collection, where, limit, None if wanted is None else _undoable(kind, wanted)
            )
            there = [each for each in current if each["created_at"] <= self._moment]
            written = [each for each in there if each["updated_at"] > self._moment]
            return ordered(await self._stood(kind, there, written, {}, wanted), sort)
        same = await self.present.find(collection, self._unwritten(where), limit, wanted, sort, index)
        return ordered(_once((*same, *await self.written(kind, where, wanted))), sort)[:limit]

    async def count(self, collection: str, where: Mapping[str, Any], limit: int, index: str | None = None) -> int:
        """As in the present. Raises as `find`, and `Unavailable` when no count holds while others write."""

        async def same() -> int:
            return await self.present.count(collection, self._unwritten(where), limit, index)

        unwritten, written = await self._steady(KEPT[collection], where, (), same)
        return min(unwritten + len(written), limit)

    async def aggregate(
        self, collection: str, stages: Sequence[Mapping[str, Any]], limit: int, index: str | None = None
    ) -> list[dict[str, Any]]:
        """As in the present, in memory: what the leading conditions find is collected and then counted here.

        Raises `Refusal` LIMIT_EXCEEDED when they find too many.
        """
        matches = list(itertools.takewhile(lambda stage: stage.keys() == {"$match"}, stages))
        where: Filter = {"$and": [stage["$match"] for stage in matches]} if matches else {}
        network = next((stage["$match"]["network"] for stage in matches if "network" in stage["$match"]), None)
        narrow = [*matches, {"$match": self._unwritten({})}]
        same = await self.present.aggregate(collection, narrow, MOST_CHANGED + 1, index)
        scoped = where if network is None else {**where, "network": network}
        written = await self.written(KEPT[collection], scoped, None)
        found = few_enough(_once((*same, *written)))
        memory = Database("mongomock", "", "moment")
        try:
            if found:
                await memory.insert_many(collection, found)
            return await memory.aggregate(collection, stages[len(matches) :], limit)
        finally:
            await memory.close()

    async def pages(
        self, parents: Collection[str], key: str, query: Query, part: Range, fields: Sequence[str]
    ) -> dict[str, list[Document]]:
        """As `reads.pages`: what was written since is looked up once for all parents."""
        wanted, condition = [*{*fields, key, query.order}], part.condition(query)
        same = await reads.pages(self.present, parents, key, self._same(query), part, wanted)
        where = query.where(*condition, {key: {"$in": sorted(parents)}})
        written = await self.written(query.kind, where, wanted)
        direction = -1 if query.descending != part.backwards else 1
        return {
            parent: list[Document](
                ordered(_once((*same.get(parent, ()), *_naming(written, key, parent))), ((query.order, direction),))
            )[: part.size + 1]
            for parent in parents
        }

    async def counts(self, parents: Collection[str], key: str, query: Query) -> dict[str, int]:
        """As `reads.counts`. Raises as `count`."""
        where = query.where({key: {"$in": sorted(parents)}})

        async def same() -> dict[str, int]:
            return await reads.counts(self.present, parents, key, self._same(query))

        unwritten, written = await self._steady(query.kind, where, (key,), same)
        return {
            parent: min(unwritten.get(parent, 0) + len(_naming(written, key, parent)), reads.MOST_COUNTED + 1)
            for parent in parents
        }

    async def written(
        self, kind: type[Record], where: Mapping[str, Any], fields: Sequence[str] | None
    ) -> list[dict[str, Any]]:
        """Those that match `where` as they stood, among what was there and was written since."""
        return (await self._written(kind, where, fields)).stood

    async def _written(self, kind: type[Record], where: Mapping[str, Any], fields: Sequence[str] | None) -> Rebuilt:
        keys = _undoable(kind, None)
        found = await self._since(kind, where, AT_ONCE + 1, {"$project": dict.fromkeys(keys, 1)})
        if len(found) <= AT_ONCE:
            return Rebuilt(len(found), await self._stood(kind, found, found, where, fields))
        ids = few_enough(await self._since(kind, where, MOST_CHANGED + 1, {"$project": {"_id": 1}}))
        stood: list[dict[str, Any]] = []
        for start in range(0, len(ids), AT_ONCE):
            some = {"_id": {"$in": sorted(each["_id"] for each in ids[start : start + AT_ONCE])}}
            found = await self.present.find(kind.COLLECTION, some, AT_ONCE, keys)
            stood += await self._stood(kind, found, found, where, fields)
        return Rebuilt(len(ids), stood)

    async def _since(
        self, kind: type[Record], where: Mapping[str, Any], limit: int, made: Filter
    ) -> list[dict[str, Any]]:
        """What `made` makes of what was there and was written since, in the network of `where` if it names one.

        By two stages, of which SecantusDB narrows by MOMENT_INDEX with the first; MongoDB makes one of them.
        """
        scope = {"network": where["network"]} if "network" in where else {}
        there = {**scope, "created_at": {"$lte": self._moment}}
        stages = [{"$match": {"updated_at": {"$gt": self._moment}}}, {"$match": there}, made]
        return await self.present.aggregate(kind.COLLECTION, stages, limit)

    async def _stood(
        self,
        kind: type[Record],
        found: Sequence[Document],
        written: Sequence[Document],
        where: Mapping[str, Any],
        fields: Sequence[str] | None,
    ) -> list[dict[str, Any]]:
        """Those of `found`, all there by then and `written` since in part, that match `where` as they stood."""
        self._looked_at += len(written)
        if self._looked_at > MOST_REBUILT:
            raise too_many(MOST_REBUILT)
        later = await history.since(self.present, written, self._moment)
        states = (_rebuilt(kind, each, later[each["_id"]]) if each["_id"] in later else each for each in found)
        stood = [state for state in states if matches(where, state)]
        times: Mapping[str, dt.datetime] = {}
        if fields is None or "updated_at" in fields:
            times = await history.recorded_at(self.present, [each for each in stood if each["_id"] in later])
        kept = {"_id", *(fields or ())}
        return [
            {
                name: times.get(each["_id"], value) if name == "updated_at" else value
                for name, value in each.items()
                if name in kept or (fields is None and name != "outbox")
            }
            for each in stood
        ]

    async def _steady(
        self, kind: type[Record], where: Mapping[str, Any], fields: Sequence[str], same: Callable[[], Awaitable[T]]
    ) -> tuple[T, list[dict[str, Any]]]:
        """What `same` tells of those not written since, and those that were: read while none became one of these."""
        for _ in range(TRIES):
            written = await self._written(kind, where, fields)
            unwritten = await same()
            counted = await self._since(kind, where, 1, {"$group": {"_id": ALL, "documents": {"$sum": 1}}})
            if written.of == sum(each["documents"] for each in counted):
                return unwritten, written.stood
        raise Unavailable(f"{kind.COLLECTION} are written to while they are counted")

    def _same(self, query: Query) -> Query:
        return replace(query, also=(*query.also, self._unwritten({})))

    def _unwritten(self, where: Mapping[str, Any]) -> Filter:
        own: Filter = {"updated_at": {"$lte": self._moment}, "created_at": {"$lte": self._moment}}
        return {"$and": [where, own]} if where.keys() & own.keys() else {**where, **own}


def _rebuilt(kind: type[Record], document: Document, later: Sequence[Revision]) -> dict[str, Any]:
    """The document before its revisions `later`, newest first, in the form in which documents are read."""
    state = document_of(record_of(kind, undone(document, later)))
    waiting = {name: document[name] for name in ("updated_at", "outbox")}
    return bson.decode(bson.encode(state | waiting))


def _undoable(kind: type[Record], fields: Sequence[str] | None) -> list[str]:
    """What must be read of a document to undo writes of it, and `fields` beside."""
    return [*{*fact_names(kind), *BOOKKEEPING, "updated_at", "outbox", *(fields or ())} - {"id"}]


def _naming(documents: Iterable[dict[str, Any]], key: str, parent: str) -> list[dict[str, Any]]:
    return [each for each in documents if matches({key: parent}, each)]


def matches(where: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    """Whether the database would find `document` by `where`."""
    return bool(filter_applies(where, document))


def _once(documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each of `documents`, of which one may be there twice, without its outbox."""
    by_id = {each["_id"]: each for each in documents}
    return [{name: value for name, value in each.items() if name != "outbox"} for each in by_id.values()]


def ordered(documents: Iterable[dict[str, Any]], sort: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """As the database orders them: by several keys, 1 ascending, -1 descending."""
    found = list(documents)
    for key, direction in reversed(sort):
        found.sort(key=lambda each: each[key], reverse=direction < 0)
    return found


def few_enough(found: Sequence[D]) -> list[D]:
    """`found`. Raises `Refusal` LIMIT_EXCEEDED when they are more than MOST_CHANGED."""
    if len(found) > MOST_CHANGED:
        raise too_many(MOST_CHANGED)
    return list(found)


def too_many(most: int) -> Refusal:
    english = f"More than {most} records would have to be rebuilt for this moment; ask for less, or a later one."
    chinese = f"须还原的记录超过 {most} 条;请缩小范围,或选择较晚的时点。"
    return Refusal(Problem(Code.LIMIT_EXCEEDED, ("as_of",), english, chinese))
