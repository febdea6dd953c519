"""A record's history: its outbox and the relayed revisions together, so that nothing acknowledged is ever missed.

The outbox is always read first. An entry leaves it only after it stands in `revisions`, so whoever looks there second
finds what the first look missed.
"""

from typing import Any

from service.records import Document, Record, document_of, record_of
from service.store.database import Database
from service.store.kinds import REVISIONS
from service.trail.revisions import Revision, undone


async def find_by_key(database: Database, kind: type[Record], key: str) -> Revision | None:
    """The revision that an act with this idempotency key left on a record of `kind`."""
    waiting = await database.find(kind.COLLECTION, {"outbox.key": key}, 1, ("outbox",))
    for document in waiting:
        entries: list[Revision] = document["outbox"]
        return next(entry for entry in entries if entry["key"] == key)
    relayed = await database.find(REVISIONS, {"key": key}, 1)
    return relayed[0] if relayed else None


async def revisions(
    database: Database, kind: type[Record], own_id: str, above: int, below: int, limit: int, newest_first: bool
) -> list[dict[str, Any]]:
    """At most `limit` revisions of one record with `above` < version < `below`."""
    waiting = await database.find(kind.COLLECTION, {"_id": own_id}, 1, ("outbox",))
    relayed = await database.find(
        REVISIONS,
        {"record": own_id, "version": {"$gt": above, "$lt": below}},
        limit,
        sort=(("version", -1 if newest_first else 1),),
    )
    by_id = {revision["_id"]: revision for revision in relayed}
    for document in waiting:
        by_id |= {
            entry["_id"]: entry
            for entry in document["outbox"]
            if above < entry["version"] < below and entry["_id"] not in by_id
        }
    ordered = sorted(by_id.values(), key=lambda revision: int(revision["version"]), reverse=newest_first)
    return ordered[:limit]


async def earlier_state(database: Database, kind: type[Record], own_id: str, version: int) -> Document | None:
    """The stored form of a record as it stood at `version`; None when there is no such record."""
    found = await database.find(kind.COLLECTION, {"_id": own_id}, 1)
    if not found:
        return None
    current = found[0]
    own, above = current["version"] - version + 1, version - 1
    later = await revisions(database, kind, own_id, above, current["version"] + 1, own, newest_first=True)
    times = {"created_at": current["created_at"], "updated_at": later[-1]["at"]}
    return document_of(record_of(kind, undone(current, later[:-1]))) | times
