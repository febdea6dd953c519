"""Writing checkpoints: beside the relay, under its lease of the partition, after so many revisions or so long a time.

All that must be remembered stands in the database: a writer that dies leaves nothing behind, and the next one goes on
after the last checkpoint that stands. Two that write at once meet the unique index on (partition, number), and one of
them steps back. Nothing is sealed that does not hold: before an altered revision, or one out of sequence, it stops.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from service.dates import now
from service.store.database import Database, Duplicate
from service.store.kinds import CHECKPOINT_INDEX, CHECKPOINTS, REVISIONS, SEQUENCE_INDEX
from service.store.leases import Lease
from service.store.verifying import following, partitions
from service.trail.checkpoints import Checkpoint, Leaf, leaf_of, sealed
from service.trail.keys import SigningKey
from service.trail.verifying import says_what_was_hashed

LOOK = dt.timedelta(seconds=30)  # between looks for what a writer that is gone has left
BEGINNING = dt.datetime.fromtimestamp(0, dt.UTC)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpointing:
    """A checkpoint is due after `most` revisions, or after `pause` when there is any; it lists `most` at most."""

    key: SigningKey
    most: int = 1_000
    pause: dt.timedelta = dt.timedelta(seconds=60)


class CheckpointWriter:
    """Knows for which partitions a checkpoint is due, and writes those whose lease its relay holds."""

    def __init__(self, database: Database, checkpointing: Checkpointing) -> None:
        self._database = database
        self._checkpointing = checkpointing
        self._new: dict[str, int] = defaultdict(int)  # revisions since the last checkpoint, as far as this one knows
        self._due: dict[str, dt.datetime] = {}
        self._looked = BEGINNING

    def relayed(self, partition: str, revisions: int) -> None:
        """So many more revisions of `partition` stand in the trail."""
        self._new[partition] += revisions

    async def round(self, lease: Callable[[str], Awaitable[Lease | None]]) -> int:
        """Write what is due now; how many checkpoints that were."""
        moment, written = now(), 0
        if moment - self._looked >= LOOK:
            for partition in await unsealed(self._database):
                self.relayed(partition, 0)
            self._looked = moment
        for partition in sorted(self._new):
            if self._new[partition] < self._checkpointing.most and moment < self._due.get(partition, BEGINNING):
                continue
            del self._new[partition]
            if await lease(partition) is not None:  # else its holder does it
                self._due[partition] = moment + self._checkpointing.pause
                while await seal(self._database, partition, self._checkpointing, now()):
                    written += 1
        return written


async def seal(database: Database, partition: str, checkpointing: Checkpointing, moment: dt.datetime) -> bool:
    """Write the next checkpoint of `partition` if there is anything new; whether it was written."""
    last = await last_checkpoint(database, partition)
    leaves = await _sound_leaves(database, partition, int(last["last"]) if last else 0, checkpointing.most)
    if not leaves:
        return False
    try:
        await database.insert(CHECKPOINTS, sealed(partition, last, leaves, moment, checkpointing.key))
    except Duplicate:
        log.warning("another writer sealed %s at the same time", partition)
        return False
    return True


async def _sound_leaves(database: Database, partition: str, above: int, most: int) -> Sequence[Leaf]:
    leaves: list[Leaf] = []
    while len(leaves) < most and (found := await following(database, partition, above + len(leaves))):
        for revision in found:
            if revision.get("sequence") != above + len(leaves) + 1 or not says_what_was_hashed(revision):
                log.error("%s is sealed no further: revision %s does not hold; verify it", partition, revision["_id"])
                return leaves
            leaves.append(leaf_of(revision))
    return leaves[:most]


async def last_checkpoint(database: Database, partition: str) -> Checkpoint | None:
    """The last checkpoint of `partition`, without its leaves."""
    found = await database.find(
        CHECKPOINTS,
        {"partition": partition},
        1,
        ("number", "last", "hash"),
        sort=(("number", -1),),
        index=CHECKPOINT_INDEX,
    )
    return found[0] if found else None


async def unsealed(database: Database) -> set[str]:
    """The partitions with revisions that no checkpoint lists."""
    left = set()
    for partition in await partitions(database):
        last = await last_checkpoint(database, partition)
        where: dict[str, Any] = {"partition": partition, "sequence": {"$gt": int(last["last"]) if last else 0}}
        sort, index = (("sequence", 1),), SEQUENCE_INDEX
        if await database.find(REVISIONS, where, 1, (), sort=sort, index=index):
            left.add(partition)
    return left
