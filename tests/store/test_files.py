"""What every place for files promises, asked of each: the folder, and the database through each driver."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

from service.dates import now
from service.errors import Unavailable
from service.store.database import Database, DriverName
from service.store.files import (
    FILES,
    PART,
    SWEPT,
    Files,
    Folder,
    GridFS,
    Missing,
    files_in,
    in_parts,
    name_at,
    new_name,
)
from service.store.kinds import CHUNKS
from service.store.sweep import keep_sweeping, sweep
from tests.api.world_files import attached
from tests.conftest import ADMIN
from tests.store.conftest import MakeDatabase
from tests.store.test_indexes import furnished

DAY = dt.timedelta(days=1)
CONTENT = bytes(range(256)) * (PART * 2 // 256) + "末".encode()


@pytest.fixture(scope="module", params=["folder", *get_args(DriverName)])
async def files(
    request: pytest.FixtureRequest, make_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Files:
    if request.param == "folder":
        return Folder(tmp_path_factory.mktemp("place") / "files")
    return GridFS(await make_database(request.param))


async def parts(content: bytes = CONTENT, size: int = PART) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def whole(files: Files, name: str) -> list[bytes]:
    return [part async for part in files.read(name)]


async def test_a_file_is_read_as_it_was_written_part_by_part(files: Files) -> None:
    name = new_name()
    await files.receive(name, parts())
    found = await whole(files, name)
    assert (b"".join(found), [len(part) for part in found]) == (CONTENT, [PART, PART, 3])


async def test_what_is_not_there_is_missing_and_removing_it_is_no_error(files: Files) -> None:
    name = new_name()
    await files.remove(name)
    with pytest.raises(Missing):
        await whole(files, name)


async def test_a_removed_file_is_gone(files: Files) -> None:
    name = new_name()
    await files.receive(name, parts())
    await files.remove(name)
    with pytest.raises(Missing):
        await whole(files, name)
    assert name not in await names(files)


async def names(files: Files) -> list[str]:
    found: list[str] = []
    while page := await files.begun_before(now() + DAY, found[-1] if found else ""):
        found += page
    return found


async def broken(content: bytes) -> AsyncIterator[bytes]:
    yield content
    raise RuntimeError("broken off")


async def test_an_upload_that_fails_leaves_nothing(files: Files) -> None:
    name = new_name()
    with pytest.raises(RuntimeError, match="broken off"):
        await files.receive(name, broken(CONTENT[:PART]))
    assert name not in await names(files)


async def test_an_upload_that_is_cancelled_leaves_nothing_and_shows_nothing_before(files: Files) -> None:
    name, waiting = new_name(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield CONTENT[:PART]
        waiting.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(files.receive(name, endless()))
    await waiting.wait()
    assert name in await names(files)  # so that it is swept, should the service end now
    with pytest.raises(Missing):
        await whole(files, name)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert name not in await names(files)


async def test_a_cancellation_does_not_overtake_what_is_being_written(files: Files) -> None:
    for pauses in range(6):
        name = new_name()
        task = asyncio.create_task(files.receive(name, parts()))
        for _ in range(pauses):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert name not in await names(files)


async def test_names_are_told_in_order_by_the_time_of_the_upload(files: Files) -> None:
    moment = now() - 10 * DAY
    old = [f"{name_at(moment)[:10]}{place:016}" for place in range(SWEPT + 5)]
    for name in old:
        await files.receive(name, parts(b"x"))
    assert await files.begun_before(moment, "") == []
    first = await files.begun_before(moment + DAY, "")
    assert first == old[:SWEPT]
    assert await files.begun_before(moment + DAY, first[-1]) == old[SWEPT:]
    for name in old:
        await files.remove(name)


async def test_a_file_without_a_record_is_swept_a_day_later_and_no_other(
    make_database: MakeDatabase, tmp_path: Path
) -> None:
    house = await furnished(await make_database("mongomock"))
    moment = now()
    kept, old, young = f"{name_at(moment - 2 * DAY)[:10]}{'K' * 16}", name_at(moment - 2 * DAY), new_name()
    await attached(house, ADMIN, "act_002_lin_qiaozhi", 5, stored_as=kept)
    (tmp_path / f"{old[:25]}1.part").write_bytes(b"an upload that the end of the service broke off")
    (tmp_path / "README").write_text("not ours")
    for files, without_record in ((Folder(tmp_path), 2), (GridFS(house.database), 1)):
        for name in (kept, old, young):
            await files.receive(name, parts())
        assert await sweep(house.database, files, moment) == without_record
        assert await sweep(house.database, files, moment) == 0
        assert await names(files) == [kept, young]
    assert (tmp_path / "README").exists()


async def test_sweeping_begins_at_once_and_goes_on_until_it_is_told_to_end(
    make_database: MakeDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    database = await make_database("mongomock")
    files = GridFS(database)
    await files.receive(name_at(now() - 2 * DAY), parts(b"x"))
    task = asyncio.create_task(keep_sweeping(database, files))
    caplog.set_level("INFO")
    for _ in range(100):
        await asyncio.sleep(0)
        if caplog.records:
            break
    assert caplog.messages == ["1 files without a record removed"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_the_database_holds_files_in_the_form_of_gridfs(make_database: MakeDatabase) -> None:
    database = await make_database("mongomock")
    name, files = new_name(), files_in(None, database)
    await files.receive(name, parts())
    [entry] = await database.find(FILES, {}, 9)
    assert abs(entry.pop("uploadDate").replace(tzinfo=dt.UTC) - now()) < DAY
    assert entry == {"_id": name, "length": len(CONTENT), "chunkSize": PART, "filename": name}
    chunks = await database.find(CHUNKS, {}, 9, ("files_id", "n"))
    assert [(each["files_id"], each["n"]) for each in chunks] == [(name, 0), (name, 1), (name, 2)]
    await database.delete(CHUNKS, {"n": 2})
    with pytest.raises(Missing, match="chunk 2"):
        await whole(files, name)


async def test_a_database_that_is_gone_when_an_upload_fails_does_not_hide_why_it_failed(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database("mongomock")

    async def gone(*_: object) -> None:
        raise Unavailable("gone")

    monkeypatch.setattr(Database, "delete", gone)
    with pytest.raises(RuntimeError, match="broken off"):
        await GridFS(database).receive(new_name(), broken(b"x"))


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "a" * 26, f"{'A' * 26}/x"])
async def test_a_name_that_is_none_of_ours_reaches_no_file(tmp_path: Path, name: str) -> None:
    files = files_in(tmp_path, Database("mongomock", "", "none"))
    with pytest.raises(ValueError, match="no name of ours"):
        await whole(files, name)


async def test_a_place_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="File exists"):
        await Folder(tmp_path / "file").receive(new_name(), parts())


@pytest.mark.parametrize("size", [1_000, PART - 1, PART, PART + 1, 3 * PART])
async def test_a_stream_of_any_pieces_comes_in_parts(size: int) -> None:
    found = [part async for part in in_parts(parts(CONTENT, size))]
    assert (b"".join(found), {len(part) for part in found[:-1]}) == (CONTENT, {PART})
    assert [part async for part in in_parts(parts(b""))] == []
