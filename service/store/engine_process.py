"""The database engine as a process: started on a free port, awaited, started again if it ends by itself, ended.

What it stores is not known here.
"""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from service.store import keeper

HOST = "127.0.0.1"
START_SECONDS = 60.0  # an unclean stop is recovered from the engine's log first
STOP_SECONDS = keeper.GRACE_SECONDS + 5
LOG_LIMIT = 1_000_000  # bytes; a longer log is begun anew at the next start
POLL_SECONDS = 0.02
# SecantusDB ends 2 s late unless a connection wakes its accepting thread. It must come after the signal to end: at the
# same moment the new connection's thread may swallow the signal, and only the keeper's patience ends the engine then.
WAKE_SECONDS = 0.1
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 10.0  # seconds before an engine that ended is started again

log = logging.getLogger(__name__)


class EngineUnavailable(Exception):
    """The embedded engine cannot be used. Its text is one line, in English and Chinese, that says what to do."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(f"{english} {chinese}")
        self.english = english
        self.chinese = chinese


class EngineMissing(EngineUnavailable):
    """The embedded engine is not installed; the caller may choose another one."""


class EngineProcess:
    """One running engine. The constructor returns when it answers; raises `EngineUnavailable` when it does not.

    One that ends by itself later, however it came to that, is started again at the same address, over and over.
    """

    def __init__(self, executable: Path, storage: Path, lock: int, *, lasting: bool = True) -> None:
        """Serve the folder `storage`; `lock` is an open descriptor that the engine holds until it has ended.

        Unless it is to be `lasting`, a write is acknowledged before the disk has it, which is several times as fast.
        """
        self._port = free_port()
        self._folder, self._lock = storage.parent, lock
        self._log = storage.parent / "engine.log"
        configuration = storage.parent / "engine.toml"
        configuration.touch()  # empty on purpose: without one the engine reads whatever the home folder offers
        # The interpreter is named, and isolated (-I): a moved checkout or a PYTHONPATH must not break the engine.
        self._command = [str(executable.with_name("python")), "-I", str(executable), "--config", configuration.name]
        self._command += ["--host", HOST, "--port", str(self._port), "--storage-path", storage.name]
        self._command += ["--cache-size", "256M", "--log-level", "WARNING", *(["--sync-on-commit"] if lasting else [])]
        self._starting, self._ending = threading.Lock(), threading.Event()
        self._keeper = self._started()
        try:
            self._await_answer()
        except BaseException:
            self.stop()
            raise
        threading.Thread(target=self._start_again, name="keeps the engine running", daemon=True).start()

    @property
    def uri(self) -> str:
        """The address for any MongoDB driver; direct, as the one server there is need not be discovered."""
        return f"mongodb://{HOST}:{self._port}/?directConnection=true"

    def reachable(self) -> bool:
        """Whether the engine accepts connections."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self._port), timeout=1):
            return True
        return False

    def client(self) -> MongoClient[dict[str, Any]]:
        """A synchronous client, to be closed by the caller."""
        return MongoClient(self.uri, serverSelectionTimeoutMS=5000, socketTimeoutMS=120_000)

    def stop(self) -> None:
        """End the engine and wait until it is gone; at most `STOP_SECONDS`, after which it is killed."""
        with self._starting:  # from here on no other one is started
            self._ending.set()
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        time.sleep(WAKE_SECONDS)
        self.reachable()
        try:
            self._keeper.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("the embedded database did not end within %d s and is killed", STOP_SECONDS)
            self._kill()
            self._keeper.wait()
        self._kill()

    def _started(self) -> subprocess.Popen[bytes]:
        too_long = self._log.exists() and self._log.stat().st_size > LOG_LIMIT
        with self._log.open("wb" if too_long else "ab") as output:
            self._log_start = output.tell()
            return subprocess.Popen(  # noqa: S603 — every argument is ours
                [sys.executable, "-I", keeper.__file__, *self._command],
                cwd=self._folder,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[self._lock],
                start_new_session=True,  # Ctrl-C in the terminal reaches the service alone, which then stops us
            )

    def _start_again(self) -> None:
        """As long as it is to run. Nothing it acknowledged is lost: it recovers from its own log."""
        pause = SHORTEST_PAUSE
        while True:
            began = time.monotonic()
            code = self._keeper.wait()
            if self._ending.is_set():
                return
            self._kill()
            log.error("the embedded database ended by itself (%d): %s; it is started again", code, self._last_line())
            pause = SHORTEST_PAUSE if time.monotonic() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            self._ending.wait(pause)
            with self._starting:
                if self._ending.is_set():
                    return
                assert self._keeper.stdin is not None
                self._keeper.stdin.close()
                self._keeper = self._started()

    def _kill(self) -> None:
        """What is left of the keeper and its engine: one that outlives its keeper would hold the port and the files."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._keeper.pid, signal.SIGKILL)

    def _await_answer(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.reachable():
            if self._keeper.poll() is not None:
                reason = self._last_line()
                raise EngineUnavailable(
                    f"The embedded database ended at start: {reason}", f"内嵌数据库启动失败：{reason}"
                )
            if time.monotonic() > deadline:
                raise EngineUnavailable(
                    f"The embedded database did not answer within {START_SECONDS:.0f} s; see {self._log}.",
                    f"内嵌数据库在 {START_SECONDS:.0f} 秒内没有应答；请看 {self._log}。",
                )
            time.sleep(POLL_SECONDS)
        with self.client() as client:
            client.admin.command("ping")

    def _last_line(self) -> str:
        with self._log.open("rb") as written:
            written.seek(self._log_start)
            lines = written.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
