"""Organisations of another system, and whatever is found by its reference there."""

from typing import Any

import pytest

from service.viewer import ANONYMOUS, Viewer
from tests.api.rows import ORGANIZATIONS, organization, outcomes, told
from tests.api.world import WUXI, do, made
from tests.conftest import ADMIN, BANK, NETWORK, STRANGER, House


@pytest.fixture
def house(copied: House) -> House:
    return copied


async def test_organisations_are_brought_in_alike(house: House) -> None:
    async def imported(*rows: dict[str, Any], **given: Any) -> Any:
        told = {"network": NETWORK, "rows": list(rows), **given}
        return await do(house, "importOrganizations", ADMIN, ORGANIZATIONS, reason="导入", input=told)

    first = await imported(organization(1), organization(2, parent=BANK))
    assert outcomes(first) == ["CREATED", "CREATED"]
    one, two = (each["record"]["id"] for each in first["rows"])
    second = await imported(organization(1, shortName="一"), organization(2))
    assert outcomes(second) == ["UPDATED", "UNCHANGED"]
    circle = [organization(1, parent=two), organization(2, parent=one)]
    found = await told(house, circle, name="importOrganizations")
    assert [(each["code"], each["path"]) for each in found] == [("RULE_BROKEN", ["input", "rows", "1", "parent"])]
    broken = await imported(*circle, onError="REJECT_FAILED")
    assert outcomes(broken) == ["UPDATED", "REFUSED"]


async def test_an_import_costs_what_two_hundred_rows_may_hold(house: House) -> None:
    text = """mutation($input: OrganizationImportInput!) { importOrganizations(reason: "导入", input: $input) {
        ... on OrganizationImport { rows { record { id RECORD } } } } }"""
    given = {"network": NETWORK, "rows": [organization(1)]}
    cheap = await house.ask(text.replace("RECORD", "name"), input=given)
    assert cheap.errors is None
    [problem] = await house.refused(text.replace("RECORD", "activities(first: 100) { nodes { id } }"), input=given)
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("cost",))


@pytest.mark.parametrize(("language", "said"), [("en", "stands already"), ("zh", "已存在")])
async def test_a_reference_is_of_one_organisation_of_a_network(house: House, language: str, said: str) -> None:
    first = await made(house, "createOrganization", input={"network": NETWORK, **organization(1)})
    text = """mutation($input: OrganizationFacts!) { createOrganization(input: $input) {
        ... on Refusal { problems { code path record message } } } }"""
    twin = {"network": NETWORK, **organization(2, externalReference="CRM-1")}
    answer = await house.data(text, language=language, input=twin)
    [problem] = answer["createOrganization"]["problems"]
    assert (problem["code"], problem["path"]) == ("ALREADY_EXISTS", ["input", "externalReference"])
    assert problem["record"] == first
    assert said in problem["message"]
    other = {"network": WUXI, **organization(3, externalReference="CRM-1")}
    await made(house, "createOrganization", STRANGER, input=other)


async def test_a_record_is_found_by_its_reference_by_whoever_may_know_of_it(
    house: House, world: dict[str, str]
) -> None:
    for name, version in (("held", 1), ("published", 2)):
        reference = {"input": {"externalReference": name}, "reason": "编号"}
        await made(house, "correctActivity", id=world[name], version=version, **reference)
    await made(house, "createOrganization", input={"network": NETWORK, **organization(1)})
    query = """query($network: ID!, $reference: String!) {
        organizationByReference(network: $network, reference: $reference) { name keptBy { id } }
        activityByReference(network: $network, reference: $reference) { id status } }"""

    async def found(reference: str, viewer: Viewer = ADMIN, network: str = NETWORK) -> Any:
        return [*(await house.data(query, viewer, network=network, reference=reference)).values()]

    bank = {"name": "导入单位1", "keptBy": {"id": NETWORK}}
    assert await found(" CRM-1 ", ANONYMOUS) == [bank, None]
    assert await found("held") == [None, {"id": world["held"], "status": "HELD"}]
    assert await found("held", ANONYMOUS) == [None, None]
    assert await found("published", ANONYMOUS) == [None, {"id": world["published"], "status": "PUBLISHED"}]
    for missing in ("", " ", "no", "CRM-\x1f1", "长" * 400):
        assert await found(missing) == [None, None]
    assert await found("held", network=WUXI) == [None, None]
