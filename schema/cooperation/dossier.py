"""Dossier 台账 of a partner: all that a network has on one organisation, in one request.

A section is one field: a `section` lists what a query finds for the organisation, the others ask by themselves.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import happened_during, narrowed
from schema.context import Info
from schema.cooperation.activities import HELD, Activity
from schema.cooperation.agreements import Agreement
from schema.cooperation.statistics import ActivityCounts, counts_of
from schema.describing import COUNTING, After, Before, First, Last, argument, both, field, publish
from schema.inputs import Network, PeriodInput
from schema.lazy import AgreementType, OrganizationType
from schema.links import one
from schema.network.memberships import Membership
from schema.pages import Connection, range_of, readable_only
from schema.roots import listed_in
from schema.scalars import Date
from schema.selection import selected, stored_fields
from service.cooperation.activities import Activity as ActivityRecord
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.dossiers import ENDS, OpenPointCode, ending, held_this_year, in_force, open_points
from service.network.memberships import Membership as MembershipRecord
from service.network.organizations import Organization as OrganizationRecord
from service.store import reads
from service.store.reads import Query, Range
from service.store.tallies import By, Row, exists, tally
from service.viewer import Right

MOST_EXPIRING = 100  # agreements that one dossier points at

publish(
    OpenPointCode,
    "What is open with a partner.",
    "与某单位共建的待办事项。",
    {
        "NO_ACTIVE_AGREEMENT": ("No agreement is in force.", "没有生效中的协议。"),
        "NOTHING_HELD_THIS_YEAR": (
            "Nothing that counts for it was surely held this year.",
            "本年没有确定举办且计入该单位的活动。",
        ),
        "AGREEMENT_EXPIRING": ("An agreement ends within 90 days.", "协议将在 90 天内到期。"),
    },
)


def _memberships(of: Any) -> Query:
    return Query(MembershipRecord, {"organization": of["organization"]}, ({"network": of["network"]},))


def _agreements(of: Any) -> Query:
    return Query(AgreementRecord, {"concerns": of["organization"]}, ({"network": of["network"]},), descending=True)


def _activities(of: Any) -> Query:
    return Query(ActivityRecord, {"participants": of["organization"]}, ({"network": of["network"]},), descending=True)


def _held(of: Any) -> Query:
    return narrowed(_activities(of), {}, HELD, {"counted_for": of["organization"]})


def _in_period(of: Any) -> Query:
    return narrowed(_activities(of), {}, happened_during(of["period"], None))


def _unconfirmed(of: Any) -> Query:
    return narrowed(_activities(of), {}, HELD, {"unconfirmed": of["organization"]})


def _disputed(of: Any) -> Query:
    return narrowed(_activities(of), {}, {"counted_for": {"$ne": of["organization"]}})


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


@strawberry.type(description=both("How many records of a type have gaps.", "某类记录中有缺项者。"))
class GapCount:
    kind: str = field("The type of the records.", "记录类型。")
    records: int = field("How many there are.", "记录数。")
    with_gaps: int = field("How many of them lack something.", "其中有缺项者。")


@strawberry.type(description=both("Something open with a partner.", "一项待办。"))
class OpenPoint:
    code: OpenPointCode = field("What is open.", "事项。")
    agreement: AgreementType | None = one(None, "agreement", AgreementRecord, "The agreement.", "相关协议。")
    due: Date | None = field("Its last day.", "到期日。")


async def _counts(root: Parent[Any], info: Info) -> Any:
    return await counts_of(info, root["network"], root["period"], root["organization"], selected(info))


async def _last_activity(root: Parent[Any], info: Info) -> Any:
    fields = stored_fields(info, ActivityRecord)
    query = readable_only(info, _held(root), root["network"])
    found = await reads.page(info.context.reader.database, query, Range(1), fields) if query else []
    return found[0] if found else None


async def _gaps(root: Parent[Any], info: Info) -> Any:
    ways = {"all": By(), "gaps": By(where={"gaps": {"$ne": []}})}
    queries = [_memberships(root), _agreements(root), _activities(root)]
    readable = [query for query in (readable_only(info, each, root["network"]) for each in queries) if query]
    found = await asyncio.gather(*(tally(info.context.reader.database, query, ways) for query in readable))
    return [
        {"kind": query.kind.__name__, "records": _records(rows["all"]), "with_gaps": _records(rows["gaps"])}
        for query, rows in zip(readable, found, strict=True)
    ]


def _records(rows: list[Row]) -> int:
    return sum(row["records"] for row in rows)


async def _open_points(root: Parent[Any], info: Info) -> Any:
    database, day, network = info.context.reader.database, info.context.day, root["network"]
    agreed = readable_only(info, narrowed(_agreements(root), {}, in_force(day)), network)
    held = readable_only(info, narrowed(_held(root), {}, held_this_year(day)), network)
    if agreed is None or held is None:
        return []
    expiring = narrowed(agreed, {}, ending(day))
    any_agreed, any_held, found = await asyncio.gather(
        exists(database, agreed),
        exists(database, held),
        reads.page(database, expiring, Range(MOST_EXPIRING - 1), ENDS),
    )
    return list(open_points(any_agreed, any_held, found))


@strawberry.type(
    description=both(
        "All that a network has on one organisation, of what you may read. Each section costs one command, whatever it "
        "holds: `counts` one or two and one for sectors, `gaps` three, `openPoints` three.",
        "某单位在共建网络中的台账(限您可读取者)。每个栏目一次查询,与记录多少无关;counts 一至两次(行业另加一次),"
        "gaps 三次,openPoints 三次。",
    )
)
class PartnerDossier:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    memberships: Connection[Membership] = section(
        _memberships, "Its memberships of the network, by date.", "在本网络的成员关系,按日期排列。"
    )
    agreements: Connection[Agreement] = section(
        _agreements, "The agreements it is a party of, the latest first.", "作为签约方的协议,最新在前。"
    )
    activities: Connection[Activity] = section(
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
    awaiting_confirmation: Connection[Activity] = section(
        _unconfirmed,
        "What others filed and it has not confirmed, disputed ones too.",
        "其他单位登记、该单位尚未确认的活动,含有异议者。",
    )
    disputes: Connection[Activity] = section(_disputed, "What it disputes.", "该单位提出异议的活动。")
    gaps: list[GapCount] = field(
        "How many of its memberships, agreements and activities have gaps.",
        "其成员关系、协议、活动中有缺项者各多少。",
        resolver=_gaps,
    )
    open_points: list[OpenPoint] = field(
        "What is open today: no agreement in force, nothing held this year, at most 100 agreements that end within 90 "
        "days, the first to end in front.",
        "当日待办:没有生效中的协议、本年未举办活动、90 天内到期的协议(至多 100 份,先到期者在前)。",
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
    of = {"network": network, "organization": organization, "period": period}
    for related in (_memberships, _agreements, _activities):  # the first usually tells
        query = readable_only(info, related(of), network)
        if query and await exists(info.context.reader.database, query):
            return of
    return None


@strawberry.type
class DossierQuery:
    partner_dossier: PartnerDossier | None = field(
        "The dossier of a partner; null for an organisation that has, of what you may read, no membership, agreement "
        "or activity in the network. One command to three, and those of its sections.",
        "某单位的台账;该单位在网络中没有您可读取的成员关系、协议或活动时为空。一至三次查询,另加各栏目。",
        right=Right.READ_NETWORK,
        resolver=_dossier,
    )
