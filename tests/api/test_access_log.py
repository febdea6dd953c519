"""The access log: every request that was answered what is restricted leaves one entry, before its answer does."""

import datetime as dt
from types import SimpleNamespace
from typing import Any, ClassVar

import httpx
import pytest
from starlette.applications import Starlette

from schema.http import graphql_route
from schema.nodes import entity
from schema.operations import Means
from service.dates import now
from service.identity import Identity
from service.records import Filter, Index, Record, includes
from service.store.accesses import Accesses, Asked
from service.store.accesses import page as entries
from service.store.kinds import ACCESSES
from service.store.reads import Range
from service.viewer import ANONYMOUS, Grant, Right, Role, TokenKeys, Viewer
from tests.api.world import TODAY, at, do
from tests.conftest import ADMIN, BANK, BANK_RECORDER, LEAD, NETWORK, OBSERVER, OFFICER, House

WUXI = "net_004_wuxi"
OF_TWO = Viewer("两网管理员", (Grant(Role.NETWORK_ADMIN, NETWORK), Grant(Role.NETWORK_ADMIN, WUXI)))
WUXI_OFFICER = Viewer("无锡纪检", (Grant(Role.INTEGRITY_OFFICER, WUXI),))
LOG = """query($network: ID!, $where: AccessWhere, $first: Int, $after: String, $last: Int, $before: String) {
    accessLog(network: $network, where: $where, first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { at by operation rights records } } }"""


@pytest.fixture
def house(copied: House) -> House:
    return copied


async def log(house: House, viewer: Viewer = OFFICER, network: str = NETWORK, **given: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await house.data(LOG, viewer, network=network, **given))["accessLog"]["nodes"]
    return nodes


async def clear(house: House) -> None:
    """What the building of the world left behind."""
    await house.database.delete(ACCESSES, {})


async def told_after(house: House, query: str, viewer: Viewer = ADMIN, **given: Any) -> list[tuple[Any, ...]]:
    """What the log says of one request."""
    await clear(house)
    await house.ask(query, viewer, **given)
    read = await log(house, where={"kind": "READ"})
    return [(each["by"], each["rights"], each["records"]) for each in read]


NODE = "query($id: ID!) { node(id: $id) { ... on %s { %s } } }"
CONTACTS = ["READ_CONTACTS"]


@pytest.mark.parametrize(
    ("kind", "name", "restricted", "free"),
    [
        ("Person", "person", "name", "post externalReference"),
        ("Person", "person", "phone email", "status gaps viewerCan"),
        ("Person", "person", "timeline { nodes { changes { after } } }", "timeline { nodes { changes { field } } }"),
        ("Person", "person", "timeline { edges { node { changes { before } } } }", "timeline { totalCount }"),
        ("PartyBranch", "bra_smu_derma_administration", "", "secretary name"),  # empty: nobody is told
        ("PartyBranch", "branch", "secretary", "name sources { document fact }"),
        ("LeadingGroup", "group", "chairs { name }", "chairs { post } office { name }"),
        ("LeadingGroup", "group", "office { head }", "members { post }"),
        ("RoleAssignment", "role", "holder", "subject"),
        ("Agreement", "active", "signers", "signatures { version }"),
        ("Agreement", "active", "timeline { nodes { changes { after } } }", "timeline { nodes { version } }"),
    ],
)
async def test_what_tells_of_a_person_is_logged_and_nothing_else(
    house: House, world: dict[str, str], kind: str, name: str, restricted: str, free: str
) -> None:
    own_id = world.get(name, name)
    assert await told_after(house, NODE % (kind, free), id=own_id) == []
    if restricted:
        assert await told_after(house, NODE % (kind, restricted), id=own_id) == [("admin", CONTACTS, [own_id])]


async def test_what_was_not_answered_is_not_logged(house: House, world: dict[str, str]) -> None:
    query = NODE % ("Person", "name timeline { nodes { changes { before after } } } sources { quotation }")
    for viewer in (OBSERVER, BANK_RECORDER, ANONYMOUS):
        assert await told_after(house, query, viewer, id=world["person"]) == []


async def test_words_that_may_hold_a_name_are_logged_where_they_are_private(house: House) -> None:
    [person] = await house.database.find("persons", {"origin": "REPORTED", "network": NETWORK}, 1) or [None]
    reported = person or (await house.database.find("persons", {"origin": "REPORTED"}, 1))[0]
    officer = Viewer("officer", (Grant(Role.INTEGRITY_OFFICER, reported["network"]),))
    await clear(house)
    for fields, entries_left in (("document", 0), ("quotation", 1)):
        await house.data(NODE % ("Recorded", f"sources {{ {fields} }}"), officer, id=reported["_id"])
        assert len(await log(house, officer, reported["network"])) == entries_left
    await clear(house)
    await house.data(NODE % ("Recorded", "sources { quotation }"), id="agr_002_boc_yuexiu_integrity")
    assert await log(house) == []


