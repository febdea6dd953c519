"""Calls that succeed, of the mutations of agreements and activities."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world import activity, agreement
from tests.conftest import ADMIN, BANK, BANK_RECORDER, LEAD, NETWORK


def _drafting(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    parties = [{"organization": LEAD, "branch": "bra_smu_derma_committee"}, {"organization": BANK}]
    return {
        "draftAgreement": created(
            {**agreement("新协议"), "parties": parties},
            "status gaps parties { organization { id } branch { id } } versions { number text }",
            {
                "status": "DRAFT",
                "gaps": [],
                "parties": [
                    {"organization": {"id": LEAD}, "branch": {"id": "bra_smu_derma_committee"}},
                    {"organization": {"id": BANK}, "branch": None},
                ],
                "versions": [{"number": 1, "text": "新协议正文"}],
            },
        ),
        "correctAgreement": changed(
            world["draft"],
            1,
            "title termTo",
            {"title": "新题", "termTo": "2028-02-29"},
            input={"title": "新题", "termTo": "2028-02-29", "parties": parties},
            **why,
        ),
        "reviseAgreement": changed(
            world["signing"],
            2,
            "status versions { number text }",
            {"status": "DRAFT", "versions": [{"number": 1, "text": "签署中正文"}, {"number": 2, "text": "修订正文"}]},
            text="修订正文",
            **why,
        ),
        "openAgreementForSigning": changed(world["draft"], 1, "status", {"status": "SIGNING"}),
    }


def _signing(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    signing: Any = {"id": world["signing"], "organization": BANK}
    return {
        "signAgreement": Call(
            BANK_RECORDER,
            {**signing, "version": 2, "textVersion": 1, "signedOn": "2024-06-15", "signer": "周"},
            "status signers signatures { organization { id } version signedOn withdrawnAt }",
            {
                "status": "SIGNING",
                "signers": ["周"],
                "signatures": [
                    {"organization": {"id": BANK}, "version": 1, "signedOn": "2024-06-15", "withdrawnAt": None}
                ],
            },
        ),
        "withdrawSignature": Call(
            BANK_RECORDER,
            {"id": world["half signed"], "organization": BANK, "version": 3, **why},
            "status signatures { withdrawnAt withdrawalReason }",
            {
                "status": "SIGNING",
                "signatures": [{"withdrawnAt": "2024-06-15T02:00:00.000Z", "withdrawalReason": REASON}],
            },
        ),
        "declineAgreement": Call(
            BANK_RECORDER,
            {**signing, "version": 2, **why},
            "status declines { organization { id } version declinedAt reason }",
            {
                "status": "DECLINED",
                "declines": [
                    {"organization": {"id": BANK}, "version": 1, "declinedAt": "2024-06-15T02:00:00.000Z"}
                    | {"reason": REASON}
                ],
            },
        ),
    }


def _amending(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    told = "status inForce text { number text } amendment { version state reason text { text } } amendments { state }"
    in_force: Any = {"status": "ACTIVE", "inForce": 1}
    proposed = {"version": 2, "state": "SIGNING", "reason": None, "text": {"text": "新修订"}}
    renewal = {"title": "续签协议", "termFrom": "2024-07-01", "termTo": "2028-02-29"}
    return {
        "amendAgreement": changed(
            world["active"],
            4,
            told,
            {**in_force, "text": {"number": 1, "text": "生效中正文"}, "amendment": proposed}
            | {"amendments": [{"state": "SIGNING"}]},
            text="新修订",
            **why,
        ),
        "withdrawAmendment": changed(
            world["amending"],
            6,
            told,
            {**in_force, "text": {"number": 1, "text": "修订中正文"}, "amendment": None}
            | {"amendments": [{"state": "WITHDRAWN"}]},
            **why,
        ),
        "renewAgreement": Call(
            ADMIN,
            {"id": world["active"], "version": 4, "input": renewal},
            "version title kind status termTo supersedes { id renewedBy { id } } parties { organization { id } }",
            {"version": 1, "title": "续签协议", "kind": "INTEGRITY_PARTNER", "status": "DRAFT", "termTo": "2028-02-29"}
            | {"supersedes": {"id": world["active"], "renewedBy": None}}
            | {"parties": [{"organization": {"id": LEAD}}, {"organization": {"id": BANK}}]},
        ),
    }


def _ending(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    return {
        "terminateAgreement": changed(
            world["active"],
            4,
            "status terminatedOn endReason",
            {"status": "TERMINATED", "terminatedOn": "2024-06-15", "endReason": REASON},
            **why,
        ),
        "discardAgreement": changed(
            world["draft"], 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why
        ),
    }


def _making(world: Mapping[str, str]) -> dict[str, Call]:
    integrity = {"topics": [{"pillar": "INTEGRITY", "theme": "INTEGRITY_EDUCATION"}], "agreement": world["active"]}
    held = activity("廉洁教育", startsAt="2024-06-14T09:30:00+08:00", filedBy=BANK, **integrity)
    held["participations"][0]["branch"] = "bra_smu_derma_committee"
    return {
        "planActivity": created(
            activity("新计划", startsAt="2024-06-30T09:30:00+08:00"),
            "status startsAt filedBy { id }",
            {"status": "PLANNED", "startsAt": "2024-06-30T01:30:00.000Z", "filedBy": {"id": LEAD}},
        ),
        "recordActivity": created(
            held,
            "status agreement { id } filedBy { id } participations { branch { id } }",
            {
                "status": "HELD",
                "agreement": {"id": world["active"]},
                "filedBy": {"id": BANK},
                "participations": [{"branch": {"id": "bra_smu_derma_committee"}}, {"branch": None}],
            },
        ),
    }


def _changing(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    integrity = {"topics": [{"pillar": "INTEGRITY", "theme": "INTEGRITY_EDUCATION"}], "agreement": world["active"]}
    held = activity("廉洁教育", startsAt="2024-06-14T09:30:00+08:00", filedBy=BANK, **integrity)
    held["participations"][0]["branch"] = "bra_smu_derma_committee"
    outcomes = [{"description": "义诊", "value": "12.50", "unit": "万元", "qualifier": "OVER"}]
    return {
        "holdActivity": changed(
            world["planned"],
            1,
            "status outcomes { description value unit qualifier }",
            {"status": "HELD", "outcomes": outcomes},
            input={"startsAt": "2024-06-15T01:00:00Z", "outcomes": outcomes},
        ),
        "publishActivity": changed(world["held"], 1, "status", {"status": "PUBLISHED"}),
        "cancelActivity": changed(
            world["planned"], 1, "status cancelReason", {"status": "CANCELLED", "cancelReason": REASON}, **why
        ),
        "correctActivity": changed(
            world["published"],
            2,
            "status filedBy { id } participations { organization { id } role }",
            {
                "status": "PUBLISHED",
                "filedBy": {"id": BANK},
                "participations": [
                    {"organization": {"id": LEAD}, "role": "CO_HOST"},
                    {"organization": {"id": BANK}, "role": "HOST"},
                ],
            },
            input={
                "participations": [{"organization": LEAD, "role": "CO_HOST"}, {"organization": BANK, "role": "HOST"}],
                "filedBy": BANK,
            },
            **why,
        ),
    }


def _confirming(world: Mapping[str, str]) -> dict[str, Call]:
    told = "status confirmations { organization { id } verdict at reason }"
    said: Any = {"organization": {"id": BANK}, "at": "2024-06-15T02:00:00.000Z"}
    confirmed, disputed = ({**said, "verdict": verdict} for verdict in ("CONFIRMED", "DISPUTED"))
    return {
        "confirmActivity": changed(
            world["held"],
            1,
            told,
            {"status": "HELD", "confirmations": [{**confirmed, "reason": None}]},
            BANK_RECORDER,
            organization=BANK,
        ),
        "disputeActivity": changed(
            world["published"],
            2,
            told,
            {"status": "PUBLISHED", "confirmations": [{**disputed, "reason": REASON}]},
            BANK_RECORDER,
            organization=BANK,
            reason=REASON,
        ),
    }


def _attaching(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    return {
        "correctAttachment": changed(
            world["attached"],
            1,
            "kind description record { id } size url",
            {
                "kind": "PHOTO",
                "description": "合影",
                "record": {"id": world["held"]},
                "size": 7,
                "url": f"/attachments/{world['attached']}",
            },
            input={"kind": "PHOTO", "description": "合影"},
            **why,
        ),
        "discardAttachment": changed(
            world["scanned"],
            1,
            "status discardReason url",
            {"status": "DISCARDED", "discardReason": REASON, "url": None},
            **why,
        ),
    }


def _imports(world: Mapping[str, str]) -> dict[str, Call]:
    facts = activity("导入的讲座", startsAt="2024-06-14T09:30:00+08:00", filedBy=BANK)
    row = {name: value for name, value in facts.items() if name != "network"}
    told = "rows { index outcome record { status externalReference filedBy { id } } problems { code } } created"
    record = {"status": "HELD", "externalReference": "OA-7", "filedBy": {"id": BANK}}
    made = {"index": 0, "outcome": "CREATED", "record": record, "problems": []}
    given = {"network": NETWORK, "rows": [{**row, "externalReference": "OA-7", "status": "HELD"}]}
    answer = {"rows": [made], "created": 1}
    return {"importActivities": Call(BANK_RECORDER, {"input": given, "reason": REASON}, told, answer)}


COOPERATION_CALLS = (_imports, _drafting, _signing, _amending, _ending, _making, _changing, _confirming, _attaching)
