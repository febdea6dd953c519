"""How both sides come to an effective commitment, as the walk of the office takes it: agreement, clauses, gates."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from service.dates import SHANGHAI, day_of, now
from service.viewer import Grant, Role, Viewer
from tests.api import integrity_texts as texts
from tests.api.walking import Served, Walker
from tests.conftest import ADMIN, BANK, BANK_RECORDER, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, OBSERVER, OFFICER
from tests.faults.running import eventually

TODAY = day_of(now())
BEGAN = dt.datetime.combine(TODAY, dt.time(), SHANGHAI).isoformat()
SOURCES = [{"document": "002", "fact": "C14", "quotation": "互相做出廉洁承诺"}]
DEPUTY = Viewer("deputy", (Grant(Role.INTEGRITY_OFFICER, NETWORK),))
BOTH_HATS = Viewer(BANK_RECORDER.subject, DEPUTY.grants)  # the bank's recorder, who sits in the office too
STAFF = {LEAD: 100, BANK: 5}
OBEY = {"category": "OBEY_LAWS", "chinese": "遵守国家法律法规。", "english": "To obey the laws of the state."}
NO_GIFTS = {"category": "NO_GIFTS", "chinese": "不得赠送或接受土特产。", "english": "Neither to give nor take gifts."}
FEASTS = {"category": "NO_EXCESSIVE_RECEPTION", "chinese": "不得安排超标准接待。", "english": "No feasts."}
OF_ANOTHER = {"problems": [{"code": "FORBIDDEN", "path": ["organization"], "record": None}]}


def ago(days: int) -> str:
    return (TODAY - dt.timedelta(days=days)).isoformat()


def at_millisecond(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


@dataclass
class Year:
    """Who walks, what they have made so far by name, and at which version each record stands."""

    service: Served
    made: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    moments: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        walker = self.service.walker
        self.admin, self.officer, self.deputy = walker(ADMIN), walker(OFFICER), walker(DEPUTY)
        self.observer, self.front_end = walker(OBSERVER), walker(FRONT_END)
        self.sides = {LEAD: walker(LEAD_RECORDER), BANK: walker(BANK_RECORDER)}

    def create(self, name: str, by: Walker, text: str, /, **facts: Any) -> Any:
        """What the new record, from here on called `name`, tells of itself beside its id and version."""
        made = by.one(text, f"{name} of the walk", input=facts)
        assert made.get("version") == 1, made
        self.made[name], self.versions[name] = made.pop("id"), made.pop("version")
        return made

    def step(self, name: str, by: Walker, text: str, /, **given: Any) -> Any:
        """What the record tells of itself after one more step."""
        done = self.tried(name, by, text, **given)
        self.versions[name] += 1
        assert (done.pop("id", None), done.pop("version", None)) == (self.made[name], self.versions[name]), done
        return done

    def tried(self, name: str, by: Walker, text: str, /, **given: Any) -> Any:
        """What is answered to a step on the version that the record has."""
        return by.one(text, id=self.made[name], version=self.versions[name], **given)

    def broken(self, name: str, by: Walker, text: str, /, **given: Any) -> list[tuple[str, list[str]]]:
        """Code and path of each problem that a refused step has."""
        return [(each["code"], each["path"]) for each in self.tried(name, by, text, **given)["problems"]]

    def denied(self, name: str, by: Walker, text: str, /, **given: Any) -> list[str]:
        return by.denied(text, id=self.made[name], version=self.versions[name], **given)

    def remember(self, name: str) -> None:
        """Call this moment `name`: what is recorded afterwards is not known at it."""
        moment = at_millisecond(now())
        eventually(lambda: at_millisecond(now()) > moment, 1)
        self.moments[name] = moment


def clauses_are_published(year: Year) -> None:
    """Version 1 is the one of the paper, published before; version 2 is published by the office today."""
    office = year.officer
    facts = {"network": NETWORK, "title": "廉洁承诺条款", "clauses": [OBEY, NO_GIFTS], "publishedOn": ago(35)}
    assert year.admin.denied(texts.CREATE_CLAUSES, input=facts) == ["FORBIDDEN"]
    told = {"origin": "REPORTED", "sources": SOURCES}
    first = year.create("clauses", office, texts.CREATE_CLAUSES, **facts, **told)
    assert first == {"status": "PUBLISHED", "current": {"number": 1}}
    wording = {"clauses": [OBEY, NO_GIFTS, FEASTS], "reason": "增加接待条款"}
    assert year.step("clauses", office, texts.REVISE_CLAUSES, **wording) == {"draft": {"number": 2}}
    current = year.step("clauses", office, texts.PUBLISH_CLAUSES)["current"]
    assert (current["number"], current["publishedOn"], len(current["textHash"])) == (2, TODAY.isoformat(), 64)
    assert year.broken("clauses", office, texts.PUBLISH_CLAUSES) == [("ILLEGAL_STATE", ["id"])]


def agreement_is_in_force(year: Year) -> None:
    """Drafted by the administrator, not by the office; signed by each side for itself."""
    facts = {
        "network": NETWORK,
        "title": "廉洁伙伴协议书",
        "kind": "INTEGRITY_PARTNER",
        "level": "COMMITTEE",
        "parties": [{"organization": own} for own in year.sides],
        "pillars": ["INTEGRITY"],
        "termFrom": ago(40),
        "termTo": ago(-325),
        "publicityDays": 7,
        "knownPercent": 100,
        "text": "甲乙双方互相作出廉洁承诺,在本单位内部公示,确保全员知晓。",
    }
    assert year.officer.denied(texts.DRAFT_AGREEMENT, input=facts) == ["FORBIDDEN"]
    renamed: Any = {"id": BANK, "version": 1, "reason": "越权", "input": {"shortName": "越秀支行"}}
    assert year.officer.denied(texts.CORRECT_ORGANIZATION, **renamed) == ["FORBIDDEN"]
    drafted = year.create("agreement", year.admin, texts.DRAFT_AGREEMENT, **facts)
    assert drafted == {"status": "DRAFT", "publicityDays": 7, "knownPercent": 100}
    assert year.denied("agreement", year.officer, texts.OPEN_AGREEMENT) == ["FORBIDDEN"]
    assert year.step("agreement", year.admin, texts.OPEN_AGREEMENT) == {"status": "SIGNING"}
    for own, walker in year.sides.items():
        signature = {"organization": own, "textVersion": 1, "signedOn": TODAY.isoformat(), "signer": "周签署"}
        signed = year.step("agreement", walker, texts.SIGN_AGREEMENT, **signature)
    assert signed == {"status": "ACTIVE"}


def staff_is_counted(year: Year) -> None:
    for own, staff in STAFF.items():
        facts = {
            "network": NETWORK,
            "organization": own,
            "on": {"from": ago(30)},
            "staff": staff,
            "members": 2,
            "cadres": 1,
        }
        year.create(f"staff of {own}", year.admin, texts.COUNT_STAFF, **facts)


def missing(year: Year) -> set[tuple[str, str]]:
    """What the commitment lacks, by code and side; nothing once it is effective."""
    found = year.officer.one(texts.BLOCKERS, id=year.made["commitment"])
    assert (found["status"] == "EFFECTIVE") == (not found["blockers"])
    assert (found["effectiveFrom"] is None) == bool(found["blockers"])
    return {(each["code"], each["organization"]["id"]) for each in found["blockers"]}


def commitment_is_signed(year: Year) -> None:
    """Drawn up on the wrong version, which was not published when they signed; then on the right one."""
    lead, bank = year.sides.values()
    sides = {"agreement": year.made["agreement"], "sides": [{"organization": own} for own in year.sides]}
    facts = {**sides, "clauseSet": year.made["clauses"], "clauseVersion": 2}
    assert year.officer.denied(texts.DRAW_UP, input=facts) == ["FORBIDDEN"]
    drawn = year.create("commitment", lead, texts.DRAW_UP, **facts)
    assert drawn == {"status": "DRAWN_UP", "clauseVersion": 2}
    gates = {(code, own) for code in ("NOT_SIGNED", "NOT_PUBLICISED", "NOT_ACKNOWLEDGED") for own in year.sides}
    assert missing(year) == gates
    own: Any = {"organization": LEAD, "headcount": year.made[f"staff of {LEAD}"], "signer": "王院长"}
    early = {"clauseVersion": 2, "signedOn": ago(20)}
    assert year.broken("commitment", lead, texts.SIGN, **own, **early) == [("RULE_BROKEN", ["signedOn"])]
    right = {"input": {"clauseVersion": 1}, "reason": "签署时第 2 版尚未发布"}
    assert year.step("commitment", lead, texts.CORRECT, **right)["clauseVersion"] == 1

    signature = {"clauseVersion": 1, "signedOn": ago(20)}
    assert year.tried("commitment", bank, texts.SIGN, **own, **signature) == OF_ANOTHER
    assert year.step("commitment", lead, texts.SIGN, **own, **signature) == {"status": "PENDING"}
    assert missing(year) == gates - {("NOT_SIGNED", LEAD)}
    theirs: Any = {"organization": BANK, "headcount": year.made[f"staff of {BANK}"], "signer": "李行长"}
    other = {"clauseVersion": 2, "signedOn": ago(19)}
    assert year.broken("commitment", bank, texts.SIGN, **theirs, **other) == [("RULE_BROKEN", ["clauseVersion"])]
    both = year.step("commitment", bank, texts.SIGN, **theirs, **signature | {"signedOn": ago(19)})
    assert both == {"status": "PENDING"}
    assert missing(year) == {each for each in gates if each[0] != "NOT_SIGNED"}
    year.remember("both have signed")


def commitment_is_publicised(year: Year) -> None:
    """Inside the lead it still is; inside the bank for seven days."""
    lead, bank = year.sides.values()
    wall = {"organization": LEAD, "channel": "院务公开栏", "place": "门诊大厅", "begins": ago(18)}
    assert year.denied("commitment", year.admin, texts.PUBLICISE, **wall) == ["FORBIDDEN"]
    year.step("commitment", lead, texts.PUBLICISE, **wall)
    assert ("NOT_PUBLICISED", LEAD) not in missing(year)
    net = {"organization": BANK, "channel": "行内网", "begins": ago(17)}
    year.step("commitment", bank, texts.PUBLICISE, **net, ends=ago(12))
    [short] = [
        each
        for each in year.officer.one(texts.BLOCKERS, id=year.made["commitment"])["blockers"]
        if each["code"] == "NOT_PUBLICISED"
    ]
    assert short == {
        "code": "NOT_PUBLICISED", "organization": {"id": BANK}, "since": ago(19), "done": 6, "wanted": 7,
    }  # fmt: skip
    year.step("commitment", bank, texts.PUBLICISE, **net | {"begins": ago(11)}, ends=ago(10))
    assert missing(year) == {("NOT_ACKNOWLEDGED", own) for own in year.sides}


def known(year: Year) -> dict[str, Any]:
    """The commitment when all batches are counted; `service:follower` writes what they come to."""
    found: dict[str, Any] = {}

    def counted() -> bool:
        found.update(year.officer.one(texts.BLOCKERS, id=year.made["commitment"]))
        return not any(side["countPending"] for side in found["sides"])

    assert eventually(counted, 20), found
    return found


def staff_knows(year: Year) -> None:
    """At the lead by head-count; at the bank by person, one of whom is told of twice and one batch a mistake."""
    batches: list[tuple[str, str, dict[str, Any]]] = [
        (LEAD, ago(9), {"headCount": 60}),
        (BANK, ago(8), {"persons": ["工号001", "工号002", "工号003"]}),
        (LEAD, ago(7), {"headCount": 40}),
        (BANK, ago(6), {"persons": ["工号003", "工号004"]}),
    ]
    own = {"commitment": year.made["commitment"]}
    for number, (side, day, people) in enumerate(batches, start=1):
        facts = {**own, "organization": side, "acknowledgedOn": day, **people}
        assert year.admin.denied(texts.ACKNOWLEDGE, input=facts) == ["FORBIDDEN"]
        told = year.create(f"batch {number}", year.sides[side], texts.ACKNOWLEDGE, **facts)
        assert told == {"status": "RECORDED", "people": people.get("headCount") or len(people["persons"])}
    assert year.denied("batch 1", year.admin, texts.WITHDRAW_BATCH, reason="越权") == ["FORBIDDEN"]
    many = {**own, "organization": LEAD, "acknowledgedOn": ago(5), "headCount": 1}
    [problem] = year.sides[LEAD].one(texts.ACKNOWLEDGE, input=many)["problems"]
    assert (problem["code"], problem["path"]) == ("RULE_BROKEN", ["input", "headCount"])
    assert [side["known"] for side in known(year)["sides"]] == [100, 4]
    assert missing(year) == {("NOT_ACKNOWLEDGED", BANK)}
    last = {**own, "organization": BANK, "acknowledgedOn": ago(5), "persons": ["工号005"]}
    year.create("batch 5", year.sides[BANK], texts.ACKNOWLEDGE, **last)
    effective = known(year)
    assert (effective["status"], effective["effectiveFrom"], effective["blockers"]) == ("EFFECTIVE", ago(5), [])


def education_is_held(year: Year) -> None:
    """Once for education, once for exchange; the office may not record them."""
    for name, theme in (("joint education", "INTEGRITY_EDUCATION"), ("exchange", "INTEGRITY_EXCHANGE")):
        facts = {
            "network": NETWORK,
            "agreement": year.made["agreement"],
            "title": f"廉洁伙伴活动({theme})",
            "topics": [{"pillar": "INTEGRITY", "theme": theme, "main": True}],
            "form": "LECTURE",
            "startsAt": BEGAN,
            "place": "报告厅",
            "participations": [
                {"organization": LEAD, "role": "HOST", "headCount": 20},
                {"organization": BANK, "role": "PARTICIPANT", "headCount": 5},
            ],
            "filedBy": LEAD,
        }
        assert year.officer.denied(texts.HOLD, input=facts) == ["FORBIDDEN"]
        year.create(name, year.sides[LEAD], texts.HOLD, **facts)
    rows = year.officer.one(texts.EDUCATION, network=NETWORK)["nodes"]
    [cells] = [row["cells"] for row in rows if row["organization"]["id"] == BANK]
    [cell] = [each for each in cells if each["year"] == TODAY.year]
    assert (cell["education"], cell["exchange"]) == (1, 1)
    assert {each["id"] for each in cell["activities"]} == {year.made["joint education"], year.made["exchange"]}
