"""How the service begins and ends beside what else goes on: before its database is there, and while requests run."""

import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from service.serving import GRACE_SECONDS
from tests.api.walking import database
from tests.faults.doors import KEY, READ, RECORD, SOON, Caller, calling, facts
from tests.faults.proxy import HOLE, NONE, REFUSED, Fault, Kind, Proxy, proxy
from tests.faults.running import READY_SECONDS, Running, eventually, running


@pytest.fixture
def between(engine_uri: str) -> Iterator[Proxy]:
    with proxy(engine_uri) as between:
        yield between


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
def service(engine_uri: str, between: Proxy, port: int, tmp_path: Path) -> Iterator[Running]:
    with database(engine_uri) as name:
        own = {"MONGODB_URI": between.uri, "COBUILD_DATABASE": name, "COBUILD_TOKEN_KEY": KEY, "PORT": str(port)}
        with running(tmp_path / "data", **own) as service:
            yield service


async def ended(caller: Caller, service: Running) -> int:
    """The code with which a socket ends once the service is told to stop."""
    async with caller.socket() as connection:
        service.process.send_signal(signal.SIGTERM)
        try:
            while True:
                await asyncio.wait_for(connection.recv(), 10)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


@pytest.mark.parametrize("fault", [REFUSED, pytest.param(HOLE, marks=pytest.mark.prove)], ids=["refused", "black hole"])
async def test_it_waits_for_its_database_and_ends_when_what_runs_is_answered(
    between: Proxy, service: Running, port: int, fault: Fault
) -> None:
    between.fault = fault  # before the service has come to look
    async with calling(f"http://127.0.0.1:{port}") as caller:
        while (await caller.send("GET", "/livez", "")).status != 200:
            await asyncio.sleep(0.1)
            assert service.process.poll() is None, service.errors
        assert await caller.health() == {"livez": 200, "readyz": 503}
        told = await caller.ask(READ, "")
        assert (told.status, told.codes) == (503, {"SERVICE_UNAVAILABLE"})
        assert told.seconds < SOON
        between.fault = NONE
        await caller.recovered(READY_SECONDS)
        between.fault = Fault(Kind.SLOW, 1, collections=frozenset({"networks", "organizations"}))
        running = asyncio.gather(caller.ask(READ), caller.ask(RECORD, input=facts(1)))
        await asyncio.sleep(0.3)
        assert await ended(caller, service) == 1001
        assert [(heard.status, heard.codes) for heard in await running] == [(200, set())] * 2
    assert eventually(lambda: service.process.poll() is not None, 10)
    assert service.process.returncode == 0
    assert "Traceback" not in service.errors


@pytest.mark.prove
async def test_it_ends_though_its_database_is_a_black_hole(between: Proxy, service: Running) -> None:
    async with calling(service.url) as caller:
        between.fault = HOLE
        running = asyncio.gather(*(caller.ask(READ) for _ in range(20)))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        assert {(heard.status, *heard.codes) for heard in await running} == {(503, "SERVICE_UNAVAILABLE")}
    assert eventually(lambda: service.process.poll() is not None, GRACE_SECONDS + 10)
    assert service.process.returncode == 0
    assert time.monotonic() - began < GRACE_SECONDS + 10
