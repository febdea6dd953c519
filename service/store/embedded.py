"""The embedded database: SecantusDB as a child process over a folder of ours, for installations without a MongoDB.

The folder holds `lock` (held from start until the engine itself is gone), `engine.json` (which directory holds the
data, which version wrote it, whether the dump has everything), the engine's directories and log, and `dump.jsonl.gz`.
SecantusDB's disk format changes between releases, so all data is dumped on a clean stop, and another version starts
in a directory of its own into which the dump is read. `engine.json` names the new directory only when that is done;
the old directory stays. After an unclean stop the dump may lack data: then another version is refused.
"""

import fcntl
import json
import logging
import os
import shutil
import subprocess
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pymongo.errors import PyMongoError

from service.store.dump import DumpDamaged, read_dump, sync_folder, write_dump
from service.store.engine_process import STOP_SECONDS, EngineMissing, EngineProcess, EngineUnavailable

__all__ = ["DATA_FOLDER", "EmbeddedEngine", "EngineMissing", "EngineUnavailable"]

DATA_FOLDER = Path(".data")
PRINT_VERSION = "from importlib.metadata import version; print(version('SecantusDB'))"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holding:
    """Where the data is. `dumped` is true only while no engine has run since the dump was written."""

    version: str
    directory: str
    dumped: bool


