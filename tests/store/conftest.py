"""Fresh databases for the store's tests, with indexes, on each engine and through each driver."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeAlias, get_args

import pytest
from pymongo.monitoring import CommandListener

from service.store import upkeep
from service.store.database import Database, DriverName
from service.store.store import Store
from tests.conftest import MASTERS

MakeDatabase: TypeAlias = Callable[..., Awaitable[Database]]


@pytest.fixture(scope="module")
async def make_database(engine_uri: str) -> AsyncIterator[MakeDatabase]:
    """Make databases: `await make_database("motor")`; with `name`, another client of one that stands."""
    opened: list[Database] = []

    async def make(
        driver: DriverName, *listeners: CommandListener, name: str | None = None, prepared: bool = True
    ) -> Database:
        database = Database(driver, engine_uri, name or f"test_{uuid.uuid4().hex}", listeners, MASTERS)
        opened.append(database)
        if prepared:
            await upkeep.prepare(database, "tests")
        return database

    yield make
    for database in opened:
        if database.driver != "mongomock" and "MONGODB_TEST_URI" in os.environ:  # a server that outlives the tests
            await database.client.drop_database(database.name)
        await database.close()


@pytest.fixture(scope="module", params=get_args(DriverName))
def driver(request: pytest.FixtureRequest) -> DriverName:
    """Each engine through each driver."""
    return request.param


@pytest.fixture
async def database(make_database: MakeDatabase, driver: DriverName) -> Database:
    return await make_database(driver)


@pytest.fixture
def store(database: Database) -> Store:
    return Store(database)
