"""A house that the tests of one file share: what only reads needs no fresh one."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from seeds.loader import load
from service.store import upkeep
from service.store.database import Database
from service.store.relay import Relay
from service.store.store import Store, now
from tests.conftest import House


@pytest.fixture(scope="module")
async def make_module_house() -> AsyncIterator[Callable[..., Any]]:
    """Make seeded houses on mongomock that live as long as the tests of this file."""
    opened: list[Database] = []

    async def make() -> House:
        database = Database("mongomock", "", "test")
        opened.append(database)
        await upkeep.prepare(database, "tests")
        store = Store(database)
        await load(store, now(), lambda _: None)
        return House(database, store, Relay(database, "tests", asyncio.Event()))

    yield make
    for database in opened:
        await database.close()
