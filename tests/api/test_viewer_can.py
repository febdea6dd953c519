"""`viewerCan` tells the truth: it lists the steps that are not refused, and no other."""

from collections.abc import Mapping
from typing import Any

import pytest

from service.records import Action
from service.store.kinds import kind_of
from service.viewer import ANONYMOUS, Viewer
from tests.api.valid import calls
from tests.api.world import (
    MUTATIONS,
    operation,
)
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    OPERATOR,
    STRANGER,
    House,
)

EVERYBODY = [ANONYMOUS, FRONT_END, LEAD_RECORDER, BANK_RECORDER, ADMIN, OFFICER, OBSERVER, OPERATOR, STRANGER]
STEPS: Mapping[str, Mapping[str, str]] = {
    "net": {"CORRECT": "correctNetwork", "ARCHIVE": "archiveNetwork"},
    "org": {"CORRECT": "correctOrganization", "ARCHIVE": "archiveOrganization", "MERGE": "mergeOrganization"},
    "bra": {"CORRECT": "correctPartyBranch", "ARCHIVE": "archivePartyBranch"},
    "hea": {"CORRECT": "correctHeadcount", "DISCARD": "discardHeadcount"},
    "mem": {"CORRECT": "correctMembership", "END": "endMembership", "DISCARD": "discardMembership"},
    "dep": {"CORRECT": "correctDepartment", "ARCHIVE": "archiveDepartment"},
    "per": {"CORRECT": "correctPerson", "ARCHIVE": "archivePerson", "FORGET": "forgetPerson"},
    "sta": {"CORRECT": "correctStation", "CLOSE": "closeStation", "DISCARD": "discardStation"},
    "pai": {"CORRECT": "correctPairing", "END": "endPairing", "DISCARD": "discardPairing"},
    "rol": {"HAND_OVER": "handOverRole", "END": "endRole", "WITHDRAW": "withdrawRole"},
    "agr": {
        "CORRECT": "correctAgreement",
        "REVISE": "reviseAgreement",
        "OPEN_FOR_SIGNING": "openAgreementForSigning",
        "SIGN": "signAgreement",
        "WITHDRAW_SIGNATURE": "withdrawSignature",
        "DECLINE": "declineAgreement",
        "AMEND": "amendAgreement",
        "WITHDRAW_AMENDMENT": "withdrawAmendment",
        "RENEW": "renewAgreement",
        "TERMINATE": "terminateAgreement",
        "DISCARD": "discardAgreement",
    },
    "pla": {
        "CORRECT": "correctActivityPlan",
        "DROP_LINE": "dropPlanLine",
        "DISCARD": "discardActivityPlan",
    },
    "grp": {
        "CORRECT": "correctLeadingGroup",
        "END": "dissolveLeadingGroup",
        "DISCARD": "discardLeadingGroup",
    },
    "del": {
        "CORRECT": "correctDeliverable",
        "LAUNCH": "launchDeliverable",
        "CLOSE": "closeDeliverable",
        "DISCARD": "discardDeliverable",
    },
    "act": {
        "CORRECT": "correctActivity",
        "HOLD": "holdActivity",
        "PUBLISH": "publishActivity",
        "CANCEL": "cancelActivity",
        "CONFIRM": "confirmActivity",
        "DISPUTE": "disputeActivity",
    },
    "cla": {"REVISE": "reviseClauseSet", "PUBLISH": "publishClauseSet", "ARCHIVE": "archiveClauseSet"},
    "com": {
        "CORRECT": "correctCommitment",
        "DISCARD": "discardCommitment",
        "SIGN": "signCommitment",
        "WITHDRAW_SIGNATURE": "withdrawCommitmentSignature",
        "PUBLICISE": "publiciseCommitment",
        "END_PUBLICITY": "endCommitmentPublicity",
        "ACKNOWLEDGE": "recordAcknowledgements",
        "RENEW": "renewCommitment",
        "WITHDRAW": "withdrawCommitment",
    },
    "ack": {"WITHDRAW": "withdrawAcknowledgement"},
    "gif": {
        "CORRECT": "correctGift",
        "DECIDE": "decideGift",
        "REVIEW": "reviewGift",
        "DISCARD": "discardGift",
    },
    "bre": {"CONFIRM": "confirmBreach", "DISMISS": "dismissBreach", "RESOLVE": "resolveBreach"},
    "aud": {
        "CORRECT": "correctAudit",
        "RUN_CHECKS": "runAuditChecks",
        "REPORT": "reportAudit",
        "CLOSE": "closeAudit",
        "DISCARD": "discardAudit",
    },
    "fin": {
        "CORRECT": "correctFinding",
        "OPEN": "openFinding",
        "ASSIGN": "assignFinding",
        "RECTIFY": "rectifyFinding",
        "VERIFY": "verifyFinding",
        "CLOSE": "closeFinding",
        "DISCARD": "discardFinding",
    },
    "att": {"CORRECT": "correctAttachment", "DISCARD": "discardAttachment"},
}


