"""Pairing 结对 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, optional, required
from schema.lazy import NetworkType, OrganizationType, PartyBranchType
from schema.links import one
from schema.network.enums import PairingMode, PairingStatus
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import pairings as domain
from service.network.branches import PartyBranch as BranchRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.Pairing.state(root, info.context.day)


@entity(
    domain.Pairing,
    "A branch of the lead helps a member. It stands until it is ended, also when the member has left.",
    "牵头单位党支部与成员单位结对帮扶;成员退出网络后仍保留,直至结束。",
)
class Pairing(Recorded):
    network: NetworkType | None = one(domain.Pairing, "network", NetworkRecord, "The network.", "所属网络。")
    branch: PartyBranchType | None = one(
        domain.Pairing, "branch", BranchRecord, "The lead's branch, which helps.", "牵头单位的帮扶支部。"
    )
    member: OrganizationType | None = one(
        domain.Pairing, "member", OrganizationRecord, "The member, which is helped.", "受帮扶的成员单位。"
    )
    mode: PairingMode = field("Key or extended help.", "重点或拓展帮扶。")
    specialty: str | None = field("In which specialty.", "帮扶专科。")
    begins: PartialDate | None = field("When it begins.", "开始日期。")
    ends: PartialDate | None = field("When it ended.", "结束日期。")
    end_reason: str | None = field("Why it ended, or was discarded.", "结束或作废原因。")
    status: PairingStatus = field("Its state today.", "当日状态。", needs=domain.Pairing.STATE_KEYS, resolver=_status)


@strawberry.input(description=both("Which pairings.", "结对筛选条件。"))
class PairingWhere:
    branch: strawberry.ID | None = optional("Of this branch.", "支部编号。")
    member: strawberry.ID | None = optional("Of this member.", "成员单位编号。")
    mode: PairingMode | None = optional("Key or extended help.", "重点或拓展帮扶。")
    status: PairingStatus | None = optional("In this state today.", "当日状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"branch": self.branch, "member": self.member, "mode": self.mode}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a pairing that may change.", "可更改的结对信息。"))
class PairingCorrection:
    mode: PairingMode | None = optional("Key or extended help.", "重点或拓展帮扶。")
    specialty: str | None = optional("In which specialty.", "帮扶专科。")
    begins: PartialDateInput | None = optional("When it begins.", "开始日期。")
    ends: PartialDateInput | None = optional("When it ended.", "结束日期。")


@strawberry.input(description=both("A new pairing.", "新建结对。"))
class PairingFacts(PairingCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    branch: strawberry.ID = required("A party organisation of the lead.", "牵头单位党组织编号。")
    member: strawberry.ID = required("A member of the network.", "成员单位编号。")
    mode: PairingMode = required("Key or extended help.", "重点或拓展帮扶。")


PairingResult = Annotated[
    Pairing | RefusalType,
    strawberry.union("PairingResult", description=both("The pairing, or why not.", "结对或拒绝原因。")),
]


async def _pairings(
    info: Info,
    network: Network,
    where: Annotated[PairingWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Pairing, {"network": network})
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class PairingQuery:
    pairings: Connection[Pairing] | None = field(
        "Which branch of the lead helps which member, by date.",
        "牵头单位支部与成员单位的结对,按日期排列。",
        right=Right.READ_NETWORK,
        resolver=_pairings,
    )


async def _pair(info: Info, input: Annotated[PairingFacts, argument("The pairing.", "结对信息。")]) -> Any:
    return await write(info, domain.Pairing, domain.pair, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[PairingCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Pairing, domain.correct, reason, own_id=id, version=version, facts=input)


async def _end(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    ends: Annotated[PartialDateInput | None, argument("When; today unless given.", "结束日期,默认当日。")] = None,
) -> Any:
    return await write(info, domain.Pairing, domain.end, reason, own_id=id, version=version, ends=ends)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Pairing, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class PairingMutation:
    pair_branch: PairingResult | None = field(
        "Pairs a branch of the lead with a member.",
        "支部与成员单位结对。",
        right=Right.KEEP_MEMBERSHIPS,
        resolver=_pair,
    )
    correct_pairing: PairingResult | None = field(
        "Corrects a pairing.", "更正结对。", right=Right.KEEP_MEMBERSHIPS, resolver=_correct
    )
    end_pairing: PairingResult | None = field(
        "Ends a pairing.", "结束结对。", right=Right.KEEP_MEMBERSHIPS, resolver=_end
    )
    discard_pairing: PairingResult | None = field(
        "Discards a mistaken pairing.", "作废误录的结对。", right=Right.KEEP_MEMBERSHIPS, resolver=_discard
    )
