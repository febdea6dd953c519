"""How a Python peer is served: as the service is, with the same check of tokens, and a log line like its own."""

import logging
import os
import secrets
import time
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.dates import day_of, now
from service.errors import Refusal
from service.identity import Identity
from service.logs import configure
from service.store.database import Database
from service.variables import key_id
from service.viewer import TokenKeys
from tests.benchmarks.memory import FOLDER, MemoryDatabase
from tests.benchmarks.peers.reading import Asking

Begin = Callable[[Any], Asking]  # what a request, by its scope, reads with

log = logging.getLogger(__name__)


class Fronted:
    """Before a peer: who asks, by the token alone, and afterwards the line in the log."""

    def __init__(self, app: ASGIApp, keys: TokenKeys) -> None:
        self._app = app
        self._identity = Identity(keys)  # the service's own, which remembers a token for a moment

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            scope["viewer"] = await self._identity.identify(Headers(scope=scope).get("authorization"))
        except Refusal:
            await JSONResponse({"errors": [{"message": "The token is not valid."}]}, 401)(scope, receive, noting)
        else:
            await self._app(scope, receive, noting)
        told = {"request": secrets.token_hex(8), "viewer": scope["viewer"].subject if "viewer" in scope else None}
        place = {"method": scope["method"], "path": scope["path"], "status": status}
        milliseconds = round(1000 * (time.perf_counter() - began), 1)
        log.info("answered", extra={**told, **place, "milliseconds": milliseconds})


def database() -> Database:
    """The documents in memory where their folder is named, else those of the server."""
    if FOLDER in os.environ:
        return MemoryDatabase("mongomock", "", "")
    return Database("motor", os.environ["MONGODB_URI"], os.environ["COBUILD_DATABASE"])


def fronted(application: Callable[[Begin], ASGIApp], keys: TokenKeys, read_from: Database) -> ASGIApp:
    """A peer as it is served."""

    def begin(scope: Any) -> Asking:
        return Asking(read_from, scope["viewer"], day_of(now()))

    return Fronted(application(begin), keys)


def serve(application: Callable[[Begin], ASGIApp]) -> None:
    """Serve a peer at PORT until told to stop, with one worker and uvicorn as the service sets it."""
    configure(development=False)
    key = os.environ["COBUILD_TOKEN_KEY"].encode()
    keys = TokenKeys({key_id(key): key}, "cobuild", "cobuild")
    config = uvicorn.Config(
        fronted(application, keys, database()),
        host="127.0.0.1",
        port=int(os.environ["PORT"]),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run()
