"""Agreement 协议 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import happened_during, narrowed, state_is
from schema.context import Info
from schema.cooperation.activities import Activity, ActivityWhere
from schema.cooperation.attachments import Attachment, attached_to
from schema.cooperation.enums import AgreementKind, AgreementLevel, AgreementStatus, Pillar
from schema.cooperation.following import UnderAgreement
from schema.cooperation.texts import (
    Amendment,
    DeclinedSignature,
    Signature,
    TextVersion,
    amendment,
    amendments,
    number_in_force,
    text_in_force,
)
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, PeriodInput, optional, required
from schema.lazy import AgreementType, NetworkType, OrganizationType, PartyBranchType
from schema.links import one, page
from schema.listing import of_network
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.scalars import Date
from service.cooperation import agreements as domain
from service.cooperation import drafting
from service.cooperation.activities import Activity as ActivityRecord
from service.network.branches import PartyBranch as BranchRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


@strawberry.type(description=both("An organisation that is party to an agreement.", "协议签约方。"))
class Party:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    branch: PartyBranchType | None = one(
        None, "branch", BranchRecord, "Its party branch, where that signs.", "签约党组织。"
    )


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.Agreement.state(root, info.context.day)


def _signers(root: Parent[Document]) -> Any:
    return [each["signer"] for each in root["signatures"] if each["signer"] and each["withdrawn_at"] is None]


@entity(domain.Agreement, "What two or more parties sign together.", "两方或多方共同签署的协议。")
class Agreement(Recorded, UnderAgreement):
    network: NetworkType | None = one(domain.Agreement, "network", NetworkRecord, "The network.", "所属网络。")
    title: str = field("Its title.", "标题。")
    kind: AgreementKind = field("What it is about.", "类别。")
    level: AgreementLevel | None = field("The level its parties stand on.", "签约层级。")
    parties: list[Party] = field("Its parties.", "签约方。")
    pillars: list[Pillar] = field("The pillars it covers.", "涉及的共建。")
    term_from: Date | None = field("The first day of its term.", "期限起始日。")
    term_to: Date | None = field("The last day of its term; none was agreed when empty.", "期限截止日,空为未约定。")
    signed_on: PartialDate | None = field("When the last party signed.", "签署日期。")
    text: TextVersion | None = field(
        "The text in force; before signing, the one that stands.",
        "现行有效文本;签署前为当前文本。",
        needs=("versions", "in_force"),
        right=Right.READ_NETWORK,
        resolver=text_in_force,
    )
    in_force: int | None = field(
        "The number of the text version that all have signed.",
        "各方均已签署的文本版本号。",
        needs=("stage", "in_force"),
        resolver=number_in_force,
    )
    amendment: Amendment | None = field(
        "The amendment that is being signed; until then the text in force stays.",
        "签署中的修订;签署完成前原文本有效。",
        needs=("versions", "amendments", *domain.Agreement.STATE_KEYS),
        right=Right.READ_DRAFTS,
        resolver=amendment,
    )
    amendments: list[Amendment] | None = field(
        "Every amendment proposed, the latest last.",
        "全部修订,最新在末。",
        needs=("versions", "amendments", *domain.Agreement.STATE_KEYS),
        right=Right.READ_DRAFTS,
        resolver=amendments,
    )
    versions: list[TextVersion] | None = field(
        "Every text version, the latest last.",
        "全部文本版本,最新在末。",
        right=Right.READ_DRAFTS,
    )
    signatures: list[Signature] | None = field(
        "Every signature, withdrawn ones too.",
        "全部签署,含已撤回的。",
        right=Right.READ_DRAFTS,
    )
    signers: list[str] | None = field(
        "Who signed by name. Private.",
        "签署人姓名,属隐私。",
        needs=("signatures",),
        right=Right.READ_CONTACTS,
        resolver=_signers,
    )
    declines: list[DeclinedSignature] | None = field(
        "Every refusal to sign.",
        "全部拒签。",
        right=Right.READ_DRAFTS,
    )
    terminated_on: Date | None = field("The day from which it ends before its term.", "提前终止日。")
    end_reason: str | None = field("Why it was ended or discarded.", "终止或作废原因。")
    supersedes: AgreementType | None = one(
        domain.Agreement, "supersedes", domain.Agreement, "The agreement that it renews.", "所接续的协议。"
    )
    renewed_by: AgreementType | None = one(
        domain.Agreement, "renewed_by", domain.Agreement, "The signed agreement that renews it.", "接续本协议的协议。"
    )
    renewed_from: Date | None = field("The day from which that one follows it.", "续签生效日。")
    status: AgreementStatus = field(
        "Its state today.", "当日状态。", needs=domain.Agreement.STATE_KEYS, resolver=_status
    )
    activities: Connection[Activity] = page(
        domain.Agreement,
        "agreement",
        Query(ActivityRecord, {}, descending=True),
        "The activities under it, the latest first.",
        "协议项下的活动,最新在前。",
        where=ActivityWhere,
    )
    attachments: Connection[Attachment] = attached_to(domain.Agreement)


@strawberry.input(description=both("Which agreements.", "协议筛选条件。"))
class AgreementWhere:
    kind: AgreementKind | None = optional("Of this kind.", "类别。")
    level: AgreementLevel | None = optional("On this level.", "签约层级。")
    pillar: Pillar | None = optional("Covering this pillar.", "涉及的共建。")
    party: strawberry.ID | None = optional("With this organisation as a party.", "签约单位编号。")
    status: AgreementStatus | None = optional("In this state today.", "当日状态。")
    begins: PeriodInput | None = optional("Whose first possible day lies within these.", "最早可能起始日在此区间。")
    undated: bool | None = optional("Without a known beginning; false: with one.", "起始日不详;false 为已知。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {"kind": self.kind, "level": self.level, "pillars": self.pillar, "concerns": self.party},
            state_is(query, self.status or None, day),
            happened_during(self.begins or None, self.undated if self.undated is not strawberry.UNSET else None),
        )


@strawberry.input(description=both("A party.", "签约方。"))
class PartyInput:
    organization: strawberry.ID = required("The organisation.", "单位编号。")
    branch: strawberry.ID | None = optional("Its party branch, where that signs.", "签约党组织编号。")


@strawberry.input(
    description=both("Facts of an agreement that may change before it is signed.", "签署前可更改的协议信息。")
)
class AgreementCorrection:
    title: str | None = optional("Its title.", "标题。")
    kind: AgreementKind | None = optional("What it is about.", "类别。")
    level: AgreementLevel | None = optional("The level its parties stand on.", "签约层级。")
    parties: list[PartyInput] | None = optional("Its parties, two or more.", "签约方,两个以上。")
    pillars: list[Pillar] | None = optional("The pillars it covers.", "涉及的共建。")
    term_from: Date | None = optional("The first day of its term.", "期限起始日。")
    term_to: Date | None = optional("The last day of its term.", "期限截止日。")
    signed_on: PartialDateInput | None = optional("When it was signed; for a reported one.", "签署日期,用于引用记录。")
    publicity_days: int | None = optional("See `Agreement.publicityDays`; 1 to 366.", "公示天数,1 至 366。")
    known_percent: int | None = optional("See `Agreement.knownPercent`; 1 to 100.", "知晓比例,1 至 100。")


@strawberry.input(description=both("A new agreement.", "新建协议。"))
class AgreementFacts(AgreementCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    title: str = required("Its title.", "标题。")
    kind: AgreementKind = required("What it is about.", "类别。")
    parties: list[PartyInput] = required("Its parties, two or more.", "签约方,两个以上。")
    text: str | None = optional("The first text version.", "第一版文本。")
    supersedes: strawberry.ID | None = optional("The agreement that it renews.", "所接续协议的编号。")


AgreementResult = Annotated[
    Agreement | RefusalType,
    strawberry.union("AgreementResult", description=both("The agreement, or why not.", "协议或拒绝原因。")),
]


@strawberry.type
class AgreementQuery:
    agreements: Connection[Agreement] | None = field(
        "The agreements of a network.",
        "共建网络的协议。",
        right=Right.READ_PUBLIC,
        resolver=of_network(domain.Agreement, AgreementWhere),
    )


async def _draft(info: Info, input: Annotated[AgreementFacts, argument("The agreement.", "协议信息。")]) -> Any:
    return await write(info, domain.Agreement, drafting.draft, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[AgreementCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Agreement, drafting.correct, reason, own_id=id, version=version, facts=input)


async def _revise(
    info: Info,
    id: Id,
    version: Version,
    text: Annotated[str, argument("The new text.", "新文本。")],
    reason: Annotated[str | None, argument("Why; it stands in the timeline.", "原因,将载入留痕。")] = None,
) -> Any:
    return await write(info, domain.Agreement, drafting.revise, reason, own_id=id, version=version, text=text)


async def _terminate(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    on: Annotated[Date | None, argument("From which day; today unless given.", "终止日,默认当日。")] = None,
) -> Any:
    return await write(info, domain.Agreement, drafting.terminate, reason, own_id=id, version=version, on=on)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Agreement, drafting.discard, reason, own_id=id, version=version)


@strawberry.type
class AgreementMutation:
    draft_agreement: AgreementResult | None = field(
        "Drafts an agreement, or records a reported one.",
        "起草协议,或登记引用的协议。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_draft,
    )
    correct_agreement: AgreementResult | None = field(
        "Corrects a draft, or a reported agreement.",
        "更正草稿或引用的协议。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_correct,
    )
    revise_agreement: AgreementResult | None = field(
        "Gives it a new text version, which all sign again.",
        "修订文本,各方须重新签署。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_revise,
    )
    terminate_agreement: AgreementResult | None = field(
        "Ends it before its term.", "提前终止协议。", right=Right.KEEP_AGREEMENTS, resolver=_terminate
    )
    discard_agreement: AgreementResult | None = field(
        "Discards an agreement that was never signed.",
        "作废从未签署的协议。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_discard,
    )
