"""Calls that succeed, of the mutations of clauses, commitments and acknowledgements."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world_commitments import NO_GIFTS, OBEY, commitment
from tests.conftest import BANK, BANK_RECORDER, LEAD, LEAD_RECORDER, NETWORK, OFFICER

CLAUSES = "clauses { category chinese english }"
SIDES = "sides { organization { id } signed staff required known }"
WHY: Any = {"reason": REASON}


def _writing(world: Mapping[str, str]) -> dict[str, Call]:
    drafted: Any = {"status": "DRAFT", "current": None, "draft": {"number": 1, "clauses": [OBEY, NO_GIFTS]}}
    facts = {"network": NETWORK, "title": "廉洁条款", "clauses": [OBEY, NO_GIFTS]}
    told = f"status gaps current {{ number publishedOn }} draft {{ number {CLAUSES} }} versions {{ number }}"
    return {
        "createClauseSet": created(facts, told, {**drafted, "gaps": [], "versions": []}, OFFICER),
        "reviseClauseSet": changed(
            world["clauses"],
            4,
            told,
            {"status": "PUBLISHED", "gaps": [], "current": {"number": 2, "publishedOn": "2024-05-01"}}
            | {"draft": {"number": 3, "clauses": [OBEY]}, "versions": [{"number": 1}, {"number": 2}]},
            OFFICER,
            clauses=[OBEY],
            **WHY,
        ),
        "publishClauseSet": changed(
            world["clauses drafted"],
            1,
            "status current { number publishedOn } draft { number }",
            {"status": "PUBLISHED", "current": {"number": 1, "publishedOn": "2024-06-15"}, "draft": None},
            OFFICER,
        ),
        "archiveClauseSet": changed(
            world["clauses"], 4, "status endReason", {"status": "ARCHIVED", "endReason": REASON}, OFFICER, **WHY
        ),
    }


def _drawing(world: Mapping[str, str]) -> dict[str, Call]:
    parties = (LEAD, BANK)
    unsigned: Any = {"signed": False, "staff": None, "required": None, "known": 0}
    sides = [{"organization": {"id": party}, **unsigned} for party in parties]
    told = (
        f"status gaps publicityDays knownPercent expiresOn clauseSet {{ id }} clauseVersion agreement {{ id }} {SIDES}"
    )
    drawn: Any = {"status": "DRAWN_UP", "gaps": [], "publicityDays": 7, "knownPercent": 100, "sides": sides}
    drawn |= {"clauseSet": {"id": world["clauses"]}, "agreement": {"id": world["amending"]}, "clauseVersion": 1}
    facts = commitment(world["amending"], parties, world["clauses"], expiresOn="2028-02-29")
    renewed = {"supersedes": {"id": world["commitment renewal"]}, "clauseVersion": 1, "status": "DRAWN_UP"}
    other: Any = {"clauseSet": world["clauses other"], "clauseVersion": 1}
    return {
        "drawUpCommitment": created(facts, told, {**drawn, "expiresOn": "2028-02-29"}, LEAD_RECORDER),
        "correctCommitment": changed(
            world["commitment drawn up"],
            1,
            "clauseVersion expiresOn",
            {"clauseVersion": 2, "expiresOn": "2028-02-29"},
            BANK_RECORDER,
            input={"clauseVersion": 2, "clauseSet": world["clauses"], "expiresOn": "2028-02-29"}
            | {"sides": [{"organization": BANK}, {"organization": LEAD}]},
            **WHY,
        ),
        "discardCommitment": changed(
            world["commitment drawn up"],
            1,
            "status endReason",
            {"status": "DISCARDED", "endReason": REASON},
            BANK_RECORDER,
            **WHY,
        ),
        "renewCommitment": Call(
            BANK_RECORDER,
            {"id": world["commitment renewal"], "version": 6, "input": {**other, "agreement": world["renewal"]}},
            "version status clauseVersion supersedes { id }",
            {"version": 1, **renewed},
        ),
    }


def _undertaking(world: Mapping[str, str]) -> dict[str, Call]:
    own: Any = {"organization": BANK}
    pending, signed = world["commitment pending"], {"signed": True, "staff": 4, "required": 4, "known": 0}
    lead: Any = {"organization": {"id": LEAD}, "signed": True, "staff": 99, "required": 99, "known": 0}
    return {
        "signCommitment": changed(
            pending,
            2,
            f"status signedOn {SIDES}",
            {"status": "PENDING", "signedOn": "2024-06-15", "sides": [lead, {"organization": {"id": BANK}, **signed}]},
            BANK_RECORDER,
            **own,
            clauseVersion=2,
            signedOn="2024-06-15",
            headcount=world["partner counted"],
            signer="周",
        ),
        "withdrawCommitmentSignature": changed(
            pending,
            2,
            "status sides { signed staff }",
            {"status": "DRAWN_UP", "sides": [{"signed": False, "staff": None}] * 2},
            LEAD_RECORDER,
            organization=LEAD,
            **WHY,
        ),
        "withdrawCommitment": changed(
            world["commitment"],
            7,
            "status withdrawnOn withdrawnBy { id } endReason",
            {"status": "WITHDRAWN", "withdrawnOn": "2024-06-15", "withdrawnBy": {"id": BANK}, "endReason": REASON},
            BANK_RECORDER,
            **own,
            **WHY,
        ),
    }


def _publicising(world: Mapping[str, str]) -> dict[str, Call]:
    told = "status sides { publicity { number channel place begins { from } ends { from } evidence { id } } }"
    first: Any = {"channel": "宣传栏", "place": None, "evidence": [], "begins": {"from": "2024-06-02"}, "ends": None}
    second: Any = {"number": 3, "channel": "内网", "place": "首页", "evidence": [{"id": world["attached"]}]}
    second |= {"begins": {"from": "2024-06-14"}, "ends": {"from": "2024-06-30"}}
    own: Any = {"organization": BANK}
    days: Any = {"begins": "2024-06-14", "ends": "2024-06-30"}
    ended = {**first, "number": 2, "ends": {"from": "2024-06-14"}}
    lead = {"publicity": [{**first, "number": 1}]}
    return {
        "publiciseCommitment": changed(
            world["commitment"],
            7,
            told,
            {"status": "EFFECTIVE", "sides": [lead, {"publicity": [{**first, "number": 2}, second]}]},
            BANK_RECORDER,
            **own,
            **days,
            channel="内网",
            place="首页",
            evidence=[world["attached"]],
        ),
        "endCommitmentPublicity": changed(
            world["commitment"],
            7,
            told,
            {"status": "EFFECTIVE", "sides": [lead, {"publicity": [ended]}]},
            BANK_RECORDER,
            **own,
            number=2,
            ends="2024-06-14",
        ),
    }


def _acknowledging(world: Mapping[str, str]) -> dict[str, Call]:
    facts: Any = {"commitment": world["commitment"], "organization": BANK, "acknowledgedOn": "2024-06-15"}
    told = "status people headCount clauseVersion commitment { id } organization { id }"
    batch = {"people": 2, "headCount": None, "clauseVersion": 1, "commitment": {"id": world["commitment"]}}
    return {
        "recordAcknowledgements": created(
            {**facts, "persons": ["工号1", "工号5"]},
            told,
            {"status": "RECORDED", "organization": {"id": BANK}, **batch},
            BANK_RECORDER,
        ),
        "withdrawAcknowledgement": changed(
            world["acknowledgement"],
            1,
            "status endReason",
            {"status": "WITHDRAWN", "endReason": REASON},
            BANK_RECORDER,
            **WHY,
        ),
    }


COMMITMENT_CALLS = (_writing, _drawing, _undertaking, _publicising, _acknowledging)
