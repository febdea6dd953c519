"""Reading: documents by id, pages by key, and counts. A read builds no domain object and asks for named fields only.

A page is one range over one key that no two records share (`records.ordered`), on an index whose keys follow equality,
sort, range. The index is chosen here, by the declared ones, and named to the server.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from service.records import Document, Filter, Index, Record
from service.store.database import Database
from service.store.kinds import KINDS, index_name

MOST_ON_A_PAGE, USUAL_ON_A_PAGE = 100, 20
MOST_COUNTED = 10_000  # a total above this is told as this, and as not exact


@dataclass(frozen=True)
class Query:
    """What to list: a kind, its conditions by field, more conditions of any shape, and the key to order by."""

    kind: type[Record]
    equal: Mapping[str, Any]
    also: tuple[Filter, ...] = ()
    order: str = "date_key"
    descending: bool = False

    def where(self, *more: Filter) -> Filter:
        """All conditions as one filter, flat as far as no two speak of the same field."""
        filters: Filter = {**self.equal}
        for condition in (*self.also, *more):
            for name, value in condition.items():
                if name in filters:
                    filters.setdefault("$and", []).append({name: value})
                else:
                    filters[name] = value
        return filters

    def fixed(self) -> dict[str, Any]:
        """The fields that are to have one value, whichever condition says so."""
        said = ((name, value) for each in self.also for name, value in each.items())
        return {name: value for name, value in said if isinstance(value, str | bool) and name[0] != "$"} | {
            **self.equal
        }

    def steps(self) -> list[Filter]:
        """All conditions as two stages: those that its index serves, then the others.

        MongoDB makes one of them. SecantusDB narrows by an index only where nothing else is asked beside its keys, and
        with a hint reads the whole of the index.
        """
        keys, fixed = self.index().keys, self.fixed()
        bounds = [each for each in self.also if each.keys() == {self.order}][:1]
        served = [*bounds, *({key: fixed[key]} for key in keys[:-1])]
        first = Query(self.kind, {key: fixed[key] for key in keys[:-1]}, tuple(bounds))
        rest = replace(
            self,
            equal={name: value for name, value in self.equal.items() if name not in keys},
            also=tuple(each for each in self.also if each not in served),
        )
        return [{"$match": where} for where in (first.where(), rest.where()) if where]

    def under(self, key: str, parent: str) -> "Query":
        """The query narrowed to those whose `key` names `parent`, beside what it asks of `key` already."""
        asked: tuple[Filter, ...] = ({key: self.equal[key]},) if key in self.equal else ()
        return replace(self, equal={**self.equal, key: parent}, also=(*self.also, *asked))

    def index(self) -> Index:
        """The declared index that serves most equalities and then the order. Raises LookupError when there is none."""
        fixed = self.fixed().keys()
        fitting = [
            index for index in self.kind.INDEXES if index.keys[-1] == self.order and set(index.keys[:-1]) <= fixed
        ]
        if not fitting:
            raise LookupError(f"no index of {self.kind.COLLECTION} serves {sorted(self.equal)} ordered by {self.order}")
        return max(fitting, key=lambda index: len(index.keys))


@dataclass(frozen=True)
class Range:
    """Which part of a list: `size` documents after or before a key, in the list's order or from its end."""

    size: int
    after: str | None = None
    before: str | None = None
    backwards: bool = False

    def condition(self, query: Query) -> tuple[Filter, ...]:
        later, earlier = ("$lt", "$gt") if query.descending else ("$gt", "$lt")
        bounds = {later: self.after, earlier: self.before}
        given = {operator: key for operator, key in bounds.items() if key is not None}
        return ({query.order: given},) if given else ()


async def by_ids(database: Database, prefix: str, ids: Collection[str], fields: Iterable[str]) -> dict[str, Document]:
    """The documents of one kind among `ids`, by id: one command."""
    found = await database.find(KINDS[prefix].COLLECTION, {"_id": {"$in": sorted(ids)}}, len(ids), sorted(set(fields)))
    return {document["_id"]: document for document in found}


async def page(database: Database, query: Query, part: Range, fields: Iterable[str]) -> list[Document]:
    """The documents of one page in the list's order, and one more if there are more: one command."""
    direction = -1 if query.descending != part.backwards else 1
    found = await database.find(
        query.kind.COLLECTION,
        query.where(*part.condition(query)),
        part.size + 1,
        sorted({*fields, query.order}),
        sort=((query.order, direction),),
        index=index_name(query.index()),
    )
    return list(found)


async def pages(
    database: Database, parents: Collection[str], key: str, query: Query, part: Range, fields: Sequence[str]
) -> dict[str, list[Document]]:
    """The same page below each of `parents`, which `key` of the listed kind names: one command for all.

    mongomock cannot look up with a pipeline; being in this process, it is asked once for each parent instead.
    """
    if len(parents) == 1 or database.driver == "mongomock":
        return {parent: await page(database, query.under(key, parent), part, fields) for parent in parents}
    direction = -1 if query.descending != part.backwards else 1
    inner: list[Mapping[str, Any]] = [
        {"$match": query.where(*part.condition(query))},
        {"$sort": {query.order: direction}},
        {"$limit": part.size + 1},
        {"$project": dict.fromkeys({*fields, query.order}, 1)},
    ]
    return await below(database, parents, query.kind.COLLECTION, key, inner)


async def below(
    database: Database, parents: Collection[str], collection: str, key: str, inner: Sequence[Mapping[str, Any]]
) -> dict[str, list[Document]]:
    """What `inner` makes of the documents of `collection` that name each of `parents`, of one kind: one command."""
    prefix = next(iter(parents)).partition("_")[0]
    lookup = {"from": collection, "localField": "_id", "foreignField": key, "pipeline": inner, "as": "found"}
    stages: list[Mapping[str, Any]] = [
        {"$match": {"_id": {"$in": sorted(parents)}}},
        {"$project": {"_id": 1}},
        {"$lookup": lookup},
    ]
    found = await database.aggregate(KINDS[prefix].COLLECTION, stages, len(parents))
    return {each["_id"]: each["found"] for each in found}


async def count(database: Database, query: Query) -> int:
    """How many there are in all, pages aside, counted up to one above MOST_COUNTED: so it shows that there are more."""
    most = MOST_COUNTED + 1
    return await database.count(query.kind.COLLECTION, query.where(), most, index_name(query.index()))


async def counts(database: Database, parents: Collection[str], key: str, query: Query) -> dict[str, int]:
    """As `count`, below each of `parents`: one command for all, as with `pages`."""
    if len(parents) == 1 or database.driver == "mongomock":
        return {parent: await count(database, query.under(key, parent)) for parent in parents}
    inner: list[Mapping[str, Any]] = [
        {"$match": query.where()},
        {"$limit": MOST_COUNTED + 1},
        {"$group": {"_id": None, "documents": {"$sum": 1}}},
    ]
    found = await below(database, parents, query.kind.COLLECTION, key, inner)
    return {parent: sum(each["documents"] for each in counted) for parent, counted in found.items()}
