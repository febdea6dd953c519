"""Reading what search finds: candidates by their stored keys, compared in process, ranked, and counted.

One command for each kind, and one for the members of a network, whatever is found.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import auto
from typing import Any, NamedTuple, TypeAlias

from service.cooperation.activities import Activity
from service.cooperation.agreements import Agreement
from service.network.branches import PartyBranch
from service.network.organizations import Organization
from service.records import Document, Filter, Record, joined
from service.searching import Close, Match, Wanted, best
from service.store.database import Database
from service.store.reads import Query
from service.store.tallies import roles
from service.viewer import Upper

MOST_CANDIDATES = 1_000  # of each kind that are compared with a text
MOST_CLOSE = 200  # of each kind that are compared to suggest something


class SearchKind(Upper):
    """What can be searched, in the order of the hits."""

    ORGANIZATION = auto()
    PARTY_BRANCH = auto()
    AGREEMENT = auto()
    ACTIVITY = auto()


class Searched(NamedTuple):
    """Where a kind keeps the texts it is found by, the key it is listed by, and what its hits are counted by."""

    record: type[Record]
    texts: tuple[str, ...]
    order: str
    facet: str | None = None
    organization: str | None = None  # under which it names the organisation that may be a member of a network

    def read(self, document: Document) -> list[tuple[str, str]]:
        """The texts of a document, each with its stored readings."""
        texts = [document[name] for name in self.texts if document.get(name)]
        return list(zip(texts, document["search_readings"], strict=True))


SEARCHED: Mapping[SearchKind, Searched] = {
    SearchKind.ORGANIZATION: Searched(Organization, ("name", "short_name"), "name_key", "sector", "_id"),
    SearchKind.PARTY_BRANCH: Searched(PartyBranch, ("name",), "name_key", None, "organization"),
    SearchKind.AGREEMENT: Searched(Agreement, ("title",), "title_key"),
    SearchKind.ACTIVITY: Searched(Activity, ("title",), "title_key", "pillars"),
}
Narrow: TypeAlias = Callable[[Query], Query | None]  # to what a viewer may know of; None when that is nothing


class Hit(NamedTuple):
    """A record that matches, with the text that does; hits are told apart and ordered by `rank`."""

    rank: str
    kind: SearchKind
    own_id: str
    title: str
    match: Match
    facets: tuple[str, ...]


class Found(NamedTuple):
    """Every hit in order; `complete` unless some kind had more candidates than are compared."""

    hits: Sequence[Hit]
    complete: bool


class Scope:
    """Where to search: some kinds, perhaps in one network, narrowed to what a viewer may know of."""

    def __init__(
        self, database: Database, kinds: Iterable[SearchKind], network: str | None, day: dt.date, narrow: Narrow
    ) -> None:
        self._database, self._network, self._day, self._narrow = database, network, day, narrow
        self._kinds = [kind for kind in SearchKind if kind in set(kinds)]

    async def hits(self, wanted: Wanted) -> Found:
        candidates, complete = await self._candidates(wanted.keys(), MOST_CANDIDATES)
        found = (_hit(wanted, kind, document) for kind, documents in candidates.items() for document in documents)
        return Found(sorted(hit for hit in found if hit), complete)

    async def suggestions(self, text: str, most: int) -> list[str]:
        """The names that are closest to `text`, the most alike first."""
        close = Close(text)
        candidates, _ = await self._candidates(close.keys(), MOST_CLOSE)
        texts = (each for kind, found in candidates.items() for one in found for each in SEARCHED[kind].read(one))
        return close.names(texts, most)

    async def _candidates(self, keys: Sequence[str], most: int) -> tuple[dict[SearchKind, list[dict[str, Any]]], bool]:
        """The documents of each kind that have one of `keys`, at most so many; whether these are all."""
        if not keys:
            return {}, True
        members = await self._members()
        narrowed = {
            kind: self._narrow(Query(SEARCHED[kind].record, {}, self._own(kind, members))) for kind in self._kinds
        }
        asked = {kind: query for kind, query in narrowed.items() if query is not None}
        found = await asyncio.gather(*(self._find(kind, keys, query, most + 1) for kind, query in asked.items()))
        by_kind = {kind: documents[:most] for kind, documents in zip(asked, found, strict=True)}
        return by_kind, all(len(documents) <= most for documents in found)

    async def _find(self, kind: SearchKind, keys: Sequence[str], query: Query, limit: int) -> list[dict[str, Any]]:
        """In two steps, which MongoDB makes one: SecantusDB uses the index only where the rest stands apart."""
        searched = SEARCHED[kind]
        fields = [*searched.texts, searched.order, "search_readings", *([searched.facet] if searched.facet else [])]
        stages: list[Mapping[str, Any]] = [
            {"$match": {"search": keys[0] if len(keys) == 1 else {"$in": list(keys)}}},
            {"$match": query.where()},
            {"$project": dict.fromkeys(fields, 1)},
        ]
        return await self._database.aggregate(query.kind.COLLECTION, stages, limit)

    async def _members(self) -> list[str]:
        if self._network is None or not any(SEARCHED[kind].organization for kind in self._kinds):
            return []
        return sorted(await roles(self._database, self._network, self._day))

    def _own(self, kind: SearchKind, members: Sequence[str]) -> tuple[Filter, ...]:
        """What is of the network: its own, and what is kept elsewhere and is, or is of, one of its members."""
        if self._network is None:
            return ()
        own, organization = {"network": self._network}, SEARCHED[kind].organization
        return ({"$or": [own, {organization: {"$in": list(members)}}]},) if organization else (own,)


def _hit(wanted: Wanted, kind: SearchKind, document: Document) -> Hit | None:
    """The hit that a candidate is, if it truly matches."""
    searched = SEARCHED[kind]
    if (found := best(wanted, searched.read(document))) is None:
        return None
    title, match = found
    facet = document[searched.facet] if searched.facet else ()
    rank = joined(str(match.place.value), str(list(SearchKind).index(kind)), document[searched.order])
    return Hit(rank, kind, document["_id"], title, match, (facet,) if isinstance(facet, str) else tuple(facet))
