"""The seam between the store and a MongoDB driver: Motor, PyMongo's own asyncio client, or mongomock behind Motor.

Everything else in the store speaks to this class, which knows where the drivers differ, and turns their errors into
`Unavailable` and `Duplicate`. Reads decode naive UTC, which costs half of what aware moments do.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Any, Literal

import pymongo
from pymongo import AsyncMongoClient
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    PyMongoError,
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.monitoring import CommandListener

from service.errors import Unavailable
from service.patience import Within
from service.store.batches import PASSING, batch
from service.trail.sealing import Masters

DriverName = Literal["motor", "pymongo", "mongomock"]
Fields = Mapping[str, Any]
Found = list[dict[str, Any]]
Timed = Callable[[str, float, bool], None]  # told after each call: its command, its seconds, whether it was answered
SELECTION_TIMEOUT, CALL_TIMEOUT = 2_000, 3_000  # milliseconds
# Motor works with a few threads, and what waits for one is not yet measured by the driver: while the database is away
# each of them is held up, and what waits behind would be answered minutes later. So a call has a limit here as well.
CALL_SECONDS = CALL_TIMEOUT / 1000 + 0.2  # later than the driver's own, which says more of the cause
TIDYING_SECONDS = 1.0  # for what may be left undone when the database is away
KEYS_AT_ONCE = 100  # in one `$in`: SecantusDB takes a time that grows with the square of their number
INDEX_TIMEOUT = 600  # seconds to build one index of what is there already
NOT_LET_IN = frozenset({13, 18, 8000})  # user, password or rights are not as the server wants them


class Duplicate(Exception):
    """A unique index refused a write; `field` is its first key."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


_told: ContextVar[list[dict[str, Any]] | None] = ContextVar("_told", default=None)


@contextmanager
def commands_told(place: dict[str, Any] | None) -> Iterator[None]:
    """List the reads of the body in `place`, for whoever develops with it; not without one."""
    if place is None:
        yield
        return
    before = _told.set(place.setdefault("commands", []))
    try:
        yield
    finally:
        _told.reset(before)


def _tell(command: str, collection: str, limit: int, index: str | None, fields: Collection[str] | None = None) -> None:
    if (told := _told.get()) is not None:
        fields = sorted(fields) if fields is not None else None
        told.append({"command": command, "collection": collection, "limit": limit, "index": index, "fields": fields})


@asynccontextmanager
async def tidying() -> AsyncIterator[None]:
    """For what may as well be left to a sweep or to time: it is given up soon, and that it failed is no matter."""
    with suppress(Unavailable, TimeoutError):
        async with asyncio.timeout(TIDYING_SECONDS):
            yield


