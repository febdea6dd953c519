"""A year with a partner, walked from both sides (issue 3, *Shown by* 1): the administrator of the network, a liaison of
the lead, and one of 中国银行越秀支行 who was given the role in the service and hands it over at the end.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from service.dates import SHANGHAI, day_of, now
from service.viewer import Viewer
from tests.api.uploads import PDF, pdf
from tests.api.walk_texts import (
    CONFIRM,
    CORRECT,
    DISPUTE,
    DRAFT,
    EVIDENCE,
    GIVE,
    HAND_OVER,
    HOLD,
    MAKE_PLAN,
    OPEN,
    PLAN,
    RECORD,
    SIGN,
    STANDING,
    TIMELINE,
)
from tests.api.walking import Served, Walker, served
from tests.conftest import ADMIN, BANK, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, STRANGER

LIAISON, SUCCESSOR = Viewer("li.liaison@bank"), Viewer("wang.successor@bank")  # no role stands in their tokens
TODAY = day_of(now())
BEGAN = dt.datetime.combine(TODAY, dt.time(), SHANGHAI).isoformat()  # what is held lies in the term and in the past
YEAR = TODAY.year
ALL_PILLARS = ["LEARNING", "DEVELOPMENT", "SERVICE", "INTEGRITY"]


@dataclass
class Year:
    """Who walks, and what they have made so far."""

    admin: Walker
    lead: Walker
    bank: Walker
    role: str
    agreement: str = ""
    plan: str = ""

    def facts(self, title: str, line: int | None, bank: int) -> dict[str, Any]:
        """An activity of the agreement, with 20 of the lead and `bank` of the bank."""
        own = {} if line is None else {"plan": self.plan, "planLine": line}
        return own | {
            "network": NETWORK,
            "agreement": self.agreement,
            "title": title,
            "topics": [{"pillar": "LEARNING", "theme": "EXCHANGE", "main": True}],
            "form": "LECTURE",
            "startsAt": BEGAN,
            "place": "报告厅",
            "participations": [
                {"organization": LEAD, "role": "HOST", "headCount": 20},
                {"organization": BANK, "role": "PARTICIPANT", "headCount": bank},
            ],
            "filedBy": LEAD,
        }


@pytest.fixture(scope="module")
def service(engine_uri: str) -> Iterator[Served]:
    with served(engine_uri) as service:
        yield service


def began(service: Served) -> Year:
    """The administrator gives the bank's liaison the role, which their token then has at once."""
    admin, bank = service.walker(ADMIN), service.walker(LIAISON)
    given = {"network": NETWORK, "role": "RECORDER", "organization": BANK, "subject": LIAISON.subject}
    role = admin.one(GIVE, input=given)
    assert (role["version"], role.keys()) == (1, {"id", "version"})
    grants = bank.ask("{ viewer { subject grants { role network organization source } } }")
    held = {"role": "RECORDER", "network": NETWORK, "organization": BANK, "source": "ASSIGNED"}
    assert grants == {"viewer": {"subject": LIAISON.subject, "grants": [held]}}
    return Year(admin, service.walker(LEAD_RECORDER), bank, role["id"])


def agreed(year: Year) -> None:
    """Drafted and opened by the administrator, signed by each side for itself alone."""
    facts = {
        "network": NETWORK,
        "title": f"{YEAR}年党建共建合作协议",
        "kind": "CO_BUILDING",
        "level": "COMMITTEE",
        "parties": [{"organization": LEAD}, {"organization": BANK}],
        "pillars": ALL_PILLARS,
        "termFrom": f"{YEAR}-01-01",
        "termTo": f"{YEAR}-12-31",
        "text": "甲乙双方本着资源共享、业务合作、理念互通、监督互促的原则,开展党建共建。",
    }
    drafted = year.admin.one(DRAFT, input=facts)
    own_id = year.agreement = drafted["id"]
    assert drafted == {"id": own_id, "version": 1, "status": "DRAFT", "gaps": []}
    assert year.admin.one(OPEN, id=own_id, version=1) == {"id": own_id, "version": 2, "status": "SIGNING"}
    signing = {"id": own_id, "on": TODAY.isoformat()}
    stolen = year.lead.one(SIGN, **signing, version=2, organization=BANK)
    assert stolen == {"problems": [{"code": "FORBIDDEN", "path": ["organization"], "record": None}]}
    half = year.lead.one(SIGN, **signing, version=2, organization=LEAD)
    assert half == {"id": own_id, "version": 3, "status": "SIGNING"}
    whole = year.bank.one(SIGN, **signing, version=3, organization=BANK)
    assert whole == {"id": own_id, "version": 4, "status": "ACTIVE"}


