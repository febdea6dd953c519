"""Attacks over WebSocket: handshakes, frames, messages and floods; each ends with its code, and none with 1006."""

import contextlib
import json
import struct
from collections.abc import Iterator
from typing import Any, TypeAlias

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from schema.messages import PROTOCOL
from tests.attacks.documents import DOCUMENTS
from tests.attacks.serving import SECONDS, Served, request
from tests.attacks.striking import Attack, right
from tests.conftest import NETWORK

FEED = f'subscription{{networkFeed(network:"{NETWORK}"){{sequence}}}}'
INIT: dict[str, Any] = {"type": "connection_init"}
Said: TypeAlias = str | bytes | dict[str, Any]


@contextlib.contextmanager
def opened(service: Served, protocol: str | None = PROTOCOL, **headers: str) -> Iterator[ClientConnection]:
    with connect(
        f"ws://127.0.0.1:{service.port}/graphql",
        subprotocols=[Subprotocol(protocol)] if protocol else None,
        compression="deflate",  # which is offered, and not taken
        additional_headers={name.replace("_", "-"): value for name, value in headers.items()},
        max_size=None,
        proxy=None,
    ) as client:
        yield client


def say(client: ClientConnection, said: Said) -> None:
    client.send(json.dumps(said) if isinstance(said, dict) else said)


def hear(client: ClientConnection) -> dict[str, Any]:
    heard: dict[str, Any] = json.loads(client.recv(timeout=SECONDS))
    return heard


