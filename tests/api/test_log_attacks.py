"""Callers who try to write into the log, or whose secrets might stand in it, over a real socket."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
import uvicorn
from starlette.applications import Starlette

from schema import api, http, operations
from schema.http import graphql_route
from schema.operations import Means
from schema.rates import Rates
from service.identity import Identity
from service.logs import configure
from service.metrics import Metrics
from service.serving import configured
from service.store.budgets import Budgets
from service.store.database import Database
from service.store.store import Store
from service.transport import Transport
from tests.api.wire import KEYS, bearer
from tests.conftest import MASTERS

TOKEN = bearer()["authorization"].removeprefix("Bearer ")
SECRET = "13800138000"
FORGED = "2024-02-29T00:00:00Z ERROR forged"
LONGEST_LINE = 2_000  # characters
CONTROLS = "\r\n\x1b[2J\x00\x85\u2028\u202e"


@contextlib.asynccontextmanager
async def port_of() -> AsyncIterator[int]:
    """The end-point and what stands before it, over an empty database, on a port of its own."""
    database = Database("mongomock", "", "attacked", masters=MASTERS)
    means = Means(Store(database), Identity(KEYS), Rates(Budgets(database), 300_000, 60_000))
    app = Starlette(routes=[graphql_route(means)], middleware=Transport().middleware(Metrics()))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(configured(app))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            await task


async def sent(port: int, request: bytes) -> bytes:
    """What is answered until the connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(reader.read(), 10)
        return b""
    finally:
        writer.close()


def get(target: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {target} HTTP/1.1", "Host: t", "Connection: close", *headers, "", "")).encode("latin-1")


def post(body: Any) -> bytes:
    content = orjson.dumps(body)
    head = "POST /graphql HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\n"
    return f"{head}Authorization: Bearer {TOKEN}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


ATTACKS = {
    "a token in the query string": get(f"/graphql?query=%7B__typename%7D&access_token={TOKEN}&phone={SECRET}"),
    "a token in the path": get(f"/graphql/{TOKEN}"),
    "a token after other words in the path": get(f"/{'a' * 150}/Bearer%20{TOKEN}"),
    "an escaped line break in the path": get(f"/no%0d%0a{FORGED.replace(' ', '%20')}%1b%5b2J"),
    "other breaks and marks in the path": get("/no%C2%85%E2%80%A8%E2%80%AE%00" + FORGED.replace(" ", "%20")),
    "bytes in the path that are no text": get("/no%ff%fe%0a" + FORGED.replace(" ", "%20")),
    "a line break in the path": get(f"/no\r\n{FORGED}"),
    "a line break in the query string": get(f"/graphql?query=%0d%0a{FORGED.replace(' ', '%20')}"),
    "control characters in the operation's name": post(
        {"query": "{ __typename }", "operationName": f"{CONTROLS}{FORGED}"}
    ),
    "control characters in the operation": post({"query": f"query {CONTROLS}{FORGED} {{ __typename }}"}),
    "values in variables": post({"query": "query($a: ID!) { node(id: $a) { id } }", "variables": {"a": SECRET}}),
    "variables of another type": post({"query": "query($a: Int!) { __typename }", "variables": {"a": f"x{SECRET}"}}),
    "an id for the request": get("/graphql", f"X-Request-Id: {FORGED}", f"X-Forwarded-For: {FORGED}"),
    "a huge header": get("/graphql", f"Authorization: Bearer {TOKEN}{SECRET * 20_000}"),
    "many headers": get("/graphql", *(f"X-{each}: {FORGED}" for each in range(2_000))),
    "a huge path": get(f"/{SECRET[:3] * 20_000}"),
    "a method of its own": get("/graphql").replace(b"GET", FORGED.partition(" ")[2].replace(" ", "").encode()),
    "no HTTP": f"{FORGED}\r\n{TOKEN}\r\n\r\n".encode(),
}


@pytest.mark.parametrize("development", [True, False])
async def test_no_caller_writes_into_the_log_and_no_secret_stands_in_it(
    capsys: pytest.CaptureFixture[str], development: bool
) -> None:
    configure(development)
    written = {}
    async with port_of() as port:
        capsys.readouterr()
        for name, request in ATTACKS.items():
            await sent(port, request)
            written[name] = capsys.readouterr().err
        assert b" 200 " in (await sent(port, post({"query": "{ __typename }"}))).splitlines()[0]
    assert sum("answered" in text for text in written.values()) > 12
    lines = {name: text.splitlines() for name, text in written.items()}
    secrets = (SECRET, TOKEN[:40], TOKEN.split(".")[1][:40], TOKEN.split(".")[2])
    assert {name for name, text in written.items() if any(each in text for each in secrets)} == set()
    assert {name for name, text in written.items() if not text.replace("\n", "").isprintable()} == set()
    assert {name for name, each in lines.items() if any(line.startswith(FORGED) for line in each)} == set()
    assert {name for name, each in lines.items() if len(each) > 2} == set()
    assert {name for name, each in lines.items() if any(len(line) > LONGEST_LINE for line in each)} == set()
    if not development:
        assert all(orjson.loads(line)["event"] for each in lines.values() for line in each)


async def test_a_fault_is_told_without_what_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ExceptionGroup(SECRET, [OSError(13, SECRET)]) from error

    configure(development=False)
    monkeypatch.setattr(operations, "told_of", broken)
    monkeypatch.setattr(http, "told_of", broken)
    async with port_of() as port:
        assert b" 500 " in (await sent(port, post({"query": f'{{ node(id: "{SECRET}") {{ id }} }}'}))).splitlines()[0]
    written = capsys.readouterr().err
    assert SECRET not in written
    for told in ("ExceptionGroup", "builtins.KeyError", "PermissionError (13)", "in broken", "test_log_attacks.py"):
        assert told in written


async def test_an_alias_is_not_told_with_the_fault_it_names(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise ValueError(SECRET)

    configure(development=False)
    monkeypatch.setattr(api, "_found", broken)
    async with port_of() as port:
        answer = await sent(port, post({"query": f'{{ phone{SECRET}: node(id: "net_1") {{ id }} }}'}))
    assert b"INTERNAL_ERROR" in answer
    written = capsys.readouterr().err
    assert " at node" in written
    assert SECRET not in written
