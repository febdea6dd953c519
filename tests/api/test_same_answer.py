"""A plan answers what Strawberry answers, byte for byte: data, errors, and what the access log is told."""

import random
from typing import Any

import orjson
import pytest
from graphql import parse, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.api import schema
from schema.context import Context
from schema.limits import Limits
from schema.reader import Reader
from service.dates import day_of
from service.store.kinds import ACCESSES, KINDS
from service.viewer import ANONYMOUS, Viewer
from tests.api.drawn_queries import SCHEMA, queries
from tests.api.world import TODAY
from tests.conftest import (
    ADMIN,
    BANK_RECORDER,
    FRONT_END,
    OBSERVER,
    OFFICER,
    STRANGER,
    Contents,
    House,
    filled,
)

VIEWERS = (ADMIN, FRONT_END, OFFICER, OBSERVER, BANK_RECORDER, STRANGER, ANONYMOUS)
LAX = Limits(tokens=10_000, depth=30, aliases=200, directives=200, cost=10**7)


async def told(
    house: House, viewer: Viewer, query: str, variables: dict[str, Any], sight: int
) -> tuple[bytes, Any, Any]:
    """The answer's bytes, its errors, and what the access log was told."""
    await house.database.delete(ACCESSES, {})
    reader = Reader(house.database, viewer, day_of(TODAY))
    context = Context(viewer, TODAY, "zh", None, house.store, reader, LAX, sight=sight)
    result = await schema.execute(query, variable_values=variables, context_value=context)
    entries = await house.database.find(ACCESSES, {}, 100)
    errors = [(one.message, one.path, one.locations, type(one.original_error)) for one in result.errors or ()]
    return orjson.dumps(result.data), errors, [(each["by"], each["operation"], each["reads"]) for each in entries]


async def compared(house: House, viewer: Viewer, query: str, variables: dict[str, Any]) -> None:
    assert not validate(SCHEMA, parse(query)), query
    expected = await told(house, viewer, query, variables, sight=0)
    assert await told(house, viewer, query, variables, sight=1) == expected, (query, variables)


@pytest.fixture(scope="module")
def ids(everything: Contents) -> list[str]:
    """Some of each kind, the networks first."""
    return [str(each["_id"]) for kind in KINDS.values() for each in everything.get(kind.COLLECTION, ())[:6]]


@pytest.fixture(scope="module")
async def damaged(everything: Contents) -> House:
    """The same world, where one document in three lacks a fact, or has one of another type."""
    chance = random.Random(20240229)
    spoilt: Contents = {
        name: [spoil(each, chance) if name in SPOILT and chance.random() < 0.34 else each for each in documents]
        for name, documents in everything.items()
    }
    return await filled(spoilt)


SPOILT = {kind.COLLECTION for kind in KINDS.values()}
UNIQUE = {key for kind in KINDS.values() for index in kind.INDEXES if index.unique for key in index.keys}
KEPT = {"_id", "network", "concerns", "partition", "version", "head", "outbox", *UNIQUE}


def spoil(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    names = sorted(name for name in document if name not in KEPT and not name.endswith("_key"))
    if not names:
        return document
    name, value = chance.choice(names), chance.choice([None, 7, "x", [], ["x"], {}, 1.5, True, "missing"])
    return {each: old for each, old in {**document, name: value}.items() if each != name or value != "missing"}


USUAL = {"suppress_health_check": list(HealthCheck)}


@settings(max_examples=400, **USUAL)
@given(data=st.data())
async def test_whatever_is_asked(data: st.DataObject, built: House, ids: list[str]) -> None:
    query, variables = data.draw(queries(ids))
    await compared(built, data.draw(st.sampled_from(VIEWERS)), query, variables)


@settings(max_examples=100, **USUAL)
@given(data=st.data())
async def test_whatever_stands_in_the_database(data: st.DataObject, damaged: House, ids: list[str]) -> None:
    query, variables = data.draw(queries(ids))
    await compared(damaged, data.draw(st.sampled_from((ADMIN, OFFICER))), query, variables)
