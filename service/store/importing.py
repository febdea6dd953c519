"""Bringing in many records that another system keeps, each known by its reference there.

A known reference is corrected with the facts of its row, an unknown one is created. Each row is an ordinary action with
its own revision, so what it may do, what refuses it and what it leaves behind are as if it had been asked for alone.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import auto
from typing import Any, NamedTuple, TypeAlias

from service.acts import Act
from service.errors import Code, Path, Problem, Refusal, not_found, refuse_any
from service.facts import Facts, structured
from service.permission import may_read
from service.records import Document, Record
from service.store.gathering import Gathered, Rehearsal, Unchanged
from service.store.history import earlier_state, find_by_keys
from service.store.kinds import kind_of
from service.store.sealing import same_arguments
from service.store.store import Store, key_reused
from service.trail.revisions import Revision
from service.viewer import Upper

MOST_ROWS = 200
OUTSIDE_A_ROW = frozenset({"id", "version"})  # what the caller of a row did not name
Create: TypeAlias = Callable[[Store, Act, Facts], Awaitable[Document]]
Correct: TypeAlias = Callable[[Store, Act, str, int, Facts], Awaitable[Document]]


class OnError(Upper):
    """What happens to the other rows when one is refused."""

    REJECT_ALL = auto()
    REJECT_FAILED = auto()


class ImportOutcome(Upper):
    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()
    REFUSED = auto()


class Importable(NamedTuple):
    """A kind that can be brought in, and its actions."""

    kind: type[Record]
    create: Create
    correct: Correct


@dataclass(frozen=True)
class Row:
    """What became of one row; `record` is what stands, `problems` is why it was refused."""

    index: int
    outcome: ImportOutcome
    record: Document | None = None
    problems: tuple[Problem, ...] = ()


async def bring_in(
    store: Store, act: Act, importable: Importable, network: str, rows: Sequence[Facts], on_error: OnError
) -> list[Row]:
    """What became of each row, in order.

    With REJECT_ALL every row is rehearsed first; raises `Refusal` with all problems, and writes nothing, when one is
    refused. After that only what others write meanwhile can refuse a row, which is told as with REJECT_FAILED. A retry
    with the same key goes on where the first try stopped. Raises LIMIT_EXCEEDED above MOST_ROWS,
    IDEMPOTENCY_KEY_REUSED when the first try had other arguments, REFERENCE_INVALID for a network out of use.
    """
    if len(rows) > MOST_ROWS:
        english = f"At most {MOST_ROWS} rows; {len(rows)} were given."
        chinese = f"最多 {MOST_ROWS} 行,给了 {len(rows)} 行。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("rows",), english, chinese))
    gathered = Gathered(store)
    call = Call(act, importable, [dict(row) | {"network": network} for row in rows])
    done = await call.done(gathered)
    known = await gathered.standing(importable.kind, network, [*dict.fromkeys(filter(None, call.references))], act)
    await gathered.gather(named(call.rows))
    if len(done) < len(rows):
        await gathered.refer({("network",): network}, "net", act)
    if on_error is OnError.REJECT_ALL and not done:
        refuse_any([problem async for problem in call.rehearsed(Rehearsal(gathered), known)])
    return [
        await call.answered(gathered, place, done[place])
        if place in done
        else await call.attempt(gathered, place, known)
        for place in range(len(rows))
    ]


class Call:
    """The rows of one call, each with the act it is done by."""

    def __init__(self, act: Act, importable: Importable, rows: Sequence[Facts]) -> None:
        self._importable = importable
        self._acts = [replace(act, key=row_key(act.key, place)) for place in range(len(rows))]
        self.rows = rows
        self.references = [reference_of(importable.kind, row) for row in rows]

    async def done(self, gathered: Gathered) -> dict[int, Revision]:
        """The revisions that an earlier try left behind, by row. Raises `Refusal` when it had other arguments."""
        keys = [act.key for act in self._acts if act.key is not None]
        found = await find_by_keys(gathered.database, self._importable.kind, keys)
        for revision in found.values():
            if not same_arguments(gathered.database, revision, self._acts[0]):
                raise key_reused(revision["record"])
        return {place: found[act.key] for place, act in enumerate(self._acts) if act.key in found}

    async def attempt(self, store: Gathered, place: int, known: Mapping[str, str]) -> Row:
        """Judge one row and write it, as far as `store` writes."""
        await asyncio.sleep(0)  # so that others are answered between two rows, however fast the database is
        key = self._acts[place].key
        try:
            self._check_reference(place)
            own_id = known.get(self.references[place] or "")
            outcome = ImportOutcome.UPDATED if own_id else ImportOutcome.CREATED
            return Row(place, outcome, await self._write(store, place, own_id))
        except Unchanged:
            return Row(place, ImportOutcome.UNCHANGED, store.seen[known[self.references[place] or ""]])
        except Refusal as refusal:
            raced = any(problem.code in (Code.ALREADY_EXISTS, Code.CONFLICT) for problem in refusal.problems)
            if raced and key and (late := await find_by_keys(store.database, self._importable.kind, [key])):
                return await self.answered(store, place, late[key])  # the same call, sent twice, was faster
            return Row(place, ImportOutcome.REFUSED, problems=tuple(at_row(place, refusal)))

    async def rehearsed(self, rehearsal: Rehearsal, known: Mapping[str, str]) -> AsyncIterator[Problem]:
        """Everything that would refuse a row."""
        rows = [await self.attempt(rehearsal, place, known) for place in range(len(self.rows))]
        twins = await rehearsal.refusals(self._importable.kind, self._acts[0]) if rows else {}
        for row in rows:
            for problem in row.problems:
                yield problem
            if row.record is not None and (twin := twins.get(row.record["_id"])):
                for problem in at_row(row.index, twin):
                    yield problem

    async def answered(self, gathered: Gathered, place: int, revision: Revision) -> Row:
        """What an earlier try wrote, under the caller's present rights."""
        kind, own_id, version = self._importable.kind, revision["record"], revision["version"]
        document = (await gathered.known(kind.PREFIX, [own_id])).get(own_id)
        if document is not None and document["version"] != version:
            document = await earlier_state(gathered.database, kind, own_id, version)
        act = self._acts[place]
        if document is None or not may_read(kind, document, act.viewer, act.day):
            return Row(place, ImportOutcome.REFUSED, problems=tuple(at_row(place, not_found((), own_id))))
        return Row(place, ImportOutcome.CREATED if version == 1 else ImportOutcome.UPDATED, document)

    async def _write(self, store: Gathered, place: int, own_id: str | None) -> Document:
        act, facts = self._acts[place], self.rows[place]
        if own_id is None:
            return await self._importable.create(store, act, facts)
        version = (await store.known(self._importable.kind.PREFIX, [own_id]))[own_id]["version"]
        return await self._importable.correct(store, act, own_id, version, facts)

    def _check_reference(self, place: int) -> None:
        reference = self.references[place]
        if not reference:
            english, chinese = "The reference in the other system is needed.", "须填写外部系统编号。"
            raise Refusal(Problem(Code.REQUIRED, ("external_reference",), english, chinese))
        first = self.references.index(reference)
        if first < place:
            english, chinese = f"Row {first} has this reference already.", f"第 {first} 行已有此编号。"
            raise Refusal(Problem(Code.ALREADY_EXISTS, ("external_reference",), english, chinese))


def row_key(key: str | None, place: int) -> str | None:
    """The key of one row: its first six bytes are the call's, so that ids made from it stay time-ordered."""
    if key is None:
        return None
    return key[:12] + hashlib.sha256(f"{key}\0{place}".encode()).hexdigest()[:20]


def reference_of(kind: type[Record], row: Facts) -> str | None:
    """The row's reference as it would be stored."""
    given = {name: value for name, value in row.items() if name == "external_reference"}
    return structured(kind, given).get("external_reference")


def at_row(place: int, refusal: Refusal) -> Iterator[Problem]:
    """The problems of `refusal` with the place of the row in front."""
    for problem in refusal.problems:
        inner: Path = () if problem.path and problem.path[0] in OUTSIDE_A_ROW else problem.path
        yield replace(problem, path=("rows", place, *inner))


def named(value: Any) -> Iterator[str]:
    """Everything in `value` that may be the id of a record."""
    if isinstance(value, str):
        if kind_of(value) is not None:
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from named(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from named(item)
