"""The dossier of a partner: each section, its sums, what is open, and who may have one."""

from collections.abc import Callable
from typing import Any

import pytest

from service.viewer import ANONYMOUS, Viewer
from tests.api.drawn import COUNTS, DRAWN
from tests.api.world import HOSPITAL, TODAY, activity, at, do, made
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    STRANGER,
    House,
)

ASK = f"""query($network: ID!, $organization: ID!, $period: PeriodInput, $n: Int! = 100) {{
partnerDossier(network: $network, organization: $organization, period: $period) {{ {DRAWN["partnerDossier"]} }}
activityCounts(network: $network, organization: $organization, period: $period) {{ {COUNTS} }} }}"""
LEAP_DAY = {"from": "2024-02-29", "to": "2024-02-29"}


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def asked(house: House, viewer: Viewer = ADMIN, organization: str = BANK, **options: Any) -> Any:
    given = {"network": NETWORK, "organization": organization, **options}
    data = await house.data(ASK, viewer, **given)
    if data["partnerDossier"]:
        assert data["partnerDossier"]["counts"] == data["activityCounts"]
    return data["partnerDossier"]


def ids(page: dict[str, Any]) -> set[str]:
    return {each["id"] for each in page["nodes"]}


async def test_all_that_a_network_has_on_a_partner(house: House, world: dict[str, str]) -> None:
    found = await asked(house)
    assert found["organization"] == {"id": BANK, "name": "中国银行越秀支行"}
    assert ids(found["memberships"]) == {"mem_002_boc_yuexiu"}
    signed = {"signing", "half signed", "future", "active", "expired", "terminated", "declined", "draft", "discarded"}
    assert {world[name] for name in signed} < ids(found["agreements"])
    taking_part = {world[name] for name in ("planned", "cancelled", "held", "published")}
    assert taking_part < ids(found["activities"])
    assert found["counts"]["total"] == len(ids(found["activities"])) - 2  # the planned and the cancelled one
    assert found["lastActivity"] == {"id": world["published"]}
    assert {world["held"], world["published"]} <= ids(found["awaitingConfirmation"])
    assert not {world["planned"], world["cancelled"]} & ids(found["awaitingConfirmation"])
    assert found["disputes"]["nodes"] == []
    gaps = {each["kind"]: (each["records"], each["withGaps"]) for each in found["gaps"]}
    assert gaps["Membership"] == (1, 1)
    assert gaps["Agreement"][0] == len(ids(found["agreements"]))
    assert gaps["Activity"] == (len(ids(found["activities"])), len(ids(found["activities"]) - taking_part))
    late = {(point["code"], point["due"]) for point in found["openPoints"] if point["plan"]}
    assert {code for code, _ in late} == {"PLAN_LINE_OVERDUE"}
    assert all(due < str(TODAY.date()) for _, due in late)
    [awaiting] = [point for point in found["openPoints"] if not point["plan"]]
    assert awaiting["code"] == "AWAITING_CONFIRMATION"
    assert awaiting["activities"] == len(ids(found["awaitingConfirmation"]) - ids(found["disputes"]))
    assert found["activityPlans"]["nodes"]
    assert all(plan["fulfilment"]["due"] >= plan["fulfilment"]["fulfilled"] for plan in found["activityPlans"]["nodes"])
    for name in ("activityPlans", "deliverables", "stations", "pairings"):
        assert (name, ids(found[name])) == (name, await listed(house, name, BANK))


async def listed(house: House, name: str, organization: str) -> set[str]:
    """The ids that the list of the network itself has for an organisation."""
    by = {"activityPlans": "organization", "deliverables": "partner", "stations": "organization", "pairings": "member"}
    query = (
        f"query($n: ID!, $o: ID!) {{ {name}(network: $n, where: {{{by[name]}: $o}}, first: 100) {{ nodes {{ id }} }} }}"
    )
    return ids((await house.data(query, ADMIN, n=NETWORK, o=organization))[name])


@pytest.mark.parametrize("name", ["activityPlans", "deliverables", "stations", "pairings"])
async def test_sections_of_others_are_not_its_own(house: House, name: str) -> None:
    found = {organization: (await asked(house, organization=organization))[name] for organization in (LEAD, BANK)}
    assert {own: ids(page) for own, page in found.items()} == {own: await listed(house, name, own) for own in found}


async def test_a_period_narrows_the_activities_and_the_counts_alone(house: House, world: dict[str, str]) -> None:
    whole, part = await asked(house), await asked(house, period=LEAP_DAY)
    assert ids(part["activities"]) == {world["held"]}
    assert (part["counts"]["total"], part["counts"]["undated"]) == (1, whole["counts"]["undated"])
    rest = whole.keys() - {"activities", "counts"}
    assert {name: part[name] for name in rest} == {name: whole[name] for name in rest}


