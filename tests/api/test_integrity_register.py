"""Gifts, breaches, audits and findings as the schema tells them: lists, rights, what is confidential or frozen."""

from typing import Any

import pytest

from service.viewer import Grant, Role, Viewer
from tests.api.world import do, made
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

GZBN_RECORDER = Viewer("gzbn-recorder", (Grant(Role.RECORDER, NETWORK, "org_gzbn"),))
ROOTS = {"gifts": "GiftWhere", "breaches": "BreachWhere", "audits": "AuditWhere", "findings": "FindingWhere"}


@pytest.fixture(scope="module")
def names(world: dict[str, str]) -> dict[str, str]:
    return {own_id: name for name, own_id in world.items()}


async def listed(built: House, root: str, viewer: Viewer, where: Any = None, order: str | None = None) -> list[str]:
    asked = f", orderBy: {order}" if order else ""
    query = f"""query($network: ID!, $where: {ROOTS[root]}) {{
        {root}(network: $network, where: $where, first: 100{asked}) {{ totalCount nodes {{ id }} }} }}"""
    found = (await built.data(query, viewer, network=NETWORK, where=where))[root]
    assert found["totalCount"] == len(found["nodes"])
    return [node["id"] for node in found["nodes"]]


def told(names: dict[str, str], ids: list[str]) -> set[str]:
    """Their names in the world; what has none, as the seeds' gift, is told by its kind."""
    return {names.get(own_id, own_id[:3]) for own_id in ids}


DRAFTS = {"finding draft", "finding discarded", "fin"}
OPEN = {"finding", "finding assigned", "finding conforming", "finding rectified", "finding closed"}
CONFIRMED = {"breach", "breach resolved"}
GIFTS = {"gift", "gift decided", "gift reviewed", "gift discarded"}
AUDITS = {"audit", "audit checked", "audit reported", "audit closed", "audit discarded"}


@pytest.mark.parametrize(
    ("viewer", "gifts", "breaches", "audits", "findings"),
    [
        (OFFICER, GIFTS | {"gif"}, CONFIRMED | {"breach reported", "breach dismissed"}, AUDITS, OPEN | DRAFTS),
        (OBSERVER, GIFTS | {"gif"}, CONFIRMED | {"breach reported", "breach dismissed"}, AUDITS, OPEN | DRAFTS),
        (ADMIN, GIFTS | {"gif"}, CONFIRMED, AUDITS, OPEN),
        (LEAD_RECORDER, GIFTS | {"gif"}, CONFIRMED, set(), OPEN),
        (BANK_RECORDER, GIFTS, set(), set(), set()),
        (GZBN_RECORDER, {"gif"}, set(), set(), set()),
        (STRANGER, set(), set(), set(), set()),
    ],
    ids=lambda each: getattr(each, "subject", ""),
)
async def test_a_list_holds_what_the_role_may_know_of(
    built: House, names: dict[str, str], viewer: Viewer, gifts: Any, breaches: Any, audits: Any, findings: Any
) -> None:
    for root, wanted in zip(ROOTS, (gifts, breaches, audits, findings), strict=True):
        assert told(names, await listed(built, root, viewer)) == wanted


@pytest.mark.parametrize("root", ROOTS)
async def test_a_front_end_may_ask_for_none_of_it(built: House, root: str) -> None:
    query = f'{{ {root}(network: "{NETWORK}") {{ totalCount }} }}'
    assert [problem.code for problem in await built.refused(query, FRONT_END)] == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("root", "where", "wanted"),
    [
        ("gifts", {"status": "REVIEWED"}, {"gift reviewed"}),
        ("gifts", {"decision": "RETURNED"}, {"gift decided", "gift reviewed"}),
        ("gifts", {"organization": "org_gzbn"}, {"gif"}),
        ("gifts", {"undated": True}, {"gif"}),
        ("gifts", {"during": {"from": "2024-06-10", "to": "2024-06-10"}, "kind": "OTHER"}, GIFTS),
        ("breaches", {"status": "CONFIRMED", "category": "NO_GIFTS"}, {"breach"}),
        ("breaches", {"organization": BANK}, set()),
        ("breaches", {"during": {"from": "2024-06-12", "to": "2024-12-31"}}, set()),
        ("audits", {"organization": BANK}, {"audit checked", "audit reported", "audit closed"}),
        ("audits", {"status": "CLOSED", "during": {"from": "2024-06-15", "to": "2024-06-15"}}, {"audit closed"}),
        ("findings", {"grade": "CONFORM"}, {"finding conforming"}),
        ("findings", {"status": "DRAFT", "organization": BANK}, {"fin"}),
        ("findings", {"overdueOn": "2024-07-01"}, {"finding assigned"}),
        ("findings", {"overdueOn": "2024-06-30"}, set()),
        ("findings", {"during": {"from": "2024-06-16", "to": "2024-06-30"}}, set()),
    ],
    ids=lambda each: str(sorted(each)) if isinstance(each, set) else str(each),
)
async def test_a_filter_finds_what_it_names(
    built: House, names: dict[str, str], root: str, where: Any, wanted: set[str]
) -> None:
    assert told(names, await listed(built, root, OFFICER, where)) == wanted


