"""The contenders: how each is started as a process of its own, asked, and what processor time it has used."""

import contextlib
import datetime as dt
import os
import resource
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from seeds.synthetic import NETWORK
from service.dates import now
from service.variables import key_id
from service.viewer import Grant, Role, TokenKeys, Viewer
from tests.benchmarks.memory import FOLDER

CHECKOUT, NPM = Path(__file__).parents[2], Path(__file__).with_name("npm")
TICKS = os.sysconf("SC_CLK_TCK")  # of processor time, a second
READY_SECONDS, STOP_SECONDS, ANSWER_SECONDS = 60.0, 15.0, 30.0
MOST_MEMORY = 4 * 1024**3  # bytes of address space of a Python process
NODE_HEAP = 1_024  # megabytes
KEPT = ("PATH", "HOME", "LANG")
VIEWERS = {
    "front-end": Viewer("front-end", (Grant(Role.FRONT_END, NETWORK),)),
    "nobody": Viewer("nobody"),
}  # who compares answers; the first one asks while time is taken


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    of_node: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)

    def command(self, engine: str, node: Path) -> tuple[str, ...]:
        if self.of_node:
            return (str(node), f"--max-old-space-size={NODE_HEAP}", str(NPM / "serve.js"), self.name)
        if self.name.startswith("service"):
            own = ("tests.benchmarks.service_in_memory",) if engine == "memory" else ("service", "serve")
            return (sys.executable, "-m", *own)
        return (sys.executable, "-m", "tests.benchmarks.peers", self.name)


CONTENDERS = {
    each.name: each
    for each in (
        Contender("service", "共建网"),
        Contender("service-uncompiled", "共建网, plans off", settings={"COBUILD_PLANS": "off"}),
        Contender("strawberry", "Strawberry, plain"),
        Contender("strawberry-tuned", "Strawberry, tuned"),
        Contender("ariadne", "Ariadne"),
        Contender("handwritten", "Starlette + orjson, by hand"),
        Contender("mercurius", "Mercurius, JIT, DataLoader", of_node=True),
        Contender("mercurius-loaders", "Mercurius, JIT, loaders", of_node=True),
        Contender("apollo", "Apollo Server", of_node=True),
        Contender("yoga", "GraphQL Yoga", of_node=True),
    )
}


class Unready(RuntimeError):
    """It says so itself: 503."""


class Keys:
    """The secrets of one run, and the tokens signed with them."""

    def __init__(self) -> None:
        self._key = secrets.token_hex(32)
        self.settings = {
            "COBUILD_TOKEN_KEY": self._key,
            "COBUILD_SEALING_KEY": secrets.token_hex(32),
            "COBUILD_CHECKPOINT_KEY": secrets.token_hex(32),
        }

    def token(self, viewer: Viewer) -> str:
        key = self._key.encode()
        return TokenKeys({key_id(key): key}, "cobuild", "cobuild").issue(viewer, now(), dt.timedelta(days=1))


@dataclass(frozen=True)
class Engine:
    """Where the documents are: in a folder, for every process to hold in memory, or in a database of a server."""

    name: str
    settings: Mapping[str, str]


def in_memory(folder: Path) -> Engine:
    return Engine("memory", {FOLDER: str(folder), "MONGODB_URI": "mongodb://127.0.0.1:1"})


def over_the_wire(uri: str, database: str) -> Engine:
    return Engine("wire", {"MONGODB_URI": uri, "COBUILD_DATABASE": database})


class Running:
    """A contender that runs, and answers at `url`."""

    def __init__(self, contender: Contender, engine: Engine, keys: Keys, node: Path, scratch: Path) -> None:
        self.contender = contender
        self.url, port = _free_address()
        own = {"PORT": port, "COBUILD_DATA": str(scratch / contender.name), "COBUILD_RATE_VIEWER": "999999999"}
        modes = {"COBUILD_MODE": "production", "NODE_ENV": "production"}
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        self._log = scratch / f"{contender.name}-{engine.name}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                contender.command(engine.name, node),
                cwd=CHECKOUT,
                env={**kept, **own, **modes, **keys.settings, **engine.settings, **contender.settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=None if contender.of_node else _bounded,
            )

    def answers(self, bodies: list[bytes], token: str) -> list[str]:
        """The text of each answer. Raises RuntimeError for one that is no success."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
        found = []
        with httpx.Client(headers=headers, timeout=ANSWER_SECONDS, trust_env=False) as client:
            for body in bodies:
                answer = client.post(f"{self.url}/graphql", content=body)
                if answer.status_code != 200 or "errors" in answer.json():
                    failure = Unready if answer.status_code == 503 else RuntimeError
                    raise failure(f"{self.contender.name} answered {answer.status_code}: {answer.text[:500]}")
                found.append(answer.text)
        return found

    def wait(self, body: bytes, token: str) -> None:
        """Until it answers. Raises RuntimeError, with the end of its log, when it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(httpx.TransportError, Unready):
                self.answers([body], token)
                return
            time.sleep(0.1)
        tail = self._log.read_text(encoding="utf-8", errors="replace")[-2_000:]
        raise RuntimeError(f"{self.contender.name} is not ready:\n{tail}")

    def processor_seconds(self) -> float:
        """What the process and all below it have used so far."""
        return sum(map(_processor_ticks, _family(self._process.pid))) / TICKS

    def resident_megabytes(self) -> float:
        """What the process and all below it hold in memory."""
        pages = (int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in _family(self._process.pid))
        return sum(pages) * resource.getpagesize() / 1024**2

    def end(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def running(contender: Contender, engine: Engine, keys: Keys, node: Path, scratch: Path) -> Iterator[Running]:
    """A contender, begun; ended with the body."""
    begun = Running(contender, engine, keys, node, scratch)
    try:
        yield begun
    finally:
        begun.end()


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def _free_address() -> tuple[str, str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}", str(port)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from _family(int(child))


def _processor_ticks(pid: int) -> int:
    """User and system time, of children that have ended too: fields 14 to 17 of `proc_pid_stat`."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))
