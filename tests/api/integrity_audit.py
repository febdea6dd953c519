"""What the office meets in the year and how it ends: a gift, a breach, the checks, an audit with its one finding."""

from typing import Any

from tests.api import integrity_texts as texts
from tests.api.integrity_year import BOTH_HATS, TODAY, Year, ago
from tests.conftest import BANK, LEAD, NETWORK
from tests.faults.running import eventually

REPORTER = "张群众"
PERIOD = {"from": ago(90), "to": TODAY.isoformat()}


def gift_is_handled(year: Year) -> None:
    """It touches a clause: its draft finding is seen by the office and the observer alone, until it is settled."""
    bank, office = year.sides[BANK], year.officer
    facts = {"network": NETWORK, "giver": BANK, "receiver": LEAD, "item": "荔枝", "kind": "LOCAL_SPECIALTY"}
    facts |= {"estimatedValue": "128.50", "givenOn": {"from": TODAY.isoformat()}, "occasion": "联合廉洁教育"}
    assert office.denied(texts.GIVE, input=facts) == ["FORBIDDEN"]
    given = year.create("gift", bank, texts.GIVE, **facts)
    assert given == {"status": "RECORDED", "recordedBy": "bank-recorder"}
    own_id = year.made["gift"]
    assert eventually(lambda: office.one(texts.GIFT, id=own_id)["findingPending"] is False, 20)
    [draft] = office.one(texts.GIFT, id=own_id)["findings"]["nodes"]
    assert (draft["status"], draft["organization"]["id"]) == ("DRAFT", LEAD)
    assert draft["commitment"]["id"] == year.made["commitment"]
    year.made["draft"], year.versions["draft"] = draft["id"], draft["version"]
    assert seen_by(year, "draft") == {"officer", "deputy", "observer"}
    assert [each.one(texts.GIFT, id=own_id)["findings"]["nodes"] for each in (bank, year.admin)] == [[], []]

    why = {"decision": "RETURNED", "reason": "土特产,退还"}
    assert year.denied("gift", bank, texts.DECIDE, **why) == ["FORBIDDEN"]
    decided = year.step("gift", office, texts.DECIDE, **why)
    assert decided == {"status": "DECIDED", "decision": "RETURNED"}
    assert year.broken("gift", office, texts.REVIEW, reason="同意") == [("RULE_BROKEN", ["id"])]
    reviewed = year.step("gift", year.deputy, texts.REVIEW, reason="同意退还")
    assert reviewed == {"status": "REVIEWED", "decision": "RETURNED", "review": "同意退还"}
    assert year.step("draft", office, texts.DISCARD_FINDING, reason="已退还") == {"status": "DISCARDED"}


def seen_by(year: Year, name: str) -> set[str]:
    """To whom the record is no missing one."""
    walkers = {"officer": year.officer, "deputy": year.deputy, "observer": year.observer, "admin": year.admin}
    walkers |= {"front end": year.front_end, "lead": year.sides[LEAD], "bank": year.sides[BANK]}
    return {who for who, walker in walkers.items() if walker.one(texts.STATE, id=year.made[name]) is not None}


def breach_is_reported(year: Year) -> None:
    """Until it is confirmed not even those may read it who reported it; who told of it is the office's alone."""
    bank, lead, office = year.sides[BANK], year.sides[LEAD], year.officer
    facts = {"commitment": year.made["commitment"], "organization": BANK, "category": "NO_GIFTS"}
    facts |= {"description": "节前向科室赠送购物卡", "happenedOn": {"from": ago(3)}, "reporter": REPORTER}
    assert year.create("breach", lead, texts.REPORT_BREACH, **facts) == {"status": "REPORTED"}
    assert seen_by(year, "breach") == {"officer", "deputy", "observer"}
    confirmed = year.step("breach", office, texts.CONFIRM_BREACH, reason="购物卡已查实")
    assert confirmed == {"status": "CONFIRMED"}
    assert seen_by(year, "breach") == {"officer", "deputy", "observer", "admin", "bank"}

    private: list[tuple[str, str, str, Any]] = [
        ("breach", texts.REPORTER, "reporter", REPORTER),
        ("batch 2", texts.KNOWERS, "persons", ["工号001", "工号002", "工号003"]),
    ]
    for name, text, held_back, value in private:
        own_id = year.made[name]
        for walker in (year.observer, year.admin, bank):
            assert walker.masked(text, id=own_id) == ({held_back: None}, [f"node.{held_back}"])
        assert year.deputy.one(text, id=own_id) == {held_back: value}
    told = [each for each in log(year, "breach") if each[1] == "WhoReported" and "READ_RESTRICTED" in each[2]]
    assert [by for by, *_ in told] == ["deputy"]
    assert log(year, "batch 2") == [("deputy", "WhoKnows", ["READ_RESTRICTED"])]