async def test_findings_are_ordered_by_what_is_due_first(built: House, world: dict[str, str]) -> None:
    found = await listed(built, "findings", OFFICER, {"organization": LEAD}, "DUE_FIRST")
    due = {world[name] for name in ("finding assigned", "finding rectified", "finding closed")}
    assert set(found[:3]) == due
    assert sorted(found) == sorted(await listed(built, "findings", OFFICER, {"organization": LEAD}))


async def test_gifts_and_their_findings_stand_below_the_organisation(built: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Organization {
        gifts(where: {status: RECORDED}) { nodes { id item findingPending findings { totalCount } } }
        breaches { totalCount } findings { totalCount } } } }"""
    for viewer, drafts in ((OFFICER, 1), (BANK_RECORDER, 0)):
        below = (await built.data(query, viewer, id=BANK))["node"]
        gift = {"id": world["gift"], "item": "维E药膏", "findingPending": False, "findings": {"totalCount": drafts}}
        assert below["gifts"] == {"nodes": [gift]}
        assert (below["breaches"]["totalCount"], below["findings"]["totalCount"]) == (0, 3 * drafts)


async def test_breaches_and_findings_stand_beside_the_commitments_state(built: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Commitment { status
        breaches { nodes { id } } findings { totalCount } } } }"""
    seen = (await built.data(query, LEAD_RECORDER, id=world["commitment"]))["node"]
    assert {each["id"] for each in seen["breaches"]["nodes"]} == {world[name] for name in CONFIRMED}