def planned(year: Year) -> None:
    """Three lines are due on the day, one when the year ends."""
    day, last = TODAY.isoformat(), f"{YEAR}-12-31"
    titles = {"理论学习": day, "主题交流": day, "阵地参观": day, "年终座谈": last}
    lines = [
        {
            "pillar": "LEARNING",
            "theme": "EXCHANGE",
            "title": title,
            "when": {"from": when},
            "owner": LEAD,
            "partners": [BANK],
        }
        for title, when in titles.items()
    ]
    made = year.admin.one(MAKE_PLAN, input={"agreement": year.agreement, "year": YEAR, "lines": lines})
    year.plan = made["id"]
    assert made == {
        "id": year.plan,
        "version": 1,
        "lines": [
            {"number": number, "title": title, "status": "DUE" if when <= TODAY.isoformat() else "PLANNED"}
            for number, (title, when) in enumerate(titles.items(), start=1)
        ],
    }


def held(year: Year) -> tuple[str, str, str]:
    """One planned and then held, one recorded under a line, one beside the plan: their ids."""
    first = year.lead.one(PLAN, input=year.facts("理论学习", 1, bank=8))["id"]
    came = {"summary": "双方党员共同学习。"}
    stale = year.lead.one(HOLD, id=first, version=7, input=came)
    assert stale == {"problems": [{"code": "CONFLICT", "path": ["version"], "record": first, "version": 1}]}
    holding = year.lead.one(HOLD, id=first, version=1, input=came)
    assert holding == {"id": first, "version": 2, "status": "HELD", "planLine": 1}

    given, key = year.facts("主题交流", 2, bank=10), f"retry-{YEAR}"
    second = year.lead.one(RECORD, key, input=given)
    assert second == {"id": second["id"], "version": 1}
    assert year.lead.one(RECORD, key, input=given) == second  # a retry hears what the first heard
    twice = year.lead.one(RECORD, input=given)  # another attempt, without it, is a duplicate
    assert twice == {"problems": [{"code": "ALREADY_EXISTS", "path": [], "record": second["id"]}]}

    beside = year.lead.one(RECORD, input=year.facts("临时慰问", None, bank=5))
    return first, second["id"], beside["id"]


def answered(year: Year, first: str, second: str) -> None:
    """The bank confirms; a correction takes that back, with a reason; then it confirms again, and disputes another."""
    yes = {"organization": {"id": BANK}, "verdict": "CONFIRMED", "reason": None}
    own: Any = {"id": first, "organization": BANK}
    assert year.bank.one(CONFIRM, **own, version=2) == {"id": first, "version": 3, "confirmations": [yes]}
    corrected = year.facts("理论学习", 1, bank=9)["participations"]
    wrong: Any = {"id": first, "version": 3, "input": {"participations": corrected}}
    unexplained = year.lead.one(CORRECT, **wrong, reason=" ")
    assert unexplained == {"problems": [{"code": "REQUIRED", "path": ["reason"], "record": None}]}
    better = year.lead.one(CORRECT, **wrong, reason="签到表为九人")
    assert better == {"id": first, "version": 4, "confirmations": []}
    assert year.bank.one(CONFIRM, **own, version=4) == {"id": first, "version": 5, "confirmations": [yes]}
    no = {"organization": {"id": BANK}, "verdict": "DISPUTED", "reason": "我行未派人参加"}
    disputed = year.bank.one(DISPUTE, id=second, version=1, organization=BANK, reason="我行未派人参加")
    assert disputed == {"id": second, "version": 2, "confirmations": [no]}


