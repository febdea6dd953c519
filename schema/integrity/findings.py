"""Finding 问题 in the schema."""

import asyncio
import datetime as dt
from dataclasses import replace
from enum import auto
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.cooperation.attachments import Attachment, attached_to
from schema.describing import argument, both, field, publish
from schema.inputs import PeriodInput, optional
from schema.integrity.audit_enums import FindingStatus, Grade
from schema.integrity.check_enums import CheckId
from schema.integrity.checks import record
from schema.lazy import AuditType, BreachType, CommitmentType, GiftType, NetworkType, OrganizationType
from schema.links import one, several
from schema.listing import of_network
from schema.nodes import Node, Recorded, entity
from schema.pages import Connection
from schema.scalars import Date, Moment
from service.cooperation.attachments import Attachment as AttachmentRecord
from service.integrity import findings as domain
from service.integrity.audits import Audit as AuditRecord
from service.integrity.breaches import Breach as BreachRecord
from service.integrity.commitments import Commitment as CommitmentRecord
from service.integrity.gifts import Gift as GiftRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document, Filter
from service.store.reads import Query
from service.viewer import Right, Upper


class FindingOrder(Upper):
    DUE_FIRST = auto()
    LATEST_FIRST = auto()
    EARLIEST_FIRST = auto()


publish(
    FindingOrder,
    "How findings are ordered.",
    "问题排序。",
    {
        "DUE_FIRST": ("By the day by which they are due, those without one last.", "按整改期限,无期限者在末。"),
        "LATEST_FIRST": ("By the day they were raised, the latest first.", "按提出日期,最新在前。"),
        "EARLIEST_FIRST": ("By the day they were raised.", "按提出日期,最早在前。"),
    },
)
ORDERS: dict[FindingOrder, tuple[str, bool]] = {
    FindingOrder.DUE_FIRST: ("due_key", False),
    FindingOrder.LATEST_FIRST: ("date_key", True),
    FindingOrder.EARLIEST_FIRST: ("date_key", False),
}


@strawberry.type(description=both("What was done about a finding.", "整改情况。"))
class Rectification:
    action: str = field("What was done.", "整改措施。")
    done_on: Date = field("When.", "完成日期。")
    by: str = field("Who recorded it: the `sub` of the token.", "登记人:令牌中的 sub。")
    recorded_at: Moment = field("When it was recorded.", "登记时间。")
    evidence: list[Attachment] = several(None, "evidence", AttachmentRecord, "The files that show it.", "佐证附件。")


@strawberry.type(description=both("Whether a rectification has its effect.", "整改成效验证。"))
class Verification:
    effective: bool = field("Whether it has.", "是否有效。")
    by: str = field("Who verified: the `sub` of the token.", "验证人:令牌中的 sub。")
    at: Moment = field("When.", "验证时间。")
    note: str | None = field("What was seen.", "验证说明。")


async def _evidence(root: Parent[Document], info: Info) -> Any:
    found = await asyncio.gather(*(record(info, own_id) for own_id in root["evidence"]))
    return [each for each in found if each is not None]


def _last_rectified(root: Parent[Document]) -> Any:
    return root["rectifications"][-1]["done_on"] if root["rectifications"] else None


@entity(domain.Finding, "What is to be put right about an organisation.", "涉及某单位、须整改的问题。")
class Finding(Recorded):
    network: NetworkType | None = one(domain.Finding, "network", NetworkRecord, "The network.", "所属网络。")
    organization: OrganizationType | None = one(
        domain.Finding, "organization", OrganizationRecord, "Whom it is about.", "所涉单位。"
    )
    audit: AuditType | None = one(domain.Finding, "audit", AuditRecord, "The audit that raised it.", "所属审计。")
    gift: GiftType | None = one(domain.Finding, "gift", GiftRecord, "The gift it is about.", "所涉礼品登记。")
    breach: BreachType | None = one(domain.Finding, "breach", BreachRecord, "The breach it is about.", "所涉违约。")
    commitment: CommitmentType | None = one(
        domain.Finding, "commitment", CommitmentRecord, "The commitment it is about.", "所涉廉洁承诺。"
    )
    check: CheckId | None = field("The check that found it.", "所据检查项。")
    title: str = field("What it is, in a line.", "标题。")
    description: str | None = field("What it is.", "问题描述。")
    cause: str | None = field("Why it came to be.", "原因分析。")
    grade: Grade | None = field("How grave it is.", "定级。")
    evidence: list[Node] = field(
        "The records it rests on; what you may not read is left out.",
        "所依据的记录,无权读取者略去。",
        most=domain.MOST_EVIDENCE,
        resolver=_evidence,
        needs=("evidence",),
    )
    responsible: str | None = field(
        "The person who answers for it. Private.",
        "责任人,属隐私。",
        right=Right.READ_CONTACTS,
    )
    due: Date | None = field("The day by which it is to be put right.", "整改期限。")
    raised_on: Date = field("When it was raised.", "提出日期。")
    rectifications: list[Rectification] = field("What was done about it, the latest last.", "整改情况,最新在末。")
    rectified_on: Date | None = field(
        "When the latest of that was done.",
        "最近一次整改完成日期。",
        needs=("rectifications",),
        resolver=_last_rectified,
    )
    verifications: list[Verification] = field("What was verified, the latest last.", "验证情况,最新在末。")
    closed_on: Date | None = field("When it was closed.", "关闭日期。")
    end_reason: str | None = field("Why the draft was discarded.", "作废原因。")
    status: FindingStatus = field("Its state.", "状态。")
    attachments: Connection[Attachment] = attached_to(domain.Finding)


@strawberry.input(description=both("Which findings.", "问题筛选条件。"))
class FindingWhere:
    organization: strawberry.ID | None = optional("About this organisation.", "所涉单位编号。")
    audit: strawberry.ID | None = optional("Of this audit.", "审计编号。")
    status: FindingStatus | None = optional("In this state.", "状态。")
    grade: Grade | None = optional("Of this grade.", "定级。")
    overdue_on: Date | None = optional("OPEN, and due before this day.", "在该日已逾期:待整改且期限早于该日。")
    during: PeriodInput | None = optional("Raised within these days.", "提出日期在此区间。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"concerns": self.organization, "audit": self.audit, "grade": self.grade}
        state = state_is(query, self.status or None, day)
        return narrowed(query, equal, state, raised(self.during or None), overdue(self.overdue_on or None))


def raised(period: PeriodInput | None) -> Filter:
    return {"raised_on": {"$gte": period.first.isoformat(), "$lte": period.last.isoformat()}} if period else {}


def overdue(day: dt.date | None) -> Filter:
    """What should have been put right before `day`, and was not."""
    if day is None:
        return {}
    return {"status": domain.FindingStatus.OPEN.value, "due_key": {"$lt": day.isoformat()}}


OrderOfFindings = Annotated[FindingOrder, argument("In which order.", "排序。")]


def _in_order(query: Query, order: FindingOrder) -> Query:
    key, descending = ORDERS[order]
    return replace(query, order=key, descending=descending)


@strawberry.type
class FindingQuery:
    findings: Connection[Finding] | None = field(
        "The findings of a network; drafts for the integrity office and observers alone.",
        "共建网络的问题;草稿仅廉洁办与监督员可见。",
        right=Right.READ_FINDINGS,
        resolver=of_network(domain.Finding, FindingWhere, OrderOfFindings, FindingOrder.LATEST_FIRST, _in_order),
    )
