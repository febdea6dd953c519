"""Dossier 台账 of a partner: all that a network has on one organisation, in one request.

A section is one field: a `section` lists what a query finds for the organisation, the others ask by themselves.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import happened_during
from schema.context import Info
from schema.cooperation.activities import HELD, Activity
from schema.cooperation.agreements import Agreement
from schema.cooperation.deliverables import Deliverable
from schema.cooperation.open_points import OpenPoint, open_points_of
from schema.cooperation.plans import ActivityPlan
from schema.cooperation.statistics import ActivityCounts, counts_of
from schema.describing import COUNTING, After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.lazy import OrganizationType
from schema.links import one
from schema.network.memberships import Membership
from schema.network.pairings import Pairing
from schema.network.stations import Station
from schema.pages import Connection, range_of
from schema.roots import listed_in
from schema.selection import selected
from schema.survey import Survey
from service.cooperation import counting
from service.cooperation.activities import Activity as ActivityRecord
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.deliverables import Deliverable as DeliverableRecord
from service.cooperation.plans import ActivityPlan as ActivityPlanRecord
from service.network.memberships import Membership as MembershipRecord
from service.network.organizations import Organization as OrganizationRecord
from service.network.pairings import Pairing as PairingRecord
from service.network.stations import Station as StationRecord
from service.records import Filter, Record
from service.store.reads import Query, Range
from service.store.tallies import By, Row
from service.viewer import Right

GAPS = {"records": By(), "with_gaps": By(where={"gaps": {"$ne": []}})}


def _of_partner(kind: type[Record], key: str, **order: Any) -> Callable[[Any], Query]:
    """What of `kind` names the organisation of a dossier under `key`, in the dossier's network."""
    return lambda of: Query(kind, {key: of["organization"]}, ({"network": of["network"]},), **order)


MEMBERSHIPS = _of_partner(MembershipRecord, "organization")
AGREEMENTS = _of_partner(AgreementRecord, "concerns", descending=True)
ACTIVITIES = _of_partner(ActivityRecord, "participants", descending=True)
PLANS = _of_partner(ActivityPlanRecord, "concerns", descending=True)
DELIVERABLES = _of_partner(DeliverableRecord, "concerns", descending=True)
STATIONS = _of_partner(StationRecord, "organization", order="place_key")
PAIRINGS = _of_partner(PairingRecord, "member")
SURVEYED = {"memberships": MEMBERSHIPS, "agreements": AGREEMENTS, "activities": ACTIVITIES}


def _in_period(of: Any) -> Filter:
    return happened_during(of["period"], None)


def _held(of: Any) -> Filter:
    return {**HELD, "counted_for": of["organization"]}


def _unconfirmed(of: Any) -> Filter:
    return {**HELD, "unconfirmed": of["organization"]}


def _disputed(of: Any) -> Filter:
    return {"counted_for": {"$ne": of["organization"]}}


