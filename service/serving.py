"""`serve`: take the port, then the database, then answer until SIGINT or SIGTERM; and what is printed when ready."""

import asyncio
import contextlib
import datetime as dt
import errno
import gc
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

import uvicorn
from starlette.applications import Starlette

from service.connections import Connection
from service.dates import now
from service.errors import Refusal
from service.frames import Frames
from service.metrics import Metrics, served
from service.settings import Settings
from service.store import upkeep
from service.store.database import Database
from service.store.embedded import EmbeddedEngine, EngineMissing
from service.store.store import Store
from service.transport import FromProxies
from service.viewer import INSTALLATION_WIDE, Grant, Role, TokenKeys, Viewer

if TYPE_CHECKING:
    from service.tracing import Tracing

STANDALONE = "With the embedded database, stop the service first. 使用内嵌数据库时请先停止服务。"
GRACE_SECONDS = 15  # for requests that run when the service is told to stop: as long as an operation may take
SAMPLE_DAYS = 7
SAMPLE_RECORDER = "org_boc_yuexiu"  # 中国银行越秀支行 of the seeds, whose network the other samples speak for
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 — what a link to this machine says instead
NOTHING_IS_KEPT = """\
######################################################################################
#  WARNING: THE EMBEDDED DATABASE IS NOT INSTALLED. NOTHING IS KEPT.                 #
#  All data is in memory and is lost when this service stops.                        #
#  To keep it: `make engine`, or set MONGODB_URI to a MongoDB server.                #
#  警告：未安装内嵌数据库，数据不会保存！                                            #
#  所有数据只在内存中，服务停止后全部丢失。                                          #
#  如需保存：运行 `make engine`，或将 MONGODB_URI 指向 MongoDB 服务器。              #
######################################################################################"""

T = TypeVar("T")

log = logging.getLogger(__name__)


class CommandFailed(Exception):
    """What was asked cannot be done, for a reason that one line tells."""


def serve(settings: Settings) -> int:
    """Serve until told to stop; the answer is the exit code. Raises `CommandFailed` and `EngineUnavailable`."""
    create_app = _loaded()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # from here on both signals end what is being done
    with contextlib.suppress(KeyboardInterrupt), contextlib.ExitStack() as held:
        listener = held.enter_context(bound(settings.host, settings.port))
        connected = held.enter_context(with_database(settings, lasting=False))
        metrics = Metrics()
        held.enter_context(counted(metrics, settings))
        tracing = held.enter_context(traced(settings))
        app = create_app(connected, lambda database: announce(connected, listener, database), metrics, tracing)
        uvicorn.Server(configured(app, settings.proxies)).run(sockets=[listener])
    return 0


def _loaded() -> Callable[..., Starlette]:
    """What makes the application. Importing it takes a second, which the other commands need not spend."""
    gc.disable()  # looking for what an import throws away would take a sixth of it, and finds nothing
    from service.app import create_app

    gc.enable()
    gc.freeze()  # nor is there anything in it to look for later, when it would keep requests waiting
    return create_app


