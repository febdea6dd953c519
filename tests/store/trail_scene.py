"""The scene of the relay's tests: four records in three partitions, written again and again, and relays to run."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.cooperation.activities import Activity
from service.dates import now
from service.network.organizations import Organization
from service.records import Record
from service.store.database import Database
from service.store.leases import LEASES
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import Grant, Role, Viewer
from tests.store.scene import NOW, act, activity, check_trail, organization, waiting

WRITER = Viewer("writer", (Grant(Role.NETWORK_ADMIN, "net_a"), Grant(Role.NETWORK_ADMIN, "net_b")))
RECORDS: list[tuple[type[Record], str]] = [
    (Activity, "act_1"),
    (Activity, "act_2"),
    (Activity, "act_far"),
    (Organization, "org_1"),
]
FACTS: Mapping[type[Record], str] = {Activity: "place", Organization: "city"}  # what is changed, again and again
ALL = 10_000


def relay_of(database: Database, holder: str = "one") -> Relay:
    return Relay(database, holder, asyncio.Event())


async def drain(*relays: Relay) -> int:
    """Relay until nothing waits; how many revisions that were. One that steps back is given another round."""
    moved = quiet = 0
    while quiet < 3:
        found = [await each.round() for each in relays]
        moved += sum(found)
        quiet = 0 if any(found) else quiet + 1
    return moved


async def begin(store: Store) -> None:
    """Two records of one partition, and one in each of two others."""
    await store.create(activity("act_1"), act(WRITER))
    await store.create(activity("act_2"), act(WRITER))
    await store.create(activity("act_far", network="net_b"), act(WRITER))
    await store.create(organization("org_1"), act(WRITER))


async def write(store: Store, kind: type[Any], own_id: str, at: dt.datetime = NOW) -> int:
    """Change the record once more; the version that this made."""
    version = (await store.database.find(kind.COLLECTION, {"_id": own_id}, 1))[0]["version"]
    before = await store.load(kind, own_id, version, act(WRITER, at))
    after = replace(before, **{FACTS[kind]: f"第{version}次"})
    return int((await store.save(before, after, act(WRITER, at)))["version"])


async def write_all(store: Store, times: int) -> None:
    for _ in range(times):
        for kind, own_id in RECORDS:
            await write(store, kind, own_id)


async def all_relayed(database: Database) -> None:
    """Wait until a relay that runs beside has nothing left to do."""
    async with asyncio.timeout(10):
        entries = await waiting(database)
        while entries:
            await asyncio.sleep(0.02)
            entries = await waiting(database)


async def check_all_relayed(database: Database) -> None:
    assert await waiting(database) == []
    await check_trail(database, RECORDS)


async def expire(database: Database, name: str) -> None:
    past = now() - dt.timedelta(seconds=1)
    assert await database.update(LEASES, {"_id": name}, {"$set": {"until": past}})
