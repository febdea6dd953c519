"""A plan answers what Strawberry answers, byte for byte: data, errors, cost, and what the access log is told."""

import random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from schema.http import graphql_route
from schema.operations import Means
from service.dates import now
from service.identity import Identity
from service.store.kinds import KINDS
from service.viewer import Viewer
from tests.api.drawn_queries import queries
from tests.api.executions import LAX, VIEWERS, compared
from tests.api.wire import HOUR, JSON, KEYS
from tests.conftest import ADMIN, OFFICER, Contents, House, filled

KNOWING = (ADMIN, OFFICER)
ASKING = st.sampled_from((*KNOWING, *KNOWING, *VIEWERS))
USUAL = {"suppress_health_check": list(HealthCheck)}
SPOILT = {kind.COLLECTION for kind in KINDS.values()}
UNIQUE = {key for kind in KINDS.values() for index in kind.INDEXES if index.unique for key in index.keys}
KEPT = {"_id", "network", "concerns", "partition", "version", "head", "outbox", *UNIQUE}


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
    """The same world, where one document in two lacks a fact, or has one of another type."""
    chance = random.Random(20240229)
    spoilt: Contents = {
        name: [spoil(each, chance) if name in SPOILT and chance.random() < 0.5 else each for each in documents]
        for name, documents in everything.items()
    }
    return await filled(spoilt)


async def draw_and_compare(data: st.DataObject, house: House, everything: Contents, viewer: Viewer) -> None:
    query, variables = data.draw(queries(everything))
    await compared(house, query, viewer, **variables)


@settings(max_examples=350, **USUAL)
@given(data=st.data())
async def test_whatever_is_asked(data: st.DataObject, built: House, everything: Contents) -> None:
    await draw_and_compare(data, built, everything, data.draw(ASKING))


@settings(max_examples=150, **USUAL)
@given(data=st.data())
async def test_whatever_stands_in_the_database(data: st.DataObject, damaged: House, everything: Contents) -> None:
    await draw_and_compare(data, damaged, everything, data.draw(st.sampled_from(KNOWING)))


@pytest.mark.prove
@settings(max_examples=7_000, **USUAL)
@given(data=st.data())
async def test_whatever_is_asked_at_length(data: st.DataObject, built: House, everything: Contents) -> None:
    await draw_and_compare(data, built, everything, data.draw(ASKING))


@pytest.mark.prove
@settings(max_examples=3_000, **USUAL)
@given(data=st.data())
async def test_whatever_stands_in_the_database_at_length(
    data: st.DataObject, damaged: House, everything: Contents
) -> None:
    await draw_and_compare(data, damaged, everything, data.draw(st.sampled_from(KNOWING)))


async def posted(house: House, sight: int, viewer: Viewer, body: dict[str, Any]) -> tuple[int, bytes, list[Any]]:
    """Status, bytes and headers of an answer, but for its `Date` and its budget."""
    means = Means(house.store, Identity(KEYS), house.rates(), limits=LAX, sight=sight)
    app = httpx.ASGITransport(Starlette(routes=[graphql_route(means)]))
    async with httpx.AsyncClient(transport=app, base_url="http://service") as client:
        token = {} if viewer.subject == "anonymous" else {"authorization": f"Bearer {token_of(viewer)}"}
        answer = await client.post("/graphql", json=body, headers={**JSON, **token})
    headers = [each for each in answer.headers.items() if not each[0].startswith(("ratelimit", "date"))]
    return answer.status_code, answer.content, headers


def token_of(viewer: Viewer) -> str:
    return KEYS.issue(viewer, now(), HOUR)


@settings(max_examples=50, **USUAL)
@given(data=st.data())
async def test_whatever_is_asked_over_http(data: st.DataObject, built: House, everything: Contents) -> None:
    query, variables = data.draw(queries(everything))
    body = {"query": query, "variables": variables, "extensions": {"cost": True}}
    viewer = data.draw(ASKING)
    assert await posted(built, 1, viewer, body) == await posted(built, 0, viewer, body), body
