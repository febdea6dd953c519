"""Calendar: planned and held activities by Shanghai day."""

import asyncio
from typing import Annotated, Any

import strawberry

from schema.conditions import happened_during, narrowed
from schema.context import Info
from schema.cooperation.activities import Activity, ActivityWhere
from schema.describing import DRAWING, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.pages import readable_only
from schema.scalars import Date
from schema.selection import stored_fields
from service.cooperation import activities as domain
from service.cooperation.activities import ActivityStatus
from service.cooperation.calendars import NEEDED, Drawn, drawn
from service.errors import Code, Problem, Refusal
from service.records import Document, Filter
from service.store import reads
from service.store.reads import Query, Range
from service.store.tallies import too_many
from service.viewer import Right

MOST_DAYS = 366
MOST_ENTRIES = 2_000  # an activity of three days is three of them
TOO_MUCH = ("to",)


@strawberry.type(description=both("A Shanghai day with activities.", "有活动的一天(上海)。"))
class CalendarDay:
    date: Date = field("The day.", "日期。")
    activities: list[Activity] = field(
        "What stands on it: first what has no hour, then by its start.", "当日活动:无时刻者在前,其余按开始时间。"
    )


@strawberry.type(
    description=both("The activities of some days, each on every day it covers.", "日历:活动列于其所跨的每一天。")
)
class Calendar:
    days: list[CalendarDay] = field("The days that have any, in order.", "有活动的日期,按日期排列。")
    vague: list[Activity] = field(
        "What may have been in these days: its date is known to a month, a year or whole months between only.",
        "可能在此期间的活动:日期仅精确到月、年或若干整月。",
    )


async def _calendar(
    info: Info,
    network: Network,
    first: Annotated[Date, argument("The first day.", "起始日。", name="from")],
    last: Annotated[Date, argument("The last day; at most 366 days in all.", "截止日,合计至多 366 天。", name="to")],
    where: Annotated[ActivityWhere | None, argument("Which ones.", "筛选条件。")] = None,
    cancelled: Annotated[bool, argument("Cancelled ones too.", "含已取消者。")] = False,
) -> Any:
    if (last - first).days >= MOST_DAYS:
        raise _too_long()
    query = Query(domain.Activity, {"network": network})
    query = where.narrow(query, info.context.day) if where else query
    if not cancelled and not (where and where.status):
        query = narrowed(query, {}, {"status": {"$ne": ActivityStatus.CANCELLED.value}})
    readable = readable_only(info, query, network)
    found = await _between(info, readable, first, last) if readable and first <= last else []
    shown = drawn(found, first, last)
    if shown.entries > MOST_ENTRIES:
        raise too_many(MOST_ENTRIES, TOO_MUCH)
    return _told(shown)


def _told(shown: Drawn) -> dict[str, Any]:
    return {
        "days": [{"date": day, "activities": activities} for day, activities in shown.days.items()],
        "vague": shown.vague,
    }


async def _between(info: Info, query: Query, first: Date, last: Date) -> list[Document]:
    """What began from `first` to `last`, and what began before and lasted until then: a range of one index each."""
    database = info.context.reader.database
    fields = {*stored_fields(info, domain.Activity), *NEEDED}
    began = narrowed(query, {}, happened_during(PeriodInput(first=first, last=last), None))
    lasting: Filter = {"until_key": {"$gte": first.isoformat()}, "date_key": {"$lt": first.isoformat()}}
    lasted = Query(query.kind, query.equal, (*query.also, lasting), order="until_key")
    parts = await asyncio.gather(*(reads.page(database, each, Range(MOST_ENTRIES), fields) for each in (began, lasted)))
    if any(len(found) > MOST_ENTRIES for found in parts):
        raise too_many(MOST_ENTRIES, TOO_MUCH)
    return [document for found in parts for document in found]


def _too_long() -> Refusal:
    english, chinese = f"A calendar has at most {MOST_DAYS} days.", f"日历至多 {MOST_DAYS} 天。"
    return Refusal(Problem(Code.LIMIT_EXCEEDED, TOO_MUCH, english, chinese))


@strawberry.type
class CalendarQuery:
    calendar: Calendar | None = field(
        "The planned and held activities of at most 366 days, of what you may read; nothing where `to` lies before "
        "`from`. Two commands. LIMIT_EXCEEDED above 2,000 entries, an activity on each of its days being one.",
        "至多 366 天内计划与已举办的活动(限您可读取者);截止日早于起始日则为空。两次查询。条目(活动每跨一天计一条)"
        "超过 2,000 返回 LIMIT_EXCEEDED。",
        right=Right.READ_PUBLIC,
        weight=DRAWING,
        resolver=_calendar,
    )
