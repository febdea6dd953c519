"""Every query of the schema, asked with real text over the seeds and records in every state."""

from typing import Any

import pytest

from service.errors import Refusal
from service.viewer import ANONYMOUS
from tests.api.world import QUERIES, WUXI
from tests.conftest import BANK, BANK_RECORDER, LEAD, NETWORK, OBSERVER, House


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def refusal(house: House, query: str, **options: Any) -> tuple[str, tuple[str | int, ...]]:
    """Code and path of the one problem for which a query's only root field is null."""
    result = await house.ask(query, **options)
    assert result.data is not None
    assert set(result.data.values()) == {None}
    [error] = result.errors or []
    cause = error.original_error
    assert isinstance(cause, Refusal)
    return cause.problems[0].code, cause.problems[0].path


async def test_the_viewer_is_who_the_token_names_with_every_role(house: House) -> None:
    query = "{ viewer { subject grants { role network organization } } }"
    assert await house.data(query, BANK_RECORDER) == {
        "viewer": {
            "subject": "bank-recorder",
            "grants": [{"role": "RECORDER", "network": NETWORK, "organization": BANK}],
        }
    }
    assert await house.data(query, ANONYMOUS) == {"viewer": {"subject": "anonymous", "grants": []}}


async def test_a_seeded_agreement_is_read_whole_by_its_id(house: House) -> None:
    query = """query($id: ID!) { node(id: $id) { __typename id ... on Agreement {
        version origin gaps viewerCan title kind level pillars status termFrom termTo
        signedOn { from to precision } sources { document fact quotation }
        network { name } parties { organization { name sector } branch { name } }
        text { text } versions { number } signatures { version } declines { reason } terminatedOn endReason } } }"""
    assert await house.data(query, OBSERVER, id="agr_002_boc_yuexiu_integrity") == {
        "node": {
            "__typename": "Agreement",
            "id": "agr_002_boc_yuexiu_integrity",
            "version": 1,
            "origin": "REPORTED",
            "gaps": ["level", "termFrom", "signedOn", "versions"],
            "viewerCan": [],
            "title": "廉洁伙伴协议书",
            "kind": "INTEGRITY_PARTNER",
            "level": None,
            "pillars": ["INTEGRITY"],
            "status": "ACTIVE",
            "termFrom": None,
            "termTo": None,
            "signedOn": None,
            "sources": [
                {"document": "002", "fact": "C14", "quotation": "与中国银行越秀支行签订廉洁伙伴协议书"},
                {"document": "002", "fact": "C14", "quotation": "基于监督互促的“廉洁共建”"},
            ],
            "network": {"name": "南方医科大学皮肤病医院“医+N共建”"},
            "parties": [
                {"organization": {"name": "南方医科大学皮肤病医院", "sector": "HOSPITAL"}, "branch": None},
                {"organization": {"name": "中国银行越秀支行", "sector": "BANK"}, "branch": None},
            ],
            "text": None,
            "versions": [],
            "signatures": [],
            "declines": [],
            "terminatedOn": None,
            "endReason": None,
        }
    }