def configured(app: Starlette, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How the service is served; the word of `proxies` on who asks is taken, for requests and sockets."""
    from schema.requests import MOST_BYTES

    return uvicorn.Config(
        FromProxies(app, proxies) if proxies else app,
        loop="uvloop",
        http=Connection,
        ws=Frames,
        ws_max_size=MOST_BYTES,
        ws_per_message_deflate=False,  # a body is not compressed, and small ones would each cost a window
        lifespan="on",
        access_log=False,
        log_config=None,
        log_level=logging.WARNING,
        server_header=False,
        proxy_headers=False,  # FromProxies reads them
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


@contextlib.contextmanager
def counted(metrics: Metrics, settings: Settings) -> Iterator[None]:
    """Let Prometheus ask, where a port for it is set."""
    with contextlib.ExitStack() as held:
        try:
            port = held.enter_context(served(metrics, settings.metrics_host, settings.metrics_port))
        except OSError as error:
            told = f"Cannot serve metrics at port {settings.metrics_port}: {error.strerror}."
            raise CommandFailed(f"{told} 无法在该端口提供指标。") from error
        if port is not None:
            log.info("metrics at http://%s:%d/metrics", settings.metrics_host, port)
        yield


@contextlib.contextmanager
def traced(settings: Settings) -> Iterator["Tracing | None"]:
    """Send traces where a collector is named; else nothing of it is even imported."""
    if settings.traces is None:
        yield None
        return
    from service.tracing import exported

    with exported(settings.traces) as tracing:
        log.info("traces to %s", settings.traces)
        yield tracing


@contextlib.contextmanager
def bound(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket. Clients that come before the service is ready wait in its queue."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.create_server(address[:2], family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CommandFailed(
                f"Port {port} of {host} is in use: stop what uses it, or choose another one with PORT=…. "
                f"端口 {port} 已被占用：请停止占用者，或用 PORT=… 另选端口。"
            ) from error
        raise CommandFailed(f"Cannot listen on {host}, port {port}: {error.strerror}. 无法监听该地址。") from error
    with listener:
        yield listener


@contextlib.contextmanager
def with_database(settings: Settings, lasting: bool) -> Iterator[Settings]:
    """The settings with the address of a running server: the given one, else the embedded engine, started and stopped.

    Where the engine is not installed: `EngineMissing` when `lasting`, else a loud warning and a database in memory.
    """
    if settings.mongodb_uri is not None:
        yield settings
        return
    with contextlib.ExitStack() as held:
        try:
            address = held.enter_context(EmbeddedEngine(settings.engine, settings.data))
            connected = replace(settings, mongodb_uri=address)
        except EngineMissing:
            if lasting:
                raise
            print(NOTHING_IS_KEPT, file=sys.stderr, flush=True)
            connected = replace(settings, driver="mongomock")
        yield connected


@contextlib.asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    database = Database(settings.driver, settings.mongodb_uri or "", settings.database, masters=settings.masters())
    try:
        yield database
    finally:
        await database.close()


def with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    """What `work` answers. Raises `CommandFailed` with every problem when it is refused."""

    async def run(connected: Settings) -> T:
        async with opened(connected) as database:
            await upkeep.prepare(database, f"command-{os.getpid()}")
            return await work(Store(database))

    with with_database(settings, lasting=True) as connected:
        try:
            return asyncio.run(run(connected))
        except Refusal as refusal:
            told = (
                f"{each.code} {'.'.join(map(str, each.path))}: {each.english} {each.chinese}"
                for each in refusal.problems
            )
            raise CommandFailed("\n".join(told)) from refusal


async def announce(settings: Settings, listener: socket.socket, database: Database) -> None:
    """Print where the service is, and in development mode a sample token for each role."""
    host, port = listener.getsockname()[:2]
    host = EVERY_ADDRESS.get(host, host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    lines = [f"共建网 is ready: {url}graphql"]
    if settings.development:
        lines = [f"共建网 is ready. 服务已就绪: {url}", *await sample_lines(url, settings.token_keys(), database)]
    print("\n".join(lines), flush=True)


async def sample_lines(url: str, keys: TokenKeys, database: Database) -> list[str]:
    """Per role its link, which opens the page with the token. The token is printed once: it is long."""
    scope = await sample_scope(database)
    lines = ["", f"A link per role, with a token for {SAMPLE_DAYS} days. 各角色的链接，令牌 {SAMPLE_DAYS} 天内有效:"]
    for role in Role:
        if role is Role.PUBLIC:
            lines.append(f"  {role}: {url} (no token needed 无需令牌)")
        elif scope is not None or role in INSTALLATION_WIDE:
            token = keys.issue(sample_viewer(role, scope), now(), dt.timedelta(days=SAMPLE_DAYS))
            lines.append(f"  {role}: {url}#token={token}")
    for_programs = "Programs send what follows #token= as: Authorization: Bearer TOKEN. 程序请用此请求头发送令牌。"
    return [*lines, for_programs, "", "Ctrl-C stops it. 按 Ctrl-C 停止。"]


async def sample_scope(database: Database) -> tuple[str, str] | None:
    """The network and the organisation that samples speak for: the seeded ones, else those of the first membership."""
    if found := await database.find("organizations", {"_id": SAMPLE_RECORDER}, 1, ("network",)):
        return found[0]["network"], SAMPLE_RECORDER
    found = await database.find("memberships", {}, 1, ("network", "organization"), sort=(("_id", 1),))
    return (found[0]["network"], found[0]["organization"]) if found else None


def sample_viewer(role: Role, scope: tuple[str, str] | None) -> Viewer:
    network, organization = (None, None) if scope is None or role in INSTALLATION_WIDE else scope
    grant = Grant(role, network, organization if role is Role.RECORDER else None)
    return Viewer(f"sample-{role.lower().replace('_', '-')}", (grant,))
