"""What is done with a finding 问题: raised, corrected, opened, assigned, rectified, verified, closed, discarded."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, optional, preset, required
from schema.integrity.audit_enums import Grade
from schema.integrity.check_enums import CheckId
from schema.integrity.findings import Finding
from schema.results import RefusalType, write
from schema.scalars import Date
from service.integrity import findings as domain
from service.integrity import raising, rectifying
from service.viewer import Right


@strawberry.input(description=both("What of a draft may change.", "草稿可更改的内容。"))
class FindingCorrection:
    title: str | None = optional("What it is, in a line.", "标题。")
    description: str | None = optional("What it is.", "问题描述。")
    cause: str | None = optional("Why it came to be.", "原因分析。")
    grade: Grade | None = optional("How grave it is.", "定级。")


@strawberry.input(description=both("A new finding.", "新提出的问题。"))
class FindingFacts(FindingCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    organization: strawberry.ID = required("Whom it is about.", "所涉单位编号。")
    title: str = required("What it is, in a line.", "标题。")
    audit: strawberry.ID | None = optional("The OPEN audit that raises it.", "所属审计编号,须处于 OPEN 状态。")
    gift: strawberry.ID | None = optional("The gift it is about.", "所涉礼品登记编号。")
    breach: strawberry.ID | None = optional("The breach it is about.", "所涉违约编号。")
    commitment: strawberry.ID | None = optional("The commitment it is about.", "所涉廉洁承诺编号。")


@strawberry.input(
    description=both(
        "A finding from a frozen result of an OPEN audit, whose check, organisation and evidence it copies.",
        "据审计已固化的检查结果提出问题,照录其检查项、单位与依据。",
    )
)
class CheckFindingFacts(Made):
    audit: strawberry.ID = required("The audit.", "审计编号。")
    check: CheckId = required("The check.", "检查项。")
    organization: strawberry.ID = required("The partner that the result is about.", "结果所涉单位编号。")
    subject: strawberry.ID = required("The record that the result is about.", "结果所涉记录编号。")
    title: str = required("What it is, in a line.", "标题。")
    description: str | None = optional("What it is.", "问题描述。")


@strawberry.input(description=both("Grade, cause, and who answers for it until when.", "定级、原因、责任人与期限。"))
class AssignmentFacts:
    grade: Grade = required("How grave it is.", "定级。")
    cause: str | None = optional("Why it came to be.", "原因分析。")
    responsible: str | None = optional(
        "The person who answers for it; not needed for CONFORM. Private.", "责任人,CONFORM 可不填;属隐私。"
    )
    due: Date | None = optional("By when; not needed for CONFORM.", "整改期限,CONFORM 可不填。")


@strawberry.input(description=both("What was done about a finding.", "整改情况。"))
class RectificationFacts:
    action: str = required("What was done.", "整改措施。")
    done_on: Date = required("When; not in the future.", "完成日期,不得晚于当日。")
    evidence: list[strawberry.ID] = preset("Attachments that show it.", "佐证附件编号。", ())


FindingResult = Annotated[
    Finding | RefusalType,
    strawberry.union("FindingResult", description=both("The finding, or why not.", "问题或拒绝原因。")),
]


async def _raise(info: Info, input: Annotated[FindingFacts, argument("The finding.", "问题信息。")]) -> Any:
    return await write(info, domain.Finding, raising.raise_finding, facts=input)


async def _from_check(
    info: Info, input: Annotated[CheckFindingFacts, argument("Result and words.", "检查结果与问题描述。")]
) -> Any:
    return await write(info, domain.Finding, raising.raise_from_check, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[FindingCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Finding, rectifying.correct, reason, own_id=id, version=version, facts=input)


async def _open(info: Info, id: Id, version: Version) -> Any:
    return await write(info, domain.Finding, rectifying.open_finding, own_id=id, version=version)


async def _assign(
    info: Info,
    id: Id,
    version: Version,
    input: Annotated[AssignmentFacts, argument("To whom, until when.", "交办内容。")],
) -> Any:
    return await write(info, domain.Finding, rectifying.assign, own_id=id, version=version, facts=input)


async def _rectify(
    info: Info,
    id: Id,
    version: Version,
    input: Annotated[RectificationFacts, argument("What was done.", "整改情况。")],
) -> Any:
    return await write(info, domain.Finding, rectifying.rectify, own_id=id, version=version, facts=input)


async def _verify(
    info: Info,
    id: Id,
    version: Version,
    effective: Annotated[
        bool, argument("Whether it has its effect; if not, it is OPEN again.", "整改是否有效,无效则退回。")
    ],
    note: Annotated[str | None, argument("What was seen.", "验证说明。")] = None,
) -> Any:
    given: dict[str, Any] = {"own_id": id, "version": version, "effective": effective, "note": note}
    return await write(info, domain.Finding, rectifying.verify, **given)


async def _close(info: Info, id: Id, version: Version) -> Any:
    return await write(info, domain.Finding, rectifying.close, own_id=id, version=version)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Finding, rectifying.discard, reason, own_id=id, version=version)


@strawberry.type
class FindingMutation:
    raise_finding: FindingResult | None = field(
        "Raises a draft by hand, in an OPEN audit or without one.",
        "人工提出问题(草稿),可归入 OPEN 状态的审计。",
        right=Right.KEEP_AUDITS,
        resolver=_raise,
    )
    raise_finding_from_check: FindingResult | None = field(
        "Raises a draft from what a check of an OPEN audit found.",
        "据审计检查结果提出问题(草稿)。",
        right=Right.KEEP_AUDITS,
        resolver=_from_check,
    )
    correct_finding: FindingResult | None = field(
        "Corrects a draft.", "更正问题草稿。", right=Right.KEEP_AUDITS, resolver=_correct
    )
    open_finding: FindingResult | None = field(
        "Opens a draft: the organisation may read it from then on.",
        "将草稿转为正式,所涉单位自此可见。",
        right=Right.KEEP_AUDITS,
        resolver=_open,
    )
    assign_finding: FindingResult | None = field(
        "Grades a finding and assigns it.", "问题定级并交办。", right=Right.KEEP_AUDITS, resolver=_assign
    )
    rectify_finding: FindingResult | None = field(
        "Records what one's organisation did about a graded finding.",
        "登记本单位对已定级问题的整改情况。",
        right=Right.RECTIFY_FINDINGS,
        resolver=_rectify,
    )
    verify_finding: FindingResult | None = field(
        "Verifies a rectification, by another person than who recorded it.",
        "验证整改成效,须由登记人以外的人办理。",
        right=Right.KEEP_AUDITS,
        resolver=_verify,
    )
    close_finding: FindingResult | None = field(
        "Closes what conforms.", "关闭定级为 CONFORM 的问题。", right=Right.KEEP_AUDITS, resolver=_close
    )
    discard_finding: FindingResult | None = field(
        "Discards a draft.", "作废问题草稿。", right=Right.KEEP_AUDITS, resolver=_discard
    )