def counted(year: Year, first: str, second: str) -> None:
    """What is disputed counts for the network and the lead, not for the bank; the plan is the network's."""
    period = {"from": TODAY.isoformat(), "to": TODAY.isoformat()}
    asked: Any = {"network": NETWORK, "plan": year.plan, "lead": LEAD, "bank": BANK, "period": period}
    found = year.admin.ask(STANDING, **asked)
    last = "DUE" if f"{YEAR}-12-31" <= TODAY.isoformat() else "PLANNED"
    due = 4 if last == "DUE" else 3
    assert found["node"] == {
        "lines": [
            {"number": 1, "status": "FULFILLED", "activities": [{"id": first}]},
            {"number": 2, "status": "FULFILLED", "activities": [{"id": second}]},
            {"number": 3, "status": "DUE", "activities": []},
            {"number": 4, "status": last, "activities": []},
        ],
        "fulfilment": {
            "lines": 4,
            "dropped": 0,
            "due": due,
            "fulfilled": 2,
            "rate": round(2 / due, 4),
            "unplanned": 1,
        },
    }
    whole = {"total": 3, "disputed": 1, "personTimes": 84}  # 29 + 30 + 25
    assert found["network"] == found["lead"] == whole
    assert found["bank"] == {"total": 2, "disputed": 0, "personTimes": 54}
    learnt = {row["organization"]["id"]: row["cells"][0] for row in found["coverage"]["nodes"]}
    assert (learnt[LEAD], learnt[BANK]) == (
        {"pillar": "LEARNING", "activities": 3},
        {"pillar": "LEARNING", "activities": 2},
    )


def remembered(year: Year, first: str) -> None:
    """Who did what, the latest first."""
    told = year.admin.one(TIMELINE, id=first)["timeline"]["nodes"]
    assert [(each["version"], each["by"], each["action"], each["reason"]) for each in told] == [
        (5, LIAISON.subject, "confirmActivity", None),
        (4, LEAD_RECORDER.subject, "correctActivity", "签到表为九人"),
        (3, LIAISON.subject, "confirmActivity", None),
        (2, LEAD_RECORDER.subject, "holdActivity", None),
        (1, LEAD_RECORDER.subject, "planActivity", None),
    ]
    assert {change["field"] for change in told[1]["changes"]} == {"participations", "confirmations"}


def sent(by: Walker, record: str, content: bytes) -> httpx.Response:
    told = {"record": record, "kind": "EVIDENCE", "fileName": "签到表.pdf"}
    headers = {**by.headers(), "Content-Type": PDF}
    return by.client.post("/attachments", params=told, content=content, headers=headers)


def proven(year: Year, service: Served, first: str) -> None:
    """The bank's evidence is there for who may read the activity, and for nobody else."""
    content = pdf()
    kept = sent(year.bank, first, content)
    assert kept.status_code == 201, kept.text
    front_end, foreign = service.walker(FRONT_END), service.walker(STRANGER)
    [shown] = front_end.one(EVIDENCE, id=first)["attachments"]["nodes"]
    assert shown == {
        "id": kept.json()["id"],
        "kind": "EVIDENCE",
        "fileName": "签到表.pdf",
        "mediaType": PDF,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "url": kept.headers["location"],
    }
    fetched = front_end.client.get(shown["url"], headers=front_end.headers())
    assert (fetched.status_code, fetched.headers["content-type"], fetched.content) == (200, PDF, content)
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert foreign.one(EVIDENCE, id=first) is None
    refused = foreign.client.get(shown["url"], headers=foreign.headers())
    assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")
    assert sent(foreign, first, content).status_code == 422  # to whom the record is a missing one


def handed_over(year: Year, service: Served, beside: str) -> None:
    """The successor acts at once, the one before no more."""
    successor = service.walker(SUCCESSOR)
    word: Any = {"id": beside, "version": 1, "organization": BANK}
    assert successor.denied(CONFIRM, **word) == ["FORBIDDEN"]
    over = year.admin.one(HAND_OVER, id=year.role, version=1, reason="岗位调整", subject=SUCCESSOR.subject)
    assert over == {"id": year.role, "version": 2, "subject": SUCCESSOR.subject, "status": "ACTIVE"}
    assert year.bank.denied(CONFIRM, **word) == ["FORBIDDEN"]
    yes = {"organization": {"id": BANK}, "verdict": "CONFIRMED", "reason": None}
    assert successor.one(CONFIRM, **word) == {"id": beside, "version": 2, "confirmations": [yes]}


def test_a_year_with_a_partner_is_planned_held_answered_and_handed_over(service: Served) -> None:
    year = began(service)
    agreed(year)
    planned(year)
    first, second, beside = held(year)
    answered(year, first, second)
    counted(year, first, second)
    remembered(year, first)
    proven(year, service, first)
    handed_over(year, service, beside)
