"""A proxy between service and database that fails in the ways in which networks and servers do.

It reads what passes message by message (MongoDB's wire protocol), so that a fault can befall the commands on one
collection alone. It works in a thread and a loop of its own: whoever waits in a test does not hold it up.
"""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto
from threading import Thread

from pymongo.uri_parser import parse_uri

HOST = "127.0.0.1"
LENGTH, FLAGS, FIRST_NAME = slice(0, 4), slice(16, 20), 26  # of an OP_MSG: its size, its flags, its command's name
MORE_TO_COME = 2
GREETINGS = frozenset({"hello", "ismaster", "isMaster"})


class Kind(Enum):
    THROUGH = auto()
    REFUSE = auto()  # nobody listens, and what was open is cut
    HOLE = auto()  # nothing passes, and nothing says so; what fell in stays there for good
    RESET = auto()  # what was asked is done, and the reply cut off after `amount` bytes
    SLOW = auto()  # a reply comes `amount` seconds late; greetings do not


@dataclass(frozen=True)
class Fault:
    """What befalls the messages that name `command` and one of `collections`; without either, whatever they name."""

    kind: Kind
    amount: float = 0
    command: str | None = None
    collections: frozenset[str] = frozenset()

    def befalls(self, message: bytes) -> bool:
        command, collection = named(message)
        if self.kind is Kind.THROUGH or (self.kind is Kind.SLOW and command in GREETINGS):
            return False
        return self.command in (None, command) and (not self.collections or collection in self.collections)


NONE = Fault(Kind.THROUGH)
REFUSED = Fault(Kind.REFUSE)
HOLE = Fault(Kind.HOLE)


def named(message: bytes) -> tuple[str, str]:
    """The command of a message, and the collection that it names; the latter is empty where it names none."""
    end = message.index(b"\0", FIRST_NAME)
    command = message[FIRST_NAME:end].decode()
    if message[FIRST_NAME - 1] != 2:  # a text
        return command, ""
    [size] = struct.unpack_from("<i", message, end + 1)
    return command, message[end + 5 : end + 4 + size].decode()


async def message_from(reader: asyncio.StreamReader) -> bytes:
    """The next whole message. Raises `asyncio.IncompleteReadError` at the end."""
    head = await reader.readexactly(4)
    return head + await reader.readexactly(struct.unpack("<i", head)[0] - 4)


@dataclass
class Proxy:
    """`fault` may be set at any time, from any thread."""

    server: tuple[str, int]
    port: int = 0
    _fault: Fault = NONE
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _listening: asyncio.Server | None = None
    _open: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    @property
    def uri(self) -> str:
        return f"mongodb://{HOST}:{self.port}/?directConnection=true"

    @property
    def fault(self) -> Fault:
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        done: Future[None] = asyncio.run_coroutine_threadsafe(self._changed(), self._loop)
        done.result(10)

    async def _changed(self) -> None:
        refused = self._fault.kind is Kind.REFUSE
        if refused and self._listening is not None:
            self._listening.close()
            self._listening = None
            await self._cut()
        elif not refused and self._listening is None:
            self._listening = await asyncio.start_server(self._serve, HOST, self.port, reuse_address=True)
            self.port = self._listening.sockets[0].getsockname()[1]

    async def _cut(self) -> None:
        for task, writer in self._open.items():
            reset(writer)
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        try:
            async with connected(self.server) as (far_reader, far_writer):
                while True:
                    request = await message_from(reader)
                    if await self._swallowed(request, reader):
                        return
                    far_writer.write(request)
                    await self._answer(request, far_reader, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            del self._open[task]
            writer.close()

    async def _swallowed(self, request: bytes, reader: asyncio.StreamReader) -> bool:
        """Whether what passes is in the hole; then not before the other side gives up."""
        if self._fault.kind is not Kind.HOLE or not self._fault.befalls(request):
            return False
        while await reader.read(65_536):
            pass
        return True

    async def _answer(
        self,
        request: bytes,
        far_reader: asyncio.StreamReader,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        more = True
        while more:
            reply = await message_from(far_reader)
            more = bool(int.from_bytes(reply[FLAGS], "little") & MORE_TO_COME)
            if await self._swallowed(request, reader):
                raise ConnectionResetError
            if self._fault.befalls(request):
                await self._spoil(reply, writer)
            writer.write(reply)
            await writer.drain()

    async def _spoil(self, reply: bytes, writer: asyncio.StreamWriter) -> None:
        fault = self._fault
        if fault.kind is Kind.SLOW:
            await asyncio.sleep(fault.amount)
        else:
            writer.write(reply[: int(fault.amount)])
            reset(writer)
            raise ConnectionResetError

    def run(self) -> None:
        self._loop.run_forever()
        self._loop.close()

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.close()
        await self._cut()
        self._loop.call_soon(self._loop.stop)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a crash does: the other side reads an error, not an end."""
    if (own := writer.get_extra_info("socket")) is not None and not writer.transport.is_closing():
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.asynccontextmanager
async def connected(
    server: tuple[str, int],
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(*server)
    try:
        yield reader, writer
    finally:
        writer.close()


@contextlib.contextmanager
def proxy(uri: str) -> Iterator[Proxy]:
    """A proxy before the server at `uri`, which lets everything through until told otherwise."""
    between = Proxy(parse_uri(uri)["nodelist"][0])
    thread = Thread(target=between.run, daemon=True)
    thread.start()
    between.fault = NONE
    try:
        yield between
    finally:
        asyncio.run_coroutine_threadsafe(between.close(), between._loop).result(10)
        thread.join(10)
