"""What is logged: one line a request with what it came to, and nothing of what a caller sent."""

import logging
import sys
from contextvars import Context
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from service.app import create_app
from service.logs import configure
from service.notes import note
from service.transport import REQUEST_ID
from tests.api.sockets import served, token
from tests.api.test_app import client, in_memory
from tests.api.wire import KEYS, bearer
from tests.conftest import House

SECRET = "王小明-13800138000"
FORGED = "/livez-\r\n2024-02-29 ERROR forged\x1b[2J"
LOOK = {"query": f'{{ node(id: "{SECRET}") {{ id }} }}', "variables": {"secret": SECRET}}


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The lines of production."""
    return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]


async def asked(tmp_path: Path, body: Any = LOOK, **headers: str) -> httpx.Response:
    made = replace(in_memory(tmp_path), signing_keys=tuple(KEYS.keys.values()))
    async with client(create_app(made)) as http:
        return await http.post("/graphql", json=body, headers=headers)


async def test_a_request_leaves_one_line_with_what_it_came_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(development=False)
    answer = await asked(tmp_path)
    told = [line for line in lines(capsys) if line["event"] == "answered"]
    assert len(told) == 1
    assert {"at", "milliseconds"} < told[0].keys()
    assert {name: told[0][name] for name in told[0].keys() - {"at", "milliseconds"}} == {
        "event": "answered",
        "level": "info",
        "logger": "service.transport",
        "request": answer.headers[REQUEST_ID],
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "query",
        "cost": 1,
        "viewer": "anonymous",
    }


@pytest.mark.parametrize("body", [LOOK, {"query": f"{{ {SECRET} }}"}, {"query": 'mutation { x(a: "' + SECRET + '") }'}])
async def test_nothing_of_what_is_sent_stands_in_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], body: Any
) -> None:
    configure(development=False, level=logging.DEBUG)
    token = bearer()["authorization"]
    await asked(tmp_path, body, Authorization=token)
    written = capsys.readouterr().err
    assert "answered" in written
    for secret in (SECRET, "13800138000", token.removeprefix("Bearer "), token.rpartition(".")[2]):
        assert secret not in written


async def test_an_error_is_told_by_its_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(development=False)
    await asked(tmp_path, {"query": "{ nothing }"})
    [told] = [line for line in lines(capsys) if line["event"] == "answered"]
    assert told["codes"] == ["GRAPHQL_INVALID"]


@pytest.mark.parametrize("development", [True, False])
async def test_no_caller_begins_a_line_of_his_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], development: bool
) -> None:
    configure(development)
    logging.getLogger("service.test").warning("asked for %s", FORGED)
    async with client(create_app(in_memory(tmp_path))) as http:
        await http.get("/no%0d%0aERROR%20forged%1b")
    written = capsys.readouterr().err
    assert written.count("forged") == 2
    assert not any(line.startswith(("2024-02-29", "ERROR")) for line in written.splitlines())
    assert "\x1b" not in written


@pytest.mark.parametrize("development", [True, False])
async def test_a_fault_is_logged_with_its_traceback(capsys: pytest.CaptureFixture[str], development: bool) -> None:
    configure(development)
    try:
        sys.intern(1)
    except TypeError:
        logging.getLogger("service.test").exception("it failed")
    written = capsys.readouterr().err
    assert "it failed" in written
    assert "TypeError" in written
    assert "test_logs.py" in written


async def test_a_socket_is_told_of_once_when_it_opens_and_once_when_it_ends(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(development=False)
    authorization = token()
    async with served(house) as service:
        async with service.opened(("other",)) as other:
            assert await other.ending() == 4406
        async with service.opened() as client:
            await client.initialise(authorization)
            for text in (LOOK["query"], f"{{ {SECRET} }}"):
                await client.asked(text, variables=LOOK["variables"])
    written = capsys.readouterr().err
    for secret in (SECRET, authorization.rpartition(".")[2]):
        assert secret not in written
    told = [line for line in map(orjson.loads, written.splitlines()) if line["logger"].startswith("schema.socket")]
    ids = [line.pop("socket") for line in told]
    assert ids[0] not in ids[1:]
    assert len({*ids[1:]}) == 1
    said = ("status", "viewer", "operation", "cost", "codes", "ending")
    assert [(line["event"], {name: line[name] for name in said if name in line}) for line in told] == [
        ("socket refused", {"status": 4406}),
        ("socket opened", {}),
        ("answered", {"viewer": "admin", "operation": "query", "cost": 1}),
        ("answered", {"viewer": "admin", "codes": ["GRAPHQL_INVALID"]}),
        ("socket ended", {"viewer": "admin", "ending": "GONE"}),
    ]


async def test_probes_are_not_worth_a_line_while_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(development=False)
    async with client(create_app(in_memory(tmp_path))) as http:
        assert (await http.get("/livez")).status_code == 200
    assert [line for line in lines(capsys) if line["event"] == "answered"] == []


def test_what_is_noted_outside_a_request_stands_in_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    def told() -> None:
        configure(development=False)
        note(viewer="of another request")
        logging.getLogger("service.test").warning("a command began")

    Context().run(told)
    assert [line.keys() for line in lines(capsys)] == [{"event", "at", "level", "logger"}]
