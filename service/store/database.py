"""The seam between the store and a MongoDB driver: Motor, PyMongo's own asyncio client, or mongomock behind Motor.

Everything else in the store speaks to this class, which knows where the drivers differ, and turns their errors into
`Unavailable` and `Duplicate`. Reads decode naive UTC, which costs half of what aware moments do.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
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
    WaitQueueTimeoutError,
    WriteConcernError,
)
from pymongo.monitoring import CommandListener

from service.errors import Unavailable
from service.trail.sealing import Masters

DriverName = Literal["motor", "pymongo", "mongomock"]
Fields = Mapping[str, Any]
SELECTION_TIMEOUT, CALL_TIMEOUT = 2_000, 3_000  # milliseconds
KEYS_AT_ONCE = 100  # in one `$in`: SecantusDB takes a time that grows with the square of their number
INDEX_TIMEOUT = 600  # seconds to build one index of what is there already
# Passing states of a server (retryable-writes specification) that the drivers do not tell as lost connections.
PASSING = frozenset({6, 7, 89, 134, 262, 9001})
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
async def translated() -> AsyncIterator[None]:
    """Driver errors as ours. What is left is a fault of this program and stays as it is.

    PyMongo loses a cancellation that arrives together with an answer or an error (asyncio.wait_for before Python 3.12
    does); it is raised here then, else a task that was told to end would go on for good.
    """
    task = asyncio.current_task()
    cancellations = task.cancelling() if task else 0
    try:
        with _ours():
            yield
    finally:
        if task and task.cancelling() > cancellations:
            raise asyncio.CancelledError


@contextmanager
def _ours() -> Iterator[None]:
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


class Database:
    """One database of one server. Every read names an index, and how many documents it wants at most."""

    def __init__(
        self,
        driver: DriverName,
        uri: str,
        name: str,
        listeners: Sequence[CommandListener] = (),
        masters: Masters | None = None,
    ) -> None:
        """`listeners` are told of every command sent; mongomock sends none. `masters` seal what tells of a person."""
        self.masters = masters
        self.driver = driver
        self.name = name
        self.client = _client(driver, uri, listeners)
        self._database = self.client[name]

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
        cursor = self._database[collection].find(where, dict.fromkeys(fields, 1) if fields is not None else None)
        if sort:
            cursor = cursor.sort(list(sort))
        if index is not None:
            cursor = cursor.hint(index)
        async with translated():
            found: list[dict[str, Any]] = await cursor.limit(limit).batch_size(limit).to_list(limit)
            return found

    async def aggregate(
        self, collection: str, stages: Sequence[Fields], limit: int, index: str | None = None
    ) -> list[dict[str, Any]]:
        """The first `limit` results of a pipeline."""
        _tell("aggregate", collection, limit, index)
        options = {"batchSize": limit, **self._hint(index)}
        async with translated():
            cursor = self._database[collection].aggregate([*stages, {"$limit": limit}], **options)
            if self.driver == "pymongo":
                cursor = await cursor
            found: list[dict[str, Any]] = await cursor.to_list(limit)
            return found

    async def count(self, collection: str, where: Fields, limit: int, index: str | None = None) -> int:
        """How many there are, counted up to `limit`."""
        _tell("count", collection, limit, index)
        async with translated():
            return int(await self._database[collection].count_documents(where, limit=limit, **self._hint(index)))

    async def insert(self, collection: str, document: Fields) -> None:
        """Raises `Duplicate` and writes nothing when a unique index is in the way."""
        async with translated():
            await self._database[collection].insert_one(document)

    async def insert_many(self, collection: str, documents: Sequence[Fields]) -> None:
        """In order; raises `Duplicate` at the first that is in the way, those before it written."""
        async with translated():
            await self._database[collection].insert_many(documents, ordered=True)

    async def update(self, collection: str, where: Fields, change: Fields) -> bool:
        """Change one document; whether there was one."""
        async with translated():
            result = await self._database[collection].update_one(where, change)
            return bool(result.matched_count)

    async def delete(self, collection: str, where: Fields) -> None:
        """Delete all that match; that there is none is no error."""
        async with translated():
            await self._database[collection].delete_many(where)

    async def create_index(self, collection: str, name: str, keys: Sequence[str], unique: bool) -> None:
        """Raises `Duplicate` when the index is `unique` and what stands is not."""
        async with translated():
            await self._database.command("ping")  # so that an absent server shows as soon as in any other call
            with pymongo.timeout(INDEX_TIMEOUT):
                await self._database[collection].create_index([(key, 1) for key in keys], name=name, unique=unique)

    async def indexes(self, collection: str) -> dict[str, tuple[tuple[str, ...], bool]]:
        """By name, the keys of each index and whether it is unique."""
        async with translated():
            found = await self._database[collection].index_information()
        return {name: (tuple(key for key, _ in own["key"]), bool(own.get("unique"))) for name, own in found.items()}

    async def index_names(self, collection: str) -> set[str]:
        return set(await self.indexes(collection))

    async def command(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Run a database command. mongomock knows `ping` alone."""
        async with translated():
            answer: dict[str, Any] = await self._database.command(command if len(command) > 1 else next(iter(command)))
            return answer

    def _hint(self, index: str | None) -> dict[str, str]:
        return {} if index is None or self.driver == "mongomock" else {"hint": index}

    async def close(self) -> None:
        if self.driver == "pymongo":
            await self.client.close()
        else:  # Motor waits for its threads, up to some seconds when the server has fallen silent
            await asyncio.to_thread(self.client.close)
