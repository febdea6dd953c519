"""What every answer over HTTP carries, whichever route made it: a request id, what browsers are to keep to, and CORS.

One ASGI layer that touches headers alone; no body is copied.
"""

import itertools
import logging
import re
import secrets
import time
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.metrics import NONE, Metrics
from service.notes import begin, noted
from service.spans import Outcome

if TYPE_CHECKING:
    from service.tracing import Tracing

REQUEST_ID = "X-Request-Id"
SENT_ID, PLAIN_ID = REQUEST_ID.lower().encode(), re.compile(rb"[A-Za-z0-9._-]{1,64}")
SENT_ALONG = ("Authorization", "Content-Type", "Idempotency-Key", "Accept-Language", REQUEST_ID)
PROCESS, NUMBERS = secrets.token_hex(8), itertools.count()  # of which the ids of requests are made
PREFLIGHT_SECONDS = 600  # for which a browser remembers what it was allowed
FOR_BROWSERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}  # unless the route says otherwise
MOST_SHOWN = 200  # characters of a path in the log
ONLY_HTTPS = "max-age=31536000"  # a year

PROBES = frozenset({"/livez", "/readyz"})  # asked every few seconds, and of no interest while all is well

log = logging.getLogger(__name__)


class Transport(NamedTuple):
    """`origins` are the web origins whose pages may read answers; `proxies` the addresses whose word on who asks, and
    by which scheme, is taken; `https` that browsers are to come by https alone.
    """

    origins: Sequence[str] = ()
    proxies: Sequence[str] = ()
    https: bool = False

    def middleware(self, metrics: Metrics, tracing: "Tracing | None" = None) -> list[Middleware]:
        """The layers about the routes, the outermost first."""
        layers = [Middleware(Carried, https=self.https, metrics=metrics, tracing=tracing)]
        if self.origins:
            cors = Middleware(
                CORSMiddleware,
                allow_origins=list(self.origins),
                allow_methods=["GET", "POST", "DELETE"],
                allow_headers=list(SENT_ALONG),
                expose_headers=[REQUEST_ID],
                max_age=PREFLIGHT_SECONDS,
            )
            layers.append(cors)
        return layers


class Carried:
    """Gives each request its id, which the answer and every log line of it carry, and each answer its headers.

    What routes note stands in the line that tells of the answer.
    """

    def __init__(self, app: ASGIApp, https: bool, metrics: Metrics, tracing: "Tracing | None" = None) -> None:
        self._app = app
        self._metrics = metrics
        self._tracing = tracing
        always = FOR_BROWSERS | ({"Strict-Transport-Security": ONLY_HTTPS} if https else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in always.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own_id, began, status = _given(scope["headers"]) or f"{PROCESS}-{next(NUMBERS):x}", time.perf_counter(), 0

        async def carrying(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = self._carried(message.get("headers", ()), own_id)
            await send(message)

        begin(request=own_id)
        tracing = self._tracing if scope["path"] not in PROBES else None
        self._metrics.under_way += 1
        try:
            with tracing.request(scope, lambda: (status, outcome())) if tracing else nullcontext():
                await self._app(scope, receive, carrying)
        finally:
            self._metrics.under_way -= 1
            if scope["path"] not in PROBES or status != 200:
                self._tell(scope, status, time.perf_counter() - began)

    def _carried(self, given: Iterable[tuple[bytes, bytes]], own_id: str) -> list[tuple[bytes, bytes]]:
        headers = [*given, (SENT_ID, own_id.encode())]
        names = {name for name, _ in headers}
        return [*headers, *(each for each in self._headers if each[0] not in names)]

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        self._metrics.answered(status, seconds, noted().get("operation", NONE), outcome())
        request = {"method": scope["method"], "path": scope["path"][:MOST_SHOWN], "status": status}
        log.info("answered", extra={**request, "milliseconds": round(1000 * seconds, 1)})


class Ahead:
    """The innermost layer: hands what is asked of one route to it, past the routing, as most requests are."""

    def __init__(self, app: ASGIApp, route: Route) -> None:
        self._app = app
        self._route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._route.path:
            scope["endpoint"] = self._route.endpoint
            await self._route.app(scope, receive, send)
        else:
            await self._app(scope, receive, send)


class FromProxies(ProxyHeadersMiddleware):
    """Takes the word of trusted proxies on who asks, and notes of each request whether one of them sent it."""

    def __init__(self, app: Any, proxies: Sequence[str]) -> None:
        super().__init__(app, list(proxies))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        scope["from_proxy"] = (client := scope.get("client")) is not None and client[0] in self.trusted_hosts
        await super().__call__(scope, receive, send)


def outcome() -> Outcome:
    """What was bound, of what an operation came to, for the log."""
    told = noted()
    return Outcome(told.get("codes", ()), told.get("cost"), told.get("refused"))


def _given(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The caller's own id for the request, so that its logs and ours can be joined; None unless it is a plain one."""
    given = next((value for name, value in headers if name == SENT_ID), b"")
    return given.decode() if PLAIN_ID.fullmatch(given) else None
