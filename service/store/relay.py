"""The relay: carries revisions from the outboxes into `revisions`, and gives each the next sequence of its partition.

    outbox of a record ── find by outbox.at ──► grouped by partition ──► lease of the partition
                                                                              │ last sequence + 1, + 2, …
    $pull from the outbox ◄── only then ── insert into `revisions` ◄──────────┘ ──► the partition's followers
                                                                                    and, when due, its checkpoint

Relaying twice is harmless: the `_id`, record:version, is taken already. A holder that lost its lease without knowing
meets the unique index on (partition, sequence) and starts its round anew, so that the sequence has no gap and no fork.

Rounds that found nothing are not repeated before the server was written to, by whomever.
"""

import asyncio
import contextlib
import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from service.dates import now
from service.errors import Unavailable
from service.store.checkpointing import Checkpointing, CheckpointWriter
from service.store.database import Database, Duplicate
from service.store.feed import last_sequence
from service.store.followers import FOLLOWERS, Follower, behind, follow
from service.store.kinds import KINDS, REVISIONS, WAITING
from service.store.leases import Lease, acquire, release
from service.store.stillness import Stillness
from service.store.store import Store

ROUND = 200  # records looked at in one collection at a time
PAUSE = 1.0  # seconds between looks when nobody says that something was written
BEGINNING = dt.datetime.fromtimestamp(0, dt.UTC)
LOOK = dt.timedelta(seconds=30)  # between looks for what a relay that is gone has left unfollowed

log = logging.getLogger(__name__)


class Relay:
    """Runs beside the service in each worker; the leases decide which one works for a partition."""

    def __init__(
        self,
        database: Database,
        holder: str,
        written: asyncio.Event,
        followers: tuple[Follower, ...] = FOLLOWERS,
        checkpointing: Checkpointing | None = None,
        relayed: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`relayed` is told of each partition to which revisions were relayed."""
        self._database = database
        self._store = Store(database)  # what followers write with, and whether they have
        self._followers = followers
        self._behind: set[str] = set()  # partitions with revisions to follow, as far as this relay knows
        self._looked = BEGINNING
        self._stillness = Stillness(database)
        self._checkpoints = CheckpointWriter(database, checkpointing) if checkpointing else None
        self._holder = holder
        self._written = written
        self._relayed = relayed
        self._leases: dict[str, Lease] = {}
        self._last: dict[tuple[str, int], int] = {}  # the last sequence given, by partition and fence

    async def run(self) -> None:
        """Relay until cancelled, and give the leases back then. An absent database is waited for."""
        try:
            while True:
                self._written.clear()
                try:
                    moved = await self.round()
                except Unavailable as error:
                    log.warning("the relay waits for the database: %s", error)
                    moved = 0
                if not moved:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(PAUSE):
                            await self._written.wait()
        finally:
            with contextlib.suppress(Unavailable):
                for lease in self._leases.values():
                    await release(self._database, lease)

    async def round(self) -> int:
        """Relay and follow what waits now, as far as this worker holds the leases.

        The answer is how many revisions were relayed, and one more while followers write or have more to do.
        """
        moved = 0
        if not await self._stillness.lasts():
            found = False
            for kind in KINDS.values():
                waiting = await self._waiting(kind.COLLECTION)
                found = found or bool(waiting)
                moved += await self._carry(kind.COLLECTION, waiting)
            if not found:
                self._stillness.nothing_found()
        moved += await self._follow()
        if self._checkpoints is not None:
            await self._checkpoints.round(self._lease)
        return moved

    async def _waiting(self, collection: str) -> Sequence[dict[str, Any]]:
        return await self._database.find(collection, WAITING, ROUND, ("outbox",), sort=(("outbox.at", 1),))

    async def _carry(self, collection: str, waiting: Sequence[dict[str, Any]]) -> int:
        """Relay what waits, as far as this worker holds the leases; how many revisions that were."""
        moved, partitions = 0, defaultdict(list)
        for document in waiting:
            for entry in document["outbox"]:
                partitions[entry["partition"]].append(entry)
        for partition, entries in partitions.items():
            if (lease := await self._lease(partition)) is not None:
                moved += await self._relay(collection, lease, entries)
                self._behind.add(partition)
        return moved

    async def _follow(self) -> bool:
        """Let the followers run where revisions wait for them; whether they wrote something or have more to do."""
        self._store.written.clear()
        if now() - self._looked >= LOOK:
            self._behind |= await behind(self._database)
            self._looked = now()
        unfinished = False
        for partition in sorted(self._behind):
            own, more = 0, True
            while more and not own and await self._lease(partition) is not None:  # else its holder does it
                own, more = await follow(self._store, partition, self._followers)
            if own and more:
                unfinished = True
            else:
                self._behind.discard(partition)
        if wrote := self._store.written.is_set():
            self._written.set()  # so that it is relayed at once
        return unfinished or wrote

    async def _lease(self, partition: str) -> Lease | None:
        held, moment = self._leases.get(partition), now()
        if held is not None and held.until - moment > dt.timedelta(seconds=5):
            return held
        lease = await acquire(self._database, partition, self._holder, moment)
        if lease is None:
            self._forget(partition)
        else:
            self._leases[partition] = lease
        return lease

    def _forget(self, partition: str) -> None:
        if (lease := self._leases.pop(partition, None)) is not None:
            self._last.pop((partition, lease.fence), None)

    async def _relay(self, collection: str, lease: Lease, entries: Sequence[dict[str, Any]]) -> int:
        ids = [entry["_id"] for entry in entries]
        done = {each["_id"] for each in await self._database.find(REVISIONS, {"_id": {"$in": ids}}, len(ids), ())}
        fresh = [entry for entry in entries if entry["_id"] not in done]  # as pushed: in order for each record
        # Taken out until the insert has succeeded: after a failure nobody knows how far it came.
        sequence = self._last.pop((lease.name, lease.fence), None) or await last_sequence(self._database, lease.name)
        numbered = [
            {**entry, "sequence": sequence + place, "fence": lease.fence} for place, entry in enumerate(fresh, start=1)
        ]
        try:
            if numbered:
                await self._database.insert_many(REVISIONS, numbered)
        except Duplicate:
            log.warning("another relay wrote to %s; starting the round anew", lease.name)
            self._forget(lease.name)
            return 0
        self._last[lease.name, lease.fence] = sequence + len(numbered)
        self._relayed(lease.name)
        await self._clear(collection, entries)
        if self._checkpoints is not None and numbered:
            self._checkpoints.relayed(lease.name, len(numbered))
        return len(numbered)

    async def _clear(self, collection: str, entries: Sequence[dict[str, Any]]) -> None:
        by_record = defaultdict(list)
        for entry in entries:
            by_record[entry["record"]].append(entry["_id"])
        for record, ids in by_record.items():
            await self._database.update(collection, {"_id": record}, {"$pull": {"outbox": {"_id": {"$in": ids}}}})
