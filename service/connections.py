"""HTTP connections as uvicorn serves them, with what the open internet needs beside.

uvicorn 0.54 takes heads of any size, with any number of hosts or tokens, and waits without end: for a head, for the
rest of a body that is answered already, for a reader who does not read. Here a head has its size and its time, a reader
our patience.
"""

import asyncio
import logging
from http import HTTPStatus
from itertools import chain
from typing import Any

import orjson
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from service.errors import Code
from service.transport import FOR_BROWSERS

MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
HEAD_SECONDS = 10.0  # from the moment in which nothing is to be answered until the next head is there as a whole
SINGLE = (b"host", b"authorization", b"content-type", b"idempotency-key")  # of two, a proxy may have judged the other
READER_SECONDS = 30.0  # without reading anything of what is on its way
LEAVING_SECONDS = 2.0  # for the other side to hear why it is refused, before the connection is cut
REFUSALS = {
    400: (Code.BAD_REQUEST, "This is no HTTP request.", "HTTP 请求无效。"),
    408: (Code.LIMIT_EXCEEDED, f"The head did not arrive within {HEAD_SECONDS:.0f} s.", "请求头未在规定时间内送达。"),
    431: (
        Code.LIMIT_EXCEEDED,
        f"A head has at most {MOST_HEAD_BYTES} bytes and {MOST_HEADERS} headers.",
        f"请求头最多 {MOST_HEAD_BYTES} 字节、{MOST_HEADERS} 项。",
    ),
}  # in both languages, as the head that names one is not read

log = logging.getLogger(__name__)


def refusal(status: int) -> bytes:
    """The whole answer, with which the connection ends."""
    code, *messages = REFUSALS[status]
    body = orjson.dumps({"errors": [{"message": " ".join(messages), "extensions": {"code": code}}]})
    headers = {
        **FOR_BROWSERS,
        "Cache-Control": "no-store",
        "Content-Type": "application/json; charset=utf-8",
        "Content-Length": str(len(body)),
        "Connection": "close",
    }
    told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{told}\r\n".encode() + body


class HeadRefused(Exception):
    """What the parser is stopped with."""


class Connection(HttpToolsProtocol):
    """One connection, until it becomes a WebSocket."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._awaited: float | None = None  # since when the next head is, if it is
        self._reader: asyncio.TimerHandle | None = None  # when a reader who reads nothing is given up
        self._in_head, self._arrived = False, 0  # bytes since a head began that is not there as a whole
        self._answered: RequestResponseCycle | None = None  # the request whose turn it is
        self._status = 400  # of a refusal by the parser
        self._refused = False
        self._await_head()
        self._patience = self.loop.call_later(HEAD_SECONDS, self._look_for_head)

    def connection_lost(self, exc: Exception | None) -> None:
        self.pipeline.clear()
        if self._answered is not None:  # else it would write to what is closed, as uvicorn tells but the last one
            self._answered.disconnected = True
            self._answered.message_event.set()
        super().connection_lost(exc)
        self._patience.cancel()
        self._stop_watching()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answered = cycle
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        if self._refused:  # it is thrown away: a connection closed on unread data takes the answer back
            return
        if self._in_head and self._arrived > MOST_HEAD_BYTES:
            self._refuse(431)
            return
        self._arrived += len(data)  # which may hold more than the head
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._arrived = True, 0

    def on_headers_complete(self) -> None:
        """Raises `HeadRefused`, upon which the parser ends with `send_400_response`."""
        self._in_head = False
        if len(self.headers) > MOST_HEADERS or self._size() > MOST_HEAD_BYTES:
            self._status = 431
            raise HeadRefused
        names = [name for name, _ in self.headers]
        absent = b"host" not in names and self.parser.get_http_version() != "1.0"  # RFC 9112, 3.2
        if absent or (len({*names}) < len(names) and any(names.count(each) > 1 for each in SINGLE)):
            raise HeadRefused
        begun = self.cycle
        super().on_headers_complete()
        if self.cycle is not begun:  # else it asks for another protocol, once its body has arrived
            self._awaited = None

    def handle_websocket_upgrade(self) -> None:
        self._patience.cancel()
        super().handle_websocket_upgrade()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._cut_after(READER_SECONDS)
        elif self.cycle.response_complete:  # else the next one is under way
            self._await_head()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._cut_after(READER_SECONDS)

    def send_400_response(self, msg: str) -> None:
        self._refuse(self._status)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_watching()

    def _size(self) -> int:
        return len(self.url) + sum(map(len, chain.from_iterable(self.headers)))

    def _await_head(self) -> None:
        self._awaited = self.loop.time()

    def _look_for_head(self) -> None:
        """Again when it is due: one timer for all requests of a connection, as making one takes longer than a look."""
        due = HEAD_SECONDS if self._awaited is None else self._awaited + HEAD_SECONDS - self.loop.time()
        if due > 0:
            self._patience = self.loop.call_later(due, self._look_for_head)
        else:
            self._late()

    def _late(self) -> None:
        if self._in_head and not self._refused:
            self._refuse(408)
        else:  # an idle connection, or a body that goes on after its answer
            self.transport.close()
            self._cut_after(READER_SECONDS)

    def _watch(self) -> None:
        self._stop_watching()
        self._reader = self.loop.call_later(READER_SECONDS, self._look, self.transport.get_write_buffer_size())

    def _look(self, waiting: int) -> None:
        if self.transport.get_write_buffer_size() < waiting:
            self._watch()
        else:
            self.transport.abort()

    def _stop_watching(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None

    def _refuse(self, status: int) -> None:
        """Say so, unless an earlier request waits for its answer, which this would be taken for."""
        self._refused, answering = True, self.cycle
        if answering is not None and not answering.response_complete:
            if self.pipeline or answering.response_started or not answering.more_body:
                self.transport.abort()
                return
            answering.disconnected = True  # it is this one's own body that is at fault
            answering.message_event.set()
        self.transport.write(refusal(status))
        self.transport.write_eof()
        self._cut_after(LEAVING_SECONDS)
        log.info("connection refused", extra={"status": status})

    def _cut_after(self, seconds: float) -> None:
        self.loop.call_later(seconds, self.transport.abort)
