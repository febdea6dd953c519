"""The enumerations of the network area, described in both languages."""

from schema.describing import publish
from service.network.branches import BranchKind, BranchStatus
from service.network.departments import DepartmentKind, DepartmentStatus
from service.network.headcounts import HeadcountStatus
from service.network.memberships import MembershipRole, MembershipStatus
from service.network.networks import NetworkStatus
from service.network.organizations import OrganizationStatus, Sector
from service.network.pairings import PairingMode, PairingStatus
from service.network.persons import PersonStatus
from service.network.roles import RoleAssignmentStatus
from service.network.stations import StationKind, StationStatus

__all__ = [
    "BranchKind",
    "BranchStatus",
    "DepartmentKind",
    "DepartmentStatus",
    "HeadcountStatus",
    "MembershipRole",
    "MembershipStatus",
    "NetworkStatus",
    "OrganizationStatus",
    "PairingMode",
    "PairingStatus",
    "PersonStatus",
    "RoleAssignmentStatus",
    "Sector",
    "StationKind",
    "StationStatus",
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
publish(
    DepartmentKind,
    "What a department is for.",
    "科室类别。",
    {
        "FUNCTIONAL": ("It runs the organisation.", "职能科室。"),
        "CLINICAL": ("It treats patients.", "临床科室。"),
        "MEDICAL_TECHNOLOGY": ("It examines, images or dispenses.", "医技科室。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    DepartmentStatus,
    "The state of a department.",
    "科室状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    PersonStatus,
    "The state of a person's record.",
    "人员记录状态。",
    {
        "ACTIVE": ("In use.", "使用中。"),
        "ARCHIVED": ("Out of use.", "已归档。"),
        "FORGOTTEN": ("Without a name, for good.", "已遗忘,姓名永久抹除。"),
    },
)
publish(
    StationKind,
    "What a plaque says.",
    "授牌类别。",
    {
        "CENTRE": ("The centre, at the lead's; one in a network.", "中心,设在牵头单位,每个网络一个。"),
        "WORKSTATION": ("A workstation, at a member's.", "工作站,设在成员单位。"),
    },
)
publish(
    StationStatus,
    "The state of a station on a day.",
    "中心或工作站的状态。",
    {
        "UPCOMING": ("Its plaque does not hang yet.", "尚未授牌。"),
        "ACTIVE": ("Its plaque hangs.", "有效。"),
        "ENDED": ("It has been closed.", "已撤销。"),
        "DISCARDED": ("It was a mistake.", "已作废。"),
    },
)
publish(
    PairingMode,
    "How far a branch helps.",
    "帮扶方式。",
    {
        "KEY": ("A key branch gives key help.", "重点支部重点帮扶。"),
        "EXTENDED": ("Another branch extends the help.", "其他支部拓展帮扶。"),
    },
)
publish(
    PairingStatus,
    "The state of a pairing on a day.",
    "结对状态。",
    {
        "UPCOMING": ("It has not begun.", "尚未开始。"),
        "ACTIVE": ("It stands.", "有效。"),
        "ENDED": ("It has ended.", "已结束。"),
        "DISCARDED": ("It was a mistake.", "已作废。"),
    },
)
publish(
    RoleAssignmentStatus,
    "The state of a role assignment on a day.",
    "角色授予状态。",
    {
        "UPCOMING": ("It has not begun.", "尚未生效。"),
        "ACTIVE": ("The role is held.", "有效。"),
        "ENDED": ("It has ended.", "已结束。"),
        "WITHDRAWN": ("It was given by mistake.", "误授,已撤销。"),
    },
)
