"""The bundle of one audit 廉洁审计: its scope, the results frozen as of a moment, its findings and its conclusion."""

from collections import Counter
from collections.abc import Sequence

from service.bundles import lists
from service.bundles.commitment import numbered
from service.bundles.document import Block, Cell, Facts, Paper, Signatures, Table, Text
from service.bundles.material import Telling, day
from service.integrity.audits import AuditStatus
from service.integrity.verdicts import CheckId, Verdict


def paper(tell: Telling) -> Paper:
    own, network = tell.material.subject, tell.material.network
    none = tell.say("Not reported yet.", "尚未形成审计结论。")
    officer = tell.say("Integrity officer", "审计负责人")
    sections: list[tuple[str, Sequence[Block]]] = [
        (tell.say("The audit", "审计概况"), (_about(tell),)),
        (tell.say("Results", "检查结果"), (_summary(tell), _results(tell))),
        (tell.say("Findings", "问题"), (lists.findings(tell),)),
        (tell.say("Rectifications", "整改与验证"), (lists.rectifications(tell),)),
        (tell.say("Conclusion", "审计结论"), (Text(own["conclusion"] or none),)),
        (tell.say("Signatures", "签署"), (Signatures([officer, str(network["name"])]),)),
    ]
    return Paper(
        tell.say("Dossier of an Integrity Audit", "廉洁审计卷宗"),
        own["title"],
        f"{network['name']} · {own['_id']}",
        tell.as_of,
        tell.language,
        numbered(tell, sections),
    )


def _about(tell: Telling) -> Facts:
    own = tell.material.subject
    scope = tell.names(own["organizations"]) or tell.say("All partners of the network", "全部共建单位")
    return Facts(
        (
            (tell.say("Id", "编号"), own["_id"]),
            (tell.say("Version", "版本"), own["version"]),
            (tell.say("State", "状态"), tell.word(AuditStatus, own["state"])),
            (tell.say("Scope", "范围"), scope),
            (tell.say("Period from", "期间起"), day(own["period_from"])),
            (tell.say("Period to", "期间止"), day(own["period_to"])),
            (tell.say("Checked as of", "检查截至"), own["as_of"]),
            (tell.say("Officer", "审计人"), own["officer"]),
            (tell.say("Refers to", "关联审计"), own["refers_to"]),
            (tell.say("Opened", "立项"), day(own["opened_on"])),
            (tell.say("Reported", "报告"), day(own["reported_on"])),
            (tell.say("Closed", "办结"), day(own["closed_on"])),
            (tell.say("Reason of its end", "终止原因"), own["end_reason"]),
        )
    )


def _summary(tell: Telling) -> Table:
    """How many results there are of each verdict, by check."""
    counted = Counter((each["check"], each["verdict"]) for each in tell.material.subject["results"])
    checks = sorted({check for check, _ in counted}, key=list(CheckId).index)
    rows: list[Sequence[Cell]] = [
        (tell.word(CheckId, check), *(counted[check, verdict] for verdict in Verdict)) for check in checks
    ]
    columns = [tell.say("Check", "检查"), *(tell.word(Verdict, verdict) for verdict in Verdict)]
    return Table(tell.say("Summary", "检查汇总"), columns, rows)


def _results(tell: Telling) -> Table:
    titles = (
        ("Check", "检查"), ("Verdict", "结论"), ("Organisation", "单位"), ("Subject", "对象"), ("Since", "自"),
        ("Due", "期限"), ("Figure", "数值"), ("Evidence", "依据"),
    )  # fmt: skip
    rows = [
        (
            tell.word(CheckId, each["check"]),
            tell.word(Verdict, each["verdict"]),
            tell.name(each["organization"]),
            tell.name(each["subject"]),
            day(each["since"]),
            day(each["due"]),
            each["figure"],
            tell.names(each["evidence"]),
        )
        for each in tell.material.subject["results"]
    ]
    return Table(tell.say("Results", "检查结果"), [tell.say(*title) for title in titles], rows)