async def test_each_section_is_a_page(house: House) -> None:
    query = """query($n: ID!, $o: ID!, $after: String) { partnerDossier(network: $n, organization: $o) {
        agreements(first: 2, after: $after) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    seen: list[str] = []
    after, more = None, True
    while more:
        page = (await house.data(query, n=NETWORK, o=BANK, after=after))["partnerDossier"]["agreements"]
        seen += [node["id"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert len(seen) == len(set(seen)) == page["totalCount"] > 4


@pytest.mark.parametrize(
    ("viewer", "drafts"), [(FRONT_END, False), (OBSERVER, True), (LEAD_RECORDER, True), (BANK_RECORDER, True)]
)
async def test_who_reads_the_network_reads_it_without_what_they_may_not(
    house: House, world: dict[str, str], viewer: Viewer, drafts: bool
) -> None:
    found = await asked(house, viewer)
    assert {world["expired"], world["signing"]} < ids(found["agreements"])
    assert ({world["draft"], world["discarded"]} <= ids(found["agreements"])) == drafts
    assert found["gaps"][1]["records"] == len(ids(found["agreements"]))


async def test_the_public_has_no_dossier_and_a_stranger_none_of_this_network(house: House) -> None:
    given = {"network": NETWORK, "organization": BANK}
    result = await house.ask(ASK, ANONYMOUS, **given)
    assert result.data is not None
    assert result.data["partnerDossier"] is None
    assert "FORBIDDEN" in str(result.errors)
    assert await asked(house, STRANGER) is None


@pytest.mark.parametrize("own_id", ["org_missing", HOSPITAL, "", "act_002_film_martyrs", "net_002_derma"])
async def test_an_unknown_or_foreign_organization_has_none(house: House, own_id: str) -> None:
    assert await asked(house, organization=own_id) is None
    assert await asked(house, network="net_missing") is None


async def test_who_only_took_part_has_one_with_its_open_points(house: House) -> None:
    found = await asked(house, organization="org_fire_yuexiu_guangxi")
    assert (found["memberships"]["nodes"], found["agreements"]["nodes"]) == ([], [])
    assert found["counts"]["total"] == 1
    assert [point["code"] for point in found["openPoints"]] == [
        "NO_ACTIVE_AGREEMENT",
        "NOTHING_HELD_THIS_YEAR",
        "AWAITING_CONFIRMATION",
    ]
    assert found["openPoints"][-1]["activities"] == 1


async def test_a_disputed_activity_counts_no_more_for_who_disputes_it(make_module_house: Callable[..., Any]) -> None:
    house: House = await make_module_house()
    house.at = TODAY
    own_id = await made(house, "recordActivity", input=activity("有异议的讲座"))
    before = await asked(house)
    assert before["lastActivity"] == {"id": own_id}
    reason: Any = {"reason": "未派人参加"}
    await do(house, "disputeActivity", BANK_RECORDER, id=own_id, version=1, organization=BANK, **reason)
    after, lead = await asked(house), await asked(house, organization=LEAD)
    assert ids(after["disputes"]) == {own_id}
    assert own_id in ids(after["activities"]) & ids(after["awaitingConfirmation"])
    assert after["counts"]["total"] == before["counts"]["total"] - 1
    assert after["lastActivity"] != {"id": own_id}
    assert "NOTHING_HELD_THIS_YEAR" in [point["code"] for point in after["openPoints"]]
    assert (lead["lastActivity"], lead["counts"]["disputed"]) == ({"id": own_id}, 1)
    assert lead["disputes"]["nodes"] == []


async def test_agreements_that_end_soon_are_pointed_at(make_module_house: Callable[..., Any]) -> None:
    house: House = await make_module_house()
    house.at = at("2024-01-02 09:00")
    own_ids = {}
    for title, ends in (("先到期", "2024-09-13"), ("后到期", "2024-09-14"), ("无期限", None)):
        facts: Any = {
            "network": NETWORK,
            "title": title,
            "kind": "CO_BUILDING",
            "level": "COMMITTEE",
            "pillars": ["LEARNING"],
            "parties": [{"organization": LEAD}, {"organization": BANK}],
            "termFrom": "2024-01-05",
            "text": title,
        }
        own_ids[title] = own_id = await made(house, "draftAgreement", input=facts | ({"termTo": ends} if ends else {}))
        await do(house, "openAgreementForSigning", id=own_id, version=1)
        for version, (signer, party) in enumerate(((LEAD_RECORDER, LEAD), (BANK_RECORDER, BANK)), start=2):
            act = {"version": version, "organization": party, "textVersion": 1, "signedOn": "2024-01-02"}
            await made(house, "signAgreement", signer, id=own_id, **act)
    house.at = TODAY  # ninety days before 13 September
    points = (await asked(house))["openPoints"]
    nothing: Any = {"plan": None, "line": None, "activities": None}
    assert [point for point in points if point["code"] == "AGREEMENT_EXPIRING"] == [
        {"code": "AGREEMENT_EXPIRING", "agreement": {"id": own_ids["先到期"]}, "due": "2024-09-13", **nothing}
    ]
    await do(house, "terminateAgreement", id=own_ids["无期限"], version=4, on="2024-07-01", reason="协商")
    points = (await asked(house))["openPoints"]
    assert [(point["agreement"], point["due"]) for point in points if point["due"]] == [
        ({"id": own_ids["无期限"]}, "2024-06-30"),
        ({"id": own_ids["先到期"]}, "2024-09-13"),
    ]
    successor = {"$set": {"renewed_by": own_ids["后到期"], "renewal_from": "2024-09-14"}}
    await house.database.update("agreements", {"_id": own_ids["先到期"]}, successor)
    points = (await asked(house))["openPoints"]
    assert [point["agreement"] for point in points if point["due"]] == [{"id": own_ids["无期限"]}]
