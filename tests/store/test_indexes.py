"""Every read has an index and a limit: shown by what is sent for every list, filter and order of the schema.

The questions are made from the schema itself, so that a new list, filter or link is asked for without being named here.
"""

import itertools
import json
import uuid
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import replace

import pytest

from schema.links import LINKS
from service.cooperation.activities import Activity
from service.network.giving import give
from service.network.organizations import Organization, correct, create
from service.store.doctor import examine
from service.store.feed import last_sequence
from service.store.followers import FOLLOWERS, behind, follow
from service.store.importing import Importable, ImportOutcome, OnError, bring_in
from service.store.kinds import KINDS, REVISIONS, SEQUENCE_INDEX
from service.store.reads import Query
from service.store.tallied import last_written
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.drawn import DRAWN
from tests.conftest import ADMIN, BANK, LEAD, NETWORK, OBSERVER, Commands, House
from tests.store.conftest import MakeDatabase
from tests.store.furnished import furnished
from tests.store.ledger import READS, Ledger, bounded, served
from tests.store.questions import PAGE, batched, field, followed, link_lists, root_lists
from tests.store.scene import act

OF_ALL_ROLES = Viewer("all", (*ADMIN.grants, Grant(Role.INTEGRITY_OFFICER, NETWORK)))
OF_TWO = Viewer("two", (Grant(Role.FRONT_END, NETWORK), Grant(Role.NETWORK_ADMIN, "net_004_wuxi")))
VIEWERS = {"admin": ADMIN, "observer": OBSERVER, "anonymous": ANONYMOUS, "of two networks": OF_TWO}


@pytest.fixture(scope="module")
async def house(make_database: MakeDatabase) -> House:
    return await furnished(await make_database("mongomock"))


FOLLOW = "subscription($network: ID!, $after: Int) { networkFeed(network: $network, after: $after) { sequence } }"


async def test_every_set_of_filters_in_every_order_has_an_index(house: House) -> None:
    """`Query.index` raises where there is none; some thousand questions, in requests of a hundred."""
    asked = root_lists(every=True)
    assert len(asked) > 1_000
    for some in batched(asked, 100):
        query = " ".join(f"f{place}: {field(name, given, 'totalCount')}" for place, (name, given) in enumerate(some))
        await house.data(f"{{ {query} }}", OF_ALL_ROLES)


async def test_every_set_of_filters_of_every_link_has_an_index(house: House) -> None:
    asked = link_lists(every=True)
    ids = {kind.__name__: (await house.database.find(kind.COLLECTION, {}, 1))[0]["_id"] for kind in KINDS.values()}
    for kind, of_kind in itertools.groupby(asked, key=lambda each: each[0]):
        for some in batched(list(of_kind), 100):
            inside = " ".join(
                f"f{place}: {field(name, given, 'totalCount')}" for place, (_, name, given) in enumerate(some)
            )
            query = f'{{ node(id: "{ids[kind]}") {{ ... on {kind} {{ {inside} }} }} }}'
            found = await house.data(query, await of_all_networks(house))
            assert found["node"] is not None


def test_every_link_has_an_index_that_begins_with_its_key() -> None:
    """By which many parents are served in one command (`reads.below`)."""
    for link in LINKS:
        if link.query is not None:
            leading = [index.keys[0] for index in link.target.INDEXES]
            assert link.key in leading, link
            link.query.under(link.key, "any").index()


@pytest.mark.parametrize(
    ("where", "sort", "fits"),
    [
        ({"partition": "net_a"}, {"sequence": 1}, True),
        ({"partition": "net_a", "sequence": {"$gt": 3}}, {"sequence": -1}, True),
        ({"$and": [{"partition": {"$in": ["net_a"]}}, {"sequence": {"$gt": 3}}]}, {"sequence": 1}, True),
        ({"partition": {"$gt": "net_a"}}, {"partition": 1, "sequence": 1}, True),
        ({"partition": "net_a"}, {}, True),
        ({"partition": {"$gt": "net_a"}}, {"sequence": 1}, False),  # the range before the order
        ({"sequence": 3}, {"sequence": 1}, False),
        ({"partition": "net_a"}, {"record": 1}, False),
        ({}, {}, False),
    ],
)
def test_an_index_fits_by_equality_then_order_then_range(
    where: dict[str, object], sort: dict[str, int], fits: bool
) -> None:
    assert served({"find": REVISIONS, "hint": SEQUENCE_INDEX, "filter": where, "sort": sort}) is fits


# What is sent, and how the server says it would answer it.