def log(year: Year, name: str) -> list[tuple[str, str, list[str]]]:
    """Who read what is restricted of a record, in which operation, by which rights; the latest first."""
    found = year.officer.one(texts.LOG, network=NETWORK, record=year.made[name])["nodes"]
    return [(each["by"], each["operation"], each["rights"]) for each in found]


def verdicts(year: Year, **asked: Any) -> dict[tuple[str, str], str]:
    """What the checks say of the bank, by check and subject."""
    asked = {"network": NETWORK, "organizations": [BANK], "period": PERIOD, **asked}
    found = year.officer.one(texts.JUDGED, **asked)["nodes"]
    return {(each["check"]["code"], each["subject"]["id"]): each["verdict"] for each in found}


def light(year: Year) -> str:
    rows = year.officer.one(texts.OVERVIEW, network=NETWORK)["nodes"]
    [found] = [row["light"] for row in rows if row["organization"]["id"] == BANK]
    return str(found)


def exposed(year: Year) -> dict[str, str]:
    """The office's worklist: who cooperates without a commitment that is effective."""
    found = year.officer.one(texts.EXPOSED, network=NETWORK)["nodes"]
    return {each["organization"]["id"]: each["verdict"] for each in found}


def audit_is_opened(year: Year) -> None:
    """With the bank as its scope; what its checks say of a moment is what the checks said then, and is frozen."""
    office = year.officer
    facts = {"network": NETWORK, "title": f"{TODAY.year}年度廉洁审计", "organizations": [BANK]}
    facts |= {"periodFrom": PERIOD["from"], "periodTo": PERIOD["to"]}
    assert year.admin.denied(texts.OPEN_AUDIT, input=facts) == ["FORBIDDEN"]
    opened = year.create("audit", office, texts.OPEN_AUDIT, **facts)
    assert opened == {"status": "OPEN", "officer": "officer", "refersTo": None}
    moment = year.moments["the breach is confirmed"]
    future = {"asOf": "2999-01-01T00:00:00Z"}
    assert year.broken("audit", office, texts.RUN_CHECKS, **future) == [("RULE_BROKEN", ["asOf"])]
    assert year.step("audit", office, texts.RUN_CHECKS, asOf=moment) == {"status": "OPEN", "asOf": moment}
    assert year.broken("audit", office, texts.RUN_CHECKS) == [("ILLEGAL_STATE", ["id"])]
    asked: Any = {"network": NETWORK, "organizations": [BANK], "period": PERIOD}
    judged = office.one(texts.JUDGED, **asked, asOf=moment)["nodes"]
    assert office.one(texts.AUDIT, id=year.made["audit"])["results"]["nodes"] == judged
    assert {each["verdict"] for each in judged} >= {"FAIL", "PASS"}


def finding_is_raised(year: Year) -> None:
    """From the check that found the breach; a draft is the office's, an open one the bank's too."""
    office = year.officer
    result = {"audit": year.made["audit"], "check": "OPEN_BREACH", "organization": BANK}
    facts = {**result, "subject": year.made["breach"], "title": "节前赠送购物卡", "description": "违反承诺条款"}
    assert year.admin.denied(texts.RAISE, input=facts) == ["FORBIDDEN"]
    raised = year.create("finding", office, texts.RAISE, **facts)
    evidence = [{"id": year.made["breach"]}, {"id": year.made["commitment"]}]
    assert raised == {"status": "DRAFT", "check": "OPEN_BREACH", "evidence": evidence}
    assert seen_by(year, "finding") == {"officer", "deputy", "observer"}
    assert year.step("finding", office, texts.OPEN_FINDING) == {"status": "OPEN"}
    assert seen_by(year, "finding") == {"officer", "deputy", "observer", "admin", "bank"}


