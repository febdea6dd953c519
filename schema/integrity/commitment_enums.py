"""The enumerations of clauses, commitments and acknowledgements, described in both languages."""

from schema.describing import publish
from service.integrity.acknowledgements import AcknowledgementStatus
from service.integrity.blockers import BlockerCode
from service.integrity.clauses import ClauseCategory, ClauseSetStatus
from service.integrity.commitments import CommitmentStatus

__all__ = ["AcknowledgementStatus", "BlockerCode", "ClauseCategory", "ClauseSetStatus", "CommitmentStatus"]

publish(
    ClauseCategory,
    "What a clause undertakes.",
    "承诺条款类别。",
    {
        "OBEY_LAWS": (
            "To obey laws, rules of the trade and rules of integrity.",
            "遵守国家法律法规、行业管理规定以及廉洁自律规定。",
        ),
        "NO_GIFTS": (
            "Neither to give nor to take gifts, whatever the pretext.",
            "不得以任何名义相互赠送或接受礼金、商业预付卡等贵重物品和土特产。",
        ),
        "NO_EXCESSIVE_RECEPTION": (
            "Neither to arrange nor to accept excessive reception.",
            "不得安排或接受超标准接待。",
        ),
        "CUSTOM": ("Something else.", "其他约定。"),
    },
)
publish(
    ClauseSetStatus,
    "The state of a clause set.",
    "承诺条款状态。",
    {
        "DRAFT": ("Its first version is not published yet.", "首版尚未发布。"),
        "PUBLISHED": ("A version is published.", "已有发布版本。"),
        "ARCHIVED": ("No more commitments are drawn up on it.", "已归档,不再据以拟订承诺。"),
    },
)
publish(
    CommitmentStatus,
    "The state of a commitment on a day.",
    "廉洁承诺状态。",
    {
        "DRAWN_UP": ("Nobody has signed it yet.", "已拟订,尚无一方签署。"),
        "PENDING": ("Signed by one or both; see `blockers`.", "已有签署,尚有未完成事项,见 blockers。"),
        "EFFECTIVE": ("It has no blockers.", "已生效:无未完成事项。"),
        "EXPIRED": ("Its term or its agreement is over.", "承诺期限或协议已结束。"),
        "WITHDRAWN": ("A side has withdrawn from it.", "一方已撤回。"),
        "RENEWED": ("Another commitment has taken its place.", "已续签,由后续承诺接续。"),
        "DISCARDED": ("Given up before anybody signed, or a mistake.", "签署前已作废,或属误录。"),
    },
)
publish(
    BlockerCode,
    "Why a commitment is not effective.",
    "廉洁承诺未生效的原因。",
    {
        "NOT_SIGNED": ("A side has not signed.", "一方尚未签署。"),
        "SIGNING_UNDATED": ("A side has signed on a day that no source tells.", "一方已签署,但日期不详。"),
        "NOT_PUBLICISED": (
            "Not publicised inside a side for as many whole days as were agreed.",
            "未在一方单位内部公示满约定天数。",
        ),
        "NOT_ACKNOWLEDGED": (
            "Not known to as many of a side's staff as were agreed.",
            "一方知晓人数未达约定比例。",
        ),
    },
)
publish(
    AcknowledgementStatus,
    "The state of an acknowledgement.",
    "知晓登记状态。",
    {"RECORDED": ("It counts.", "有效。"), "WITHDRAWN": ("It was a mistake.", "误录,已撤回。")},
)
