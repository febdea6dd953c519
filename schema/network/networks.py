"""Network 共建网络 in the schema."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, optional, required
from schema.links import page
from schema.network.branches import PartyBranch
from schema.network.departments import Department, DepartmentWhere
from schema.network.enums import NetworkStatus
from schema.network.memberships import Membership, MembershipWhere
from schema.network.organizations import Organization
from schema.network.pairings import Pairing, PairingWhere
from schema.network.persons import Person, PersonWhere
from schema.network.roles import RoleAssignment, RoleAssignmentWhere
from schema.network.stations import Station, StationWhere
from schema.network.unpaired import unpaired
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import networks as domain
from service.network.departments import Department as DepartmentRecord
from service.network.memberships import Membership as MembershipRecord
from service.network.pairings import Pairing as PairingRecord
from service.network.persons import Person as PersonRecord
from service.network.roles import RoleAssignment as RoleRecord
from service.network.stations import Station as StationRecord
from service.store.reads import Query
from service.viewer import Right

ALL = Query(domain.Network, {}, order="name_key")


@entity(
    domain.Network, "A co-building network: one organisation leads it, others join.", "共建网络:一家牵头,多家加入。"
)
class Network(Recorded):
    name: str = field("Its name.", "名称。")
    motto: str | None = field("Its motto.", "主线或口号。")
    description: str | None = field("What it is about.", "简介。")
    founded: PartialDate | None = field("When it began.", "成立时间。")
    status: NetworkStatus = field("Whether it is in use.", "状态。")
    archive_reason: str | None = field("Why it was archived.", "归档原因。")
    memberships: Connection[Membership] = page(
        domain.Network,
        "network",
        Query(MembershipRecord, {}),
        "Who leads it and who has joined, by date.",
        "牵头单位与成员单位,按日期排列。",
        where=MembershipWhere,
    )
    departments: Connection[Department] = page(
        domain.Network,
        "network",
        Query(DepartmentRecord, {}, order="name_key"),
        "The departments it keeps, by name.",
        "所维护的科室,按拼音排列。",
        where=DepartmentWhere,
    )
    persons: Connection[Person] = page(
        domain.Network,
        "network",
        Query(PersonRecord, {}, order="post_key"),
        "The people of the organisations it keeps, by post; nobody for whom READ_DRAFTS is not held.",
        "所维护单位的人员,按职务排列;无 READ_DRAFTS 权限者看不到任何人。",
        where=PersonWhere,
    )
    stations: Connection[Station] = page(
        domain.Network,
        "network",
        Query(StationRecord, {}, order="place_key"),
        "Its centre, then its workstations by the plaque's day.",
        "网络的中心,其后为工作站,按授牌日期排列。",
        where=StationWhere,
    )
    pairings: Connection[Pairing] = page(
        domain.Network,
        "network",
        Query(PairingRecord, {}),
        "Which branch of the lead helps which member, by date.",
        "牵头单位支部与成员单位的结对,按日期排列。",
        where=PairingWhere,
    )
    unpaired_members: Connection[Organization] | None = unpaired(
        "org",
        "The members that are in no pairing of it today, by name.",
        "当日未与任何支部结对的成员单位,按拼音排列。",
    )
    unpaired_branches: Connection[PartyBranch] | None = unpaired(
        "bra",
        "The branches 党支部 of the lead that are in no pairing of it today, by name.",
        "牵头单位中当日未结对的党支部,按拼音排列。",
    )
    role_assignments: Connection[RoleAssignment] = page(
        domain.Network,
        "network",
        Query(RoleRecord, {}, descending=True),
        "Who holds which role in it, the latest first.",
        "本网络的角色授予,最新在前。",
        where=RoleAssignmentWhere,
    )


@strawberry.input(description=both("Facts of a network that may change.", "可更改的网络信息。"))
class NetworkCorrection:
    name: str | None = optional("Its name.", "名称。")
    motto: str | None = optional("Its motto.", "主线或口号。")
    description: str | None = optional("What it is about.", "简介。")
    founded: PartialDateInput | None = optional("When it began.", "成立时间。")


@strawberry.input(description=both("A new network.", "新建共建网络。"))
class NetworkFacts(NetworkCorrection, Made):
    name: str = required("Its name.", "名称。")


NetworkResult = Annotated[
    Network | RefusalType,
    strawberry.union("NetworkResult", description=both("The network, or why not.", "网络或拒绝原因。")),
]


async def _networks(
    info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
) -> Any:
    return await listed(info, ALL, first, after, last, before)


@strawberry.type
class NetworkQuery:
    networks: Connection[Network] | None = field(
        "The networks of this installation, by name.",
        "本系统的共建网络,按拼音排列。",
        right=Right.READ_PUBLIC,
        resolver=_networks,
    )


async def _create(info: Info, input: Annotated[NetworkFacts, argument("The network.", "网络信息。")]) -> Any:
    return await write(info, domain.Network, domain.create, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[NetworkCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Network, domain.correct, reason, own_id=id, version=version, facts=input)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Network, domain.archive, reason, own_id=id, version=version)


@strawberry.type
class NetworkMutation:
    create_network: NetworkResult | None = field(
        "Creates a network.", "新建共建网络。", right=Right.CREATE_NETWORKS, resolver=_create
    )
    correct_network: NetworkResult | None = field(
        "Corrects a network.", "更正网络信息。", right=Right.KEEP_NETWORK, resolver=_correct
    )
    archive_network: NetworkResult | None = field(
        "Archives a network.", "归档网络。", right=Right.KEEP_NETWORK, resolver=_archive
    )
