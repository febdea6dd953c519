"""What is said over a socket: the messages of graphql-transport-ws (github.com/enisdenjo/graphql-ws, PROTOCOL.md), the
codes a socket is closed with, and who may open one.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from schema.requests import well_formed

PROTOCOL = "graphql-transport-ws"
LONGEST_ID = 200  # characters of the id that a client gives an operation
STANDARD_PORTS = {"http": 80, "https": 443}


class Ending(IntEnum):
    """Why a socket was closed. Those from 4400 on are of the protocol, but 4508."""

    GONE = 1000  # by the client, so that nothing is to be said
    TRY_AGAIN_LATER = 1013  # more sockets than one may have, or who asks cannot be told now
    BAD_MESSAGE = 4400
    UNAUTHORIZED = 4401  # an operation before the socket was initialised
    FORBIDDEN = 4403  # the token is not valid, or no longer
    SUBPROTOCOL = 4406
    INITIALISATION_TIMEOUT = 4408
    DUPLICATE_ID = 4409
    INITIALISED_TWICE = 4429
    FAULT = 4500  # of the service
    READS_TOO_SLOWLY = 4508


class Closing(Exception):
    """The socket is to be closed, with this code and reason."""

    def __init__(self, code: Ending, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """One message of a client; `payload` is an object where there is one."""

    kind: str
    own_id: str
    payload: dict[str, Any]


def message_of(frame: Mapping[str, Any]) -> Message:
    """What a client said. Raises `Closing` 4400 for anything that no client of the protocol says."""
    try:
        said = orjson.loads(frame.get("text") or b"")
    except orjson.JSONDecodeError:
        raise Closing(Ending.BAD_MESSAGE, "Not a text of JSON") from None
    if not isinstance(said, dict):
        raise Closing(Ending.BAD_MESSAGE, "Not an object")
    kind, own_id, payload = said.get("type"), said.get("id"), said.get("payload")
    if kind in ("subscribe", "complete"):
        if not isinstance(own_id, str) or not 0 < len(own_id) <= LONGEST_ID:
            raise Closing(Ending.BAD_MESSAGE, f"An id is a text of 1 to {LONGEST_ID} characters")
        if kind == "subscribe" and not well_formed(payload):
            raise Closing(Ending.BAD_MESSAGE, "The payload of subscribe asks for no operation")
    elif kind not in ("connection_init", "ping", "pong"):
        raise Closing(Ending.BAD_MESSAGE, "Not a message of a client")
    elif not isinstance(payload, dict | None):
        raise Closing(Ending.BAD_MESSAGE, "A payload is an object")
    return Message(kind, own_id or "", payload or {})


def named(payload: Mapping[str, Any], name: str) -> Any:
    """A value of the payload of connection_init by its name, which is written as that of a header or as a field's."""
    spellings = (name, name.lower(), name[0].lower() + name[1:].replace("-", ""))
    return next((payload[each] for each in spellings if payload.get(each) is not None), None)


def origin_allowed(origins: Collection[str], host: str | None, allowed: Collection[str]) -> bool:
    """Whether a page of these origins may open a socket here: one of our own host, or of a list.

    Without an origin it is no browser, and nobody's cookies or network are borrowed.
    """
    return not origins or (len(origins) == 1 and _known(next(iter(origins)), host, allowed))


def _known(origin: str, host: str | None, allowed: Collection[str]) -> bool:
    if origin.lower() in allowed:
        return True
    try:
        page, own = urlsplit(origin.lower()), urlsplit(f"//{(host or '').lower()}")
        standard = STANDARD_PORTS.get(page.scheme)
        where = (page.hostname, page.port or standard)
        return standard is not None and where == (own.hostname, own.port or standard)
    except ValueError:  # a port that is none
        return False


class TooMany(Exception):
    """One more is above the limit."""


class Places:
    """How many sockets each viewer or address has open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: dict[str, int] = {}

    @contextmanager
    def one_for(self, name: str) -> Iterator[None]:
        """Raises `TooMany`."""
        taken = self._taken.get(name, 0)
        if taken >= self._most:
            raise TooMany(name)
        self._taken[name] = taken + 1
        try:
            yield
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]
