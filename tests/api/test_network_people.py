"""Departments, persons, stations and pairings as they are asked for: lists, filters, pages, what stays private."""

from typing import Any

import pytest

from service.errors import Refusal
from service.store.kinds import KINDS
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.world import WUXI, do
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    STRANGER,
    House,
)

HECHI = Viewer("hechi", (Grant(Role.FRONT_END, "net_001_hechi"),))
WUXI_OFFICER = Viewer("wuxi-officer", (Grant(Role.INTEGRITY_OFFICER, WUXI),))


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def names(house: House, world: dict[str, str], root: str, where: Any, viewer: Viewer = ADMIN) -> list[str]:
    """The world's names of what a root list holds, in its order."""
    kind = f"{root[:-1].capitalize()}Where"
    query = f"""query($network: ID!, $where: {kind}) {{
        {root}(network: $network, where: $where, first: 100) {{ totalCount nodes {{ id }} }} }}"""
    found = (await house.data(query, viewer, network=NETWORK, where=where))[root]
    assert found["totalCount"] == len(found["nodes"])
    called = {own_id: name for name, own_id in world.items()}
    return [called[node["id"]] for node in found["nodes"]]


@pytest.mark.parametrize(
    ("root", "where", "expected"),
    [
        ("departments", None, ["department", "old department"]),
        ("departments", {"kind": "CLINICAL"}, ["old department"]),
        ("departments", {"status": "ACTIVE", "organization": LEAD}, ["department"]),
        ("departments", {"organization": BANK}, []),
        ("departments", {"branch": "bra_missing"}, []),
        ("persons", None, ["forgotten", "person", "retired"]),
        ("persons", {"cadre": False}, ["forgotten", "retired"]),
        ("persons", {"status": "FORGOTTEN"}, ["forgotten"]),
        ("persons", {"cadre": True, "status": "ACTIVE"}, ["person"]),
        ("persons", {"department": "dep_missing"}, []),
        ("stations", None, ["centre", "closed station", "workstation", "mistaken station"]),
        ("stations", {"kind": "CENTRE"}, ["centre"]),
        ("stations", {"status": "ENDED"}, ["closed station"]),
        ("stations", {"status": "ACTIVE", "organization": BANK}, ["workstation"]),
        ("pairings", None, ["past pairing", "pairing", "mistaken pairing", "coming pairing"]),
        ("pairings", {"status": "UPCOMING"}, ["coming pairing"]),
        ("pairings", {"mode": "EXTENDED", "member": BANK}, ["past pairing"]),
        ("pairings", {"branch": "bra_missing", "status": None}, []),
    ],
)
async def test_a_list_is_found_by_what_the_filter_names(
    house: House, world: dict[str, str], root: str, where: Any, expected: list[str]
) -> None:
    assert sorted(await names(house, world, root, where)) == sorted(expected)


