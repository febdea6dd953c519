"""What follows from an agreement: its plans, its leading groups and its deliverables, as lists below it."""

import strawberry

from schema.cooperation.deliverables import Deliverable, DeliverableWhere
from schema.cooperation.groups import LeadingGroup, LeadingGroupWhere
from schema.cooperation.plans import ActivityPlan, ActivityPlanWhere
from schema.links import page
from schema.pages import Connection
from service.cooperation.agreements import Agreement
from service.cooperation.deliverables import Deliverable as DeliverableRecord
from service.cooperation.groups import LeadingGroup as LeadingGroupRecord
from service.cooperation.plans import ActivityPlan as ActivityPlanRecord
from service.store.reads import Query


@strawberry.type
class UnderAgreement:
    activity_plans: Connection[ActivityPlan] = page(
        Agreement,
        "agreement",
        Query(ActivityPlanRecord, {}, descending=True),
        "Its activity plans, the latest year first.",
        "系列活动计划表,最近年度在前。",
        where=ActivityPlanWhere,
    )
    leading_groups: Connection[LeadingGroup] = page(
        Agreement,
        "agreement",
        Query(LeadingGroupRecord, {}, descending=True),
        "Its leading groups, the latest first.",
        "领导小组,最新在前。",
        where=LeadingGroupWhere,
    )
    deliverables: Connection[Deliverable] = page(
        Agreement,
        "agreement",
        Query(DeliverableRecord, {}, descending=True),
        "Its deliverables, the latest first.",
        "成果,最新在前。",
        where=DeliverableWhere,
    )
