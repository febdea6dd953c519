"""Fresh databases for the store's tests, with indexes, on each engine and through each driver."""

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias, get_args

import pytest
from pymongo.monitoring import CommandListener

from service.store.database import Database, DriverName
from service.store.store import Store
from tests.conftest import MASTERS, OUTLIVES_THE_TESTS
from tests.rooms import Rooms

MakeDatabase: TypeAlias = Callable[..., Awaitable[Database]]


@pytest.fixture(scope="module")
async def make_database(engine_uri: str, rooms: Rooms) -> AsyncIterator[MakeDatabase]:
    """Make databases: `await make_database("motor")`; with `name`, another client of one that stands."""
    bare: list[Database] = []
    lent: list[Database] = []

    async def make(
        driver: DriverName, *listeners: CommandListener, name: str | None = None, prepared: bool = True
    ) -> Database:
        if prepared:
            lent.append(await rooms.lend(driver, listeners))
            return lent[-1]
        bare.append(Database(driver, engine_uri, name or f"test_{uuid.uuid4().hex}", listeners, MASTERS))
        return bare[-1]

    yield make
    shared = {database.name for database in lent}
    for database in bare:
        if database.driver != "mongomock" and OUTLIVES_THE_TESTS and database.name not in shared:
            await database.client.drop_database(database.name)
        await database.close()
    for database in lent:
        await rooms.give_back(database)


@pytest.fixture(scope="module", params=get_args(DriverName))
def driver(request: pytest.FixtureRequest) -> DriverName:
    """Each engine through each driver."""
    return request.param


@pytest.fixture
async def database(rooms: Rooms, driver: DriverName) -> AsyncIterator[Database]:
    lent = await rooms.lend(driver)
    yield lent
    await rooms.give_back(lent)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
