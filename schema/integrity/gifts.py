"""Gift 礼品礼金登记 in the schema."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import happened_during, narrowed, state_is
from schema.context import Info
from schema.cooperation.activities import Activity
from schema.cooperation.attachments import Attachment, attached_to
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, PeriodInput, optional, required
from schema.integrity.audit_enums import GiftDecision, GiftKind, GiftStatus
from schema.integrity.findings import Finding, FindingWhere
from schema.integrity.orders import dated
from schema.lazy import NetworkType, OrganizationType
from schema.links import one, page
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from service.cooperation.activities import Activity as ActivityRecord
from service.integrity import gifts as domain
from service.integrity import registering
from service.integrity.findings import Finding as FindingRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


async def _pending(root: Parent[Document], info: Info) -> Any:
    return not await info.context.reader.followed(root["_id"], root["partition"], root["version"])


@entity(domain.Gift, "What one organisation gave another.", "单位之间收送礼品礼金的登记。")
class Gift(Recorded):
    network: NetworkType | None = one(domain.Gift, "network", NetworkRecord, "The network.", "所属网络。")
    giver: OrganizationType | None = one(domain.Gift, "giver", OrganizationRecord, "Who gave it.", "赠送方。")
    receiver: OrganizationType | None = one(domain.Gift, "receiver", OrganizationRecord, "Who received it.", "接受方。")
    item: str = field("What it was.", "品名。")
    kind: GiftKind = field("Its kind.", "类别。")
    estimated_value: Decimal | None = field("Its estimated value in yuan (CNY).", "估值(人民币元)。")
    occasion: str | None = field("On what occasion.", "事由。")
    given_on: PartialDate | None = field("When.", "收送日期。")
    activity: Activity | None = one(
        domain.Gift, "activity", ActivityRecord, "The activity at which it was given.", "所在活动。"
    )
    recorded_by: str | None = field("Who recorded it: the `sub` of the token.", "登记人:令牌中的 sub。")
    decision: GiftDecision | None = field("What becomes of it.", "处理决定。")
    decision_reason: str | None = field("Why that was decided first.", "处理理由。")
    decided_by: str | None = field("Who decided: the `sub` of the token.", "处理人:令牌中的 sub。")
    review: str | None = field("What the review says.", "复核意见。")
    reviewed_by: str | None = field("Who reviewed it: the `sub` of the token.", "复核人:令牌中的 sub。")
    end_reason: str | None = field("Why it was discarded.", "作废原因。")
    status: GiftStatus = field("Its state.", "状态。")
    findings: Connection[Finding] = page(
        domain.Gift,
        "gift",
        Query(FindingRecord, {}, descending=True),
        "The findings about it, the latest first.",
        "由此提出的问题,最新在前。",
        where=FindingWhere,
    )
    finding_pending: bool = field(
        "Whether it is still to be seen if this version of it touches a clause.",
        "此版本是否触及承诺条款尚待系统判定。",
        needs=("version", "partition"),
        resolver=_pending,
    )
    attachments: Connection[Attachment] = attached_to(domain.Gift)


@strawberry.input(description=both("Which gifts.", "礼品礼金登记筛选条件。"))
class GiftWhere:
    organization: strawberry.ID | None = optional("Given or received by this organisation.", "赠送或接受单位编号。")
    kind: GiftKind | None = optional("Of this kind.", "类别。")
    decision: GiftDecision | None = optional("Decided so.", "处理决定。")
    status: GiftStatus | None = optional("In this state.", "状态。")
    during: PeriodInput | None = optional("Whose first possible day lies within these.", "最早可能日期在此区间。")
    undated: bool | None = optional("Without a known date; false: with one.", "日期不详;false 为日期已知。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(
            query,
            {"concerns": self.organization, "kind": self.kind, "decision": self.decision},
            state_is(query, self.status or None, day),
            happened_during(self.during or None, self.undated if self.undated is not strawberry.UNSET else None),
        )


@strawberry.input(description=both("Facts of a gift that may change.", "可更改的礼品礼金信息。"))
class GiftCorrection:
    giver: strawberry.ID | None = optional("Who gave it.", "赠送方编号。")
    receiver: strawberry.ID | None = optional("Who received it.", "接受方编号。")
    item: str | None = optional("What it was.", "品名。")
    kind: GiftKind | None = optional("Its kind.", "类别。")
    estimated_value: Decimal | None = optional(
        "Its estimated value in yuan (CNY), at most two decimals.", "估值(人民币元),最多两位小数。"
    )
    occasion: str | None = optional("On what occasion.", "事由。")
    given_on: PartialDateInput | None = optional("When; not in the future.", "收送日期,不得晚于当日。")
    activity: strawberry.ID | None = optional(
        "The activity at which it was given, in which both took part.", "所在活动编号,双方均须参加。"
    )


@strawberry.input(description=both("A new gift.", "新登记的礼品礼金。"))
class GiftFacts(GiftCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    giver: strawberry.ID = required("Who gave it.", "赠送方编号。")
    receiver: strawberry.ID = required("Who received it.", "接受方编号。")
    item: str = required("What it was.", "品名。")
    kind: GiftKind = required("Its kind.", "类别。")


GiftResult = Annotated[
    Gift | RefusalType,
    strawberry.union("GiftResult", description=both("The gift, or why not.", "礼品礼金登记或拒绝原因。")),
]


@strawberry.type
class GiftQuery:
    gifts: Connection[Gift] | None = field(
        "The gift register of a network; to a recorder, what its organisation gave or received.",
        "共建网络的礼品礼金登记;联络员可见本单位收送的。",
        right=Right.READ_FINDINGS,
        resolver=dated(domain.Gift, GiftWhere),
    )


async def _record(info: Info, input: Annotated[GiftFacts, argument("The gift.", "礼品礼金信息。")]) -> Any:
    return await write(info, domain.Gift, registering.record, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[GiftCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Gift, registering.correct, reason, own_id=id, version=version, facts=input)


async def _decide(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    decision: Annotated[GiftDecision, argument("What becomes of it.", "处理决定。")],
) -> Any:
    given = {"own_id": id, "version": version, "decision": decision}
    return await write(info, domain.Gift, registering.decide, reason, **given)


async def _review(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    decision: Annotated[
        GiftDecision | None,
        argument("Another decision; without one the first is confirmed.", "改变的决定;不填为维持。"),
    ] = None,
) -> Any:
    given = {"own_id": id, "version": version, "decision": decision}
    return await write(info, domain.Gift, registering.review, reason, **given)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Gift, registering.discard, reason, own_id=id, version=version)


@strawberry.type
class GiftMutation:
    record_gift: GiftResult | None = field(
        "Records what one's organisation gave or received; one that touches a clause leads to a draft finding.",
        "登记本单位收送的礼品礼金;触及承诺条款的由系统提出问题草稿。",
        right=Right.RECORD_GIFTS,
        resolver=_record,
    )
    correct_gift: GiftResult | None = field(
        "Corrects a gift that is not decided yet.", "更正未处理的登记。", right=Right.RECORD_GIFTS, resolver=_correct
    )
    decide_gift: GiftResult | None = field(
        "Decides what becomes of a gift; not by whoever recorded it.",
        "作出处理决定,登记人本人除外。",
        right=Right.DECIDE_GIFTS,
        resolver=_decide,
    )
    review_gift: GiftResult | None = field(
        "Reviews the decision; not by whoever recorded or decided it. The reason is the note.",
        "复核处理决定,登记人与处理人本人除外;原因即复核意见。",
        right=Right.DECIDE_GIFTS,
        resolver=_review,
    )
    discard_gift: GiftResult | None = field(
        "Discards a mistaken record of a gift.", "作废误录的登记。", right=Right.RECORD_GIFTS, resolver=_discard
    )
