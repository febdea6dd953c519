"""How a finding 问题 is raised: by hand, or from what a check of an audit found (domain.md, *integrity*).

It is a draft until the office opens it. A finding of an audit is raised while the audit is OPEN: what is reported is
what the report speaks of, so what comes to light later stands by itself or in a new audit.
"""

from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

from service.acts import Act
from service.errors import Code, Path, Problem, Refusal, refuse_any
from service.facts import Facts
from service.integrity.auditing import matter_of
from service.integrity.audits import Audit, AuditStatus
from service.integrity.breaches import Breach
from service.integrity.commitments import Commitment
from service.integrity.findings import Finding
from service.integrity.gifts import Gift
from service.integrity.referring import elsewhere, referred
from service.integrity.verdicts import CheckId, Result
from service.permission import permit_making
from service.records import Record, formed, record_of, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

SPOKEN_OF: Mapping[str, type[Record]] = {
    "audit": Audit,
    "gift": Gift,
    "breach": Breach,
    "commitment": Commitment,
}  # by the fact that names it


class Found(NamedTuple):
    """Which result of an audit a finding is raised from: what the check says of this subject and organisation."""

    check: CheckId
    organization: str
    subject: str


async def raise_finding(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new DRAFT by hand, in an audit or without one. Needs KEEP_AUDITS."""
    permit_making(Right.KEEP_AUDITS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    finding = formed(Finding, {**facts, "id": act.new_id(Finding.PREFIX), "raised_on": act.day})
    async with AsyncExitStack() as stack:
        if finding.audit is not None:
            await stack.enter_async_context(store.alone(matter_of(finding.audit)))
        return await store.create(sound(finding, await _problems(store, act, finding)), act)


async def raise_from_check(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new DRAFT from a frozen result of an OPEN audit, with its check, organisation and evidence.

    `facts` name audit, check, organization and subject, and give the title, perhaps a description.
    """
    own_id = facts["audit"]
    async with store.alone(matter_of(own_id)):
        audit = record_of(Audit, (await store.refer({("audit",): own_id}, Audit.PREFIX, act))[own_id])
        permit_making(Right.KEEP_AUDITS, act.viewer, audit.network)
        refuse_any(over(audit))
        organizations = await store.refer({("organization",): facts["organization"]}, "org", act)
        wanted = Found(CheckId(facts["check"]), next(iter(organizations)), facts["subject"])
        result = result_of(audit, wanted)
        told = {name: value for name, value in facts.items() if name != "subject"}
        own = {"id": act.new_id(Finding.PREFIX), "network": audit.network, "raised_on": act.day}
        evidence = list(dict.fromkeys((result.subject, *result.evidence)))
        return await store.create(sound(formed(Finding, {**told, **own, "evidence": evidence})), act)


def result_of(audit: Audit, wanted: Found) -> Result:
    """The frozen result that is spoken of. Raises `Refusal` REFERENCE_INVALID at ("subject",) where there is none."""
    for each in audit.results:
        if Found(each.check, each.organization, each.subject) == wanted:
            return each
    english = f"The audit holds no result of {wanted.check} on {wanted.subject} about this organisation."
    chinese = f"该审计没有检查项 {wanted.check} 关于 {wanted.subject} 与该单位的结果。"
    raise Refusal(Problem(Code.REFERENCE_INVALID, ("subject",), english, chinese, audit.id, audit.version))


def over(audit: Audit) -> Iterator[Problem]:
    """Nothing is added to an audit that was reported."""
    if audit.status is not AuditStatus.OPEN:
        english = f"This audit is {audit.status}; findings are added while it is OPEN."
        chinese = f"该审计处于 {audit.status} 状态;仅在 OPEN 状态可新增问题。"
        yield Problem(Code.RULE_BROKEN, ("audit",), english, chinese, audit.id, audit.version)


async def _problems(store: "Store", act: Act, finding: Finding) -> list[Problem]:
    """Everything the rules find in what the finding names."""
    organization: dict[Path, str | None] = {("organization",): finding.organization}
    _, problems = await referred(store, act, "org", organization)
    for name, kind in SPOKEN_OF.items():
        found, unknown = await referred(store, act, kind.PREFIX, {(name,): getattr(finding, name)})
        problems += unknown
        for document in found.values():
            problems += unfit(finding, name, document)
    return problems


def unfit(finding: Finding, name: str, document: "Document") -> Iterator[Problem]:
    """What is named is of the same network and about the same organisation, and an audit is still open."""
    if document["network"] != finding.network:
        yield elsewhere((name,), document["_id"])
        return
    audit = record_of(Audit, document) if name == "audit" else None
    if audit is not None:
        yield from over(audit)
    concerned = audit.organizations if audit is not None else document["concerns"]
    if concerned and finding.organization not in concerned:
        english, chinese = "This does not concern the finding's organisation.", "与该问题所涉单位无关。"
        yield Problem(Code.REFERENCE_INVALID, (name,), english, chinese, document["_id"])
