"""What a server and the database on it are like, found by looking alone: nothing is written."""

from dataclasses import dataclass
from typing import Any

from pymongo.errors import OperationFailure

from service.store import upkeep
from service.store.database import Database
from service.store.kinds import KINDS, WAITING, index_name, indexes

ALWAYS_THERE = frozenset({"_id_"})


@dataclass(frozen=True)
class Findings:
    """Indexes are named `collection.name`, migrations by number; `waiting` counts revisions not relayed yet."""

    server: str
    features: dict[str, bool]
    present: tuple[str, ...]
    missing: tuple[str, ...]
    undeclared: tuple[str, ...]
    applied: tuple[int, ...]
    unapplied: tuple[int, ...]
    waiting: int

    @property
    def sound(self) -> bool:
        return not self.missing and not self.unapplied


async def examine(database: Database) -> Findings:
    """Raises `Unavailable` when the server is away."""
    standing = {
        f"{collection}.{name}"
        for collection in indexes()
        for name in await database.index_names(collection) - ALWAYS_THERE
    }
    declared = {f"{collection}.{index_name(index)}" for collection, own in indexes().items() for index in own}
    known = [migration.number for migration in upkeep.ALL]
    applied = {each["_id"] for each in await database.find(upkeep.MIGRATIONS, {"_id": {"$in": known}}, len(known), ())}
    return Findings(
        server=f"MongoDB {(await database.command({'buildInfo': 1}))['version']}",
        features=await _features(database),
        present=tuple(sorted(declared & standing)),
        missing=tuple(sorted(declared - standing)),
        undeclared=tuple(sorted(standing - declared)),
        applied=tuple(sorted(applied)),
        unapplied=tuple(number for number in known if number not in applied),
        waiting=sum([await _waiting(database, kind.COLLECTION) for kind in KINDS.values()]),
    )


async def _features(database: Database) -> dict[str, bool]:
    """As the server says of itself in `hello`; `explain` is tried."""
    hello = await database.command({"hello": 1})
    shared = "setName" in hello or hello.get("msg") == "isdbgrid"
    sessions = "logicalSessionTimeoutMinutes" in hello
    try:
        await database.command({"explain": {"find": upkeep.MIGRATIONS, "limit": 1}, "verbosity": "queryPlanner"})
        explain = True
    except OperationFailure:
        explain = False
    return {
        "replica set or shards": shared,
        "sessions": sessions,
        "transactions": sessions and shared,
        "explain": explain,
    }


async def _waiting(database: Database, collection: str) -> int:
    stages: list[dict[str, Any]] = [{"$match": WAITING}, {"$unwind": "$outbox"}, {"$count": "entries"}]
    found = await database.aggregate(collection, stages, 1)
    return int(found[0]["entries"]) if found else 0
