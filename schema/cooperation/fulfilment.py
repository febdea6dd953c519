"""Fulfilment of plans 计划完成率, counted for every plan of a page, and every line of those, in the same commands."""

from collections.abc import Mapping
from typing import Any

import strawberry

from schema.context import Info
from schema.describing import both, field
from schema.pages import readable_only
from schema.reader import Below, Counted
from schema.selection import stored_fields
from service.cooperation import plans
from service.cooperation.activities import HAPPENED, Activity, ActivityStatus
from service.records import Document
from service.store.reads import Query, Range

MOST_LINKED = 500  # activities of one plan that are shown below its lines
HELD = Query(Activity, {}, ({"status": {"$in": sorted(HAPPENED)}},))
LINKED = Query(Activity, {}, ({"status": {"$ne": ActivityStatus.CANCELLED.value}},))
UNPLANNED = Query(Activity, {}, (*HELD.also, {"plan": None}))


@strawberry.type(description=both("How far plans are fulfilled.", "计划完成情况。"))
class PlanFulfilment:
    lines: int = field("Lines in all, dropped ones too.", "总行数,含已取消。")
    dropped: int = field("Lines dropped.", "已取消行数。")
    due: int = field(
        "Lines due: not dropped, and their last possible day has come or they are fulfilled already.",
        "应完成行数:未取消,且最晚日期已到或已提前完成。",
    )
    fulfilled: int = field("Lines with a held activity.", "已完成行数(有已举办活动)。")
    rate: float | None = field(
        "Fulfilled ÷ due, 0 to 1, to four decimals; null when nothing is due.",
        "计划完成率:已完成÷应完成,0 到 1,保留四位小数;无应完成行时为空。",
    )
    unplanned: int = field(
        "Activities held under the agreement in that year that are linked to no line.",
        "协议项下当年已举办而未关联计划行的活动数。",
    )


async def _counted(info: Info, parent: str, key: str, query: Query, by: str) -> Mapping[Any, int]:
    own = readable_only(info, query)
    return await info.context.reader.counted(Counted(parent, key, own, by)) if own else {}


async def held_lines(info: Info, plan: str) -> Mapping[int, int]:
    """How many activities were held of each line of `plan`; lines without one are not there."""
    return await _counted(info, plan, "plan", HELD, "plan_line")


async def fulfilment(info: Info, plan: Document) -> plans.Fulfilment:
    """How far a plan is fulfilled today, as its viewer may know."""
    held = await held_lines(info, plan["_id"])
    unplanned = await _counted(info, plan["agreement"], "agreement", UNPLANNED, "year")
    return plans.fulfilment(plan, held.keys(), unplanned.get(f"{plan['year']:04}", 0), info.context.day)


async def linked_activities(info: Info, line: Document) -> list[Document]:
    """The activities of a line, the earliest first, out of the first MOST_LINKED of its plan."""
    own = readable_only(info, LINKED)
    if own is None:
        return []
    fields = (*stored_fields(info, Activity), "plan_line")
    found = await info.context.reader.below(Below(line["plan"], "plan", own, Range(MOST_LINKED), fields))
    return [activity for activity in found[:MOST_LINKED] if activity["plan_line"] == line["number"]]
