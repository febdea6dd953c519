"""ActivityPlan 系列活动计划表 in the schema."""

import asyncio
import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.cooperation.activities import Activity, ActivityWhere
from schema.cooperation.attachments import Attachment, attached_to
from schema.cooperation.enums import Pillar, Theme
from schema.cooperation.fulfilment import (
    LINKED,
    MOST_LINKED,
    PlanFulfilment,
    fulfilment,
    held_lines,
    linked_activities,
)
from schema.cooperation.plan_enums import ActivityPlanStatus, PlanLineStatus
from schema.describing import COMPARING, After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, optional, required
from schema.lazy import AgreementType, NetworkType, OrganizationType
from schema.links import LINKS, Link, one, page, several
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection, readable_only
from schema.results import RefusalType, write
from schema.roots import listed
from schema.scalars import Date
from service.cooperation import planning
from service.cooperation import plans as domain
from service.cooperation.activities import Activity as ActivityRecord
from service.cooperation.agreements import Agreement as AgreementRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store import reads
from service.store.reads import Query, Range
from service.store.tallies import too_many
from service.viewer import Right

MOST_PLANS = 1_000  # of one network and year, that a total is made of
LINKS.append(Link(domain.ActivityPlan, "plan", ActivityRecord, MOST_LINKED, LINKED))  # below its lines


async def _line_status(root: Parent[Document], info: Info) -> Any:
    held = await held_lines(info, root["plan"])
    return domain.line_state(root, root["year"], root["number"] in held, info.context.day)


async def _line_activities(root: Parent[Document], info: Info) -> Any:
    return await linked_activities(info, root)


@strawberry.type(description=both("A line of a plan: one thing to be done.", "计划表的一行:一项拟开展的活动。"))
class PlanLine:
    number: int = field("Its number in the plan; it never changes.", "行号,固定不变。")
    pillar: Pillar = field("The pillar.", "所属共建。")
    theme: Theme = field("The theme.", "主题。")
    title: str = field("What is to be done.", "内容。")
    when: PartialDate | None = field("When it is to be done.", "计划时间。")
    owner: OrganizationType | None = one(None, "owner", OrganizationRecord, "Whose it is.", "责任单位。")
    partners: list[OrganizationType] = several(None, "partners", OrganizationRecord, "Who helps.", "协作单位。")
    dropped_on: Date | None = field("When it was dropped.", "取消日期。")
    drop_reason: str | None = field("Why it was dropped.", "取消原因。")
    status: PlanLineStatus = field("Its state today.", "当日状态。", resolver=_line_status)
    activities: list[Activity] = field(
        "The activities linked to it that are not cancelled, the earliest first; of one plan the first 500 are shown.",
        "关联且未取消的活动,最早在前;每份计划表最多显示前 500 场。",
        resolver=_line_activities,
    )


def _lines(root: Parent[Document]) -> Any:
    return [{**line, "plan": root["_id"], "year": root["year"]} for line in root["lines"]]


async def _fulfilment(root: Parent[Document], info: Info) -> Any:
    return await fulfilment(info, root)


@entity(domain.ActivityPlan, "What is to be done under an agreement in a year.", "协议某年度的系列活动计划表。")
class ActivityPlan(Recorded):
    network: NetworkType | None = one(domain.ActivityPlan, "network", NetworkRecord, "The network.", "所属网络。")
    agreement: AgreementType | None = one(
        domain.ActivityPlan, "agreement", AgreementRecord, "The agreement it is made under.", "所依据的协议。"
    )
    year: int = field("The year.", "年份。")
    title: str | None = field("Its title.", "标题。")
    lines: list[PlanLine] = field("What is to be done.", "各行。", needs=("lines", "year"), resolver=_lines)
    fulfilment: PlanFulfilment = field(
        "How far it is fulfilled today.",
        "当日完成情况。",
        needs=("lines", "year", "agreement"),
        resolver=_fulfilment,
    )
    status: ActivityPlanStatus = field("Its state.", "状态。")
    discard_reason: str | None = field("Why it was discarded.", "作废原因。")
    activities: Connection[Activity] = page(
        domain.ActivityPlan,
        "plan",
        Query(ActivityRecord, {}),
        "The activities linked to its lines, the earliest first.",
        "已关联的活动,最早在前。",
        where=ActivityWhere,
    )
    attachments: Connection[Attachment] = attached_to(domain.ActivityPlan)


@strawberry.input(description=both("Which activity plans.", "系列活动计划表筛选条件。"))
class ActivityPlanWhere:
    agreement: strawberry.ID | None = optional("Of this agreement.", "协议编号。")
    year: int | None = optional("For this year.", "年份。")
    organization: strawberry.ID | None = optional("With a line of this organisation.", "责任或协作单位编号。")
    status: ActivityPlanStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"agreement": self.agreement, "year": self.year, "concerns": self.organization}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("A line of a plan.", "计划表的一行。"))
class PlanLineFacts:
    pillar: Pillar = required("The pillar, one of the agreement's.", "所属共建,须为协议所涉。")
    theme: Theme = required("The theme, one of that pillar's.", "该共建的主题。")
    title: str = required("What is to be done.", "内容。")
    when: PartialDateInput | None = optional("When, within the plan's year.", "计划时间,在计划年度内。")
    owner: strawberry.ID | None = optional(
        "Whose it is: a party of the agreement or an organisation below one.", "责任单位:协议当事方或其下属单位。"
    )
    partners: list[strawberry.ID] = strawberry.field(
        description=both("Who helps: parties or organisations below them.", "协作单位:当事方或其下属单位。"),
        default_factory=list,
    )


