"""Audit 廉洁审计 in the schema."""

import datetime as dt
from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import happened_during, narrowed, state_is
from schema.context import Info
from schema.cooperation.attachments import Attachment, attached_to
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, PeriodInput, optional, required
from schema.integrity.audit_enums import AuditStatus
from schema.integrity.check_enums import CheckId, Verdict
from schema.integrity.checks import ORDER, CheckResult
from schema.integrity.findings import Finding, FindingWhere
from schema.integrity.orders import dated
from schema.lazy import AuditType, NetworkType, OrganizationType
from schema.links import one, page, several
from schema.nodes import Recorded, entity
from schema.pages import Connection, page_at_hand, range_of
from schema.results import RefusalType, write
from schema.scalars import Date, Moment
from service.integrity import auditing
from service.integrity import audits as domain
from service.integrity.findings import Finding as FindingRecord
from service.integrity.verdicts import Result
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.checking import results_as_of
from service.store.reads import Query
from service.viewer import Right


@strawberry.input(description=both("Which results.", "检查结果筛选条件。"))
class AuditResultWhere:
    check: CheckId | None = optional("Of this check.", "检查项。")
    verdict: Verdict | None = optional("Saying this.", "结论。")
    organization: strawberry.ID | None = optional("About this partner.", "所涉单位编号。")

    def fits(self, result: Document) -> bool:
        wanted = {"check": self.check, "verdict": self.verdict, "organization": self.organization}
        return all(result[name] == value for name, value in wanted.items() if value)


