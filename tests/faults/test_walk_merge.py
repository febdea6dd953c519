"""A hospital group's walk (issue 3, *Shown by* 1): one hospital stands in two networks under two names,
and the two become one, though the service is killed between the merge and what follows it.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from service.dates import SHANGHAI, day_of, now
from service.settings import Settings
from service.store.leases import LEASES
from service.viewer import Grant, Role, Viewer
from tests.api.walking import Served, Walker, client_of, database
from tests.conftest import ADMIN, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, STRANGER
from tests.faults.running import Running, eventually, running

KEY = "0123456789abcdef0123456789abcdef"
WUXI, HOSPITAL, SCHOOL = "net_004_wuxi", "org_wuxi2", "org_wuxi_kindergarten"
GROUP = Viewer("group-admin", (Grant(Role.NETWORK_ADMIN, NETWORK), Grant(Role.NETWORK_ADMIN, WUXI)))
BEGAN = dt.datetime.combine(day_of(now()), dt.time(), SHANGHAI).isoformat()
REASON = "同一家医院"

CREATE = "mutation($input: OrganizationFacts!) { createOrganization(input: $input) { ...Told ...Refused } }"
JOIN = "mutation($input: MembershipFacts!) { joinNetwork(input: $input) { ...Told ...Refused } }"
DRAFT = "mutation($input: AgreementFacts!) { draftAgreement(input: $input) { ...Told ...Refused } }"
OPEN = "mutation($id: ID!) { openAgreementForSigning(id: $id, version: 1) { ...Told ...Refused } }"
SIGN = """mutation($id: ID!, $version: Int!, $organization: ID!, $on: Date!) {
  signAgreement(id: $id, version: $version, organization: $organization, textVersion: 1, signedOn: $on) {
    ...Told ...Refused
  }
}"""
RECORD = "mutation($input: ActivityFacts!) { recordActivity(input: $input) { ...Told ...Refused } }"
CORRECT = """mutation($id: ID!, $version: Int!, $reason: String!, $input: ActivityCorrection!) {
  correctActivity(id: $id, version: $version, reason: $reason, input: $input) { ...Told ...Refused }
}"""
DISCARD = """mutation($id: ID!, $version: Int!, $reason: String!) {
  discardMembership(id: $id, version: $version, reason: $reason) { ...Told ...Refused }
}"""
MERGE = """mutation($id: ID!, $into: ID!, $reason: String!) {
  mergeOrganization(id: $id, version: 1, into: $into, reason: $reason) {
    ...Told ... on Organization { mergePending } ... on Refusal { problems { code path record version } }
  }
}"""
LOOK = """query($old: ID!, $new: ID!, $activity: ID!, $agreement: ID!, $membership: ID!, $network: ID!) {
  old: node(id: $old) { id ... on Organization { name status } }
  activity: node(id: $activity) { ... on Activity { filedBy { id } participations { organization { id } headCount } } }
  agreement: node(id: $agreement) { ... on Agreement { status parties { organization { id } } } }
  membership: node(id: $membership) { ... on Membership { status organization { id } } }
  search(text: "无锡二院") { nodes { record { id } } }
  counts: activityCounts(network: $network, organization: $new) { total personTimes }
  survivor: node(id: $new) { ... on Organization { duplicates { nodes { id status mergePending mergedInto { id } } } } }
}"""
TIMELINES = """query($new: ID!, $activity: ID!, $agreement: ID!) {
  survivor: node(id: $new) { ... on Organization { duplicates { nodes { timeline { ...Steps } } } } }
  activity: node(id: $activity) { ... on Recorded { timeline { ...Steps } } }
  agreement: node(id: $agreement) { ... on Recorded { timeline { ...Steps } } }
}
fragment Steps on RevisionConnection { nodes { version action by reason sequence } }"""


@dataclass
class Double:
    """What names the duplicate: what follows it, and what stands in the way."""

    old: str
    membership: str
    agreement: str
    activity: str
    twin: str
    both: str

    def asked(self) -> dict[str, str]:
        own = {"activity": self.activity, "agreement": self.agreement, "membership": self.membership}
        return {"old": self.old, "new": HOSPITAL, "network": NETWORK, **own}


@pytest.fixture
def name(engine_uri: str) -> Iterator[str]:
    with database(engine_uri) as name:
        yield name


@pytest.fixture
def leases(engine_uri: str, name: str) -> Iterator[Any]:
    with MongoClient[dict[str, Any]](engine_uri) as mongo:
        yield mongo[name][LEASES]


@contextlib.contextmanager
def serving(data: Path, uri: str, name: str) -> Iterator[tuple[Running, Served]]:
    """A process of the service over this database, and the way into it."""
    settings = {"MONGODB_URI": uri, "COBUILD_DATABASE": name, "COBUILD_TOKEN_KEY": KEY}
    with running(data, **settings) as process, client_of(process.url) as client:
        yield process, Served(client, Settings.from_environment(settings).token_keys())


def held(title: str, network: str, *organizations: str) -> dict[str, Any]:
    roles = ("HOST", "PARTICIPANT", "SUPPORT")
    return {
        "network": network,
        "title": title,
        "topics": [{"pillar": "SERVICE", "theme": "SERVING_PATIENTS"}],
        "form": "FREE_CLINIC",
        "startsAt": BEGAN,
        "place": "门诊大厅",
        "participations": [
            {"organization": own_id, "role": role, "headCount": 6}
            for own_id, role in zip(organizations, roles, strict=False)
        ],
        "filedBy": organizations[0],
    }


def signed(service: Served, derma: Walker, old: str) -> str:
    """The duplicate's own agreement with the dermatology hospital."""
    facts = {
        "network": NETWORK,
        "title": "医院共建协议",
        "kind": "CO_BUILDING",
        "level": "COMMITTEE",
        "parties": [{"organization": LEAD}, {"organization": old}],
        "pillars": ["SERVICE"],
        "termFrom": "2024-01-01",
        "text": "双方开展义诊。",
    }
    own_id: str = derma.one(DRAFT, input=facts)["id"]
    assert derma.one(OPEN, id=own_id) == {"id": own_id, "version": 2}
    recorder = Viewer("second-hospital", (Grant(Role.RECORDER, NETWORK, old),))
    for version, (viewer, party) in enumerate(((LEAD_RECORDER, LEAD), (recorder, old)), start=2):
        given: Any = {"id": own_id, "version": version, "organization": party, "on": day_of(now()).isoformat()}
        assert service.walker(viewer).one(SIGN, **given) == {"id": own_id, "version": version + 1}
    return own_id


