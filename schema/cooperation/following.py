"""What follows from an agreement: its plans, its leading groups, its deliverables and its commitments, with what these
ask, as lists below it.
"""

import strawberry

from schema.cooperation.deliverables import Deliverable, DeliverableWhere
from schema.cooperation.groups import LeadingGroup, LeadingGroupWhere
from schema.cooperation.plans import ActivityPlan, ActivityPlanWhere
from schema.describing import field
from schema.integrity.commitments import Commitment, CommitmentWhere
from schema.links import page
from schema.pages import Connection
from service.cooperation.agreements import Agreement
from service.cooperation.deliverables import Deliverable as DeliverableRecord
from service.cooperation.groups import LeadingGroup as LeadingGroupRecord
from service.cooperation.plans import ActivityPlan as ActivityPlanRecord
from service.integrity.commitments import Commitment as CommitmentRecord
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
    commitments: Connection[Commitment] = page(
        Agreement,
        "agreement",
        Query(CommitmentRecord, {}, descending=True),
        "The commitments under it, the latest first.",
        "协议项下的廉洁承诺,最新在前。",
        where=CommitmentWhere,
    )
    publicity_days: int | None = field(
        "How many whole days each side publicises a commitment under it; 7 unless agreed.",
        "协议项下廉洁承诺须公示的整天数,未约定为 7。",
    )
    known_percent: int | None = field(
        "How many per cent of each side's staff must know of a commitment under it; 100 unless agreed.",
        "协议项下廉洁承诺须知晓的职工百分比,未约定为 100。",
    )
