"""Every mutation of the schema: what it answers, what it refuses, and that a refusal writes nothing."""

from collections import defaultdict

import pytest

from service.store.kinds import KINDS
from service.viewer import ANONYMOUS
from tests.api.call import answer_type, ids_in, performed, replaced
from tests.api.valid import calls
from tests.api.world import (
    MUTATIONS,
    do,
    operation,
    problems,
    version_of,
)
from tests.conftest import House

NAMES = sorted(MUTATIONS)
CHANGING = [name for name in NAMES if "id" in MUTATIONS[name].args]
REQUIRED = [
    ("correctNetwork", "name"),
    ("correctOrganization", "name"),
    ("correctOrganization", "sector"),
    ("correctOrganization", "contacts"),
    ("correctPartyBranch", "kind"),
    ("correctMembership", "role"),
    ("correctAgreement", "title"),
    ("correctAgreement", "parties"),
    ("correctAgreement", "termFrom"),
    ("correctActivity", "title"),
    ("correctActivity", "topics"),
    ("correctActivity", "participations"),
    ("correctActivity", "startsAt"),
    ("correctActivity", "outcomes"),
    ("correctHeadcount", "staff"),
    ("correctDepartment", "name"),
    ("correctDepartment", "kind"),
    ("correctPerson", "name"),
    ("correctPerson", "cadre"),
    ("correctStation", "plaqueOn"),
    ("correctPairing", "mode"),
    ("correctPairing", "begins"),
    ("correctAttachment", "kind"),
    ("correctActivityPlan", "lines"),
    ("correctLeadingGroup", "chairs"),
    ("correctDeliverable", "partners"),
    ("correctDeliverable", "kind"),
    ("correctGift", "giver"),
    ("correctGift", "kind"),
    ("correctAudit", "title"),
    ("correctAudit", "organizations"),
    ("correctFinding", "title"),
    ("correctCommitment", "sides"),
]
WITH_REASON = [name for name in NAMES if "reason" in MUTATIONS[name].args]


@pytest.fixture(scope="module")
def refusing(built: House, world: dict[str, str]) -> tuple[House, dict[str, str]]:
    """A house for what is only refused, so that nothing in it changes, and the names of what stands there."""
    return built, world


@pytest.fixture
def house(copied: House) -> House:
    return copied


async def stored(house: House) -> dict[str, int]:
    """The version of every record there is."""
    found: dict[str, int] = {}
    for kind in KINDS.values():
        documents = await house.database.find(kind.COLLECTION, {}, 1000, ("version",))
        found |= {document["_id"]: document["version"] for document in documents}
    return found


def test_every_mutation_of_the_schema_is_called_here() -> None:
    assert sorted(calls(defaultdict(str))) == NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_a_mutation_answers_the_record_as_it_stands_then(house: House, world: dict[str, str], name: str) -> None:
    before, call = await stored(house), calls(world)[name]
    assert await performed(house, name, call) == {"__typename": answer_type(name), **call.answer}
    changed = {own_id: version for own_id, version in (await stored(house)).items() if before.get(own_id) != version}
    assert list(changed.values()) == [before.get(next(iter(changed)), 0) + 1]


@pytest.mark.parametrize("name", NAMES)
async def test_a_retry_with_the_same_key_writes_once_and_answers_alike(
    house: House, world: dict[str, str], name: str
) -> None:
    call = calls(world)[name]
    first = await performed(house, name, call, key="retry-1")
    before = await stored(house)
    assert await performed(house, name, call, key="retry-1") == first
    assert await stored(house) == before
    await house.relay_all()
    followed = await stored(house)
    assert await performed(house, name, call, key="retry-1") == first
    assert await stored(house) == followed


@pytest.mark.parametrize("name", NAMES)
async def test_the_same_key_with_other_arguments_is_refused(house: House, world: dict[str, str], name: str) -> None:
    call = calls(world)[name]
    await performed(house, name, call, key="retry-2")
    if "version" in call.given:
        other = {**call.given, "version": 77}
    elif "reason" in call.given:
        other = {**call.given, "reason": "另一原因"}
    else:
        other = {"input": {**call.given["input"], "sources": []}}
    answer = await performed(house, name, call._replace(given=other), key="retry-2")
    assert [problem["code"] for problem in answer["problems"]] == ["IDEMPOTENCY_KEY_REUSED"]


@pytest.mark.parametrize("name", CHANGING)
async def test_another_version_is_a_conflict_that_tells_the_one_that_stands(
    refusing: tuple[House, dict[str, str]], name: str
) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    call = all_calls[name]
    answer = await do(house, name, call.viewer, **{**call.given, "version": 99})
    standing = await version_of(house, call.given["id"], call.viewer)
    assert answer["problems"] == [
        {"code": "CONFLICT", "path": ["version"], "record": call.given["id"], "version": standing}
    ]


@pytest.mark.parametrize("name", WITH_REASON)
async def test_a_blank_reason_is_none(refusing: tuple[House, dict[str, str]], name: str) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    call = all_calls[name]
    given = {**call.given, "reason": " \n"}
    assert await problems(house, name, call.viewer, **given) == [("REQUIRED", ["reason"])]


@pytest.mark.parametrize("name", NAMES)
async def test_an_id_of_nothing_or_of_another_kind_is_refused_at_its_place(
    refusing: tuple[House, dict[str, str]], name: str
) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    call, before = all_calls[name], await stored(house)
    for path, own_id in ids_in(name, call.given):
        other_kind = "org_csair" if not own_id.startswith("org_") else "net_002_derma"
        for wrong in ("nonsense", "", f"{own_id[:4]}missing", other_kind):
            if (path[-1], wrong) == ("filedBy", ""):
                continue  # none named: the host files it
            found = await problems(house, name, call.viewer, **replaced(call.given, path, wrong))
            codes = {code for code, _ in found}
            if path == ("id",):
                assert found == [("NOT_FOUND", ["id"])]
            elif path[-1] in ("network", "filedBy") or path == ("organization",):
                assert codes <= {"FORBIDDEN", "REFERENCE_INVALID", "RULE_BROKEN", "REQUIRED"}
            else:
                there = {code for code, place in found if place == [str(part) for part in path]}
                assert there & {"REFERENCE_INVALID", "REQUIRED"}
    assert await stored(house) == before


@pytest.mark.parametrize("name", NAMES)
async def test_who_holds_no_right_at_all_is_refused_before_anything_is_read(
    refusing: tuple[House, dict[str, str]], name: str
) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    text = operation(name, MUTATIONS, all_calls[name].given, "")
    result = await house.ask(text, ANONYMOUS, **all_calls[name].given)
    assert result.data == {name: None}
    [error] = result.errors or []
    [problem] = getattr(error.original_error, "problems", [])
    assert (error.path, problem.code) == ([name], "FORBIDDEN")


@pytest.mark.parametrize(("name", "fact"), REQUIRED)
async def test_null_for_a_required_fact_is_refused_at_that_fact(
    refusing: tuple[House, dict[str, str]], name: str, fact: str
) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    call = all_calls[name]
    given = {**call.given, "input": {fact: None}}
    assert await problems(house, name, call.viewer, **given) == [("REQUIRED", ["input", fact])]


@pytest.mark.parametrize("name", [name for name in CHANGING if name.startswith("correct")])
async def test_a_correction_of_nothing_is_refused(refusing: tuple[House, dict[str, str]], name: str) -> None:
    house, all_calls = refusing[0], calls(refusing[1])
    call = all_calls[name]
    assert await problems(house, name, call.viewer, **{**call.given, "input": {}}) == [("INVALID", [])]