def doubled(service: Served) -> Double:
    """The dermatology hospital's network made a second one of Wuxi's hospital, and both networks use it."""
    derma, wuxi = service.walker(ADMIN), service.walker(STRANGER)
    facts = {"network": NETWORK, "name": "无锡二院(重复)", "sector": "HOSPITAL", "province": "江苏省", "city": "无锡市"}
    old = derma.one(CREATE, input=facts)["id"]
    joining = {"organization": old, "role": "MEMBER", "joined": {"from": "2024-01-01"}}
    return Double(
        old,
        membership=derma.one(JOIN, input={"network": NETWORK, **joining})["id"],
        agreement=signed(service, derma, old),
        activity=derma.one(RECORD, input=held("两院义诊", NETWORK, LEAD, old))["id"],
        twin=wuxi.one(JOIN, input={"network": WUXI, **joining})["id"],
        both=wuxi.one(RECORD, input=held("幼儿园义诊", WUXI, HOSPITAL, SCHOOL, old))["id"],
    )


def refused_and_put_right(service: Served, double: Double) -> None:
    """Only who keeps both may merge, and what would stand twice is put right first."""
    wuxi, group = service.walker(STRANGER), service.walker(GROUP)
    merging = {"id": double.old, "into": HOSPITAL, "reason": REASON}
    forbidden: Any = {"code": "FORBIDDEN", "path": [], "record": None, "version": None}
    assert wuxi.one(MERGE, **merging) == {"problems": [forbidden]}
    in_the_way = {"code": "RULE_BROKEN", "path": ["into"], "version": 1}
    refused = group.one(MERGE, **merging)["problems"]
    assert sorted(refused, key=lambda problem: problem["record"]) == [
        {**in_the_way, "record": own_id} for own_id in sorted((double.twin, double.both))
    ]
    right = {"participations": held("", WUXI, HOSPITAL, SCHOOL)["participations"]}
    corrected = wuxi.one(CORRECT, id=double.both, version=1, reason="同一家医院不重复登记", input=right)
    assert corrected == {"id": double.both, "version": 2}
    discarded = wuxi.one(DISCARD, id=double.twin, version=1, reason="重复登记")
    assert discarded == {"id": double.twin, "version": 2}
    merged = group.one(MERGE, **merging)
    assert merged == {"id": double.old, "version": 2, "mergePending": True}


