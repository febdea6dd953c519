"""Fixtures that tests share: the real engine, fresh databases on every engine and driver, and a house to ask.

A `House` is the service without HTTP: the real schema over a real store, asked with query text by a viewer.
"""

import asyncio
import gc
import logging
import os
import pickle
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import settings
from pymongo import monitoring
from strawberry.types import ExecutionResult

from schema.api import schema
from schema.context import Context, Language
from schema.limits import USUAL, Limits
from schema.rates import Rates
from schema.reader import Reader
from seeds.loader import load
from service.dates import day_of, now
from service.errors import Problem, Refusal
from service.store import upkeep
from service.store.budgets import Budgets
from service.store.database import Database, DriverName
from service.store.engine_process import EngineProcess
from service.store.relay import Relay
from service.store.store import Store
from service.trail.sealing import Masters
from service.viewer import Grant, Role, Viewer
from tests import sampling
from tests.rooms import Rooms

Contents: TypeAlias = dict[str, list[dict[str, Any]]]

# A busy machine is no failure, and a run of CI is the same each time.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

ENGINE = Path(os.environ.get("COBUILD_ENGINE") or Path(__file__).parents[1] / ".engine/bin/secantusd-py")
OUTLIVES_THE_TESTS = "MONGODB_TEST_URI" in os.environ  # the server; ours is thrown away, and slow to drop what it holds
MASTERS = Masters((b"a master key of the tests, 32 bytes",))
NETWORK, LEAD, BANK = "net_002_derma", "org_smu_derma", "org_boc_yuexiu"
ADMIN = Viewer("admin", (Grant(Role.NETWORK_ADMIN, NETWORK),))
FRONT_END = Viewer("front-end", (Grant(Role.FRONT_END, NETWORK),))
OFFICER = Viewer("officer", (Grant(Role.INTEGRITY_OFFICER, NETWORK),))
OBSERVER = Viewer("observer", (Grant(Role.OBSERVER, NETWORK),))
OPERATOR = Viewer("operator", (Grant(Role.OPERATOR),))
LEAD_RECORDER = Viewer("lead-recorder", (Grant(Role.RECORDER, NETWORK, LEAD),))
BANK_RECORDER = Viewer("bank-recorder", (Grant(Role.RECORDER, NETWORK, BANK),))
STRANGER = Viewer("stranger", (Grant(Role.NETWORK_ADMIN, "net_004_wuxi"),))


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command run in this process says where logs go; that is over with the test."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()  # the schema and the tests stay: to look through them for garbage again and again takes long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    sampling.mark(items)


class Commands(monitoring.CommandListener):
    """Counts what a driver sends, so that a test can say how many commands a query costs."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.sent.append((event.command_name, dict(event.command)))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Only what is sent counts."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Only what is sent counts."""


@dataclass
class House:
    """The schema over a store. `at` stops the clock for what is asked next."""

    database: Database
    store: Store
    relay: Relay
    at: datetime | None = field(default=None)
    limits: Limits = USUAL
    sight: int = 1  # plans are made at once, so that what is asked here is asked of them

    async def ask(
        self,
        query: str,
        viewer: Viewer = ADMIN,
        *,
        key: str | None = None,
        language: Language = "en",
        **variables: Any,
    ) -> ExecutionResult:
        moment = self.at or now()
        reader = Reader(self.database, viewer, day_of(moment))
        context = Context(viewer, moment, language, key, self.store, reader, self.limits, sight=self.sight)
        result = await schema.execute(query, variable_values=variables, context_value=context)
        assert isinstance(result, ExecutionResult)
        return result

    async def events(
        self, query: str, viewer: Viewer = ADMIN, *, language: Language = "en", **variables: Any
    ) -> AsyncGenerator[ExecutionResult, None]:
        """What a subscription tells, until it is left."""
        moment = self.at or now()
        reader = Reader(self.database, viewer, day_of(moment))
        context = Context(viewer, moment, language, None, self.store, reader, self.limits)
        results = await schema.subscribe(query, variable_values=variables, context_value=context)
        async with aclosing(results):
            async for result in results:
                yield result

    async def data(self, query: str, viewer: Viewer = ADMIN, **options: Any) -> dict[str, Any]:
        """The answer of a query that must not fail."""
        result = await self.ask(query, viewer, **options)
        assert result.errors is None, result.errors
        assert result.data is not None
        return result.data

    async def refused(self, query: str, viewer: Viewer = ADMIN, **options: Any) -> list[Problem]:
        """Every problem of a query that must be refused, and of nothing else that went wrong."""
        causes = [error.original_error for error in (await self.ask(query, viewer, **options)).errors or ()]
        refusals = [cause for cause in causes if isinstance(cause, Refusal)]
        assert refusals
        assert len(refusals) == len(causes), causes
        return [problem for refusal in refusals for problem in refusal.problems]

    def rates(self, per_viewer: int = 10**9, per_address: int = 10**9) -> Rates:
        """Rate limits as the service has them, wide unless told."""
        return Rates(Budgets(self.database), per_viewer, per_address)

    async def relay_all(self) -> int:
        """Relay until nothing waits; how many revisions that were."""
        moved = 0
        while count := await self.relay.round():
            moved += count
        return moved


