"""A store in memory, for the tests of rules and actions: what the store promises, without a database.

Looking up what an action refers to is the store's own code; loading and writing keep their promises here.
"""

import contextlib
import copy
import datetime as dt
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from mongomock.filtering import filter_applies

from service.acts import Act
from service.errors import Code, Problem, Refusal, not_found
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.knowing import Knowing
from service.permission import may_read
from service.records import ORGANIZATIONS, Document, Filter, Record, document_of, record_of
from service.store.kinds import KINDS
from service.store.store import OUT_OF_USE, Store, conflict
from service.trail.revisions import revision_of
from tests.rules.counting import knowing_of

R = TypeVar("R", bound=Record)


class MemoryStore(Store):
    """Documents by id, as `document_of` forms them, and the revisions in the order they were written."""

    def __init__(self, *records: Record) -> None:
        self.documents: dict[str, dict[str, Any]] = {}
        self.revisions: list[dict[str, Any]] = []
        self.erased: list[str] = []
        for record in records:
            self.put(record)

    def put(self, record: Record) -> Document:
        """Stores `record` as it is, unasked: how a test sets its scene."""
        self.documents[record.id] = copy.deepcopy(document_of(record))
        return copy.deepcopy(self.documents[record.id])

    async def load(self, kind: type[R], own_id: str, version: int, act: Act) -> R:
        found = (await self.known(kind.PREFIX, [own_id])).get(own_id)
        if found is None or not await self.readable(kind, [found], act):
            raise not_found(("id",), own_id)
        if found["version"] != version:
            raise conflict(own_id, version, found["version"])
        return record_of(kind, found)

    async def create(self, record: Record, act: Act) -> Document:
        return self._write(None, replace(record, version=1), act)

    async def save(self, before: R, after: R, act: Act) -> Document:
        current = self.documents[before.id]["version"]
        if current != before.version:
            raise conflict(before.id, before.version, current)
        return self._write(before, replace(after, version=before.version + 1), act)

    async def erase_key(self, own_id: str) -> None:
        self.erased.append(own_id)

    async def known(
        self, prefix: str, ids: Iterable[str], fields: tuple[str, ...] | None = None
    ) -> dict[str, Document]:
        wanted = sorted({own_id for own_id in ids if own_id.startswith(f"{prefix}_")})
        return {own_id: copy.deepcopy(self.documents[own_id]) for own_id in wanted if own_id in self.documents}

    async def naming(self, prefix: str, key: str, own_id: str, also: Filter | None = None) -> list[Document]:
        assert key in {index.keys[0] for index in KINDS[prefix].INDEXES}
        where = {key: own_id, **(also or {})}
        alike = (document for each, document in self.documents.items() if each.startswith(f"{prefix}_"))
        return [copy.deepcopy(document) for document in alike if filter_applies(where, document)]

    async def acknowledged(self, commitment: str) -> dict[str, Knowing]:
        every = (record_of(Acknowledgement, each) for own_id, each in self.documents.items() if own_id[:4] == "ack_")
        return knowing_of(each for each in every if each.commitment == commitment)

    @contextlib.asynccontextmanager
    async def alone(self, name: str) -> AsyncIterator[None]:
        yield  # nobody else is here

    async def all_naming(self, organization: str, day: dt.date | None = None) -> AsyncIterator[list[Record]]:
        for own_id, document in [*self.documents.items()]:
            kind = KINDS[own_id.partition("_")[0]]
            in_use = day is None or kind.state(document, day) not in OUT_OF_USE
            if in_use and organization in document[ORGANIZATIONS]:
                yield [record_of(kind, document)]

    async def twins(self, records: Sequence[Record]) -> dict[str, Document]:
        found = {}
        for record in records:
            document = document_of(record)
            for other in [*self.documents.values()]:
                if other["_id"] != record.id and other["_id"].startswith(f"{record.PREFIX}_"):
                    keys = [index.keys for index in record.INDEXES if index.unique]
                    if any(all(other[key] == document[key] for key in each) for each in keys):
                        found[record.id] = other
        return found

    def _write(self, before: Record | None, after: Record, act: Act) -> Document:
        revision = revision_of(before, after, act)
        if not revision["changes"]:
            raise Refusal(Problem(Code.INVALID, (), "Nothing would change.", "没有任何改动。"))
        self._refuse_twin(after, act)
        self.revisions.append(revision)
        return self.put(replace(after, head=revision["hash"]))

    def _refuse_twin(self, record: Record, act: Act) -> None:
        document = document_of(record)
        kind = KINDS[record.PREFIX]
        for own_id, other in self.documents.items():
            if own_id == record.id or not own_id.startswith(f"{record.PREFIX}_"):
                continue
            for keys in (index.keys for index in kind.INDEXES if index.unique):
                if all(other[key] == document[key] for key in keys):
                    named = own_id if may_read(kind, other, act.viewer, act.day) else None
                    english, chinese = f"It stands already as {named}.", f"已有相同记录 {named}。"
                    raise Refusal(Problem(Code.ALREADY_EXISTS, (), english, chinese, named))
