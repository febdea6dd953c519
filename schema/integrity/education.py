"""Joint education and exchange 廉洁教育、廉洁交流: partner × year, read from the activities, zero cells too."""

import datetime as dt
from functools import partial
from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.cooperation.activities import Activity
from schema.describing import COMPARING, After, Before, First, Last, argument, both, field
from schema.inputs import Network
from schema.integrity.checks import judged_for
from schema.lazy import OrganizationType
from schema.links import one, several
from schema.moments import AsOf, read_as_of
from schema.pages import EMPTY, Connection, range_of, slice_of
from service.cooperation.activities import Activity as ActivityRecord
from service.errors import Code, Problem, Refusal
from service.integrity.education import by_year
from service.integrity.partners import PartnerFacts
from service.network.organizations import Organization as OrganizationRecord
from service.store import reads
from service.store.checking import MOST_YEARS, Asked
from service.store.reads import Query
from service.viewer import Right

ORDER = "name_key"
MOST_ACTIVITIES = 20  # that one cell points at


@strawberry.type(description=both("What was held with a partner in one year.", "某单位某一年度的廉洁教育与交流。"))
class EducationCell:
    year: int | None = field(
        "The year in Shanghai; null: of what may lie in these years, in no sure one.",
        "年份(上海);空:可能在所查年度内而年份不确定者。",
    )
    education: int = field("Activities of the theme INTEGRITY_EDUCATION.", "廉洁教育活动数。")
    exchange: int = field("Activities of the theme INTEGRITY_EXCHANGE.", "廉洁交流活动数。")
    activities: list[Activity] = several(
        None, "activities", ActivityRecord, "These activities, each once, at most 20.", "上述活动,每场一次,至多 20 项。"
    )


@strawberry.type(description=both("A partner's joint education and exchange by year.", "某单位按年的廉洁教育与交流。"))
class JointEducationRow:
    organization: OrganizationType | None = one(None, "_id", OrganizationRecord, "The partner.", "单位。")
    cells: list[EducationCell] = field(
        "One for each year, zeros too, and last what has no sure year.",
        "每年一格,含零;末格为年份不确定者。",
        most=MOST_YEARS + 1,
    )


def _cells(facts: PartnerFacts) -> list[dict[str, Any]]:
    return [
        {
            "year": each.year,
            "education": len(each.education),
            "exchange": len(each.exchange),
            "activities": [activity["_id"] for activity in each.activities[:MOST_ACTIVITIES]],
        }
        for each in by_year(facts)
    ]


def _year(year: int | None, otherwise: int, path: str) -> int:
    if year is not None and not 1 <= year <= 9999:
        raise Refusal(Problem(Code.INVALID, (path,), "This is no year.", "年份无效。"))
    return otherwise if year is None else year


async def _joint_education(
    info: Info,
    network: Network,
    from_year: Annotated[int | None, argument("The first year; this one unless given.", "起始年,默认本年。")] = None,
    to_year: Annotated[
        int | None, argument("The last year, at most ten in all; this one unless given.", "截止年,至多十年,默认本年。")
    ] = None,
    as_of: AsOf = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    read_as_of(info, as_of)
    day, database, part = info.context.day, info.context.reader.database, range_of(ORDER, first, after, last, before)
    begins, ends = _year(from_year, day.year, "from_year"), _year(to_year, day.year, "to_year")
    judged = judged_for(info, network, None)
    if judged is None:
        return EMPTY
    asked = Asked(database, network, judged, dt.date(begins, 1, 1), dt.date(ends, 12, 31), day)
    rows = {facts.organization: facts for facts in await asked.facts(()) if facts.organization not in facts.leads}
    if not rows:
        return EMPTY
    names = Query(OrganizationRecord, {}, ({"_id": {"$in": sorted(rows)}},), order=ORDER)
    named = await reads.page(database, names, part, ())
    shown = [{**each, "cells": _cells(rows[each["_id"]])} for each in named]
    return slice_of(shown, part, ORDER, partial(reads.count, database, names))


@strawberry.type
class EducationQuery:
    joint_education: Connection[JointEducationRow] | None = field(
        "Joint education and exchange, partner × year, by name, read from the held activities that count for the "
        "partner. The source asks for education every year (每年, C15); its exchange is 定期, without a number (C16). "
        "Partners and rights as `integrityChecks`, the lead aside.",
        "联合廉洁教育与廉洁交流:单位×年度,按拼音排列,取自计入该单位的已举办活动。原文要求每年开展教育(C15);交流为“定期”,"
        "无次数(C16)。单位范围与权限同 integrityChecks,主责单位除外。",
        right=Right.READ_FINDINGS,
        weight=COMPARING,
        resolver=_joint_education,
    )
