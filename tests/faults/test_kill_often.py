"""kill -9 of service and database by turns at random moments under load, again and again over the same data: whoever
lost a reply sends again with the same key, and in the end each write stands once (promises.md, *Nothing lost*).
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.running import eventually, let_go, running
from tests.faults.test_kill import CLIENTS, KEY, authorization, check_all_there, engine_of, record, relayed

BLOWS = 50
LONGEST = 1.5  # seconds between a blow and the one before it, once all is as it was
RELAYED = 600.0  # seconds in which all is relayed: SecantusDB is slow beyond some thousand documents
PATIENCE = 60.0  # seconds in which the service is back
BETWEEN = 0.2  # seconds between a client's tries


class Writers:
    """Clients that write one record after the other, each again and again with its key until it is acknowledged."""

    def __init__(self, url: str) -> None:
        self.acknowledged: dict[int, str] = {}
        self.lost = 0  # tries that were not answered, or not with a record
        self._url = url
        self._ending = threading.Event()
        self._numbers = iter(range(1_000_000))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self) -> "Writers":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    async def _run(self) -> None:
        async with httpx.AsyncClient(headers=authorization(), timeout=10, trust_env=False) as client:
            await asyncio.gather(*(self._work(client) for _ in range(CLIENTS)))

    async def _work(self, client: httpx.AsyncClient) -> None:
        while not self._ending.is_set():
            number = next(self._numbers)
            while (own_id := await record(client, self._url, number, "often")) is None:
                self.lost += 1
                await asyncio.sleep(BETWEEN)
            self.acknowledged[number] = own_id
            await asyncio.sleep(BETWEEN)


def ready(url: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    return False


@pytest.mark.prove  # with one blow each, test_kill.py
def test_whatever_is_killed_when_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    chance, data = random.Random(50), tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        settings = {"COBUILD_TOKEN_KEY": KEY, "PORT": str(probe.getsockname()[1])}
    url = f"http://127.0.0.1:{settings['PORT']}"
    with contextlib.ExitStack() as last:
        service = last.enter_context(running(data, **settings))
        assert service.url
        with Writers(url) as writers:
            for blow in range(BLOWS):
                assert eventually(lambda: ready(url), PATIENCE)
                time.sleep(chance.uniform(0, LONGEST))
                if blow % 2:
                    service.end(signal.SIGKILL)
                    assert eventually(lambda: let_go(data), PATIENCE)
                    service = last.enter_context(running(data, **settings))
                else:
                    os.kill(engine_of(data), signal.SIGKILL)
            assert eventually(lambda: ready(url), PATIENCE)
        assert writers.lost >= BLOWS
        asyncio.run(relayed(url, sorted(writers.acknowledged.values()), RELAYED))
        assert service.end(signal.SIGINT) == 0
        check_all_there(data, writers.acknowledged)
