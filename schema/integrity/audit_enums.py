"""The enumerations of gifts, breaches, audits and findings, described in both languages."""

from schema.describing import publish
from service.integrity.audits import AuditStatus
from service.integrity.breaches import BreachStatus
from service.integrity.findings import FindingStatus, Grade
from service.integrity.gifts import GiftDecision, GiftKind, GiftStatus

__all__ = ["AuditStatus", "BreachStatus", "FindingStatus", "GiftDecision", "GiftKind", "GiftStatus", "Grade"]

publish(
    GiftKind,
    "What a gift is.",
    "礼品礼金类别。",
    {
        "CASH": ("Money.", "礼金。"),
        "PREPAID_CARD": ("A prepaid card.", "商业预付卡。"),
        "VALUABLES": ("Another valuable.", "其他贵重物品。"),
        "LOCAL_SPECIALTY": ("A local specialty.", "土特产。"),
        "OTHER": ("Something else.", "其他。"),
    },
)
publish(
    GiftDecision,
    "What becomes of a gift.",
    "礼品礼金处理决定。",
    {
        "DECLINED": ("It was not taken.", "当场谢绝。"),
        "RETURNED": ("It goes back.", "退还。"),
        "HANDED_IN": ("It is handed in.", "上交。"),
        "ACCEPTED": ("It may be kept.", "准予接受。"),
    },
)
publish(
    GiftStatus,
    "The state of a gift's record.",
    "礼品礼金登记状态。",
    {
        "RECORDED": ("Recorded; to be decided.", "已登记,待处理。"),
        "DECIDED": ("Decided; to be reviewed.", "已处理,待复核。"),
        "REVIEWED": ("Reviewed by another person.", "已由他人复核。"),
        "DISCARDED": ("It was a mistake.", "误录作废。"),
    },
)
publish(
    BreachStatus,
    "The state of a breach.",
    "违约状态。",
    {
        "REPORTED": ("Reported; to be judged.", "已举报,待核实。"),
        "CONFIRMED": ("It happened.", "已核实。"),
        "RESOLVED": ("It happened and is settled.", "已办结。"),
        "DISMISSED": ("It was not one.", "不予认定。"),
    },
)
publish(
    AuditStatus,
    "The state of an audit.",
    "廉洁审计状态。",
    {
        "OPEN": ("Under way.", "进行中。"),
        "REPORTED": ("Concluded; its findings are being settled.", "已出具报告,问题整改中。"),
        "CLOSED": ("Closed; it never changes any more.", "已关闭,不再变更。"),
        "DISCARDED": ("It was a mistake.", "误立作废。"),
    },
)
publish(
    Grade,
    "How grave a finding is.",
    "问题定级。",
    {
        "CONFORM": ("It conforms; nothing is to be put right.", "符合要求,无须整改。"),
        "MINOR": ("Minor.", "一般问题。"),
        "MAJOR": ("Major.", "严重问题。"),
    },
)
publish(
    FindingStatus,
    "The state of a finding.",
    "问题状态。",
    {
        "DRAFT": ("Known to the office and observers alone.", "草稿,仅廉洁办与监督员可见。"),
        "OPEN": ("To be put right.", "待整改。"),
        "RECTIFIED": ("Put right; to be verified.", "已整改,待验证。"),
        "CLOSED": ("Closed.", "已关闭。"),
        "DISCARDED": ("A draft that came to nothing.", "草稿作废。"),
    },
)
