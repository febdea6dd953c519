"""Leases with fencing: at most one holder at a time, and each new holder has a higher fence than all before it.

A lease is a promise about time, and clocks differ; what makes a stale holder harmless is not the lease but the unique
index that its writes meet.
"""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import dataclass

from service.dates import now
from service.errors import Unavailable
from service.store.database import Database, Duplicate, tidying

LEASES = "leases"
TERM = dt.timedelta(seconds=10)
RETRY = 0.2  # seconds between looks at a lease that somebody else holds


@dataclass(frozen=True)
class Lease:
    name: str
    holder: str
    fence: int
    until: dt.datetime


async def acquire(database: Database, name: str, holder: str, moment: dt.datetime) -> Lease | None:
    """The lease for TERM from `moment`, renewed if `holder` has it already; None while somebody else does."""
    found = await database.find(LEASES, {"_id": name}, limit=1)
    until = moment + TERM
    if not found:
        try:
            await database.insert(LEASES, {"_id": name, "holder": holder, "fence": 1, "until": until})
        except Duplicate:
            return None
        return Lease(name, holder, 1, until)
    held = found[0]
    if held["holder"] != holder and held["until"].replace(tzinfo=dt.UTC) > moment:
        return None
    fence = held["fence"] + (held["holder"] != holder)
    change = {"$set": {"holder": holder, "fence": fence, "until": until}}
    taken = await database.update(LEASES, {"_id": name, "fence": held["fence"], "until": held["until"]}, change)
    return Lease(name, holder, fence, until) if taken else None


async def release(database: Database, lease: Lease) -> None:
    """Give the lease back early, so that the next holder need not wait."""
    past = dt.datetime.fromtimestamp(0, dt.UTC)
    await database.update(LEASES, {"_id": lease.name, "fence": lease.fence}, {"$set": {"until": past}})


@contextlib.asynccontextmanager
async def held(database: Database, name: str, holder: str, patience: float) -> AsyncIterator[None]:
    """Hold a lease as long as the body runs, and leave nothing of it: no work is fenced by it.

    Raises TimeoutError when others keep it for `patience` seconds.
    """
    async with asyncio.timeout(patience):
        lease = await acquire(database, name, holder, now())
        while lease is None:  # the other holder may live in another process: nobody tells us when it is done
            await asyncio.sleep(RETRY)
            lease = await acquire(database, name, holder, now())
    renewing = asyncio.create_task(_renew(database, name, holder))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        async with tidying():  # it ends by itself after TERM
            await database.delete(LEASES, {"_id": name, "holder": holder})


async def _renew(database: Database, name: str, holder: str) -> None:
    while True:
        await asyncio.sleep(TERM.total_seconds() / 3)
        with contextlib.suppress(Unavailable):
            await acquire(database, name, holder, now())
