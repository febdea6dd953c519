"""Upkeep at start, under a lease, safe to run twice: the migrations not yet applied, then indexes as declared."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from service.dates import now
from service.records import BOOKKEEPING, document_of, fact_names, record_of
from service.store.database import Database, Duplicate
from service.store.kinds import KINDS, index_name, indexes
from service.store.leases import held

MIGRATIONS = "migrations"
LEASE = "upkeep"
BATCH = 200
PATIENCE = 60  # seconds to wait for another worker that is at it

log = logging.getLogger(__name__)


async def derive_keys(database: Database) -> None:
    """Store anew the keys that records are found by, wherever they differ from what the code derives today.

    Facts that the code has come to know since are stored as what they are without being said.
    """
    for kind in KINDS.values():
        last = ""
        while found := await database.find(kind.COLLECTION, {"_id": {"$gt": last}}, BATCH, sort=(("_id", 1),)):
            for document in found:
                await _derive(database, kind.COLLECTION, document, document_of(record_of(kind, document)))
            last = found[-1]["_id"]


async def _derive(database: Database, collection: str, stored: dict[str, Any], wanted: dict[str, Any]) -> None:
    facts = {"_id", *BOOKKEEPING, *fact_names(KINDS[stored["_id"].partition("_")[0]])}
    keys = {
        name: value
        for name, value in wanted.items()
        if (name not in stored or name not in facts) and stored.get(name, ...) != value
    }
    if keys:
        where = {"_id": stored["_id"], "version": stored["version"]}  # a later write derives them by itself
        await database.update(collection, where, {"$set": keys})


class Migration(NamedTuple):
    number: int
    title: str
    apply: Callable[[Database], Awaitable[None]]


ALL = (
    Migration(1, "derive the stored keys", derive_keys),
    Migration(2, "derive what records are counted and found by", derive_keys),
)


async def prepare(database: Database, holder: str, migrations: tuple[Migration, ...] = ALL) -> None:
    """Bring the database up to date. Raises TimeoutError when another worker holds the lease for too long."""
    async with held(database, LEASE, holder, PATIENCE):
        for migration in migrations:  # first: an index may need what they derive
            await _apply(database, migration)
        for collection, declared in indexes().items():
            standing = await database.indexes(collection)  # one command instead of two for each index there is
            for index in declared:
                if standing.get(index_name(index)) != (tuple(index.keys), index.unique):
                    await database.create_index(collection, index_name(index), index.keys, index.unique)


async def _apply(database: Database, migration: Migration) -> None:
    if await database.find(MIGRATIONS, {"_id": migration.number}, 1):
        return
    log.info("migration %d: %s", migration.number, migration.title)
    await migration.apply(database)
    try:
        await database.insert(MIGRATIONS, {"_id": migration.number, "title": migration.title, "at": now()})
    except Duplicate:
        log.info("migration %d was applied by another worker too", migration.number)
