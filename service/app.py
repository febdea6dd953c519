"""The whole house on one page: what is answered at which path, and what is done beside answering."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from schema.api import schema
from schema.documents import ANY, Documents, DocumentsInvalid, documents_in
from schema.dossiers.routes import dossier_routes
from schema.dossiers.words import words
from schema.failures import not_routed
from schema.files.routes import Taking, attachment_routes
from schema.graphiql import graphiql_routes, samples
from schema.http import graphql_route
from schema.operations import Means
from schema.rates import Rates
from schema.reference import reference_route
from schema.socket import graphql_socket
from seeds.loader import plant, read
from service.dates import now
from service.errors import Unavailable
from service.metrics import Metrics
from service.network.networks import Network
from service.settings import Settings, SettingsInvalid
from service.store import upkeep
from service.store.budgets import Budgets
from service.store.bundling import Bundler
from service.store.checkpointing import Checkpointing
from service.store.database import Database
from service.store.files import Files, files_in
from service.store.relay import Relay
from service.store.store import Store
from service.store.sweep import keep_sweeping
from service.store.timing import PoolTiming
from service.transport import Ahead

if TYPE_CHECKING:
    from service.tracing import Tracing

Announce: TypeAlias = Callable[[Database], Awaitable[None]]

PING_SECONDS = 1.0
FIRST_ATTEMPT_SECONDS = 5.0  # how long the first request may wait for a database that is made ready
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 4.0  # seconds before failed work begins anew

log = logging.getLogger(__name__)


def create_app(
    settings: Settings,
    announce: Announce | None = None,
    metrics: Metrics | None = None,
    tracing: "Tracing | None" = None,
) -> Starlette:
    """The service as an ASGI application; `announce` is called when it is ready, each time the process starts.

    What it does is counted in `metrics`, and traced where there is `tracing`. Without `settings.mongodb_uri` there is
    only the driver `mongomock`.
    """
    metrics = metrics or Metrics()
    metrics.count_executions(schema.plans.counts)
    told, uri = listeners(metrics, tracing), settings.mongodb_uri or ""
    database = Database(settings.driver, uri, settings.database, told, settings.masters(), metrics.command)
    store = Store(database)
    files = files_in(settings.files_folder, database)
    taking, identity = (settings.file_megabytes, settings.upload_seconds), settings.identity()
    rates = Rates(Budgets(database), settings.rate_viewer, settings.rate_address)
    documents, trail_keys, development = documents_of(settings), settings.checkpoint_keys(), settings.development
    means = Means(store, identity, rates, documents, settings.limits, trail_keys, development, settings.plans)
    background = Background(store, files, settings.checkpointing(), settings.development, announce, metrics)

    routes: list[BaseRoute] = [
        graphql := graphql_route(means),
        graphql_socket(means, metrics, settings.socket_rules, tracing),
        *attachment_routes(store, identity, files, Taking(*taking)),
        *dossier_routes(store, identity, rates, files, background.asked),
        reference_route(*taking, settings.limits, settings.socket_limits),
        Route("/livez", livez),
        Route("/readyz", background.readyz),
    ]
    if settings.development:
        routes += graphiql_routes("/graphql", samples())
    layers = [*settings.transport.middleware(metrics, tracing), Middleware(Ahead, route=graphql)]
    app = Starlette(
        routes=routes, lifespan=background.lifespan, middleware=layers, exception_handlers={HTTPException: not_routed}
    )
    app.router.redirect_slashes = False  # to an address made of whatever host the request names
    return app


def listeners(metrics: Metrics, tracing: "Tracing | None") -> list[Any]:
    """Who is told of what the database's driver does."""
    counting = PoolTiming(metrics.waited, metrics.connected)
    return [counting, tracing.listener()] if tracing else [counting]


