"""Attacks by waiting: heads, bodies, handshakes and readers that never come to an end, all held open together."""

import contextlib
import select
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

from schema.messages import PROTOCOL
from schema.requests import BODY_SECONDS
from service.connections import HEAD_SECONDS
from tests.attacks.serving import Answer, Served, read, request

LATE = 12.0  # seconds beyond what is allowed, on a busy machine
JSON = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
HANDSHAKE = request(
    "GET",
    "/graphql",
    upgrade="websocket",
    connection="Upgrade",
    sec_websocket_version="13",
    sec_websocket_key="AAAAAAAAAAAAAAAAAAAAAA==",
    sec_websocket_protocol=PROTOCOL,
)


class Slow(NamedTuple):
    """What is sent at first, what from time to time, and with which status it ends; None: it is just closed."""

    first: bytes
    then: bytes
    status: int | None


SLOW: dict[str, Slow] = {
    "nothing at all": Slow(b"", b"", None),
    "half a head": Slow(b"POST /graphql HTTP/1.1\r\nHost: x\r\n", b"", 408),
    "a head, header by header": Slow(b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n", 408),
    "a head, letter by letter": Slow(b"GET /livez HTTP/1.1\r\nHost: x\r\nX: ", b"a", 408),
    "an address, letter by letter": Slow(b"GET /", b"a", 408),
    "empty lines": Slow(b"\r\n", b"\r\n", None),
    "no body": Slow(JSON + b"Content-Length: 100\r\n\r\n", b"", 408),
    "a body, letter by letter": Slow(JSON + b"Content-Length: 10000\r\n\r\n{", b" ", 408),
    "chunks, one by one": Slow(JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n", 408),
    "half a chunk": Slow(JSON + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{", b"", 408),
    "a body nobody asked for": Slow(b"GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", b" ", 200),
    "a body beyond its answer": Slow(JSON + b"Content-Length: 999999\r\n\r\n" + b" " * 300_000, b" " * 10, 413),
    "another request, header by header": Slow(
        b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez HTTP/1.1\r\n", b"A: b\r\n", 200
    ),
    "an upgrade with a body": Slow(
        HANDSHAKE.replace(b"GET", b"POST", 1)[:-2] + b"Content-Length: 10000\r\n\r\n", b" ", 400
    ),
}


class Held(NamedTuple):
    connection: socket.socket
    began: float
    how: Slow


def begin(service: Served) -> dict[str, Held]:
    """Every one of them, opened and left."""
    held = {}
    for name, how in SLOW.items():
        connection = service.connected()
        connection.sendall(how.first)
        held[name] = Held(connection, time.monotonic(), how)
    return held


def drip(held: dict[str, Held]) -> None:
    """A little more of each that is still open."""
    for each in held.values():
        with contextlib.suppress(OSError):
            each.connection.sendall(each.how.then)


def over(held: Held) -> bool:
    """Whether the other side has closed; what it said before stays to be read."""
    return held.connection.fileno() < 0 or _closed(held.connection)


def _closed(connection: socket.socket) -> bool:
    """As the kernel tells it: the state in which the other side has said that it ends, or broken off."""
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))


def answered(held: Held) -> Answer:
    with held.connection:
        return read(held.connection)


def waited(held: dict[str, Held], between: Callable[[], None]) -> None:
    """Until each is closed, or late."""
    longest = max(HEAD_SECONDS, BODY_SECONDS) + LATE
    while not all(map(over, held.values())):
        late = [name for name, each in held.items() if time.monotonic() - each.began > longest and not over(each)]
        assert not late
        between()
        drip(held)
        time.sleep(0.5)
