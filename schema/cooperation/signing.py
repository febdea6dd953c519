"""Signing an agreement in the schema: opened to its parties, signed or declined by each for itself."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.cooperation.agreements import AgreementResult
from schema.describing import Id, Reason, Version, argument, field
from schema.results import write
from schema.scalars import Date
from service.cooperation import signing
from service.cooperation.agreements import Agreement
from service.viewer import Right

Signing = Annotated[strawberry.ID, argument("The party, your own organisation.", "签约方,即您所在单位。")]


async def _open(info: Info, id: Id, version: Version) -> Any:
    return await write(info, Agreement, signing.open_for_signing, own_id=id, version=version)


async def _sign(
    info: Info,
    id: Id,
    version: Version,
    organization: Signing,
    text_version: Annotated[int, argument("The text version that was read.", "所阅文本的版本号。")],
    signed_on: Annotated[Date, argument("When it was signed.", "签署日期。")],
    signer: Annotated[str | None, argument("Who signed, by name. Private.", "签署人姓名,属隐私。")] = None,
) -> Any:
    return await write(
        info,
        Agreement,
        signing.sign,
        own_id=id,
        version=version,
        organization=organization,
        text_version=text_version,
        signed_on=signed_on,
        signer=signer,
    )


async def _withdraw(info: Info, id: Id, version: Version, organization: Signing, reason: Reason) -> Any:
    return await write(
        info,
        Agreement,
        signing.withdraw_signature,
        reason,
        own_id=id,
        version=version,
        organization=organization,
    )


async def _decline(info: Info, id: Id, version: Version, organization: Signing, reason: Reason) -> Any:
    return await write(info, Agreement, signing.decline, reason, own_id=id, version=version, organization=organization)


@strawberry.type
class SigningMutation:
    open_agreement_for_signing: AgreementResult | None = field(
        "Opens a draft for signing.", "提交签署。", right=Right.KEEP_AGREEMENTS, resolver=_open
    )
    sign_agreement: AgreementResult | None = field(
        "Signs for one's organisation the text, or the amendment, that is open for signing.",
        "代表本单位签署待签文本或修订。",
        right=Right.SIGN_AGREEMENTS,
        resolver=_sign,
    )
    withdraw_signature: AgreementResult | None = field(
        "Withdraws a mistaken signature before the last one is given.",
        "在最后一方签署前撤回误签。",
        right=Right.SIGN_AGREEMENTS,
        resolver=_withdraw,
    )
    decline_agreement: AgreementResult | None = field(
        "Declines to sign the text or the amendment.",
        "拒绝签署文本或修订。",
        right=Right.SIGN_AGREEMENTS,
        resolver=_decline,
    )
