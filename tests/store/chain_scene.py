"""The scene of the chain's tests: a trail with checkpoints, all that stands of it in memory, and ways to bend it.

`Standing` is the whole database as collections of documents, so that a tampering is undone by putting it back.
"""

import copy
from collections.abc import Mapping
from typing import Any, TypeAlias

import pytest

from service.dates import now
from service.store.checkpointing import Checkpointing, seal
from service.store.database import Database
from service.store.kinds import CHECKPOINTS, KINDS, REVISIONS
from service.store.store import Store
from service.store.trail_export import differences, exported
from service.store.verifying import partitions, walks
from service.trail.checkpoints import Checkpoint
from service.trail.exports import checkpoints_in, text_of
from service.trail.keys import KnownKeys, SigningKey, known_keys
from service.trail.verifying import Fault
from tests.store.scene import MANY
from tests.store.trail_scene import begin, drain, relay_of, write_all

KEY, OTHER_KEY = (SigningKey.parse(digit * 64) for digit in (b"1", b"2"))
KNOWN: KnownKeys = known_keys([KEY.public])
SEALING = Checkpointing(KEY, most=5)
DRIVERS = ("mongomock", *(pytest.param(name, marks=pytest.mark.prove) for name in ("motor", "pymongo")))
COLLECTIONS = (*(kind.COLLECTION for kind in KINDS.values()), REVISIONS, CHECKPOINTS)
Standing: TypeAlias = dict[str, list[dict[str, Any]]]


async def seal_all(database: Database, checkpointing: Checkpointing = SEALING) -> None:
    for partition in await partitions(database):
        while await seal(database, partition, checkpointing, now()):
            pass


async def sealed_trail(store: Store, times: int = 3) -> None:
    """Records of three partitions, written again and again, all relayed and sealed."""
    await begin(store)
    await write_all(store, times)
    await drain(relay_of(store.database))
    await seal_all(store.database)


async def kept_from(database: Database, **options: Any) -> str:
    """The text of an export."""
    lines = [text_of(line) async for line in exported(database, KNOWN, now(), **options)]
    return "".join(lines)


async def faults(
    database: Database, kept: str = "", known: KnownKeys = KNOWN, network: str | None = None
) -> list[Fault]:
    """What a comparison with what was kept, then the walk through the database, find."""
    found = await differences(database, kept_checkpoints(kept), known) if kept else []
    async for _, verdict in walks(database, known, network):
        found += verdict.faults
    return found


def kept_checkpoints(kept: str) -> list[Checkpoint]:
    return list(checkpoints_in(kept.splitlines()))


async def standing(database: Database) -> Standing:
    return {name: copy.deepcopy(await database.find(name, {}, MANY)) for name in COLLECTIONS}


async def put(database: Database, before: Standing, after: Mapping[str, list[dict[str, Any]]]) -> None:
    """Make the database, which stands as `before`, stand as `after`, whatever any rule of ours says."""
    for name in COLLECTIONS:
        old = {each["_id"]: each for each in before[name]}
        new = {each["_id"]: each for each in after[name]}
        for own_id in old.keys() | new.keys():
            if old.get(own_id) != new.get(own_id):
                await database.delete(name, {"_id": own_id})
        for own_id in [own_id for own_id in new if old.get(own_id) != new[own_id]]:
            await database.insert(name, copy.deepcopy(new[own_id]))
