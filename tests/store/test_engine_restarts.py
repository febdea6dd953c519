"""The embedded engine that dies under the service is started again, with the real SecantusDB."""

import contextlib
import os
import signal
from pathlib import Path

from pymongo.errors import PyMongoError

from service.store.embedded import EmbeddedEngine
from tests.store.test_embedded import EXECUTABLE, connected, engine_process, eventually, holding, read_all


def restarted(uri: str, process: int) -> bool:
    """Whether another engine than `process` answers at this address."""
    try:
        with connected(uri) as client:
            return engine_process(client) != process
    except PyMongoError:
        return False


def test_an_engine_that_dies_is_started_again_and_has_what_it_acknowledged(tmp_path: Path) -> None:
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri:
        with connected(uri) as client:
            process = engine_process(client)
            client.cobuild.activities.insert_one({"_id": "act_1"})
            os.kill(process, signal.SIGKILL)
        assert eventually(lambda: restarted(uri, process), seconds=20)
        with connected(uri) as client:
            assert list(client.cobuild.activities.find()) == [{"_id": "act_1"}]
            client.cobuild.activities.insert_one({"_id": "act_2"})
    assert holding(tmp_path)["dumped"]
    assert [each["_id"] for each in read_all(tmp_path)] == ["act_1", "act_2"]


def test_a_killed_keeper_takes_its_engine_along_though_that_hangs(tmp_path: Path) -> None:
    with EmbeddedEngine(EXECUTABLE, tmp_path) as uri:
        with connected(uri) as client:
            process = engine_process(client)
        os.kill(process, signal.SIGSTOP)  # deaf to whoever asks it to end
        os.kill(os.getpgid(process), signal.SIGKILL)  # the keeper leads the engine's group
        assert eventually(lambda: restarted(uri, process), seconds=20)
        assert eventually(lambda: not alive(process), seconds=5)


def alive(process: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, 0)
        return True
    return False
