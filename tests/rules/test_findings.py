"""Findings: how one is raised, opened, assigned, rectified and verified, and what is refused on the way."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation.attachments import Attachment, AttachmentKind
from service.errors import Code
from service.integrity import raising, rectifying, registering, reporting
from service.integrity.audits import AuditStatus
from service.integrity.verdicts import CheckId, Result, Verdict
from service.permission import may_read
from service.records import Document
from service.store.kinds import KINDS
from service.viewer import Grant, Role, Viewer
from tests.rules.audit_scene import (
    ADMIN,
    BANKER,
    COLLEAGUE,
    FOREIGN,
    NOON,
    NURSE,
    OBSERVER,
    OFFICER,
    READER,
    REPORTER,
    act,
    audit,
    gift_facts,
    scene,
)
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import codes, refused

BOTH = Viewer("兼任", (*REPORTER.grants, *OFFICER.grants))
TWO_NETWORKS = Viewer("两网", (*OFFICER.grants, *FOREIGN.grants))
TURN = [(Code.ILLEGAL_STATE, ("id",))]
ASSIGNED = {"grade": "MINOR", "cause": "制度不全", "responsible": "陈主任", "due": "2024-03-31"}
RESULT = Result(CheckId.GIFT_UNDECIDED, Verdict.OVERDUE, "org_tv", "gif_1", evidence=("gif_1", "com_1"))


def file(own_id: str, network: str = "net_a") -> Attachment:
    named = {"file_name": "整改.pdf", "media_type": "application/pdf", "stored_as": own_id, "sha256": own_id}
    facts: Any = {"record": "com_1", "organizations": ("org_tv",), "kind": AttachmentKind.EVIDENCE, "size": 1, **named}
    return Attachment(id=own_id, network=network, version=1, **facts)


@pytest.fixture
def store() -> MemoryStore:
    made = scene()
    for each in (
        audit(results=(RESULT,), as_of=NOON),
        audit("aud_some", organizations=("org_bank",)),
        audit("aud_done", status=AuditStatus.REPORTED),
        audit("aud_far", network="net_b"),
        file("att_1"),
        file("att_2"),
        file("att_far", "net_b"),
    ):
        made.put(each)
    return made


def told(**facts: Any) -> dict[str, Any]:
    return {"network": "net_a", "organization": "org_tv", "title": "礼品登记逾期未处理"} | facts


async def raised(store: MemoryStore, viewer: Viewer = OFFICER, **facts: Any) -> Document:
    return await raising.raise_finding(store, act(viewer), told(**facts))


async def opened(store: MemoryStore, **assigned: Any) -> str:
    own_id = str((await raised(store))["_id"])
    await rectifying.open_finding(store, act(), own_id, 1)
    await rectifying.assign(store, act(), own_id, 2, ASSIGNED | assigned)
    return own_id


def done(**facts: Any) -> dict[str, Any]:
    return {"action": "补办登记并退还", "done_on": "2024-02-28", "evidence": ["att_1"]} | facts


async def test_the_office_raises_a_draft_with_or_without_an_audit(store: MemoryStore) -> None:
    found = await raised(store, audit="aud_1", commitment="com_1", grade="MAJOR")
    assert (found["status"], found["raised_on"], found["grade"]) == ("DRAFT", "2024-02-29", "MAJOR")
    assert (await raised(store))["audit"] is None
    for viewer in (ADMIN, NURSE, OBSERVER, FOREIGN):
        assert await codes(raised(store, viewer)) == [(Code.FORBIDDEN, ())]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"title": ""}, [(Code.REQUIRED, ("title",))]),
        ({"organization": "org_none"}, [(Code.REFERENCE_INVALID, ("organization",))]),
        ({"audit": "aud_none"}, [(Code.REFERENCE_INVALID, ("audit",))]),
        ({"audit": "aud_done"}, [(Code.RULE_BROKEN, ("audit",))]),
        ({"audit": "aud_some"}, [(Code.REFERENCE_INVALID, ("audit",))]),
        ({"audit": "aud_far"}, [(Code.REFERENCE_INVALID, ("audit",))]),
        ({"organization": "org_bank", "commitment": "com_1"}, [(Code.REFERENCE_INVALID, ("commitment",))]),
        ({"gift": "gif_none", "breach": "com_1"}, [(Code.REFERENCE_INVALID, (n,)) for n in ("gift", "breach")]),
        ({"grade": "BAD"}, [(Code.INVALID, ("grade",))]),
    ],
    ids=str,
)
async def test_what_a_finding_names_must_fit_it(store: MemoryStore, facts: Any, wanted: Any) -> None:
    assert await codes(raised(store, TWO_NETWORKS, **facts)) == wanted
    assert store.revisions == []


async def test_a_gift_and_a_breach_are_of_the_finding_s_organisation(store: MemoryStore) -> None:
    gift = (await registering.record(store, act(NURSE), gift_facts()))["_id"]
    report = {"commitment": "com_1", "organization": "org_tv", "category": "NO_GIFTS", "description": "收礼"}
    breach = (await reporting.report(store, act(), report))["_id"]
    assert (await raised(store, gift=gift, breach=breach))["source_key"] == f"gift\x1f{gift}\x1forg_tv"
    twice = await codes(raised(store, gift=gift))
    assert twice == [(Code.ALREADY_EXISTS, ())]
    in_audit = await raised(store, gift=gift, audit="aud_1")
    assert in_audit["source_key"] == in_audit["_id"]
    other = await codes(raised(store, organization="org_bank", gift=gift, breach=breach))
    assert other == [(Code.REFERENCE_INVALID, ("gift",)), (Code.REFERENCE_INVALID, ("breach",))]


async def test_a_result_of_the_audit_is_copied_with_its_evidence(store: MemoryStore) -> None:
    facts = {"audit": "aud_1", "check": "GIFT_UNDECIDED", "organization": "org_tv", "subject": "gif_1", "title": "逾期"}
    found = await raising.raise_from_check(store, act(), {**facts, "description": "三个月未处理"})
    assert (found["check"], found["organization"], found["audit"]) == ("GIFT_UNDECIDED", "org_tv", "aud_1")
    assert (found["evidence"], found["status"], found["network"]) == (["gif_1", "com_1"], "DRAFT", "net_a")
    for change, wanted in (
        ({"subject": "gif_2"}, (Code.REFERENCE_INVALID, ("subject",))),
        ({"check": "ONE_SIDED"}, (Code.REFERENCE_INVALID, ("subject",))),
        ({"organization": "org_none"}, (Code.REFERENCE_INVALID, ("organization",))),
        ({"audit": "aud_none"}, (Code.REFERENCE_INVALID, ("audit",))),
        ({"audit": "aud_done"}, (Code.RULE_BROKEN, ("audit",))),
    ):
        assert await codes(raising.raise_from_check(store, act(), {**facts, **change})) == [wanted]
    assert await codes(raising.raise_from_check(store, act(OBSERVER), facts)) == [(Code.FORBIDDEN, ())]


async def test_only_a_draft_is_corrected_or_discarded(store: MemoryStore) -> None:
    own_id = (await raised(store))["_id"]
    found = await rectifying.correct(store, act(), own_id, 1, {"title": "改题", "cause": "疏忽"})
    assert (found["title"], found["cause"]) == ("改题", "疏忽")
    fixed = rectifying.correct(store, act(), own_id, 2, {"organization": "org_bank"})
    assert await codes(fixed) == [(Code.RULE_BROKEN, ("organization",))]
    unsaid = rectifying.correct(store, act(reason=None), own_id, 2, {"title": "x"})
    assert await codes(unsaid) == [(Code.REQUIRED, ("reason",))]
    found = await rectifying.discard(store, act(reason="查无实据"), own_id, 2)
    assert (found["status"], found["end_reason"]) == ("DISCARDED", "查无实据")
    other = await opened(store)
    assert await codes(rectifying.discard(store, act(), other, 3)) == TURN
    assert await codes(rectifying.correct(store, act(), other, 3, {"title": "x"})) == TURN


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"grade": None}, [(Code.REQUIRED, ("grade",))]),
        (
            {"responsible": None, "due": None},
            [(Code.REQUIRED, ("responsible",)), (Code.REQUIRED, ("due",))],
        ),
        ({"due": "2024-02-28"}, [(Code.RULE_BROKEN, ("due",))]),
        ({"cause": "长" * 2001}, [(Code.INVALID, ("cause",))]),
    ],
    ids=str,
)
async def test_who_is_assigned_what_until_when_is_told_in_full(store: MemoryStore, facts: Any, wanted: Any) -> None:
    own_id = (await raised(store))["_id"]
    assert await codes(rectifying.assign(store, act(), own_id, 1, ASSIGNED)) == TURN
    await rectifying.open_finding(store, act(), own_id, 1)
    assert await codes(rectifying.assign(store, act(), own_id, 2, ASSIGNED | facts)) == wanted
    assert (await rectifying.assign(store, act(), own_id, 2, ASSIGNED | {"due": "2024-02-29"}))["due"] == "2024-02-29"
    later = act(at=NOON + dt.timedelta(days=9))
    again = await rectifying.assign(store, later, own_id, 3, {"grade": "MAJOR"})  # overdue, and still the same day
    assert again["grade"] == "MAJOR"


async def test_what_conforms_is_closed_as_it_stands_and_nothing_else_is(store: MemoryStore) -> None:
    own_id = await opened(store)
    assert await codes(rectifying.close(store, act(), own_id, 3)) == TURN
    await rectifying.assign(store, act(), own_id, 3, {"grade": "CONFORM", "responsible": None, "due": None})
    assert await codes(rectifying.rectify(store, act(REPORTER), own_id, 4, done())) == TURN
    found = await rectifying.close(store, act(), own_id, 4)
    assert (found["status"], found["closed_on"]) == ("CLOSED", "2024-02-29")


async def test_the_organisation_rectifies_and_somebody_else_verifies(store: MemoryStore) -> None:
    own_id = await opened(store)
    for viewer, wanted in ((BANKER, Code.NOT_FOUND), (OFFICER, Code.FORBIDDEN), (ADMIN, Code.FORBIDDEN)):
        (problem,) = await refused(rectifying.rectify(store, act(viewer), own_id, 3, done()))
        assert problem.code is wanted
    found = await rectifying.rectify(store, act(BOTH), own_id, 3, done())
    assert found["status"] == "RECTIFIED"
    assert found["rectifications"] == [
        {
            "action": "补办登记并退还",
            "done_on": "2024-02-28",
            "evidence": ["att_1"],
            "by": "兼任",
            "recorded_at": NOON,
        }
    ]
    (problem,) = await refused(rectifying.verify(store, act(BOTH), own_id, 4, True))
    assert (problem.code, problem.path) == (Code.RULE_BROKEN, ("id",))
    assert "本人" in problem.chinese
    long = rectifying.verify(store, act(), own_id, 4, True, "长" * 2001)
    assert await codes(long) == [(Code.INVALID, ("note",))]
    again = await rectifying.verify(store, act(), own_id, 4, False, "未见成效")
    assert (again["status"], again["closed_on"], again["verifications"][0]["note"]) == ("OPEN", None, "未见成效")
    await rectifying.rectify(store, act(REPORTER), own_id, 5, done(evidence=[]))
    final = await rectifying.verify(store, act(COLLEAGUE), own_id, 6, True)
    assert (final["status"], final["closed_on"]) == ("CLOSED", "2024-02-29")
    assert [each["effective"] for each in final["verifications"]] == [False, True]
    assert await codes(rectifying.verify(store, act(), own_id, 7, True)) == TURN


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"action": " "}, [(Code.REQUIRED, ("action",))]),
        ({"done_on": "2024-03-01"}, [(Code.RULE_BROKEN, ("done_on",))]),
        ({"done_on": "2月"}, [(Code.INVALID, ("done_on",))]),
        ({"evidence": ["att_none"]}, [(Code.REFERENCE_INVALID, ("evidence", 0))]),
        ({"evidence": ["att_1", "att_far"]}, [(Code.REFERENCE_INVALID, ("evidence", 1))]),
        ({"evidence": ["att_1", "att_2", "att_1"]}, [(Code.RULE_BROKEN, ("evidence", 2))]),
        (
            {"action": "长" * 2001, "done_on": "2025-01-01", "evidence": ["com_1"]},
            [
                (Code.INVALID, ("action",)),
                (Code.RULE_BROKEN, ("done_on",)),
                (Code.REFERENCE_INVALID, ("evidence", 0)),
            ],
        ),
    ],
    ids=str,
)
async def test_what_is_said_of_a_rectification_is_judged(store: MemoryStore, facts: Any, wanted: Any) -> None:
    own_id = await opened(store)
    both_networks = Viewer("两网", (*REPORTER.grants, Grant(Role.NETWORK_ADMIN, "net_b")))
    assert await codes(rectifying.rectify(store, act(both_networks), own_id, 3, done(**facts))) == wanted


async def test_a_draft_is_known_to_the_office_and_observers_alone(store: MemoryStore) -> None:
    own_id = (await raised(store))["_id"]
    everybody = [OFFICER, OBSERVER, ADMIN, REPORTER, NURSE, READER, FOREIGN]

    def readers() -> list[Viewer]:
        return [each for each in everybody if may_read(KINDS["fin"], store.documents[own_id], each, NOON.date())]

    assert readers() == [OFFICER, OBSERVER]
    await rectifying.open_finding(store, act(), own_id, 1)
    assert readers() == [OFFICER, OBSERVER, ADMIN, REPORTER]
