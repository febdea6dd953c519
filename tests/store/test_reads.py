"""Lists on every engine and through each driver: pages by key, below one parent or many, and counts."""

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate
from service.store import reads
from service.store.database import Database, DriverName
from service.store.reads import Query, Range
from service.store.store import Store
from service.store.tallies import roles
from tests.store.conftest import MakeDatabase
from tests.store.scene import (
    MANY,
    Topic,
    act,
    activity,
    membership,
    network,
    organization,
)

# Most tests read one database for each engine.

DAYS = ["2024-02-29", None, "2024-02-29", "2024-02-29", "2023", "2024-03-01", None, "2024-02-29", "2021-05", None]
GUESTS = ["org_p", "org_q", "org_r", "org_s"]
PILLARS = {Pillar.LEARNING: Theme.THEORY_STUDY, Pillar.INTEGRITY: Theme.INTEGRITY_EDUCATION}


def listed() -> list[Activity]:
    """Thirty activities: many of one day, some of none, with one to three guests, of one pillar or two."""
    chance = random.Random(7)
    made = []
    for number in range(30):
        topics = tuple(Topic(pillar, PILLARS[pillar]) for pillar in chance.sample(list(PILLARS), chance.choice((1, 2))))
        guests = chance.sample(GUESTS[:3], chance.choice((1, 2, 3)))
        made.append(activity(f"act_{number:02}", DAYS[number % len(DAYS)], *guests, topics=topics))
    chance.shuffle(made)
    return made


def day(own: Activity) -> str:
    return own.when.first.isoformat() if own.when else ""


LISTED = listed()
BY_DATE = [own.id for own in sorted(LISTED, key=lambda own: (day(own), own.id))]


@pytest.fixture(scope="module")
async def library(make_database: MakeDatabase, driver: DriverName) -> Database:
    database = await make_database(driver)
    store = Store(database)
    await store.create(network(), act())
    for own_id in GUESTS:
        await store.create(organization(own_id), act())
    for own in LISTED:
        await store.create(own, act())
    await store.create(activity("act_foreign", network="net_b"), act())
    return database


async def walk(database: Database, query: Query, size: int, backwards: bool) -> list[str]:
    """The ids of all pages, one after the other, as a client that follows the cursors sees them."""
    seen: list[str] = []
    edge: str | None = None
    while len(seen) < MANY:
        bounds: dict[str, Any] = {"before": edge, "backwards": True} if backwards else {"after": edge}
        found = await reads.page(database, query, Range(size, **bounds), ("title",))
        documents = found[:size]
        assert all(document.keys() == {"_id", "title", query.order} for document in documents)
        seen += [document["_id"] for document in documents]
        if len(found) <= size:
            break
        edge = documents[-1][query.order]
    return seen


@pytest.mark.parametrize("size", [1, 2, 7, 100])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
async def test_pages_visit_every_record_once_in_order(
    library: Database, size: int, descending: bool, backwards: bool
) -> None:
    query = Query(Activity, {"network": "net_a"}, descending=descending)
    expected = BY_DATE if descending == backwards else BY_DATE[::-1]
    assert await walk(library, query, size, backwards) == expected


async def test_a_page_between_two_cursors_holds_what_lies_between(library: Database) -> None:
    query = Query(Activity, {"network": "net_a"})
    keys = {own.id: own.keys()["date_key"] for own in LISTED}
    between = Range(100, after=keys[BY_DATE[3]], before=keys[BY_DATE[20]])
    assert [each["_id"] for each in await reads.page(library, query, between, ())] == BY_DATE[4:20]
    last = replace(between, size=2, backwards=True)
    assert [each["_id"] for each in await reads.page(library, query, last, ())] == BY_DATE[19:16:-1]


async def test_a_page_of_no_items_says_whether_there_are_any(library: Database) -> None:
    query = Query(Activity, {"network": "net_a"})
    assert len(await reads.page(library, query, Range(0), ())) == 1
    assert await reads.page(library, replace(query, equal={"network": "net_none"}), Range(0), ()) == []


