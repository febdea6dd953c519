"""Calls that succeed, of the mutations of gifts, breaches, audits and findings."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world_audits import ASSIGNED, DEPUTY, DONE, PERIOD
from tests.conftest import BANK, BANK_RECORDER, LEAD, LEAD_RECORDER, NETWORK, OFFICER

WHY: Any = {"reason": REASON}


def _gifts(world: Mapping[str, str]) -> dict[str, Call]:
    facts = {"network": NETWORK, "giver": BANK, "receiver": LEAD, "item": "茶叶", "kind": "LOCAL_SPECIALTY"}
    facts |= {"estimatedValue": "128.5", "givenOn": {"from": "2024-02-29"}, "activity": world["held"]}
    sides = {"giver": {"id": BANK}, "receiver": {"id": LEAD}, "activity": {"id": world["held"]}}
    told = "status gaps estimatedValue recordedBy giver { id } receiver { id } activity { id }"
    answer = {"status": "RECORDED", "gaps": [], "estimatedValue": "128.5", **sides}
    why = {"decision": "HANDED_IN", **WHY}
    decided = {"status": "DECIDED", "decision": "HANDED_IN", "decisionReason": REASON, "decidedBy": "officer"}
    reviewed = {"status": "REVIEWED", "decision": "HANDED_IN", "review": REASON, "reviewedBy": "deputy"}
    return {
        "recordGift": created(facts, told, {**answer, "recordedBy": "bank-recorder"}, BANK_RECORDER),
        "correctGift": changed(
            world["gift"],
            1,
            "item kind receiver { id } giver { id }",
            {"item": "水果", "kind": "OTHER", "receiver": {"id": LEAD}, "giver": {"id": BANK}},
            LEAD_RECORDER,
            input={"item": "水果", "kind": "OTHER", "receiver": LEAD, "giver": BANK},
            **WHY,
        ),
        "decideGift": changed(world["gift"], 1, "status decision decisionReason decidedBy", decided, OFFICER, **why),
        "reviewGift": changed(world["gift decided"], 2, "status decision review reviewedBy", reviewed, DEPUTY, **why),
        "discardGift": changed(
            world["gift"], 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, LEAD_RECORDER, **WHY
        ),
    }


def _breaches(world: Mapping[str, str]) -> dict[str, Call]:
    facts = {"commitment": world["commitment"], "organization": LEAD, "category": "NO_GIFTS", "description": "收礼"}
    facts |= {"happenedOn": {"from": "2024-06-05", "to": "2024-06-06"}}
    told = "status category description happenedOn { from to } organization { id } commitment { id }"
    answer = {"status": "REPORTED", "category": "NO_GIFTS", "description": "收礼", "organization": {"id": LEAD}}
    answer |= {"happenedOn": {"from": "2024-06-05", "to": "2024-06-06"}, "commitment": {"id": world["commitment"]}}
    reported, confirmed = world["breach reported"], world["breach"]
    judged = {"judgement": REASON}
    return {
        "reportBreach": created(facts, told, answer, BANK_RECORDER),
        "confirmBreach": changed(reported, 1, "status judgement", {"status": "CONFIRMED", **judged}, OFFICER, **WHY),
        "dismissBreach": changed(reported, 1, "status judgement", {"status": "DISMISSED", **judged}, OFFICER, **WHY),
        "resolveBreach": changed(
            confirmed, 2, "status resolution", {"status": "RESOLVED", "resolution": REASON}, OFFICER, **WHY
        ),
    }


def _audits(world: Mapping[str, str]) -> dict[str, Call]:
    facts: Any = {"network": NETWORK, "title": "复查", **PERIOD, "organizations": [BANK]}
    facts |= {"refersTo": world["audit closed"]}
    told = "status title periodFrom periodTo officer openedOn organizations { id } refersTo { id }"
    answer = {"status": "OPEN", "title": "复查", **PERIOD, "officer": "officer", "openedOn": "2024-06-15"}
    answer |= {"organizations": [{"id": BANK}], "refersTo": {"id": world["audit closed"]}}
    change = {"title": "改题", "periodTo": "2024-05-31", "organizations": [LEAD]}
    corrected = {"title": "改题", "periodTo": "2024-05-31", "organizations": [{"id": LEAD}]}
    reported = {"status": "REPORTED", "conclusion": "符合", "reportedOn": "2024-06-15"}
    return {
        "openAudit": created(facts, told, answer, OFFICER),
        "correctAudit": changed(
            world["audit"], 1, "title periodTo organizations { id }", corrected, OFFICER, input=change, **WHY
        ),
        "runAuditChecks": changed(
            world["audit"], 1, "asOf", {"asOf": "2024-06-14T16:00:00.000Z"}, OFFICER, asOf="2024-06-15T00:00:00+08:00"
        ),
        "reportAudit": changed(
            world["audit checked"], 2, "status conclusion reportedOn", reported, OFFICER, conclusion="符合"
        ),
        "closeAudit": changed(
            world["audit reported"], 3, "status closedOn", {"status": "CLOSED", "closedOn": "2024-06-15"}, OFFICER
        ),
        "discardAudit": changed(
            world["audit"], 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, OFFICER, **WHY
        ),
    }


def _raising(world: Mapping[str, str]) -> dict[str, Call]:
    own: Any = {"organization": LEAD, "title": "未开展交流"}
    named = {"audit": world["audit checked"], "breach": world["breach"], "commitment": world["commitment"]}
    by_hand = {"network": NETWORK, **own, **named, "gift": world["gift"], "grade": "MAJOR"}
    links = {name: {"id": own_id} for name, own_id in (named | {"gift": world["gift"]}).items()}
    result = {**own, "audit": world["audit checked"], "check": "NO_EXCHANGE", "subject": LEAD}
    copied: Any = {"check": "NO_EXCHANGE", "organization": {"id": LEAD}, "evidence": [{"id": LEAD}]}
    return {
        "raiseFinding": created(
            by_hand,
            "status grade raisedOn audit { id } breach { id } commitment { id } gift { id }",
            {"status": "DRAFT", "grade": "MAJOR", "raisedOn": "2024-06-15", **links},
            OFFICER,
        ),
        "raiseFindingFromCheck": created(
            result,
            "status check organization { id } evidence { id } audit { id }",
            {"status": "DRAFT", "audit": {"id": world["audit checked"]}, **copied},
            OFFICER,
        ),
    }


def _drafts(world: Mapping[str, str]) -> dict[str, Call]:
    draft, change = world["finding draft"], {"title": "改题", "cause": "疏忽"}
    discarded = {"status": "DISCARDED", "endReason": REASON}
    graded = {"status": "OPEN", **ASSIGNED}
    return {
        "correctFinding": changed(draft, 1, "title cause", change, OFFICER, input=change, **WHY),
        "openFinding": changed(draft, 1, "status", {"status": "OPEN"}, OFFICER),
        "assignFinding": changed(
            world["finding"], 2, "status grade cause responsible due", graded, OFFICER, input=ASSIGNED
        ),
        "discardFinding": changed(draft, 1, "status endReason", discarded, OFFICER, **WHY),
    }


def _findings(world: Mapping[str, str]) -> dict[str, Call]:
    shown = {"action": DONE["action"], "doneOn": DONE["doneOn"], "by": "lead-recorder"}
    rectified: Any = {"status": "RECTIFIED", "rectifiedOn": DONE["doneOn"]}
    rectified |= {"rectifications": [{**shown, "evidence": [{"id": world["attached"]}]}]}
    again: Any = {"status": "OPEN", "closedOn": None}
    again |= {"verifications": [{"effective": False, "note": "未见成效", "by": "officer"}]}
    closed = {"status": "CLOSED", "closedOn": "2024-06-15"}
    return {
        "rectifyFinding": changed(
            world["finding assigned"],
            3,
            "status rectifiedOn rectifications { action doneOn by evidence { id } }",
            rectified,
            LEAD_RECORDER,
            input={**DONE, "evidence": [world["attached"]]},
        ),
        "verifyFinding": changed(
            world["finding rectified"],
            4,
            "status closedOn verifications { effective note by }",
            again,
            OFFICER,
            effective=False,
            note="未见成效",
        ),
        "closeFinding": changed(world["finding conforming"], 3, "status closedOn", closed, OFFICER),
    }


AUDIT_CALLS = (_gifts, _breaches, _audits, _raising, _drafts, _findings)
