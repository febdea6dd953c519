"""What links an activity to a line of its agreement's plan (002, section 2; fact C4): a held one fulfils the line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.pillars import CHINESE, Pillar, Theme
from service.errors import Code, Problem, Refusal

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def under_plan(store: "Store", act: Act, activity: Activity) -> Activity:
    """`activity` under its plan's agreement, where it names none itself."""
    if activity.plan is None or activity.agreement is not None:
        return activity
    try:
        found = await store.refer({("plan",): activity.plan}, "pla", act)
    except Refusal:
        return activity  # the rules say so beside all else
    return replace(activity, agreement=found[activity.plan]["agreement"])


def asked_by_plan(activity: Activity) -> tuple[object, ...]:
    """What a plan asks of an activity: where none of it changes, it is not asked again."""
    happened = activity.status in HAPPENED
    return activity.plan, activity.plan_line, activity.agreement, activity.topics, happened


def half_linked(activity: Activity) -> Iterator[Problem]:
    """A plan and a line of it, or neither."""
    if activity.plan is not None and activity.plan_line is None:
        yield Problem(Code.REQUIRED, ("plan_line",), "Say which line of the plan.", "须写明计划表的行号。")
    if activity.plan is None and activity.plan_line is not None:
        yield Problem(Code.REQUIRED, ("plan",), "A line needs its plan.", "有行号须有计划表。")


def unfit_plan(activity: Activity, plan: "Document") -> Iterator[Problem]:
    """The plan is its agreement's, the line stands in it, and the activity has the line's topic."""
    if plan["agreement"] != activity.agreement:
        english, chinese = "This plan belongs to another agreement.", "该计划表属于其他协议。"
        yield Problem(Code.REFERENCE_INVALID, ("plan",), english, chinese, plan["_id"])
    number = activity.plan_line
    line = next((line for line in plan["lines"] if line["number"] == number), None)
    if line is None:
        if number is not None:
            english, chinese = f"This plan has no line {number}.", f"该计划表没有第 {number} 行。"
            yield Problem(Code.REFERENCE_INVALID, ("plan_line",), english, chinese, plan["_id"])
        return
    if line["dropped_on"]:
        english, chinese = f"Line {number} has been dropped.", f"第 {number} 行已取消。"
        yield Problem(Code.RULE_BROKEN, ("plan_line",), english, chinese, plan["_id"])
    pillar, theme = Pillar(line["pillar"]), Theme(line["theme"])
    if all((topic.pillar, topic.theme) != (pillar, theme) for topic in activity.topics):
        english = f"Line {number} is about {pillar} and {theme}; the activity is not."
        chinese = f"第 {number} 行的主题为{CHINESE[pillar]}、{CHINESE[theme]};该活动没有此主题。"
        yield Problem(Code.RULE_BROKEN, ("topics",), english, chinese, plan["_id"])
