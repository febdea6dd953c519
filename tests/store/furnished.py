"""A house with records of every kind, whose every list may be asked for in a few requests."""

import asyncio
import datetime as dt

from schema.limits import Limits
from seeds.loader import load, plant
from seeds.synthetic import records
from service.dates import now
from service.network.giving import give
from service.store.database import Database
from service.store.relay import Relay
from service.store.store import Store
from tests.api.world_files import attached
from tests.conftest import ADMIN, NETWORK, House
from tests.store.furniture import FURNITURE
from tests.store.scene import act

LAX = Limits(tokens=1_000_000, aliases=1_000, cost=1_000_000)  # for a hundred lists in one request


async def furnished(database: Database) -> House:
    store = Store(database)
    await load(store, now(), lambda _: None)
    await plant(store, records(1, dt.date(2024, 6, 15)), now(), lambda _: None)  # of some kinds no source tells
    await plant(store, FURNITURE, now(), lambda _: None)
    house = House(database, store, Relay(database, "tests", asyncio.Event()), limits=LAX)
    await attached(house, ADMIN, "act_002_film_martyrs", 1)  # which no source tells of either
    await give(store, act(ADMIN), {"network": NETWORK, "role": "OBSERVER", "subject": "observer"})
    return house
