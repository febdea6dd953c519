"""How an audit 廉洁审计 is opened, runs the checks, reports and is closed (domain.md, *integrity*).

What adds a finding to an audit and what takes the audit from OPEN or to its end do it alone, one after the other: so
no finding comes to an audit that was reported, discarded or closed meanwhile.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from service.acts import Act, reason_of
from service.errors import Code, Path, Problem, refuse_any
from service.facts import Facts
from service.integrity.audits import Audit, AuditStatus
from service.integrity.findings import UNSETTLED, Finding
from service.integrity.referring import elsewhere, referred
from service.integrity.verdicts import Result
from service.permission import permit, permit_making
from service.records import Action, amended, formed, reformed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

MOST_TOLD = 50  # findings in the way of an audit's end

Gather: TypeAlias = Callable[[Audit, dt.datetime], Awaitable[Sequence[Result]]]


def matter_of(audit: str) -> str:
    """The name under which an audit's end and its new findings keep out of each other's way."""
    return f"findings of {audit}"


async def open_audit(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new OPEN audit of whoever opens it. Needs KEEP_AUDITS."""
    permit_making(Right.KEEP_AUDITS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    own = {"id": act.new_id(Audit.PREFIX), "officer": act.viewer.subject, "opened_on": act.day}
    audit = formed(Audit, {**facts, **own})
    problems = [*unfit(audit, act.day), *await _unfit_scope(store, act, audit, ())]
    found, unknown = await referred(store, act, Audit.PREFIX, {("refers_to",): audit.refers_to})
    for earlier in found.values():
        problems += unfit_reference(audit, earlier)
    return await store.create(sound(audit, problems + unknown), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Another title, scope or period, with a reason, before the checks have run."""
    before = await store.load(Audit, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    after = reformed(before, facts)
    problems = [*unfit(after, act.day), *await _unfit_scope(store, act, after, before.organizations)]
    return await store.save(before, sound(after, problems), act)


async def run_checks(
    store: "Store", act: Act, own_id: str, version: int, gather: Gather, as_of: dt.datetime | None = None
) -> "Document":
    """Freezes what the checks say of the audit's scope and period as of a moment, now unless given; once."""
    before = await store.load(Audit, own_id, version, act)
    permit(before, Action.RUN_CHECKS, act.viewer, act.day)
    moment = as_of or act.at
    if moment > act.at:
        english, chinese = "What will be recorded by then is not known yet.", "该时刻尚未到来,届时的记录尚不可知。"
        refuse_any([Problem(Code.RULE_BROKEN, ("as_of",), english, chinese)])
    results = tuple(await gather(before, moment))
    return await store.save(before, sound(replace(before, as_of=moment, results=results)), act)


async def report(store: "Store", act: Act, own_id: str, version: int, conclusion: str) -> "Document":
    """OPEN → REPORTED, with what the audit concludes; from then on no finding is added to it."""
    async with store.alone(matter_of(own_id)):
        before = await store.load(Audit, own_id, version, act)
        permit(before, Action.REPORT, act.viewer, act.day)
        after = amended(before, {"conclusion": conclusion})
        if not after.conclusion:
            english, chinese = "An audit is reported with its conclusion.", "提交审计报告须填写结论。"
            refuse_any([Problem(Code.REQUIRED, ("conclusion",), english, chinese)])
        reported = replace(after, status=AuditStatus.REPORTED, reported_on=act.day)
        return await store.save(before, reported, act)


async def close(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """REPORTED → CLOSED, when all its findings are; nothing of it changes afterwards."""
    async with store.alone(matter_of(own_id)):
        before = await store.load(Audit, own_id, version, act)
        permit(before, Action.CLOSE, act.viewer, act.day)
        refuse_any(await _unsettled(store, own_id))
        return await store.save(before, replace(before, status=AuditStatus.CLOSED, closed_on=act.day), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes an open audit out of use, with a reason, when nothing that it found is still to be settled."""
    async with store.alone(matter_of(own_id)):
        before = await store.load(Audit, own_id, version, act)
        permit(before, Action.DISCARD, act.viewer, act.day)
        refuse_any(await _unsettled(store, own_id))
        return await store.save(before, replace(before, status=AuditStatus.DISCARDED, end_reason=reason_of(act)), act)


async def _unsettled(store: "Store", own_id: str) -> list[Problem]:
    """A problem for each finding of the audit that is neither closed nor discarded."""
    waiting = {"status": {"$in": sorted(UNSETTLED)}}
    found = await store.naming(Finding.PREFIX, "audit", own_id, waiting)
    return [
        Problem(
            Code.RULE_BROKEN,
            ("id",),
            f"Its finding {each['_id']} is {each['status']}; close or discard it first.",
            f"其问题 {each['_id']} 处于 {each['status']} 状态,请先关闭或作废。",
            each["_id"],
            each["version"],
        )
        for each in found[:MOST_TOLD]
    ]


async def _unfit_scope(store: "Store", act: Act, audit: Audit, standing: Sequence[str]) -> list[Problem]:
    """Organisations there are, each named once; those that stood there may have been archived since."""
    places: dict[Path, str | None] = {
        ("organizations", place): own_id for place, own_id in enumerate(audit.organizations) if own_id not in standing
    }
    _, unknown = await referred(store, act, "org", places)
    for place, own_id in enumerate(audit.organizations):
        if own_id in audit.organizations[:place]:
            english, chinese = "This organisation is named already.", "该单位已列出。"
            unknown.append(Problem(Code.RULE_BROKEN, ("organizations", place), english, chinese))
    return unknown


def unfit(audit: Audit, today: dt.date) -> Iterator[Problem]:
    """A period that has begun and ends after it begins."""
    if audit.period_to < audit.period_from:
        english, chinese = "This lies before the period begins.", "截止日早于起始日。"
        yield Problem(Code.RULE_BROKEN, ("period_to",), english, chinese)
    if audit.period_from > today:
        english, chinese = "This period has not begun yet.", "该期间尚未开始。"
        yield Problem(Code.RULE_BROKEN, ("period_from",), english, chinese)


def unfit_reference(audit: Audit, earlier: "Document") -> Iterator[Problem]:
    """What is taken up again is a closed audit of the same network."""
    if earlier["network"] != audit.network:
        yield elsewhere(("refers_to",), earlier["_id"])
    elif earlier["status"] != AuditStatus.CLOSED:
        english = f"The audit it refers to is {earlier['status']}; only a closed one is taken up again."
        chinese = f"所引用的审计处于 {earlier['status']} 状态;只有已关闭的审计才能重新立项。"
        yield Problem(Code.RULE_BROKEN, ("refers_to",), english, chinese, earlier["_id"])
