"""Commitment 廉洁承诺 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import both, field
from schema.inputs import PeriodInput, optional
from schema.integrity.acknowledgements import Acknowledgement, AcknowledgementWhere
from schema.integrity.clauses import ClauseSet
from schema.integrity.commitment_enums import CommitmentStatus
from schema.integrity.orders import dated
from schema.integrity.registered import UnderCommitment
from schema.integrity.sides import MOST_BLOCKERS, MOST_SIDES, NEEDS, Blocker, CommitmentSide, blockers, sides
from schema.lazy import AgreementType, CommitmentType, NetworkType, OrganizationType
from schema.links import one, page
from schema.nodes import Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType
from schema.scalars import Date
from service.cooperation.agreements import Agreement as AgreementRecord
from service.dates import LAST_DAY
from service.integrity import blockers as blocking
from service.integrity import commitments as domain
from service.integrity.acknowledgements import Acknowledgement as AcknowledgementRecord
from service.integrity.clauses import ClauseSet as ClauseSetRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document, Filter
from service.store.reads import Query
from service.viewer import Right


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.Commitment.state(root, info.context.day)


def _effective_from(root: Parent[Document]) -> Any:
    return None if root["effective_from"] == LAST_DAY.isoformat() else root["effective_from"]


def _signed_on(root: Parent[Document]) -> Any:
    days = [side["signed_on"]["last"] for side in root["sides"] if side["signed_on"]]
    return max(days) if len(days) == len(root["sides"]) else None


@entity(
    domain.Commitment,
    "What two organisations undertake to each other, on the same clauses.",
    "两个单位依据同一条款互相作出的廉洁承诺。",
)
class Commitment(Recorded, UnderCommitment):
    network: NetworkType | None = one(domain.Commitment, "network", NetworkRecord, "The network.", "所属网络。")
    agreement: AgreementType | None = one(
        domain.Commitment, "agreement", AgreementRecord, "The integrity partnership.", "所依据的廉洁伙伴协议书。"
    )
    clause_set: ClauseSet | None = one(domain.Commitment, "clause_set", ClauseSetRecord, "The clauses.", "承诺条款。")
    clause_version: int | None = field("Their version.", "条款版本号。")
    clause_hash: str | None = field(
        "The hash of that version when it was drawn up.", "拟订时该版本的哈希值(十六进制)。"
    )
    sides: list[CommitmentSide] = field("Its two sides.", "双方。", needs=NEEDS, most=MOST_SIDES, resolver=sides)
    publicity_days: int = field("How many whole days each side publicises it.", "各方须公示的整天数。")
    known_percent: int = field("How many per cent of each side's staff must know of it.", "各方职工须知晓的百分比。")
    drawn_up_on: Date | None = field("When it was drawn up.", "拟订日期。")
    signed_on: Date | None = field(
        "When the last side signed.", "最后一方签署日。", needs=("sides",), resolver=_signed_on
    )
    expires_on: Date | None = field(
        "The last day on which it stands; none was agreed when empty.", "截止日,空为未约定。"
    )
    effective_from: Date | None = field(
        "The first day without blockers; empty while something is missing that no day brings.",
        "无未完成事项的首日;尚缺事项无法确定日期时为空。",
        resolver=_effective_from,
    )
    blockers: list[Blocker] = field(
        "What is missing, for whom, since when, until it is effective; empty once it is, or has ended.",
        "生效前尚缺什么、哪一方、自何时起;已生效或已结束时为空。",
        needs=blocking.NEEDS,
        most=MOST_BLOCKERS,
        resolver=blockers,
    )
    withdrawn_on: Date | None = field("The day from which it is withdrawn.", "撤回生效日。")
    withdrawn_by: OrganizationType | None = one(
        domain.Commitment, "withdrawn_by", OrganizationRecord, "Which side withdrew.", "撤回的一方。"
    )
    end_reason: str | None = field("Why it was withdrawn or discarded.", "撤回或作废原因。")
    agreement_ended_on: Date | None = field(
        "The first day on which a termination or a renewal ended its agreement.", "所依据协议提前终止或续签之日。"
    )
    supersedes: CommitmentType | None = one(
        domain.Commitment, "supersedes", domain.Commitment, "The commitment that it renews.", "所接续的承诺。"
    )
    renewed_by: CommitmentType | None = one(
        domain.Commitment, "renewed_by", domain.Commitment, "The commitment that renews it.", "接续本承诺的承诺。"
    )
    renewed_from: Date | None = field("The day from which that one takes its place.", "续签承诺生效日。")
    status: CommitmentStatus = field(
        "Its state today.", "当日状态。", needs=domain.Commitment.STATE_KEYS, resolver=_status
    )
    acknowledgements: Connection[Acknowledgement] = page(
        domain.Commitment,
        "commitment",
        Query(AcknowledgementRecord, {}, descending=True),
        "The batches of people who know of it, the latest first.",
        "知晓登记,最新在前。",
        where=AcknowledgementWhere,
    )


CommitmentResult = Annotated[
    Commitment | RefusalType,
    strawberry.union("CommitmentResult", description=both("The commitment, or why not.", "廉洁承诺或拒绝原因。")),
]


@strawberry.input(description=both("Which commitments.", "廉洁承诺筛选条件。"))
class CommitmentWhere:
    agreement: strawberry.ID | None = optional("Under this agreement.", "协议编号。")
    organization: strawberry.ID | None = optional("With this organisation as a side.", "一方单位编号。")
    status: CommitmentStatus | None = optional("In this state today.", "当日状态。")
    clause_set: strawberry.ID | None = optional("On these clauses.", "承诺条款编号。")
    clause_version: int | None = optional("On this version of them.", "条款版本号。")
    effective_during: PeriodInput | None = optional(
        "Effective on some day of these, as it stands today.", "在此区间内任一日生效(按现有记录)。"
    )

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {
            "agreement": self.agreement,
            "concerns": self.organization,
            "clause_set": self.clause_set,
            "clause_version": self.clause_version,
        }
        during = _effective_during(self.effective_during or None)
        return narrowed(query, equal, state_is(query, self.status or None, day), during)


def _effective_during(period: PeriodInput | None) -> Filter:
    if not period:
        return {}
    last, first = period.last.isoformat(), period.first.isoformat()
    return {
        "$and": [
            {"stage": domain.Stage.OPEN.value},
            {"effective_from": {"$lte": last}},
            {"effective_to": {"$gte": first}},
        ]
    }


@strawberry.type
class CommitmentQuery:
    commitments: Connection[Commitment] | None = field(
        "The commitments of a network, by the day of their last signature or, before that, of drawing up.",
        "共建网络的廉洁承诺,按最后签署日(未签署的按拟订日)排列。",
        right=Right.READ_NETWORK,
        resolver=dated(domain.Commitment, CommitmentWhere),
    )
