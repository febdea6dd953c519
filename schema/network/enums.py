"""The enumerations of the network area, described in both languages."""

from schema.describing import publish
from service.network.branches import BranchKind, BranchStatus
from service.network.headcounts import HeadcountStatus
from service.network.memberships import MembershipRole, MembershipStatus
from service.network.networks import NetworkStatus
from service.network.organizations import OrganizationStatus, Sector

__all__ = [
    "BranchKind",
    "BranchStatus",
    "HeadcountStatus",
    "MembershipRole",
    "MembershipStatus",
    "NetworkStatus",
    "OrganizationStatus",
    "Sector",
]

publish(
    NetworkStatus,
    "The state of a network.",
    "网络状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    OrganizationStatus,
    "The state of an organisation.",
    "单位状态。",
    {
        "ACTIVE": ("In use.", "使用中。"),
        "ARCHIVED": ("Out of use.", "已归档。"),
        "MERGED": ("A duplicate; another organisation answers for it.", "重复单位,已并入另一单位。"),
    },
)
publish(
    Sector,
    "What an organisation does.",
    "单位行业。",
    {
        "HOSPITAL": ("A hospital.", "医院。"),
        "HEALTH_INSTITUTION": ("Another health institution.", "其他医疗卫生机构。"),
        "BANK": ("A bank.", "银行。"),
        "FIRE_BRIGADE": ("A fire brigade.", "消防。"),
        "SCHOOL": ("A school.", "学校。"),
        "KINDERGARTEN": ("A kindergarten.", "幼儿园。"),
        "AIRLINE": ("An airline.", "航空公司。"),
        "RAILWAY": ("A railway.", "铁路。"),
        "MEDIA": ("A medium.", "媒体。"),
        "STATE_RESERVE": ("A state reserve.", "国家储备(中储粮、中储棉)。"),
        "GOVERNMENT": ("An office of government.", "政府机关。"),
        "COMMUNITY": ("A community.", "社区。"),
        "ENTERPRISE": ("An enterprise.", "企业。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    BranchKind,
    "The rank of a party organisation.",
    "党组织类别。",
    {
        "COMMITTEE": ("A committee.", "党委。"),
        "GENERAL_BRANCH": ("A general branch.", "党总支。"),
        "BRANCH": ("A branch.", "党支部。"),
        "GROUP": ("A group.", "党小组。"),
    },
)
publish(
    BranchStatus,
    "The state of a party organisation.",
    "党组织状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    HeadcountStatus,
    "The state of a headcount.",
    "人数快照状态。",
    {"RECORDED": ("It stands.", "有效。"), "DISCARDED": ("It was a mistake.", "已作废。")},
)
publish(
    MembershipRole,
    "What an organisation is in a network.",
    "成员角色。",
    {"LEAD": ("It leads.", "牵头单位。"), "MEMBER": ("It has joined.", "成员单位。")},
)
publish(
    MembershipStatus,
    "The state of a membership on a day.",
    "成员关系状态。",
    {
        "UPCOMING": ("It has not begun.", "尚未生效。"),
        "ACTIVE": ("It stands.", "有效。"),
        "ENDED": ("It has ended.", "已结束。"),
        "DISCARDED": ("It was a mistake.", "已作废。"),
    },
)