@pytest.fixture(scope="session")
def engine_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server: the one MONGODB_TEST_URI names, else a SecantusDB that lives as long as the test session."""
    if given := os.environ.get("MONGODB_TEST_URI"):
        yield given
        return
    folder = tmp_path_factory.mktemp("engine")
    (storage := folder / "data").mkdir()
    with (folder / "lock").open("w") as lock:
        engine = EngineProcess(ENGINE, storage, lock.fileno(), lasting=False)
        yield engine.uri
        engine.stop()


@pytest.fixture(scope="session")
async def rooms(engine_uri: str) -> AsyncIterator[Rooms]:
    """Prepared databases on that server, where a server of ours is thrown away with all that it holds."""
    made = Rooms(engine_uri, MASTERS)
    yield made
    if OUTLIVES_THE_TESTS:
        await made.drop_all()


async def contents(database: Database) -> Contents:
    """Every document of a database on mongomock, as `filled` makes another of them."""
    names = await database.client[database.name].list_collection_names()
    return {name: await database.find(name, {}, 100_000) for name in names if name != upkeep.MIGRATIONS}


async def filled(documents: Contents, name: str = "copy") -> House:
    """A house on mongomock with these documents: much faster than the writes that made them."""
    database = Database("mongomock", "", name, masters=MASTERS)
    await upkeep.prepare(database, "tests")
    return await house_with(database, documents)


async def house_with(database: Database, documents: Contents) -> House:
    """A house on a database that is prepared and empty, with these documents.

    In memory they are put where mongomock keeps them: what stood in one needs none of the checks of an insertion.
    """
    for collection, own in pickle.loads(pickle.dumps(documents)).items():  # a deep copy, in a sixth of the time
        if database.driver == "mongomock":
            kept = database.client[database.name][collection]._store._documents
            kept.update((document["_id"], document) for document in own)
        elif own:
            await database.insert_many(collection, own)
    return House(database, Store(database), Relay(database, "tests", asyncio.Event()))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Make what is the same for all workers in one of them: `await once("name", make)`."""

    async def once(name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        if "PYTEST_XDIST_WORKER" not in os.environ:
            return await make()
        path = tmp_path_factory.getbasetemp().parent / f"{name}.pickle"  # the workers' own folders stand there
        if not path.exists():
            unfinished = tmp_path_factory.mktemp(name) / path.name
            unfinished.write_bytes(pickle.dumps(await make()))
            unfinished.replace(path)
        return pickle.loads(path.read_bytes())

    return once


@pytest.fixture(scope="session")
async def seeds(once: Callable[..., Any]) -> Contents:
    """What seeding writes."""

    async def make() -> Contents:
        house = await filled({})
        await load(house.store, now(), lambda _: None)
        return await contents(house.database)

    made: Contents = await once("seeds", make)
    return made


@pytest.fixture
async def make_house(rooms: Rooms, seeds: Contents) -> AsyncIterator[Callable[..., Any]]:
    """Make houses over fresh databases: `await make_house("motor", seeded=True)`."""
    opened: list[Database] = []

    async def make(driver: DriverName = "mongomock", *, seeded: bool = True) -> House:
        database = await rooms.lend(driver)
        opened.append(database)
        return await house_with(database, seeds if seeded else {})

    yield make
    for database in opened:
        await rooms.give_back(database)


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    """A seeded house on mongomock: fast, for what does not depend on the engine."""
    made: House = await make_house("mongomock")
    return made


@pytest.fixture
async def real_house(make_house: Callable[..., Any]) -> House:
    """A seeded house on SecantusDB through Motor, as it is served."""
    made: House = await make_house("motor")
    return made
