"""The enumerations that belong to no area, described in both languages: what a front-end shows beside a value."""

from schema.describing import publish
from service.dates import Precision
from service.errors import Code
from service.records import Action, Origin
from service.viewer import GrantSource, Role

__all__ = ["Action", "Code", "GrantSource", "Origin", "Precision", "Role"]

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
        "CONFIRM": ("Confirm what another organisation filed.", "确认其他单位的登记。"),
        "DISPUTE": ("Dispute what another organisation filed.", "对其他单位的登记提出异议。"),
        "DROP_LINE": ("Drop a line of the plan.", "取消计划表中的一行。"),
        "LAUNCH": ("Record that it runs.", "登记已启用。"),
        "CLOSE": ("Close it.", "办结。"),
        "AMEND": ("Open an amendment of the signed text.", "对已签署的文本提出修订。"),
        "WITHDRAW_AMENDMENT": ("Withdraw an amendment not yet signed by all.", "撤回尚未全部签署的修订。"),
        "RENEW": ("Draft the agreement that follows it.", "起草续签协议。"),
        "MERGE": ("Merge a duplicate into the one that stays.", "将重复的单位并入保留的单位。"),
        "HAND_OVER": ("Hand the role over to a successor.", "移交角色。"),
        "WITHDRAW": ("Withdraw it: a role given by mistake, a commitment.", "撤回:误授的角色、廉洁承诺等。"),
        "PUBLICISE": ("Record its publicity inside one's organisation.", "登记在本单位内部的公示。"),
        "END_PUBLICITY": ("Record that a publicity ended.", "登记公示结束。"),
        "ACKNOWLEDGE": ("Record who of one's staff knows of it.", "登记本单位职工知晓情况。"),
        "DECIDE": ("Decide what becomes of it.", "作出处理决定。"),
        "REVIEW": ("Review the decision.", "复核处理决定。"),
        "DISMISS": ("Dismiss what was reported.", "驳回举报。"),
        "RESOLVE": ("Record that it was resolved.", "登记已办结。"),
        "OPEN": ("Open a draft.", "由草稿转为正式。"),
        "ASSIGN": ("Grade it, say who answers for it and until when.", "定级并明确责任与期限。"),
        "RECTIFY": ("Record what was done about it.", "登记整改情况。"),
        "VERIFY": ("Verify that what was done has its effect.", "验证整改成效。"),
        "RUN_CHECKS": ("Run the checks and freeze their results.", "运行检查并固化结果。"),
        "REPORT": ("Report what was found.", "提交审计报告。"),
        "FORGET": ("Forget the person.", "遗忘此人。"),
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
    GrantSource,
    "Where a viewer has a role from.",
    "角色来源。",
    {
        "TOKEN": ("The token carries it.", "令牌所载。"),
        "ASSIGNED": ("It was given in the service.", "在本系统授予。"),
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
        "PERSISTED_QUERY_NOT_FOUND": ("No known document has this id.", "没有该编号的查询文档。"),
        "RATE_LIMITED": ("The budget of this minute is spent.", "本分钟的额度已用尽。"),
        "BAD_REQUEST": ("The request cannot be read.", "请求无法解读。"),
        "GRAPHQL_INVALID": ("The document does not parse or validate.", "查询文档不合法。"),
        "SERVICE_UNAVAILABLE": ("The database is away; retry.", "数据库暂不可用,请重试。"),
        "INTERNAL_ERROR": ("A fault of the service.", "服务内部错误。"),
    },
)
