"""Merging a duplicate organisation 重复单位 into the one that stays (domain.md, *Two kinds of record*).

The merge itself is one write: the duplicate becomes MERGED and names its survivor, which answers for it from then on.
What names the duplicate is re-pointed by a follower, one revision each. Whatever a machine cannot decide is refused
before: every record that would then name one organisation twice, or stand twice.
"""

import dataclasses
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from service.acts import Act, reason_of
from service.ancestry import DEEPEST
from service.errors import Code, Problem, Refusal, refuse_any
from service.network.organizations import Organization, OrganizationStatus
from service.permission import may_read, permit, permit_making
from service.records import Action, Record, document_of, organizations_of, record_of
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

R = TypeVar("R", bound=Record)
PART = 200  # records re-pointed before others have their turn
MOST_PROBLEMS = 50  # told at once

log = logging.getLogger(__name__)


async def merge(store: "Store", act: Act, own_id: str, version: int, into: str) -> "Document":
    """The duplicate becomes MERGED, with a reason. Needs KEEP_ORGANIZATIONS in the networks that keep the two."""
    before = await store.load(Organization, own_id, version, act)
    permit(before, Action.MERGE, act.viewer, act.day)
    reason = reason_of(act)
    survivor = (await store.refer({("into",): into}, Organization.PREFIX, act))[into]
    permit_making(Right.KEEP_ORGANIZATIONS, act.viewer, survivor["network"])
    refuse_any(await in_the_way(store, act, before, into))
    merged = replace(
        before, status=OrganizationStatus.MERGED, merged_into=into, merge_reason=reason, merge_pending=True
    )
    return await store.save(before, merged, act)


async def in_the_way(store: "Store", act: Act, duplicate: Organization, into: str) -> list[Problem]:
    """A problem for each record that must be discarded or corrected first, MOST_PROBLEMS at most."""
    if duplicate.id == into:
        english, chinese = "An organisation is not merged into itself.", "单位不能并入自身。"
        return [Problem(Code.RULE_BROKEN, ("into",), english, chinese)]
    problems = await _one_above_the_other(store, duplicate.id, into)
    async for every in store.all_naming(duplicate.id, act.day):
        records = [record for record in every if movable(record)]
        moved = {record.id: repointed(record, duplicate.id, into) for record in records}
        twins = await store.twins(list(moved.values()))
        for record in records:
            if into in organizations_of(record):
                problems.append(_problem(record, act, None))
            elif record.id in twins:
                problems.append(_problem(record, act, twins[record.id]))
        if len(problems) >= MOST_PROBLEMS:
            break
    return problems[:MOST_PROBLEMS]


def _problem(record: Record, act: Act, twin: "Document | None") -> Problem:
    """Names the record in the way, and its twin, to those who may know of them."""
    kind = type(record)
    own_id = record.id if may_read(kind, document_of(record), act.viewer, act.day) else None
    other = twin["_id"] if twin and may_read(kind, twin, act.viewer, act.day) else ""
    english, chinese = (f"{title} {own_id or ''}".strip() for title in kind.TITLE)
    if twin is None:
        english, chinese = f"One {english} names both organisations", f"{chinese} 同时涉及两个单位"
    else:
        english = f"One {english} would stand beside {other or 'another'}"
        chinese = f"{chinese} 将与 {other or '另一条'} 重复"
    english, chinese = f"{english}; discard or correct it first.", f"{chinese};请先作废或更正。"
    return Problem(Code.RULE_BROKEN, ("into",), english, chinese, own_id, record.version if own_id else None)


async def _one_above_the_other(store: "Store", own_id: str, into: str) -> list[Problem]:
    """Neither stands below the other, and no subordinate of the duplicate comes to stand too deep."""
    lines = await store.lines(Organization.PREFIX, [own_id, into])
    problems = []
    for below, above in ((into, own_id), (own_id, into)):
        if above in lines[below]:
            record = lines[below][lines[below].index(above) - 1]
            english = f"The organisation {record} stands below {above}, one of the two; correct its parent first."
            chinese = f"单位 {record} 是其中一方 {above} 的下级,请先更正其上级单位。"
            problems.append(Problem(Code.RULE_BROKEN, ("into",), english, chinese, record))
    if len(lines[into]) >= DEEPEST and await store.children(Organization.PREFIX, own_id):
        english, chinese = f"At most {DEEPEST} levels, one above another.", f"上下级最多 {DEEPEST} 层。"
        problems.append(Problem(Code.RULE_BROKEN, ("into",), english, chinese, into))
    return problems


async def follow(store: "Store", act: Act, own_id: str) -> bool:
    """Re-points what names the merged `own_id`, a part at a time; whether nothing is left. Follows its revision."""
    merged = await _standing(store, own_id)
    if not merged.merge_pending or merged.merged_into is None:
        return True
    if await _broke_a_loop(store, act, merged):
        merged = await _standing(store, own_id)
    into, moved = await survivor_of(store, merged), 0
    async for records in store.all_naming(own_id):
        for record in records:
            moved += movable(record) and await _repoint(store, act, record, own_id, into)
        if moved >= PART:
            return False
    await store.save(merged, replace(merged, merge_pending=False), act)
    return True


async def _standing(store: "Store", own_id: str) -> Organization:
    return record_of(Organization, (await store.known(Organization.PREFIX, [own_id]))[own_id])


async def survivor_of(store: "Store", merged: Organization) -> str:
    """The organisation at the end of the chain of merges that begins with `merged`."""
    last, seen = merged, {merged.id}
    while last.merged_into is not None and last.merged_into not in seen:
        last = await _standing(store, last.merged_into)
        seen.add(last.id)
    return last.id


async def _broke_a_loop(store: "Store", act: Act, merged: Organization) -> bool:
    """Two merged into each other in the same moment: the merge that was recorded first stands, the other does not."""
    last = await _standing(store, await survivor_of(store, merged))
    if last.merged_into is None:
        return False
    restored = replace(last, status=OrganizationStatus.ACTIVE, merged_into=None, merge_reason=None, merge_pending=False)
    await store.save(last, restored, act.upon(last.id))
    return True


async def _repoint(store: "Store", act: Act, record: Record, old: str, new: str) -> bool:
    """Whether the record was written. What has become a twin meanwhile stays; its links lead to the survivor."""
    if record.id == new:
        log.warning("%s names the merged %s itself; it stays", record.id, old)
        return False
    try:
        await store.save(record, repointed(record, old, new), act.upon(record.id))
    except Refusal as refusal:
        if any(problem.code is Code.CONFLICT for problem in refusal.problems):
            raise
        log.warning("%s stays with the merged %s: %s", record.id, old, refusal)
        return False
    return True


def movable(record: Record) -> bool:
    """Whether it names the survivor from then on; what was frozen goes on naming the duplicate, which leads there."""
    return record.FROZEN_BY is None or getattr(record, record.FROZEN_BY) is None


def repointed(record: R, old: str, new: str) -> R:
    """`record` with `new` wherever a fact of it is `old`, at any depth."""
    found: R = _replaced(record, old, new)
    return found


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, tuple):
        return tuple(_replaced(item, old, new) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        facts = {each.name: getattr(value, each.name) for each in dataclasses.fields(value)}
        after = {name: _replaced(fact, old, new) for name, fact in facts.items()}
        return replace(value, **{name: fact for name, fact in after.items() if fact != facts[name]})
    return new if isinstance(value, str) and value == old else value
