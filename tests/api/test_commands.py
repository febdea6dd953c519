"""What a query costs the database, counted on the real engine.

The definition: a query costs one find for its root field, and one more for each link that it names, however many
records stand on a page or are linked from it. A link is a field that follows an id or lists what names the record; so
a query of n levels with one link each costs n finds, at most levels + 1 with the exceptions that are told here:
`totalCount` and `timeline` are read by a command of their own (`timeline` by two: what waits in the outbox, and what
was relayed), as is the membership behind `memberOf`; what is unpaired is made of three; statistics say what they cost.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from seeds import synthetic
from seeds.loader import plant
from service.cooperation.agreements import Agreement
from service.integrity.findings import Finding
from service.network.headcounts import Headcount
from service.network.organizations import Organization
from service.permission import judged_by
from service.records import RIGHTS_KEYS
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.drawn import DRAWN
from tests.api.world import at
from tests.benchmarks import questions
from tests.conftest import Commands, House
from tests.rooms import Rooms

NETWORK = synthetic.NETWORK
ADMIN = Viewer("admin", (Grant(Role.NETWORK_ADMIN, NETWORK),))
ACTIVITIES, TODAY = 150, at("2024-06-15 10:00")
PERIOD = 'period: {from: "2023-01-01", to: "2023-12-31"}'
PARTS = "fragment parts on Activity { when { from } }"
READING = {"find", "aggregate", "count", "getMore"}


@pytest.fixture(scope="module")
async def counted(rooms: Rooms) -> AsyncIterator[tuple[House, Commands]]:
    commands = Commands()
    database = await rooms.lend("motor", [commands])
    store = Store(database)
    await plant(store, synthetic.records(ACTIVITIES, TODAY.date()), TODAY - dt.timedelta(days=1), lambda _: None)
    yield House(database, store, Relay(database, "tests", asyncio.Event()), TODAY), commands
    await rooms.give_back(database)


async def sent(
    counted: tuple[House, Commands], query: str, viewer: Viewer = ADMIN, **variables: Any
) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """The answer, and the reading commands that it took."""
    house, commands = counted
    commands.sent.clear()
    data = await house.data(query, viewer, **variables)
    return data, [(name, command) for name, command in commands.sent if name in READING]


def of(collection: str, arguments: str, selection: str) -> str:
    return f'query($n: Int) {{ {collection}(network: "{NETWORK}", first: $n{arguments}) {{ {selection} }} }}'


def drawn(name: str, arguments: str = "") -> str:
    """All of what front-ends draw; lists in it have `$n` items."""
    declared = "($n: Int!)" if "$n" in arguments + DRAWN[name] else ""
    return f'query{declared} {{ {name}(network: "{NETWORK}"{arguments}) {{ {DRAWN[name]} }} }}'


COSTS = {
    "a flat page": (of("activities", "", "nodes { id title status when { from } }"), 1),
    "a page with its total": (of("activities", "", "totalCount nodes { id }"), 2),
    "edges and page info": (of("activities", "", "edges { cursor node { id } } pageInfo { endCursor }"), 1),
    "a link inside a list": (of("activities", "", "nodes { participations { organization { name } } }"), 2),
    "three links to one type": (
        of("activities", "", "nodes { filedBy { id } participations { organization { id } branch { id } } }"),
        3,
    ),
    "four levels down": (
        of(
            "activities",
            ", orderBy: EARLIEST_FIRST",
            "nodes { agreement { parties { organization { keptBy { name } } } } }",
        ),
        4,
    ),
    "the example of the promises": (
        of(
            "activities",
            ", orderBy: EARLIEST_FIRST",
            """nodes { id title form status when { from to } topics { pillar } participations { role
            organization { id name } } agreement { id title status } }""",
        ),
        3,
    ),
    "a list below each of a list": (
        of("memberships", "", "nodes { organization { activities(first: 3) { nodes { title } } } }"),
        3,
    ),
    "a total below each of a list": (
        of("memberships", "", "nodes { organization { activities(first: 1) { totalCount nodes { id } } } }"),
        4,
    ),
    "lists below lists": (
        of(
            "memberships",
            "",
            """nodes { organization { agreements(first: 2) { nodes { title
            activities(first: 2) { nodes { title } } } } } }""",
        ),
        4,
    ),
    "a filtered list below each of a list": (
        of(
            "memberships",
            "",
            """nodes { organization { activities(first: 2, where: {status: PUBLISHED, pillar: SERVICE}) {
            nodes { title } } } }""",
        ),
        3,
    ),
    "what the viewer can": (of("activities", "", "nodes { id viewerCan gaps sources { fact } }"), 1),
    "the history of each of a list": (of("activities", "", "nodes { timeline(first: 2) { nodes { version } } }"), 3),
    "the history with its totals": (
        of("activities", "", "nodes { timeline(first: 2) { totalCount nodes { version } } }"),
        3,
    ),
    "files attached to each of a list": (
        of("activities", "", "nodes { attachments(first: 2) { nodes { fileName url } } }"),
        2,
    ),
    "headcounts": (of("headcounts", "", "nodes { staff organization { name } }"), 2),
    "organisations of a network": (
        f'query($n: Int) {{ organizations(where: {{memberOf: "{NETWORK}"}}, first: $n) {{ nodes {{ name }} }} }}',
        2,
    ),
    "networks": (
        "query($n: Int) { networks(first: $n) { nodes { name memberships(first: 1) { nodes { role } } } } }",
        2,
    ),
    "stations": (of("stations", "", "nodes { kind organization { name } }"), 2),
    "whom nobody is paired with": (
        "query($n: Int) { networks(first: $n) { nodes { unpairedMembers(first: 1) { totalCount nodes { name } } } } }",
        4,
    ),
    "coverage": (of("coverage", "", "nodes { organization { name } cells { activities } }"), 4),
    "search": (
        """query($n: Int) { search(text: "gongjian", kinds: [AGREEMENT, ACTIVITY], first: $n) { totalCount
        facets { kinds { count } } nodes { ranges { start } record { id ... on Agreement { title } } } } }""",
        3,
    ),
    "search in a network": (
        f"""query($n: Int) {{ search(text: "合成", network: "{NETWORK}", first: $n) {{ totalCount
        nodes {{ title }} }} }}""",
        5,
    ),
    "search with suggestions": ('{ search(text: "工商银行", suggest: true) { suggestions } }', 8),
    "coverage by month": (drawn("coverageByMonth", f", {PERIOD}, first: $n"), 4),
    "counts": (f'{{ activityCounts(network: "{NETWORK}") {{ total undated byPillar {{ activities }} }} }}', 1),
    "counts of a period": (f'{{ activityCounts(network: "{NETWORK}", {PERIOD}) {{ total undated }} }}', 2),
    "all counts": (drawn("activityCounts"), 3),
    "the dossier": (drawn("partnerDossier", ', organization: "org_syn_000002"'), 15),
    "the dossier of a period": (drawn("partnerDossier", f', organization: "org_syn_000002", {PERIOD}'), 15),
    "the graph": (drawn("partnershipGraph", ", first: $n"), 4),
    "the calendar": (drawn("calendar", ', from: "2023-07-01", to: "2024-06-30"'), 2),
}


@pytest.mark.parametrize("name", COSTS)
async def test_a_query_costs_its_links_and_as_much_for_a_hundred_as_for_one(
    counted: tuple[House, Commands], name: str
) -> None:
    query, most = COSTS[name]
    costs = {}
    for size in (1, 10, 100) if "$n" in query else (100,):
        _, commands = await sent(counted, query, **({"n": size} if "$n" in query else {}))
        costs[size] = [command for command, _ in commands]
    one = costs.pop(1, [])
    assert len(one) <= most  # less where the one record has nothing to follow
    assert {size: len(each) for size, each in costs.items()} == dict.fromkeys(costs, most), costs


async def test_the_public_pays_no_more_than_the_admin(counted: tuple[House, Commands]) -> None:
    query, most = COSTS["a list below each of a list"]
    _, commands = await sent(counted, query, ANONYMOUS, n=100)
    assert len(commands) == most


async def test_many_nodes_cost_one_find_a_type(counted: tuple[House, Commands]) -> None:
    ids = [f"org_syn_{number:06}" for number in range(1, 12)] + [f"act_syn_{number:06}" for number in range(1, 80)]
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ id ...parts ... on Organization {{ name }} }} }} {PARTS}"
    data, commands = await sent(counted, query, ids=ids)
    assert [node["id"] for node in data["nodes"]] == ids
    found = sorted((name, command[name]) for name, command in commands)  # both are in flight together
    assert found == [("find", "activities"), ("find", "organizations")]


@pytest.mark.parametrize("root", ["a list below each of a list", "a total below each of a list"])
async def test_a_list_below_each_of_a_list_is_the_one_that_each_would_give_alone(
    counted: tuple[House, Commands], root: str
) -> None:
    selection = "activities(first: 3) { totalCount nodes { title } pageInfo { hasNextPage } }"
    data, _ = await sent(counted, of("memberships", "", f"nodes {{ organization {{ id {selection} }} }}"), n=100)
    together = {node["organization"]["id"]: node["organization"]["activities"] for node in data["memberships"]["nodes"]}
    assert len(together) > 10
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Organization {{ {selection} }} }} }}"
    for own_id in list(together)[:6]:
        alone, _ = await sent(counted, query, id=own_id)
        assert alone["node"]["activities"] == together[own_id]


RIGHTS = {*RIGHTS_KEYS}
ASKED: list[tuple[str, str, set[str]]] = [
    (of("activities", "", "nodes { id }"), "activities", {"date_key"}),
    (of("activities", "", "nodes { title form }"), "activities", {"date_key", "title", "form"}),
    (of("activities", "", "edges { node { place __typename } }"), "activities", {"date_key", "place"}),
    (f"{of('activities', '', '__typename nodes { ...parts ...parts }')} {PARTS}", "activities", {"date_key", "when"}),
    (
        of("activities", "", "nodes { ... on Recorded { updatedAt gaps } }"),
        "activities",
        {"date_key", "updated_at", "gaps"},
    ),
    (of("activities", "", "nodes { a: title b: title }"), "activities", {"date_key", "title"}),
    (of("activities", "", "nodes { filedBy { shortName } }"), "activities", {"date_key", "filed_by"}),
    (
        of("activities", "", "nodes { filedBy { shortName } }"),
        "organizations",
        {"short_name", *judged_by(Organization)},
    ),
    (of("activities", "", "nodes { sources { fact } }"), "activities", {"date_key", "sources"}),
    (of("persons", "", "nodes { sources { fact } }"), "persons", {"post_key", "sources", *RIGHTS}),
    (of("activities", "", "nodes { confirmations { at } }"), "activities", {"date_key", "confirmations", *RIGHTS}),
    (of("agreements", "", "nodes { signers }"), "agreements", {"date_key", "signatures", *RIGHTS}),
    (of("agreements", "", "nodes { title }"), "agreements", {"date_key", "title"}),
    (of("agreements", "", "nodes { status }"), "agreements", {"date_key", *Agreement.STATE_KEYS}),
    (of("headcounts", "", "nodes { viewerCan }"), "headcounts", {"date_key", "origin", *judged_by(Headcount)}),
    (of("findings", "", "nodes { title }"), "findings", {"date_key", "title", *judged_by(Finding)}),
]


@pytest.mark.parametrize(("query", "collection", "wanted"), ASKED)
async def test_a_find_asks_for_what_the_selected_fields_need(
    counted: tuple[House, Commands], query: str, collection: str, wanted: set[str]
) -> None:
    _, commands = await sent(counted, query, **({"n": 5} if "$n" in query else {}))
    [projection] = [set(command["projection"]) for _, command in commands if command.get("find") == collection]
    assert projection == wanted


async def test_the_page_that_is_measured_asks_for_what_it_shows(counted: tuple[House, Commands]) -> None:
    _, [(_, command)] = await sent(counted, questions.PAGE, network=NETWORK)
    assert command["projection"].keys() == {"title", "form", "status", "starts_at", "date_key"}


async def test_a_list_below_each_of_a_list_asks_for_what_the_selected_fields_need(
    counted: tuple[House, Commands],
) -> None:
    below = "activities(first: 3) { nodes { title } }"
    _, commands = await sent(counted, of("memberships", "", f"nodes {{ organization {{ {below} }} }}"), n=5)
    stages = [stage for name, command in commands if name == "aggregate" for stage in command["pipeline"]]
    [lookup] = [stage["$lookup"]["pipeline"] for stage in stages if "$lookup" in stage]
    assert lookup[-1]["$project"].keys() == {"title", "date_key"}


async def test_no_find_is_without_a_limit_and_no_answer_takes_a_second_batch(counted: tuple[House, Commands]) -> None:
    for query, _ in COSTS.values():
        _, commands = await sent(counted, query, **({"n": 100} if "$n" in query else {}))
        for name, command in commands:
            assert name != "getMore"
            if name == "find":
                assert command["limit"] > 0
            elif "pipeline" in command and "count" not in name:
                assert any("$limit" in stage or "$count" in stage or "$group" in stage for stage in command["pipeline"])
