"""The service as a process of its own, as `make serve` starts it, with bounded memory and on a free port."""

import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

CHECKOUT = Path(__file__).parents[2]
ENGINE = Path(os.environ.get("COBUILD_ENGINE") or CHECKOUT / ".engine/bin/secantusd-py")
LIMITED = ("sh", "-c", 'ulimit -v 4000000; exec "$@"', "sh", sys.executable, "-m", "service")
KEPT = ("PATH", "HOME", "LANG", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
READY_SECONDS = STOP_SECONDS = 30.0


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met


def environment(data: Path, **settings: str) -> dict[str, str]:
    """A small environment: no setting of the machine's reaches the service."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PORT": "0", "COBUILD_DATA": str(data), "COBUILD_ENGINE": str(ENGINE), **settings}


def command(data: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """One command of the service, run to its end."""
    return subprocess.run(
        (*LIMITED, *words),
        cwd=CHECKOUT,
        env=environment(data, **settings),
        capture_output=True,
        text=True,
        timeout=READY_SECONDS + STOP_SECONDS,
    )


def let_go(data: Path) -> bool:
    """Whether service and engine are gone: either one holds the lock of the folder as long as it lives."""
    with (data / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class Running:
    """`python -m service serve`, begun; `url` once it is ready."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self._output, self._errors = (data.with_name(f"{data.name}-{name}") for name in ("output", "errors"))
        with self._output.open("w") as output, self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                (*LIMITED, "serve"),
                cwd=CHECKOUT,
                env=environment(data, **settings),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    @property
    def errors(self) -> str:
        return self._errors.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """Its address, waited for."""
        ready = eventually(lambda: " is ready" in self.output or self.process.poll() is not None, READY_SECONDS)
        found = re.search(r"http://\S+:\d+", self.output)
        assert ready, "not ready in time"
        assert found, self.output + self.errors
        return found.group()

    def tokens(self) -> dict[str, str]:
        """The sample tokens it printed, by role."""
        return dict(re.findall(r"(\w+): http://\S+/#token=(\S+)", self.output))

    def ask(self, query: str, token: str | None = None, **variables: Any) -> Any:
        """The data of a query that must not fail."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.url}/graphql", json=body, headers=headers, timeout=10, trust_env=False)
        assert answer.status_code == 200, answer.text
        assert "errors" not in answer.json(), answer.text
        return answer.json()["data"]

    def end(self, by: signal.Signals) -> int:
        """Send the signal and wait; the answer is the exit code."""
        self.process.send_signal(by)
        return self.process.wait(STOP_SECONDS)


@contextlib.contextmanager
def running(data: Path, **settings: str) -> Iterator[Running]:
    """A service that is killed at the end if it still runs, and whose engine has then ended too."""
    service = Running(data, **settings)
    try:
        yield service
    finally:
        if service.process.poll() is None:
            service.end(signal.SIGKILL)
        if (data / "lock").exists():
            assert eventually(lambda: let_go(data), STOP_SECONDS), "the engine outlived the service"
