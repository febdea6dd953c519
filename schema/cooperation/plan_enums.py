"""The enumerations of plans, leading groups and deliverables, described in both languages."""

from schema.describing import publish
from service.cooperation.deliverables import DeliverableKind, DeliverableStatus
from service.cooperation.groups import LeadingGroupStatus
from service.cooperation.plans import ActivityPlanStatus, PlanLineStatus

__all__ = ["ActivityPlanStatus", "DeliverableKind", "DeliverableStatus", "LeadingGroupStatus", "PlanLineStatus"]

publish(
    ActivityPlanStatus,
    "The state of an activity plan.",
    "系列活动计划表状态。",
    {"ACTIVE": ("It stands.", "有效。"), "DISCARDED": ("It was a mistake.", "已作废。")},
)
publish(
    PlanLineStatus,
    "The state of a line of a plan on a day.",
    "计划表某行的状态。",
    {
        "PLANNED": ("Its last possible day has not come.", "计划中,未到期。"),
        "DUE": ("Its last possible day has come, and no linked activity was held.", "已到期,尚无已举办的关联活动。"),
        "FULFILLED": ("An activity linked to it was held.", "已完成:有已举办的关联活动。"),
        "DROPPED": ("It will not be done.", "已取消。"),
    },
)
publish(
    LeadingGroupStatus,
    "The state of a leading group on a day.",
    "领导小组状态。",
    {
        "ACTIVE": ("It stands.", "有效。"),
        "ENDED": ("It was dissolved.", "已解散。"),
        "DISCARDED": ("It was a mistake.", "已作废。"),
    },
)
publish(
    DeliverableKind,
    "What a deliverable is.",
    "成果类别。",
    {
        "SERVICE_LINE": ("A line that takes people there, or answers them.", "专线(交通、热线)。"),
        "UNIT": ("A unit of care.", "护理单元、病区。"),
        "BASE": ("A base of volunteers or training.", "服务或培训基地。"),
        "STUDIO": ("An expert's studio.", "专家工作室。"),
        "GREEN_CHANNEL": ("A green channel.", "绿色通道。"),
        "DIGITAL": ("A system or a device.", "信息系统、自助设备。"),
        "SERIES": ("A service offered again and again.", "系列服务(义诊、讲堂、体验日)。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    DeliverableStatus,
    "The state of a deliverable.",
    "成果状态。",
    {
        "PLANNED": ("Planned.", "计划中。"),
        "RUNNING": ("Launched and running.", "已启用。"),
        "CLOSED": ("Closed.", "已办结。"),
        "DISCARDED": ("A mistake, or given up.", "已作废。"),
    },
)
