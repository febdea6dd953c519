"""Decoded documents in memory behind the store's seam to the driver: what remains of a request is its other work.

It answers the two finds of the benchmark, by ids and by a page of a network, as cheaply as Python can; whatever else
the service asks for (roles given here, rate limits, what is done beside answering) is answered by an empty mongomock.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pymongo.monitoring import CommandListener

from service.store.database import Database, DriverName, Fields, Timed, untold
from service.trail.sealing import Masters
from tests.benchmarks.documents import read

Stored = dict[str, Any]
FOLDER = "BENCHMARK_DOCUMENTS"  # the environment variable that names it

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "$in": lambda value, wanted: value in wanted,
    "$nin": lambda value, wanted: value not in wanted,
    "$ne": lambda value, wanted: value != wanted,
    "$lt": lambda value, wanted: value is not None and value < wanted,
    "$lte": lambda value, wanted: value is not None and value <= wanted,
    "$gt": lambda value, wanted: value is not None and value > wanted,
    "$gte": lambda value, wanted: value is not None and value >= wanted,
}


class Kept:
    """One collection. Documents are shared and answered whole: nobody changes them."""

    def __init__(self, documents: Sequence[Stored]) -> None:
        self._by_id = {each["_id"]: each for each in documents}
        self._ordered: dict[tuple[str, str], tuple[list[str], list[Stored]]] = {}

    def find(self, where: Fields, limit: int, sort: Sequence[tuple[str, int]]) -> list[Stored] | None:
        """None for a find that is neither by ids nor a page of a network."""
        if isinstance(wanted := where.get("_id"), dict) and wanted.keys() == {"$in"}:
            found = [document for own_id in wanted["$in"] if (document := self._by_id.get(own_id)) is not None]
            rest = {name: value for name, value in where.items() if name != "_id"}
            return [each for each in found if matches(each, rest)][:limit] if rest else found[:limit]
        if "_id" in where or len(sort) != 1 or not isinstance(where.get("network"), str):
            return None
        [(key, direction)] = sort
        rest = {name: value for name, value in where.items() if name not in ("network", key)}
        inside = self._between(where["network"], key, where.get(key, {}), direction)
        return list(islice((each for each in inside if matches(each, rest)) if rest else inside, limit))

    def _between(self, network: str, key: str, bounds: Mapping[str, str], direction: int) -> Iterator[Stored]:
        """The documents of a network whose `key` lies within `bounds`, in its order or against it."""
        if (network, key) not in self._ordered:
            own = sorted((e for e in self._by_id.values() if e["network"] == network), key=lambda each: each[key])
            self._ordered[network, key] = [each[key] for each in own], own
        keys, documents = self._ordered[network, key]
        first, last = 0, len(keys)
        for operator, bound in bounds.items():
            if operator in ("$gt", "$gte"):
                first = max(first, bisect_right(keys, bound) if operator == "$gt" else bisect_left(keys, bound))
            else:
                last = min(last, bisect_left(keys, bound) if operator == "$lt" else bisect_right(keys, bound))
        places: Iterable[int] = range(first, last) if direction > 0 else range(last - 1, first - 1, -1)
        return map(documents.__getitem__, places)


def matches(document: Stored, where: Fields) -> bool:
    """Whether it fits conditions on single values, as far as the rights of a viewer make them."""
    for name, wanted in where.items():
        if name == "$or":
            if not any(matches(document, each) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            if not all(COMPARISONS[operator](document.get(name), each) for operator, each in wanted.items()):
                return False
        elif document.get(name) != wanted:
            return False
    return True


class MemoryDatabase(Database):
    """The documents of a folder in place of a server's. Whatever it is told of one, there is none."""

    def __init__(
        self,
        driver: DriverName,
        uri: str,
        name: str,
        listeners: Sequence[CommandListener] = (),
        masters: Masters | None = None,
        timed: Timed = untold,
    ) -> None:
        super().__init__("mongomock", "", name, listeners, masters, timed)
        self._kept = {name: Kept(documents) for name, documents in read(Path(os.environ[FOLDER])).items()}

    async def find(
        self,
        collection: str,
        where: Fields,
        limit: int,
        fields: Sequence[str] | None = None,
        sort: Sequence[tuple[str, int]] = (),
        index: str | None = None,
    ) -> list[Stored]:
        kept = self._kept.get(collection)
        if kept is not None and (found := kept.find(where, limit, sort)) is not None:
            return found
        return await super().find(collection, where, limit, fields, sort, index)
