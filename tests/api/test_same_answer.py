"""A plan answers what Strawberry answers, byte for byte: data, errors, cost, and what the access log is told."""

import asyncio
import gc
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from schema.http import graphql_route
from schema.operations import Means
from service.dates import now
from service.identity import Identity
from service.store.kinds import ACCESSES, KINDS
from service.viewer import Viewer
from tests.api.drawn_queries import NAME, Drawing
from tests.api.drawn_values import World
from tests.api.executions import LAX, VIEWERS, compared
from tests.api.shares import Shares, shares_of
from tests.api.wire import HOUR, JSON, KEYS
from tests.conftest import ADMIN, OFFICER, Contents, House, filled

ASKING = (*[ADMIN, OFFICER] * 3, *VIEWERS)
REFERENCE = re.compile(rb"\b[0-9a-f]{12}\b")
PATIENCE = 60  # seconds: an answer that never comes is none
LANGUAGES = ("zh", "en", "de, zh;q=0.5", "")
USUAL: dict[str, Any] = {  # a seed that is smaller draws nothing smaller
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
}
SPOILT = {kind.COLLECTION for kind in KINDS.values()}
UNIQUE = {key for kind in KINDS.values() for index in kind.INDEXES if index.unique for key in index.keys}
KEPT = {"_id", "network", "concerns", "partition", "version", "head", "outbox", *UNIQUE}


@pytest.fixture(autouse=True)
def told_of_here() -> Iterator[None]:
    """What was dropped is told of in the test that dropped it, not in whichever comes later."""
    yield
    gc.collect()


def spoil(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The document without a fact, or with one of another type; half the time inside a value that it holds."""
    names = sorted(name for name in document if name not in KEPT and not name.endswith("_key"))
    if not names:
        return document
    name, value = chance.choice(names), chance.choice([None, 7, "x", [], ["x"], [None], {}, 1.5, True, "missing"])
    old = document[name]
    if chance.random() < 0.5 and isinstance(old, list) and old and isinstance(old[0], dict):
        return {**document, name: [spoil(old[0], chance), *old[1:]]}
    if isinstance(old, list) and chance.random() < 0.5:
        return {**document, name: [*old, *old]}
    return {each: old for each, old in {**document, name: value}.items() if each != name or value != "missing"}


@pytest.fixture(scope="module")
async def damaged(everything: Contents) -> House:
    """The same world, where one document in two lacks a fact, or has one of another type, and some are gone."""
    chance = random.Random(20240229)
    spoilt: Contents = {
        name: [
            spoil(each, chance) if name in SPOILT and chance.random() < 0.5 else each
            for each in documents
            if name not in SPOILT or chance.random() < 0.95
        ]
        for name, documents in everything.items()
    }
    return await filled(spoilt)


SEEDS = st.integers(0, 2**64 - 1)


@pytest.fixture(scope="module")
def known(everything: Contents) -> World:
    return World(everything)


@pytest.fixture
def shares(record_property: Callable[[str, object], None]) -> Iterator[Shares]:
    with shares_of(record_property) as counted:
        yield counted


async def ask(house: House, known: World, chance: random.Random, shares: Shares) -> None:
    """One text, asked twice: a plan serves whoever comes next too, with whatever variables."""
    drawing = Drawing(chance, known)
    query = drawing.query()
    for _ in range(2):
        async with asyncio.timeout(PATIENCE):
            found = await compared(house, query, chance.choice(ASKING), name=NAME, **drawing.values.sent())
        shares.note(found)


@settings(max_examples=175, **USUAL)
@given(seed=SEEDS)
async def test_whatever_is_asked(seed: int, built: House, known: World, shares: Shares) -> None:
    await ask(built, known, random.Random(seed), shares)


@settings(max_examples=75, **USUAL)
@given(seed=SEEDS)
async def test_whatever_stands_in_the_database(seed: int, damaged: House, known: World, shares: Shares) -> None:
    await ask(damaged, known, random.Random(seed), shares)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(10))
@settings(max_examples=350, **USUAL)
@given(seed=SEEDS)
async def test_whatever_is_asked_at_length(seed: int, part: int, built: House, known: World, shares: Shares) -> None:
    await ask(built, known, random.Random(f"{part} {seed}"), shares)


@pytest.mark.prove
@pytest.mark.parametrize("part", range(5))
@settings(max_examples=300, **USUAL)
@given(seed=SEEDS)
async def test_whatever_stands_in_the_database_at_length(
    seed: int, part: int, damaged: House, known: World, shares: Shares
) -> None:
    await ask(damaged, known, random.Random(f"{part} {seed}"), shares)


async def posted(
    house: House, sight: int, viewer: Viewer, body: dict[str, Any], language: str
) -> tuple[int, bytes, list[Any]]:
    """Status, bytes and headers of an answer, but for its `Date`, its budget and the references to faults."""
    await house.database.delete(ACCESSES, {})  # which an operation may ask for that adds to it
    means = Means(house.store, Identity(KEYS), house.rates(), limits=LAX, sight=sight)
    app = httpx.ASGITransport(Starlette(routes=[graphql_route(means)]))
    async with httpx.AsyncClient(transport=app, base_url="http://service") as client:
        token = {} if viewer.subject == "anonymous" else {"authorization": f"Bearer {token_of(viewer)}"}
        answer = await client.post("/graphql", json=body, headers={**JSON, **token, "accept-language": language})
    headers = [each for each in answer.headers.items() if not each[0].startswith(("ratelimit", "date"))]
    return answer.status_code, REFERENCE.sub(b"reference", answer.content), headers


def token_of(viewer: Viewer) -> str:
    return KEYS.issue(viewer, now(), HOUR)


async def ask_over_http(house: House, known: World, chance: random.Random) -> None:
    drawing = Drawing(chance, known)
    body = {"query": drawing.query(), "operationName": NAME, "extensions": {"cost": True}}
    viewer, language = chance.choice(ASKING), chance.choice(LANGUAGES)
    for _ in range(2):
        body["variables"] = drawing.values.sent()
        compiled, plain = [await posted(house, sight, viewer, body, language) for sight in (1, 0)]
        assert compiled == plain, body


@settings(max_examples=25, **USUAL)
@given(seed=SEEDS)
async def test_whatever_is_asked_over_http(seed: int, built: House, known: World) -> None:
    await ask_over_http(built, known, random.Random(seed))


@pytest.mark.prove
@settings(max_examples=500, **USUAL)
@given(seed=SEEDS)
async def test_whatever_is_asked_over_http_at_length(seed: int, damaged: House, known: World) -> None:
    await ask_over_http(damaged, known, random.Random(seed))
