"""The embedded engine, with the real SecantusDB: what it keeps, what it refuses, and that it never outlives us."""

import contextlib
import fcntl
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from bson import Binary, Decimal128, Int64, ObjectId, Regex, Timestamp
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError

from service.store import keeper
from service.store.embedded import EmbeddedEngine, EngineMissing, EngineUnavailable

CHECKOUT = Path(__file__).parents[2]
EXECUTABLE = Path(os.environ.get("COBUILD_ENGINE") or CHECKOUT / ".engine/bin/secantusd-py")
Document = dict[str, Any]


SERVICE = """
import sys, time
from pathlib import Path
from service.store.embedded import EmbeddedEngine
print(EmbeddedEngine(Path(sys.argv[1]), Path(sys.argv[2])).start(), flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def connected(uri: str) -> Iterator[MongoClient[Document]]:
    client: MongoClient[Document] = MongoClient(uri, serverSelectionTimeoutMS=5000)
    with client:
        yield client


def eventually(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return met


def let_go(folder: Path) -> bool:
    """Whether no process, a killed one's child included, holds the folder."""
    with (folder / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def answers(uri: str) -> bool:
    port = int(uri.split(":")[2].split("/")[0])
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def engine_process(client: MongoClient[Document]) -> int:
    return int(client.admin.command("serverStatus")["pid"])


def write_one(folder: Path, document: Document) -> None:
    with EmbeddedEngine(EXECUTABLE, folder) as uri, connected(uri) as client:
        client.cobuild.activities.insert_one(document)


def read_all(folder: Path) -> list[Document]:
    with EmbeddedEngine(EXECUTABLE, folder) as uri, connected(uri) as client:
        return list(client.cobuild.activities.find())


def holding(folder: Path) -> Document:
    return dict(json.loads((folder / "engine.json").read_text()))


def pretend(folder: Path, **changes: object) -> None:
    """Let the folder say something else about itself, as if another version had written it."""
    (folder / "engine.json").write_text(json.dumps(holding(folder) | changes))


def refusal(folder: Path) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as refused:
        EmbeddedEngine(EXECUTABLE, folder).start()
    assert "\n" not in str(refused.value)
    return refused.value


def test_data_is_there_after_a_restart(tmp_path: Path) -> None:
    write_one(tmp_path, {"_id": "act_1"})
    assert let_go(tmp_path)
    assert holding(tmp_path)["dumped"]
    assert read_all(tmp_path) == [{"_id": "act_1"}]


def test_a_second_start_on_the_folder_is_refused_in_one_line(tmp_path: Path) -> None:
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri:
        refused = refusal(tmp_path)
        assert str(os.getpid()) in refused.english
        assert "正被另一个进程" in refused.chinese
        assert answers(uri)


def test_ctrl_c_in_the_terminal_does_not_reach_the_engine(tmp_path: Path) -> None:
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri, connected(uri) as client:
        assert os.getsid(engine_process(client)) != os.getsid(0)


@contextlib.contextmanager
def service_to_be_killed(folder: Path) -> Iterator[str]:
    """A service in a process of its own, which ends by SIGKILL."""
    command = [sys.executable, "-c", SERVICE, str(EXECUTABLE), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as service:
        assert service.stdout is not None
        yield service.stdout.readline().strip()
        service.kill()


def test_the_engine_ends_with_a_killed_service_and_nothing_is_lost(tmp_path: Path) -> None:
    with service_to_be_killed(tmp_path) as uri, connected(uri) as client:
        client.cobuild.activities.insert_one({"_id": "act_1"})
    assert eventually(lambda: let_go(tmp_path), seconds=5)
    assert not answers(uri)
    assert read_all(tmp_path) == [{"_id": "act_1"}]


def test_a_start_right_after_a_kill_waits_for_the_old_engine(tmp_path: Path) -> None:
    with service_to_be_killed(tmp_path) as old:
        assert answers(old)
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri:
        assert answers(uri)


def test_an_engine_killed_under_the_service_leaves_the_dump_marked_as_old(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = EmbeddedEngine(EXECUTABLE, tmp_path)
    uri = engine.start()
    with connected(uri) as client:
        client.cobuild.activities.insert_one({"_id": "act_1"})
        os.kill(engine_process(client), signal.SIGKILL)
    assert eventually(lambda: not answers(uri), seconds=5)
    engine.stop()
    assert "not dumped" in caplog.text
    assert not holding(tmp_path)["dumped"]
    assert read_all(tmp_path) == [{"_id": "act_1"}]


def test_a_missing_engine_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="nowhere/secantusd-py is missing"):
        EmbeddedEngine(tmp_path / "nowhere/secantusd-py", tmp_path).start()


def test_an_engine_that_dies_at_start_gives_its_reason(tmp_path: Path) -> None:
    write_one(tmp_path, {"_id": "act_1"})
    (tmp_path / holding(tmp_path)["directory"] / "WiredTiger.turtle").write_bytes(b"not a turtle")
    assert "ended at start: _wiredtiger.WiredTigerError" in refusal(tmp_path).english
    assert let_go(tmp_path)


EVERY_TYPE: Document = {
    "_id": ObjectId(),
    "double": 1.0,
    "string": "医+N共建",
    "object": {"b": 1, "a": [None, True]},
    "binary": Binary(b"\x00\xff", 128),
    "date": datetime(2024, 2, 29, 1, 2, 3, 4000),
    "regex": Regex("^a", "i"),
    "int": 1,
    "long": Int64(1),
    "timestamp": Timestamp(1, 2),
    "decimal": Decimal128("1.10"),
}


def test_another_version_takes_all_data_over_with_its_indexes(tmp_path: Path) -> None:
    rules = {"$jsonSchema": {"required": ["_id"]}}
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri, connected(uri) as client:
        database = client.cobuild
        database.activities.insert_one(EVERY_TYPE)
        database.activities.insert_many({"_id": f"act_{number}", "key": number} for number in range(1200))
        database.activities.create_index("key", unique=True, partialFilterExpression={"key": {"$exists": True}})
        database.create_collection("empty", validator=rules)
        client.other.things.insert_one({"_id": 1})
    old = holding(tmp_path)["directory"]
    pretend(tmp_path, version="0.0.1")

    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri, connected(uri) as client:
        database = client.cobuild
        assert (tmp_path / old).is_dir()
        assert holding(tmp_path)["directory"] != old
        found = database.activities.find_one({"_id": EVERY_TYPE["_id"]})
        assert found == EVERY_TYPE
        assert [type(value) for value in found.values()] == [type(value) for value in EVERY_TYPE.values()]
        assert database.activities.count_documents({}) == 1201
        assert client.other.things.find_one() == {"_id": 1}
        assert database.empty.options()["validator"] == rules
        with pytest.raises(DuplicateKeyError):
            database.activities.insert_one({"key": 7})
        database.activities.insert_one({"without": "a key"})
    assert len(read_all(tmp_path)) == 1202


def test_another_version_is_refused_after_an_unclean_stop_until_the_old_one_stopped_cleanly(
    tmp_path: Path,
) -> None:
    write_one(tmp_path, {"_id": "act_1"})
    version = holding(tmp_path)["version"]
    pretend(tmp_path, version="0.0.1", dumped=False)
    assert "start once with 0.0.1" in refusal(tmp_path).english

    pretend(tmp_path, version=version)
    write_one(tmp_path, {"_id": "act_2"})
    pretend(tmp_path, version="0.0.1")
    assert [found["_id"] for found in read_all(tmp_path)] == ["act_1", "act_2"]


def without_last_line(dump: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(dump).splitlines(keepends=True)[:-1]))


def cut_in_half(dump: bytes) -> bytes:
    return dump[: len(dump) // 2]


@pytest.mark.parametrize("damage", [without_last_line, cut_in_half])
def test_a_damaged_dump_is_refused_and_the_old_data_stays(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    write_one(tmp_path, {"_id": "act_1"})
    dump = tmp_path / "dump.jsonl.gz"
    whole = dump.read_bytes()
    dump.write_bytes(damage(whole))
    before = holding(tmp_path)
    pretend(tmp_path, version="0.0.1")
    assert "dump cannot be read" in refusal(tmp_path).english
    assert holding(tmp_path) == before | {"version": "0.0.1"}
    assert [path.name for path in tmp_path.glob("engine-*")] == [before["directory"]]

    dump.write_bytes(whole)
    assert read_all(tmp_path) == [{"_id": "act_1"}]


def test_data_without_its_description_is_refused(tmp_path: Path) -> None:
    write_one(tmp_path, {"_id": "act_1"})
    (tmp_path / "engine.json").unlink()
    assert "engine.json is missing" in refusal(tmp_path).english
    (tmp_path / "engine.json").write_text("{")
    assert "engine.json cannot be read" in refusal(tmp_path).english


def test_the_keeper_kills_what_does_not_end(tmp_path: Path) -> None:
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('here', flush=True); time.sleep(60)"
    script = "import sys; from service.store import keeper as k; k.GRACE_SECONDS = 0.2; sys.exit(k.main(sys.argv[1:]))"
    begun = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", script, sys.executable, "-c", stubborn],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
    ) as kept:
        assert kept.stdin is not None
        assert kept.stdout is not None
        assert kept.stdout.readline() == b"here\n"
        kept.stdin.close()
        assert kept.wait(10) == 128 + signal.SIGKILL
    assert time.monotonic() - begun < keeper.GRACE_SECONDS
