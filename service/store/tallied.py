"""What was counted for the public, kept until something is written: a page that many look at is counted once for each.

It is for those alone who cannot have written anything, for they do not log in; whoever does is always answered what
stands. What this process writes ends what was counted of the same kind of record at once. What others write is looked
for when somebody asks and the last look is KEPT_SECONDS ago, in the outboxes and then in the sequence of revisions:

    asked ──► the first time ──────────► count
          ──► within KEPT_SECONDS ─────► what was counted
          ──► later ──► something waits in an outbox, or the last sequence is another ──► count anew
                    └─► neither: nothing was written since ──► what was counted, for KEPT_SECONDS more

So no answer lacks what was acknowledged KEPT_SECONDS before, and a look costs the same however many records there are.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from service.records import Filter, Record
from service.store import tallies
from service.store.database import Database
from service.store.feed import last_sequence
from service.store.kinds import REVISIONS, WAITING
from service.store.reads import Query
from service.store.tallies import Row

KEPT_SECONDS = 3.0
LONGEST_SECONDS = 300.0  # for what changes without a revision: a migration, or a repair by hand
MOST_KEPT = 100  # questions, and ...
MOST_ROWS = 50_000  # ... groups in all of them; beyond them what was asked longest ago is forgotten first


class Question(NamedTuple):
    collection: str
    stages: str


class Counted(NamedTuple):
    rows: dict[str, list[Row]]
    since: float  # what was acknowledged before is in the rows
    written: int | None  # the last sequence when it was counted; None where that is not known or something waited


class Kept(NamedTuple):
    looked: float
    counted: asyncio.Task[Counted]

    def known(self) -> Counted | None:
        """What was counted; None while it is not, and where that failed."""
        return self.counted.result() if self.counted.done() and not _failed(self.counted) else None

    def size(self) -> int:
        """How many groups there are, as far as is known."""
        known = self.known()
        return sum(map(len, known.rows.values())) if known else 0


class Tallied:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[Question, Kept] = OrderedDict()

    async def asked(
        self, database: Database, query: Query, facets: Mapping[str, Sequence[Filter]]
    ) -> dict[str, list[Row]]:
        """As `tallies.asked`, perhaps KEPT_SECONDS old. The rows belong to all who asked: nobody changes them.

        Who asks the same at the same time waits for the same look or count.
        """
        question = Question(query.kind.COLLECTION, f"{query.steps()} {dict(facets)}")
        kept = self._kept.pop(question, None)
        if kept is None or self._clock() - kept.looked >= KEPT_SECONDS or _failed(kept.counted):
            before = kept.known() if kept else None
            counted = asyncio.create_task(self._counted(database, query, facets, before))
            counted.add_done_callback(self._done)
            kept = Kept(self._clock(), counted)
        self._kept[question] = kept
        self._narrow()
        return (await asyncio.shield(kept.counted)).rows  # one who leaves does not end it for the others

    async def _counted(
        self, database: Database, query: Query, facets: Mapping[str, Sequence[Filter]], before: Counted | None
    ) -> Counted:
        """`before` where nothing was written since. What is asked for once is not looked for: it costs its count."""
        since = self._clock()
        written = await last_written(database, query, before.written) if before else None
        if before and written is not None and written == before.written and since - before.since < LONGEST_SECONDS:
            return before
        return Counted(await tallies.asked(database, query, facets), since, written)

    def forget(self, *written: Record) -> None:
        """Count anew what `written` may change, whether or not the write was confirmed."""
        collections = {record.COLLECTION for record in written}
        for question in [each for each in self._kept if each.collection in collections]:
            del self._kept[question]

    def _done(self, counted: asyncio.Task[Counted]) -> None:
        _failed(counted)  # looked at, even if everybody who waited has left
        self._narrow()

    def _narrow(self) -> None:
        rows = sum(each.size() for each in self._kept.values())
        while len(self._kept) > MOST_KEPT or (rows > MOST_ROWS and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            rows -= oldest.size()


async def last_written(database: Database, query: Query, before: int | None = None) -> int | None:
    """The last sequence of what `query` counts in; None where something waits to have one, or it is of no network.

    `before` is what it was before: that there is none above it is found more easily than which one is the last.
    In this order: what an outbox does not hold any more is among the revisions. So what is acknowledged between two
    looks with the same answer is in neither, and there is none.
    """
    network = query.where().get("network")
    if query.kind.partition is not Record.partition or not isinstance(network, str):
        return None
    waiting: list[Filter] = [{"$match": WAITING}, {"$match": {"network": network}}, {"$project": {"_id": 1}}]
    if await database.aggregate(query.kind.COLLECTION, waiting, 1):
        return None
    above = {"partition": network, "sequence": {"$gt": before}}
    if before and not await database.find(REVISIONS, above, 1, (), sort=(("sequence", 1),)):
        return before
    return await last_sequence(database, network)


def _failed(counted: asyncio.Task[Counted]) -> bool:
    return counted.done() and (counted.cancelled() or counted.exception() is not None)