async def test_a_front_end_sees_the_centre_in_front_of_the_workstations(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Network { stations(where: {status: ACTIVE}) {
        nodes { kind plaqueOn { from } organization { id } } } } } }"""
    nodes = (await house.data(query, FRONT_END, id=NETWORK))["node"]["stations"]["nodes"]
    assert nodes == [
        {"kind": "CENTRE", "plaqueOn": {"from": "2024-03-01"}, "organization": {"id": LEAD}},
        {"kind": "WORKSTATION", "plaqueOn": {"from": "2024-02-29"}, "organization": {"id": BANK}},
    ]
    seeded = (await house.data(query, HECHI, id="net_001_hechi"))["node"]["stations"]["nodes"]
    assert [(node["kind"], node["organization"]["id"]) for node in seeded] == [
        ("CENTRE", "org_hechi"),
        ("WORKSTATION", "org_libo"),
    ]


async def test_each_is_listed_below_what_it_belongs_to(house: House, world: dict[str, str]) -> None:
    query = """query($lead: ID!, $bank: ID!, $net: ID!, $branch: ID!, $office: ID!) {
        lead: node(id: $lead) { ... on Organization { departments { totalCount } persons { totalCount }
            stations(where: {kind: CENTRE}) { totalCount } pairings { totalCount } } }
        bank: node(id: $bank) { ... on Organization { departments { totalCount } persons { totalCount }
            stations(where: {kind: CENTRE}) { totalCount } pairings { totalCount } } }
        net: node(id: $net) { ... on Network { departments { totalCount } persons { totalCount }
            stations { totalCount } pairings(where: {status: ACTIVE}) { totalCount } } }
        branch: node(id: $branch) { ... on PartyBranch { pairings { nodes { specialty } } } }
        office: node(id: $office) { ... on Department { children { nodes { name } }
            persons(where: {cadre: true}) { nodes { post } } } } }"""
    given = {"lead": LEAD, "bank": BANK, "net": NETWORK, "branch": world["branch"], "office": world["department"]}
    found = await house.data(query, **given)
    counts = {
        name: {root: page["totalCount"] for root, page in found[name].items()} for name in ("lead", "bank", "net")
    }
    assert counts == {
        "lead": {"departments": 2, "persons": 3, "stations": 1, "pairings": 0},
        "bank": {"departments": 0, "persons": 0, "stations": 0, "pairings": 4},
        "net": {"departments": 2, "persons": 3, "stations": 4, "pairings": 1},
    }
    assert [node["specialty"] for node in found["branch"]["pairings"]["nodes"]] == ["护理", "皮肤科", "药学", "检验科"]
    assert found["office"] == {
        "children": {"nodes": [{"name": "旧病区"}]},
        "persons": {"nodes": [{"post": "主任"}]},
    }
    assert (await house.data(query, FRONT_END, **given))["net"]["persons"] == {"totalCount": 0}


# ── What stays private ──

PERSON = """query($id: ID!) { node(id: $id) { ... on Person { name phone email post title cadre
    department { name } sources { fact quotation } } } }"""
CHANGES = (
    "query($id: ID!) { node(id: $id) { ... on Recorded { timeline { nodes { changes { field before after } } } } } }"
)


@pytest.mark.parametrize("viewer", [ADMIN, OFFICER, LEAD_RECORDER], ids=lambda viewer: viewer.subject)
async def test_name_and_contact_stand_open_to_those_with_the_right(
    house: House, world: dict[str, str], viewer: Viewer
) -> None:
    node = (await house.data(PERSON, viewer, id=world["person"]))["node"]
    assert (node["name"], node["phone"], node["email"]) == ("周保密", "020-7", "zhou@b.cn")
    assert node["department"] == {"name": "党建办公室"}


@pytest.mark.parametrize("viewer", [OBSERVER, BANK_RECORDER], ids=lambda viewer: viewer.subject)
async def test_other_insiders_see_the_post_alone_also_in_the_timeline(
    house: House, world: dict[str, str], viewer: Viewer
) -> None:
    result = await house.ask(PERSON, viewer, id=world["person"])
    assert result.data is not None
    shown = {name: result.data["node"][name] for name in ("name", "phone", "email", "post", "cadre")}
    assert shown == {"name": None, "phone": None, "email": None, "post": "主任", "cadre": True}
    assert {error.path[1] for error in result.errors or () if error.path} == {"name", "phone", "email"}
    told = str((await house.data(CHANGES, viewer, id=world["person"]))["node"])
    assert "'after': '***'" in told
    assert not [secret for secret in ("周保密", "020-7", "zhou@b.cn") if secret in told]


async def test_the_quoted_words_are_as_private_as_the_name_in_them(house: House) -> None:
    quoted = "query($id: ID!) { node(id: $id) { ... on Recorded { sources { document fact quotation } } } }"
    observer = Viewer("wuxi-observer", (Grant(Role.OBSERVER, WUXI),))
    hidden = await house.data(quoted, observer, id="per_004_secretary")
    assert hidden["node"]["sources"] == [{"document": "004", "fact": "E16", "quotation": "***"}]
    open_to = await house.data(quoted, WUXI_OFFICER, id="per_004_secretary")
    assert open_to["node"]["sources"][0]["quotation"] == "党委书记冯宁翰带领新入职党员面向党旗"
    assert "冯宁翰" not in str(await house.data(CHANGES, observer, id="per_004_secretary"))
    assert "冯宁翰" in str(await house.data(CHANGES, WUXI_OFFICER, id="per_004_secretary"))


@pytest.mark.parametrize("own_id", ["bra_wuxi2_committee", "group", "role"])
async def test_so_are_the_words_wherever_a_private_name_may_stand(
    copied: House, world: dict[str, str], own_id: str
) -> None:
    """The quotation about a person stands at the party organisation as well, which everybody may read."""
    quoted = "query($id: ID!) { node(id: $id) { ... on Recorded { sources { quotation } } } }"
    own_id, told = world.get(own_id, own_id), [{"document": "004", "fact": "E16", "quotation": "书记冯宁翰"}]
    collection = KINDS[own_id.partition("_")[0]].COLLECTION
    assert await copied.database.update(collection, {"_id": own_id}, {"$set": {"sources": told}})
    for viewer in (ANONYMOUS, FRONT_END, OBSERVER):
        assert "冯宁翰" not in str(await copied.data(quoted, viewer, id=own_id))
    reader = WUXI_OFFICER if own_id.startswith("bra") else ADMIN
    assert "冯宁翰" in str(await copied.data(quoted, reader, id=own_id))


@pytest.mark.parametrize("viewer", [ANONYMOUS, FRONT_END, STRANGER], ids=lambda viewer: viewer.subject)
async def test_to_those_outside_a_person_is_not_there(house: House, world: dict[str, str], viewer: Viewer) -> None:
    assert (await house.data(PERSON, viewer, id=world["person"]))["node"] is None


async def test_a_refusal_names_nobody(house: House) -> None:
    twin = {"organization": LEAD, "name": "郑某", "cadre": True, "externalReference": "hr-1"}
    refusal = "... on Refusal { problems { code message } }"
    answer = await do(house, "createPerson", selection=refusal, input=twin)
    assert [problem["code"] for problem in answer["problems"]] == ["ALREADY_EXISTS"]
    assert "周保密" not in str(answer)


# ── Whom nobody is paired with (001, B8) ──

UNPAIRED = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $id) { ... on Network { unpairedMembers(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { id name } }
    unpairedBranches { totalCount nodes { id kind } } } } }"""


