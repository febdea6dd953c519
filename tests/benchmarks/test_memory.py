"""Documents in memory stand in for a server: the finds of the benchmark find in them what a database finds."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import pytest

from seeds.synthetic import NETWORK
from service.store.database import Database
from tests.benchmarks.documents import Documents, read, synthetic_documents, write
from tests.benchmarks.memory import Kept

DAY = dt.date(2026, 3, 1)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    folder = tmp_path_factory.mktemp("documents")
    write(synthetic_documents(40, DAY), folder)
    return read(folder)


@pytest.fixture
async def database(stored: Documents) -> Database:
    made = Database("mongomock", "", "bench")
    for collection in ("activities", "agreements"):
        await made.insert_many(collection, [dict(each) for each in stored[collection]])
    return made


def conditions(keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    """What a page of a network may ask: bounds of its key and what the viewer may know of."""
    own = sorted(keys)
    bounds: tuple[dict[str, str], ...] = (
        {},
        {"$lt": own[20]},
        {"$gt": own[20]},
        {"$gte": own[5], "$lte": own[30]},
        {"$gt": own[-1]},
    )
    rights: tuple[dict[str, Any], ...] = (
        {},
        {"status": "PUBLISHED"},
        {"status": {"$ne": "PLANNED"}},
        {"$or": [{"status": "PUBLISHED"}, {"status": {"$in": ["HELD"]}, "people_served": {"$gt": 50}}]},
    )
    for bound, narrow in product(bounds, rights):
        yield {"network": NETWORK, **({"date_key": bound} if bound else {}), **narrow}


async def test_pages_are_those_of_a_database(database: Database, stored: Documents) -> None:
    kept = Kept(stored["activities"])
    for where in conditions([each["date_key"] for each in stored["activities"]]):
        for direction, limit in product((1, -1), (3, 100)):
            sort = (("date_key", direction),)
            assert kept.find(where, limit, sort) == await database.find("activities", where, limit, sort=sort)


async def test_records_by_id_are_those_of_a_database(database: Database, stored: Documents) -> None:
    kept, ids = Kept(stored["agreements"]), [each["_id"] for each in stored["agreements"]]
    for narrow in ({}, {"stage": {"$nin": ["DRAFT"]}}):
        where = {"_id": {"$in": sorted([*ids, "agr_none"])}, **narrow}
        assert kept.find(where, 100, ()) == await database.find("agreements", where, 100, sort=(("_id", 1),))


def test_another_find_is_left_to_others(stored: Documents) -> None:
    kept = Kept(stored["activities"])
    assert kept.find({"plan": "pla_1"}, 10, (("date_key", 1),)) is None
    assert kept.find({"network": NETWORK}, 10, ()) is None
    assert kept.find({"_id": {"$gt": ""}}, 10, (("_id", 1),)) is None
