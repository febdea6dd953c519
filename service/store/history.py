"""A record's history: its outbox and the relayed revisions together, so that nothing acknowledged is ever missed.

The outbox is always read first. An entry leaves it only after it stands in `revisions`, so whoever looks there second
finds what the first look missed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from service.errors import Code, Problem, Refusal
from service.records import Document, Record, document_of, record_of
from service.store.database import KEYS_AT_ONCE, Database
from service.store.kinds import REVISIONS
from service.store.reads import below
from service.store.sealing import revealing
from service.trail.revisions import Revision, undone

MOST_SINCE = 10_000  # revisions undone for one look-up of records as they stood
SAID = ("record", "version", "at", "previous", "changes")  # by a revision, and needed to undo it


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


async def since(database: Database, documents: Sequence[Document], moment: dt.datetime) -> dict[str, list[Revision]]:
    """The revisions of each of `documents`, read with their outboxes, after the version that stood at `moment`.

    Newest first: those after the highest version recorded by then. One command. Raises `Refusal` LIMIT_EXCEEDED.
    """
    if not documents:
        return {}
    stages: list[Mapping[str, Any]] = [  # the first by itself is what SecantusDB narrows by an index
        {"$match": {"record": {"$in": sorted(each["_id"] for each in documents)}}},
        {"$match": {"at": {"$gt": moment}}},
        {"$project": dict.fromkeys(SAID, 1)},
    ]
    relayed = await database.aggregate(REVISIONS, stages, MOST_SINCE + 1)
    if len(relayed) > MOST_SINCE:
        english = f"More than {MOST_SINCE} revisions would have to be undone; ask for less, or for a later moment."
        chinese = f"须撤回的修订超过 {MOST_SINCE} 条;请缩小范围,或选择较晚的时点。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("as_of",), english, chinese))
    waiting = (entry for each in documents for entry in each["outbox"] if entry["at"] > moment)
    by_id = {revision["_id"]: revision for revision in (*waiting, *relayed)}
    found: dict[str, list[Revision]] = {each["_id"]: list(_down_from(each, by_id)) for each in documents}
    return cast(dict[str, list[Revision]], (await revealing(database, found))(found))


def _down_from(document: Document, revisions: Mapping[str, Revision]) -> Iterator[Revision]:
    """Version by version, as far as they are among `revisions`."""
    version = int(document["version"])
    while revision := revisions.get(f"{document['_id']}:{version}"):
        yield revision
        version -= 1


async def recorded_at(database: Database, states: Sequence[Document]) -> dict[str, dt.datetime]:
    """When the version of each of `states` was recorded, by the record's id; outboxes as they were read with them."""
    wanted = {f"{each['_id']}:{each['version']}": each["_id"] for each in states}
    entries = [entry for each in states for entry in each["outbox"] if entry["_id"] in wanted]
    unknown = sorted(wanted.keys() - {entry["_id"] for entry in entries})
    for start in range(0, len(unknown), KEYS_AT_ONCE):
        some = unknown[start : start + KEYS_AT_ONCE]
        entries += await database.find(REVISIONS, {"_id": {"$in": some}}, len(some), ("at",))
    return {wanted[entry["_id"]]: entry["at"] for entry in entries}


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