@pytest.fixture(scope="module")
async def watched(make_database: MakeDatabase) -> tuple[House, Ledger]:
    commands = Commands()
    database = await make_database("motor", commands)
    house = await furnished(database)
    await house.relay_all()
    commands.sent.clear()
    return house, Ledger(database, commands)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_every_list_at_the_root_is_read_by_an_index(watched: tuple[House, Ledger], viewer: Viewer) -> None:
    """Page by page, forwards and backwards."""
    house, ledger = watched
    for name, given in root_lists():
        first = (await house.ask(f"{{ {field(name, given | {'first': '2'}, PAGE)} }}", viewer)).data
        if first and first[name] and (end := first[name]["pageInfo"]["endCursor"]):
            for more in ({"first": "2", "after": f'"{end}"'}, {"last": "2", "before": f'"{end}"'}):
                await house.data(f"{{ {field(name, given | more, PAGE)} }}", viewer)
    await ledger.check(least=60)


@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_every_list_below_a_record_is_read_by_an_index(watched: tuple[House, Ledger], viewer: Viewer) -> None:
    """Below one parent, and below several at once."""
    house, ledger = watched
    for kind, name, given in link_lists():
        ids = await some_ids(house, kind, 3)
        ledger.reads()
        for some in (ids[:1], ids):
            inside = f"{field(name, given | {'first': '2'}, PAGE)} {again(name, given)}"
            await house.ask(f"{{ nodes(ids: {json.dumps(some)}) {{ ... on {kind} {{ {inside} }} }} }}", viewer)
        await ledger.check(least=1)


KIND_BY_NAME = {kind.__name__: kind for kind in KINDS.values()}


async def of_all_networks(house: House) -> Viewer:
    return Viewer("all", tuple(Grant(Role.NETWORK_ADMIN, own_id) for own_id in await some_ids(house, "Network", 99)))


async def some_ids(house: House, kind: str, amount: int) -> list[str]:
    return [each["_id"] for each in await house.database.find(KIND_BY_NAME[kind].COLLECTION, {}, amount, ())]


def again(name: str, given: Mapping[str, str]) -> str:
    return f"backwards: {field(name, given | {'last': '2'}, 'edges { cursor }')}"


@pytest.mark.parametrize("kind", KIND_BY_NAME)
async def test_every_record_and_what_it_leads_to_is_read_by_id(watched: tuple[House, Ledger], kind: str) -> None:
    house, ledger = watched
    ids, viewer = await some_ids(house, kind, 10), await of_all_networks(house)
    ledger.reads()
    inside = f"... on {kind} {{ {followed(kind)} }}"
    found = await house.data(
        f"{{ node(id: {json.dumps(ids[0])}) {{ {inside} }} nodes(ids: {json.dumps(ids)}) {{ {inside} }} }}",
        viewer,
    )
    assert all(found["nodes"])
    await ledger.check(least=1)


async def test_search_and_what_it_suggests_are_read_by_an_index(watched: tuple[House, Ledger]) -> None:
    house, ledger = watched
    for viewer in VIEWERS.values():
        for given in ("", f', network: "{NETWORK}"', ", kinds: [AGREEMENT, ORGANIZATION]"):
            found = "totalCount suggestions facets { kinds { count } } nodes { record { id } }"
            for text in ("党", "zgyh", "nüe", "工商银行"):
                await house.data(f'{{ search(text: "{text}"{given}, suggest: true) {{ {found} }} }}', viewer)
    await ledger.check(least=20)


async def test_statistics_are_read_by_an_index(watched: tuple[House, Ledger]) -> None:
    house, ledger = watched
    for viewer in VIEWERS.values():
        for period, of in itertools.product(("", ', period: {from: "2019-01-01", to: "2024-12-31"}'), ("", BANK)):
            mine = f', organization: "{of}"' if of else ""
            query = f"""query($n: Int!) {{
                activityCounts(network: "{NETWORK}"{period}{mine}) {{ {DRAWN["activityCounts"]} }}
                coverage(network: "{NETWORK}"{period}, first: $n) {{ totalCount {DRAWN["coverage"]} }}
                partnershipGraph(network: "{NETWORK}", where: {{minimumActivities: 1{mine}{period}}}, first: $n) {{
                {DRAWN["partnershipGraph"]} }}
                partnerDossier(network: "{NETWORK}", organization: "{of or LEAD}"{period}) {{
                {DRAWN["partnerDossier"]} }}
                calendar(network: "{NETWORK}", from: "2024-01-01", to: "2024-12-31") {{ {DRAWN["calendar"]} }} }}"""
            answer = (await house.ask(query, viewer, n=2)).data
            assert answer is not None
            assert answer["activityCounts"] is not None
    await ledger.check(least=40)


async def test_the_fulfilment_of_plans_is_read_by_an_index(watched: tuple[House, Ledger]) -> None:
    house, ledger = watched
    of_one = "fulfilment { rate unplanned } lines { status activities { title } }"
    for viewer in VIEWERS.values():
        root = (
            f'planFulfilment(network: "{NETWORK}", year: 2024) {{ total {{ rate }} plans {{ nodes {{ {of_one} }} }} }}'
        )
        await house.ask(f"{{ {root} }}", viewer)
    await ledger.check(least=5)


