"""Databases on the real engine, which are lent: to prepare one is to build a hundred indexes, to empty it is not."""

import uuid
from collections.abc import Sequence

import pytest
from pymongo.monitoring import CommandListener

from service.store import upkeep
from service.store.database import Database, DriverName
from service.store.kinds import indexes
from service.trail.sealing import Masters

CALL_TIMEOUT = 60_000  # milliseconds, far beyond the service's own: a busy machine is no failure


class Rooms:
    """Lends databases, each prepared and empty; one that is given back is lent again."""

    def __init__(self, uri: str, masters: Masters) -> None:
        self._uri, self._masters = uri, masters
        self._vacant: list[str] = []

    async def lend(self, driver: DriverName, listeners: Sequence[CommandListener] = ()) -> Database:
        """It is emptied now, when nothing that its last user had under way can still arrive."""
        used = self._vacant.pop(0) if self._vacant and driver != "mongomock" else None
        database = self._patient(driver, used or f"test_{uuid.uuid4().hex}", listeners)
        await (_emptied(database) if used else upkeep.prepare(database, "tests"))
        return database

    async def give_back(self, database: Database) -> None:
        """Close what was lent; its indexes and migrations are as they were."""
        await database.close()
        if database.driver != "mongomock":
            self._vacant.append(database.name)

    async def drop_all(self) -> None:
        database = self._patient("motor", "none")
        for name in self._vacant:
            await database.client.drop_database(name)
        await database.close()

    def _patient(self, driver: DriverName, name: str, listeners: Sequence[CommandListener] = ()) -> Database:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("service.store.database.CALL_TIMEOUT", CALL_TIMEOUT)
            return Database(driver, self._uri, name, listeners, self._masters)


async def _emptied(database: Database) -> None:
    """As it was prepared; what collections a test made beside go."""
    for name in await database.client[database.name].list_collection_names():
        if name in indexes():
            await database.client[database.name][name].delete_many({})
        elif name != upkeep.MIGRATIONS:
            await database.client[database.name].drop_collection(name)
