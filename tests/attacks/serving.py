"""The service as it stands on the open internet: in production mode, on a real socket, with bounded memory, watched."""

import contextlib
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from service.dates import now
from service.variables import key_id
from service.viewer import TokenKeys, Viewer
from tests.api.wire import HOUR
from tests.attacks.issuer import Site
from tests.conftest import ADMIN
from tests.faults.running import CHECKOUT, READY_SECONDS, STOP_SECONDS, environment, eventually

LIMITED = ("sh", "-c", 'ulimit -v 2000000; exec "$@"', "sh", sys.executable, "-m", "service", "serve")
KEY = secrets.token_hex(32)
KEYS = TokenKeys({key_id(KEY.encode()): KEY.encode()}, "cobuild", "cobuild")
WIDE = {"COBUILD_RATE_VIEWER": "999999999", "COBUILD_RATE_ADDRESS": "999999999"}  # no attack here is on the budget
MOST_GROWTH = 200 * 1024  # KB, over all attacks
SECONDS = 15.0  # in which everything is answered, or something is wrong


class Answer(NamedTuple):
    """`status` 0 is none: the other side closed the connection."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def codes(self) -> list[str]:
        """Of all errors."""
        told = orjson.loads(self.body) if self.body and "json" in self.headers.get("content-type", "") else {}
        return [each["extensions"]["code"] for each in told.get("errors", ())]

    @property
    def data(self) -> Any:
        told = orjson.loads(self.body)
        assert "errors" not in told, told
        return told["data"]


NONE = Answer(0, {}, b"", 0.0)


class Served:
    """A running service. `site` is the issuer of tokens that it trusts beside its own keys."""

    def __init__(self, process: subprocess.Popen[str], log: Path, site: Site) -> None:
        self.process = process
        self.site = site
        self.slowest = (0.0, "nothing")
        self.known: dict[str, str] = {"query": "query Known { viewer { subject } }"}
        self._log = log
        assert eventually(lambda: self._port() is not None or process.poll() is not None, READY_SECONDS), self.log
        self.port = self._port() or 0
        assert self.port, self.log
        self.began_with = self.memory()

    def _port(self) -> int | None:
        found = re.search(r"is ready: http://127\.0\.0\.1:(\d+)/", self.log)
        return int(found.group(1)) if found else None

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def memory(self) -> int:
        """Of the process, resident, in KB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0])

    def connected(self, source: str = "127.0.0.1") -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), SECONDS, (source, 0))

    def send(self, request: bytes, source: str = "127.0.0.1") -> Answer:
        """The first answer to bytes that may be no request."""
        began = time.perf_counter()
        with self.connected(source) as connection, contextlib.suppress(ConnectionError):
            with contextlib.suppress(ConnectionError):  # an answer may come before all is sent
                connection.sendall(request)
            method = request.partition(b" ")[0].decode("latin-1")
            answer = read(connection, "HEAD" if method == "HEAD" else "GET")
            return answer._replace(seconds=time.perf_counter() - began)
        return NONE._replace(seconds=time.perf_counter() - began)

    def token(self, viewer: Viewer = ADMIN) -> str:
        return KEYS.issue(viewer, now(), HOUR)

    def ask(self, body: Any, viewer: Viewer | None = None, source: str = "127.0.0.1", **headers: str) -> Answer:
        return self.send(post(body, **bearer(viewer), **headers), source)

    def alive(self) -> None:
        """It answers as ever, and has not grown."""
        assert self.process.poll() is None, self.log[-3_000:]
        assert self.ask(self.known, ADMIN).data == {"viewer": {"subject": "admin"}}
        assert self.memory() - self.began_with < MOST_GROWTH

    def note(self, name: str, seconds: float) -> None:
        self.slowest = max(self.slowest, (seconds, name))


def read(connection: socket.socket, method: str = "GET") -> Answer:
    """The next answer on a connection."""
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
        body = response.read()
    except (HTTPException, ConnectionError):
        return NONE
    return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body, 0.0)


def bearer(viewer: Viewer | None) -> dict[str, str]:
    return {} if viewer is None else {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"}


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """A request over HTTP; a header of the value "" is left out."""
    given = {"host": "x", "content-length": str(len(body)) if body else "", "connection": "close"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    told = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"{method} {path} HTTP/1.1\r\n{told}\r\n".encode() + body


def post(body: Any, **headers: str) -> bytes:
    """An operation asked for; as bytes or as what becomes JSON."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    usual = {"content_type": "application/json", "accept": "application/graphql-response+json"}
    return request("POST", "/graphql", content, **{**usual, **headers})


@contextlib.contextmanager
def serving(uri: str, database: str, folder: Path, site: Site, **variables: str) -> Iterator[Served]:
    """A service over a seeded database until the end, which it reaches alive and without a fault of its own."""
    settings = {
        "COBUILD_MODE": "production",
        "MONGODB_URI": uri,
        "COBUILD_DATABASE": database,
        "COBUILD_TOKEN_KEY": KEY,
        "COBUILD_SEALING_KEY": secrets.token_hex(32),
        "COBUILD_CHECKPOINT_KEY": secrets.token_hex(32),
        "COBUILD_OIDC_ISSUER": site.address,
        **WIDE,
        **variables,
    }
    folder.mkdir()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            LIMITED,
            cwd=CHECKOUT,
            env=environment(folder / "data", **settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            text=True,
            start_new_session=True,
        )
    try:
        service = Served(process, folder / "log", site)
        yield service
        service.alive()
        growth = (service.memory() - service.began_with) // 1024
        print(f"slowest: {1000 * service.slowest[0]:.0f} ms, {service.slowest[1]}; grown by {growth} MB")
        assert "Traceback" not in service.log, service.log.partition("Traceback")[2][-3_000:]
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, service.log[-3_000:]
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP_SECONDS)