OF_ANOTHER = {"recordAcknowledgements": "commitment"}  # what a step makes a record of its own for
OF_ITS_OWN = (["organization"], ["input", "organization"], ["input", "commitment"])


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


def test_every_step_of_every_kind_has_its_mutation() -> None:
    for prefix, steps in STEPS.items():
        kind = kind_of(f"{prefix}_")
        assert kind is not None
        assert {Action(step) for step in steps} == set(kind.STEPS)
        assert set(steps.values()) <= set(MUTATIONS)


async def _allowed(house: House, name: str, viewer: Viewer, own_id: str, world: Mapping[str, str]) -> bool:
    """Whether the mutation gets past right and state; if it is carried out, the record is put back."""
    asked = "query($id: ID!) { node(id: $id) { ... on Recorded { version } } }"
    version = (await house.data(asked, OFFICER, id=own_id))["node"]
    own = next((grant.organization for grant in viewer.grants if grant.organization), BANK)
    given: dict[str, Any] = {**calls(world)[name].given}
    if name in OF_ANOTHER:
        given["input"] = {**given["input"], OF_ANOTHER[name]: own_id, "organization": own}
    else:
        required = ("clauseVersion", "grade", "action", "doneOn")  # of an input that says nothing else
        told = {fact: value for fact, value in given.get("input", {}).items() if fact in required}
        given |= {"id": own_id, **version} | ({"input": told} if "input" in given else {})
    given |= {"organization": own} if "organization" in given else {}
    kind = kind_of(own_id)
    assert kind is not None
    collection = house.database._database[kind.COLLECTION]
    before = await collection.find_one({"_id": own_id})
    result = await house.ask(
        operation(name, MUTATIONS, given, "... on Refusal { problems { code path } }"), viewer, **given
    )
    await collection.replace_one({"_id": own_id}, before)
    assert result.data is not None
    if result.data[name] is None:
        return False
    problems = result.data[name].get("problems", ())
    out_of_use = ["input", OF_ANOTHER.get(name, "")]  # what is discarded is nothing to refer to
    not_its_turn = any(problem["path"] in (*OF_ITS_OWN, out_of_use) for problem in problems)
    return not not_its_turn and not {"FORBIDDEN", "ILLEGAL_STATE", "NOT_FOUND"} & {each["code"] for each in problems}


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda viewer: viewer.subject)
async def test_viewer_can_lists_exactly_the_steps_that_are_not_refused(
    house: House, world: dict[str, str], viewer: Viewer
) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Recorded { viewerCan } } }"
    reported = {"reported agreement": "agr_002_boc_yuexiu_integrity", "network": NETWORK}
    own = {name: own_id for name, own_id in world.items() if not name.startswith("wuxi ")} | reported
    for name, own_id in own.items():
        node = (await house.data(query, viewer, id=own_id))["node"]
        steps = STEPS[own_id[:3]]
        allowed = {step for step, mutation in steps.items() if await _allowed(house, mutation, viewer, own_id, world)}
        assert (name, set(node["viewerCan"] if node else ())) == (name, allowed)
