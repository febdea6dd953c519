"""Houses that the tests of one file share: what only reads needs no fresh one, what writes has a copy."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from schema.api import schema
from schema.plan.plans import Plans
from service.errors import Unavailable
from service.store.budgets import BUDGETS
from service.store.database import Database, DriverName
from service.store.denials import Denials
from service.store.kinds import ACCESSES
from tests.api.uploads import Doors, doors
from tests.api.world import TODAY, build
from tests.conftest import Contents, House, contents, filled, house_with
from tests.rooms import Rooms


@pytest.fixture(scope="module")
async def make_module_house(seeds: Contents) -> AsyncIterator[Callable[..., Any]]:
    """Make seeded houses on mongomock that live as long as the tests of this file."""
    opened: list[Database] = []

    async def make() -> House:
        house = await filled(seeds)
        opened.append(house.database)
        return house

    yield make
    for database in opened:
        await database.close()


@pytest.fixture(scope="session")
async def first_world(seeds: Contents, once: Callable[..., Any]) -> tuple[Contents, dict[str, str]]:
    """A world as documents, and the ids of its records by name."""

    async def make() -> tuple[Contents, dict[str, str]]:
        house = await filled(seeds)
        ids = await build(house)
        return await contents(house.database), ids

    made: tuple[Contents, dict[str, str]] = await once("world", make)
    return made


@pytest.fixture(scope="module")
async def built_world(first_world: tuple[Contents, dict[str, str]]) -> tuple[House, dict[str, str]]:
    documents, ids = first_world
    house = await filled(documents)
    house.at = TODAY
    return house, dict(ids)


@pytest.fixture(scope="module")
def built(built_world: tuple[House, dict[str, str]]) -> House:
    """A house with records in every state, to ask; nobody changes it."""
    return built_world[0]


@pytest.fixture(scope="module")
def world(built_world: tuple[House, dict[str, str]]) -> dict[str, str]:
    """The ids of those records by name."""
    return built_world[1]


@pytest.fixture(scope="session")
def everything(first_world: tuple[Contents, dict[str, str]]) -> Contents:
    """The documents of that house."""
    return first_world[0]


@pytest.fixture
async def copied(everything: Contents) -> House:
    """A copy of that house, to change."""
    house = await filled(everything)
    house.at = TODAY
    return house


@pytest.fixture(scope="module")
async def seeded(make_module_house: Callable[..., Any]) -> House:
    """A seeded house that the tests of one file share."""
    made: House = await make_module_house()
    return made


@pytest.fixture
async def logged(seeded: House) -> AsyncIterator[House]:
    """That house, with an access log of its own for each test."""
    seeded.store.denials = Denials(seeded.database)
    yield seeded
    for collection in (ACCESSES, BUDGETS):
        await seeded.database.delete(collection, {})


@pytest.fixture
def no_access_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be written to it."""
    insert = Database.insert

    async def failing(self: Database, collection: str, document: Any) -> None:
        if collection == ACCESSES:
            raise Unavailable("away")
        await insert(self, collection, document)

    monkeypatch.setattr(Database, "insert", failing)


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Plans:
    """Those of the schema, where nothing is known yet."""
    fresh = Plans(schema)
    monkeypatch.setattr(schema, "plans", fresh)
    return fresh


PLACES = [("mongomock", "folder"), ("mongomock", "gridfs"), ("motor", "gridfs")]  # where files are kept


@pytest.fixture(scope="module")
async def houses(rooms: Rooms, seeds: Contents) -> AsyncIterator[dict[str, House]]:
    """A seeded house in memory and one on the real engine, which the tests of this file share."""
    drivers: tuple[DriverName, ...] = ("mongomock", "motor")
    made_houses: dict[str, House] = {}
    for driver in drivers:
        made_houses[driver] = await house_with(await rooms.lend(driver), seeds)
    yield made_houses
    for each in made_houses.values():
        await rooms.give_back(each.database)


@pytest.fixture(scope="module", params=PLACES, ids="-".join)
async def open_doors(
    request: pytest.FixtureRequest, houses: dict[str, House], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Doors]:
    """Doors that the tests of one file share, for each place where files are kept."""
    driver, place = request.param
    folder = tmp_path_factory.mktemp("files") if place == "folder" else None
    async with doors(houses[driver], folder) as opened:
        yield opened


@pytest.fixture(scope="module")
async def folder_doors(houses: dict[str, House], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    """Doors that the tests of one file share."""
    async with doors(houses["mongomock"], tmp_path_factory.mktemp("files")) as opened:
        yield opened


@pytest.fixture
async def fresh_doors(houses: dict[str, House], tmp_path: Path) -> AsyncIterator[Doors]:
    """Doors of one test, whose folder is not there yet."""
    async with doors(houses["mongomock"], tmp_path / "files") as opened:
        yield opened
