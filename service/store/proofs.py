"""The checkpoints of one partition, read one after another beside its revisions, and judged as they come."""

from typing import Any

from service.store.database import Database
from service.store.kinds import CHECKPOINT_INDEX, CHECKPOINTS
from service.trail.checkpoints import Leaf, follows, leaves_of, sound
from service.trail.keys import KnownKeys
from service.trail.revisions import Revision
from service.trail.verifying import Fault, FaultCode, fault_of

KEPT = ("number", "last", "hash")  # what the next one is judged by


class Proofs:
    """What the checkpoints after `number` prove, asked by sequence, upward."""

    def __init__(self, database: Database, partition: str, known: KnownKeys, number: int = 0) -> None:
        self.number = number  # of the last checkpoint read
        self.last = 0  # the sequence up to which the checkpoints read so far prove the trail
        self.read = 0
        self.faults: list[Fault] = []
        self._database = database
        self._partition = partition
        self._known = known
        self._previous: dict[str, Any] | None = None
        self._leaves: dict[int, Leaf] = {}
        self._before = number
        self._resumed = number == 0
        self._ended = False

    async def at(self, sequence: int, revision: Revision | None = None) -> Leaf | None:
        """The leaf of `sequence`; None where none is proved. A checkpoint that does not hold is a fault of `revision`,
        the first that it leaves without proof.
        """
        while sequence > self.last and not self._ended:
            if not self._resumed:
                self._resumed, self._previous = True, await self._one({"$lte": self.number}, -1, KEPT)
                self.last = int(self._previous["last"]) if self._previous else 0
                continue
            found = await self._one({"$gt": self.number}, 1)
            if found is None:
                self._ended = True
            else:
                self._take(found, sequence, revision)
        return self._leaves.get(sequence)

    def look_again(self) -> None:
        """More checkpoints may have been written since the last one was read."""
        self._ended = False

    def _take(self, found: dict[str, Any], sequence: int, revision: Revision | None) -> None:
        holds = sound(found, self._known)
        self.read += 1
        if not holds or not follows(found, self._previous):
            missing = holds and found["number"] != self.number + 1
            code = FaultCode.CHECKPOINT_MISSING if missing else FaultCode.CHECKPOINT_BROKEN
            self.faults.append(fault_of(code, revision or {}, sequence))
        self._leaves = {leaf.sequence: leaf for leaf in leaves_of(found)} if holds else {}
        self._before, self.number = self.number, found["number"]
        self.last = max(self.last, found["last"]) if isinstance(found.get("last"), int) else self.last
        self._previous = {"number": self.number, "last": self.last, "hash": found.get("hash")}

    def passed(self, sequence: int) -> int:
        """The number of the last checkpoint that lies wholly at or below `sequence`."""
        return self.number if sequence >= self.last else self._before

    async def _one(self, number: dict[str, int], order: int, fields: tuple[str, ...] | None = None) -> Any:
        where = {"partition": self._partition, "number": number}
        sort, index = (("number", order),), CHECKPOINT_INDEX
        found = await self._database.find(CHECKPOINTS, where, 1, fields, sort=sort, index=index)
        return found[0] if found else None
