"""A merged organisation as a client sees it: the old id answers the one that stays, wherever it is written."""

import itertools
from typing import Any

import pytest

from service.viewer import ANONYMOUS
from tests.api.call import REASON
from tests.api.world import CSAIR, activity, do, made
from tests.conftest import BANK, LEAD, NETWORK, STRANGER, House

BY_ID = """query($id: ID!, $ids: [ID!]!) {
  node(id: $id) { id ... on Organization { name status } }
  nodes(ids: $ids) { id }
}"""
OF_SURVIVOR = """query($id: ID!) { node(id: $id) { ... on Organization {
  duplicates { totalCount nodes { id status mergePending mergeReason mergedInto { id } timeline { totalCount } } }
  activities { nodes { title } } memberships { totalCount }
} } }"""


@pytest.fixture
def house(copied: House) -> House:
    return copied


@pytest.fixture
async def held(house: House, world: dict[str, str]) -> str:
    """An activity of the duplicate, `neighbour`."""
    return await made(house, "recordActivity", input=activity("社区义诊", hosts=(world["neighbour"], LEAD)))


async def merged(house: House, own_id: str, into: str, version: int = 1) -> Any:
    return await do(
        house,
        "mergeOrganization",
        selection="... on Organization { id mergePending } ... on Refusal { problems { code message path record } }",
        id=own_id,
        version=version,
        into=into,
        reason=REASON,
    )


async def test_the_old_id_answers_the_survivor_at_once(house: House, world: dict[str, str], held: str) -> None:
    old = world["neighbour"]
    assert await merged(house, old, CSAIR) == {"__typename": "Organization", "id": old, "mergePending": True}
    data = await house.data(BY_ID, ANONYMOUS, id=old, ids=[old, BANK, old, CSAIR])
    assert data["node"]["id"] == CSAIR
    assert data["node"]["status"] == "ACTIVE"
    assert [each["id"] for each in data["nodes"]] == [CSAIR, BANK, CSAIR, CSAIR]
    query = """query($id: ID!) { node(id: $id) {
      ... on Activity { filedBy { id } participations { organization { id } } } } }"""
    node = (await house.data(query, id=held))["node"]
    assert node["filedBy"] == {"id": CSAIR}
    assert node["participations"][0] == {"organization": {"id": CSAIR}}


async def test_so_does_the_number_that_another_system_knows_the_duplicate_by(
    house: House, world: dict[str, str]
) -> None:
    given = {"id": world["neighbour"], "version": 1, "reason": REASON, "input": {"externalReference": "CRM-2"}}
    await made(house, "correctOrganization", **given)
    await merged(house, world["neighbour"], CSAIR, version=2)
    asked = f'organizationByReference(network: "{NETWORK}", reference: "CRM-2")'
    query = f"{{ {asked} {{ id status mergedInto {{ id }} }} }}"
    answer = (await house.data(query, ANONYMOUS))["organizationByReference"]
    assert answer == {"id": CSAIR, "status": "ACTIVE", "mergedInto": None}


async def test_lists_and_counts_of_the_survivor_are_right_once_the_follower_has_run(
    house: House, world: dict[str, str], held: str
) -> None:
    old = world["neighbour"]
    before = (await house.data(OF_SURVIVOR, id=CSAIR))["node"]
    await merged(house, old, CSAIR)
    pending = (await house.data(OF_SURVIVOR, id=old))["node"]
    assert [each["mergePending"] for each in pending["duplicates"]["nodes"]] == [True]
    assert pending["activities"] == before["activities"]
    await house.relay_all()
    after = (await house.data(OF_SURVIVOR, id=CSAIR))["node"]
    assert after["duplicates"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": old,
                "status": "MERGED",
                "mergePending": False,
                "mergeReason": REASON,
                "mergedInto": {"id": CSAIR},
                "timeline": {"totalCount": 3},
            }
        ],
    }
    titles = [each["title"] for each in after["activities"]["nodes"]]
    assert sorted(titles) == sorted([*(each["title"] for each in before["activities"]["nodes"]), "社区义诊"])


async def test_a_chain_of_merges_is_followed_to_its_end(house: House, world: dict[str, str]) -> None:
    chain = [world["neighbour"]]
    for name in ("社区甲", "社区乙", "社区丙"):
        facts = {"network": NETWORK, "name": name, "sector": "COMMUNITY", "province": "广东省", "city": "广州市"}
        chain.append(await made(house, "createOrganization", input=facts))
    for old, new in itertools.pairwise(chain):
        assert "problems" not in await merged(house, old, new)
    for _ in range(2):
        data = await house.data(BY_ID, id=chain[0], ids=chain)
        assert [data["node"]["id"], *(each["id"] for each in data["nodes"])] == [chain[-1]] * 5
        await house.relay_all()
    found = (await house.data(OF_SURVIVOR, id=chain[0]))["node"]["duplicates"]
    assert found["totalCount"] == 3


async def test_duplicates_are_listed_only_when_asked_for(house: House, world: dict[str, str]) -> None:
    old = world["neighbour"]
    query = "query($where: OrganizationWhere) { organizations(where: $where, first: 100) { nodes { id } } }"

    async def listed(where: Any) -> list[str]:
        data = await house.data(query, where=where)
        return [each["id"] for each in data["organizations"]["nodes"]]

    assert old in await listed(None)
    await merged(house, old, CSAIR)
    assert old not in await listed(None)
    assert old not in await listed({"sector": "COMMUNITY"})
    assert await listed({"status": "MERGED"}) == [old]


async def test_nothing_refers_to_a_merged_organisation_any_more(house: House, world: dict[str, str]) -> None:
    old = world["neighbour"]
    await merged(house, old, CSAIR)
    given = {"network": NETWORK, "organization": old, "role": "MEMBER"}
    answer = await do(house, "joinNetwork", input=given)
    assert [(each["code"], each["path"]) for each in answer["problems"]] == [
        ("REFERENCE_INVALID", ["input", "organization"])
    ]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "would stand beside mem_002_boc_yuexiu; discard or correct it first."), ("zh", "请先作废或更正。")],
)
async def test_what_is_in_the_way_is_told_in_both_languages(
    house: House, world: dict[str, str], language: Any, words: str
) -> None:
    joining = {
        "network": NETWORK,
        "organization": world["neighbour"],
        "role": "MEMBER",
        "joined": {"from": "2024-01-01"},
    }
    own_id = await made(house, "joinNetwork", input=joining)
    query = """mutation($id: ID!, $into: ID!) { mergeOrganization(id: $id, version: 1, into: $into, reason: "重复") {
      ... on Refusal { problems { code path record message } } } }"""
    data = await house.data(query, language=language, id=world["neighbour"], into=BANK)
    [problem] = data["mergeOrganization"]["problems"]
    assert (problem["code"], problem["path"], problem["record"]) == ("RULE_BROKEN", ["into"], own_id)
    assert words in problem["message"]


async def test_another_networks_administrator_may_not_merge(house: House, world: dict[str, str]) -> None:
    query = """mutation($id: ID!) { mergeOrganization(id: $id, version: 1, into: "org_csair", reason: "重复") {
      ... on Refusal { problems { code } } } }"""
    data = await house.data(query, STRANGER, id=world["neighbour"])
    assert data["mergeOrganization"] == {"problems": [{"code": "FORBIDDEN"}]}