async def _results(
    root: Parent[Document],
    info: Info,
    where: Annotated[AuditResultWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    every = [{**each, ORDER: f"{place:05}"} for place, each in enumerate(root["results"])]
    wanted = [each for each in every if where.fits(each)] if where else every
    return page_at_hand(wanted, range_of(ORDER, first, after, last, before), ORDER)


@entity(domain.Audit, "An audit of partners by the integrity office.", "廉洁办对共建单位开展的廉洁审计。")
class Audit(Recorded):
    network: NetworkType | None = one(domain.Audit, "network", NetworkRecord, "The network.", "所属网络。")
    title: str = field("Its title.", "标题。")
    organizations: list[OrganizationType] = several(
        domain.Audit,
        "organizations",
        OrganizationRecord,
        "Whom it audits; all partners when empty.",
        "范围,空为全部单位。",
    )
    period_from: Date = field("The first day of what it looks at.", "审计期间起始日。")
    period_to: Date = field("The last day of it.", "审计期间截止日。")
    officer: str | None = field("Who opened it: the `sub` of the token.", "立项人:令牌中的 sub。")
    refers_to: AuditType | None = one(
        domain.Audit,
        "refers_to",
        domain.Audit,
        "The closed audit whose matter it takes up again.",
        "所接续的已关闭审计。",
    )
    follow_ups: Connection[AuditType] = page(
        domain.Audit,
        "refers_to",
        Query(domain.Audit, {}, descending=True),
        "The audits that took its matter up again, the latest first.",
        "接续本审计的审计,最新在前。",
    )
    as_of: Moment | None = field("The moment whose record the checks read.", "检查所依据的时点。")
    results: Connection[CheckResult] = field(
        "What the checks said then, frozen; what needed attention first comes first.",
        "检查当时的结果,已固化,最须关注者在前。",
        needs=("results",),
        resolver=_results,
    )
    conclusion: str | None = field("What the report concludes.", "审计结论。")
    opened_on: Date = field("When it was opened.", "立项日期。")
    reported_on: Date | None = field("When it was reported.", "出具报告日期。")
    closed_on: Date | None = field("When it was closed.", "关闭日期。")
    end_reason: str | None = field("Why it was discarded.", "作废原因。")
    status: AuditStatus = field("Its state.", "状态。")
    findings: Connection[Finding] = page(
        domain.Audit,
        "audit",
        Query(FindingRecord, {}, descending=True),
        "What it found, the latest first.",
        "审计发现的问题,最新在前。",
        where=FindingWhere,
    )
    attachments: Connection[Attachment] = attached_to(domain.Audit)


@strawberry.input(description=both("Which audits.", "廉洁审计筛选条件。"))
class AuditWhere:
    organization: strawberry.ID | None = optional("Whose scope names this organisation.", "范围中列明的单位编号。")
    refers_to: strawberry.ID | None = optional("Taking up this audit again.", "所接续的审计编号。")
    status: AuditStatus | None = optional("In this state.", "状态。")
    during: PeriodInput | None = optional("Opened within these days.", "立项日期在此区间。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {"organizations": self.organization, "refers_to": self.refers_to},
            state_is(query, self.status or None, day),
            happened_during(self.during or None, None),
        )


@strawberry.input(
    description=both("What of an audit may change before its checks run.", "检查运行前可更改的审计信息。")
)
class AuditCorrection:
    title: str | None = optional("Its title.", "标题。")
    organizations: list[strawberry.ID] | None = optional(
        "Whom it audits; all partners when empty.", "范围内的单位编号,空为全部单位。"
    )
    period_from: Date | None = optional("The first day of what it looks at.", "审计期间起始日。")
    period_to: Date | None = optional("The last day of it.", "审计期间截止日。")


@strawberry.input(description=both("A new audit.", "新立项的廉洁审计。"))
class AuditFacts(AuditCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    title: str = required("Its title.", "标题。")
    period_from: Date = required("The first day of what it looks at.", "审计期间起始日。")
    period_to: Date = required("The last day of it.", "审计期间截止日。")
    refers_to: strawberry.ID | None = optional(
        "The closed audit whose matter it takes up again.", "所接续的已关闭审计编号。"
    )


AuditResult = Annotated[
    Audit | RefusalType,
    strawberry.union("AuditResult", description=both("The audit, or why not.", "廉洁审计或拒绝原因。")),
]


@strawberry.type
class AuditQuery:
    audits: Connection[Audit] | None = field(
        "The audits of a network.",
        "共建网络的廉洁审计。",
        right=Right.READ_FINDINGS,
        resolver=dated(domain.Audit, AuditWhere),
    )


async def _open(info: Info, input: Annotated[AuditFacts, argument("The audit.", "审计信息。")]) -> Any:
    return await write(info, domain.Audit, auditing.open_audit, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[AuditCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Audit, auditing.correct, reason, own_id=id, version=version, facts=input)


async def _run_checks(
    info: Info,
    id: Id,
    version: Version,
    as_of: Annotated[
        Moment | None, argument("As of which moment; now unless given.", "检查所依据的时点,默认当前。")
    ] = None,
) -> Any:
    database = info.context.store.database

    async def gather(audit: domain.Audit, moment: dt.datetime) -> list[Result]:
        period = audit.period_from, audit.period_to
        return await results_as_of(database, audit.network, audit.organizations, *period, moment)

    action = partial(auditing.run_checks, gather=gather)
    return await write(info, domain.Audit, action, own_id=id, version=version, as_of=as_of)


async def _report(
    info: Info, id: Id, version: Version, conclusion: Annotated[str, argument("What it concludes.", "审计结论。")]
) -> Any:
    return await write(info, domain.Audit, auditing.report, own_id=id, version=version, conclusion=conclusion)


async def _close(info: Info, id: Id, version: Version) -> Any:
    return await write(info, domain.Audit, auditing.close, own_id=id, version=version)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Audit, auditing.discard, reason, own_id=id, version=version)


@strawberry.type
class AuditMutation:
    open_audit: AuditResult | None = field(
        "Opens an audit of some partners or of all.", "立项开展廉洁审计。", right=Right.KEEP_AUDITS, resolver=_open
    )
    correct_audit: AuditResult | None = field(
        "Corrects an audit before its checks run.", "检查运行前更正审计。", right=Right.KEEP_AUDITS, resolver=_correct
    )
    run_audit_checks: AuditResult | None = field(
        "Runs the checks as of a moment and freezes their results: once.",
        "按某一时点运行检查并固化结果,仅可运行一次。",
        right=Right.KEEP_AUDITS,
        resolver=_run_checks,
    )
    report_audit: AuditResult | None = field(
        "Reports an audit with its conclusion; no finding is added to it any more.",
        "出具审计报告,此后不再新增问题。",
        right=Right.KEEP_AUDITS,
        resolver=_report,
    )
    close_audit: AuditResult | None = field(
        "Closes a reported audit, all of whose findings are closed or discarded.",
        "关闭审计:须已出具报告且全部问题已关闭或作废。",
        right=Right.KEEP_AUDITS,
        resolver=_close,
    )
    discard_audit: AuditResult | None = field(
        "Discards a mistaken audit.", "作废误立的审计。", right=Right.KEEP_AUDITS, resolver=_discard
    )