async def test_an_activity_is_read_with_its_links_and_its_hours_in_utc(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Activity {
        title topics { pillar theme main } form direction when { from to precision } startsAt endsAt place speaker
        participations { organization { id } branch { id } role headCount } filedBy { id } peopleServed summary
        outcomes { description } mediaPreview mediaRecap agreement { id } status cancelReason } } }"""
    assert await house.data(query, id=world["held"]) == {
        "node": {
            "title": "闰日讲座",
            "topics": [{"pillar": "LEARNING", "theme": "EXCHANGE", "main": True}],
            "form": "LECTURE",
            "direction": None,
            "when": {"from": "2024-02-29", "to": "2024-02-29", "precision": "DAY"},
            "startsAt": "2024-02-29T15:30:00.000Z",
            "endsAt": None,
            "place": "报告厅",
            "speaker": None,
            "participations": [
                {"organization": {"id": LEAD}, "branch": None, "role": "HOST", "headCount": 20},
                {"organization": {"id": BANK}, "branch": None, "role": "PARTICIPANT", "headCount": 12},
            ],
            "filedBy": {"id": LEAD},
            "peopleServed": None,
            "summary": None,
            "outcomes": [],
            "mediaPreview": None,
            "mediaRecap": None,
            "agreement": None,
            "status": "HELD",
            "cancelReason": None,
        }
    }


async def test_nodes_answers_in_the_order_asked_with_null_for_what_is_not_there(
    house: House, world: dict[str, str]
) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    ids = [BANK, "nonsense", "org_missing", world["wuxi draft"], NETWORK, BANK, "", "org_", world["branch"]]
    bank, branch = {"__typename": "Organization", "id": BANK}, {"__typename": "PartyBranch", "id": world["branch"]}
    network = {"__typename": "Network", "id": NETWORK}
    assert await house.data(query, ids=ids) == {"nodes": [bank, None, None, None, network, bank, None, None, branch]}
    assert await house.data(query, ids=[]) == {"nodes": []}


async def test_more_than_a_hundred_nodes_at_once_are_refused(house: House) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert await refusal(house, query, ids=[BANK] * 101) == ("LIMIT_EXCEEDED", ("ids",))
    assert len((await house.data(query, ids=[BANK] * 100))["nodes"]) == 100


async def test_networks_are_listed_by_pinyin_with_what_stands_below_them(house: House) -> None:
    query = """{ networks { totalCount nodes { id name motto founded { from to precision } status archiveReason
        memberships(where: {role: LEAD}) { nodes { organization { id } network { id } } } } } }"""
    found = (await house.data(query, ANONYMOUS))["networks"]
    wuxi = found["nodes"][2]
    assert found["totalCount"] == 3
    assert [node["id"] for node in found["nodes"]] == ["net_001_hechi", NETWORK, WUXI]
    assert wuxi == {
        "id": WUXI,
        "name": "无锡市第二人民医院大党建联盟",
        "motto": None,
        "founded": {"from": "2024-01-01", "to": "2024-12-31", "precision": "YEAR"},
        "status": "ACTIVE",
        "archiveReason": None,
        "memberships": {"nodes": [{"organization": {"id": "org_wuxi2"}, "network": {"id": WUXI}}]},
    }


async def test_an_organization_leads_to_all_that_names_it(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Organization {
        keptBy { id } parent { id } children { nodes { id } totalCount } founded { from }
        contacts { name post phone email } externalReference shortName province city county archiveReason
        partyBranches { nodes { name kind secretary organization { id } parent { id } } totalCount }
        headcounts { nodes { staff members cadres note on { from } status discardReason } totalCount }
        memberships { nodes { network { id } role status joined { from } left { from } endReason } totalCount }
        agreements(where: {status: ACTIVE}) { nodes { title } totalCount }
        activities(where: {status: HELD}) { nodes { title } totalCount } } } }"""
    found = (await house.data(query, id=LEAD))["node"]
    assert found["keptBy"] == {"id": NETWORK}
    assert found["headcounts"] == {
        "totalCount": 2,
        "nodes": [
            {"staff": 99, "members": 9, "cadres": 3, "note": None, "on": {"from": "2024-02-29"}}
            | {"status": "RECORDED", "discardReason": None},
            {"staff": 98, "members": 9, "cadres": 3, "note": None, "on": {"from": "2023-12-31"}}
            | {"status": "DISCARDED", "discardReason": "测试原因"},
        ],
    }
    assert [(branch["name"], branch["kind"], branch["secretary"]) for branch in found["partyBranches"]["nodes"]] == [
        ("机关党支部", "BRANCH", "李书记"),
        ("南方医科大学皮肤病医院党委", "COMMITTEE", None),
        ("行政党支部", "BRANCH", None),
    ]
    assert found["memberships"] == {
        "totalCount": 1,
        "nodes": [
            {"network": {"id": NETWORK}, "role": "LEAD", "status": "ACTIVE", "joined": None, "left": None}
            | {"endReason": None}
        ],
    }
    assert found["agreements"] == {
        "totalCount": 5,
        "nodes": [{"title": title} for title in ("续签", "修订中", "生效中", "廉洁伙伴协议书", "党建共建合作协议")],
    }
    assert found["activities"] == {"totalCount": 1, "nodes": [{"title": "闰日讲座"}]}
    assert found["children"] == {"totalCount": 0, "nodes": []}


