"""How clause sets are written, revised, published and archived (002, section 2; C14). Needs KEEP_CLAUSES."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Problem, Refusal, refuse_any
from service.facts import Facts, folded, malformed, structured
from service.integrity.clauses import MOST_CLAUSES, MOST_VERSIONS, Clause, ClauseSet, ClauseVersion, hash_of
from service.permission import permit, permit_making
from service.records import Action, Origin, formed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new set with version 1: a draft when native, published when reported, since its source tells of it.

    `published_on` is for a reported one, where its source tells the day.
    """
    permit_making(Right.KEEP_CLAUSES, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    own = {name: value for name, value in facts.items() if name not in ("clauses", "published_on")}
    made = formed(ClauseSet, {**own, "id": act.new_id(ClauseSet.PREFIX)})
    reported, told = made.origin is Origin.REPORTED, structured(ClauseVersion, {"clauses": facts["clauses"]})
    drafted = None if reported else act.at
    first = ClauseVersion(1, told["clauses"], hash_of(told["clauses"]), drafted, published=reported)
    day = structured(ClauseVersion, {"published_on": facts.get("published_on")})["published_on"]
    made = sound(made, [*unfit(first.clauses, made.origin), *undue(day, made.origin, act.day)])
    return await store.create(sound(replace(made, versions=(replace(first, published_on=day),))), act)


async def revise(store: "Store", act: Act, own_id: str, version: int, clauses: Sequence[Facts | Clause]) -> "Document":
    """A draft of the next version; it takes the place of a draft that is there already."""
    before = await store.load(ClauseSet, own_id, version, act)
    permit(before, Action.REVISE, act.viewer, act.day)
    return await store.save(before, revised(before, clauses, act), act)


async def publish(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """The draft is published today, and changes no more."""
    before = await store.load(ClauseSet, own_id, version, act)
    permit(before, Action.PUBLISH, act.viewer, act.day)
    last = replace(before.versions[-1], published=True, published_on=act.day)
    return await store.save(before, sound(replace(before, versions=(*before.versions[:-1], last))), act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """No more commitments are drawn up on it, with a reason; those that are stay."""
    before = await store.load(ClauseSet, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    return await store.save(before, replace(before, archived=True, end_reason=reason_of(act)), act)


def revised(before: ClauseSet, clauses: Sequence[Facts | Clause], act: Act) -> ClauseSet:
    """`before` with `clauses` as its draft. Raises `Refusal` when they are unfit, as they stand, or one too many."""
    kept = before.versions[:-1] if before.draft else before.versions
    if len(kept) >= MOST_VERSIONS:
        english = f"A clause set has at most {MOST_VERSIONS} versions; create a new one."
        chinese = f"承诺条款最多 {MOST_VERSIONS} 版;请另行新建。"
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("clauses",), english, chinese, before.id, before.version))
    told = structured(ClauseVersion, {"clauses": clauses})["clauses"]
    draft = ClauseVersion(len(kept) + 1, told, hash_of(told), act.at)
    problems = [*unfit(told, Origin.NATIVE)]
    if before.versions[-1].text_hash == draft.text_hash:
        english, chinese = "These are the clauses as they stand.", "与现有条款相同。"
        problems.append(Problem(Code.RULE_BROKEN, ("clauses",), english, chinese, before.id, before.version))
    refuse_any(problems)
    return sound(replace(before, versions=(*kept, draft)))


def unfit(clauses: Sequence[Clause], origin: Origin) -> Iterator[Problem]:
    """One or more clauses, each once, and each in both languages unless it is reported."""
    if not clauses:
        yield Problem(Code.REQUIRED, ("clauses",), "Write at least one clause.", "至少须有一条承诺条款。")
    if len(clauses) > MOST_CLAUSES:
        english, chinese = f"At most {MOST_CLAUSES} clauses.", f"最多 {MOST_CLAUSES} 条。"
        yield Problem(Code.LIMIT_EXCEEDED, ("clauses",), english, chinese)
    yield from malformed(tuple(clauses), ("clauses",))
    seen: set[str] = set()
    for place, clause in enumerate(clauses):
        wording = folded(clause.chinese)
        if not clause.english and origin is Origin.NATIVE:
            english, chinese = "A clause is worded in both languages.", "条款须有中英文两种表述。"
            yield Problem(Code.REQUIRED, ("clauses", place, "english"), english, chinese)
        if wording and wording in seen:
            english, chinese = "This clause stands above already.", "此条款重复。"
            yield Problem(Code.RULE_BROKEN, ("clauses", place, "chinese"), english, chinese)
        seen.add(wording)


def undue(day: dt.date | None, origin: Origin, today: dt.date) -> Iterator[Problem]:
    """Only a reported set is told its day of publication, which has come."""
    if day and origin is Origin.NATIVE:
        english, chinese = "This follows from publishing it.", "此项由发布操作得出。"
        yield Problem(Code.RULE_BROKEN, ("published_on",), english, chinese)
    elif day and day > today:
        yield Problem(Code.RULE_BROKEN, ("published_on",), "This day has not come yet.", "此日期尚未到来。")
