"""The timeline of a record: every write of it, newest first, relayed or not, with private facts masked."""

from collections.abc import Callable
from typing import Any

import pytest

from schema.pages import cursor_of
from service.errors import Refusal
from service.viewer import Viewer
from tests.api.world import TODAY, do, version_of
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    House,
)

PAGE = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
    node(id: $id) { ... on Recorded { timeline(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { version } } } } }"""
CHANGES = """query($id: ID!) { node(id: $id) { ... on Recorded { timeline(first: 100) { nodes {
    version action by reason changes { field before after } } } } } }"""


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def page(house: House, own_id: str, **arguments: Any) -> tuple[list[int], dict[str, Any]]:
    found = (await house.data(PAGE, id=own_id, **arguments))["node"]["timeline"]
    return [node["version"] for node in found["nodes"]], found


async def changes(house: House, own_id: str, viewer: Viewer, fact: str) -> list[tuple[Any, Any]]:
    """What the timeline tells this viewer of one fact, newest first."""
    nodes = (await house.data(CHANGES, viewer, id=own_id))["node"]["timeline"]["nodes"]
    return [
        (change["before"], change["after"]) for node in nodes for change in node["changes"] if change["field"] == fact
    ]


@pytest.fixture(params=["waiting in the outbox", "relayed", "half relayed"])
async def corrected(request: pytest.FixtureRequest, house: House) -> str:
    """An organisation of six versions, its history standing where the name says."""
    facts = {
        "network": NETWORK,
        "name": f"单位{request.param}",
        "sector": "OTHER",
        "province": "广东省",
        "city": "广州市",
    }
    answer = await do(house, "createOrganization", input=facts)
    for version in range(1, 6):
        if request.param == "half relayed" and version == 3:
            await house.relay_all()
        change = {"input": {"shortName": f"简称{version}"}, "reason": f"第{version}次"}
        await do(house, "correctOrganization", id=answer["id"], version=version, **change)
    if request.param == "relayed":
        await house.relay_all()
    own_id: str = answer["id"]
    return own_id


async def test_the_history_pages_both_ways_newest_first(house: House, corrected: str) -> None:
    versions, found = await page(house, corrected)
    assert versions == [6, 5, 4, 3, 2, 1]
    assert found["totalCount"] == 6
    assert not found["pageInfo"]["hasNextPage"]
    newest, found = await page(house, corrected, first=2)
    assert (newest, found["pageInfo"]["hasNextPage"]) == ([6, 5], True)
    following, found = await page(house, corrected, first=2, after=found["pageInfo"]["endCursor"])
    assert (following, found["pageInfo"]["hasPreviousPage"]) == ([4, 3], True)
    oldest, found = await page(house, corrected, last=2)
    assert (oldest, found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]) == ([2, 1], True, False)
    before, found = await page(house, corrected, last=3, before=found["pageInfo"]["startCursor"])
    assert (before, found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]) == ([5, 4, 3], True, True)
    none, found = await page(house, corrected, first=0)
    assert (none, found["totalCount"]) == ([], 6)


@pytest.mark.parametrize("key", ["nonsense", "-1", "1.5", "9" * 40, "²", " 1"])
async def test_a_cursor_that_is_no_version_is_refused(house: House, key: str) -> None:
    result = await house.ask(PAGE, id=LEAD, after=cursor_of("version", key))
    assert result.data == {"node": {"timeline": None}}
    [error] = result.errors or []
    assert isinstance(error.original_error, Refusal)
    assert [(problem.code, problem.path) for problem in error.original_error.problems] == [("BAD_CURSOR", ("after",))]


async def test_a_signed_agreement_tells_who_did_what_when_and_why(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Recorded { timeline {
        nodes { version at by action reason sequence hash previous } edges { cursor } } } } }"""
    found = (await house.data(query, id=world["terminated"]))["node"]["timeline"]
    told = [(each["version"], each["at"], each["by"], each["action"], each["reason"]) for each in found["nodes"]]
    drafted = "2024-01-02T01:00:00.000Z"
    assert told == [
        (5, drafted, "admin", "terminateAgreement", "测试原因"),
        (4, drafted, "bank-recorder", "signAgreement", None),
        (3, drafted, "lead-recorder", "signAgreement", None),
        (2, drafted, "admin", "openAgreementForSigning", None),
        (1, drafted, "admin", "draftAgreement", None),
    ]
    hashes = [each["hash"] for each in found["nodes"]]
    assert [each["previous"] for each in found["nodes"]] == [*hashes[1:], None]
    assert all(len(each) == 64 for each in hashes)
    assert [edge["cursor"] for edge in found["edges"]] == [cursor_of("version", version) for version in (5, 4, 3, 2, 1)]


