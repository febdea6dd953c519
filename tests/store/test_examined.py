"""A page reads no more documents than it answers, and one more, however many there are.

What is asked beside the keys of an index is looked for in document after document; so for the commonest pages there is
nothing beside them. SecantusDB sorts again what an index has in order, so that it reads all of them: there it is told
by the filter alone, on a server that reads in order (`make verify`) by its own count too.
"""

from datetime import date
from typing import Any

import pytest

from seeds.synthetic import NETWORK
from service.cooperation.activities import Activity
from service.store.reads import Query
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.benchmarks.documents import synthetic_documents
from tests.conftest import Commands, House
from tests.store.conftest import MakeDatabase
from tests.store.ledger import KEYS, Ledger, conditions, stages
from tests.store.trail_scene import relay_of

SIZE = 20
PUBLISHED = {"status": "PUBLISHED"}
SINCE = {"date_key": {"$gte": "2024"}}
IN_FULL = "totalCount nodes { id } pageInfo { startCursor endCursor }"
VIEWERS = {"public": ANONYMOUS, "front-end": Viewer("front-end", (Grant(Role.FRONT_END, NETWORK),))}


@pytest.mark.parametrize(
    ("also", "keys"),
    [
        ((), ("network", "date_key")),
        ((PUBLISHED,), ("network", "status", "date_key")),
        ((SINCE, PUBLISHED), ("network", "status", "date_key")),
        (({"status": {"$in": ["HELD", "PUBLISHED"]}},), ("network", "date_key")),
        (({"$or": [PUBLISHED, {"concerns": "org_1"}]},), ("network", "date_key")),
    ],
)
def test_what_is_to_have_one_value_chooses_the_index_whoever_says_so(also: Any, keys: tuple[str, ...]) -> None:
    assert Query(Activity, {"network": NETWORK}, also).index().keys == keys
    if PUBLISHED not in also:
        assert Query(Activity, {"network": NETWORK, **PUBLISHED}, also).index().keys == (
            "network",
            "status",
            "date_key",
        )


def test_what_the_index_serves_is_not_asked_again() -> None:
    happened = {"status": {"$in": ["HELD", "PUBLISHED"]}}
    query = Query(Activity, {"network": NETWORK, "form": "FILM"}, (happened, SINCE, PUBLISHED))
    served = {"network": NETWORK, **PUBLISHED, **SINCE}
    assert query.steps() == [{"$match": served}, {"$match": {"form": "FILM", **happened}}]
    assert Query(Activity, {"network": NETWORK}, (SINCE, PUBLISHED)).steps() == [{"$match": served}]


@pytest.fixture(scope="module")
async def watched(make_database: MakeDatabase) -> tuple[House, Ledger]:
    commands = Commands()
    database = await make_database("motor", commands)
    for collection, documents in synthetic_documents(120, date(2026, 6, 1)).items():
        await database.insert_many(collection, documents)
    return House(database, Store(database), relay_of(database)), Ledger(database, commands)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_a_page_of_a_network_examines_what_it_answers_and_one_more(
    watched: tuple[House, Ledger], viewer: Viewer
) -> None:
    house, ledger = watched
    ledger.reads()
    first = await house.data(_page(f"first: {SIZE}"), viewer)
    assert first["activities"]["totalCount"] > 3 * SIZE
    info = first["activities"]["pageInfo"]
    await house.data(_page(f'first: {SIZE}, after: "{info["endCursor"]}"'), viewer)
    await house.data(_page(f'last: {SIZE}, before: "{info["endCursor"]}"'), viewer)
    await house.data(_page(f"last: {SIZE}"), viewer)
    sent = [each for each in ledger.reads() if each.get("find") == "activities"]
    assert len(sent) == 4
    for command in sent:
        asked = {name for name, _ in conditions(command["filter"])}
        assert asked <= set(KEYS["activities"][command["hint"]]), command
        assert not any(name.startswith("$") for name in command["filter"]), command
        answer = await house.database.command({"explain": command, "verbosity": "executionStats"})
        assert "IXSCAN" in set(stages(answer))
        assert "SORT" in set(stages(answer)) or answer["executionStats"]["totalDocsExamined"] <= SIZE + 1


def _page(given: str) -> str:
    return f'{{ activities(network: "{NETWORK}", {given}) {{ {IN_FULL} }} }}'
