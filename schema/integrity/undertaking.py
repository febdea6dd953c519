"""What a side does with a commitment in the schema: it signs, publicises and withdraws, each for itself."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import Id, Reason, Version, argument, field
from schema.integrity.commitments import CommitmentResult
from schema.results import write
from schema.scalars import Date
from service.integrity import ending, publicising, signing
from service.integrity.commitments import Commitment
from service.viewer import Right

OwnSide = Annotated[strawberry.ID, argument("The side, your own organisation.", "一方,即您所在单位。")]


async def _sign(
    info: Info,
    id: Id,
    version: Version,
    organization: OwnSide,
    clause_version: Annotated[int, argument("The version of the clauses that was read.", "所阅条款的版本号。")],
    signed_on: Annotated[Date, argument("When it was signed.", "签署日期。")],
    headcount: Annotated[
        strawberry.ID,
        argument(
            "The organisation's head-count in force on that day: its latest by then.",
            "签署日有效的本单位人数快照,即当时最近一次。",
        ),
    ],
    signer: Annotated[str | None, argument("Who signed, by name. Private.", "签署人姓名,属隐私。")] = None,
) -> Any:
    return await write(
        info,
        Commitment,
        signing.sign,
        own_id=id,
        version=version,
        organization=organization,
        clause_version=clause_version,
        signed_on=signed_on,
        headcount=headcount,
        signer=signer,
    )


async def _withdraw_signature(info: Info, id: Id, version: Version, organization: OwnSide, reason: Reason) -> Any:
    return await write(
        info,
        Commitment,
        signing.withdraw_signature,
        reason,
        own_id=id,
        version=version,
        organization=organization,
    )


async def _publicise(
    info: Info,
    id: Id,
    version: Version,
    organization: OwnSide,
    channel: Annotated[str, argument("By which channel.", "公示渠道。")],
    begins: Annotated[Date, argument("The first day.", "公示起始日。")],
    ends: Annotated[Date | None, argument("The last day; without one it goes on.", "公示截止日,空为持续。")] = None,
    place: Annotated[str | None, argument("Where.", "公示地点。")] = None,
    evidence: Annotated[
        list[strawberry.ID] | None, argument("Attachments of the network that show it.", "本网络的佐证附件编号。")
    ] = None,
) -> Any:
    return await write(
        info,
        Commitment,
        publicising.publicise,
        own_id=id,
        version=version,
        organization=organization,
        channel=channel,
        begins=begins,
        ends=ends,
        place=place,
        evidence=evidence or [],
    )


async def _end_publicity(
    info: Info,
    id: Id,
    version: Version,
    organization: OwnSide,
    number: Annotated[int, argument("The publicity's number.", "公示序号。")],
    ends: Annotated[Date, argument("Its last day.", "公示截止日。")],
) -> Any:
    return await write(
        info,
        Commitment,
        publicising.end_publicity,
        own_id=id,
        version=version,
        organization=organization,
        number=number,
        ends=ends,
    )


async def _withdraw(
    info: Info,
    id: Id,
    version: Version,
    organization: OwnSide,
    reason: Reason,
    on: Annotated[Date | None, argument("From which day; today unless given.", "撤回生效日,默认当日。")] = None,
) -> Any:
    return await write(
        info, Commitment, ending.withdraw, reason, own_id=id, version=version, organization=organization, on=on
    )


@strawberry.type
class UndertakingMutation:
    sign_commitment: CommitmentResult | None = field(
        "Signs it for one's organisation, whose staff is fixed by the head-count.",
        "代表本单位签署,并以人数快照确定职工人数。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_sign,
    )
    withdraw_commitment_signature: CommitmentResult | None = field(
        "Withdraws a mistaken signature before the last one is given.",
        "在最后一方签署前撤回误签。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_withdraw_signature,
    )
    publicise_commitment: CommitmentResult | None = field(
        "Records that it is publicised inside one's organisation.",
        "登记在本单位内部的公示。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_publicise,
    )
    end_commitment_publicity: CommitmentResult | None = field(
        "Records the last day of a publicity.",
        "登记公示截止日。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_end_publicity,
    )
    withdraw_commitment: CommitmentResult | None = field(
        "Withdraws one's organisation from it.",
        "代表本单位撤回廉洁承诺。",
        right=Right.MAKE_COMMITMENTS,
        resolver=_withdraw,
    )