async def test_a_request_leaves_one_entry_however_much_it_reads_and_by_which_way(
    house: House, world: dict[str, str]
) -> None:
    query = """query People($network: ID!, $lead: ID!) {
        persons(network: $network) { nodes { name phone } }
        node(id: $lead) { ... on Organization { persons { nodes { email } } contacts { name } } }
        people: persons(network: $network) { edges { node { name } } } }"""
    await clear(house)
    await house.data(query, network=NETWORK, lead=LEAD)
    [entry] = await log(house)
    assert (entry["by"], entry["operation"], entry["at"]) == ("admin", "People", "2024-06-15T02:00:00.000Z")
    assert entry["records"] == sorted([world["person"], world["retired"]])
    await clear(house)
    contacts = {"contacts": [{"name": "王保密"}]}
    await do(house, "correctOrganization", id=BANK, version=1, reason="测试", input=contacts)
    assert await log(house) == []
    written = """mutation($id: ID!) { correctOrganization(id: $id, version: 2, reason: "测试",
        input: {shortName: "越秀"}) { ... on Organization { contacts { name } } } }"""
    await house.data(written, id=BANK)
    assert [(each["operation"], each["records"]) for each in await log(house)] == [(None, [BANK])]


async def test_each_network_is_told_of_its_own_records_alone(house: House, world: dict[str, str]) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Person { name } ... on PartyBranch { secretary } } }"
    await clear(house)
    await house.data(query, OF_TWO, ids=[world["person"], world["wuxi person"], world["branch"]])
    [here], [there] = await log(house), await log(house, WUXI_OFFICER, WUXI)
    assert here["records"] == sorted([world["person"], world["branch"]])
    assert (there["records"], there["by"], there["rights"]) == ([world["wuxi person"]], "两网管理员", CONTACTS)
    assert len(await house.database.find(ACCESSES, {}, 10)) == 1
    for viewer, network in ((OFFICER, WUXI), (WUXI_OFFICER, NETWORK), (OFFICER, "net_missing")):
        assert await log(house, viewer, network) == []
    [problem] = await house.refused(LOG, ADMIN, network=NETWORK)
    assert problem.code == "FORBIDDEN"
    assert "READ_ACCESS_LOG" in problem.chinese


async def reads(house: House, world: dict[str, str], amount: int) -> None:
    """So many entries, a minute after each other, by two viewers of two records."""
    await clear(house)
    for number in range(amount):
        house.at = at("2024-02-29 23:58") + dt.timedelta(minutes=number)
        viewer, own_id = ((ADMIN, world["person"]), (OFFICER, world["retired"]))[number % 2]
        await house.data(f'query q{number} {{ node(id: "{own_id}") {{ ... on Person {{ name }} }} }}', viewer)
    house.at = TODAY


async def test_the_log_pages_both_ways_newest_first(house: House, world: dict[str, str]) -> None:
    await reads(house, world, 5)

    async def paged(**given: Any) -> tuple[list[str], dict[str, Any]]:
        found = (await house.data(LOG, OFFICER, network=NETWORK, **given))["accessLog"]
        assert found["totalCount"] == 5
        return [each["operation"] for each in found["nodes"]], found["pageInfo"]

    newest, info = await paged(first=2)
    assert (newest, info["hasNextPage"], info["hasPreviousPage"]) == (["q4", "q3"], True, False)
    second, info = await paged(first=2, after=info["endCursor"])
    assert (second, info["hasNextPage"], info["hasPreviousPage"]) == (["q2", "q1"], True, True)
    back, _ = await paged(last=2, before=info["startCursor"])
    assert back == ["q4", "q3"]
    oldest, info = await paged(last=2)
    assert (oldest, info["hasNextPage"], info["hasPreviousPage"]) == (["q1", "q0"], False, True)
    assert (await paged(first=0))[0] == []
    [problem] = await house.refused(LOG, OFFICER, network=NETWORK, after="nonsense")
    assert (problem.code, problem.path) == ("BAD_CURSOR", ("after",))


async def test_the_log_is_found_by_who_read_what_and_on_which_day_in_shanghai(
    house: House, world: dict[str, str]
) -> None:
    await reads(house, world, 4)

    async def found(**where: Any) -> list[str]:
        return [each["operation"] for each in await log(house, where=where)]

    leap_day, next_day = ({"from": day, "to": day} for day in ("2024-02-29", "2024-03-01"))
    assert await found() == ["q3", "q2", "q1", "q0"]
    assert await found(by="admin") == ["q2", "q0"]
    assert await found(record=world["retired"]) == ["q3", "q1"]
    assert await found(record=world["retired"], by="admin") == []
    assert await found(record="per_missing") == []
    assert await found(during=leap_day) == ["q1", "q0"]
    assert await found(during=next_day, by="officer") == ["q3"]
    assert await found(during={"from": "0001-01-01", "to": "9999-12-31"}, record=world["person"]) == ["q2", "q0"]
    assert await found(during={"from": "2024-03-01", "to": "2024-02-29"}) == []
    assert await found(by=None, record=None, during=None) == ["q3", "q2", "q1", "q0"]
    after = (await house.data(LOG, OFFICER, network=NETWORK, first=1, where={"during": next_day}))["accessLog"]
    rest = await log(house, where={"during": next_day}, after=after["pageInfo"]["endCursor"])
    assert [each["operation"] for each in rest] == ["q2"]