async def test_who_reported_a_breach_is_masked_in_its_timeline_too(built: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Breach { timeline { nodes { version by
        changes { field after } } } } } }"""
    for viewer, reporter, by in (
        (OFFICER, "李举报", "officer"),
        (OBSERVER, "***", "***"),
        (LEAD_RECORDER, "***", "***"),
    ):
        line = (await built.data(query, viewer, id=world["breach"]))["node"]["timeline"]["nodes"]
        assert [(each["version"], each["by"]) for each in line] == [(2, "officer"), (1, by)]
        facts = {change["field"]: change["after"] for change in line[1]["changes"]}
        assert (facts["reporter"], facts["description"]) == (reporter, "收受礼金")


DRAFT_LINE = """query($id: ID!, $first: Int, $after: String) { node(id: $id) { ... on Finding {
    timeline(first: $first, after: $after) { pageInfo { endCursor hasNextPage } nodes { version action reason
        changes { field before after } } } } } }"""


async def test_who_may_not_read_a_draft_does_not_read_it_in_the_timeline_of_what_it_became(
    copied: House, world: dict[str, str]
) -> None:
    given = {"network": NETWORK, "organization": LEAD, "title": "主任受贿", "description": "主任收受现金"}
    own_id = await made(copied, "raiseFinding", OFFICER, input=given)
    for version, words in enumerate(("主任收礼", "礼品未登记"), start=1):
        told = {"title": words, "description": f"{words}一事"}
        await made(copied, "correctFinding", OFFICER, id=own_id, version=version, reason=f"{words}属实", input=told)
    await made(copied, "openFinding", OFFICER, id=own_id, version=3)
    for viewer, hidden in ((OFFICER, False), (OBSERVER, False), (LEAD_RECORDER, True), (ADMIN, True)):
        for size in (1, 3, 10):  # also where a page begins below the version that opened it
            line: list[Any] = []
            after = None
            while len(line) < 4:
                found = (await copied.data(DRAFT_LINE, viewer, id=own_id, first=size, after=after))["node"]["timeline"]
                line += found["nodes"]
                after = found["pageInfo"]["endCursor"]
            assert [(each["version"], each["action"]) for each in line] == [
                (4, "openFinding"),
                (3, "correctFinding"),
                (2, "correctFinding"),
                (1, "raiseFinding"),
            ]
            text = repr(line)
            assert [words in text for words in ("主任受贿", "收受现金", "主任收礼")] == [not hidden] * 3
            assert "礼品未登记一事" in text
            assert {"field": "status", "before": "DRAFT", "after": "OPEN"} in line[0]["changes"]


async def test_who_reports_hears_the_same_on_a_retry_and_may_not_read_it_otherwise(
    copied: House, world: dict[str, str]
) -> None:
    facts = {"commitment": world["commitment"], "organization": LEAD, "category": "NO_GIFTS", "description": "收礼"}
    first = await do(copied, "reportBreach", BANK_RECORDER, key="report", input=facts)
    assert first["version"] == 1
    assert await do(copied, "reportBreach", BANK_RECORDER, key="report", input=facts) == first
    read = "query($id: ID!) { node(id: $id) { id } }"
    assert (await copied.data(read, BANK_RECORDER, id=first["id"]))["node"] is None
    await made(copied, "confirmBreach", OFFICER, id=first["id"], version=1, reason="属实")
    assert await do(copied, "reportBreach", BANK_RECORDER, key="report", input=facts) == first
    assert (await copied.data(read, LEAD_RECORDER, id=first["id"]))["node"] == {"id": first["id"]}


RESULTS = """query($id: ID!, $where: AuditResultWhere, $after: String) { node(id: $id) { ... on Audit { asOf
    results(where: $where, first: 2, after: $after) { totalCount pageInfo { endCursor hasNextPage }
        nodes { check { code } verdict organization { id } subject { id } } } } } }"""


async def test_frozen_results_are_filtered(built: House, world: dict[str, str]) -> None:
    for where, wanted in (
        (None, 1),
        ({"check": "NO_EXCHANGE", "verdict": "FAIL", "organization": LEAD}, 1),
        ({"check": "ONE_SIDED"}, 0),
        ({"verdict": "PASS"}, 0),
        ({"organization": BANK}, 0),
    ):
        found = (await built.data(RESULTS, OFFICER, id=world["audit closed"], where=where))["node"]["results"]
        assert found["totalCount"] == len(found["nodes"]) == wanted


async def test_the_checks_of_an_audit_are_run_and_stay_as_they_were(house: House) -> None:
    """On the seeds: the ointment waits for its decision, and goes on doing so in the audit."""
    facts = {"network": NETWORK, "title": "审计", "periodFrom": "2023-01-01", "periodTo": "2023-12-31"}
    own_id = await made(house, "openAudit", OFFICER, input={**facts, "organizations": ["org_gzbn", BANK]})
    await made(house, "runAuditChecks", OFFICER, id=own_id, version=1)
    where = {"check": "GIFT_UNDECIDED", "organization": "org_gzbn"}
    before = (await house.data(RESULTS, OFFICER, id=own_id, where=where))["node"]
    assert before["results"]["nodes"][0]["subject"] == {"id": "gif_002_vitamin_e_cream"}
    decision: Any = {"id": "gif_002_vitamin_e_cream", "version": 1, "decision": "ACCEPTED", "reason": "慰问品"}
    await made(house, "decideGift", OFFICER, **decision)
    assert (await house.data(RESULTS, OFFICER, id=own_id, where=where))["node"] == before
    every = (await house.data(RESULTS, OFFICER, id=own_id))["node"]["results"]
    assert every["pageInfo"]["hasNextPage"]
    after = every["pageInfo"]["endCursor"]
    more = (await house.data(RESULTS, OFFICER, id=own_id, after=after))["node"]["results"]
    assert more["totalCount"] == every["totalCount"] > 4
    assert more["nodes"] != every["nodes"]
