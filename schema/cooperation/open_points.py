"""What is open with a partner, as its dossier 台账 tells."""

import asyncio
from typing import Any

import strawberry

from schema.conditions import narrowed
from schema.context import Info
from schema.cooperation.fulfilment import held_lines
from schema.describing import both, field, publish
from schema.lazy import ActivityPlanType, AgreementType
from schema.links import one
from schema.pages import readable_only
from schema.scalars import Date
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.dossiers import (
    ENDS,
    Facts,
    OpenPointCode,
    Overdue,
    ending,
    held_this_year,
    in_force,
    open_points,
    overdue,
    undecided,
)
from service.cooperation.plans import ActivityPlan as ActivityPlanRecord
from service.cooperation.plans import ActivityPlanStatus
from service.store import reads
from service.store.reads import Query, Range

MOST_EXPIRING = 100  # agreements that one dossier points at
MOST_PLANS, MOST_OVERDUE = 20, 100  # plans that are looked through, and lines of them that are pointed at

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
        "AGREEMENT_EXPIRING": (
            "An agreement ends within 90 days, and no signed one follows it.",
            "协议将在 90 天内到期,且无已签署的续签协议。",
        ),
        "PLAN_LINE_OVERDUE": (
            "The last possible day of a plan's line has passed, and nothing was held of it.",
            "计划行已过最晚日期而未举办。",
        ),
        "AWAITING_CONFIRMATION": (
            "Others filed activities of which it has said neither yes nor no.",
            "其他单位登记、该单位尚未确认亦未提出异议的活动。",
        ),
    },
)


@strawberry.type(description=both("Something open with a partner.", "一项待办。"))
class OpenPoint:
    code: OpenPointCode = field("What is open.", "事项。")
    agreement: AgreementType | None = one(None, "agreement", AgreementRecord, "The agreement.", "相关协议。")
    plan: ActivityPlanType | None = one(None, "plan", ActivityPlanRecord, "The activity plan.", "相关计划表。")
    line: int | None = field("The number of its line.", "计划行号。")
    activities: int | None = field("How many activities, counted up to 10,000.", "活动数,至多计到 10,000。")
    due: Date | None = field("Its last day.", "到期日。")


async def open_points_of(info: Info, root: Any, plans: Query) -> list[dict[str, Any]]:
    """What is open with the organisation of a dossier; nothing to whoever may not read what that is told from."""
    day, organization = info.context.day, root["organization"]
    agreements, activities = root["agreements"], root["activities"]
    if not (agreements.readable and activities.readable):
        return []
    expiring = {"$and": [in_force(day), ending(day)]}
    found = await asyncio.gather(
        agreements.any(in_force(day)),
        activities.any({**held_this_year(day), "counted_for": organization}),
        agreements.first(expiring, MOST_EXPIRING, ENDS, "active_to"),
        _overdue(info, root["network"], organization, plans),
        activities.count(undecided(organization)),
    )
    return list(open_points(Facts(*found)))


async def _overdue(info: Info, network: str, organization: str, plans: Query) -> list[Overdue]:
    """The lines overdue, of the latest plans that stand."""
    standing = {"status": ActivityPlanStatus.ACTIVE.value}
    readable = readable_only(info, narrowed(plans, {}, standing), network)
    if readable is None:
        return []
    database, day = info.context.reader.database, info.context.day
    found = (await reads.page(database, readable, Range(MOST_PLANS), ("lines", "year")))[:MOST_PLANS]
    held = await asyncio.gather(*(held_lines(info, plan["_id"]) for plan in found))
    lines = [
        line
        for plan, numbers in zip(found, held, strict=True)
        for line in overdue(plan, organization, numbers.keys(), day)
    ]
    return sorted(lines)[:MOST_OVERDUE]