async def unpaired(house: House, **arguments: Any) -> Any:
    return (await house.data(UNPAIRED, FRONT_END, id=NETWORK, **arguments))["node"]


async def test_members_and_branches_without_a_pairing_today_are_listed_by_name(
    house: House, world: dict[str, str]
) -> None:
    found = await unpaired(house)
    members = [node["id"] for node in found["unpairedMembers"]["nodes"]]
    assert BANK not in members  # paired
    assert LEAD not in members  # it leads
    assert not {"org_lianzhang", "org_sinograin"} & {*members}  # upcoming, discarded
    assert found["unpairedMembers"]["totalCount"] == len(members) == 7
    assert members[0] == "org_gzbn"  # 广州 before 深圳 before 中国
    branches = [node["id"] for node in found["unpairedBranches"]["nodes"]]
    assert branches == ["bra_smu_derma_administration"]  # the other branch is paired, a committee is none


async def test_the_list_pages_both_ways(house: House) -> None:
    whole = [node["id"] for node in (await unpaired(house))["unpairedMembers"]["nodes"]]
    first = (await unpaired(house, first=3))["unpairedMembers"]
    assert [node["id"] for node in first["nodes"]] == whole[:3]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (7, True)
    after = (await unpaired(house, first=10, after=first["pageInfo"]["endCursor"]))["unpairedMembers"]
    assert [node["id"] for node in after["nodes"]] == whole[3:]
    assert (after["pageInfo"]["hasNextPage"], after["pageInfo"]["hasPreviousPage"]) == (False, True)
    last = (await unpaired(house, last=2))["unpairedMembers"]
    assert [node["id"] for node in last["nodes"]] == whole[-2:]
    before = (await unpaired(house, last=2, before=last["pageInfo"]["startCursor"]))["unpairedMembers"]
    assert [node["id"] for node in before["nodes"]] == whole[-4:-2]


async def test_who_reads_no_pairings_is_refused_rather_than_told_that_all_are_paired(house: House) -> None:
    for viewer in (ANONYMOUS, STRANGER):
        result = await house.ask(UNPAIRED, viewer, id=NETWORK)
        assert result.data == {"node": {"unpairedMembers": None, "unpairedBranches": None}}
        causes = [error.original_error for error in result.errors or ()]
        assert [cause.problems[0].code for cause in causes if isinstance(cause, Refusal)] == ["FORBIDDEN"] * 2


async def test_each_of_several_networks_has_its_own_list_and_one_without_a_lead_an_empty_one(
    copied: House, world: dict[str, str]
) -> None:
    query = "{ networks { nodes { id unpairedMembers { nodes { id } } unpairedBranches { nodes { id } } } } }"
    reader = Viewer("all", tuple(Grant(Role.FRONT_END, own_id) for own_id in (NETWORK, WUXI, "net_001_hechi")))
    nodes = {node["id"]: node for node in (await copied.data(query, reader))["networks"]["nodes"]}
    assert [node["id"] for node in nodes["net_001_hechi"]["unpairedMembers"]["nodes"]] == ["org_libo"]
    assert nodes["net_001_hechi"]["unpairedBranches"]["nodes"] == []
    assert "org_wuxi_kindergarten" not in str(nodes[WUXI])
    assert BANK not in str(nodes[NETWORK])
    await do(copied, "endPairing", id=world["pairing"], version=1, reason="结束")
    again = {node["id"]: node for node in (await copied.data(query, reader))["networks"]["nodes"]}
    assert BANK in str(again[NETWORK]["unpairedMembers"])
    assert world["branch"] in str(again[NETWORK]["unpairedBranches"])
    await do(copied, "discardMembership", id="mem_002_smu_derma", version=1, reason="误录")
    alone = "query($id: ID!) { node(id: $id) { ... on Network { unpairedBranches { totalCount } } } }"
    assert (await copied.data(alone, id=NETWORK))["node"] == {"unpairedBranches": {"totalCount": 0}}


async def test_more_than_can_be_compared_is_refused_rather_than_told_in_part(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.unpaired.MOST", 3)
    result = await house.ask(UNPAIRED, FRONT_END, id=NETWORK)
    causes = [error.original_error for error in result.errors or ()]
    assert {cause.problems[0].code for cause in causes if isinstance(cause, Refusal)} == {"LIMIT_EXCEEDED"}
