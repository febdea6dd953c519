"""Deliverable 成果 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from schema.conditions import Order, OrderBy, happened_during, in_order, narrowed, state_is
from schema.context import Info
from schema.cooperation.attachments import Attachment, attached_to
from schema.cooperation.plan_enums import DeliverableKind, DeliverableStatus
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, PeriodInput, optional, preset, required
from schema.lazy import AgreementType, NetworkType, OrganizationType
from schema.links import one, several
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.cooperation import deliverables as domain
from service.cooperation.agreements import Agreement as AgreementRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.store.reads import Query
from service.viewer import Right


@entity(domain.Deliverable, "What stands when a cooperation works.", "合作形成的成果:专线、单元、基地、通道等。")
class Deliverable(Recorded):
    network: NetworkType | None = one(domain.Deliverable, "network", NetworkRecord, "The network.", "所属网络。")
    agreement: AgreementType | None = one(
        domain.Deliverable, "agreement", AgreementRecord, "The agreement it comes of.", "所依据的协议。"
    )
    title: str = field("Its title.", "名称。")
    description: str | None = field("What it is.", "说明。")
    kind: DeliverableKind = field("Its kind.", "类别。")
    partners: list[OrganizationType] = several(
        domain.Deliverable, "partners", OrganizationRecord, "Who brings it about.", "参与单位。"
    )
    planned_for: PartialDate | None = field("When it is to be launched.", "计划启用时间。")
    launched_on: PartialDate | None = field("When it was launched.", "启用时间。")
    closed_on: PartialDate | None = field("When it was closed.", "办结时间。")
    effect: str | None = field("What came of it.", "成效。")
    end_reason: str | None = field("Why it was closed or discarded.", "办结或作废原因。")
    status: DeliverableStatus = field("Its state.", "状态。")
    attachments: Connection[Attachment] = attached_to(domain.Deliverable)


@strawberry.input(description=both("Which deliverables.", "成果筛选条件。"))
class DeliverableWhere:
    agreement: strawberry.ID | None = optional("Of this agreement.", "协议编号。")
    kind: DeliverableKind | None = optional("Of this kind.", "类别。")
    partner: strawberry.ID | None = optional("With this organisation.", "参与单位编号。")
    status: DeliverableStatus | None = optional("In this state.", "状态。")
    during: PeriodInput | None = optional(
        "Whose first possible day of launching, or else of the plan for it, lies within these.",
        "最早可能启用(未启用为计划)日期在此区间。",
    )
    undated: bool | None = optional("Without a known date; false: with one.", "日期不详;false 为日期已知。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {"agreement": self.agreement, "kind": self.kind, "concerns": self.partner},
            state_is(query, self.status or None, day),
            happened_during(self.during or None, self.undated if self.undated is not strawberry.UNSET else None),
        )


@strawberry.input(description=both("Facts of a deliverable that may change.", "可更改的成果信息。"))
class DeliverableCorrection:
    agreement: strawberry.ID | None = optional("The agreement it comes of.", "所依据的协议编号。")
    title: str | None = optional("Its title.", "名称。")
    description: str | None = optional("What it is.", "说明。")
    kind: DeliverableKind | None = optional("Its kind.", "类别。")
    partners: list[strawberry.ID] | None = optional(
        "Who brings it about: parties of the agreement or organisations below them.",
        "参与单位编号:协议当事方或其下属单位。",
    )
    planned_for: PartialDateInput | None = optional("When it is to be launched.", "计划启用时间。")
    launched_on: PartialDateInput | None = optional("When it was launched, if it was.", "启用时间(已启用时)。")
    closed_on: PartialDateInput | None = optional("When it was closed, if it was.", "办结时间(已办结时)。")
    effect: str | None = optional("What came of it.", "成效。")


@strawberry.input(description=both("A new deliverable.", "新建成果。"))
class DeliverableFacts(DeliverableCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    title: str = required("Its title.", "名称。")
    kind: DeliverableKind = required("Its kind.", "类别。")
    status: DeliverableStatus = preset(
        "As its source tells of a reported one; a native one begins as PLANNED.",
        "引用记录按原文填写;原生记录为 PLANNED。",
        DeliverableStatus.PLANNED,
    )


DeliverableResult = Annotated[
    Deliverable | RefusalType,
    strawberry.union("DeliverableResult", description=both("The deliverable, or why not.", "成果或拒绝原因。")),
]


async def _deliverables(
    info: Info,
    network: Network,
    where: Annotated[DeliverableWhere | None, argument("Which ones.", "筛选条件。")] = None,
    order_by: OrderBy = Order.LATEST_FIRST,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = in_order(Query(domain.Deliverable, {"network": network}), order_by)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class DeliverableQuery:
    deliverables: Connection[Deliverable] | None = field(
        "The deliverables of a network.", "共建网络的成果。", right=Right.READ_NETWORK, resolver=_deliverables
    )


async def _plan(info: Info, input: Annotated[DeliverableFacts, argument("The deliverable.", "成果信息。")]) -> Any:
    return await write(info, domain.Deliverable, domain.plan, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[DeliverableCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Deliverable, domain.correct, reason, own_id=id, version=version, facts=input)


async def _launch(
    info: Info,
    id: Id,
    version: Version,
    launched_on: Annotated[
        PartialDateInput | None, argument("When; today unless given.", "启用时间,默认当日。")
    ] = None,
) -> Any:
    return await write(info, domain.Deliverable, domain.launch, own_id=id, version=version, launched_on=launched_on)


async def _close(
    info: Info,
    id: Id,
    version: Version,
    reason: Annotated[str | None, argument("Why, where no effect is told.", "原因;未填成效时必填。")] = None,
    effect: Annotated[str | None, argument("What came of it.", "成效。")] = None,
    closed_on: Annotated[PartialDateInput | None, argument("When; today unless given.", "办结时间,默认当日。")] = None,
) -> Any:
    given = {"own_id": id, "version": version, "closed_on": closed_on, "effect": effect}
    return await write(info, domain.Deliverable, domain.close, reason, **given)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Deliverable, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class DeliverableMutation:
    plan_deliverable: DeliverableResult | None = field(
        "Plans a deliverable, or records a reported one.",
        "计划成果,或登记引用的成果。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_plan,
    )
    launch_deliverable: DeliverableResult | None = field(
        "Records that a deliverable runs.", "登记成果已启用。", right=Right.KEEP_AGREEMENTS, resolver=_launch
    )
    close_deliverable: DeliverableResult | None = field(
        "Closes a deliverable, with its effect or a reason.",
        "办结成果,须填成效或原因。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_close,
    )
    correct_deliverable: DeliverableResult | None = field(
        "Corrects a deliverable.", "更正成果。", right=Right.KEEP_AGREEMENTS, resolver=_correct
    )
    discard_deliverable: DeliverableResult | None = field(
        "Discards a mistaken or abandoned deliverable.",
        "作废误录或放弃的成果。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_discard,
    )