async def test_the_trail_is_read_and_written_by_an_index(watched: tuple[House, Ledger]) -> None:
    """A keyed write, its retry before and after relaying, the relay's looks, the timeline, the doctor's questions."""
    house, ledger = watched
    mutation = """mutation Correct($version: Int!, $place: String!) {
      correctActivity(id: "act_002_film_martyrs", version: $version, reason: "更正", input: {place: $place}) {
        __typename ... on Activity { version place } ... on Refusal { problems { code } }
      }
    }"""
    key = uuid.uuid4().hex
    first = await house.data(mutation, key=key, version=1, place="甲")
    assert first["correctActivity"]["__typename"] == "Activity"
    assert await house.data(mutation, key=key, version=1, place="甲") == first
    refused = await house.data(mutation, version=1, place="乙")
    assert refused["correctActivity"]["__typename"] == "Refusal"
    await house.relay_all()
    assert await house.data(mutation, key=key, version=1, place="甲") == first
    assert await last_sequence(house.database, NETWORK) > 0
    for ids in ('["act_002_film_martyrs"]', json.dumps([LEAD, BANK])):
        timeline = "timeline(first: 3) { nodes { version sequence } }"
        await house.data(
            f"{{ nodes(ids: {ids}) {{ ... on Activity {{ {timeline} }} ... on Organization {{ {timeline} }} }} }}"
        )
    async with aclosing(house.events(FOLLOW, network=NETWORK, after=0)) as events:
        assert (await anext(events)).errors is None
    assert (await examine(house.database)).sound
    await ledger.check(least=18)


async def test_what_actions_look_up_is_read_by_an_index(watched: tuple[House, Ledger]) -> None:
    house, ledger = watched
    acting = act(ADMIN)
    await house.store.known("org", [LEAD, BANK], ("name",))
    await house.store.refer({("organization",): BANK}, "org", acting)
    await house.store.lines("org", [LEAD, BANK])
    assert await house.store.naming("mem", "organization", BANK, {"network": NETWORK})
    await house.store.naming("act", "plan", "pla_1", {"plan_line": {"$in": [1]}, "status": {"$ne": "CANCELLED"}})
    async for records in house.store.all_naming(BANK):
        await house.store.twins(records)
    assert await last_written(house.database, Query(Activity, {"network": NETWORK}), 1)
    await behind(house.database)
    await follow(house.store, NETWORK, FOLLOWERS)
    assert (await house.store.acknowledged("com_002_boc_yuexiu"))[BANK].people == 2
    await house.store.children("bra", "bra_smu_derma_committee")
    twin = await house.store.load(Activity, "act_002_lin_qiaozhi", 1, acting)
    with pytest.raises(Exception, match="ALREADY_EXISTS"):
        await house.store.create(twin, acting)
    await ledger.check(least=24)


async def test_what_many_rows_and_roles_look_up_is_read_by_an_index(watched: tuple[House, Ledger]) -> None:
    house, ledger = watched
    acting, importable = replace(act(ADMIN), key="7" * 32), Importable(Organization, create, correct)
    rows = [{"external_reference": f"CRM-{place}", "name": f"单位{place}", "sector": "BANK"} for place in range(120)]
    found = await bring_in(house.store, acting, importable, NETWORK, rows, OnError.REJECT_FAILED)
    assert {each.outcome for each in found} == {ImportOutcome.REFUSED}  # native, and without a place
    placed = [{**row, "province": "广东省", "city": "广州市", "parent": BANK} for row in rows]
    for _ in range(2):
        found = await bring_in(house.store, acting, importable, NETWORK, placed, OnError.REJECT_ALL)
        assert {each.outcome for each in found} == {ImportOutcome.CREATED}
    facts = {"network": NETWORK, "role": "RECORDER", "organization": LEAD, "subject": "liaison"}
    await give(house.store, act(ADMIN), facts)
    await house.store.roles.viewer(Viewer("liaison"), act(ADMIN).day)
    await ledger.check(least=15)


async def test_every_write_is_of_one_document_by_its_id(make_database: MakeDatabase) -> None:
    commands = Commands()
    database = await make_database("motor", commands)
    house = await furnished(database)
    organization = await house.store.load(Organization, LEAD, 1, act(ADMIN))
    await house.store.save(organization, replace(organization, county="白云区"), act(ADMIN))
    await house.relay_all()
    updates = [each["q"] for name, sent in commands.sent if name == "update" for each in sent["updates"]]
    assert len(updates) > 10
    assert all(isinstance(own.get("_id"), str) for own in updates)
    deletes = [each["q"] for name, sent in commands.sent if name == "delete" for each in sent["deletes"]]
    assert all(isinstance(own.get("_id"), str) for own in deletes)  # of leases that are given back
    sent = {name for name, _ in commands.sent} - {"killCursors"}  # which the driver sends as it likes
    assert sent == {"find", "aggregate", "update", "insert", "delete", "createIndexes", "listIndexes", "ping"}
    assert all(bounded(command) for name, command in commands.sent if name in READS)
