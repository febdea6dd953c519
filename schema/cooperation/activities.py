"""Activity 共建活动 in the schema."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from schema.conditions import Order, OrderBy, happened_during, in_order, narrowed, state_is
from schema.context import Info
from schema.cooperation.activity_parts import Confirmation, Outcome, Participation, Topic
from schema.cooperation.attachments import Attachment, attached_to
from schema.cooperation.enums import (
    ActivityForm,
    ActivityStatus,
    Direction,
    ParticipationRole,
    Pillar,
    Qualifier,
    Theme,
)
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, PeriodInput, optional, preset, required
from schema.lazy import ActivityPlanType, AgreementType, NetworkType, OrganizationType
from schema.links import one
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from schema.scalars import Moment
from service.cooperation import activities as domain
from service.cooperation import holding
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.plans import ActivityPlan as ActivityPlanRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.store.reads import Query
from service.viewer import Right

HELD = {"status": {"$in": sorted(domain.HAPPENED)}}


@entity(domain.Activity, "What organisations do together under the pillars.", "各单位在四个共建下共同开展的活动。")
class Activity(Recorded):
    network: NetworkType | None = one(domain.Activity, "network", NetworkRecord, "The network.", "所属网络。")
    title: str = field("Its title.", "标题。")
    topics: list[Topic] = field("Its pillars and themes.", "所属共建与主题。")
    form: ActivityForm = field("Its form.", "形式。")
    direction: Direction | None = field("Going out or inviting in.", "走出去或引进来。")
    when: PartialDate | None = field("The days it took, in Shanghai.", "活动日期(上海)。")
    starts_at: Moment | None = field("When it starts, if the hour is known.", "开始时间。")
    ends_at: Moment | None = field("When it ends, if the hour is known.", "结束时间。")
    place: str | None = field("Where.", "地点。")
    speaker: str | None = field("Who speaks.", "主讲人。")
    participations: list[Participation] = field("Who takes part.", "参与单位。")
    filed_by: OrganizationType | None = one(
        domain.Activity, "filed_by", OrganizationRecord, "The organisation that filed it.", "登记单位。"
    )
    people_served: int | None = field("How many people it served.", "服务人数。")
    summary: str | None = field("What happened.", "概述。")
    outcomes: list[Outcome] = field("What came of it.", "成果。")
    media_preview: str | None = field("Where it was announced.", "前期预告。")
    media_recap: str | None = field("Where it was reported.", "活动回顾。")
    agreement: AgreementType | None = one(
        domain.Activity, "agreement", AgreementRecord, "The agreement it is held under.", "所依据的协议。"
    )
    plan: ActivityPlanType | None = one(
        domain.Activity, "plan", ActivityPlanRecord, "The plan it is held by; none when unplanned.", "所依据的计划表。"
    )
    plan_line: int | None = field("The number of its line in that plan.", "计划表行号。")
    status: ActivityStatus = field("Its state.", "状态。")
    cancel_reason: str | None = field("Why it was cancelled.", "取消原因。")
    confirmations: list[Confirmation] | None = field(
        "What the organisations say that took part and did not file it.",
        "未登记的参与单位的确认或异议。",
        right=Right.READ_NETWORK,
    )
    external_reference: str | None = field("Its number in another system.", "外部系统编号。")
    attachments: Connection[Attachment] = attached_to(domain.Activity)


@strawberry.input(description=both("Which activities.", "活动筛选条件。"))
class ActivityWhere:
    pillar: Pillar | None = optional("Of this pillar.", "所属共建。")
    theme: Theme | None = optional("Of this theme.", "主题。")
    form: ActivityForm | None = optional("Of this form.", "形式。")
    status: ActivityStatus | None = optional("In this state.", "状态。")
    participant: strawberry.ID | None = optional("With this organisation.", "参与单位编号。")
    agreement: strawberry.ID | None = optional("Under this agreement.", "协议编号。")
    plan: strawberry.ID | None = optional("Linked to this plan.", "计划表编号。")
    planned: bool | None = optional(
        "Linked to a line of some plan; false: unplanned.", "是否关联计划表;false 为计划外。"
    )
    unconfirmed_by: strawberry.ID | None = optional(
        "Held, and not confirmed by this organisation, which took part; in networks where you have READ_NETWORK.",
        "已举办而该参与单位尚未确认者,限您有 READ_NETWORK 权限的网络。",
    )
    disputed: bool | None = optional(
        "Disputed by some organisation, or by none; in networks where you have READ_NETWORK.",
        "有无单位提出异议,限您有 READ_NETWORK 权限的网络。",
    )
    during: PeriodInput | None = optional("Whose first possible day lies within these.", "最早可能日期在此区间。")
    undated: bool | None = optional("Without a known date; false: with one.", "日期不详;false 为日期已知。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {
                "pillars": self.pillar,
                "topics.theme": self.theme,
                "form": self.form,
                "participants": self.participant,
                "agreement": self.agreement,
                "plan": self.plan,
                "unconfirmed": self.unconfirmed_by,
                "disputed": self.disputed,
            },
            state_is(query, self.status or None, day),
            {"plan": {"$ne": None}} if self.planned else {"plan": None} if self.planned is False else {},
            HELD if self.unconfirmed_by else {},
            happened_during(self.during or None, self.undated if self.undated is not strawberry.UNSET else None),
        )


@strawberry.input(description=both("A theme of its pillar.", "共建主题。"))
class TopicInput:
    pillar: Pillar = required("The pillar.", "所属共建。")
    theme: Theme = required("The theme, one of that pillar's.", "该共建的主题。")
    main: bool = preset("Whether it is the main one.", "是否主要主题。", False)


@strawberry.input(description=both("How an organisation takes part.", "单位参与情况。"))
class ParticipationInput:
    organization: strawberry.ID = required("The organisation.", "单位编号。")
    role: ParticipationRole = required("How it takes part; one is the host.", "参与角色,须有一个主办。")
    branch: strawberry.ID | None = optional("Its party branch.", "党组织编号。")
    head_count: int | None = optional("With how many people.", "参加人数。")


@strawberry.input(description=both("What came of an activity.", "活动成果。"))
class OutcomeInput:
    description: str = required("In words.", "文字说明。")
    value: Decimal | None = optional("As a number.", "数值。")
    unit: str | None = optional("Of what.", "单位。")
    qualifier: Qualifier = preset("How exact the number is.", "确切程度。", Qualifier.EXACT)


@strawberry.input(description=both("Facts of an activity that may change.", "可更改的活动信息。"))
class ActivityCorrection:
    title: str | None = optional("Its title.", "标题。")
    topics: list[TopicInput] | None = optional("Its pillars and themes; one is the main one.", "共建与主题,其一为主。")
    form: ActivityForm | None = optional("Its form.", "形式。")
    direction: Direction | None = optional("Going out or inviting in.", "走出去或引进来。")
    when: PartialDateInput | None = optional("The days, where the hour is not known.", "日期(时刻不详时)。")
    starts_at: Moment | None = optional("When it starts.", "开始时间。")
    ends_at: Moment | None = optional("When it ends.", "结束时间。")
    place: str | None = optional("Where.", "地点。")
    speaker: str | None = optional("Who speaks.", "主讲人。")
    participations: list[ParticipationInput] | None = optional("Who takes part: two or more.", "参与单位,两个以上。")
    filed_by: strawberry.ID | None = optional("Who files it; the host unless given.", "登记单位,默认为主办单位。")
    people_served: int | None = optional("How many people it served.", "服务人数。")
    summary: str | None = optional("What happened.", "概述。")
    outcomes: list[OutcomeInput] | None = optional("What came of it.", "成果。")
    media_preview: str | None = optional("Where it was announced.", "前期预告。")
    media_recap: str | None = optional("Where it was reported.", "活动回顾。")
    agreement: strawberry.ID | None = optional(
        "The agreement it is held under: a signed one. The start lies in its term, no earlier than the day on which "
        "the last party signed.",
        "所依据的协议编号:须已签署;开始日期须在协议期限内,且不早于最后一方签署之日。",
    )
    plan: strawberry.ID | None = optional("The agreement's plan that it is held by.", "所依据的计划表编号。")
    plan_line: int | None = optional("The number of its line in that plan.", "计划表行号。")
    external_reference: str | None = optional(
        "Its number in another system; one activity of a network has it.", "外部系统编号,网络内唯一。"
    )


@strawberry.input(description=both("A new activity.", "新建活动。"))
class ActivityFacts(ActivityCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    title: str = required("Its title.", "标题。")
    topics: list[TopicInput] = required("Its pillars and themes; one is the main one.", "共建与主题,其一为主。")
    form: ActivityForm = required("Its form.", "形式。")
    participations: list[ParticipationInput] = required("Who takes part: two or more.", "参与单位,两个以上。")


ActivityResult = Annotated[
    Activity | RefusalType,
    strawberry.union("ActivityResult", description=both("The activity, or why not.", "活动或拒绝原因。")),
]


async def _activities(
    info: Info,
    network: Network,
    where: Annotated[ActivityWhere | None, argument("Which ones.", "筛选条件。")] = None,
    order_by: OrderBy = Order.LATEST_FIRST,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = in_order(Query(domain.Activity, {"network": network}), order_by)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class ActivityQuery:
    activities: Connection[Activity] | None = field(
        "The activities of a network.", "共建网络的活动。", right=Right.READ_PUBLIC, resolver=_activities
    )


Input = Annotated[ActivityFacts, argument("The activity.", "活动信息。")]
Changes = Annotated[ActivityCorrection, argument("What to change.", "更改内容。")]


async def _plan(info: Info, input: Input) -> Any:
    return await write(info, domain.Activity, holding.plan, facts=input)


async def _record(info: Info, input: Input) -> Any:
    return await write(info, domain.Activity, holding.record, facts=input)


async def _hold(info: Info, id: Id, version: Version, input: Changes) -> Any:
    return await write(info, domain.Activity, holding.hold, own_id=id, version=version, facts=input)


async def _publish(info: Info, id: Id, version: Version) -> Any:
    return await write(info, domain.Activity, holding.publish, own_id=id, version=version)


async def _cancel(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Activity, holding.cancel, reason, own_id=id, version=version)


async def _correct(info: Info, id: Id, version: Version, reason: Reason, input: Changes) -> Any:
    return await write(info, domain.Activity, holding.correct, reason, own_id=id, version=version, facts=input)


@strawberry.type
class ActivityMutation:
    plan_activity: ActivityResult | None = field(
        "Plans an activity.", "计划活动。", right=Right.RECORD_ACTIVITIES, resolver=_plan
    )
    record_activity: ActivityResult | None = field(
        "Records an activity that was held.", "登记已举办的活动。", right=Right.RECORD_ACTIVITIES, resolver=_record
    )
    hold_activity: ActivityResult | None = field(
        "Records that a planned activity was held.",
        "登记计划的活动已举办。",
        right=Right.RECORD_ACTIVITIES,
        resolver=_hold,
    )
    publish_activity: ActivityResult | None = field(
        "Makes a held activity public.", "公开已举办的活动。", right=Right.RECORD_ACTIVITIES, resolver=_publish
    )
    cancel_activity: ActivityResult | None = field(
        "Cancels a planned activity.", "取消计划的活动。", right=Right.RECORD_ACTIVITIES, resolver=_cancel
    )
    correct_activity: ActivityResult | None = field(
        "Corrects an activity, with a reason.",
        "更正活动,须说明原因。",
        right=Right.RECORD_ACTIVITIES,
        resolver=_correct,
    )
