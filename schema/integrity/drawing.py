"""Drawing up, correcting, discarding and renewing a commitment in the schema."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, optional, preset, required
from schema.integrity.commitments import CommitmentResult
from schema.results import write
from schema.scalars import Date
from service.integrity import drawing
from service.integrity.commitments import Commitment
from service.viewer import Right


@strawberry.input(
    description=both("A side; what it has signed only for a reported one.", "一方;签署情况仅用于引用记录。")
)
class CommitmentSideInput:
    organization: strawberry.ID = required("The organisation, a party of the agreement.", "单位编号,须为协议签约方。")
    signed: bool = preset("Whether it has signed; for a reported one.", "是否已签署,用于引用记录。", False)
    signed_on: PartialDateInput | None = optional("When it signed; for a reported one.", "签署日期,用于引用记录。")
    signer: str | None = optional("Who signed. Private; for a reported one.", "签署人姓名,属隐私,用于引用记录。")
    headcount: strawberry.ID | None = optional(
        "The head-count of then; for a reported one.", "当时的人数快照编号,用于引用记录。"
    )


@strawberry.input(description=both("A publicity that a source tells of.", "文献所述的公示。"))
class ReportedPublicityInput:
    organization: strawberry.ID = required("Inside which organisation.", "公示所在单位编号。")
    channel: str | None = optional("By which channel.", "公示渠道。")
    place: str | None = optional("Where.", "公示地点。")
    begins: PartialDateInput | None = optional("Since when.", "公示起始。")
    ends: PartialDateInput | None = optional("Until when.", "公示截止。")
    evidence: list[strawberry.ID] | None = optional("Attachments that show it.", "佐证附件编号。")


@strawberry.input(
    description=both("Facts of a commitment that may change before it is signed.", "签署前可更改的廉洁承诺信息。")
)
class CommitmentCorrection:
    sides: list[CommitmentSideInput] | None = optional("Its two sides.", "双方。")
    clause_set: strawberry.ID | None = optional("The clauses.", "承诺条款编号。")
    clause_version: int | None = optional("Their version.", "条款版本号。")
    expires_on: Date | None = optional(
        "The last day on which it stands; its agreement's unless given.", "截止日,默认同协议期限。"
    )
    drawn_up_on: Date | None = optional("When it was drawn up; for a reported one.", "拟订日期,用于引用记录。")
    publicity: list[ReportedPublicityInput] | None = optional("For a reported one.", "公示情况,用于引用记录。")


@strawberry.input(description=both("A new commitment.", "新建廉洁承诺。"))
class CommitmentFacts(CommitmentCorrection, Made):
    agreement: strawberry.ID = required("The integrity partnership.", "廉洁伙伴协议书编号。")
    sides: list[CommitmentSideInput] = required("Its two sides.", "双方。")


@strawberry.input(
    description=both("What a renewal has otherwise than the commitment it follows.", "续签承诺与原承诺的不同之处。")
)
class CommitmentRenewal:
    agreement: strawberry.ID | None = optional("The agreement; the old one's unless given.", "协议编号,默认同原承诺。")
    clause_set: strawberry.ID | None = optional(
        "The clauses; the old ones unless given.", "承诺条款编号,默认同原承诺。"
    )
    clause_version: int = required("Their version; of the same clauses a later one.", "条款版本号;同一条款须更新。")
    expires_on: Date | None = optional("The last day on which it stands.", "截止日。")


async def _draw_up(info: Info, input: Annotated[CommitmentFacts, argument("The commitment.", "廉洁承诺。")]) -> Any:
    return await write(info, Commitment, drawing.draw_up, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[CommitmentCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, Commitment, drawing.correct, reason, own_id=id, version=version, facts=input)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, Commitment, drawing.discard, reason, own_id=id, version=version)


async def _renew(
    info: Info,
    id: Id,
    version: Version,
    input: Annotated[CommitmentRenewal, argument("What is different.", "不同之处。")],
) -> Any:
    return await write(info, Commitment, drawing.renew, own_id=id, version=version, facts=input)


@strawberry.type
class DrawingMutation:
    draw_up_commitment: CommitmentResult | None = field(
        "Draws up a commitment under an integrity partnership, or records a reported one.",
        "依据廉洁伙伴协议书拟订廉洁承诺,或登记引用的承诺。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_draw_up,
    )
    correct_commitment: CommitmentResult | None = field(
        "Corrects one that nobody has signed here.",
        "更正尚无一方在本系统签署的承诺。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_correct,
    )
    discard_commitment: CommitmentResult | None = field(
        "Discards one that nobody has signed here.",
        "作废尚无一方在本系统签署的承诺。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_discard,
    )
    renew_commitment: CommitmentResult | None = field(
        "Draws up its successor on a later version of the clauses or on others; it takes its place on the day on which "
        "it is effective itself. Acknowledgements do not carry over.",
        "依据更新的版本或其他条款拟订续签承诺;续签承诺生效之日起接续。知晓登记不转入。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_renew,
    )
