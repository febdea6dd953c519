"""Coverage: every member and every participant of a network × pillar or month, zero cells too."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

import strawberry

from schema.conditions import happened_during
from schema.context import Info
from schema.cooperation.counts import MonthCount, Period, PillarCount
from schema.cooperation.statistics import counted, held_query, periods_of
from schema.describing import COUNTING, After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.lazy import OrganizationType
from schema.links import one
from schema.pages import Connection, Slice, range_of, slice_of
from service.cooperation import counting
from service.cooperation.pillars import PRINCIPLES, Pillar
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store import reads
from service.store.reads import Query, Range
from service.store.tallies import MOST_PARTNERS, By, Row, roles
from service.viewer import Right

MOST_COVERED_MONTHS = 24
ORDER = "name_key"
PARTICIPANTS = By({"organization": "participants"}, ("participants",), most=MOST_PARTNERS)
PILLARS = By(
    {"organization": "counted_for", "pillar": "pillars"},
    ("counted_for", "pillars"),
    most=MOST_PARTNERS * len(Pillar),
)
MONTHS = By(
    {"organization": "counted_for", "month": "month"},
    ("counted_for",),
    most=MOST_PARTNERS * (MOST_COVERED_MONTHS + 1),
)


@strawberry.type
class Covered:
    organization: OrganizationType | None = one(None, "_id", OrganizationRecord, "The organisation.", "单位。")
    member: bool = field(
        "Whether it leads or is a member today; otherwise it took part.", "当日是否牵头或成员;否则为曾参与。"
    )


@strawberry.type(description=both("A partner's activities by pillar.", "某单位按共建的活动数。"))
class CoverageRow(Covered):
    cells: list[PillarCount] = field("One for each pillar, zeros too.", "每项共建一格,含零。")


@strawberry.type(description=both("A partner's activities by month.", "某单位按月的活动数。"))
class MonthlyCoverageRow(Covered):
    cells: list[MonthCount] = field(
        "One for each month of the period, zeros too, and last what has no sure month.",
        "区间内每月一格,含零;末格为月份不确定者。",
    )


async def _rows(
    info: Info,
    network: str,
    period: PeriodInput | None,
    by: By,
    cells: Callable[[list[Row]], list[Any]],
    part: Range,
) -> Slice:
    """A page of the members and participants by name, each with the cells of its own rows."""
    database = info.context.reader.database
    members, found = await asyncio.gather(
        roles(database, network, info.context.day),
        counted(
            info,
            held_query(info, network, happened_during(period, None)),
            {"participants": PARTICIPANTS, "cells": by},
        ),
    )
    own: dict[str, list[Row]] = defaultdict(list)
    for row in found["cells"]:
        own[row["_id"]["organization"]].append(row)
    covered = sorted({*members, *(row["_id"]["organization"] for row in found["participants"])})
    names = Query(OrganizationRecord, {}, ({"_id": {"$in": covered}},), order=ORDER)
    named = await reads.page(database, names, part, ())
    shown: list[Document] = [
        {**each, "member": each["_id"] in members, "cells": cells(own[each["_id"]])} for each in named
    ]
    return slice_of(shown, part, ORDER, partial(reads.count, database, names))


def _pillars(rows: list[Row]) -> list[Any]:
    return [{**cell, "principle": PRINCIPLES[cell["pillar"]]} for cell in counting.cells("pillar", Pillar, rows)]


async def _coverage(
    info: Info,
    network: Network,
    period: Period = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    part = range_of(ORDER, first, after, last, before)
    return await _rows(info, network, period, PILLARS, _pillars, part)


async def _coverage_by_month(
    info: Info,
    network: Network,
    period: Annotated[
        PeriodInput,
        argument("From a day to a day, touching at most 24 months.", "起止日期,至多涉及 24 个月。"),
    ],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    part = range_of(ORDER, first, after, last, before)
    months = periods_of(period, MOST_COVERED_MONTHS)["month"]
    return await _rows(info, network, period, MONTHS, partial(counting.period_cells, "month", months), part)


@strawberry.type
class CoverageQuery:
    coverage: Connection[CoverageRow] | None = field(
        "Partner × pillar: every member and every participant, by name, with its zero cells. An activity does not "
        "count for who disputes it. Four commands, whatever the page; at most 5,000 organisations (LIMIT_EXCEEDED).",
        "单位×共建覆盖:全部成员与参与单位,按拼音排列,含零;对某活动提出异议的单位不计该活动。每页四次查询;"
        "至多 5,000 个单位,超出返回 LIMIT_EXCEEDED。",
        right=Right.READ_PUBLIC,
        weight=COUNTING,
        resolver=_coverage,
    )
    coverage_by_month: Connection[MonthlyCoverageRow] | None = field(
        "Partner × month, as `coverage`: activities whose first possible day lies in the period.",
        "单位×月份覆盖,规则同 coverage:统计最早可能日期在区间内的活动。",
        right=Right.READ_PUBLIC,
        weight=COUNTING,
        resolver=_coverage_by_month,
    )
