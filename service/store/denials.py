"""Denied attempts in the access log: who tried what without the right to it, or with a token that holds no more.

They stand beside the readings and not in the trail: the chain of a record grows by what was done to it, and no stranger
can make it longer. Of whom nothing is known, attempts are counted in the metrics alone, by code.

A flood of them fills nothing: a subject leaves MOST_A_MINUTE entries a minute (and one more for each further worker),
what comes after is counted on the last one.
"""

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from service.dates import SHANGHAI
from service.errors import Code, Problem
from service.network.networks import Network
from service.records import INSTALLATION, joined
from service.store.accesses import AccessKind
from service.store.budgets import Budgets
from service.store.database import Database
from service.store.kinds import ACCESSES
from service.viewer import ANONYMOUS, Viewer

MOST_A_MINUTE = 20
MOST_FIELDS = 50  # told of one request
MOST_REMEMBERED = 10_000  # subjects whose last entry is at hand
LONGEST_ID = 64  # characters of a network's id that is worth looking for


@dataclass
class Attempts:
    """What one request was denied: the fields by their names in the schema, and where, as far as that was said."""

    fields: set[str] = field(default_factory=set)
    networks: set[str] = field(default_factory=set)

    def note(self, name: str, network: object = None) -> None:
        self.fields.add(name)
        if isinstance(network, str) and network.startswith(f"{Network.PREFIX}_") and len(network) <= LONGEST_ID:
            self.networks.add(network)

    def refused(self, name: str, problems: Iterable[Problem], network: object = None) -> None:
        """Note that `name` was refused, if it was for want of a right."""
        if any(problem.code is Code.FORBIDDEN for problem in problems):
            self.note(name, network)


class Denials:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._budgets = Budgets(database)
        self._last: dict[str, str] = {}  # entry of a subject

    async def leave(
        self, viewer: Viewer, attempts: Attempts, operation: str | None, at: dt.datetime, code: Code = Code.FORBIDDEN
    ) -> None:
        """Write what `viewer` attempted, before the answer leaves. Raises `Unavailable`."""
        if viewer is ANONYMOUS:
            return
        name = f"denied:{viewer.subject}"
        standing = await self._budgets.standing(name, MOST_A_MINUTE, at)
        last = self._last.get(viewer.subject)
        if standing.left <= 0 and last is not None:
            await self._database.update(ACCESSES, {"_id": last}, {"$inc": {"times": 1}})
            return
        self._budgets.spend(name, MOST_A_MINUTE, 1, at)
        if len(self._last) >= MOST_REMEMBERED:
            self._last.clear()
        own_id = joined(at.astimezone(SHANGHAI).isoformat(timespec="milliseconds"), secrets.token_hex(8))
        entry = {
            "_id": own_id,
            "at": at,
            "by": viewer.subject,
            "operation": operation,
            "networks": await self._concerned(viewer, attempts),
            "named": [],
            "reads": [],
            "kind": AccessKind.DENIED,
            "code": code,
            "fields": sorted(attempts.fields)[:MOST_FIELDS],
            "times": 1,
        }
        await self._database.insert(ACCESSES, entry)
        self._last[viewer.subject] = own_id

    async def _concerned(self, viewer: Viewer, attempts: Attempts) -> list[str]:
        """The networks whose log tells of it: those named, if there are such; else those the viewer belongs to."""
        named = sorted(attempts.networks)
        if named:
            found = await self._database.find(Network.COLLECTION, {"_id": {"$in": named}}, len(named), ())
            named = sorted(each["_id"] for each in found)
        return named or sorted({grant.network for grant in viewer.grants if grant.network}) or [INSTALLATION]