@pytest.mark.usefixtures("no_access_log")
async def test_without_the_entry_there_is_no_answer(house: House, world: dict[str, str]) -> None:
    keys = TokenKeys({"k": b"k" * 32}, "cobuild", "cobuild")
    app = Starlette(routes=[graphql_route(Means(house.store, Identity(keys), house.rates()))])
    token = keys.issue(ADMIN, now(), dt.timedelta(minutes=1))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client:
        for fields, status in (("name", 503), ("post", 200)):
            query = f'{{ node(id: "{world["person"]}") {{ ... on Person {{ {fields} }} }} }}'
            answer = await client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
            assert "周保密" not in answer.text
    assert answer.json()["data"] == {"node": {"post": "主任"}}


@pytest.mark.parametrize("reporter", [BANK_RECORDER, OFFICER], ids=["a side", "the office"])
async def test_the_log_does_not_tell_who_reported_a_breach(
    house: House, world: dict[str, str], reporter: Viewer
) -> None:
    facts = {"commitment": world["commitment"], "organization": LEAD, "category": "NO_GIFTS", "description": "收礼"}
    query = """mutation Told($input: BreachFacts!) { reportBreach(input: $input) {
        ... on Breach { id reporter description commitment { breaches { nodes { id } } } } } }"""
    if reporter is BANK_RECORDER:
        query = query.replace(" reporter", "")
    await clear(house)
    given = {"input": {**facts, "reporter": "李举报"}}
    made = (await house.data(query, reporter, key="told", **given))["reportBreach"]["id"]
    await house.data(query, reporter, key="told", **given)
    for viewer in (OBSERVER, OFFICER):
        assert made not in [each for entry in await log(house, viewer) for each in entry["records"]]
    await house.data(NODE % ("Breach", "description"), OBSERVER, id=made)
    assert [each["by"] for each in await log(house, OBSERVER, where={"record": made})] == [OBSERVER.subject]


# Records that READ_DRAFT_FINDINGS alone lets read.


class Drafty(Record):
    PREFIX = "dra"
    COLLECTION = "drafties"
    TITLE = ("drafty", "草")
    INDEXES: ClassVar[tuple[Index, ...]] = ()
    STEPS: ClassVar = {}

    @classmethod
    def right_to_read(cls, document: Any, day: dt.date) -> Right:
        return Right.READ_DRAFT_FINDINGS if document["draft"] else Right.READ_FINDINGS

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if includes(right, Right.READ_DRAFT_FINDINGS):
            return {}
        return {"draft": False} if includes(right, Right.READ_FINDINGS) else None


async def test_a_record_that_only_the_right_to_drafts_lets_read_is_logged_wherever_it_is_answered(house: House) -> None:
    published: Any = entity(Drafty, "A draft.", "草。")(type("DraftyType", (), {"__annotations__": {"id": str}}))
    context = SimpleNamespace(accesses=Accesses(), day=TODAY.date())
    info = SimpleNamespace(context=context)
    drafts = {"_id": "dra_1", "network": NETWORK, "draft": True}, {"_id": "dra_2", "network": NETWORK, "draft": False}
    assert [published.is_type_of(each, info) for each in (*drafts, {"_id": "per_1"}, None)] == [
        True,
        True,
        False,
        False,
    ]
    await clear(house)
    await context.accesses.leave(house.database, "甲", TODAY)
    [entry] = await entries(house.database, Asked(NETWORK), Range(9))
    assert (entry["records"], entry["rights"], entry["by"]) == (["dra_1"], ["READ_DRAFT_FINDINGS"], "甲")


async def test_rights_whose_use_is_not_logged_leave_nothing(house: House) -> None:
    await clear(house)
    accesses = Accesses("GET /attachments")
    for right in set(Right) - {Right.READ_CONTACTS, Right.READ_RESTRICTED, Right.READ_DRAFT_FINDINGS}:
        accesses.note(right, NETWORK, BANK)
    await accesses.leave(house.database, "甲", TODAY)
    assert await log(house) == []
    accesses.note(Right.READ_RESTRICTED, NETWORK, BANK)
    accesses.note(Right.READ_CONTACTS, NETWORK, BANK)
    await accesses.leave(house.database, "甲", TODAY)
    [entry] = await log(house)
    assert (entry["rights"], entry["operation"]) == (["READ_CONTACTS", "READ_RESTRICTED"], "GET /attachments")