def documents_of(settings: Settings) -> Documents:
    """The trusted documents, if there are any. Raises `SettingsInvalid` when their file cannot be used."""
    if settings.documents is None:
        return ANY
    try:
        return documents_in(settings.documents, schema._schema, settings.documents_only)
    except DocumentsInvalid as error:
        raise SettingsInvalid([str(error)]) from error


NO_STORE = {"Cache-Control": "no-store"}


async def livez(_: Request) -> Response:
    return JSONResponse({"alive": True}, headers=NO_STORE)


class Background:
    """What is done beside answering: make the database ready once, then relay, sweep, make dossiers until the end."""

    def __init__(
        self,
        store: Store,
        files: Files,
        checkpointing: Checkpointing,
        seeding: bool,
        announce: Announce | None,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._files = files
        self._checkpointing = checkpointing
        self._seeding = seeding
        self._announce = announce
        self._metrics = metrics
        self._holder = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        self._prepared = False
        self.asked = asyncio.Event()  # set when a dossier is to be made
        self.attempted = asyncio.Event()  # set once the database was made ready, or could not be at the first attempt

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.run()), asyncio.create_task(self._metrics.watch_the_loop())]
        with contextlib.suppress(TimeoutError):  # an absent database is waited for while /livez and /readyz answer
            await asyncio.wait_for(self.attempted.wait(), FIRST_ATTEMPT_SECONDS)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self._store.database.close()

    async def run(self) -> None:
        await persistently("upkeep", self._prepare)
        database = self._store.database
        await asyncio.gather(
            # A new relay each time: what a failed one believed to hold is not to be trusted.
            persistently("relay", lambda: self._relay().run()),
            persistently("sweep", lambda: keep_sweeping(database, self._files)),
            persistently("dossiers", lambda: Bundler(database, self._files, self._holder, words, self.asked).run()),
        )

    async def readyz(self, _: Request) -> Response:
        reason = await self.lacking()
        return JSONResponse({"ready": reason is None, "reason": reason}, 200 if reason is None else 503, NO_STORE)

    def _relay(self) -> Relay:
        store = self._store
        return Relay(
            store.database,
            self._holder,
            store.written,
            checkpointing=self._checkpointing,
            relayed=store.feeds.wake,
        )

    async def lacking(self) -> str | None:
        """Why the service is not ready, in one line; None when it is."""
        if not self._prepared:
            return "The database is not prepared yet; the log says why."
        try:
            async with asyncio.timeout(PING_SECONDS):
                await self._store.database.command({"ping": 1})
        except (Unavailable, TimeoutError):
            return f"The database does not answer within {PING_SECONDS:.0f} s."
        return None

    async def _prepare(self) -> None:
        try:
            await upkeep.prepare(self._store.database, self._holder)
            if self._seeding:
                await seed_if_empty(self._store)
            self._prepared = True
            if self._announce is not None:
                await self._announce(self._store.database)
        finally:
            self.attempted.set()


async def persistently(what: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do `work` until it ends by itself. A failure is logged and, after a pause that grows, it begins anew."""
    clock = asyncio.get_running_loop().time
    pause = SHORTEST_PAUSE
    while True:
        began = clock()
        try:
            return await work()
        except (Unavailable, TimeoutError) as error:
            log.warning("%s waits for the database: %s", what, str(error).partition(" (")[0])
        except Exception:
            log.exception("%s failed; it begins anew", what)
        pause = SHORTEST_PAUSE if clock() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
        await asyncio.sleep(pause)


async def seed_if_empty(store: Store) -> None:
    """Seed a database that holds no network but the seeds' own: a new one, or one whose seeding was broken off."""
    records = read()
    ours = [record.id for record in records if isinstance(record, Network)]
    if await store.database.find(Network.COLLECTION, {"_id": {"$nin": ours}}, 1, ()):
        return
    if written := await plant(store, records, now(), lambda seen: log.info("seeds: %d of %d", seen, len(records))):
        log.info("%d seed records written", written)