def section(query: Callable[[Any], Query], english: str, chinese: str) -> Any:
    """A page of what `query` finds for the organisation of the dossier."""

    async def resolve(
        root: Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        asked = query(root)
        return await listed_in(info, asked, range_of(asked.order, first, after, last, before), root["network"])

    return field(english, chinese, resolver=resolve)


def activities_section(where: Callable[[Any], Filter], english: str, chinese: str) -> Any:
    """A page of those of its activities that fit `where`."""

    async def resolve(
        root: Parent[Any],
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Any:
        part = range_of("date_key", first, after, last, before)
        return await root["activities"].page(info, where(root), part)

    return field(english, chinese, resolver=resolve)


@strawberry.type(description=both("How many records of a type have gaps.", "某类记录中有缺项者。"))
class GapCount:
    kind: str = field("The type of the records.", "记录类型。")
    records: int = field("How many there are.", "记录数。")
    with_gaps: int = field("How many of them lack something.", "其中有缺项者。")


async def _counts(root: Parent[Any], info: Info) -> Any:
    async def tally(when: Filter, ways: Mapping[str, By]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = await root["activities"].tally(
            {**_held(root), **when}, ways, counting.SUMMED, ("period",)
        )
        return found

    return await counts_of(info, tally, root["period"], selected(info))


async def _last_activity(root: Parent[Any], info: Info) -> Any:
    page = await root["activities"].page(info, _held(root), Range(1))
    return page.documents[0] if page.documents else None


async def _gaps(root: Parent[Any], info: Info) -> Any:
    kinds = {"Membership": root["memberships"], "Agreement": root["agreements"], "Activity": root["activities"]}
    readable = {name: survey for name, survey in kinds.items() if survey.readable}
    found = await asyncio.gather(*(survey.tally({}, GAPS) for survey in readable.values()))
    return [
        {"kind": name, **{told: sum(row["records"] for row in counted) for told, counted in rows.items()}}
        for name, rows in zip(readable, found, strict=True)
    ]


async def _open_points(root: Parent[Any], info: Info) -> Any:
    return await open_points_of(info, root, PLANS(root))


@strawberry.type(
    description=both(
        "All that a network has on one organisation, of what you may read. All that is asked of its activities is one "
        "command, and one more for what its pages show; likewise of its agreements and memberships. Each other "
        "section costs one command, whatever it holds; `counts` one more for the sectors, `openPoints` two for plans.",
        "某单位在共建网络中的台账(限您可读取者)。所问其活动之各项合用一次查询,各页内容合用一次;协议、成员关系亦然。"
        "其他栏目各一次查询,与记录多少无关;counts 的行业另加一次,openPoints 的计划另加两次。",
    )
)
class PartnerDossier:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    memberships: Connection[Membership] = section(
        MEMBERSHIPS, "Its memberships of the network, by date.", "在本网络的成员关系,按日期排列。"
    )
    agreements: Connection[Agreement] = section(
        AGREEMENTS, "The agreements it is a party of, the latest first.", "作为签约方的协议,最新在前。"
    )
    activities: Connection[Activity] = activities_section(
        _in_period,
        "The activities it takes part in, in any state, within the period; the latest first.",
        "区间内所参加的活动(各种状态),最新在前。",
    )
    counts: ActivityCounts | None = field(
        "What counts for it within the period, as `activityCounts` with this organisation.",
        "区间内计入该单位的统计,同带该单位的 activityCounts。",
        weight=COUNTING,
        resolver=_counts,
    )
    last_activity: Activity | None = field(
        "The last held activity that counts for it, whatever the period.",
        "最近一次已举办且计入该单位的活动,与区间无关。",
        resolver=_last_activity,
    )
    awaiting_confirmation: Connection[Activity] = activities_section(
        _unconfirmed,
        "What others filed and it has not confirmed, disputed ones too.",
        "其他单位登记、该单位尚未确认的活动,含有异议者。",
    )
    disputes: Connection[Activity] = activities_section(_disputed, "What it disputes.", "该单位提出异议的活动。")
    activity_plans: Connection[ActivityPlan] = section(
        PLANS,
        "The activity plans in which a line is its own or it helps, the latest year first.",
        "其负责或协作某行的系列活动计划表,最近年度在前。",
    )
    deliverables: Connection[Deliverable] = section(
        DELIVERABLES, "The deliverables it brings about, the latest first.", "其参与的成果,最新在前。"
    )
    stations: Connection[Station] = section(STATIONS, "Its centre or workstations.", "设在该单位的中心与工作站。")
    pairings: Connection[Pairing] = section(
        PAIRINGS, "The branches that help it, by date.", "帮扶该单位的党支部(结对),按日期排列。"
    )
    gaps: list[GapCount] = field(
        "How many of its memberships, agreements and activities have gaps.",
        "其成员关系、协议、活动中有缺项者各多少。",
        resolver=_gaps,
    )
    open_points: list[OpenPoint] = field(
        "What is open today: no agreement in force, nothing held this year, agreements that end within 90 days and "
        "that none follows yet, lines of plans that are overdue, activities that await its confirmation. At most 100 "
        "agreements and 100 lines, the first to end in front; lines of the latest 20 plans.",
        "当日待办:没有生效中的协议、本年未举办活动、90 天内到期且尚无续签的协议、逾期的计划行、待其确认的活动。"
        "协议与计划行各至多 100 项,先到期者在前;计划行取最近 20 份计划表。",
        resolver=_open_points,
    )


async def _dossier(
    info: Info,
    network: Network,
    organization: Annotated[strawberry.ID, argument("The organisation's id.", "单位编号。")],
    period: Annotated[
        PeriodInput | None,
        argument("Which activities and counts; all unless given.", "活动与统计的区间,默认全部。"),
    ] = None,
) -> Any:
    if not info.context.viewer.may(Right.READ_NETWORK, network):
        return None
    of: dict[str, Any] = {"network": network, "organization": organization, "period": period}
    surveys = {name: Survey(info, query(of), network) for name, query in SURVEYED.items()}
    for survey in surveys.values():  # the first usually tells
        if await survey.any({}):
            return of | surveys
    return None


@strawberry.type
class DossierQuery:
    partner_dossier: PartnerDossier | None = field(
        "The dossier of a partner; null for an organisation that has, of what you may read, no membership, agreement "
        "or activity in the network. One command to three, and those of its sections.",
        "某单位的台账;该单位在网络中没有您可读取的成员关系、协议或活动时为空。一至三次查询,另加各栏目。",
        right=Right.READ_NETWORK,
        resolver=_dossier,
        weight=200,
    )