def seen(front_end: Walker, double: Double, pending: bool) -> None:
    """The survivor answers for the duplicate at once; what is counted follows."""
    found = front_end.ask(LOOK, **double.asked())
    hits = [hit["record"]["id"] for hit in found.pop("search")["nodes"]]
    assert HOSPITAL in hits
    assert double.old not in hits
    survivor, partner = {"organization": {"id": HOSPITAL}}, {"organization": {"id": LEAD}}
    assert found == {
        "old": {"id": HOSPITAL, "name": "无锡市第二人民医院", "status": "ACTIVE"},
        "activity": {
            "filedBy": {"id": LEAD},
            "participations": [{**partner, "headCount": 6}, {**survivor, "headCount": 6}],
        },
        "agreement": {"status": "ACTIVE", "parties": [partner, survivor]},
        "membership": {"status": "ACTIVE", **survivor},
        "counts": {"total": 0, "personTimes": 0} if pending else {"total": 1, "personTimes": 12},
        "survivor": {
            "duplicates": {
                "nodes": [
                    {"id": double.old, "status": "MERGED", "mergePending": pending, "mergedInto": {"id": HOSPITAL}}
                ]
            }
        },
    }


def timelines(group: Walker, double: Double) -> dict[str, Any]:
    """What each record tells of all that was done to it, the latest first."""
    asked = double.asked()
    told = group.ask(TIMELINES, **{name: asked[name] for name in ("new", "activity", "agreement")})
    [duplicate] = told.pop("survivor")["duplicates"]["nodes"]
    return {name: line["timeline"]["nodes"] for name, line in {"duplicate": duplicate, **told}.items()}


def followed(group: Walker, double: Double) -> bool:
    """Whether the follower has come to its end, which the duplicate tells last, and all of it is relayed."""
    line = timelines(group, double)["duplicate"]
    return len(line) == 3 and all(step["sequence"] for step in line)


def remembered(group: Walker, double: Double) -> None:
    """Nothing is lost: neither what was done before the merge, nor the merge, nor what it moved."""
    lines = timelines(group, double)
    steps = {name: [(each["version"], each["action"], each["by"]) for each in line] for name, line in lines.items()}
    follower = ("repoint", "service:follower")
    assert steps == {
        "duplicate": [(3, *follower), (2, "mergeOrganization", GROUP.subject), (1, "createOrganization", "admin")],
        "activity": [(2, *follower), (1, "recordActivity", "admin")],
        "agreement": [
            (5, *follower),
            (4, "signAgreement", "second-hospital"),
            (3, "signAgreement", LEAD_RECORDER.subject),
            (2, "openAgreementForSigning", "admin"),
            (1, "draftAgreement", "admin"),
        ],
    }
    assert lines["duplicate"][1]["reason"] == REASON


def test_two_hospitals_become_one_though_the_service_is_killed(
    tmp_path: Path, engine_uri: str, name: str, leases: Any
) -> None:
    # Another process holds what organisations are relayed and followed by, so that the blow comes before the follower.
    until = now() + dt.timedelta(hours=1)
    leases.insert_one({"_id": "installation", "holder": "a process that is gone", "fence": 1, "until": until})
    with serving(tmp_path / "first", engine_uri, name) as (first, service):
        double = doubled(service)
        refused_and_put_right(service, double)
        seen(service.walker(FRONT_END), double, pending=True)
        first.process.kill()
        first.process.wait(10)
    leases.update_one({"_id": "installation"}, {"$set": {"until": dt.datetime.fromtimestamp(0, dt.UTC)}})
    with serving(tmp_path / "second", engine_uri, name) as (_, service):
        group = service.walker(GROUP)
        assert eventually(lambda: followed(group, double), 20)
        seen(service.walker(FRONT_END), double, pending=False)
        remembered(group, double)