@strawberry.input(description=both("A line as it should stand.", "更正后的一行。"))
class PlanLineCorrection(PlanLineFacts):
    number: int | None = optional("The line it replaces; without it, it is new.", "所替换的行号;不填为新增。")


@strawberry.input(description=both("Facts of an activity plan that may change.", "可更改的计划表信息。"))
class ActivityPlanCorrection:
    title: str | None = optional("Its title.", "标题。")
    lines: list[PlanLineCorrection] | None = optional(
        "Every line as it should stand; what is left out goes, unless activities are linked to it.",
        "更正后的全部行;未列出的行将删除,已关联活动的行不得删除。",
    )


@strawberry.input(description=both("A new activity plan.", "新建系列活动计划表。"))
class ActivityPlanFacts(Made):
    agreement: strawberry.ID = required("The agreement, signed.", "已签署的协议编号。")
    year: int = required("The year, within the agreement's term.", "年份,须在协议期限内。")
    title: str | None = optional("Its title.", "标题。")
    lines: list[PlanLineFacts] = required("What is to be done.", "各行。")


ActivityPlanResult = Annotated[
    ActivityPlan | RefusalType,
    strawberry.union("ActivityPlanResult", description=both("The plan, or why not.", "计划表或拒绝原因。")),
]


async def _plans(
    info: Info,
    network: Network,
    where: Annotated[ActivityPlanWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.ActivityPlan, {"network": network}, descending=True)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


async def _of_year(
    root: Parent[Query],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    return await listed(info, root, first, after, last, before)


async def _total(root: Parent[Query], info: Info) -> Any:
    own = readable_only(info, root, root.equal["network"])
    fields = ("lines", "year", "agreement")
    found = await reads.page(info.context.reader.database, own, Range(MOST_PLANS), fields) if own else []
    if len(found) > MOST_PLANS:
        raise too_many(MOST_PLANS, ("year",))
    return domain.total(await asyncio.gather(*(fulfilment(info, plan) for plan in found)))


@strawberry.type(
    description=both("How far a network's plans of a year are fulfilled.", "共建网络某年度的计划完成情况。")
)
class NetworkPlanFulfilment:
    total: PlanFulfilment = field(
        "All plans together; at most 1,000, else LIMIT_EXCEEDED.",
        "全部计划表合计;至多 1,000 份,超出返回 LIMIT_EXCEEDED。",
        weight=COMPARING,
        resolver=_total,
    )
    plans: Connection[ActivityPlan] = field(
        "The plans, each with its own fulfilment.", "各计划表,各有其完成情况。", resolver=_of_year
    )


async def _network_fulfilment(
    info: Info, network: Network, year: Annotated[int, argument("The year.", "年份。")]
) -> Any:
    standing = domain.ActivityPlan.state_filter(domain.ActivityPlanStatus.ACTIVE.value, info.context.day)
    return Query(domain.ActivityPlan, {"network": network, "year": year}, (standing,))


@strawberry.type
class ActivityPlanQuery:
    activity_plans: Connection[ActivityPlan] | None = field(
        "The activity plans of a network, the latest year first.",
        "共建网络的系列活动计划表,最近年度在前。",
        right=Right.READ_NETWORK,
        resolver=_plans,
    )
    plan_fulfilment: NetworkPlanFulfilment | None = field(
        "How far the standing plans of a network are fulfilled in a year.",
        "共建网络某年度有效计划表的完成情况。",
        right=Right.READ_NETWORK,
        resolver=_network_fulfilment,
        weight=200,
    )


async def _make(info: Info, input: Annotated[ActivityPlanFacts, argument("The plan.", "计划表信息。")]) -> Any:
    return await write(info, domain.ActivityPlan, planning.make, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[ActivityPlanCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.ActivityPlan, planning.correct, reason, own_id=id, version=version, facts=input)


async def _drop(
    info: Info, id: Id, version: Version, reason: Reason, line: Annotated[int, argument("Its number.", "行号。")]
) -> Any:
    return await write(info, domain.ActivityPlan, planning.drop, reason, own_id=id, version=version, line=line)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.ActivityPlan, planning.discard, reason, own_id=id, version=version)


@strawberry.type
class ActivityPlanMutation:
    make_activity_plan: ActivityPlanResult | None = field(
        "Makes the plan of an agreement for a year.",
        "制定协议某年度的系列活动计划表。",
        right=Right.KEEP_PLANS,
        resolver=_make,
    )
    correct_activity_plan: ActivityPlanResult | None = field(
        "Corrects a plan.", "更正计划表。", right=Right.KEEP_PLANS, resolver=_correct
    )
    drop_plan_line: ActivityPlanResult | None = field(
        "Drops a line that will not be done.", "取消计划表中的一行。", right=Right.KEEP_PLANS, resolver=_drop
    )
    discard_activity_plan: ActivityPlanResult | None = field(
        "Discards a mistaken plan to which no activity is linked.",
        "作废误制且未关联活动的计划表。",
        right=Right.KEEP_PLANS,
        resolver=_discard,
    )