async def test_a_revision_has_its_sequence_once_it_is_relayed(make_module_house: Callable[..., Any]) -> None:
    house: House = await make_module_house()
    query = "query($id: ID!) { node(id: $id) { ... on Recorded { timeline { nodes { sequence } } } } }"
    assert (await house.data(query, id=BANK))["node"]["timeline"]["nodes"] == [{"sequence": None}]
    await house.relay_all()
    [revision] = (await house.data(query, id=BANK))["node"]["timeline"]["nodes"]
    assert revision["sequence"] >= 1


async def test_facts_of_a_revision_bear_the_names_of_the_schema(house: House, world: dict[str, str]) -> None:
    assert (await changes(house, world["held"], OBSERVER, "startsAt")) == [(None, "2024-02-29T15:30:00.000Z")]
    assert (await changes(house, "act_002_boc_platform", OBSERVER, "gaps")) == [(None, ["place", "mainHost"])]
    assert (await changes(house, world["active"], OBSERVER, "parties")) == [
        (None, [{"organization": LEAD, "branch": None}, {"organization": BANK, "branch": None}])
    ]


@pytest.mark.parametrize("viewer", [ADMIN, OFFICER, LEAD_RECORDER], ids=lambda viewer: viewer.subject)
async def test_private_facts_stand_open_to_those_with_the_right(
    house: House, world: dict[str, str], viewer: Viewer
) -> None:
    assert await changes(house, world["branch"], viewer, "secretary") == [(None, "李书记")]
    latest, first, _ = await changes(house, world["active"], viewer, "signatures")
    assert [signature["signer"] for signature in latest[1]] == ["王签署", "王签署"]
    assert [signature["signer"] for signature in first[1]] == ["王签署"]


@pytest.mark.parametrize("viewer", [OBSERVER, BANK_RECORDER], ids=lambda viewer: viewer.subject)
async def test_private_facts_are_masked_for_the_others(house: House, world: dict[str, str], viewer: Viewer) -> None:
    assert await changes(house, world["branch"], viewer, "secretary") == [(None, "***")]
    assert await changes(house, world["neighbour"], viewer, "contacts") == [(None, "***")]
    nodes = (await house.data(CHANGES, viewer, id=world["neighbour"]))["node"]["timeline"]["nodes"]
    assert "张联络" not in str(nodes)


async def test_signers_are_masked_for_the_observer_alone_of_the_two(house: House, world: dict[str, str]) -> None:
    latest, first, _ = await changes(house, world["active"], OBSERVER, "signatures")
    assert [signature["signer"] for signature in latest[1]] == ["***", "***"]
    assert [signature["organization"] for signature in latest[1]] == [LEAD, BANK]
    assert first[0] == []
    again, *_ = await changes(house, world["active"], BANK_RECORDER, "signatures")
    assert [signature["signer"] for signature in again[1]] == ["王签署", "王签署"]


async def test_what_is_empty_stays_empty_under_the_mask_so_that_a_gap_shows(house: House) -> None:
    assert await changes(house, "bra_smu_derma_committee", OBSERVER, "secretary") == [(None, None)]


async def test_a_mutation_answers_with_its_own_revision_on_top(house: House) -> None:
    house.at = TODAY
    revision = "nodes { version at reason changes { field before after } }"
    selection = f"... on Organization {{ version timeline(first: 1) {{ totalCount {revision} }} }}"
    version = await version_of(house, "org_csair")
    change = {"id": "org_csair", "version": version, "reason": "改简称", "input": {"shortName": "南方航空"}}
    answer = await do(house, "correctOrganization", selection=selection, **change)
    assert answer == {
        "__typename": "Organization",
        "version": version + 1,
        "timeline": {
            "totalCount": version + 1,
            "nodes": [
                {
                    "version": version + 1,
                    "at": "2024-06-15T02:00:00.000Z",
                    "reason": "改简称",
                    "changes": [{"field": "shortName", "before": "南航", "after": "南方航空"}],
                }
            ],
        },
    }
