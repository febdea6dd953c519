"""Statistics of the activities that the viewer may read: totals and cells that agree, counted by one command."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Protocol

import strawberry
from strawberry import Parent

from schema.conditions import happened_during
from schema.context import Info
from schema.cooperation.counts import (
    FormCount,
    MonthCount,
    PartnerCount,
    Period,
    PillarCount,
    QuarterCount,
    SectorCount,
    ThemeCount,
    YearCount,
)
from schema.describing import COUNTING, After, Before, First, Last, argument, both, field
from schema.inputs import Network, PeriodInput
from schema.pages import Connection, page_at_hand, range_of, readable_only
from schema.scalars import BigInt
from schema.selection import selected
from service.cooperation import counting
from service.cooperation.activities import HAPPENED, Activity, ActivityForm
from service.cooperation.pillars import PILLARS, PRINCIPLES, Pillar, Theme
from service.errors import Code, Path, Problem, Refusal
from service.network.organizations import Organization as OrganizationRecord
from service.network.organizations import Sector
from service.records import Document, Filter, ordered
from service.store import reads
from service.store.reads import Query
from service.store.tallies import MOST_PARTNERS, By, Row, tally
from service.viewer import Right

MOST_MONTHS = 1_200  # that one answer counts by
MOST_SETS = 10_000  # different sets of organisations that took part together
HAPPENED_FILTER: Filter = {"status": {"$in": sorted(HAPPENED)}}
UNDATED = happened_during(None, undated=True)
SETS = By({"organizations": "counted_for"}, most=MOST_SETS)
BY_PARTNER = By({"organization": "counted_for"}, ("counted_for",), most=MOST_PARTNERS)
BY_MONTH = By({"month": "month"}, most=MOST_MONTHS)
WAYS: Mapping[str, By] = {
    "total": By(),
    "undated": By(where=UNDATED),
    "disputed": By(where={"disputed": True}),
    "unknown_head_counts": By(where={"participations.head_count": {"$not": {"$gte": 0}}}),
    "by_pillar": By({"pillar": "pillars"}, ("pillars",), most=len(Pillar)),
    "by_theme": By({"theme": "themes"}, ("themes",), most=len(Theme)),
    "by_form": By({"form": "form"}, most=len(ActivityForm)),
    "by_sector": SETS,
    "by_partner": BY_PARTNER,
    "by_month": BY_MONTH,
    "by_quarter": By({"quarter": "quarter"}, most=MOST_MONTHS),
    "by_year": By({"year": "year"}, most=MOST_MONTHS),
}
BY_PERIOD = {"by_month": "month", "by_quarter": "quarter", "by_year": "year"}
MADE_OF = {"person_times": "total", "people_served": "total"}


async def _by_partner(
    root: Parent[Any],
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    order = "rank"
    part = range_of(order, first, after, last, before)
    ranked = [
        {**counting.summed([row]), "organization": row["_id"]["organization"], order: _rank(row)}
        for row in root["by_partner"]
    ]
    return page_at_hand(sorted(ranked, key=lambda each: str(each[order])), part, order)


def _rank(row: Row) -> str:
    """Sorts the most active first, and has the id in it."""
    return ordered(f"{10**9 - row['records']:09}", row["_id"]["organization"])


@strawberry.type(
    description=both(
        "What was held (HELD or PUBLISHED). Everything counts the same activities at the same moment: one command for "
        "all that is selected, one more for the sectors, and one for what is undated where a period is given. An "
        "activity of two pillars, themes, sectors or partners counts in each of them and once in the total.",
        "已举办(含已公开)的活动。各项统计同一时刻的同一批活动:所选各项合用一次查询,行业另加一次,给定区间时日期不详者再加一次。"
        "跨两项共建、主题、行业或单位的活动在各项中各计一次,总数只计一次。",
    )
)
class ActivityCounts:
    total: int = field("Activities held, each once.", "已举办活动数,每场计一次。")
    undated: int = field(
        "Those without a known date, whatever the period: no period contains them.",
        "日期不详的活动数,与区间无关:它们不属于任何区间。",
    )
    disputed: int = field("Those of the total that some organisation disputes.", "其中有单位提出异议者。")
    unknown_head_counts: int = field(
        "Those of the total of which no head-count is known: person-times lack them.",
        "其中参加人数全不详者,未计入人次。",
    )
    person_times: BigInt = field(
        "Person-times: the sum of all known head-counts. Who comes twice counts twice: no number of persons.",
        "参加人次:已知参加人数之和;同一人参加两次计两次,不是人数。",
    )
    people_served: BigInt = field("The sum of the people served, where known.", "服务人数合计(已知者)。")
    by_pillar: list[PillarCount] = field("By pillar, zeros too.", "按共建统计,含零。")
    by_theme: list[ThemeCount] = field("By theme, zeros too.", "按主题统计,含零。")
    by_form: list[FormCount] = field("By form, zeros too; they sum to the total.", "按形式统计,含零,合计等于总数。")
    by_sector: list[SectorCount] = field(
        "By the sectors of the organisations it counts for, zeros too; once in each sector. At most 10,000 different "
        "sets of organisations, else LIMIT_EXCEEDED.",
        "按所计单位的行业统计,含零,每个行业计一次。不同的单位组合至多 10,000 种,超出返回 LIMIT_EXCEEDED。",
    )
    by_partner: Connection[PartnerCount] = field(
        "By organisation, the most active first. An activity does not count for who disputes it; its person-times are "
        "those of all who took part. At most 5,000 organisations, else LIMIT_EXCEEDED.",
        "按单位统计,活动多者在前。对某活动提出异议的单位不计该活动;人次为该活动全部参加人次。"
        "至多 5,000 个单位,超出返回 LIMIT_EXCEEDED。",
        resolver=_by_partner,
    )
    by_month: list[MonthCount] = field(
        "By month: each month of the period, or each that has any, at most 1,200; last what has no sure month. "
        "They sum to the total.",
        "按月统计:区间内每月(未给区间则为有活动的月),至多 1,200 个月;末项为月份不确定者。合计等于总数。",
    )
    by_quarter: list[QuarterCount] = field("By quarter, as by month.", "按季度统计,规则同按月。")
    by_year: list[YearCount] = field("By year, as by month.", "按年统计,规则同按月。")


def held_query(info: Info, network: str, when: Filter, organization: str | None = None, *also: Filter) -> Query | None:
    """What was held of the activities that the viewer may read; with `organization`, what counts for it."""
    if organization is None:
        query = Query(Activity, {"network": network}, (HAPPENED_FILTER, when, *also))
    else:
        own: Filter = {"network": network, "counted_for": organization}
        query = Query(Activity, {"participants": organization}, (own, HAPPENED_FILTER, when, *also))
    return readable_only(info, query, network)


async def counted(
    info: Info, query: Query | None, ways: Mapping[str, By], narrow: Path = ("period",)
) -> dict[str, list[Row]]:
    """The rows of `query` in each of `ways`. Raises `Refusal` LIMIT_EXCEEDED at `narrow`."""
    if query is None:
        return {name: [] for name in ways}
    return await tally(info.context.reader.database, query, ways, counting.SUMMED, narrow, info.context.asking)


def periods_of(period: PeriodInput | None, most: int = MOST_MONTHS) -> dict[str, list[str]]:
    """The months, quarters and years of `period`; none without one. Raises `Refusal` where it has too many."""
    if period is None:
        return {name: [] for name in BY_PERIOD.values()}
    if counting.months_touched(period.first, period.last) > most:
        english, chinese = f"Here a period touches at most {most} months.", f"此处区间至多涉及 {most} 个月。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("period",), english, chinese))
    return counting.periods(period.first, period.last)


class Tally(Protocol):
    """Counts what was held and lies within a filter of dates in several ways. Raises `Refusal` LIMIT_EXCEEDED."""

    async def __call__(self, when: Filter, ways: Mapping[str, By]) -> dict[str, list[Row]]: ...


async def counts_of(info: Info, tally: Tally, period: PeriodInput | None, wanted: set[str]) -> dict[str, Any]:
    """The fields of `ActivityCounts` named in `wanted`, counted by `tally`. Raises `Refusal` LIMIT_EXCEEDED."""
    asked = periods_of(period if wanted & BY_PERIOD.keys() else None)
    names = {MADE_OF.get(name, name) for name in wanted}
    ways = {name: way for name, way in WAYS.items() if name in names}
    apart = {"undated": ways.pop("undated")} if period and "undated" in ways else {}
    rows, undated = await asyncio.gather(
        tally(happened_during(period, None), ways),
        tally(UNDATED, apart),
    )
    rows |= undated
    if "by_sector" in rows:
        rows["by_sector"] = counting.by_sector(rows["by_sector"], await _sectors(info, rows["by_sector"]))
    return _fields(rows, asked)


def _fields(rows: dict[str, list[Row]], asked: Mapping[str, list[str]]) -> dict[str, Any]:
    """The values of the fields that `rows` were counted for."""
    whole = {name: counting.summed(found) for name, found in rows.items() if not WAYS[name].keys}
    fields: dict[str, Any] = {name: each["activities"] for name, each in whole.items()}
    if "total" in whole:
        fields |= {name: whole["total"][name] for name in counting.SUMMED}
    for name, label in BY_PERIOD.items():
        if name in rows:
            fields[name] = counting.period_cells(label, asked[label], rows[name])
    for name, (label, closed, more) in CLOSED.items():
        if name in rows:
            cells = counting.cells(label, closed, rows[name])
            fields[name] = [{**cell, **{key: of[cell[label]] for key, of in more.items()}} for cell in cells]
    return fields | {name: found for name, found in rows.items() if name == "by_partner"}


CLOSED: Mapping[str, tuple[str, Iterable[Any], Mapping[str, Mapping[Any, Any]]]] = {
    "by_pillar": ("pillar", Pillar, {"principle": PRINCIPLES}),
    "by_theme": ("theme", Theme, {"pillar": PILLARS}),
    "by_form": ("form", ActivityForm, {}),
    "by_sector": ("sector", Sector, {}),
}


async def _sectors(info: Info, sets: list[Row]) -> dict[str, str]:
    ids = {own_id for row in sets for own_id in row["_id"]["organizations"]}
    found: dict[str, Document] = (
        await reads.by_ids(info.context.reader.database, OrganizationRecord.PREFIX, ids, ("sector",)) if ids else {}
    )
    return {own_id: document["sector"] for own_id, document in found.items()}


async def _activity_counts(
    info: Info,
    network: Network,
    period: Period = None,
    organization: Annotated[
        strawberry.ID | None,
        argument(
            "Only what counts for this organisation: it took part, and does not dispute it.",
            "仅统计计入该单位者:其参加且未提出异议。",
        ),
    ] = None,
) -> Any:
    async def tally(when: Filter, ways: Mapping[str, By]) -> dict[str, list[Row]]:
        return await counted(info, held_query(info, network, when, organization), ways)

    return await counts_of(info, tally, period, selected(info))


@strawberry.type
class StatisticsQuery:
    activity_counts: ActivityCounts | None = field(
        "What a network, or one organisation in it, held: of what you may read, as by pillar, partner or month.",
        "共建网络或其中某单位已举办的活动统计(限您可读取者),可按共建、单位、月份等。",
        right=Right.READ_PUBLIC,
        weight=COUNTING,
        resolver=_activity_counts,
    )