async def test_an_agreement_lists_the_activities_held_under_it(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Agreement {
        activities(where: {agreement: "agr_other"}) { totalCount } all: activities { totalCount nodes { id } } } } }"""
    assert (await house.data(query, id=world["active"]))["node"] == {
        "activities": {"totalCount": 0},
        "all": {"totalCount": 0, "nodes": []},
    }


@pytest.mark.parametrize("own_id", ["nonsense", "", "org_missing", "agr", "act_", "net_002_derma ", "轻_1", "org_\0"])
async def test_an_id_of_no_kind_or_of_no_record_is_null(house: House, own_id: str) -> None:
    assert await house.data("query($id: ID!) { node(id: $id) { id } }", id=own_id) == {"node": None}


@pytest.mark.parametrize("root", ["memberships", "headcounts", "agreements", "activities", "coverage"])
@pytest.mark.parametrize("network", ["net_missing", "org_boc", "nonsense", ""])
async def test_a_list_of_no_network_is_empty(house: House, root: str, network: str) -> None:
    query = f"""query($network: ID!) {{ {root}(network: $network) {{
        nodes {{ __typename }} edges {{ cursor }} totalCount
        pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"""
    ends = {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert await house.data(query, network=network) == {
        root: {"nodes": [], "edges": [], "totalCount": 0, "pageInfo": ends}
    }


@pytest.mark.parametrize(
    ("query", "variables", "message"),
    [
        ("query($n: ID!) { activities(network: $n) { totalCount } }", {"n": None}, "not to be None"),
        ("query($w: ActivityWhere) { activities(network: 1, where: $w) { totalCount } }", {"w": {"pillar": "X"}}, "X"),
        ('{ activities(network: "n", where: {status: HELDD}) { totalCount } }', {}, "HELDD"),
        ('{ activities(network: "n", where: {during: {from: "2024-01-01"}}) { totalCount } }', {}, "to"),
        (
            '{ activities(network: "n", where: {during: {from: "2023-02-29", to: "2024-01-01"}}) {totalCount} }',
            {},
            "2023-02-29",
        ),
        ('{ activities(network: "n", orderBy: null) { totalCount } }', {}, "null"),
        ("{ nodes(ids: [null]) { id } }", {}, "null"),
        ("{ activities { totalCount } }", {}, "network"),
    ],
)
async def test_what_the_schema_does_not_allow_is_refused_before_anything_is_read(
    house: House, query: str, variables: dict[str, Any], message: str
) -> None:
    result = await house.ask(query, **variables)
    assert result.data is None
    assert message in str(result.errors)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({}, {"role", "role to come", "role ended", "role withdrawn"}),
        ({"status": "ACTIVE"}, {"role"}),
        ({"status": "UPCOMING"}, {"role to come"}),
        ({"status": "ENDED", "role": "FRONT_END"}, {"role ended"}),
        ({"status": "WITHDRAWN"}, {"role withdrawn"}),
        ({"subject": "liaison"}, {"role"}),
        ({"organization": LEAD}, set()),
        ({"organization": BANK, "role": "RECORDER"}, {"role"}),
    ],
)
async def test_roles_are_found_in_their_network_and_below_their_organisation(
    house: House, world: dict[str, str], where: dict[str, str], names: set[str]
) -> None:
    query = """query($where: RoleAssignmentWhere, $network: ID!, $bank: ID!) {
        roleAssignments(network: $network, where: $where) { totalCount nodes { id } }
        network: node(id: $network) { ... on Network { roleAssignments(where: $where) { nodes { id } } } }
        bank: node(id: $bank) { ... on Organization { roleAssignments(where: $where) { nodes { id } } } } }"""
    found = await house.data(query, network=NETWORK, bank=BANK, where=where)
    wanted = {world[name] for name in names}
    assert {each["id"] for each in found["roleAssignments"]["nodes"]} == wanted
    assert found["roleAssignments"]["totalCount"] == len(wanted)
    assert {each["id"] for each in found["network"]["roleAssignments"]["nodes"]} == wanted
    assert {each["id"] for each in found["bank"]["roleAssignments"]["nodes"]} == wanted & {world["role"]}


async def test_no_root_field_of_the_schema_goes_unasked_here() -> None:
    asked = (
        "viewer node nodes networks organizations memberships headcounts agreements activities"
        " roleAssignments organizationByReference activityByReference"
        " activityPlans planFulfilment leadingGroups deliverables search"
        " activityCounts coverage coverageByMonth partnerDossier partnershipGraph calendar"
    )
    asked += " departments persons stations pairings"  # test_network_people.py
    asked += " clauseSets commitments"  # test_commitment_queries.py
    asked += " gifts breaches audits findings"  # test_integrity_register.py
    asked += " integrityChecks exposures integrityOverview jointEducation integrityCheckCatalogue"  # test_checks.py
    asked += " verifyTrail accessLog"  # test_trail.py, test_access_log.py
    assert set(asked.split()) == set(QUERIES)  # most in files of their own, named as they are
