"""Budgets: what one caller may spend in a minute, shared by all workers without a command per request.

Each worker lets a caller spend a first slice unasked, and leases further slices from the database, the first of them
together with the one it gave; so N workers together let at most N - 1 slices pass beyond the budget. When no slice is
left, the caller has spent its minute, and nobody asks again until the next one.
"""

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from service.errors import Unavailable
from service.store.database import Database, Duplicate

BUDGETS = "budgets"
MINUTE = 60  # seconds
SLICES = 20  # of a budget
MOST_ACCOUNTS = 100_000  # that a worker keeps in one minute
KEPT = 60  # minutes
LEASE_SECONDS = 1.0  # a request that waits for a slice has the database's answer still before it


class Standing(NamedTuple):
    """What is left of `budget`, as far as this worker knows, and the seconds until the next minute."""

    budget: int
    left: int
    seconds: int


@dataclass
class Account:
    own: int  # what this worker may still let pass; below 0 when the last request cost more
    leased: bool = False  # whether it has asked for a slice yet
    spent: int = 0
    closed: bool = False  # the whole budget is leased


class Budgets:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._minute = 0
        self._accounts: dict[str, Account] = {}

    async def standing(self, name: str, budget: int, moment: dt.datetime) -> Standing:
        """How `name` stands before a request; a slice is leased when there is none left.

        Without the database nothing is refused, and soon: what is asked for will say itself that it is away.
        """
        account = self._account(name, budget, moment)
        while account.own <= 0 and not account.closed:
            amount = _slice(budget) * (1 if account.leased else 2)  # the first slice was given unasked
            try:
                async with asyncio.timeout(LEASE_SECONDS):
                    leased = await self._lease(name, amount, budget)
                account.own += _slice(budget) if leased else 0
                account.leased, account.closed = account.leased or leased, not leased
            except (Unavailable, TimeoutError):
                account.own = _slice(budget)
        left = 0 if account.closed and account.own <= 0 else max(budget - account.spent, 1)
        return Standing(budget, left, MINUTE - int(moment.timestamp()) % MINUTE)

    def spend(self, name: str, budget: int, cost: int, moment: dt.datetime) -> None:
        account = self._account(name, budget, moment)
        account.own -= cost
        account.spent += cost

    def _account(self, name: str, budget: int, moment: dt.datetime) -> Account:
        minute = int(moment.timestamp()) // MINUTE
        late = minute == self._minute - 1  # what began in the last minute is paid for in this one
        if (minute != self._minute and not late) or len(self._accounts) >= MOST_ACCOUNTS:
            self._minute, self._accounts = minute, {}
        return self._accounts.setdefault(name, Account(_slice(budget)))

    async def _lease(self, name: str, amount: int, budget: int) -> bool:
        own_id = f"{self._minute}:{name}"
        where = {"_id": own_id, "leased": {"$lte": budget - amount}}
        if await self._database.update(BUDGETS, where, {"$inc": {"leased": amount}}):
            return True
        try:
            await self._database.insert(BUDGETS, {"_id": own_id, "leased": amount})
        except Duplicate:  # it stands: made by another worker since the first look, or spent
            return await self._database.update(BUDGETS, where, {"$inc": {"leased": amount}})
        return True


async def forget_past(database: Database, moment: dt.datetime) -> None:
    """Remove the budgets of minutes long past."""
    await database.delete(BUDGETS, {"_id": {"$lt": f"{int(moment.timestamp()) // MINUTE - KEPT}:"}})


def _slice(budget: int) -> int:
    return max(budget // SLICES, 1)