def finding_is_rectified(year: Year) -> None:
    """By the bank, and verified by somebody else than who recorded that, whatever roles they have."""
    bank, office, hats = year.sides[BANK], year.officer, year.service.walker(BOTH_HATS)
    done = {"input": {"action": "收回购物卡,约谈责任人", "doneOn": TODAY.isoformat()}}
    assert year.broken("finding", bank, texts.RECTIFY, **done) == [("ILLEGAL_STATE", ["id"])]  # not graded yet
    assigned = {"grade": "MAJOR", "cause": "节前教育不到位", "responsible": "陈主任", "due": ago(-30)}
    assert year.denied("finding", year.admin, texts.ASSIGN, input=assigned) == ["FORBIDDEN"]
    graded = year.step("finding", office, texts.ASSIGN, input=assigned)
    assert graded == {"status": "OPEN", "grade": "MAJOR", "due": ago(-30)}
    assert year.tried("finding", year.sides[LEAD], texts.RECTIFY, **done)["problems"][0]["code"] == "NOT_FOUND"
    assert year.denied("finding", office, texts.RECTIFY, **done) == ["FORBIDDEN"]
    assert year.step("finding", bank, texts.RECTIFY, **done) == {"status": "RECTIFIED"}

    year.step("audit", office, texts.REPORT_AUDIT, conclusion="总体符合,发现一项问题,已整改。")
    unsettled = year.tried("audit", office, texts.CLOSE_AUDIT)["problems"]
    assert unsettled == [{"code": "RULE_BROKEN", "path": ["id"], "record": year.made["finding"]}]
    seen = {"effective": True, "note": "已查看收回凭证"}
    assert year.denied("finding", bank, texts.VERIFY, **seen) == ["FORBIDDEN"]
    assert year.broken("finding", hats, texts.VERIFY, **seen) == [("RULE_BROKEN", ["id"])]
    verified = year.step("finding", year.deputy, texts.VERIFY, **seen)
    assert verified == {"status": "CLOSED", "closedOn": TODAY.isoformat()}
    settled = year.step("breach", office, texts.RESOLVE_BREACH, reason="购物卡已退回")
    assert settled == {"status": "RESOLVED", "resolution": "购物卡已退回"}


def audit_is_closed(year: Year) -> None:
    """Nothing of it changes any more; its matter is taken up again by an audit of its own."""
    office, own_id = year.officer, year.made["audit"]
    assert year.step("audit", office, texts.CLOSE_AUDIT) == {"status": "CLOSED"}
    before = office.one(texts.AUDIT, id=own_id)
    steps: list[tuple[str, dict[str, Any]]] = [
        (texts.CORRECT_AUDIT, {"reason": "改题", "input": {"title": "另一个题目"}}),
        (texts.RUN_CHECKS, {}),
        (texts.REPORT_AUDIT, {"conclusion": "另一个结论"}),
        (texts.CLOSE_AUDIT, {}),
        (texts.DISCARD_AUDIT, {"reason": "作废"}),
    ]
    for text, given in steps:
        assert year.broken("audit", office, text, **given) == [("ILLEGAL_STATE", ["id"])]
    late = {"audit": own_id, "check": "OPEN_BREACH", "organization": BANK, "subject": year.made["breach"]}
    [problem] = office.one(texts.RAISE, input={**late, "title": "补记"})["problems"]
    assert (problem["code"], problem["path"]) == ("RULE_BROKEN", ["input", "audit"])
    assert office.one(texts.AUDIT, id=own_id) == before
    assert (before["status"], before["version"]) == ("CLOSED", 4)
    again = {"network": NETWORK, "title": "跟踪审计", "periodFrom": PERIOD["to"], "periodTo": PERIOD["to"]}
    follows = year.create("follow-up", office, texts.OPEN_AUDIT, **again, refersTo=own_id)
    assert follows["refersTo"] == {"id": own_id}
    year.step("follow-up", office, texts.DISCARD_AUDIT, reason="无需跟踪")
