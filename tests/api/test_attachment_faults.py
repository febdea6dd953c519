"""Uploads that are sent again, broken off, too slow, or that disk and database fail: nothing is left behind."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from service.errors import Unavailable
from tests.api.uploads import PDF, Doors, doors, pdf
from tests.api.wire import codes
from tests.api.world import do
from tests.conftest import (
    House,
)

HELD = "act_002_film_martyrs"
SIGNED = "agr_002_boc_yuexiu_co_building"


async def test_a_retry_answers_the_first_attachment_and_keeps_one_file(open_doors: Doors) -> None:
    content, key = pdf(), {"idempotency-key": uuid.uuid4().hex}
    first = await open_doors.send(HELD, content, headers=key)
    again = await open_doors.send(HELD, content, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    together = await asyncio.gather(*(open_doors.send(HELD, content, headers=key) for _ in range(3)))
    assert [each.json() for each in together] == [first.json()] * 3
    other = await open_doors.send(HELD, pdf(), headers=key)
    assert (other.status_code, codes(other)) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    await do(open_doors.house, "discardAttachment", id=first.json()["id"], version=1, reason="误传")
    assert (await open_doors.send(HELD, content, headers=key)).json() == first.json()
    assert await open_doors.left() == set()
    too_long = await open_doors.send(HELD, content, headers={"idempotency-key": "a" * 201})
    assert (too_long.status_code, codes(too_long)) == (400, ["BAD_REQUEST"])


async def began(opened: Doors, body: bytes, length: int = 900_000) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An upload that has sent `body` of `length` bytes so far."""
    reader, writer = await asyncio.open_connection(*opened.address)
    head = f"POST /attachments?record={HELD}&kind=SCAN&fileName=a.pdf HTTP/1.1\r\nHost: a\r\nContent-Type: {PDF}\r\n"
    writer.write(f"{head}Content-Length: {length}\r\nAuthorization: {opened.token()['authorization']}\r\n\r\n".encode())
    writer.write(body)
    await writer.drain()
    return reader, writer


async def until(condition: Callable[[], Awaitable[Any]]) -> None:
    for _ in range(500):
        if await condition():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not happen in time")


async def test_an_upload_that_is_broken_off_leaves_nothing(open_doors: Doors) -> None:
    _, writer = await began(open_doors, pdf(600_000))
    await until(open_doors.left)
    writer.transport.abort()

    async def gone() -> bool:
        return not await open_doors.left()

    await until(gone)


async def test_an_upload_that_takes_too_long_is_ended_and_leaves_nothing(
    houses: dict[str, House], tmp_path: Path
) -> None:
    async with doors(houses["mongomock"], tmp_path / "files", seconds=0.3) as opened:
        reader, writer = await began(opened, pdf(600_000))
        answer = await asyncio.wait_for(reader.read(), 5)  # to the end: the connection is closed
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b"LIMIT_EXCEEDED" in answer
        assert b"0.3 s" in answer
        assert await opened.kept() == set()
        writer.close()


async def test_a_database_that_falls_silent_at_the_end_is_told_and_the_file_waits(
    open_doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the record was written nobody knows then: the file stays for the retry to tell, or for the sweep."""

    async def silent(*_: Any) -> Any:
        raise Unavailable("gone")

    content, key = pdf(), {"idempotency-key": uuid.uuid4().hex}
    with monkeypatch.context() as patched:
        patched.setattr(open_doors.house.store, "create", silent)
        sent = await open_doors.send(HELD, content, headers=key)
        assert (sent.status_code, codes(sent)) == (503, ["SERVICE_UNAVAILABLE"])
    assert len(await open_doors.left()) == 1
    assert (await open_doors.send(HELD, content, headers=key)).status_code == 201
    for name in await open_doors.left():
        await open_doors.files.remove(name)
    assert await open_doors.left() == set()


@pytest.mark.parametrize("damage", [b"", b"%PDF-1.7 something else", None])
async def test_what_is_not_as_it_was_taken_in_is_never_given_out_whole(
    fresh_doors: Doors, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    own_id = (await fresh_doors.send(HELD, pdf())).json()["id"]
    assert fresh_doors.folder is not None
    [path] = fresh_doors.folder.iterdir()
    path.unlink() if damage is None else path.write_bytes(damage)
    if damage:
        with pytest.raises(httpx.RemoteProtocolError):
            await fresh_doors.fetch(own_id)
    else:
        broken = await fresh_doors.fetch(own_id)
        assert (broken.status_code, codes(broken)) == (500, ["INTERNAL_ERROR"])
    assert [record for record in caplog.records if record.levelno >= logging.ERROR]


async def test_a_full_disk_is_told_and_leaves_nothing(fresh_doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fresh_doors.files, "_publish", full)
    sent = await fresh_doors.send(HELD, pdf())
    assert (sent.status_code, codes(sent)) == (503, ["SERVICE_UNAVAILABLE"])
    assert await fresh_doors.left() == set()
