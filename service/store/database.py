"""The seam between the store and a MongoDB driver: Motor, PyMongo's own asyncio client, or mongomock behind Motor.

Everything else in the store speaks to this class, which knows where the drivers differ, and turns their errors into
`Unavailable` and `Duplicate`. Reads decode naive UTC, which costs half of what aware moments do.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Literal

from pymongo import AsyncMongoClient
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    OperationFailure,
    WaitQueueTimeoutError,
)

from service.errors import Unavailable

DriverName = Literal["motor", "pymongo", "mongomock"]
Fields = Mapping[str, Any]
SELECTION_TIMEOUT, CALL_TIMEOUT = 2_000, 3_000  # milliseconds
NOT_WRITABLE = frozenset({91, 189, 10107, 11600, 11602, 13435, 13436})  # the server is going or stepping down


class Duplicate(Exception):
    """A unique index refused a write; `field` is its first key."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Driver errors as ours. What is left is a fault of this program and stays as it is."""
    try:
        yield
    except DuplicateKeyError as error:
        raise Duplicate(next(iter((error.details or {}).get("keyPattern", {"_id": 1})))) from error
    except BulkWriteError as error:
        if any(each["code"] == 11000 for each in error.details["writeErrors"]):
            raise Duplicate("_id") from error
        raise
    except (ConnectionFailure, ExecutionTimeout, WaitQueueTimeoutError) as error:
        raise Unavailable(str(error)) from error
    except OperationFailure as error:
        if error.code in NOT_WRITABLE:
            raise Unavailable(str(error)) from error
        raise


def _client(driver: DriverName, uri: str) -> Any:
    options: dict[str, Any] = {
        "serverSelectionTimeoutMS": SELECTION_TIMEOUT,
        "connectTimeoutMS": SELECTION_TIMEOUT,
        "timeoutMS": CALL_TIMEOUT,
        "w": "majority",
        "journal": True,
        "appname": "cobuild",
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

    def __init__(self, driver: DriverName, uri: str, name: str) -> None:
        self.driver = driver
        self.name = name
        self.client = _client(driver, uri)
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
        """At most `limit` documents, each with `fields` and its `_id` only."""
        cursor = self._database[collection].find(where, dict.fromkeys(fields, 1) if fields is not None else None)
        if sort:
            cursor = cursor.sort(list(sort))
        if index is not None:
            cursor = cursor.hint(index)
        async with translated():
            found: list[dict[str, Any]] = await cursor.limit(limit).to_list(limit)
            return found

    async def aggregate(self, collection: str, stages: Sequence[Fields], limit: int) -> list[dict[str, Any]]:
        """The first `limit` results of a pipeline."""
        async with translated():
            cursor = self._database[collection].aggregate([*stages, {"$limit": limit}])
            if self.driver == "pymongo":
                cursor = await cursor
            found: list[dict[str, Any]] = await cursor.to_list(limit)
            return found

    async def count(self, collection: str, where: Fields, index: str | None = None) -> int:
        options = {} if index is None or self.driver == "mongomock" else {"hint": index}
        async with translated():
            return int(await self._database[collection].count_documents(where, **options))

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

    async def create_index(self, collection: str, name: str, keys: Sequence[str], unique: bool) -> None:
        async with translated():
            await self._database[collection].create_index([(key, 1) for key in keys], name=name, unique=unique)

    async def index_names(self, collection: str) -> set[str]:
        async with translated():
            return set(await self._database[collection].index_information())

    async def command(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """Run a database command. mongomock knows `ping` alone."""
        async with translated():
            answer: dict[str, Any] = await self._database.command(command if len(command) > 1 else next(iter(command)))
            return answer

    async def close(self) -> None:
        if (closing := self.client.close()) is not None:
            await closing
