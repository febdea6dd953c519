"""The two sides of a commitment in the schema: signed, publicised and known, each by itself, and what it lacks yet."""

from typing import Any

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.cooperation.attachments import Attachment
from schema.describing import both, field
from schema.integrity.commitment_enums import BlockerCode
from schema.lazy import OrganizationType
from schema.links import one, several
from schema.network.headcounts import Headcount
from schema.nodes import PartialDate
from schema.permissions import within
from schema.reader import Counted
from schema.scalars import Date, Moment
from service.cooperation.attachments import Attachment as AttachmentRecord
from service.integrity import blockers as blocking
from service.integrity.acknowledgements import Acknowledgement as AcknowledgementRecord
from service.integrity.acknowledgements import AcknowledgementStatus
from service.integrity.knowing import steps_in
from service.network.headcounts import Headcount as HeadcountRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import RIGHTS_KEYS, Document, joined
from service.store.reads import Query
from service.viewer import Right

NEEDS = ("sides", "gates", "publicity", *RIGHTS_KEYS)
MOST_SIDES, MOST_BLOCKERS = 2, 6  # of one commitment: none lacks both a signature and its day
BATCHES = Query(AcknowledgementRecord, {})


@strawberry.type(description=both("How it was publicised inside an organisation.", "在单位内部的公示。"))
class Publicity:
    number: int = field("Its number in the commitment, from 1.", "在承诺中的序号,从 1 起。")
    channel: str | None = field("By which channel.", "公示渠道。")
    place: str | None = field("Where.", "公示地点。")
    begins: PartialDate | None = field("Since when.", "公示起始。")
    ends: PartialDate | None = field("Until when; empty while it goes on.", "公示截止,空为持续中。")
    evidence: list[Attachment] = several(None, "evidence", AttachmentRecord, "What shows it.", "佐证附件。")


async def count_pending(info: Info, commitment: str, organization: str, counted: int) -> bool:
    """Whether more was recorded or withdrawn than the count of a side takes account of."""
    found = await info.context.reader.counted(Counted(commitment, "commitment", BATCHES, "side_key"))
    steps = (steps_in(status, found.get(joined(organization, status), 0)) for status in AcknowledgementStatus)
    return counted < sum(steps)


async def _pending(root: Parent[Document], info: Info) -> Any:
    return await count_pending(info, root["commitment"], root["organization"], root["counted"])


def _rate(root: Parent[Document]) -> Any:
    return root["known"] / root["staff"] if root["staff"] else None


@strawberry.type(description=both("One organisation's undertaking.", "一方的承诺。"))
class CommitmentSide:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    signed: bool = field("Whether it has signed.", "是否已签署。")
    signed_on: PartialDate | None = field("When it signed.", "签署日期。")
    recorded_at: Moment | None = field("When that was recorded.", "签署载入时间。")
    signer: str | None = field("Who signed, by name. Private.", "签署人姓名,属隐私。", right=Right.READ_CONTACTS)
    headcount: Headcount | None = one(
        None, "headcount", HeadcountRecord, "The head-count that stands for its staff.", "签署时依据的人数快照。"
    )
    staff: int | None = field("How many people it was when it signed.", "签署时的职工人数。")
    required: int | None = field("How many of them must know of it.", "须知晓的人数。")
    known: int = field("How many know of it, as counted so far.", "已统计的知晓人数。")
    known_on: Date | None = field("The day on which enough of them knew.", "知晓人数达到要求之日。")
    rate: float | None = field("`known` of `staff`.", "知晓率:知晓人数与职工人数之比。", resolver=_rate)
    count_pending: bool = field(
        "Whether acknowledgements were recorded or withdrawn that `known` takes no account of yet.",
        "是否有尚未计入 known 的知晓登记或撤回。",
        resolver=_pending,
    )
    publicised_on: Date | None = field(
        "The first day on which it had publicised it long enough.", "公示满约定天数之日。"
    )
    publicity: list[Publicity] = field("How it publicises it.", "公示记录。")


def sides(root: Parent[Document]) -> Any:
    """Each with what a right on its fields depends on, and all that the commitment tells of that side."""
    above = within({"commitment": root["_id"]}, root)
    publicity = [{**each, "number": number} for number, each in enumerate(root["publicity"], start=1)]
    return [
        {**side, **gate, **above, "publicity": [p for p in publicity if p["organization"] == side["organization"]]}
        for side, gate in zip(root["sides"], root["gates"], strict=True)
    ]


@strawberry.type(description=both("What a side lacks for the commitment to be effective.", "一方尚缺的一项生效条件。"))
class Blocker:
    code: BlockerCode = field("What is missing.", "缺少什么。")
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "Whose.", "哪一方。")
    detail: str = field("In words, in the language asked for.", "说明,按请求语言给出。")
    since: Date | None = field("Since when it was to be done.", "自何日起待办。")
    done: int | None = field("How many days or people there are.", "已有天数或人数。")
    wanted: int | None = field("How many there must be.", "须有天数或人数。")


def blockers(root: Parent[Document], info: Info) -> Any:
    chinese = info.context.language == "zh"
    return [
        {**vars(each), "detail": each.chinese if chinese else each.english}
        for each in blocking.blockers(root, info.context.day)
    ]
