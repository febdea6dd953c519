"""Several questions about the records that one query finds, answered together by one command."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from schema.context import Info
from schema.loader import Loader
from schema.pages import EMPTY, Slice, readable_only, slice_of
from schema.selection import stored_fields
from service.errors import Path
from service.records import Filter
from service.store import reads
from service.store.reads import Query, Range
from service.store.tallies import By, Row, asked, sums_of


class Survey:
    """What one turn of the event loop asks about `query`, as far as the viewer may read it, is one command.

    That reads what the query finds once, whatever is asked; and all answers agree with each other.
    """

    def __init__(self, info: Info, query: Query, network: str) -> None:
        self._database = info.context.reader.database
        self._query = readable_only(info, query, network)
        self.readable = self._query is not None
        self._questions: Loader[Sequence[Filter], list[Row]] = Loader(self._load, cache=False)

    async def ask(self, *stages: Filter) -> list[Row]:
        """What `stages`, which say how many they answer at most, make of it."""
        return await self._questions.load(stages) if self.readable else []

    async def any(self, where: Filter) -> bool:
        """Whether there is any with these conditions."""
        return bool(await self.ask({"$match": where}, {"$limit": 1}, {"$project": {"_id": 1}}))

    async def first(self, where: Filter, size: int, fields: Sequence[str], order: str) -> list[Row]:
        """The first `size` in ascending order, with `fields`."""
        return await self.ask(*self._listed(where, {order: 1}, size, fields))

    async def tally(
        self, where: Filter, ways: Mapping[str, By], summed: Sequence[str] = (), narrow: Path = ()
    ) -> dict[str, list[Row]]:
        """The rows of each of `ways`, as `tallies.tally` has them. Raises `Refusal` LIMIT_EXCEEDED at `narrow`."""
        if not self.readable:
            return {name: [] for name in ways}
        questions = [({"$match": where}, *way.stages(sums_of(summed))) for way in ways.values()]
        found = await self._questions.load_many(questions)
        return {name: way.checked(rows, narrow) for (name, way), rows in zip(ways.items(), found, strict=True)}

    async def count(self, where: Filter) -> int:
        """How many there are, as `reads.count`."""
        counted: tuple[Filter, ...] = ({"$limit": reads.MOST_COUNTED + 1}, {"$group": {"_id": "all", **sums_of(())}})
        return sum(row["records"] for row in await self.ask({"$match": where}, *counted))

    async def page(self, info: Info, where: Filter, part: Range) -> Slice:
        """A page in the query's order. Its ids are found here, and its records looked up with those of other pages."""
        if self._query is None:
            return EMPTY
        query, reader = self._query, info.context.reader
        direction = -1 if query.descending != part.backwards else 1
        wanted: Filter = {"$and": [where, *part.condition(query)]}
        found = await self.ask(*self._listed(wanted, {query.order: direction}, part.size + 1, (query.order,)))
        page = slice_of(found, part, query.order, partial(self.count, where))
        fields = (*stored_fields(info, query.kind), query.order)
        records = await reader.several(query.kind.PREFIX, [row["_id"] for row in page.documents], fields)
        return replace(page, documents=records)

    def _listed(self, where: Filter, order: Mapping[str, int], size: int, fields: Sequence[str]) -> list[Filter]:
        return [{"$match": where}, {"$sort": order}, {"$limit": size}, {"$project": dict.fromkeys(fields, 1)}]

    async def _load(self, questions: list[Sequence[Filter]]) -> list[list[Row]]:
        assert self._query is not None
        facets: dict[str, Any] = {f"q{place}": list(stages) for place, stages in enumerate(questions)}
        found = await asked(self._database, self._query, facets)
        return [found[name] for name in facets]
