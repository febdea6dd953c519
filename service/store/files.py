"""Where the bytes of attached files are kept: in a folder, or in the database itself in the form of GridFS.

Each file has a name that nobody else chose, made when its upload begins, and never another content: it stands whole or
not at all. What was taken in without coming to a record is swept away a day later, since a name tells its own age.

GridFS is written through the seam rather than by the driver's own class: that one holds up to 48 MB back before it
writes, and Motor, PyMongo and mongomock each have another one. Any tool that reads GridFS reads these files.
"""

import asyncio
import contextlib
import datetime as dt
import os
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, Protocol, TypeVar

from ulid import ULID

from service.dates import now
from service.errors import Unavailable
from service.store.database import Database, tidying
from service.store.kinds import CHUNKS

FILES = "content.files"
PART = 255 * 1024  # bytes held at a time, and in one chunk of GridFS
SWEPT = 100  # names looked at in one command
NAME = re.compile(r"[0-9A-Z]{26}")
UNFINISHED = ".part"
T = TypeVar("T")


class Missing(Exception):
    """There is no file of this name, or less of it than was taken in."""


class Files(Protocol):
    """Every method raises `Unavailable` when disk or database do not answer."""

    async def receive(self, name: str, parts: AsyncIterator[bytes]) -> None:
        """Keep what `parts` yields, whole; nothing is left when they raise."""

    def read(self, name: str) -> AsyncIterator[bytes]:
        """The file in parts of at most PART bytes. Raises `Missing`."""

    async def remove(self, name: str) -> None:
        """Remove the file and what an unfinished upload left of it; that there is none is no error."""

    async def begun_before(self, moment: dt.datetime, after: str) -> list[str]:
        """At most SWEPT names above `after`, in order, of files whose upload began before `moment`."""


def new_name() -> str:
    return str(ULID())


def name_at(moment: dt.datetime) -> str:
    """The lowest name that an upload begun at `moment` can have."""
    return str(ULID.from_datetime(moment))[:10].ljust(26, "0")


class Folder:
    """One file on the disk for each, readable for its owner alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def receive(self, name: str, parts: AsyncIterator[bytes]) -> None:
        unfinished = self._at(name).with_suffix(UNFINISHED)
        try:
            async for part in parts:
                await _done(self._append, unfinished, part)
            await _done(self._publish, unfinished)
        except BaseException:
            with contextlib.suppress(Unavailable):  # it is swept later
                await self.remove(name)
            raise

    async def read(self, name: str) -> AsyncIterator[bytes]:
        start = 0
        while part := await _done(_read, self._at(name), start):
            yield part
            start += len(part)

    async def remove(self, name: str) -> None:
        for path in (self._at(name), self._at(name).with_suffix(UNFINISHED)):
            await _done(path.unlink, True)

    async def begun_before(self, moment: dt.datetime, after: str) -> list[str]:
        return await _done(self._names, name_at(moment), after)

    def _at(self, name: str) -> Path:
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of ours")
        return self._path / name

    def _append(self, path: Path, part: bytes) -> None:
        """Opened anew for each part, so that nothing is open when an upload is broken off."""
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(part)

    def _publish(self, unfinished: Path) -> None:
        _sync(unfinished)
        unfinished.rename(unfinished.with_suffix(""))
        _sync(self._path)  # the name, too, survives a loss of power

    def _names(self, below: str, after: str) -> list[str]:
        found = {path.stem for path in self._path.iterdir()} if self._path.exists() else set[str]()
        return sorted(name for name in found if NAME.fullmatch(name) and after < name < below)[:SWEPT]


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path, start: int) -> bytes:
    """A part by itself, so that a download that is broken off leaves nothing open."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(PART)
    except FileNotFoundError as error:
        raise Missing(path.name) from error


async def _done(work: Callable[..., T], *arguments: object) -> T:
    """`work` beside the event loop; a disk that is full or gone is told as unavailable."""
    try:
        return await _to_its_end(asyncio.to_thread(work, *arguments))
    except OSError as error:
        raise Unavailable(f"files: {error.strerror}") from error


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """`work`, which a cancellation does not overtake: what still writes cannot be cleared away."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: who cancelled does not ask for it
        raise


class GridFS:
    """Two collections: what files there are, and their chunks. The entry comes first, with length 0 until all is there,
    so that no chunk is ever without the entry by which it is swept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def receive(self, name: str, parts: AsyncIterator[bytes]) -> None:
        entry = {"_id": name, "length": 0, "chunkSize": PART, "uploadDate": now(), "filename": name}
        length = number = 0
        try:
            await _to_its_end(self._database.insert(FILES, entry))
            async for part in parts:
                chunk = {"_id": _chunk_id(name, number), "files_id": name, "n": number, "data": part}
                await _to_its_end(self._database.insert(CHUNKS, chunk))
                length, number = length + len(part), number + 1
            await _to_its_end(self._database.update(FILES, {"_id": name}, {"$set": {"length": length}}))
        except BaseException:
            async with tidying():  # it is swept later
                await self.remove(name)
            raise

    async def read(self, name: str) -> AsyncIterator[bytes]:
        found = await self._database.find(FILES, {"_id": name}, 1, ("length",))
        left, number = found[0]["length"] if found else 0, 0
        if not left:
            raise Missing(name)
        while left > 0:
            chunks = await self._database.find(CHUNKS, {"_id": _chunk_id(name, number)}, 1, ("data",))
            if not chunks:
                raise Missing(f"{name}: chunk {number}")
            part = bytes(chunks[0]["data"])
            yield part
            left, number = left - len(part), number + 1

    async def remove(self, name: str) -> None:
        await self._database.delete(CHUNKS, {"files_id": name})
        await self._database.delete(FILES, {"_id": name})

    async def begun_before(self, moment: dt.datetime, after: str) -> list[str]:
        where = {"_id": {"$gt": after, "$lt": name_at(moment)}}
        return [each["_id"] for each in await self._database.find(FILES, where, SWEPT, (), sort=(("_id", 1),))]


def _chunk_id(name: str, number: int) -> str:
    """By which a chunk is read: SecantusDB takes 0.2 s to find one by `files_id` and `n`, index or not."""
    return f"{name}:{number:06}"


def files_in(place: Path | None, database: Database) -> Files:
    """The folder `place`; the database where there is none."""
    return GridFS(database) if place is None else Folder(place)


async def in_parts(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What `stream` yields, in parts of PART bytes and a last one of what is left."""
    held = bytearray()
    async for piece in stream:
        held += piece
        while len(held) >= PART:
            yield bytes(held[:PART])
            del held[:PART]
    if held:
        yield bytes(held)
