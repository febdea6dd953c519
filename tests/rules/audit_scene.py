"""The scene of the tests of gifts, breaches, audits and findings: who asks, and what stands already."""

import datetime as dt
from typing import Any

from service.acts import Act
from service.cooperation.activities import Activity, ActivityForm, ActivityStatus, Participation, ParticipationRole
from service.dates import PartialDate
from service.integrity.audits import Audit
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet, ClauseVersion
from service.integrity.commitments import Commitment, Side, Stage
from service.network.networks import Network
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import organization

NOON = dt.datetime(2024, 2, 29, 4, tzinfo=dt.UTC)
OFFICER, COLLEAGUE, CHIEF = (
    Viewer(name, (Grant(Role.INTEGRITY_OFFICER, "net_a"),)) for name in ("纪检甲", "纪检乙", "纪检丙")
)
NURSE, REPORTER, BANKER = (
    Viewer(own, (Grant(Role.RECORDER, "net_a", own),)) for own in ("org_hospital", "org_tv", "org_bank")
)
ADMIN = Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_a"),))
OBSERVER = Viewer("监督员", (Grant(Role.OBSERVER, "net_a"),))
READER = Viewer("前端", (Grant(Role.FRONT_END, "net_a"),))
FOREIGN = Viewer("外网纪检", (Grant(Role.INTEGRITY_OFFICER, "net_b"),))
CREAM = "维E药膏"
NO_GIFTS = Clause(ClauseCategory.NO_GIFTS, "不得以任何名义相互赠送或接受礼金", "No gifts in any name.")
OBEY = Clause(ClauseCategory.OBEY_LAWS, "遵守国家法律法规")


def act(viewer: Viewer = OFFICER, reason: str | None = "如实登记", at: dt.datetime = NOON) -> Act:
    return Act(viewer, at, "test", reason)


def signed(organization: str, on: str | None = "2023-05-01") -> Side:
    return Side(organization, signed=True, signed_on=PartialDate.parse(on) if on else None)


def commitment(own_id: str = "com_1", **facts: Any) -> Commitment:
    """Between hospital and broadcaster, signed by both in May 2023."""
    given = {"sides": (signed("org_hospital"), signed("org_tv")), "stage": Stage.OPEN, "network": "net_a"} | facts
    clauses = {"clause_set": "cla_1", "clause_version": 2}
    return Commitment(id=own_id, version=1, agreement="agr_1", **{**clauses, **given})


def clause_set() -> ClauseSet:
    """Its first version knows nothing of gifts."""
    versions = tuple(
        ClauseVersion(number=number, clauses=clauses, text_hash="ab", drafted_at=NOON)
        for number, clauses in ((1, (OBEY,)), (2, (OBEY, NO_GIFTS)))
    )
    return ClauseSet(id="cla_1", network="net_a", title="廉洁承诺条款", versions=versions, version=1)


def activity(own_id: str, *organizations: str, network: str = "net_a") -> Activity:
    """Journalists' Day, held."""
    parts = tuple(Participation(own, ParticipationRole.PARTICIPANT) for own in organizations)
    return Activity(
        id=own_id,
        network=network,
        title=f"记者节慰问 {own_id}",
        topics=(),
        form=ActivityForm.OTHER,
        participations=parts,
        filed_by="org_hospital",
        status=ActivityStatus.PUBLISHED,
        version=1,
    )


def audit(own_id: str = "aud_1", **facts: Any) -> Audit:
    days = {"period_from": dt.date(2023, 1, 1), "period_to": dt.date(2023, 12, 31), "opened_on": dt.date(2024, 2, 1)}
    given = {"network": "net_a", "title": "年度廉洁审计", "officer": OFFICER.subject, "version": 1, **days, **facts}
    return Audit(id=own_id, **given)


def scene() -> MemoryStore:
    """Two networks, a hospital, a broadcaster and a bank, and one commitment of the first two."""
    return MemoryStore(
        *(Network(id=own_id, network=own_id, name=own_id, version=1) for own_id in ("net_a", "net_b")),
        *(
            organization(own_id, name)
            for own_id, name in (
                ("org_hospital", "南方医科大学皮肤病医院"),
                ("org_tv", "广州广播电视台"),
                ("org_bank", "中国银行越秀支行"),
            )
        ),
        clause_set(),
        commitment(),
        activity("act_day", "org_hospital", "org_tv"),
        activity("act_bank", "org_hospital", "org_bank"),
        activity("act_far", "org_hospital", "org_tv", network="net_b"),
    )


def gift_facts(**facts: Any) -> dict[str, Any]:
    given = {"network": "net_a", "giver": "org_hospital", "receiver": "org_tv", "item": CREAM, "kind": "OTHER"}
    return given | {"estimated_value": "128.50", "given_on": "2023-11-08", "occasion": "记者节"} | facts
