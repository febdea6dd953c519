"""Frames as they are on the wire: none ends a socket without a code, none fills the memory, and an end is told."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.messages import PROTOCOL
from schema.requests import MOST_BYTES
from schema.socket_rules import SocketRules
from service import frames
from tests.api.sockets import FEED, Served, eventually, served, token
from tests.conftest import NETWORK, House

TEXT, BINARY, CONTINUED, CLOSE, PING = 1, 2, 0, 8, 9
HANDSHAKE = (
    "GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
    f"Sec-WebSocket-Protocol: {PROTOCOL}\r\n\r\n"
)
INIT = b'{"type": "connection_init"}'


def frame(data: bytes, opcode: int = TEXT, final: bool = True, masked: bool = True, told: int | None = None) -> bytes:
    """A frame, whose length may be told wrong."""
    length = len(data) if told is None else told
    first, bit = (0x80 if final else 0) | opcode, 0x80 if masked else 0
    if length < 126:
        head = struct.pack("!BB", first, bit | length)
    elif length < 2**16:
        head = struct.pack("!BBH", first, bit | 126, length)
    else:
        head = struct.pack("!BBQ", first, bit | 127, length)
    return head + (b"\0\0\0\0" if masked else b"") + data


class Raw:
    """A client that writes bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def ending(self) -> int:
        """The code of the close frame; 1006 where the connection ends without one."""
        try:
            async with asyncio.timeout(5):
                while True:
                    opcode, data = await self.frame()
                    if opcode == CLOSE:
                        return int.from_bytes(data[:2], "big")
        except (asyncio.IncompleteReadError, ConnectionError):
            return 1006

    async def frame(self) -> tuple[int, bytes]:
        first, length = await self.reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await self.reader.readexactly(2), "big")
        elif length == 127:
            length = int.from_bytes(await self.reader.readexactly(8), "big")
        return first & 0x0F, await self.reader.readexactly(length)

    async def write(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except ConnectionError:  # the other side has heard enough
            return


@asynccontextmanager
async def raw(service: Served, narrow: bool = False) -> AsyncIterator[Raw]:
    """A client; a narrow one takes little that it does not read."""
    connected = socket.socket()
    if narrow:
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connected.setblocking(False)
    await asyncio.get_running_loop().sock_connect(connected, ("127.0.0.1", service.port))
    reader, writer = await asyncio.open_connection(sock=connected, limit=1_024 if narrow else 2**16)
    try:
        writer.write(HANDSHAKE.encode())
        assert b"101" in await reader.readuntil(b"\r\n\r\n")
        yield Raw(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    return made


@pytest.fixture(scope="module")
async def service(house: House) -> AsyncIterator[Served]:
    async with served(house) as service:
        yield service


BROKEN = {
    "text that is no UTF-8": ([frame(b'"\xff"')], 1007),
    "text that is no UTF-8, in parts": ([frame(b"\xe4", final=False), frame(b"x", CONTINUED)], 1007),
    "a character cut short": ([frame(b"\xe4\xb8")], 1007),
    "not masked": ([frame(INIT, masked=False)], 1002),
    "an unknown opcode": ([frame(INIT, opcode=3)], 1002),
    "a reserved bit": ([bytes([0xC1]) + frame(INIT)[1:]], 1002),
    "a ping in parts": ([frame(b"", PING, final=False)], 1002),
    "a long ping": ([frame(b"x" * 126, PING)], 1002),
    "a continuation of nothing": ([frame(b"x", CONTINUED)], 1002),
    "a text inside another": ([frame(b"x", final=False), frame(b"x")], 1002),
    "one byte too many": ([frame(b" " * (MOST_BYTES + 1))], 1009),
    "far too long, never sent": ([frame(b"", told=2**62)], 1009),
    "far too long, and sent": ([frame(b" " * 2_000_000)], 1009),
    "too long in parts": ([frame(b" " * 200_000, final=False), frame(b" " * 200_000, CONTINUED)], 1009),
    "parts without end": ([frame(b" ", final=False), *[frame(b"", CONTINUED, final=False)] * 2_000], 1009),
    "binary": ([frame(INIT, BINARY)], 4400),
    "a close frame of one byte": ([frame(b"x", CLOSE)], 1002),
    "a close code that is none": ([frame(b"\0\1", CLOSE)], 1002),
    "a close inside a text": ([frame(b"x", final=False), frame(b"\x03\xe8", CLOSE)], 1002),
    "a wrong message, and more after it": ([frame(b"[]"), *[frame(b" " * 60_000)] * 20], 4400),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("first", [b"", frame(INIT)], ids=["at first", "later"])
async def test_a_frame_that_is_none_ends_the_socket_with_a_code(service: Served, name: str, first: bytes) -> None:
    sent, code = BROKEN[name]
    async with raw(service) as client:
        await client.write(first + b"".join(sent))
        assert await client.ending() == code


async def test_a_text_may_come_in_parts_with_pings_between(service: Served) -> None:
    async with raw(service) as client:
        parts = [frame(INIT[:5], final=False), frame(b"p", PING), frame(b"", CONTINUED, final=False)]
        for each in (*parts, frame(INIT[5:], CONTINUED)):
            await client.write(each)
        assert await client.frame() == (10, b"p")
        assert await client.frame() == (TEXT, b'{"type":"connection_ack"}')
        await client.write(frame(b"\x03\xe8bye", CLOSE))
        assert await client.ending() == 1000


async def test_who_vanishes_leaves_nothing_behind(service: Served) -> None:
    before = len(asyncio.all_tasks())
    for last in (b"", frame(INIT), frame(b'{"type', final=False), frame(INIT)[:4]):
        async with raw(service) as client:
            await client.write(last)
            client.writer.transport.abort()
    assert await eventually(lambda: len(asyncio.all_tasks()) <= before)
    assert await eventually(lambda: not service.server.server_state.connections)


async def test_pings_of_who_reads_no_answers_do_not_pile_up(service: Served) -> None:
    """The service stops reading, so that in the end the writer is the one who waits."""

    async def flood() -> None:
        for _ in range(200):  # 50 MB
            await client.write(frame(b"x" * 125, PING) * 2_000)

    async with raw(service) as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(flood(), 1)
        [connection] = service.server.server_state.connections
        assert connection.transport.get_write_buffer_size() < 2**20
    assert await eventually(lambda: not service.server.server_state.connections)


async def test_who_reads_too_slowly_is_closed(house: House) -> None:
    said = {"query": FEED % "recordId changes { field before after }", "variables": {"network": NETWORK, "after": 0}}
    messages = [{"type": "connection_init", "payload": {"authorization": token()}}]
    messages += [{"type": "subscribe", "id": f"{n}", "payload": said} for n in range(9)]
    async with served(house, SocketRules(patience=0.2), narrow=True) as service, raw(service, narrow=True) as client:
        await service.relay_all()
        for each in messages:
            await client.write(frame(orjson.dumps(each)))
        [connection] = service.server.server_state.connections
        assert await eventually(lambda: connection.close_sent)
        assert connection.transport.get_write_buffer_size() < 2**20
        assert await client.ending() == 4508
        client.writer.close()
        assert await eventually(lambda: not service.server.server_state.connections)


async def test_an_end_of_the_service_is_told(house: House) -> None:
    async with served(house) as service, service.client() as client, raw(service) as silent:
        await client.follow("f", after=10**6)
        assert (await client.asked("{ __typename }"))["type"] == "next"
        service.server.should_exit = True
        assert await client.ending() == 1001
        assert await silent.ending() == 1001


async def test_what_is_said_after_the_end_is_not_answered(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with served(house) as service, raw(service) as client:
        await client.write(frame(INIT))
        assert (await client.frame())[0] == TEXT
        [connection] = service.server.server_state.connections
        connection.shutdown()
        await client.write(frame(b"p", PING) + frame(b"[]") + frame(b"\x03\xe8", CLOSE))
        assert await client.ending() == 1001
        assert await client.reader.read() == b""
        assert await eventually(lambda: not service.server.server_state.connections)
    assert [each.message for each in caplog.records if each.levelname != "INFO"] == []


async def test_who_does_not_answer_a_ping_is_gone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async with served(house) as service, raw(service) as client:
        await client.write(frame(INIT))
        assert (await client.frame())[0] == TEXT
        [connection] = service.server.server_state.connections
        connection.keepalive_timeout()  # as its timer does
        assert await client.ending() == 1011


async def test_who_does_not_close_as_well_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "CLOSING_SECONDS", 0.1)
    async with served(house) as service:
        for last in (b"[]", b'"\xff"'):
            async with raw(service) as client:
                await client.write(frame(last))
                assert await client.ending() in (4400, 1007)
                assert await client.reader.read() == b""
                assert await eventually(lambda: not service.server.server_state.connections)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
KINDS = ["connection_init", "subscribe", "complete", "ping", "pong", "next", "connection_ack"]
QUERIES = ["{ viewer { subject } }", "{", "", 'subscription { networkFeed(network: "n") { sequence } }']
PAYLOADS = JSON | st.fixed_dictionaries({"query": st.sampled_from(QUERIES)}, optional={"variables": JSON})
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(KINDS)}, optional={"id": st.sampled_from(["a", "b"]) | JSON, "payload": PAYLOADS}
)
SAID = (MESSAGES | JSON).map(lambda said: frame(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS)))
FRAMES = SAID | st.builds(
    frame, st.binary(max_size=200), st.sampled_from([0, 1, 2, 3, 8, 9, 10]), st.booleans(), st.booleans()
)


def _fuzz(examples: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return lambda test: settings(max_examples=examples)(given(st.lists(FRAMES, max_size=8), st.booleans())(test))


async def _no_frames_end_it_without_a_code(service: Served, said: list[bytes], initialised: bool) -> None:
    before = len(asyncio.all_tasks())
    async with raw(service) as client:
        await client.write((frame(INIT) if initialised else b"") + b"".join(said) + frame(b"\x03\xe8", CLOSE))
        assert await client.ending() != 1006
    assert await eventually(lambda: len(asyncio.all_tasks()) <= before)


@_fuzz(60)
async def test_no_frames_end_a_socket_without_a_code(service: Served, said: list[bytes], initialised: bool) -> None:
    await _no_frames_end_it_without_a_code(service, said, initialised)


@pytest.mark.prove
@_fuzz(3_000)
async def test_none_of_many_frames_ends_it_without_a_code(
    service: Served, said: list[bytes], initialised: bool
) -> None:
    await _no_frames_end_it_without_a_code(service, said, initialised)
