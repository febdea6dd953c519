"""Leases with fencing: at most one holder at a time, and each new holder has a higher fence than all before it.

A lease is a promise about time, and clocks differ; what makes a stale holder harmless is not the lease but the unique
index that its writes meet.
"""

import datetime as dt
from dataclasses import dataclass

from service.store.database import Database, Duplicate

LEASES = "leases"
TERM = dt.timedelta(seconds=10)


@dataclass(frozen=True)
class Lease:
    name: str
    holder: str
    fence: int
    until: dt.datetime


async def acquire(database: Database, name: str, holder: str, now: dt.datetime) -> Lease | None:
    """The lease for TERM from `now`, renewed if `holder` has it already; None while somebody else does."""
    found = await database.find(LEASES, {"_id": name}, limit=1)
    until = now + TERM
    if not found:
        try:
            await database.insert(LEASES, {"_id": name, "holder": holder, "fence": 1, "until": until})
        except Duplicate:
            return None
        return Lease(name, holder, 1, until)
    held = found[0]
    if held["holder"] != holder and held["until"].replace(tzinfo=dt.UTC) > now:
        return None
    fence = held["fence"] + (held["holder"] != holder)
    change = {"$set": {"holder": holder, "fence": fence, "until": until}}
    taken = await database.update(LEASES, {"_id": name, "fence": held["fence"], "until": held["until"]}, change)
    return Lease(name, holder, fence, until) if taken else None


async def release(database: Database, lease: Lease) -> None:
    """Give the lease back early, so that the next holder need not wait."""
    past = dt.datetime.fromtimestamp(0, dt.UTC)
    await database.update(LEASES, {"_id": lease.name, "fence": lease.fence}, {"$set": {"until": past}})
