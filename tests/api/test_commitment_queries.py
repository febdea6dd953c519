"""Commitments over the API: five thousand people in five mutations, what is private, and what a list finds."""

import datetime as dt
from typing import Any

import pytest

from tests.api.world import TODAY, do, made
from tests.api.world_commitments import NO_GIFTS, OBEY
from tests.conftest import ADMIN, BANK, BANK_RECORDER, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, OBSERVER, OFFICER, House

SIDE = "organization { id } known knownOn rate staff required countPending"
QUERY = f"query($id: ID!) {{ node(id: $id) {{ ... on Commitment {{ version status sides {{ {SIDE} }} }} }} }}"
AGREEMENT = {"title": "廉洁伙伴协议书", "kind": "INTEGRITY_PARTNER", "level": "COMMITTEE", "termFrom": "2024-01-01"}
THOUSAND, BATCHES = 1_000, 5


async def signed(house: House, staff: int) -> str:
    """A commitment whose sides have signed, the bank with so many people."""
    parties = (LEAD, BANK)
    facts = {"network": NETWORK, **AGREEMENT, "text": "正文", "parties": [{"organization": own} for own in parties]}
    agreement = await made(house, "draftAgreement", input={**facts, "knownPercent": 95, "publicityDays": 3})
    await made(house, "openAgreementForSigning", id=agreement, version=1)
    recorders = (LEAD_RECORDER, BANK_RECORDER)
    for number, (viewer, own) in enumerate(zip(recorders, parties, strict=True), start=2):
        told = {"organization": own, "textVersion": 1, "signedOn": "2024-06-15"}
        await made(house, "signAgreement", viewer, id=agreement, version=number, **told)
    clauses = {"network": NETWORK, "title": "承诺书", "clauses": [OBEY, NO_GIFTS]}
    own_clauses = await made(house, "createClauseSet", OFFICER, input=clauses)
    await made(house, "publishClauseSet", OFFICER, id=own_clauses, version=1)
    sides = [{"organization": own} for own in parties]
    drawn: Any = {"agreement": agreement, "sides": sides, "clauseSet": own_clauses, "clauseVersion": 1}
    own_id = await made(house, "drawUpCommitment", LEAD_RECORDER, input=drawn)
    for number, (viewer, own, people) in enumerate(zip(recorders, parties, (9, staff), strict=True), start=1):
        snapshot = {"network": NETWORK, "organization": own, "on": {"from": "2024-06-14"}, "staff": people}
        counted = await made(house, "recordHeadcount", input={**snapshot, "members": 0, "cadres": 0})
        signature = {"organization": own, "clauseVersion": 1, "signedOn": "2024-06-15", "headcount": counted}
        await made(house, "signCommitment", viewer, id=own_id, version=number, **signature)
    return own_id


async def side_of(house: House, own_id: str) -> dict[str, Any]:
    node = (await house.data(QUERY, OBSERVER, id=own_id))["node"]
    side: dict[str, Any] = node["sides"][1]
    return side


async def revisions(house: House, own_id: str) -> int:
    query = "query($id: ID!) { node(id: $id) { ... on Recorded { timeline { totalCount } } } }"
    count: int = (await house.data(query, OBSERVER, id=own_id))["node"]["timeline"]["totalCount"]
    return count


