"""Acknowledgement 知晓登记 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, optional, required
from schema.integrity.clauses import ClauseSet
from schema.integrity.commitment_enums import AcknowledgementStatus
from schema.integrity.sides import count_pending
from schema.lazy import CommitmentType, NetworkType, OrganizationType
from schema.links import one
from schema.nodes import Recorded, entity
from schema.results import RefusalType, write
from schema.scalars import Date
from service.integrity import acknowledgements as domain
from service.integrity import acknowledging
from service.integrity.clauses import ClauseSet as ClauseSetRecord
from service.integrity.commitments import Commitment as CommitmentRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


async def _pending(root: Parent[Document], info: Info) -> Any:
    commitment = await info.context.reader.one(CommitmentRecord.PREFIX, root["commitment"], ("sides",))
    sides = commitment["sides"] if commitment else ()
    counted = next((side["counted"] for side in sides if side["organization"] == root["organization"]), 0)
    return await count_pending(info, root["commitment"], root["organization"], counted)


@entity(
    domain.Acknowledgement,
    "A batch of an organisation's staff who know of the clauses it has signed.",
    "一批职工知晓本单位所签承诺条款的登记。",
)
class Acknowledgement(Recorded):
    network: NetworkType | None = one(domain.Acknowledgement, "network", NetworkRecord, "The network.", "所属网络。")
    commitment: CommitmentType | None = one(
        domain.Acknowledgement, "commitment", CommitmentRecord, "The commitment.", "所属廉洁承诺。"
    )
    organization: OrganizationType | None = one(
        domain.Acknowledgement, "organization", OrganizationRecord, "Whose staff.", "职工所在单位。"
    )
    clause_set: ClauseSet | None = one(
        domain.Acknowledgement, "clause_set", ClauseSetRecord, "The clauses.", "承诺条款。"
    )
    clause_version: int | None = field("Their version.", "条款版本号。")
    acknowledged_on: Date = field("When they came to know.", "知晓日期。")
    people: int = field("How many there are in this batch.", "本批人数。")
    persons: list[str] | None = field(
        "Who they are, by the organisation's own references. Private.",
        "知晓人员的本单位编号,属隐私。",
        right=Right.READ_RESTRICTED,
    )
    head_count: int | None = field("Their number, where nobody is named.", "未列人员时的人数。")
    count_pending: bool = field(
        "Whether its side's `known` takes no account yet of all that was recorded and withdrawn.",
        "所属一方的 known 是否尚未计入全部登记与撤回。",
        needs=("commitment", "organization"),
        resolver=_pending,
    )
    end_reason: str | None = field("Why it was withdrawn.", "撤回原因。")
    status: AcknowledgementStatus = field("Whether it counts.", "状态。")


@strawberry.input(description=both("Which acknowledgements.", "知晓登记筛选条件。"))
class AcknowledgementWhere:
    organization: strawberry.ID | None = optional("Of this organisation's staff.", "单位编号。")
    status: AcknowledgementStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(query, {"organization": self.organization}, state_is(query, self.status or None, day))


@strawberry.input(description=both("A batch of people who know of it: named, or counted.", "一批知晓人员:列名或计数。"))
class AcknowledgementFacts(Made):
    commitment: strawberry.ID = required("The commitment.", "廉洁承诺编号。")
    organization: strawberry.ID = required("Your own organisation.", "您所在单位编号。")
    acknowledged_on: Date = required("When they came to know.", "知晓日期。")
    persons: list[str] | None = optional(
        f"References of your own, at most {domain.MOST_PERSONS:,}. Who stands in several batches counts once.",
        f"本单位人员编号,至多 {domain.MOST_PERSONS:,} 项;多批重复者只计一次。",
    )
    head_count: int | None = optional("Or their number.", "或人数。")


AcknowledgementResult = Annotated[
    Acknowledgement | RefusalType,
    strawberry.union(
        "AcknowledgementResult", description=both("The acknowledgement, or why not.", "知晓登记或拒绝原因。")
    ),
]


async def _record(info: Info, input: Annotated[AcknowledgementFacts, argument("The batch.", "一批知晓人员。")]) -> Any:
    return await write(info, domain.Acknowledgement, acknowledging.record, facts=input)


async def _withdraw(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Acknowledgement, acknowledging.withdraw, reason, own_id=id, version=version)


@strawberry.type
class AcknowledgementMutation:
    record_acknowledgements: AcknowledgementResult | None = field(
        "Records a batch of your staff who know of the clauses: one record, one revision. Its side's `known` follows "
        "within seconds; see `countPending`.",
        "登记一批知晓条款的本单位职工:一条记录、一次修订;所属一方的 known 随后更新,见 countPending。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_record,
    )
    withdraw_acknowledgement: AcknowledgementResult | None = field(
        "Withdraws a mistaken batch.", "撤回误录的一批。", right=Right.MAKE_COMMITMENTS, resolver=_withdraw
    )
