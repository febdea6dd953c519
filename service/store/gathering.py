"""Stores for a call of many rows: what the rows name is looked up in one go, and a rehearsal writes nothing.

Both are for one call and forgotten after it. What they remember may be changed by others meanwhile: a write still
meets the version and the unique indexes that stand then.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from service.acts import Act
from service.errors import Code, Problem, Refusal
from service.permission import may_read
from service.records import Document, Record, document_of, facts_of, joined
from service.store.database import KEYS_AT_ONCE
from service.store.kinds import index_of, unique_keys
from service.store.store import EXTERNAL_KEY, Store, stands_already

R = TypeVar("R", bound=Record)


class Unchanged(Exception):
    """The record says already what it is to say."""


class Gathered(Store):
    """The store, each record looked up once."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.database)
        self.written, self.roles, self.tallied = store.written, store.roles, store.tallied
        self.seen: dict[str, Document | None] = {}

    async def gather(self, ids: Iterable[str]) -> None:
        """Look up `ids`, some hundred of a kind with one command."""
        by_kind = defaultdict(set)
        for own_id in ids:
            by_kind[own_id.partition("_")[0]].add(own_id)
        for prefix, wanted in by_kind.items():
            for some in in_hundreds(sorted(wanted - self.seen.keys())):
                self.seen |= dict.fromkeys(some) | await super().known(prefix, some)

    async def standing(self, kind: type[Record], network: str, references: Sequence[str], act: Act) -> dict[str, str]:
        """The ids of the records of `network` by their references in another system, as far as the viewer knows any."""
        found: dict[str, str] = {}
        for some in in_hundreds([joined(network, reference) for reference in references]):
            for document in await self.database.find(kind.COLLECTION, {EXTERNAL_KEY: {"$in": some}}, len(some)):
                if may_read(kind, document, act.viewer, act.day):
                    self.seen[document["_id"]] = document
                    found[document["external_reference"]] = document["_id"]
        return found

    async def known(
        self, prefix: str, ids: Iterable[str], fields: tuple[str, ...] | None = None
    ) -> dict[str, Document]:
        wanted = [own_id for own_id in ids if own_id.startswith(f"{prefix}_")]
        await self.gather(wanted)
        return {own_id: document for own_id in wanted if (document := self.seen[own_id]) is not None}

    async def create(self, record: Record, act: Act) -> Document:
        document = await super().create(record, act)
        self.seen[record.id] = document
        return document

    async def save(self, before: R, after: R, act: Act) -> Document:
        """Raises `Unchanged` where there is nothing to write."""
        if facts_of(before) == facts_of(after):
            raise Unchanged
        document = await super().save(before, after, act)
        self.seen[before.id] = document
        return document


class Rehearsal(Gathered):
    """A gathered store that writes nothing, and remembers what would stand.

    Whether it could stand beside what others wrote is judged at the end, for all at once: see `refusals`.
    """

    def __init__(self, gathered: Gathered) -> None:
        super().__init__(gathered)
        self.seen = dict(gathered.seen)
        self._made: dict[str, Document] = {}  # what would stand, by id, in the order of making
        self._before: dict[str, Document] = {}

    async def create(self, record: Record, act: Act) -> Document:
        return self._noted(replace(record, version=1, created_at=act.at), act)

    async def save(self, before: R, after: R, act: Act) -> Document:
        if facts_of(before) == facts_of(after):
            raise Unchanged
        self._before[before.id] = document_of(before)
        return self._noted(replace(after, version=before.version + 1), act)

    def _noted(self, new: Record, act: Act) -> Document:
        """Raises `Refusal` ALREADY_EXISTS when another row makes the same."""
        kind, document = type(new), document_of(new) | {"updated_at": act.at}
        fields = list(unique_keys(kind))
        if any(other[field] == document[field] for other in self._made.values() for field in fields):
            english, chinese = kind.TITLE
            told = f"Another row makes the same {english}.", f"另一行形成相同的{chinese}。"
            raise Refusal(Problem(Code.ALREADY_EXISTS, (), *told))
        self._made[new.id] = self.seen[new.id] = document
        return document

    async def refusals(self, kind: type[Record], act: Act) -> dict[str, Refusal]:
        """By id, the refusals of what would stand beside the same: what others wrote, or a later row has yet to change.

        A command for some hundred records and each unique index.
        """
        refusals: dict[str, Refusal] = {}
        order = {own_id: place for place, own_id in enumerate(self._made)}
        for field in unique_keys(kind):
            index = index_of(kind, field)
            taken = {
                document[field]: own_id
                for own_id, document in self._made.items()
                if document[field] not in (own_id, self._before.get(own_id, {}).get(field))
            }
            for some in in_hundreds(sorted(taken)):
                for found in await self.database.find(kind.COLLECTION, {field: {"$in": some}}, len(some), index=index):
                    taker = taken[found[field]]
                    if order.get(found["_id"], len(order)) > order[taker]:
                        refusals.setdefault(taker, stands_already(kind, field, found, act))
        return refusals


def in_hundreds(values: Sequence[str]) -> Iterator[list[str]]:
    """`values`, as many at once as the engines look up well."""
    return (list(values[start : start + KEYS_AT_ONCE]) for start in range(0, len(values), KEYS_AT_ONCE))
