"""Station 中心与工作站 in the schema."""

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
from schema.network.enums import StationKind, StationStatus
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import stations as domain
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.Station.state(root, info.context.day)


@entity(
    domain.Station,
    "The centre or a workstation of a network. It stands until it is closed, also when its organisation has left.",
    "网络的中心或工作站;单位退出网络后仍保留,直至撤销。",
)
class Station(Recorded):
    network: NetworkType | None = one(domain.Station, "network", NetworkRecord, "The network.", "所属网络。")
    organization: OrganizationType | None = one(
        domain.Station, "organization", OrganizationRecord, "Where it is.", "设立单位。"
    )
    kind: StationKind = field("Centre or workstation.", "中心或工作站。")
    plaque_on: PartialDate | None = field("When its plaque was given.", "授牌日期。")
    closed_on: PartialDate | None = field("When it was closed.", "撤销日期。")
    end_reason: str | None = field("Why it was closed, or discarded.", "撤销或作废原因。")
    status: StationStatus = field("Its state today.", "当日状态。", needs=domain.Station.STATE_KEYS, resolver=_status)


@strawberry.input(description=both("Which stations.", "中心与工作站筛选条件。"))
class StationWhere:
    organization: strawberry.ID | None = optional("At this organisation.", "单位编号。")
    kind: StationKind | None = optional("Centre or workstation.", "中心或工作站。")
    status: StationStatus | None = optional("In this state today.", "当日状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"organization": self.organization, "kind": self.kind}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a station that may change.", "可更改的中心或工作站信息。"))
class StationCorrection:
    plaque_on: PartialDateInput | None = optional("When its plaque was given.", "授牌日期。")
    closed_on: PartialDateInput | None = optional("When it was closed.", "撤销日期。")


@strawberry.input(description=both("A new station.", "新设中心或工作站。"))
class StationFacts(StationCorrection, Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    organization: strawberry.ID = required("The organisation, now of the network.", "单位编号,须为网络现有单位。")
    kind: StationKind = required("Centre, at the lead's, or workstation.", "中心(设在牵头单位)或工作站。")


StationResult = Annotated[
    Station | RefusalType,
    strawberry.union("StationResult", description=both("The station, or why not.", "中心或工作站,或拒绝原因。")),
]


async def _stations(
    info: Info,
    network: Network,
    where: Annotated[StationWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Station, {"network": network}, order="place_key")
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class StationQuery:
    stations: Connection[Station] | None = field(
        "The centre of a network, then its workstations by the plaque's day.",
        "网络的中心,其后为工作站,按授牌日期排列。",
        right=Right.READ_NETWORK,
        resolver=_stations,
    )


async def _open(info: Info, input: Annotated[StationFacts, argument("The station.", "中心或工作站。")]) -> Any:
    return await write(info, domain.Station, domain.open_station, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[StationCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Station, domain.correct, reason, own_id=id, version=version, facts=input)


async def _close(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    closed_on: Annotated[PartialDateInput | None, argument("When; today unless given.", "撤销日期,默认当日。")] = None,
) -> Any:
    return await write(info, domain.Station, domain.close, reason, own_id=id, version=version, closed_on=closed_on)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Station, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class StationMutation:
    open_station: StationResult | None = field(
        "Sets up a centre or a workstation.", "设立中心或工作站。", right=Right.KEEP_MEMBERSHIPS, resolver=_open
    )
    correct_station: StationResult | None = field(
        "Corrects a station.", "更正中心或工作站。", right=Right.KEEP_MEMBERSHIPS, resolver=_correct
    )
    close_station: StationResult | None = field(
        "Closes a station.", "撤销中心或工作站。", right=Right.KEEP_MEMBERSHIPS, resolver=_close
    )
    discard_station: StationResult | None = field(
        "Discards a mistaken station.", "作废误录的中心或工作站。", right=Right.KEEP_MEMBERSHIPS, resolver=_discard
    )
