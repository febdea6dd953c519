"""The domain's enumerations, described in both languages: what a front-end shows beside the value."""

from schema.describing import publish
from service.cooperation import activities, agreements, pillars
from service.dates import Precision
from service.errors import Code
from service.network import branches, headcounts, memberships, networks, organizations
from service.records import Action, Origin
from service.viewer import Role

__all__ = ["Action", "Code", "Origin", "Precision", "Role"]

publish(
    Origin,
    "Where a record comes from.",
    "记录来源。",
    {
        "NATIVE": ("Made in the service; every rule holds.", "在本系统产生,适用全部规则。"),
        "REPORTED": ("Taken from a document; it may have gaps.", "引自文献,可能有缺项。"),
    },
)
publish(
    Precision,
    "How exactly a date is known.",
    "日期的精确程度。",
    {
        "DAY": ("To the day.", "精确到日。"),
        "MONTH": ("To the month.", "精确到月。"),
        "YEAR": ("To the year.", "精确到年。"),
        "RANGE": ("From one day to another.", "起止区间。"),
    },
)
publish(
    Action,
    "A step on a standing record, taken by the mutation of that name.",
    "对现有记录的操作,由同名变更执行。",
    {
        "CORRECT": ("Correct its facts.", "更正。"),
        "ARCHIVE": ("Take it out of use.", "归档。"),
        "END": ("End it.", "结束。"),
        "DISCARD": ("Discard a mistaken one.", "作废误录。"),
        "REVISE": ("Give it a new text version.", "修订文本。"),
        "OPEN_FOR_SIGNING": ("Open it for signing.", "提交签署。"),
        "SIGN": ("Sign it for one's organisation.", "代表本单位签署。"),
        "WITHDRAW_SIGNATURE": ("Withdraw a mistaken signature.", "撤回误签。"),
        "DECLINE": ("Decline to sign.", "拒绝签署。"),
        "TERMINATE": ("End it before its term.", "提前终止。"),
        "HOLD": ("Record that it was held.", "登记已举办。"),
        "PUBLISH": ("Publish it.", "公开发布。"),
        "CANCEL": ("Cancel the plan.", "取消计划。"),
    },
)
publish(
    Role,
    "A role, given for a scope.",
    "角色,按范围授予。",
    {
        "PUBLIC": ("Anybody.", "公众。"),
        "FRONT_END": ("A front-end application of a network.", "网络的前端应用。"),
        "RECORDER": ("The liaison of an organisation.", "单位联络员。"),
        "NETWORK_ADMIN": ("The lead organisation's administrator.", "主责单位管理员。"),
        "INTEGRITY_OFFICER": ("The integrity office.", "廉洁办/纪检。"),
        "OBSERVER": ("An observer of a network.", "监督员。"),
        "OPERATOR": ("Whoever runs the service.", "运维。"),
    },
)
publish(
    Code,
    "What went wrong, for programs.",
    "问题代码。",
    {
        "REQUIRED": ("A value is missing.", "缺少必填项。"),
        "INVALID": ("A value is malformed or out of range.", "值的格式或范围不正确。"),
        "NOT_FOUND": ("There is no such record here.", "此处没有该记录。"),
        "FORBIDDEN": ("The right for this is missing.", "没有相应权限。"),
        "UNAUTHENTICATED": ("The token is expired or not valid.", "令牌已过期或无效。"),
        "CONFLICT": ("Somebody else wrote first.", "他人已先写入。"),
        "ALREADY_EXISTS": ("The same record stands already.", "相同记录已存在。"),
        "ILLEGAL_STATE": ("The record's state does not allow this.", "记录状态不允许此操作。"),
        "RULE_BROKEN": ("A rule of the domain is not met.", "不符合业务规则。"),
        "REFERENCE_INVALID": ("A record named by id does not fit.", "所引用的记录无效。"),
        "IDEMPOTENCY_KEY_REUSED": ("The key was used with other arguments.", "幂等键已用于其他参数。"),
        "BAD_CURSOR": ("Not a cursor of this list and order.", "游标不属于该列表与排序。"),
        "LIMIT_EXCEEDED": ("More than the published limit.", "超出公布的限制。"),
        "BAD_REQUEST": ("The request cannot be read.", "请求无法解读。"),
        "GRAPHQL_INVALID": ("The document does not parse or validate.", "查询文档不合法。"),
        "SERVICE_UNAVAILABLE": ("The database is away; retry.", "数据库暂不可用,请重试。"),
        "INTERNAL_ERROR": ("A fault of the service.", "服务内部错误。"),
    },
)
publish(
    networks.NetworkStatus,
    "The state of a network.",
    "网络状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    organizations.OrganizationStatus,
    "The state of an organisation.",
    "单位状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    organizations.Sector,
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
    branches.BranchKind,
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
    branches.BranchStatus,
    "The state of a party organisation.",
    "党组织状态。",
    {"ACTIVE": ("In use.", "使用中。"), "ARCHIVED": ("Out of use.", "已归档。")},
)
publish(
    headcounts.HeadcountStatus,
    "The state of a headcount.",
    "人数快照状态。",
    {"RECORDED": ("It stands.", "有效。"), "DISCARDED": ("It was a mistake.", "已作废。")},
)
publish(
    memberships.MembershipRole,
    "What an organisation is in a network.",
    "成员角色。",
    {"LEAD": ("It leads.", "牵头单位。"), "MEMBER": ("It has joined.", "成员单位。")},
)
publish(
    memberships.MembershipStatus,
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
    pillars.Pillar,
    "The four pillars.",
    "四个共建。",
    {
        "LEARNING": ("Learning together.", "学习共建。"),
        "DEVELOPMENT": ("Developing together.", "发展共建。"),
        "SERVICE": ("Serving together.", "服务共建。"),
        "INTEGRITY": ("Integrity together.", "廉洁共建。"),
    },
)
publish(
    pillars.Principle,
    "The principle a pillar stands on.",
    "共建原则。",
    {
        "RESOURCE_SHARING": ("Sharing resources.", "资源共享。"),
        "BUSINESS_COOPERATION": ("Cooperating in business.", "业务合作。"),
        "SHARED_VALUES": ("Sharing values.", "理念互通。"),
        "MUTUAL_SUPERVISION": ("Supervising each other.", "监督互促。"),
    },
)
publish(
    pillars.Theme,
    "A theme of a pillar; each pillar has three.",
    "共建主题,每项共建三个。",
    {
        "THEORY_STUDY": ("Studying theory.", "理论学习。"),
        "EXCHANGE": ("Learning from each other.", "交流互鉴。"),
        "BASE_BUILDING": ("Building places of learning.", "阵地建设。"),
        "SAFE_HOSPITAL": ("A safe hospital.", "平安医院。"),
        "SMART_HOSPITAL": ("A smart hospital.", "智慧医院。"),
        "HUMANISTIC_HOSPITAL": ("A humanistic hospital.", "人文医院。"),
        "SERVING_PATIENTS": ("Serving patients.", "服务患者。"),
        "SERVING_PUBLIC": ("Serving the public.", "服务群众。"),
        "SERVING_STAFF": ("Serving staff.", "服务职工。"),
        "INTEGRITY_COMMITMENT": ("Committing to integrity.", "廉洁承诺。"),
        "INTEGRITY_EDUCATION": ("Educating for integrity.", "廉洁教育。"),
        "INTEGRITY_EXCHANGE": ("Exchanging on integrity.", "廉洁交流。"),
    },
)
publish(
    agreements.AgreementKind,
    "What an agreement is about.",
    "协议类别。",
    {
        "CO_BUILDING": ("Party co-building.", "党建共建合作协议。"),
        "INTEGRITY_PARTNER": ("Integrity partnership.", "廉洁伙伴协议书。"),
        "TECHNICAL_COOPERATION": ("Technical cooperation.", "技术合作协议。"),
    },
)
publish(
    agreements.AgreementLevel,
    "The level its parties stand on.",
    "签约层级。",
    {"COMMITTEE": ("Committee with committee.", "党委对党委。"), "BRANCH": ("Branch with branch.", "支部对支部。")},
)
publish(
    agreements.AgreementStatus,
    "The state of an agreement on a day.",
    "协议状态。",
    {
        "DRAFT": ("Being drafted.", "起草中。"),
        "SIGNING": ("Open for signing.", "签署中。"),
        "SIGNED": ("Signed by all; its term has not begun.", "已签署,尚未生效。"),
        "ACTIVE": ("In force.", "生效中。"),
        "EXPIRED": ("Its term is over.", "已到期。"),
        "TERMINATED": ("Ended before its term.", "已终止。"),
        "DECLINED": ("A party declined to sign.", "一方拒签。"),
        "DISCARDED": ("Never came to signing.", "已作废。"),
    },
)
publish(
    activities.ActivityForm,
    "The form of an activity.",
    "活动形式。",
    {
        "LECTURE": ("A lecture.", "专题辅导。"),
        "PARTY_LECTURE": ("A party lecture.", "主题党课。"),
        "SITE_VISIT": ("A site visit.", "现场教学/参观。"),
        "FILM": ("A film.", "观影。"),
        "DRILL": ("A drill.", "演练。"),
        "FREE_CLINIC": ("A free clinic.", "义诊。"),
        "TRAINING": ("A training.", "培训。"),
        "SPORTS": ("Sports.", "体育比赛。"),
        "FAMILY_DAY": ("A family day.", "亲子活动。"),
        "FORUM": ("A forum.", "座谈。"),
        "WARD_ROUND": ("A ward round.", "查房。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    activities.Direction,
    "Which way an activity goes.",
    "活动方向。",
    {"OUT": ("Going out.", "走出去。"), "IN": ("Inviting in.", "引进来。")},
)
publish(
    activities.ParticipationRole,
    "How an organisation takes part.",
    "参与角色。",
    {
        "HOST": ("The one main host.", "主办。"),
        "CO_HOST": ("A further host.", "协办。"),
        "PARTICIPANT": ("It takes part.", "参与。"),
        "SUPPORT": ("It supports.", "支持。"),
    },
)
publish(
    activities.Qualifier,
    "How exact a source is about a number.",
    "数字的确切程度。",
    {
        "EXACT": ("Exactly.", "整数确指。"),
        "SLIGHTLY_OVER": ("Slightly over.", "余。"),
        "OVER": ("Over.", "多。"),
        "NEARLY": ("Nearly.", "近。"),
        "MOSTLY": ("Mostly.", "基本上。"),
    },
)
publish(
    activities.ActivityStatus,
    "The state of an activity.",
    "活动状态。",
    {
        "PLANNED": ("Planned.", "计划中。"),
        "HELD": ("Held.", "已举办。"),
        "PUBLISHED": ("Held and published.", "已公开。"),
        "CANCELLED": ("Cancelled.", "已取消。"),
    },
)
