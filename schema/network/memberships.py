"""Membership 成员关系 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, optional, required
from schema.lazy import NetworkType, OrganizationType
from schema.links import one
from schema.network.enums import MembershipRole, MembershipStatus
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import memberships as domain
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.Membership.state(root, info.context.day)


@entity(domain.Membership, "An organisation leads a network or has joined it.", "单位牵头或加入共建网络。")
class Membership(Recorded):
    network: NetworkType | None = one(domain.Membership, "network", NetworkRecord, "The network.", "所属网络。")
    organization: OrganizationType | None = one(
        domain.Membership, "organization", OrganizationRecord, "The organisation.", "成员单位。"
    )
    role: MembershipRole = field("Whether it leads or has joined.", "牵头或加入。")
    joined: PartialDate | None = field("When it joined.", "加入时间。")
    left: PartialDate | None = field("When it left.", "退出时间。")
    end_reason: str | None = field("Why it left, or why this was discarded.", "退出或作废原因。")
    status: MembershipStatus = field(
        "Its state today.", "当日状态。", needs=domain.Membership.STATE_KEYS, resolver=_status
    )


@strawberry.input(description=both("Which memberships.", "成员关系筛选条件。"))
class MembershipWhere:
    role: MembershipRole | None = optional("Leading or joined.", "牵头或加入。")
    status: MembershipStatus | None = optional("In this state today.", "当日状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        return narrowed(query, {"role": self.role}, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a membership that may change.", "可更改的成员关系信息。"))
class MembershipCorrection:
    role: MembershipRole | None = optional("Leading or joined.", "牵头或加入。")
    joined: PartialDateInput | None = optional("When it joined.", "加入时间。")
    left: PartialDateInput | None = optional("When it left.", "退出时间。")


@strawberry.input(description=both("A new membership.", "新建成员关系。"))
class MembershipFacts(Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    organization: strawberry.ID = required("The organisation.", "单位编号。")
    role: MembershipRole = required("Leading or joining.", "牵头或加入。")
    joined: PartialDateInput | None = optional("When it joined.", "加入时间。")
    left: PartialDateInput | None = optional("When it left.", "退出时间。")


MembershipResult = Annotated[
    Membership | RefusalType,
    strawberry.union("MembershipResult", description=both("The membership, or why not.", "成员关系或拒绝原因。")),
]


async def _memberships(
    info: Info,
    network: Network,
    where: Annotated[MembershipWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Membership, {"network": network})
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class MembershipQuery:
    memberships: Connection[Membership] | None = field(
        "Who leads a network and who has joined it, by date.",
        "共建网络的牵头与成员单位,按日期排列。",
        right=Right.READ_PUBLIC,
        resolver=_memberships,
    )


async def _join(info: Info, input: Annotated[MembershipFacts, argument("The membership.", "成员关系。")]) -> Any:
    return await write(info, domain.Membership, domain.join, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[MembershipCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Membership, domain.correct, reason, own_id=id, version=version, facts=input)


async def _end(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    left: Annotated[PartialDateInput | None, argument("When; today unless given.", "退出时间,默认当日。")] = None,
) -> Any:
    return await write(info, domain.Membership, domain.end, reason, own_id=id, version=version, left=left)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Membership, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class MembershipMutation:
    join_network: MembershipResult | None = field(
        "An organisation joins or leads a network.",
        "单位加入或牵头共建网络。",
        right=Right.KEEP_MEMBERSHIPS,
        resolver=_join,
    )
    correct_membership: MembershipResult | None = field(
        "Corrects a membership.", "更正成员关系。", right=Right.KEEP_MEMBERSHIPS, resolver=_correct
    )
    end_membership: MembershipResult | None = field(
        "An organisation leaves a network.", "单位退出共建网络。", right=Right.KEEP_MEMBERSHIPS, resolver=_end
    )
    discard_membership: MembershipResult | None = field(
        "Discards a mistaken membership.", "作废误录的成员关系。", right=Right.KEEP_MEMBERSHIPS, resolver=_discard
    )