async def test_five_thousand_people_are_five_mutations_of_one_revision_each(real_house: House) -> None:
    house = real_house
    house.at = TODAY
    own_id = await signed(house, BATCHES * THOUSAND)
    before = await revisions(house, own_id)
    told = "... on Acknowledgement { id people countPending }"
    for batch in range(BATCHES):
        house.at = TODAY + dt.timedelta(days=batch)
        persons = [f"工号{number:05}" for number in range(batch * THOUSAND, (batch + 1) * THOUSAND)]
        day = str(house.at.date())
        facts = {"commitment": own_id, "organization": BANK, "acknowledgedOn": day, "persons": persons}
        answer = await do(house, "recordAcknowledgements", BANK_RECORDER, told, input=facts)
        assert (answer["people"], answer["countPending"]) == (THOUSAND, True)
        assert await revisions(house, answer["id"]) == 1
        assert (await side_of(house, own_id))["countPending"]
    assert await revisions(house, own_id) == before
    await house.relay_all()
    side = await side_of(house, own_id)
    assert (side["known"], side["staff"], side["required"], side["rate"]) == (5000, 5000, 4750, 1.0)
    assert (side["knownOn"], side["countPending"]) == ("2024-06-19", False)
    again = {"commitment": own_id, "organization": BANK, "acknowledgedOn": "2024-06-15", "persons": ["工号04999"]}
    earlier = await made(house, "recordAcknowledgements", BANK_RECORDER, input=again)
    await house.relay_all()
    assert (await side_of(house, own_id))["known"] == 5000
    await made(house, "withdrawAcknowledgement", BANK_RECORDER, id=earlier, version=1, reason="误录")
    assert (await side_of(house, own_id))["countPending"]
    await house.relay_all()
    assert not (await side_of(house, own_id))["countPending"]


async def test_a_batch_of_more_than_a_thousand_or_of_one_twice_is_refused_at_its_place(house: House) -> None:
    house.at = TODAY
    own_id = await signed(house, 9)
    facts: Any = {"commitment": own_id, "organization": BANK, "acknowledgedOn": "2024-06-15"}
    refusal = "... on Refusal { problems { code path message } }"
    many = await do(
        house,
        "recordAcknowledgements",
        BANK_RECORDER,
        refusal,
        input={**facts, "persons": [str(n) for n in range(1001)]},
    )
    assert [(each["code"], each["path"]) for each in many["problems"]] == [("LIMIT_EXCEEDED", ["input", "persons"])]
    twice = await do(house, "recordAcknowledgements", BANK_RECORDER, refusal, input={**facts, "persons": ["甲", "甲"]})
    assert twice["problems"] == [
        {
            "code": "RULE_BROKEN",
            "path": ["input", "persons", "1"],
            "message": "This person stands at place 0 already.",
        }
    ]


# ── Over the world ──


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({"status": "EFFECTIVE"}, {"commitment", "commitment renewal"}),
        ({"status": "PENDING"}, {"commitment pending", "com_002_boc_yuexiu"}),
        ({"status": "EXPIRED"}, {"commitment expired"}),
        ({"status": "RENEWED"}, {"commitment renewed"}),
        ({"status": "WITHDRAWN"}, {"commitment withdrawn"}),
        ({"status": "DISCARDED"}, {"commitment discarded"}),
        ({"status": "DRAWN_UP"}, {"commitment drawn up"}),
        ({"clauseVersion": 2}, {"commitment renewal", "commitment pending"}),
        ({"clauseSet": "cla_002_integrity"}, {"com_002_boc_yuexiu"}),
        ({"organization": "org_csair"}, set()),
        ({"agreement": "agr_002_boc_yuexiu_integrity"}, {"com_002_boc_yuexiu"}),
        (
            {"effectiveDuring": {"from": "2024-06-09", "to": "2024-06-09"}},
            {"commitment", "commitment renewal"},
        ),
        ({"effectiveDuring": {"from": "2024-01-01", "to": "2024-06-08"}}, set()),
    ],
)
async def test_commitments_are_found_by_each_condition(
    built: House, world: dict[str, str], where: dict[str, Any], names: set[str]
) -> None:
    query = """query($network: ID!, $where: CommitmentWhere, $order: DateOrder!) {
        commitments(network: $network, where: $where, orderBy: $order) { totalCount nodes { id } } }"""
    orders = []
    for order in ("LATEST_FIRST", "EARLIEST_FIRST"):
        found = (await built.data(query, ADMIN, network=NETWORK, where=where, order=order))["commitments"]
        orders.append([node["id"] for node in found["nodes"]])
        assert found["totalCount"] == len(names)
    assert set(orders[0]) == {world.get(name, name) for name in names}
    assert orders[0] == orders[1][::-1]


