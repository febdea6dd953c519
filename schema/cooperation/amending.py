"""Amending and renewing a signed agreement in the schema."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.cooperation.agreements import AgreementResult, PartyInput
from schema.cooperation.enums import AgreementLevel, Pillar
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import optional
from schema.results import write
from schema.scalars import Date
from service.cooperation import amending, drafting
from service.cooperation.agreements import Agreement
from service.viewer import Right


@strawberry.input(
    description=both("What a renewal has otherwise than the agreement it follows.", "续签协议与原协议的不同之处。")
)
class AgreementRenewal:
    title: str | None = optional("Its title; the old one's unless given.", "标题,默认同原协议。")
    level: AgreementLevel | None = optional("Its level; the old one's unless given.", "签约层级,默认同原协议。")
    parties: list[PartyInput] | None = optional(
        "Its parties; the old one's unless given, two of which remain.", "签约方,默认同原协议;至少保留原协议的两方。"
    )
    pillars: list[Pillar] | None = optional("The pillars; the old one's unless given.", "涉及的共建,默认同原协议。")
    term_from: Date | None = optional(
        "The first day of its term, after that of the old one.", "期限起始日,晚于原协议。"
    )
    term_to: Date | None = optional("The last day of its term.", "期限截止日。")
    publicity_days: int | None = optional("The old one's unless given.", "公示天数,默认同原协议。")
    known_percent: int | None = optional("The old one's unless given.", "知晓比例,默认同原协议。")
    text: str | None = optional("The first text version.", "第一版文本。")


async def _amend(
    info: Info,
    id: Id,
    version: Version,
    text: Annotated[str, argument("The whole new text.", "修订后的全文。")],
    reason: Reason,
) -> Any:
    return await write(info, Agreement, amending.amend, reason, own_id=id, version=version, text=text)


async def _withdraw(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, Agreement, amending.withdraw, reason, own_id=id, version=version)


async def _renew(
    info: Info,
    id: Id,
    version: Version,
    input: Annotated[AgreementRenewal, argument("What is different.", "不同之处。")],
    reason: Annotated[str | None, argument("Why; it stands in the timeline.", "原因,将载入留痕。")] = None,
) -> Any:
    return await write(info, Agreement, drafting.renew, reason, own_id=id, version=version, facts=input)


@strawberry.type
class AmendmentMutation:
    amend_agreement: AgreementResult | None = field(
        "Opens an amendment of a signed text; it is in force once all have signed it.",
        "对已签署的文本提出修订,各方签署后生效。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_amend,
    )
    withdraw_amendment: AgreementResult | None = field(
        "Withdraws the amendment that is being signed; the text in force stays.",
        "撤回签署中的修订,原文本不变。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_withdraw,
    )
    renew_agreement: AgreementResult | None = field(
        "Drafts the agreement that follows this one, which is RENEWED once all have signed the new one.",
        "起草续签协议;各方签署新协议后,原协议标为已续签。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_renew,
    )
