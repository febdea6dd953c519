"""How a gift is registered, decided and reviewed (002, sections 2 and 3; facts C13, C14).

Whoever recorded it does not decide; the review is by somebody who did neither. Whether it touches a clause is seen by
a follower of its revision: `touching`.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.errors import Code, Path, Problem, refuse_any
from service.facts import Facts
from service.integrity.gifts import Gift, GiftDecision, GiftStatus
from service.integrity.referring import elsewhere, referred
from service.permission import permit, permit_making
from service.records import Action, formed, reformed, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store

CENT = Decimal("0.01")


async def record(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new RECORDED gift. Needs RECORD_GIFTS; a recorder records what its own organisation gave or received."""
    gift = formed(Gift, {**facts, "id": act.new_id(Gift.PREFIX), "recorded_by": act.viewer.subject})
    _, unknown = await referred(store, act, "org", {("giver",): gift.giver, ("receiver",): gift.receiver})
    refuse_any(unknown)
    permit_making(Right.RECORD_GIFTS, act.viewer, gift.network, gift.concerns())
    await store.refer({("network",): gift.network}, "net", act)
    return await store.create(sound(gift, await _problems(store, act, gift, None)), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts of a gift that is not decided yet, with a reason; it stays one of the recorder's organisation."""
    before = await store.load(Gift, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    after = reformed(before, facts)
    parties: dict[Path, str | None] = {
        (name,): getattr(after, name)
        for name in ("giver", "receiver")
        if getattr(after, name) != getattr(before, name)  # one that stood there may have been archived since
    }
    _, unknown = await referred(store, act, "org", parties)
    refuse_any(unknown)
    permit_making(Right.RECORD_GIFTS, act.viewer, after.network, after.concerns())
    return await store.save(before, sound(after, await _problems(store, act, after, before)), act)


async def decide(store: "Store", act: Act, own_id: str, version: int, decision: GiftDecision) -> "Document":
    """RECORDED → DECIDED, with a reason, by somebody of the integrity office who did not record it."""
    before = await store.load(Gift, own_id, version, act)
    permit(before, Action.DECIDE, act.viewer, act.day)
    refuse_any(_own_matter(act, ("recorded", "登记", before.recorded_by)))
    decided = replace(
        before,
        status=GiftStatus.DECIDED,
        decision=GiftDecision(decision),
        decision_reason=reason_of(act),
        decided_by=act.viewer.subject,
    )
    return await store.save(before, decided, act)


async def review(
    store: "Store", act: Act, own_id: str, version: int, decision: GiftDecision | None = None
) -> "Document":
    """DECIDED → REVIEWED, with a note, by somebody who neither recorded nor decided it.

    Without a `decision` the one that was taken is confirmed; another one takes its place, and the timeline keeps both.
    """
    before = await store.load(Gift, own_id, version, act)
    permit(before, Action.REVIEW, act.viewer, act.day)
    earlier = ("recorded", "登记", before.recorded_by), ("decided", "处理", before.decided_by)
    refuse_any(_own_matter(act, *earlier))
    reviewed = replace(
        before,
        status=GiftStatus.REVIEWED,
        decision=before.decision if decision is None else GiftDecision(decision),
        review=reason_of(act),
        reviewed_by=act.viewer.subject,
    )
    return await store.save(before, reviewed, act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a gift that was recorded by mistake out of use, with a reason; it stays readable."""
    before = await store.load(Gift, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, status=GiftStatus.DISCARDED, end_reason=reason_of(act)), act)


def _own_matter(act: Act, *earlier: tuple[str, str, str | None]) -> Iterator[Problem]:
    """Nobody judges what they did themselves."""
    for english, chinese, subject in earlier:
        if subject == act.viewer.subject:
            yield Problem(
                Code.RULE_BROKEN,
                ("id",),
                f"You {english} this gift yourself; somebody else must do this.",
                f"该礼品由您本人{chinese},须由他人办理。",
            )


async def _problems(store: "Store", act: Act, after: Gift, before: Gift | None) -> list[Problem]:
    problems = [*unfit(after, act.day)]
    if after.activity is None:
        return problems
    if before is not None and before.activity == after.activity:
        found, unknown = await store.known("act", [after.activity]), list[Problem]()
    else:
        found, unknown = await referred(store, act, "act", {("activity",): after.activity})
    for document in found.values():
        problems += beside(after, document)
    return problems + unknown


def unfit(gift: Gift, today: dt.date) -> Iterator[Problem]:
    """From one organisation to another, given already, and worth nothing less than nothing."""
    if gift.giver == gift.receiver:
        english, chinese = "Nobody gives to itself.", "赠送方与接受方不能是同一单位。"
        yield Problem(Code.RULE_BROKEN, ("receiver",), english, chinese)
    if gift.given_on and gift.given_on.first > today:
        yield Problem(Code.RULE_BROKEN, ("given_on",), "This day has not come yet.", "此日期尚未到来。")
    value = gift.estimated_value
    if value is not None and (value < 0 or value != value.quantize(CENT)):
        english, chinese = "A value is 0 or more, in yuan and fen.", "金额不得为负,最多两位小数(精确到分)。"
        yield Problem(Code.INVALID, ("estimated_value",), english, chinese)


def beside(gift: Gift, activity: "Document") -> Iterator[Problem]:
    """The activity is of the same network, and both took part."""
    if activity["network"] != gift.network:
        yield elsewhere(("activity",), activity["_id"])
    elif missing := [own_id for own_id in (gift.giver, gift.receiver) if own_id not in activity["participants"]]:
        named = ", ".join(missing)
        english, chinese = f"In this activity {named} did not take part.", f"{named} 未参加此活动。"
        yield Problem(Code.REFERENCE_INVALID, ("activity",), english, chinese, activity["_id"])
