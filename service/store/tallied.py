"""What was counted for the public, kept for a moment: a page that many look at costs the database one count of it.

It is for those alone who cannot have written anything, for they do not log in; whoever does is always answered what
stands. What this process writes ends what was counted of the same kind of record at once; what another one writes,
after KEPT_SECONDS at most. To ask instead whether anything was written since would take two commands each time (what
waits in the outboxes, then the last sequence): it would cost the service twice the command that it saves.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from service.records import Filter, Record
from service.store import tallies
from service.store.database import Database
from service.store.reads import Query
from service.store.tallies import Row

KEPT_SECONDS = 3.0
MOST_KEPT = 100  # questions, and ...
MOST_ROWS = 50_000  # ... groups in all of them; beyond them what was asked first is forgotten first


class Question(NamedTuple):
    collection: str
    stages: str


class Counted(NamedTuple):
    since: float
    rows: "asyncio.Task[dict[str, list[Row]]]"

    def size(self) -> int:
        """How many groups there are, as far as is known."""
        known = self.rows.done() and not _failed(self.rows)
        return sum(map(len, self.rows.result().values())) if known else 0


class Tallied:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[Question, Counted] = OrderedDict()

    async def asked(
        self, database: Database, query: Query, facets: Mapping[str, Sequence[Filter]]
    ) -> dict[str, list[Row]]:
        """As `tallies.asked`, perhaps KEPT_SECONDS old. The rows belong to all who asked: nobody changes them.

        Who asks the same at the same time waits for the same count.
        """
        question = Question(query.kind.COLLECTION, f"{query.steps()} {dict(facets)}")
        counted = self._kept.get(question)
        if counted is None or self._clock() - counted.since >= KEPT_SECONDS or _failed(counted.rows):
            rows = asyncio.create_task(tallies.asked(database, query, facets))
            rows.add_done_callback(self._done)
            self._kept.pop(question, None)
            counted = self._kept[question] = Counted(self._clock(), rows)
            self._narrow()
        return await asyncio.shield(counted.rows)  # one who leaves does not end it for the others

    def forget(self, *written: Record) -> None:
        """Count anew what `written` may change, whether or not the write was confirmed."""
        collections = {record.COLLECTION for record in written}
        for question in [each for each in self._kept if each.collection in collections]:
            del self._kept[question]

    def _done(self, rows: "asyncio.Task[dict[str, list[Row]]]") -> None:
        _failed(rows)  # looked at, even if everybody who waited has left
        self._narrow()

    def _narrow(self) -> None:
        rows = sum(each.size() for each in self._kept.values())
        while len(self._kept) > MOST_KEPT or (rows > MOST_ROWS and len(self._kept) > 1):
            _, oldest = self._kept.popitem(last=False)
            rows -= oldest.size()


def _failed(rows: "asyncio.Task[dict[str, list[Row]]]") -> bool:
    return rows.done() and (rows.cancelled() or rows.exception() is not None)
