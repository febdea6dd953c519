"""A partnership with everything that bundles tell of, as documents that stand; and what must never leave them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from service.cooperation.activities import (
    Activity,
    ActivityForm,
    ActivityStatus,
    Confirmation,
    Participation,
    ParticipationRole,
    Topic,
    Verdict,
)  # fmt: skip
from service.cooperation.agreements import Agreement, AgreementKind, Party, Stage, TextVersion
from service.cooperation.deliverables import Deliverable, DeliverableKind, DeliverableStatus
from service.cooperation.pillars import PILLARS, Theme
from service.cooperation.plans import ActivityPlan, ActivityPlanStatus, PlanLine
from service.cooperation.texts import Signature
from service.dates import PartialDate
from service.integrity import commitments, verdicts
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.audits import Audit, AuditStatus
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet, ClauseVersion
from service.integrity.commitments import Commitment, Publicity, Side
from service.integrity.findings import Finding, FindingStatus, Grade, Rectification, Verification
from service.integrity.gifts import Gift, GiftDecision, GiftKind, GiftStatus
from service.network.memberships import Membership, MembershipRole
from service.network.networks import Network
from service.network.organizations import Contact, Organization, Sector
from service.records import Record, document_of
from service.store.database import Database
from tests.conftest import BANK, LEAD, NETWORK

MADE = dt.datetime(2024, 1, 2, 1, tzinfo=dt.UTC)
AS_OF = dt.datetime(2024, 12, 1, 4, tzinfo=dt.UTC)
SECRETS = ("工号-0417", "工号-0418", "举报人：何某")  # who acknowledged, who reported
SIGNER, PHONE, RESPONSIBLE = "罗院长", "020-00000000", "陈主任"
HASH = "c" * 64


def day(month: int, number: int = 1) -> dt.date:
    return dt.date(2024, month, number)


def on(month: int, number: int = 1) -> PartialDate:
    return PartialDate.on(day(month, number))


def records() -> Iterator[Record]:
    yield Network(id=NETWORK, network=NETWORK, name="南医皮肤医院共建网络")
    for own_id, name, sector in (
        (LEAD, "南方医科大学皮肤病医院", Sector.HOSPITAL),
        (BANK, "中国银行越秀支行", Sector.BANK),
    ):
        contacts = (Contact(name="李联络", phone=PHONE),)
        yield Organization(id=own_id, network=NETWORK, name=name, sector=sector, city="广州", contacts=contacts)
    yield Membership(id="mem_1", network=NETWORK, organization=BANK, role=MembershipRole.MEMBER, joined=on(1))
    yield from cooperation()
    yield from integrity()


def cooperation() -> Iterator[Record]:
    text = TextVersion(1, HASH, MADE, "协议全文。")
    signature = Signature(organization=BANK, version=1, signed_on=day(1), recorded_at=MADE, signer=SIGNER)
    yield Agreement(
        id="agr_1", network=NETWORK, title="廉洁伙伴协议书", kind=AgreementKind.INTEGRITY_PARTNER,
        parties=(Party(LEAD), Party(BANK)), term_from=day(1), term_to=dt.date(2025, 1, 31), signed_on=on(1),
        stage=Stage.SIGNED, versions=(text,), signatures=(signature,),
    )  # fmt: skip
    for number, theme in enumerate((Theme.INTEGRITY_EDUCATION, Theme.SERVING_PATIENTS, Theme.THEORY_STUDY), start=1):
        yield activity(f"act_{number}", f"=共建活动{number}", theme)
    line = PlanLine(
        number=1, pillar=PILLARS[Theme.THEORY_STUDY], theme=Theme.THEORY_STUDY, title="学习", when=on(3), owner=BANK
    )
    yield ActivityPlan(id="pla_1", network=NETWORK, agreement="agr_1", year=2024, lines=(line,), numbered=1)
    discarded = ActivityPlanStatus.DISCARDED
    yield ActivityPlan(id="pla_2", network=NETWORK, agreement="agr_1", year=2023, lines=(line,), status=discarded)
    yield Deliverable(
        id="del_1", network=NETWORK, title="金融服务专线", kind=DeliverableKind.SERVICE_LINE, partners=(BANK,),
        launched_on=on(5), status=DeliverableStatus.RUNNING,
    )  # fmt: skip


def activity(own_id: str, title: str, theme: Theme, when: PartialDate | None = None) -> Activity:
    hosts = (Participation(LEAD, ParticipationRole.HOST, None, 20), Participation(BANK, ParticipationRole.PARTICIPANT))
    return Activity(
        id=own_id, network=NETWORK, title=title, form=ActivityForm.LECTURE,
        topics=(Topic(PILLARS[theme], theme, True),),
        when=when or on(4), participations=hosts, filed_by=LEAD, status=ActivityStatus.HELD,
        confirmations=(Confirmation(BANK, Verdict.CONFIRMED, MADE),) if own_id == "act_1" else (),
    )  # fmt: skip


def integrity() -> Iterator[Record]:
    clauses = (Clause(category=ClauseCategory.NO_GIFTS, chinese="不得赠送或接受礼金。", english="No gifts of money."),)
    wording = ClauseVersion(number=1, clauses=clauses, text_hash=HASH, drafted_at=MADE, published_on=day(1))
    yield ClauseSet(id="cla_1", network=NETWORK, title="标准条款", versions=(wording,))
    lead = Side(LEAD, True, on(2), MADE, SIGNER, staff=100, known=100, known_on=day(2, 20))
    bank = Side(BANK, True, on(2, 2), MADE, "王行长", staff=41, known=2)
    yield Commitment(
        id="com_1", network=NETWORK, agreement="agr_1", sides=(lead, bank), clause_set="cla_1", clause_version=1,
        clause_hash=HASH, drawn_up_on=day(1, 20), expires_on=dt.date(2025, 1, 31), stage=commitments.Stage.OPEN,
        publicity=(Publicity(LEAD, channel="院内公示栏", place="一楼大厅", begins=on(2, 3), ends=on(2, 20)),),
    )  # fmt: skip
    batch = {
        "network": NETWORK,
        "commitment": "com_1",
        "organization": BANK,
        "clause_set": "cla_1",
        "clause_version": 1,
    }
    yield Acknowledgement(id="ack_1", acknowledged_on=day(3), persons=SECRETS[:2], **batch)
    yield Breach(
        id="bre_1", network=NETWORK, commitment="com_1", organization=BANK, category=ClauseCategory.NO_GIFTS,
        description="收受土特产。", happened_on=on(6), reporter=SECRETS[2], status=BreachStatus.CONFIRMED,
    )  # fmt: skip
    yield replace(breach(), id="bre_2", description="尚未核实的举报。")
    yield Gift(
        id="gif_1", network=NETWORK, giver=LEAD, receiver=BANK, item="维E药膏", kind=GiftKind.LOCAL_SPECIALTY,
        estimated_value=Decimal("12.50"), given_on=on(11, 8), decision=GiftDecision.RETURNED, status=GiftStatus.DECIDED,
    )  # fmt: skip
    yield from audit()


def breach() -> Breach:
    return Breach(
        id="bre_2", network=NETWORK, commitment="com_1", organization=BANK, category=ClauseCategory.NO_GIFTS,
        description="", reporter=SECRETS[2],
    )  # fmt: skip


def audit() -> Iterator[Record]:
    results = (
        verdicts.Result(verdicts.CheckId.NOT_ALL_AWARE, verdicts.Verdict.FAIL, BANK, "com_1", figure="2/41"),
        verdicts.Result(verdicts.CheckId.GIFT_UNDECIDED, verdicts.Verdict.PASS, BANK, "gif_1"),
        verdicts.Result(verdicts.CheckId.NOT_ALL_AWARE, verdicts.Verdict.PASS, LEAD, "com_1", evidence=("ack_1",)),
    )
    yield Audit(
        id="aud_1", network=NETWORK, title="2024 年廉洁审计", organizations=(LEAD, BANK), period_from=day(1),
        period_to=day(12, 31), officer="officer", as_of=MADE, results=results, conclusion="总体良好，一项须整改。",
        opened_on=day(10), reported_on=day(11), status=AuditStatus.REPORTED,
    )  # fmt: skip
    finding = Finding(
        id="fin_1", network=NETWORK, organization=BANK, audit="aud_1", title="知晓率不足", cause="未组织学习",
        grade=Grade.MINOR, responsible=RESPONSIBLE, due=day(11, 30), raised_on=day(10, 2), status=FindingStatus.CLOSED,
        rectifications=(Rectification(day(10, 20), "bank-recorder", MADE, "组织全员学习。"),),
        verifications=(Verification(True, "officer", MADE, "已见签到表。"),),
    )  # fmt: skip
    yield finding
    yield replace(
        finding, id="fin_2", title="草拟中的问题", status=FindingStatus.DRAFT, rectifications=(), verifications=()
    )


async def stand(database: Database, *more: Record, at: dt.datetime = MADE) -> None:
    """Let all of them stand, and `more`, each at version 1."""
    for place, record in enumerate((*records(), *more)):
        made = replace(record, version=1, head=f"{place:064x}", created_at=at)
        await database.insert(record.COLLECTION, document_of(made) | {"updated_at": at, "outbox": []})