async def test_its_words_are_of_the_language_asked_for_and_its_people_for_who_may_know(
    built: House, world: dict[str, str]
) -> None:
    blockers = "query($id: ID!) { node(id: $id) { ... on Commitment { blockers { code detail done wanted since } } } }"
    found = await built.data(blockers, FRONT_END, id=world["commitment pending"], language="zh")
    assert found["node"]["blockers"][1] == {
        "code": "NOT_ACKNOWLEDGED",
        "detail": "知晓 0/99 人。",
        "done": 0,
        "wanted": 99,
        "since": "2024-06-01",
    }
    people = """query($id: ID!) { node(id: $id) { ... on Commitment { effectiveFrom
        acknowledgements { nodes { people organization { id } persons } } } } }"""
    seen = (await built.data(people, OFFICER, id=world["commitment"]))["node"]
    assert seen["effectiveFrom"] == "2024-06-09"
    assert [(node["people"], node["persons"]) for node in seen["acknowledgements"]["nodes"]] == [
        (4, ["工号1", "工号2", "工号3", "工号4"]),
        (99, []),
    ]
    refused = await built.refused(people, BANK_RECORDER, id=world["commitment"])
    assert {problem.code for problem in refused} == {"FORBIDDEN"}


async def test_the_timeline_hides_who_they_are(built: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Recorded {
        timeline { nodes { changes { field after } } } } } }"""
    for viewer, shown in ((OBSERVER, "***"), (OFFICER, ["工号1", "工号2", "工号3", "工号4"])):
        nodes = (await built.data(query, viewer, id=world["acknowledgement"]))["node"]["timeline"]["nodes"]
        assert {"field": "persons", "after": shown} in nodes[0]["changes"]


@pytest.mark.parametrize(
    ("viewer", "where", "names"),
    [
        (OBSERVER, None, ["clauses archived", "clauses drafted", "clauses", "clauses other", "cla_002_integrity"]),
        (FRONT_END, None, ["clauses", "clauses other", "cla_002_integrity"]),
        (OBSERVER, {"status": "DRAFT"}, ["clauses drafted"]),
        (OBSERVER, {"status": "ARCHIVED"}, ["clauses archived"]),
        (FRONT_END, {"status": "DRAFT"}, []),
    ],
)
async def test_clause_sets_are_listed_by_title_and_drafts_to_insiders_alone(
    built: House, world: dict[str, str], viewer: Any, where: Any, names: list[str]
) -> None:
    query = """query($network: ID!, $where: ClauseSetWhere) { clauseSets(network: $network, where: $where,
        orderBy: TITLE) { totalCount nodes { id } } }"""
    found = (await built.data(query, viewer, network=NETWORK, where=where))["clauseSets"]
    wanted = [{"id": world.get(name, name)} for name in names]
    assert found == {"totalCount": len(names), "nodes": wanted}


async def test_commitments_stand_below_their_agreement_and_their_organizations(
    built: House, world: dict[str, str]
) -> None:
    query = """query($agreement: ID!, $bank: ID!) {
        agreement: node(id: $agreement) { ... on Agreement { publicityDays commitments { nodes { id
            supersedes { id } renewedBy { id } withdrawnBy { id } clauseSet { current { number } } } } } }
        bank: node(id: $bank) { ... on Organization { commitments(where: {status: EFFECTIVE}) { totalCount } } } }"""
    found = await built.data(query, FRONT_END, agreement=world["active"], bank=BANK)
    current: Any = {"withdrawnBy": None, "clauseSet": {"current": {"number": 2}}}
    pending, effective = world["commitment pending"], world["commitment"]
    assert found["agreement"] == {
        "publicityDays": None,
        "commitments": {
            "nodes": [
                {"id": pending, "supersedes": {"id": effective}, "renewedBy": None, **current},
                {"id": effective, "supersedes": None, "renewedBy": {"id": pending}, **current},
            ]
        },
    }
    assert found["bank"] == {"commitments": {"totalCount": 2}}