NARROWED = [
    Query(Activity, {}),
    Query(Activity, {}, descending=True),
    Query(Activity, {"form": "FILM", "pillars": "LEARNING"}, ({"date_key": {"$gt": "2024"}},), descending=True),
    Query(Activity, {"participants": "org_q"}),
    Query(Activity, {}, ({"$or": [{"network": "net_b"}, {"pillars": "INTEGRITY"}]}, {"$or": [{"form": "FILM"}]})),
]


@pytest.mark.parametrize("size", [1, 2, 7, 100])
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("place", range(len(NARROWED)))
async def test_the_pages_of_many_parents_are_those_of_each_alone(
    library: Database, size: int, backwards: bool, place: int
) -> None:
    query, fields = NARROWED[place], ("title", "participants")
    for edge in (None, LISTED[0].keys()["date_key"]):
        part = Range(size, **{"before" if backwards else "after": edge}, backwards=backwards)
        together = await reads.pages(library, GUESTS, "participants", query, part, fields)
        alone = [await reads.pages(library, [own_id], "participants", query, part, fields) for own_id in GUESTS]
        assert together == {own_id: found for each in alone for own_id, found in each.items()}
        for own_id, documents in together.items():
            named = {own_id, query.equal.get("participants", own_id)}
            assert all(named <= {*document["participants"]} for document in documents)
    assert together["org_s"] == []
    assert any(together.values())


@pytest.mark.parametrize("place", range(len(NARROWED)))
async def test_the_counts_of_many_parents_are_those_of_each_alone(library: Database, place: int) -> None:
    query = NARROWED[place]
    pages = {each: await walk(library, query.under("participants", each), 100, backwards=False) for each in GUESTS}
    together = await reads.counts(library, GUESTS, "participants", query)
    assert together == {own_id: len(found) for own_id, found in pages.items()}


async def test_a_count_stops_at_what_is_told_as_more(library: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    query = Query(Activity, {"network": "net_a"})
    assert await reads.count(library, query) == len(LISTED)
    monkeypatch.setattr(reads, "MOST_COUNTED", 11)
    assert await reads.count(library, query) == 12
    assert await reads.count(library, replace(query, equal={"network": "net_none"})) == 0


@pytest.mark.parametrize("most", [0, 1, 2, 100])
async def test_the_counts_of_many_parents_stop_there_too(
    library: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    query = NARROWED[0]
    whole = await reads.counts(library, GUESTS, "participants", query)
    assert max(whole.values()) > 2
    monkeypatch.setattr(reads, "MOST_COUNTED", most)
    bounded = await reads.counts(library, GUESTS, "participants", query)
    assert bounded == {own_id: min(found, most + 1) for own_id, found in whole.items()}


async def test_the_members_of_a_network_are_those_of_the_day(store: Store) -> None:
    spans = {
        "org_1": ("2020", None),
        "org_2": (None, None),
        "org_3": ("2024-02-29", "2024-03-01"),
        "org_4": ("2024-03-01", None),
        "org_5": ("2021", "2023"),
    }
    for own_id, (joined, left) in spans.items():
        own = membership(
            f"mem_{own_id}",
            own_id,
            joined=PartialDate.parse(joined) if joined else None,
            left=PartialDate.parse(left) if left else None,
        )
        await store.create(own, act())
    await store.create(membership("mem_6", "org_6", discarded=True), act())
    await store.create(membership("mem_7", "org_7", network="net_b"), act())

    assert sorted(await roles(store.database, "net_a", dt.date(2024, 2, 29))) == ["org_1", "org_2", "org_3"]
    assert sorted(await roles(store.database, "net_a", dt.date(2024, 3, 1))) == ["org_1", "org_2", "org_4"]
    assert await roles(store.database, "net_none", dt.date(2024, 3, 1)) == {}


async def test_an_order_that_no_index_serves_is_a_fault_of_the_program() -> None:
    with pytest.raises(LookupError, match="no index of activities serves"):
        Query(Activity, {"network": "net_a"}, order="place").index()


async def test_documents_are_found_by_id_with_the_fields_asked_for(library: Database) -> None:
    found = await reads.by_ids(library, "org", {"org_p", "org_q", "org_none"}, ("name", "name"))
    assert found == {own_id: {"_id": own_id, "name": own_id} for own_id in ("org_p", "org_q")}