class EmbeddedEngine:
    """A SecantusDB of our own: `with EmbeddedEngine(executable, folder) as uri: …`."""

    def __init__(self, executable: Path, folder: Path = DATA_FOLDER) -> None:
        """`executable` is `secantusd-py` in its virtual environment; `folder` is made when missing."""
        self._executable = executable.absolute()
        self._folder = folder.absolute()
        self._dump = self._folder / "dump.jsonl.gz"
        self._holding_file = self._folder / "engine.json"
        self._held = ExitStack()  # the lock, then the process: let go in reverse order

    def start(self) -> str:
        """Start the engine on the data of the last run and answer its URI, for any MongoDB driver.

        Raises `EngineMissing` when it is not installed and `EngineUnavailable` when the folder is in use, the engine
        does not start, or data written by another version cannot be taken over whole.
        """
        version = installed_version(self._executable)
        self._folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as held:
            lock = take_lock(self._folder / "lock")
            held.callback(os.close, lock)
            holding = self._read_holding()
            if holding is not None and holding.version == version:
                process = self._run(holding.directory, lock)
            else:
                process, holding = self._begin_anew(version, holding, lock)
            held.callback(process.stop)
            self._write_holding(replace(holding, dumped=False))  # before anybody can write to the engine
            held.callback(self._dump_all, process, holding)
            self._held = held.pop_all()
        return process.uri

    def stop(self) -> None:
        """Dump all data, then end the engine and let go of the folder. A second call does nothing."""
        self._held.close()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, directory: str, lock: int) -> EngineProcess:
        return EngineProcess(self._executable, self._folder / directory, lock)

    def _begin_anew(self, version: str, old: Holding | None, lock: int) -> tuple[EngineProcess, Holding]:
        """A fresh directory for `version`, with all that `old` held. It is removed again if anything fails."""
        self._refuse_loss(version, old)
        fresh = Holding(version, f"engine-{version}-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}", dumped=False)
        directory = self._folder / fresh.directory
        directory.mkdir()  # raises when it exists: only what is made here may be removed below
        with ExitStack() as undo:
            undo.callback(shutil.rmtree, directory, ignore_errors=True)
            process = self._run(fresh.directory, lock)
            undo.callback(process.stop)
            if old is not None:
                log.warning("SecantusDB %s became %s: reading %s", old.version, version, self._dump)
                documents = self._read_dump(process)
                log.warning("%d documents taken over; the old data stays in %s", documents, old.directory)
            undo.pop_all()
        return process, fresh

    def _refuse_loss(self, version: str, old: Holding | None) -> None:
        if old is None and (strays := [stray.name for stray in self._folder.glob("engine-*")]):
            raise EngineUnavailable(
                f"{self._holding_file} is missing beside {', '.join(strays)}: restore it, or move {self._folder} away.",
                f"{', '.join(strays)} 旁缺少 {self._holding_file}：请恢复该文件，或移走 {self._folder}。",
            )
        if old is not None and not old.dumped:
            raise EngineUnavailable(
                f"{self._folder / old.directory} was written by SecantusDB {old.version} and not stopped cleanly, so "
                f"{version} cannot take all of it over: start once with {old.version} and stop it with Ctrl-C.",
                f"{self._folder / old.directory} 由 SecantusDB {old.version} 写入且未正常停止，{version} "
                f"无法完整接管数据：请先用 {old.version} 启动一次，再按 Ctrl-C 正常停止。",
            )

    def _read_dump(self, process: EngineProcess) -> int:
        try:
            with process.client() as client:
                return read_dump(client, self._dump)
        except (DumpDamaged, PyMongoError) as error:
            reason = str(error).partition("\n")[0]
            raise EngineUnavailable(
                f"The dump cannot be read into the new engine: {reason}. The old data is untouched.",
                f"无法将备份导入新引擎：{reason}。原数据未受影响。",
            ) from error

    def _dump_all(self, process: EngineProcess, holding: Holding) -> None:
        """On a clean stop. Without a dump the data is safe all the same, for this version of the engine."""
        if not process.reachable():
            log.error("the embedded database had ended before the service did: its data is not dumped")
            return
        try:
            with process.client() as client:
                documents = write_dump(client, self._dump, holding.version)
            self._write_holding(replace(holding, dumped=True))
        except (PyMongoError, OSError) as error:
            log.error("the embedded database could not be dumped: %s", error)
        else:
            log.info("%d documents dumped to %s", documents, self._dump)

    def _read_holding(self) -> Holding | None:
        try:
            return Holding(**json.loads(self._holding_file.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise EngineUnavailable(
                f"{self._holding_file} cannot be read: {error}.", f"无法读取 {self._holding_file}：{error}。"
            ) from error

    def _write_holding(self, holding: Holding) -> None:
        unfinished = self._holding_file.with_suffix(".unfinished")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(asdict(holding), file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._holding_file)
        sync_folder(self._folder)


def installed_version(executable: Path) -> str:
    """The version of SecantusDB beside `executable`; it is asked of the packages' metadata, as a running server names
    the MongoDB it imitates and would already have opened the data. Raises `EngineMissing`.
    """
    if not executable.is_file():
        raise EngineMissing(
            f"The embedded database is not installed: {executable} is missing.",
            f"尚未安装内嵌数据库：缺少 {executable}。",
        )
    command = [str(executable.with_name("python")), "-I", "-c", PRINT_VERSION]
    try:
        asked = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 — fixed words
    except (OSError, subprocess.CalledProcessError) as error:
        raise EngineMissing(
            f"The embedded database beside {executable} is not usable: {error}.",
            f"{executable} 处的内嵌数据库无法使用：{error}。",
        ) from error
    return asked.stdout.strip()


def take_lock(path: Path) -> int:
    """An open descriptor that holds `path`, and with it the folder, for as long as any process has it open.

    The engine shares it. So when a service was killed, its engine may hold the lock for some seconds more, until it
    has closed its files: that is waited for. Raises `EngineUnavailable` when a living service holds the lock.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            owner = os.pread(lock, 20, 0).decode()
            if time.monotonic() > deadline or lives(owner):
                os.close(lock)
                raise EngineUnavailable(
                    f"{path.parent} is in use by another process ({owner}): stop that one, or choose another folder.",
                    f"{path.parent} 正被另一个进程（{owner}）使用：请先停止该进程，或另选文件夹。",
                ) from None
            time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def lives(process: str) -> bool:
    """Whether the process of this number is there; one whose number is not written yet is."""
    try:
        os.kill(int(process or os.getpid()), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is there, and somebody else's
    return True
