"""Headcount 人数快照 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, optional, required
from schema.lazy import OrganizationType
from schema.links import one
from schema.network.enums import HeadcountStatus
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import headcounts as domain
from service.network.organizations import Organization as OrganizationRecord
from service.store.reads import Query
from service.viewer import Right


@entity(domain.Headcount, "How many people an organisation had on a date.", "某单位某日的人数。")
class Headcount(Recorded):
    organization: OrganizationType | None = one(
        domain.Headcount, "organization", OrganizationRecord, "The organisation.", "单位。"
    )
    on: PartialDate | None = field("When.", "日期。")
    staff: int | None = field("How many work there.", "职工人数。")
    members: int | None = field("How many of them are party members.", "党员人数。")
    cadres: int | None = field("How many of those are cadres.", "党员干部人数。")
    note: str | None = field("What else the source says.", "备注。")
    status: HeadcountStatus = field("Whether it stands.", "状态。")
    discard_reason: str | None = field("Why it was discarded.", "作废原因。")


@strawberry.input(description=both("Which headcounts.", "人数快照筛选条件。"))
class HeadcountWhere:
    organization: strawberry.ID | None = optional("Of this organisation.", "单位编号。")
    status: HeadcountStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"organization": self.organization}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a headcount that may change.", "可更改的人数信息。"))
class HeadcountCorrection:
    on: PartialDateInput | None = optional("When.", "日期。")
    staff: int | None = optional("How many work there.", "职工人数。")
    members: int | None = optional("How many of them are party members.", "党员人数。")
    cadres: int | None = optional("How many of those are cadres.", "党员干部人数。")
    note: str | None = optional("What else the source says.", "备注。")


@strawberry.input(description=both("A new headcount.", "新建人数快照。"))
class HeadcountFacts(HeadcountCorrection, Made):
    network: strawberry.ID = required("The network that records it.", "记录网络编号。")
    organization: strawberry.ID = required("The organisation.", "单位编号。")


HeadcountResult = Annotated[
    Headcount | RefusalType,
    strawberry.union("HeadcountResult", description=both("The headcount, or why not.", "人数快照或拒绝原因。")),
]


async def _headcounts(
    info: Info,
    network: Network,
    where: Annotated[HeadcountWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Headcount, {"network": network}, descending=True)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class HeadcountQuery:
    headcounts: Connection[Headcount] | None = field(
        "The headcounts a network recorded, the latest first.",
        "网络记录的人数快照,最新在前。",
        right=Right.READ_NETWORK,
        resolver=_headcounts,
    )


async def _record(info: Info, input: Annotated[HeadcountFacts, argument("The headcount.", "人数信息。")]) -> Any:
    return await write(info, domain.Headcount, domain.record, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[HeadcountCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Headcount, domain.correct, reason, own_id=id, version=version, facts=input)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Headcount, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class HeadcountMutation:
    record_headcount: HeadcountResult | None = field(
        "Records a headcount.", "登记人数快照。", right=Right.KEEP_ORGANIZATIONS, resolver=_record
    )
    correct_headcount: HeadcountResult | None = field(
        "Corrects a headcount.", "更正人数快照。", right=Right.KEEP_ORGANIZATIONS, resolver=_correct
    )
    discard_headcount: HeadcountResult | None = field(
        "Discards a mistaken headcount.", "作废误录的人数快照。", right=Right.KEEP_ORGANIZATIONS, resolver=_discard
    )
