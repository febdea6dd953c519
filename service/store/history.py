"""A record's history: its outbox and the relayed revisions together, so that nothing acknowledged is ever missed.

The outbox is always read first. An entry leaves it only after it stands in `revisions`, so whoever looks there second
finds what the first look missed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from service.records import Document, Record, document_of, record_of
from service.store.database import KEYS_AT_ONCE, Database
from service.store.kinds import REVISIONS
from service.store.reads import below
from service.store.sealing import revealing
from service.trail.revisions import Revision, undone


async def find_by_key(database: Database, kind: type[Record], key: str) -> Revision | None:
    """The revision that an act with this idempotency key left on a record of `kind`."""
    waiting = await database.find(kind.COLLECTION, {"outbox.key": key}, 1, ("outbox",))
    for document in waiting:
        entries: list[Revision] = document["outbox"]
        return next(entry for entry in entries if entry["key"] == key)
    relayed = await database.find(REVISIONS, {"key": key}, 1)
    return relayed[0] if relayed else None


async def find_by_keys(database: Database, kind: type[Record], keys: Sequence[str]) -> dict[str, Revision]:
    """The revisions that acts with these keys left on records of `kind`, by key: two commands for a hundred."""
    found: dict[str, Revision] = {}
    for some in (list(keys[start : start + KEYS_AT_ONCE]) for start in range(0, len(keys), KEYS_AT_ONCE)):
        waiting = await database.find(kind.COLLECTION, {"outbox.key": {"$in": some}}, len(some), ("outbox",))
        relayed = await database.find(REVISIONS, {"key": {"$in": some}}, len(some))
        entries = (entry for document in waiting for entry in document["outbox"])
        found |= {entry["key"]: entry for entry in (*entries, *relayed) if entry["key"] in some}
    return found


async def revisions(
    database: Database, kind: type[Record], own_id: str, above: int, below: int, limit: int, newest_first: bool
) -> list[dict[str, Any]]:
    """At most `limit` revisions of one record with `above` < version < `below`."""
    found = await histories(database, kind, [own_id], Part(above, below, limit, newest_first))
    return found[own_id]


class Part(NamedTuple):
    """Which revisions: at most `limit` with `above` < version < `below`, from one end."""

    above: int
    below: int
    limit: int
    newest_first: bool


async def histories(
    database: Database, kind: type[Record], ids: Sequence[str], part: Part
) -> dict[str, list[dict[str, Any]]]:
    """The same part of the history of each record in `ids`, which are of one kind: two commands for all.

    What tells of a person is plain in it, for which one more command asks where there is any.
    """
    found = await chains(database, kind, ids, part)
    return cast(dict[str, list[dict[str, Any]]], (await revealing(database, found))(found))


async def chains(
    database: Database, kind: type[Record], ids: Sequence[str], part: Part
) -> dict[str, list[dict[str, Any]]]:
    """As `histories`, each revision as it is stored and hashed: what tells of a person is sealed."""
    waiting = await database.find(kind.COLLECTION, {"_id": {"$in": sorted(ids)}}, len(ids), ("outbox",))
    outboxes = {document["_id"]: document["outbox"] for document in waiting}
    relayed = await _relayed(database, ids, part)
    return {own_id: _merged(outboxes.get(own_id, ()), relayed.get(own_id, ()), part) for own_id in ids}


async def _relayed(database: Database, ids: Sequence[str], part: Part) -> dict[str, list[Document]]:
    versions = {"version": {"$gt": part.above, "$lt": part.below}}
    direction = -1 if part.newest_first else 1
    if len(ids) == 1 or database.driver == "mongomock":  # which cannot look up with a pipeline
        order = (("version", direction),)
        return {
            own_id: list(await database.find(REVISIONS, {"record": own_id, **versions}, part.limit, sort=order))
            for own_id in ids
        }
    inner: list[Mapping[str, Any]] = [{"$match": versions}, {"$sort": {"version": direction}}, {"$limit": part.limit}]
    return await below(database, ids, REVISIONS, "record", inner)


def _merged(outbox: Iterable[Revision], relayed: Iterable[Revision], part: Part) -> list[dict[str, Any]]:
    waiting = {entry["_id"]: entry for entry in outbox if part.above < entry["version"] < part.below}
    both = waiting | {revision["_id"]: revision for revision in relayed}
    ordered = sorted(both.values(), key=lambda revision: int(revision["version"]), reverse=part.newest_first)
    return [dict(revision) for revision in ordered[: part.limit]]


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
