"""How a finding is corrected, opened, assigned, rectified 整改, verified and closed (domain.md, *integrity*)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Path, Problem, refuse_any
from service.facts import Facts, malformed, structured
from service.integrity.findings import Finding, FindingStatus, Grade, Rectification, Verification
from service.integrity.referring import elsewhere, referred
from service.permission import permit
from service.records import Action, reformed, sound

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other words for a draft, with a reason."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    return await store.save(before, sound(reformed(before, facts)), act)


async def open_finding(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """DRAFT → OPEN: the organisation that it is about may read it from then on."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.OPEN, act.viewer, act.day)
    return await store.save(before, replace(before, status=FindingStatus.OPEN), act)


async def assign(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Grade and cause, who answers for it and until when; again, as long as it is OPEN."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.ASSIGN, act.viewer, act.day)
    after = reformed(before, facts)
    return await store.save(before, sound(after, unassigned(before, after, act.day)), act)


async def rectify(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """OPEN → RECTIFIED. Needs RECTIFY_FINDINGS for the organisation; `facts`: action, done_on, evidence."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.RECTIFY, act.viewer, act.day)
    done = Rectification(**structured(Rectification, facts), by=act.viewer.subject, recorded_at=act.at)
    refuse_any([*malformed(done), *await _unfit(store, act, before, done)])
    after = replace(before, status=FindingStatus.RECTIFIED, rectifications=(*before.rectifications, done))
    return await store.save(before, sound(after), act)


async def verify(
    store: "Store", act: Act, own_id: str, version: int, effective: bool, note: str | None = None
) -> "Document":
    """RECTIFIED → CLOSED when what was done has its effect, else OPEN again; not by whoever recorded it."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.VERIFY, act.viewer, act.day)
    said = Verification(effective, act.viewer.subject, act.at, note)
    refuse_any([*own_work(before.rectifications[-1], act), *malformed(said)])
    status = FindingStatus.CLOSED if effective else FindingStatus.OPEN
    closed_on = act.day if effective else None
    after = replace(before, status=status, closed_on=closed_on, verifications=(*before.verifications, said))
    return await store.save(before, sound(after), act)


async def close(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """OPEN → CLOSED as it stands, for one that is graded CONFORM."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.CLOSE, act.viewer, act.day)
    return await store.save(before, replace(before, status=FindingStatus.CLOSED, closed_on=act.day), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a draft out of use, with a reason."""
    before = await store.load(Finding, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    after = replace(before, status=FindingStatus.DISCARDED, end_reason=reason_of(act))
    return await store.save(before, after, act)


def unassigned(before: Finding, after: Finding, today: dt.date) -> Iterator[Problem]:
    """It has a grade and, unless it conforms, somebody who answers for it and a day that has not passed."""
    needed = ["grade"] if after.grade in (None, Grade.CONFORM) else ["responsible", "due"]
    for name in needed:
        if not getattr(after, name):
            yield Problem(Code.REQUIRED, (name,), "An assigned finding needs this.", "交办的问题须填写此项。")
    if after.due and after.due != before.due and after.due < today:
        yield Problem(Code.RULE_BROKEN, ("due",), "This day has passed.", "此日期已过。")


def own_work(done: Rectification, act: Act) -> Iterator[Problem]:
    """Nobody verifies what they recorded themselves."""
    if done.by == act.viewer.subject:
        english = "You recorded this rectification yourself; somebody else must verify it."
        yield Problem(Code.RULE_BROKEN, ("id",), english, "该整改由您本人登记,须由他人验证。")


async def _unfit(store: "Store", act: Act, finding: Finding, done: Rectification) -> list[Problem]:
    """What was done is done, and its evidence are files of this network, each named once."""
    problems: list[Problem] = []
    if done.done_on > act.day:
        problems.append(Problem(Code.RULE_BROKEN, ("done_on",), "This day has not come yet.", "此日期尚未到来。"))
    places: dict[Path, str | None] = {("evidence", place): own_id for place, own_id in enumerate(done.evidence)}
    found, unknown = await referred(store, act, "att", places)
    for place, own_id in enumerate(done.evidence):
        if own_id in found and found[own_id]["network"] != finding.network:
            problems.append(elsewhere(("evidence", place), own_id))
        if own_id in done.evidence[:place]:
            english, chinese = "This file is named already.", "该附件已列出。"
            problems.append(Problem(Code.RULE_BROKEN, ("evidence", place), english, chinese))
    return problems + unknown
