"""The access log: who read what is restricted, one entry a request, written before the answer leaves.

Restricted is what tells of a person, and what only READ_DRAFT_FINDINGS lets read. An entry names the records of every
network that it touches; who reads the log of a network sees the records of that one.
"""

import datetime as dt
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from service.dates import SHANGHAI
from service.records import Document, Filter, Record, joined
from service.store import reads
from service.store.database import Database
from service.store.kinds import ACCESS_BY, ACCESS_INDEXES, ACCESS_NAMED, ACCESSES, index_name
from service.store.reads import Range
from service.trail.sealing import PERSONAL
from service.viewer import Right

LOGGED = PERSONAL | {Right.READ_DRAFT_FINDINGS}
ORDER = "_id"  # begins with the moment in Shanghai, so that it orders by time
END_OF_DAY = "T~"  # sorts after every moment of a day


@dataclass
class Accesses:
    """What one request was answered that is restricted, by record; `operation` is its name, if it has one."""

    operation: str | None = None
    _rights: defaultdict[tuple[str, str], set[Right]] = field(default_factory=lambda: defaultdict(set))
    _own: set[str] = field(default_factory=set)

    @property
    def noted(self) -> bool:
        """Whether anything restricted is answered, own or not."""
        return bool(self._rights)

    def made(self, kind: type[Record], document: Document) -> None:
        """`document`, one of `kind`, answers who wrote it. Who made a record whose maker is confidential reads nothing
        new in it, and an entry would name them to whoever may read the log and not that.
        """
        if kind.MAKER is not None and document["version"] == 1:
            self._own.add(document["_id"])

    def note(self, right: Right, network: str, record: str) -> None:
        """A value of `record` is answered that `right` lets read. Only rights whose use is logged count."""
        if right in LOGGED:
            self._rights[network, record].add(right)

    def note_record(self, kind: type[Record], document: Document, day: dt.date) -> None:
        """`document`, one of `kind`, is answered."""
        self.note(kind.right_to_read(document, day), document["network"], document["_id"])

    async def leave(self, database: Database, by: str, at: dt.datetime) -> None:
        """Write the entry of this request, if there is anything to tell. Raises `Unavailable`."""
        noted = sorted((each, rights) for each, rights in self._rights.items() if each[1] not in self._own)
        if not noted:
            return
        entry = {
            "_id": joined(at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"), secrets.token_hex(8)),
            "at": at,
            "by": by,
            "operation": self.operation,
            "networks": sorted({network for (network, _), _ in noted}),
            "named": [joined(*each) for each, _ in noted],
            "reads": [
                {"network": network, "record": record, "rights": sorted(rights)} for (network, record), rights in noted
            ],
        }
        await database.insert(ACCESSES, entry)


@dataclass(frozen=True)
class Asked:
    """Which entries of a network's log, the newest first."""

    network: str
    by: str | None = None
    record: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None

    def where(self) -> Filter:
        named: Filter = {"networks": self.network}
        if self.record is not None:
            named = {"named": joined(self.network, self.record)}
        days: Filter = {"$gte": self.first.isoformat()} if self.first else {}
        days |= {"$lte": f"{self.last.isoformat()}{END_OF_DAY}"} if self.last else {}
        return {**named, **({"by": self.by} if self.by is not None else {}), **({ORDER: days} if days else {})}

    def index(self) -> str:
        chosen = ACCESS_NAMED if self.record is not None else ACCESS_BY if self.by is not None else ACCESS_INDEXES[0]
        return index_name(chosen)

    def shown(self, entry: Document) -> dict[str, Any]:
        """An entry as who reads the log of this network sees it."""
        own = [read for read in entry["reads"] if read["network"] == self.network]
        rights = sorted({right for read in own for right in read["rights"]})
        return {**entry, "rights": rights, "records": [read["record"] for read in own]}


async def page(database: Database, asked: Asked, part: Range) -> list[dict[str, Any]]:
    """The entries of one page, and one more if there are more: one command."""
    bounds = {"$lt": part.after, "$gt": part.before}
    given = {operator: key for operator, key in bounds.items() if key is not None}
    where = asked.where()
    found = await database.find(
        ACCESSES,
        {**where, "$and": [{ORDER: given}]} if given else where,
        part.size + 1,
        sort=((ORDER, 1 if part.backwards else -1),),
        index=asked.index(),
    )
    return [asked.shown(entry) for entry in found]


async def count(database: Database, asked: Asked) -> int:
    """How many there are, pages aside, as `reads.count`."""
    return await database.count(ACCESSES, asked.where(), reads.MOST_COUNTED + 1, asked.index())