def ending(client: ClientConnection) -> int:
    """The code the other side closes with; 1006 where it says none."""
    try:
        while True:
            client.recv(timeout=SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def subscribe(own_id: Any, query: Any, **more: Any) -> dict[str, Any]:
    return {"type": "subscribe", "id": own_id, "payload": {"query": query, **more}}


def frame(data: bytes, opcode: int = 1, final: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    first, bit = (0x80 if final else 0) | reserved << 4 | opcode, 0x80 if masked else 0
    length = (
        struct.pack("!BB", first, bit | len(data))
        if len(data) < 126
        else struct.pack("!BBQ", first, bit | 127, len(data))
    )
    return length + (b"\0\0\0\0" if masked else b"") + data


DEEP = b'{"type":"ping","payload":' + b"[" * 100_000
# What is said once the socket is open, and the code that it ends with.
MESSAGES: dict[str, tuple[list[Said], int]] = {
    "a list": (["[]"], 4400),
    "null": (["null"], 4400),
    "a text": (['"x"'], 4400),
    "a number": (["7"], 4400),
    "nothing": ([""], 4400),
    "an object of nothing": (["{}"], 4400),
    "no JSON": (["{"], 4400),
    "too deep to be JSON": ([DEEP.decode()], 4400),
    "binary": ([b"{}"], 4400),
    "binary of what would be right": ([json.dumps(INIT).encode()], 4400),
    "a type that is none": ([{"type": "hack"}], 4400),
    "a type that is a list": ([{"type": ["connection_init"]}], 4400),
    "a type of the other side": ([{"type": "connection_ack"}], 4400),
    "the protocol of old": ([INIT, {"type": "start", "id": "1", "payload": {"query": FEED}}], 4400),
    "a payload that is a list": ([{**INIT, "payload": []}], 4400),
    "an id that is a number": ([INIT, subscribe(1, FEED)], 4400),
    "an id of nothing": ([INIT, subscribe("", FEED)], 4400),
    "an id of 100,000": ([INIT, subscribe("i" * 100_000, FEED)], 4400),
    "a query that is an object": ([INIT, subscribe("1", {"$ne": ""})], 4400),
    "variables that are a list": ([INIT, subscribe("1", FEED, variables=[])], 4400),
    "a batch": ([INIT, {"type": "subscribe", "id": "1", "payload": [{"query": FEED}] * 10}], 4400),
    "no payload": ([INIT, {"type": "subscribe", "id": "1"}], 4400),
    "an operation before it is initialised": ([subscribe("1", FEED)], 4401),
    "to initialise twice": ([INIT, INIT], 4429),
    "a token of garbage": ([{**INIT, "payload": {"Authorization": "Bearer garbage"}}], 4403),
    "a token that is an object": ([{**INIT, "payload": {"authorization": {"$ne": ""}}}], 4403),
    "a token of 200,000": ([{**INIT, "payload": {"authorization": "Bearer " + "a" * 200_000}}], 4403),
    "300,000 bytes": ([" " * 300_000], 1009),
    "20 MB": ([" " * 20_000_000], 1009),
    "20 MB of binary": ([b" " * 20_000_000], 1009),
}
# Bytes that follow the handshake, and the code.
FRAMES: dict[str, tuple[bytes, int]] = {
    "bad UTF-8": (frame(b"\xff\xfe"), 1007),
    "half a surrogate": (frame(b'"\xed\xa0\x80"'), 1007),
    "without a mask": (frame(b"{}", masked=False), 1002),
    "a reserved bit": (frame(b"{}", reserved=4), 1002),
    "a frame of no kind": (frame(b"{}", opcode=3), 1002),
    "a control of no kind": (frame(b"{}", opcode=11), 1002),
    "a continuation of nothing": (frame(b"{}", opcode=0), 1002),
    "a text within a text": (frame(b"{", final=False) + frame(b"}"), 1002),
    "a ping in parts": (frame(b"x", opcode=9, final=False), 1002),
    "a ping of 126 bytes": (frame(b"x" * 126, opcode=9), 1002),
    "a close of one byte": (frame(b"x", opcode=8), 1002),
    "a close with a code that is none": (frame(b"\x03\xed", opcode=8), 1002),
    "a close that is no text": (frame(b"\x03\xe8\xff", opcode=8), 1007),
    "a length of 2^63": (b"\x81\xff" + b"\x80" + b"\0" * 11, 1009),
    "a length of 2^62": (b"\x81\xff" + b"\x40" + b"\0" * 11, 1009),
    "2,000 empty parts": (frame(b"", final=False) + frame(b"", opcode=0, final=False) * 2_000, 1009),
    "300 parts of 1,000 bytes": (frame(b"", final=False) + frame(b" " * 1_000, opcode=0, final=False) * 300, 1009),
}  # fmt: skip


def said(name: str, messages: list[Said], code: int) -> Attack:
    def strike(service: Served) -> None:
        with opened(service) as client:
            with contextlib.suppress(ConnectionClosed):
                for each in messages:
                    say(client, each)
            assert ending(client) == code, name

    return strike


def framed(name: str, data: bytes, code: int) -> Attack:
    def strike(service: Served) -> None:
        with opened(service) as client:
            with contextlib.suppress(ConnectionError):
                client.socket.sendall(data)
            assert ending(client) == code, name

    return strike


def shut_out(headers: dict[str, str], status: int) -> Attack:
    """A handshake that is not taken."""

    def strike(service: Served) -> None:
        with pytest.raises(InvalidStatus) as refused, opened(service, **headers):
            pass
        assert refused.value.response.status_code == status

    return strike


def of_another_protocol(protocol: str | None) -> Attack:
    def strike(service: Served) -> None:
        with opened(service, protocol) as client:
            assert ending(client) == 4406

    return strike


def handshaken(name: str, status: int, *codes: str, method: str = "GET", **headers: str) -> Attack:
    """A handshake that is none."""
    usual = {"upgrade": "websocket", "connection": "Upgrade", "sec_websocket_version": "13"}
    usual |= {"sec_websocket_key": "AAAAAAAAAAAAAAAAAAAAAA==", "sec_websocket_protocol": PROTOCOL}

    def strike(service: Served) -> None:
        right(service.send(request(method, "/graphql", **{**usual, **headers})), name, service, status, *codes)

    return strike


def documents(service: Served) -> None:
    """Every document of the catalogue is refused here as over HTTP, and the socket goes on."""
    with opened(service) as client:
        say(client, INIT)
        assert hear(client) == {"type": "connection_ack"}
        for name, (query, code) in DOCUMENTS.items():
            if query.startswith(("subscription", "query A")):
                continue
            say(client, subscribe("1", query))
            heard = hear(client)
            assert (heard["type"], {each["extensions"]["code"] for each in heard["payload"]}) == ("error", {code}), name
        say(client, subscribe("1", "{__typename}"))
        assert hear(client)["payload"] == {"data": {"__typename": "Query"}}


def twenty_one(service: Served) -> None:
    """The last one is refused, and the others go on; so does the socket after a thousand more."""
    with opened(service) as client:
        say(client, {**INIT, "payload": {"authorization": f"Bearer {service.token()}"}})
        assert hear(client) == {"type": "connection_ack"}
        for each in range(1_020):
            say(client, subscribe(f"s{each}", FEED))
        refused = set[str]()
        while len(refused) < 1_000:
            heard = hear(client)
            if heard["type"] == "error":
                assert [each["extensions"]["code"] for each in heard["payload"]] == ["LIMIT_EXCEEDED"]
                refused.add(heard["id"])
        assert refused == {f"s{each}" for each in range(20, 1_020)}


def running(service: Served) -> None:
    """An id is not given twice while it runs."""
    with opened(service, authorization=f"Bearer {service.token()}") as client:
        for each in (INIT, subscribe("1", FEED), subscribe("1", FEED)):
            say(client, each)
        assert ending(client) == 4409


def pings(service: Served) -> None:
    """Ten thousand, by frames and by messages, are answered or slowed down, and nothing piles up."""
    with opened(service) as client:
        client.socket.sendall(frame(b"x", opcode=9) * 10_000)
        for _ in range(2_000):
            say(client, {"type": "ping", "payload": {"x": "y"}})
        for _ in range(2_000):
            assert hear(client) == {"type": "pong", "payload": {"x": "y"}}


ATTACKS: dict[str, Attack] = {
    **{name: said(name, *told) for name, told in MESSAGES.items()},
    **{f"frames, {name}": framed(name, *told) for name, told in FRAMES.items()},
    "a foreign page": shut_out({"origin": "https://evil.example"}, 403),
    "a page of no origin": shut_out({"origin": "null"}, 403),
    "a page of another port": shut_out({"origin": "http://127.0.0.1:1"}, 403),
    "a page whose name begins as ours": shut_out({"origin": "http://127.0.0.1.evil.example"}, 403),
    "the protocol of old alone": of_another_protocol("graphql-ws"),
    "no protocol": of_another_protocol(None),
    "a handshake by POST": handshaken("POST", 405, method="POST"),
    "a handshake of no key": handshaken("no key", 400, sec_websocket_key=""),
    "a handshake of another version": handshaken("version", 400, sec_websocket_version="7"),
    "a handshake with a body": handshaken("body", 400, "BAD_REQUEST", content_length="10"),
    "a handshake of 10,000": handshaken("10,000", 400, "BAD_REQUEST", x="a" * 10_000),
    "a handshake of 70,000": handshaken("long", 431, "LIMIT_EXCEEDED", x="a" * 70_000),
    "an id that is running": running,
    "every document": documents,
    "1,020 subscriptions": twenty_one,
    "10,000 pings": pings,
}
