"""kill -9 in the middle of writing: of the service, and of its database. What was acknowledged is there afterwards,
once, with its revision in sequence; what was not is safe to send again with its key (promises.md, *Nothing lost*).
"""

import asyncio
import datetime as dt
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from service.settings import Settings
from service.store.embedded import EmbeddedEngine
from tests.conftest import ADMIN, BANK, ENGINE, LEAD, NETWORK
from tests.faults.running import Running, eventually, running

CLIENTS = 8
writing = pytest.mark.parametrize(
    "writes", [120, pytest.param(500, marks=pytest.mark.prove)]
)  # a third before the blow
KEY = "0123456789abcdef0123456789abcdef"
RECORD = """mutation Record($input: ActivityFacts!) {
  recordActivity(input: $input) { __typename ... on Activity { id } ... on Refusal { problems { code message } } }
}"""
SEQUENCES = """query Sequences($ids: [ID!]!) {
  nodes(ids: $ids) { id ... on Activity { timeline(first: 1) { nodes { sequence } } } }
}"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def engine_of(data: Path) -> int:
    """The process id of the engine that serves this folder."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # a process may end while we look, or not be ours to look at
            words = (entry / "cmdline").read_bytes().split(b"\0")
            serves = b"--storage-path" in words and not any(word.endswith(b"keeper.py") for word in words)
            if serves and os.readlink(entry / "cwd") == str(data):
                return int(entry.name)
    raise AssertionError("no engine runs over this folder")


def facts(number: int) -> dict[str, Any]:
    return {
        "network": NETWORK,
        "title": f"消防演练 {number}",
        "topics": [{"pillar": "DEVELOPMENT", "theme": "SAFE_HOSPITAL"}],
        "form": "DRILL",
        "startsAt": "2024-05-12T09:00:00+08:00",
        "place": "院内",
        "participations": [
            {"organization": LEAD, "role": "HOST"},
            {"organization": BANK, "role": "PARTICIPANT", "headCount": number},
        ],
    }


async def record(client: httpx.AsyncClient, url: str, number: int, run: str) -> str | None:
    """The id that the service acknowledged; None when it did not answer, or not with one."""
    body = {"query": RECORD, "variables": {"input": {**facts(number), "summary": run}}}
    try:
        answer = await client.post(f"{url}/graphql", json=body, headers={"Idempotency-Key": f"{run}-{number}"})
    except httpx.HTTPError:
        return None
    if answer.status_code != 200 or answer.json().get("errors"):
        assert answer.status_code in (200, 503), answer.text
        return None
    done = answer.json()["data"]["recordActivity"]
    assert done["__typename"] == "Activity", done
    return str(done["id"])


async def relayed(url: str, ids: list[str], seconds: float = 60) -> None:
    """Return when every record's revision has its sequence, which takes so many `seconds` at most."""
    waiting = ids
    async with asyncio.timeout(seconds), httpx.AsyncClient(headers=authorization(), timeout=30) as client:
        while waiting:
            body = {"query": SEQUENCES, "variables": {"ids": waiting[:100]}}
            found = (await client.post(f"{url}/graphql", json=body)).json()["data"]["nodes"]
            done = {each["id"] for each in found if each["timeline"]["nodes"][0]["sequence"] is not None}
            waiting = [own_id for own_id in waiting if own_id not in done]
            await asyncio.sleep(0 if done else 0.5)


def authorization() -> dict[str, str]:
    keys = Settings.from_environment({"COBUILD_TOKEN_KEY": KEY}).token_keys()
    return {"Authorization": f"Bearer {keys.issue(ADMIN, dt.datetime.now(dt.UTC), dt.timedelta(hours=1))}"}


async def write_all(url: str, run: str, numbers: list[int], kill_at: int = 0, kill: Any = None) -> dict[int, str]:
    """Write with several clients at once; `kill` is called when `kill_at` writes were acknowledged."""
    acknowledged: dict[int, str] = {}
    waiting = iter(numbers)
    killing = kill is not None

    async def work(client: httpx.AsyncClient) -> None:
        nonlocal kill
        for number in waiting:
            if (own_id := await record(client, url, number, run)) is not None:
                acknowledged[number] = own_id
            elif killing and kill is None:
                return  # who was struck does not come back by itself
            if kill is not None and len(acknowledged) >= kill_at:
                strike, kill = kill, None
                strike()

    async with httpx.AsyncClient(headers=authorization(), timeout=10) as client:
        await asyncio.gather(*(work(client) for _ in range(CLIENTS)))
    return acknowledged


def check_all_there(data: Path, acknowledged: dict[int, str]) -> None:
    """Each activity once, under its acknowledged id, with one revision; each partition's sequence without a gap."""
    with EmbeddedEngine(ENGINE, data) as uri, MongoClient[dict[str, Any]](uri) as client:
        database = client["cobuild"]
        written = list(database["activities"].find({"title": {"$regex": "^消防演练 "}}))
        assert {each["title"]: each["_id"] for each in written} == {
            f"消防演练 {number}": own_id for number, own_id in acknowledged.items()
        }
        assert len(written) == len(acknowledged)
        revisions = list(database["revisions"].find({}))
        left = {entry["_id"] for each in written for entry in each["outbox"]}
        assert left <= {each["_id"] for each in revisions}  # relayed; the next round would have cleared them
        of_these = sorted(each["record"] for each in revisions if each["record"] in set(acknowledged.values()))
        assert of_these == sorted(acknowledged.values())
        for partition in {each["partition"] for each in revisions}:
            sequence = sorted(each["sequence"] for each in revisions if each["partition"] == partition)
            assert sequence == list(range(1, len(sequence) + 1))


def settle(service: Running, data: Path, acknowledged: dict[int, str], run: str, writes: int) -> None:
    """Send again what was not acknowledged, wait for the relay, stop, and look."""
    missing = [number for number in range(writes) if number not in acknowledged]
    again = asyncio.run(write_all(service.url, run, missing))
    assert sorted(again) == missing
    asyncio.run(relayed(service.url, sorted((acknowledged | again).values())))
    assert service.end(signal.SIGINT) == 0
    check_all_there(data, acknowledged | again)


@writing
def test_a_killed_service_loses_nothing_that_it_acknowledged(data: Path, writes: int) -> None:
    kill_at = writes // 3
    with running(data, COBUILD_TOKEN_KEY=KEY) as first:
        acknowledged = asyncio.run(write_all(first.url, "service", list(range(writes)), kill_at, first.process.kill))
        first.process.wait(10)
    assert kill_at <= len(acknowledged) < writes
    with running(data, COBUILD_TOKEN_KEY=KEY) as second:
        settle(second, data, acknowledged, "service", writes)


@writing
def test_a_killed_database_loses_nothing_that_was_acknowledged(data: Path, writes: int) -> None:
    kill_at = writes // 3
    with running(data, COBUILD_TOKEN_KEY=KEY) as first:
        assert first.url  # waits until it is ready
        engine = engine_of(data)

        def strike() -> None:
            os.kill(engine, signal.SIGKILL)

        acknowledged = asyncio.run(write_all(first.url, "database", list(range(writes)), kill_at, strike))
        assert kill_at <= len(acknowledged)  # perhaps all of them, where the engine was back before the retries ended
        assert httpx.get(f"{first.url}/livez", timeout=5).status_code == 200
        assert eventually(lambda: httpx.get(f"{first.url}/readyz", timeout=5).status_code == 200, 20)
        assert engine_of(data) != engine  # the service has started another
        settle(first, data, acknowledged, "database", writes)
