"""The ointment of the source (issue 4, *Shown by* 4): given by the hospital to journalists of the broadcaster on
Journalists' Day, beside a clause that forbids gifts; its draft finding comes though the service is killed before it.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from service.dates import day_of, now
from service.viewer import Grant, Role, Viewer
from tests.api.walking import Served, Walker
from tests.conftest import ADMIN, LEAD, LEAD_RECORDER, NETWORK, OFFICER
from tests.faults.running import eventually
from tests.faults.test_walk_merge import leases, name, serving

__all__ = ["leases", "name"]  # fixtures

GZBN = "org_gzbn"
BROADCASTER = Viewer("broadcaster-recorder", (Grant(Role.RECORDER, NETWORK, GZBN),))
SECOND = Viewer("second-officer", (Grant(Role.INTEGRITY_OFFICER, NETWORK),))
TODAY = day_of(now()).isoformat()  # a Journalists' Day, for once: the source does not say of which year
SOURCES = [{"document": "002", "fact": "C14", "quotation": "互相做出廉洁承诺"}]

DRAFT = "mutation($input: AgreementFacts!) { draftAgreement(input: $input) { ...Told ...Refused } }"
OPEN = "mutation($id: ID!) { openAgreementForSigning(id: $id, version: 1) { ...Told ...Refused } }"
SIGN = """mutation($id: ID!, $version: Int!, $organization: ID!, $on: Date!) {
  signAgreement(id: $id, version: $version, organization: $organization, textVersion: 1, signedOn: $on) {
    ...Told ...Refused
  }
}"""
COMMIT = "mutation($input: CommitmentFacts!) { drawUpCommitment(input: $input) { ...Told ...Refused } }"
RECORD = """mutation($input: GiftFacts!) {
  recordGift(input: $input) { ...Told ...Refused ... on Gift { findingPending } }
}"""
DECIDE = """mutation($id: ID!, $reason: String!) {
  decideGift(id: $id, version: 1, decision: RETURNED, reason: $reason) { ...Told ...Refused }
}"""
REVIEW = """mutation($id: ID!, $reason: String!) {
  reviewGift(id: $id, version: 2, reason: $reason) { ...Told ...Refused }
}"""
FINDING_OPENED = "mutation($id: ID!) { openFinding(id: $id, version: 1) { ...Told ...Refused } }"
LOOK = """query($id: ID!) { node(id: $id) { ... on Gift { status findingPending findings {
  totalCount nodes { status description organization { id } commitment { id } timeline { nodes { by action } } }
} } } }"""
IDS = "query($id: ID!) { node(id: $id) { ... on Gift { findings { nodes { id } } } } }"


def committed(service: Served) -> str:
    """The agreement of hospital and broadcaster, and on it their commitment on the clauses of the source."""
    parties = {LEAD: service.walker(LEAD_RECORDER), GZBN: service.walker(BROADCASTER)}
    facts = {
        "network": NETWORK,
        "title": "廉洁伙伴协议书",
        "kind": "INTEGRITY_PARTNER",
        "level": "COMMITTEE",
        "parties": [{"organization": own} for own in parties],
        "pillars": ["INTEGRITY"],
        "termFrom": "2023-01-01",
        "text": "双方互相作出廉洁承诺。",
    }
    admin = service.walker(ADMIN)
    agreement = admin.one(DRAFT, input=facts)["id"]
    admin.one(OPEN, id=agreement)
    for version, (own, walker) in enumerate(parties.items(), start=2):
        signed = walker.one(SIGN, id=agreement, version=version, organization=own, on=TODAY)
        assert signed == {"id": agreement, "version": version + 1}
    sides = [{"organization": own, "signed": True, "signedOn": {"from": TODAY}} for own in parties]
    told = {"agreement": agreement, "sides": sides, "clauseSet": "cla_002_integrity", "clauseVersion": 1}
    made = parties[LEAD].one(COMMIT, input={**told, "origin": "REPORTED", "sources": SOURCES})
    assert "id" in made, made
    return str(made["id"])


def given(service: Served) -> str:
    """The ointment, recorded by the hospital; nobody has looked yet whether it touches a clause."""
    facts = {
        "network": NETWORK,
        "giver": LEAD,
        "receiver": GZBN,
        "item": "维E药膏",
        "kind": "OTHER",
        "estimatedValue": "20.00",
        "occasion": "记者节慰问跑线记者",
        "givenOn": {"from": TODAY},
        "activity": "act_002_journalists_day",
    }
    walker = service.walker(LEAD_RECORDER)
    made = walker.one(RECORD, key="ointment", input=facts)
    assert made["findingPending"] is True
    assert walker.one(RECORD, key="ointment", input=facts)["id"] == made["id"]  # a retry is the same gift
    return str(made["id"])


def seen(walker: Walker, own_id: str) -> Any:
    return walker.ask(LOOK, id=own_id)["node"]


def followed(findings: dict[str, Any]) -> dict[str, Any]:
    """`findings`, of which the service itself wrote the one, after the gift or after the last signature."""
    [written] = [each for node in findings["nodes"] for each in node.pop("timeline")["nodes"]]
    assert written["by"] == "service:follower"
    assert written["action"] in ("raiseGiftFinding", "raiseGiftFindings")
    return findings


def test_the_ointment_leads_to_one_draft_though_the_service_is_killed(
    tmp_path: Path, engine_uri: str, name: str, leases: Any
) -> None:
    # Another process holds what the network is relayed and followed by, so that the blow comes before the follower.
    until = now() + dt.timedelta(hours=1)
    with serving(tmp_path / "first", engine_uri, name) as (first, service):
        commitment = committed(service)
        hold = {"$set": {"holder": "a process that is gone", "until": until}, "$inc": {"fence": 1}}
        leases.update_one({"_id": NETWORK}, hold, upsert=True)
        own_id = given(service)
        before = seen(service.walker(OFFICER), own_id)
        assert before == {"status": "RECORDED", "findingPending": True, "findings": {"totalCount": 0, "nodes": []}}
        first.process.kill()
        first.process.wait(10)
    leases.update_one({"_id": NETWORK}, {"$set": {"until": dt.datetime.fromtimestamp(0, dt.UTC)}})
    with serving(tmp_path / "second", engine_uri, name) as (_, service):
        officer, receiver = service.walker(OFFICER), service.walker(BROADCASTER)
        assert eventually(lambda: seen(officer, own_id)["findingPending"] is False, 20)
        clause = "不得以任何名义相互赠送或接受礼金、商业预付卡等贵重物品和土特产"
        assert followed(seen(officer, own_id)["findings"]) == {
            "totalCount": 1,
            "nodes": [
                {
                    "status": "DRAFT",
                    "description": f"南方医科大学皮肤病医院 → 广州广播电视台:维E药膏\n{clause}",
                    "organization": {"id": GZBN},
                    "commitment": {"id": commitment},
                }
            ],
        }
        assert seen(receiver, own_id)["findings"] == {"totalCount": 0, "nodes": []}  # a draft is the office's
        assert officer.one(DECIDE, id=own_id, reason="退还")["version"] == 2
        assert officer.one(REVIEW, id=own_id, reason="同意")["problems"][0]["code"] == "RULE_BROKEN"
        assert service.walker(SECOND).one(REVIEW, id=own_id, reason="同意")["version"] == 3
        [finding] = officer.ask(IDS, id=own_id)["node"]["findings"]["nodes"]
        assert officer.one(FINDING_OPENED, id=finding["id"])["version"] == 2
        assert seen(receiver, own_id)["findings"]["totalCount"] == 1
        assert eventually(lambda: seen(officer, own_id)["findingPending"] is False, 20)
        assert seen(officer, own_id)["findings"]["totalCount"] == 1
