"""The enumerations of cooperation, described in both languages."""

from schema.describing import publish
from service.cooperation.activities import (
    ActivityForm,
    ActivityStatus,
    Direction,
    ParticipationRole,
    Qualifier,
    Verdict,
)
from service.cooperation.agreements import AgreementKind, AgreementLevel, AgreementStatus
from service.cooperation.attachments import AttachmentKind, AttachmentStatus
from service.cooperation.pillars import Pillar, Principle, Theme
from service.cooperation.texts import AmendmentState

__all__ = [
    "ActivityForm",
    "ActivityStatus",
    "AgreementKind",
    "AgreementLevel",
    "AgreementStatus",
    "AmendmentState",
    "AttachmentKind",
    "AttachmentStatus",
    "Direction",
    "ParticipationRole",
    "Pillar",
    "Principle",
    "Qualifier",
    "Theme",
    "Verdict",
]

publish(
    Pillar,
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
    Principle,
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
    Theme,
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
    AgreementKind,
    "What an agreement is about.",
    "协议类别。",
    {
        "CO_BUILDING": ("Party co-building.", "党建共建合作协议。"),
        "INTEGRITY_PARTNER": ("Integrity partnership.", "廉洁伙伴协议书。"),
        "TECHNICAL_COOPERATION": ("Technical cooperation.", "技术合作协议。"),
    },
)
publish(
    AgreementLevel,
    "The level its parties stand on.",
    "签约层级。",
    {"COMMITTEE": ("Committee with committee.", "党委对党委。"), "BRANCH": ("Branch with branch.", "支部对支部。")},
)
publish(
    AgreementStatus,
    "The state of an agreement on a day.",
    "协议状态。",
    {
        "DRAFT": ("Being drafted.", "起草中。"),
        "SIGNING": ("Open for signing.", "签署中。"),
        "SIGNED": ("Signed by all; its term has not begun.", "已签署,尚未生效。"),
        "ACTIVE": ("In force.", "生效中。"),
        "EXPIRED": ("Its term is over.", "已到期。"),
        "TERMINATED": ("Ended before its term.", "已终止。"),
        "RENEWED": ("Another agreement has followed it.", "已续签,由后续协议接续。"),
        "DECLINED": ("A party declined to sign.", "一方拒签。"),
        "DISCARDED": ("Given up before all had signed.", "各方签署前已作废。"),
    },
)
publish(
    AmendmentState,
    "The state of an amendment of a signed text.",
    "协议修订的状态。",
    {
        "SIGNING": ("Open for signing; the old text is in force.", "签署中,原文本仍有效。"),
        "ADOPTED": ("Signed by all, and in force.", "各方已签署,已生效。"),
        "DECLINED": ("A party declined it; the old text stays.", "一方拒签,原文本不变。"),
        "WITHDRAWN": ("Withdrawn; the old text stays.", "已撤回,原文本不变。"),
        "LAPSED": ("The agreement ended before all had signed.", "签署完成前协议已结束。"),
    },
)
publish(
    ActivityForm,
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
    Direction,
    "Which way an activity goes.",
    "活动方向。",
    {"OUT": ("Going out.", "走出去。"), "IN": ("Inviting in.", "引进来。")},
)
publish(
    ParticipationRole,
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
    Qualifier,
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
    ActivityStatus,
    "The state of an activity.",
    "活动状态。",
    {
        "PLANNED": ("Planned.", "计划中。"),
        "HELD": ("Held.", "已举办。"),
        "PUBLISHED": ("Held and published.", "已公开。"),
        "CANCELLED": ("Cancelled.", "已取消。"),
    },
)
publish(
    Verdict,
    "What an organisation says of what another one filed.",
    "对其他单位登记内容的表态。",
    {
        "CONFIRMED": ("It happened as filed.", "与登记相符。"),
        "DISPUTED": ("It did not happen as filed.", "与登记不符。"),
    },
)
publish(
    AttachmentKind,
    "What an attached file is for.",
    "附件用途。",
    {
        "EVIDENCE": ("It shows that something took place.", "佐证。"),
        "SCAN": ("A paper, scanned.", "扫描件。"),
        "PHOTO": ("A photograph.", "照片。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    AttachmentStatus,
    "Whether an attached file is served.",
    "附件状态。",
    {
        "STORED": ("It can be fetched.", "可下载。"),
        "DISCARDED": ("Mistaken; it is served no more.", "已作废,不再提供下载。"),
    },
)