@contextmanager
def translated() -> Iterator[None]:
    """Driver errors as ours. What is left is a fault of this program and stays as it is."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Duplicate(_refused_field(error.details)) from error
    except BulkWriteError as error:
        failed = error.details.get("writeErrors", ())
        if failed and failed[0]["code"] == 11000:
            raise Duplicate(_refused_field(failed[0])) from error
        if failed:
            raise
        raise Unavailable(str(error)) from error  # written, but not by as many servers as were to confirm it
    except (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError, WriteConcernError) as error:
        raise Unavailable(str(error)) from error
    except OperationFailure as error:
        if error.code in PASSING | NOT_LET_IN:  # whose text may quote the command
            named = (error.details or {}).get("codeName", "no name")
            raise Unavailable(f"code {error.code}, {named}") from error
        raise


def _refused_field(details: Fields | None) -> str:
    return str(next(iter((details or {}).get("keyPattern", {"_id": 1}))))


def _client(driver: DriverName, uri: str, listeners: Sequence[CommandListener]) -> Any:
    options: dict[str, Any] = {
        "serverSelectionTimeoutMS": SELECTION_TIMEOUT,
        "connectTimeoutMS": SELECTION_TIMEOUT,
        "timeoutMS": CALL_TIMEOUT,
        "w": "majority",
        "journal": True,
        "appname": "cobuild",
        "event_listeners": list(listeners),
    }
    if driver == "mongomock":
        from mongomock_motor import AsyncMongoMockClient  # only where no server is to be had

        return AsyncMongoMockClient()
    if driver == "pymongo":
        return AsyncMongoClient[dict[str, Any]](uri, **options)
    from motor.motor_asyncio import AsyncIOMotorClient

    return AsyncIOMotorClient(uri, **options)


def untold(_: str, __: float, ___: bool) -> None:
    """For a database whose calls nobody counts."""


class Database:
    """One database of one server. Every read names an index, and how many documents it wants at most."""

    def __init__(
        self,
        driver: DriverName,
        uri: str,
        name: str,
        listeners: Sequence[CommandListener] = (),
        masters: Masters | None = None,
        timed: Timed = untold,
    ) -> None:
        """`listeners` are told of every command sent; mongomock sends none. `masters` seal what tells of a person.

        `timed` is told after each call what it took here, the wait for a thread and a connection included; not of one
        that is given up. It costs less than a listener.
        """
        self.masters = masters
        self._timed = timed
        self.driver = driver
        self.name = name
        self.client = _client(driver, uri, listeners)
        self._database = self.client[name]
        self._running: set[asyncio.Future[Any]] = set()

    async def find(
        self,
        collection: str,
        where: Fields,
        limit: int,
        fields: Sequence[str] | None = None,
        sort: Sequence[tuple[str, int]] = (),
        index: str | None = None,
    ) -> list[dict[str, Any]]:
        """At most `limit` documents, each with `fields` and its `_id` only; all in one answer."""
        _tell("find", collection, limit, index, fields)
        projection = None if fields is None else dict.fromkeys(fields or ("_id",), 1)

        async def by_cursor() -> Found:
            cursor = self._database[collection].find(where, projection)
            if sort:
                cursor = cursor.sort(list(sort))
            if index is not None:
                cursor = cursor.hint(index)
            found: Found = await cursor.limit(limit).batch_size(limit).to_list(limit)
            return found

        command = {"find": collection, "filter": where, "limit": limit, "batchSize": limit + 1, **self._hint(index)}
        if projection is not None:
            command["projection"] = projection
        if sort:
            command["sort"] = dict(sort)
        return await self._read(command, by_cursor)

    async def aggregate(
        self, collection: str, stages: Sequence[Fields], limit: int, index: str | None = None
    ) -> list[dict[str, Any]]:
        """The first `limit` results of a pipeline."""
        _tell("aggregate", collection, limit, index)
        pipeline, hint = [*stages, {"$limit": limit}], self._hint(index)

        async def by_cursor() -> Found:
            asked = self._database[collection].aggregate(pipeline, batchSize=limit, **hint)
            cursor = await asked if self.driver == "pymongo" else asked
            found: Found = await cursor.to_list(limit)
            return found

        batch_of = {"batchSize": limit + 1}  # one more than there can be: at the last but one it would stay open
        return await self._read({"aggregate": collection, "pipeline": pipeline, "cursor": batch_of, **hint}, by_cursor)

    async def count(self, collection: str, where: Fields, limit: int, index: str | None = None) -> int:
        """How many there are, counted up to `limit`."""
        _tell("count", collection, limit, index)
        asked = self._database[collection].count_documents(where, limit=limit, **self._hint(index))
        return int(await self._answered("aggregate", asked))

    async def insert(self, collection: str, document: Fields) -> None:
        """Raises `Duplicate` and writes nothing when a unique index is in the way."""
        await self._answered("insert", self._database[collection].insert_one(document))

    async def insert_many(self, collection: str, documents: Sequence[Fields]) -> None:
        """In order; raises `Duplicate` at the first that is in the way, those before it written."""
        await self._answered("insert", self._database[collection].insert_many(documents, ordered=True))

    async def update(self, collection: str, where: Fields, change: Fields) -> bool:
        """Change one document; whether there was one."""
        result = await self._answered("update", self._database[collection].update_one(where, change))
        return bool(result.matched_count)

    async def delete(self, collection: str, where: Fields) -> None:
        """Delete all that match; that there is none is no error."""
        await self._answered("delete", self._database[collection].delete_many(where))

    async def create_index(self, collection: str, name: str, keys: Sequence[str], unique: bool) -> None:
        """Raises `Duplicate` when the index is `unique` and what stands is not."""
        await self.command({"ping": 1})  # so that an absent server shows as soon as in any other call
        with pymongo.timeout(INDEX_TIMEOUT):
            made = self._database[collection].create_index([(key, 1) for key in keys], name=name, unique=unique)
            await self._answered("createIndexes", made, INDEX_TIMEOUT)

    async def indexes(self, collection: str) -> dict[str, tuple[tuple[str, ...], bool]]:
        """By name, the keys of each index and whether it is unique."""
        found = await self._answered("listIndexes", self._database[collection].index_information())
        return {name: (tuple(key for key, _ in own["key"]), bool(own.get("unique"))) for name, own in found.items()}

    async def index_names(self, collection: str) -> set[str]:
        return set(await self.indexes(collection))

    async def command(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Run a database command. mongomock knows `ping` alone."""
        name = next(iter(command))
        answer: dict[str, Any] = await self._answered(
            name, self._database.command(command if len(command) > 1 else name)
        )
        return answer

    async def _read(self, command: Fields, by_cursor: Callable[[], Awaitable[Found]]) -> Found:
        async def read() -> Found:
            return await by_cursor() if (found := await batch(self._database, command)) is None else found

        asked = by_cursor() if self.driver == "mongomock" else read()
        found: Found = await self._answered(next(iter(command)), asked)
        return found

    async def _answered(self, name: str, call: Awaitable[Any], seconds: float = CALL_SECONDS) -> Any:
        """What the driver answers to `call`, within `seconds`. Raises `Unavailable` and `Duplicate`.

        PyMongo's own client must not be cancelled: before Python 3.12 asyncio.wait_for may then leave a lock of the
        client taken, and nobody is ever answered again. So it goes on to the end of its own limit, and is not heard.
        """
        if self.driver == "pymongo":
            running = asyncio.ensure_future(call)
            self._running.add(running)
            running.add_done_callback(self._ended)
            call = asyncio.shield(running)
        began = time.perf_counter()
        try:
            with Within(seconds), translated():
                answer = await call
        except TimeoutError as error:
            self._timed(name, time.perf_counter() - began, False)
            raise Unavailable(f"no answer within {seconds:g} s") from error
        except (Unavailable, Duplicate, PyMongoError) as error:
            self._timed(name, time.perf_counter() - began, isinstance(error, Duplicate))  # which is an answer
            raise
        self._timed(name, time.perf_counter() - began, True)
        return answer

    def _ended(self, call: asyncio.Future[Any]) -> None:
        self._running.discard(call)
        if not call.cancelled():
            call.exception()  # seen, though perhaps nobody waits for it any more

    def _hint(self, index: str | None) -> dict[str, str]:
        return {} if index is None or self.driver == "mongomock" else {"hint": index}

    async def close(self) -> None:
        if self.driver == "pymongo":
            if self._running:
                await asyncio.wait(self._running)
            await self.client.close()
        else:  # Motor waits for its threads, up to some seconds when the server has fallen silent
            await asyncio.to_thread(self.client.close)
