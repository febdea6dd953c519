"""How an activity plan is made, corrected and discarded, and a line of it dropped (002, section 2; fact C4).

Each refusal names every problem found. Who may do it, and in which state, is `ActivityPlan.STEPS`.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from service.acts import Act, reason_of
from service.cooperation.activities import ActivityStatus
from service.cooperation.agreements import in_force_during
from service.cooperation.parties import agreement_of, repeated, unfit_organizations, unsigned
from service.cooperation.pillars import CHINESE, unmatched
from service.cooperation.plans import ActivityPlan, ActivityPlanStatus, PlanLine
from service.errors import Code, Path, Problem, Refusal, refuse_any
from service.facts import Facts, plain
from service.permission import permit
from service.records import Action, Origin, formed, reformed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

EARLIEST, LATEST = 1900, 2999


async def make(store: "Store", act: Act, facts: Facts) -> "Document":
    """The plan of an agreement for a year, in the agreement's network. A second standing one is refused."""
    agreement = await agreement_of(store, act, facts["agreement"], Right.KEEP_PLANS)
    lines, problems = numbered(facts["lines"], None)
    own = {"id": act.new_id(ActivityPlan.PREFIX), "network": agreement["network"], "lines": lines}
    plan = formed(ActivityPlan, {**facts, **own, "numbered": len(lines)})
    problems += [*unsigned(agreement), *unfit_year(plan, agreement), *unfit_lines(plan, None, agreement)]
    problems += await unfit_organizations(store, act, _places(plan), agreement)
    return await store.create(sound(plan, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Another title, other lines, with a reason. Lines are replaced by number; one without a number is new.

    A line to which an activity is linked is not left out, and keeps its pillar and theme.
    """
    before = await store.load(ActivityPlan, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    problems: list[Problem] = []
    given: dict[str, Any] = {**facts}
    if given.get("lines") is not None:
        given["lines"], problems = numbered(given["lines"], before)
    after = reformed(before, given)
    after = replace(after, numbered=max((before.numbered, *(line.number for line in after.lines))))
    agreement = (await store.known("agr", [before.agreement]))[before.agreement]
    problems += unfit_lines(after, before, agreement)
    problems += await unfit_organizations(store, act, _places(after), agreement, before.organizations)
    problems += await _unfit_changes(store, before, after)
    return await store.save(before, sound(after, problems), act)


async def drop(store: "Store", act: Act, own_id: str, version: int, *, line: int) -> "Document":
    """A line that will not be done, with a reason; it stays in the plan and is not due."""
    before = await store.load(ActivityPlan, own_id, version, act)
    permit(before, Action.DROP_LINE, act.viewer, act.day)
    reason = reason_of(act)
    refuse_any(undroppable(before, line))
    for activity in (await linked(store, before.id, [line])).values():
        raise Refusal(_held_by(activity, line, ("line",)))
    return await store.save(before, sound(dropped(before, line, act.day, reason)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken plan out of use, with a reason, while no activity is linked to it."""
    before = await store.load(ActivityPlan, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    reason = reason_of(act)
    for number, activity in (await linked(store, before.id)).items():
        raise Refusal(_held_by(activity, number, ("id",)))
    after = replace(before, status=ActivityPlanStatus.DISCARDED, discard_reason=reason)
    return await store.save(before, sound(after), act)


def numbered(given: Sequence[Facts], before: ActivityPlan | None) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The lines with their numbers, new ones after all that ever were, and what is wrong with the numbers given."""
    standing = {line.number: plain(line) for line in before.lines} if before else {}
    last = before.numbered if before else 0
    lines: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for place, facts in enumerate(given):
        number, path = facts.get("number"), ("lines", place, "number")
        if number is None:
            last += 1
            lines.append({**facts, "number": last})
            continue
        if number not in standing:
            english, chinese = f"This plan has no line {number}.", f"该计划表没有第 {number} 行。"
            problems.append(Problem(Code.REFERENCE_INVALID, path, english, chinese))
        elif any(line["number"] == number for line in lines):
            english, chinese = f"Line {number} stands above already.", f"第 {number} 行重复。"
            problems.append(Problem(Code.RULE_BROKEN, path, english, chinese))
        old = standing.get(number, {})
        lines.append({**facts, **{name: old[name] for name in ("dropped_on", "drop_reason") if name in old}})
    return lines, problems


def unfit_year(plan: ActivityPlan, agreement: "Document") -> Iterator[Problem]:
    """The agreement's term overlaps the year."""
    if not EARLIEST <= plan.year <= LATEST:
        english, chinese = f"A year lies between {EARLIEST} and {LATEST}.", f"年份须在 {EARLIEST} 至 {LATEST} 之间。"
        yield Problem(Code.INVALID, ("year",), english, chinese)
        return
    if not in_force_during(agreement, dt.date(plan.year, 1, 1), dt.date(plan.year, 12, 31)):
        english = f"The agreement's term does not reach into {plan.year}."
        chinese = f"协议期限不含 {plan.year} 年。"
        yield Problem(Code.RULE_BROKEN, ("year",), english, chinese, agreement["_id"])


def unfit_lines(plan: ActivityPlan, before: ActivityPlan | None, agreement: "Document") -> Iterator[Problem]:
    """One line or more, each fit; those that stand as they stood are not judged again."""
    if not plan.lines:
        english, chinese = "A plan has one line or more.", "计划表至少有一行。"
        yield Problem(Code.REQUIRED, ("lines",), english, chinese)
    for place, line in enumerate(plan.lines):
        if before is None or line not in before.lines:
            yield from _unfit_line(plan, line, ("lines", place), agreement)


def _unfit_line(plan: ActivityPlan, line: PlanLine, path: Path, agreement: "Document") -> Iterator[Problem]:
    """Its theme is of its pillar, that one of the agreement's; it lies in the year and names its owner."""
    yield from unmatched(line.pillar, line.theme, (*path, "theme"))
    if agreement["pillars"] and line.pillar not in agreement["pillars"]:
        english = f"The agreement does not cover {line.pillar}."
        chinese = f"协议不涉及{CHINESE[line.pillar]}。"
        yield Problem(Code.RULE_BROKEN, (*path, "pillar"), english, chinese, agreement["_id"])
    if line.when and not line.when.first.year == plan.year == line.when.last.year:
        english, chinese = f"This does not lie within {plan.year}.", f"此日期不在 {plan.year} 年内。"
        yield Problem(Code.RULE_BROKEN, (*path, "when"), english, chinese)
    for name in ("when", "owner"):
        if plan.origin is Origin.NATIVE and not getattr(line, name):
            english, chinese = "A line says when it is to be done, and whose it is.", "须写明时间与责任单位。"
            yield Problem(Code.REQUIRED, (*path, name), english, chinese)
    yield from repeated(line.partners, (*path, "partners"))
    if line.owner in line.partners:
        english, chinese = "The owner is not a partner as well.", "责任单位不再列为协作单位。"
        yield Problem(Code.RULE_BROKEN, (*path, "partners"), english, chinese)


def _places(plan: ActivityPlan) -> dict[Path, str]:
    """Where each organisation is named."""
    found: dict[Path, str] = {}
    for place, line in enumerate(plan.lines):
        if line.owner is not None:
            found["lines", place, "owner"] = line.owner
        found |= {("lines", place, "partners", own): own_id for own, own_id in enumerate(line.partners)}
    return found


async def _unfit_changes(store: "Store", before: ActivityPlan, after: ActivityPlan) -> list[Problem]:
    """What activities are linked to stays what it was: the line itself, its pillar and its theme."""
    kept = {line.number: (place, line) for place, line in enumerate(after.lines)}
    changed: dict[int, Path] = {}
    for old in before.lines:
        if old.number not in kept:
            changed[old.number] = ("lines",)
            continue
        place, new = kept[old.number]
        if (old.pillar, old.theme) != (new.pillar, new.theme):
            changed[old.number] = ("lines", place, "theme")
    found = await linked(store, before.id, changed) if changed else {}
    return [_held_by(activity, number, changed[number]) for number, activity in sorted(found.items())]


async def linked(store: "Store", plan: str, numbers: Collection[int] | None = None) -> Mapping[int, "Document"]:
    """An activity that stands linked to each of the lines of `plan`, where there is one; a cancelled one does not."""
    asked = {} if numbers is None else {"plan_line": {"$in": sorted(numbers)}}
    standing = {"status": {"$ne": ActivityStatus.CANCELLED.value}}
    found = await store.naming("act", "plan", plan, {**asked, **standing})
    return {activity["plan_line"]: activity for activity in found}


def _held_by(activity: "Document", number: int, path: Path) -> Problem:
    english = f"The activity {activity['_id']} is linked to line {number}; link it elsewhere or cancel it first."
    chinese = f"活动 {activity['_id']} 已关联第 {number} 行;请先改关联或取消该活动。"
    return Problem(Code.RULE_BROKEN, path, english, chinese, activity["_id"], activity["version"])


def undroppable(plan: ActivityPlan, number: int) -> Iterator[Problem]:
    line = next((line for line in plan.lines if line.number == number), None)
    if line is None:
        english, chinese = f"This plan has no line {number}.", f"该计划表没有第 {number} 行。"
        yield Problem(Code.REFERENCE_INVALID, ("line",), english, chinese)
    elif line.dropped_on:
        english, chinese = f"Line {number} has been dropped already.", f"第 {number} 行已取消。"
        yield Problem(Code.RULE_BROKEN, ("line",), english, chinese)


def dropped(plan: ActivityPlan, number: int, day: dt.date, reason: str) -> ActivityPlan:
    """`plan` with the line of this number dropped."""
    lines = (
        replace(line, dropped_on=day, drop_reason=reason) if line.number == number else line for line in plan.lines
    )
    return replace(plan, lines=tuple(lines))
