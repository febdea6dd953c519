"""Statistics of activities: by pillar, and partner × pillar with zero cells. They count what the viewer may read."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any

import strawberry

from schema.conditions import happened_during
from schema.context import Info
from schema.cooperation.enums import Pillar, Principle
from schema.describing import After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.lazy import OrganizationType
from schema.links import one
from schema.pages import Connection, range_of, readable_only, slice_of
from schema.scalars import BigInt
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.pillars import PRINCIPLES
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document, Filter
from service.store import reads
from service.store.reads import Query
from service.viewer import Right

MOST_PARTNERS = 5_000  # organisations that take part in one network
HAPPENED_FILTER = {"status": {"$in": sorted(HAPPENED)}}
Period = Annotated[
    PeriodInput | None,
    argument("Only activities whose first possible day lies within these.", "仅统计最早可能日期在此区间的活动。"),
]


@strawberry.type(description=both("How many activities a pillar had.", "某项共建的活动数。"))
class PillarCount:
    pillar: Pillar = field("The pillar.", "共建。")
    principle: Principle = field("The principle it stands on.", "所依原则。")
    activities: int = field(
        "Activities held; one of two pillars counts in both.", "已举办活动数,跨两项共建者各计一次。"
    )
    person_times: BigInt = field("The sum of their head-counts, where known.", "参加人次合计(已知者)。")


@strawberry.type(description=both("How many activities a network held.", "共建网络已举办的活动。"))
class ActivityCounts:
    total: int = field("Activities held, each once.", "已举办活动数,每场计一次。")
    undated: int = field(
        "Those of them without a known date; no period contains them.", "其中日期不详者,不属于任何区间。"
    )
    by_pillar: list[PillarCount] = field("By pillar, zeros too.", "按共建统计,含零。")


@strawberry.type(description=both("A partner's activities by pillar.", "某单位按共建的活动数。"))
class CoverageRow:
    organization: OrganizationType | None = one(None, "_id", OrganizationRecord, "The organisation.", "单位。")
    member: bool = field(
        "Whether it leads or is a member today; otherwise it took part.", "当日是否牵头或成员;否则为曾参与。"
    )
    cells: list[PillarCount] = field("One for each pillar, zeros too.", "每项共建一格,含零。")


async def _tally(
    info: Info, network: str, when: Filter, group: dict[str, str], unwound: Iterable[str], limit: int
) -> list[dict[str, Any]]:
    """What was held of the activities that the viewer may read, counted by `group`."""
    query = readable_only(info, Query(Activity, {"network": network}, (HAPPENED_FILTER, when)), network)
    return await reads.tally(info.context.reader.database, query, group, unwound, limit) if query else []


def _cells(found: dict[Pillar, dict[str, int]]) -> list[dict[str, Any]]:
    nothing = {"activities": 0, "person_times": 0}
    return [{"pillar": pillar, "principle": PRINCIPLES[pillar], **found.get(pillar, nothing)} for pillar in Pillar]


def _sums(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    found = list(rows)
    return {name: sum(row[name] for row in found) for name in ("activities", "person_times")}


async def _activity_counts(info: Info, network: Network, period: Period = None) -> Any:
    group, combinations = {"pillars": "pillars"}, 2 ** len(Pillar)
    rows, undated = await asyncio.gather(
        _tally(info, network, happened_during(period, None), group, (), combinations),
        _tally(info, network, happened_during(None, undated=True), group, (), combinations),
    )
    return {
        "total": _sums(rows)["activities"],
        "undated": _sums(undated)["activities"],
        "by_pillar": _cells(
            {pillar: _sums(row for row in rows if pillar in row["_id"]["pillars"]) for pillar in Pillar}
        ),
    }


async def _coverage(
    info: Info,
    network: Network,
    period: Period = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    database, day = info.context.reader.database, info.context.day
    when, cells = happened_during(period, None), MOST_PARTNERS * len(Pillar)
    group = {"organization": "participants", "pillar": "pillars"}
    members, rows = await asyncio.gather(
        reads.members(database, network, day, MOST_PARTNERS),
        _tally(info, network, when, group, group.values(), cells),
    )
    counted: dict[str, dict[Pillar, dict[str, int]]] = defaultdict(dict)
    for row in rows:
        counted[row["_id"]["organization"]][Pillar(row["_id"]["pillar"])] = row
    names = Query(OrganizationRecord, {}, ({"_id": {"$in": sorted({*members, *counted})}},), order="name_key")
    part = range_of(names.order, first, after, last, before)
    found = await reads.page(database, names, part, ())
    shown: list[Document] = [
        {**each, "member": each["_id"] in members, "cells": _cells(counted.get(each["_id"], {}))} for each in found
    ]
    return slice_of(shown, part, names.order, partial(reads.count, database, names))


@strawberry.type
class StatisticsQuery:
    activity_counts: ActivityCounts | None = field(
        "How many activities a network held, by pillar.",
        "共建网络已举办的活动数,按共建统计。",
        right=Right.READ_PUBLIC,
        resolver=_activity_counts,
    )
    coverage: Connection[CoverageRow] | None = field(
        "Partner × pillar: every member and every participant, by name, with its zero cells.",
        "单位×共建覆盖:全部成员与参与单位,按拼音排列,含零。",
        right=Right.READ_PUBLIC,
        resolver=_coverage,
    )
