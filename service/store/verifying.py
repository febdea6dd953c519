"""Verifying the trail as it stands in the database, in steps of bounded size, so that the memory it takes is flat.

    revisions of a partition, by sequence ── no gap, no fork, each as its checkpoint lists it
                 └── each record at its first revision ──► its whole chain and its live document (chains.py)
    documents, one by one ── those whose first revision no sequence leads to ──► their chains as well

So what the trail says is there, is there as the trail says; and nothing is there that the trail does not say. What
stands in the outboxes counts as what is relayed.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from service.records import INSTALLATION, Record
from service.store import chains
from service.store.database import Database
from service.store.kinds import CHECKPOINT_INDEX, CHECKPOINTS, KINDS, REVISIONS, SEQUENCE_INDEX, index_name
from service.store.proofs import Proofs
from service.trail.keys import KnownKeys
from service.trail.revisions import Revision
from service.trail.verifying import Fault, FaultCode, fault_of, says_what_was_hashed

BATCH = 200  # revisions or documents in one step
IDS_AT_ONCE = 100  # SecantusDB takes a time that grows with the square of their number
OVER = ""  # the kind after the last one
MOST_FAULTS = 20  # that are told; the first is what matters


class Documents(Enum):
    """Which documents a walk looks at beside those that its revisions lead to."""

    OWN = auto()
    ALL = auto()
    NONE = auto()


@dataclass
class Verdict:
    """What was looked at so far, and what was found. `proved` is the last sequence that a checkpoint covers."""

    revisions: int = 0
    records: int = 0
    checkpoints: int = 0
    sequence: int = 0
    proved: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults

    def add(self, faults: Collection[Fault]) -> None:
        fresh = [each for each in faults if each not in self.faults]
        self.faults += fresh[: MOST_FAULTS - len(self.faults)]


@dataclass(frozen=True)
class Position:
    """How far a walk came: in the revisions, or, with a `kind`, in the documents of that kind after a key."""

    sequence: int = 0
    checkpoint: int = 0
    kind: str | None = None
    after: str | None = None


class Walk:
    """The walk through one partition, resumed at a position; `step` after `step` until it is over."""

    def __init__(
        self,
        database: Database,
        partition: str,
        known: KnownKeys,
        *,
        at: Position | None = None,
        documents: Documents = Documents.OWN,
    ) -> None:
        self.verdict = Verdict()
        self.position = at or Position()
        self._database = database
        self._partition = partition
        self._walks = {prefix: walk for prefix in KINDS if (walk := _walked(KINDS[prefix], partition, documents))}
        self._proofs = Proofs(database, partition, known, self.position.checkpoint)

    async def step(self) -> bool:
        """Look at some more; whether there is more to look at. Ends early where more faults would not be told."""
        if self.position.kind is None:
            await self._revisions()
        elif self.position.kind in self._walks:
            await self._documents(self.position.kind)
        else:
            self._next_kind()
        return not self.over and len(self.verdict.faults) < MOST_FAULTS

    @property
    def over(self) -> bool:
        """Whether everything was looked at."""
        return self.position.kind == OVER

    async def _revisions(self) -> None:
        found = await following(self._database, self._partition, self.position.sequence)
        faults: list[Fault] = []
        sequence = self.position.sequence
        for revision in found:
            sequence = await self._in_sequence(revision, sequence + 1, faults)
        ended = sequence == self.position.sequence
        if ended:
            await self._end(sequence + 1, faults)
        starting = [str(each.get("record")) for each in found if each.get("version") == 1]
        others = {str(each.get("record")) for each in found} - set(starting)
        unled = others - await self._led(others)
        self.verdict.add(await chains.broken(self._database, [*starting, *sorted(unled)]))
        self.verdict.add([*self._proofs.faults, *faults])
        self.verdict.records += len(starting)
        self.verdict.revisions += len(found)
        self.verdict.checkpoints = self._proofs.read
        self.verdict.sequence, self.verdict.proved = sequence, min(self._proofs.last, sequence)
        if ended:
            self._next_kind()
        else:
            self._move(sequence=sequence, checkpoint=self._proofs.passed(sequence))

    async def _end(self, sequence: int, faults: list[Fault]) -> None:
        """After the last revision: do checkpoints prove that there was another?"""
        self._proofs.look_again()
        leaf = await self._proofs.at(sequence)
        if leaf is not None and not await following(self._database, self._partition, sequence - 1):
            faults.append(Fault(FaultCode.REVISION_MISSING, leaf.record, leaf.version, sequence))

    async def _in_sequence(self, revision: Revision, expected: int, faults: list[Fault]) -> int:
        """Judge one revision where sequence `expected` should be; the sequence up to which there is none missing."""
        leaf, said = await self._proofs.at(expected, revision), revision.get("sequence")
        named = tuple(revision.get(name) for name in ("sequence", "record", "version", "hash"))
        if leaf is not None and named != leaf:
            code = FaultCode.REVISION_MISSING if said != expected else FaultCode.PROOF_DIFFERS
            faults.append(Fault(code, leaf.record, leaf.version, expected))
        elif said != expected:
            faults.append(fault_of(FaultCode.SEQUENCE_BROKEN, revision, expected))
        if not says_what_was_hashed(revision):
            faults.append(fault_of(FaultCode.REVISION_ALTERED, revision, expected))
        return said if isinstance(said, int) and said >= expected else expected - 1

    async def _documents(self, prefix: str) -> None:
        where, key, index = self._walks[prefix]
        if self.position.after is not None:
            where = {**where, key: {"$gt": self.position.after}}
        collection = KINDS[prefix].COLLECTION
        found = await self._database.find(collection, where, BATCH, (key,), sort=((key, 1),), index=index)
        ids = {str(each["_id"]) for each in found}
        strays = sorted(ids - await self._led(ids))
        self.verdict.records += len(strays)
        self.verdict.add(await chains.broken(self._database, strays))
        after = found[-1].get(key) if len(found) == BATCH else None
        if isinstance(after, str):
            self._move(after=after)
        else:
            self._next_kind()

    def _next_kind(self) -> None:
        kinds = [None, *KINDS, OVER]
        self._move(kind=kinds[kinds.index(self.position.kind) + 1], after=None)

    async def _led(self, records: Collection[str]) -> set[str]:
        """Those of `records` to whose first revision a sequence leads, so that they are looked at there."""
        led: set[str] = set()
        for some in batches(sorted(f"{record}:1" for record in records), IDS_AT_ONCE):
            found = await self._database.find(
                REVISIONS, {"_id": {"$in": some}}, len(some), ("record", "version", "partition", "sequence")
            )
            led |= {
                str(each["record"])
                for each in found
                if each["_id"] == f"{each.get('record')}:{each.get('version')}"
                and isinstance(each.get("sequence"), int)
                and each["sequence"] > 0
                and isinstance(each.get("partition"), str)
            }
        return led

    def _move(self, **to: Any) -> None:
        self.position = Position(**{**vars(self.position), **to})


def _walked(kind: type[Record], partition: str, documents: Documents) -> tuple[dict[str, Any], str, str] | None:
    """Which documents of `kind` are walked: the condition, the key that orders them, its index; None for none."""
    of_installation = kind.partition is not Record.partition
    if documents is Documents.ALL or (documents is Documents.OWN and of_installation and partition == INSTALLATION):
        return {}, "_id", "_id_"
    if documents is Documents.NONE or of_installation or partition == INSTALLATION:
        return None
    index = next((each for each in kind.INDEXES if len(each.keys) == 2 and each.keys[0] == "network"), None)
    if index is None:  # the network's own record
        return {"_id": partition}, "_id", "_id_"
    return {"network": partition}, index.keys[1], index_name(index)


async def following(database: Database, partition: str, sequence: int) -> Sequence[Revision]:
    """The next revisions of a partition. Before the first, also those whose sequence is none."""
    where: dict[str, Any] = {"partition": partition}
    if sequence:
        where["sequence"] = {"$gt": sequence}
    return await database.find(REVISIONS, where, BATCH, sort=(("sequence", 1),))


async def partitions(database: Database) -> list[str]:
    """Every partition that has revisions or checkpoints, and that of the installation."""
    found = {INSTALLATION}
    for collection, second, index in (
        (REVISIONS, "sequence", SEQUENCE_INDEX),
        (CHECKPOINTS, "number", CHECKPOINT_INDEX),
    ):
        last = ""
        while some := await database.find(
            collection,
            {"partition": {"$gt": last}},
            1,
            ("partition",),
            sort=(("partition", 1), (second, 1)),
            index=index,
        ):
            last = some[0]["partition"]
            found.add(last)
    return sorted(found)


def batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


async def walks(database: Database, known: KnownKeys, network: str | None = None) -> AsyncIterator[tuple[str, Verdict]]:
    """Verify one network, or the whole installation: each partition with what was found in it, as it is done."""
    names = await partitions(database) if network is None else [network]
    for name in names:
        rest = Documents.ALL if name == names[-1] else Documents.NONE
        documents = Documents.OWN if network is not None else rest
        walk = Walk(database, name, known, documents=documents)
        while await walk.step():
            pass
        yield name, walk.verdict
