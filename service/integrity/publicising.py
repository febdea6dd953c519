"""How a side tells that it publicises a commitment 公示 inside its organisation, and until when (002; C14)."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act
from service.dates import LAST_DAY, PartialDate
from service.errors import Code, Path, Problem, refuse_any
from service.facts import malformed, structured
from service.integrity.commitments import Commitment, Publicity
from service.integrity.drawing import gathered
from service.integrity.fitness import foreign_evidence, not_signed_yet, published_on, unfit_publicity
from service.integrity.signing import own_side
from service.records import Action, sound

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def publicise(
    store: "Store",
    act: Act,
    own_id: str,
    version: int,
    *,
    organization: str,
    channel: str,
    begins: dt.date,
    ends: dt.date | None = None,
    place: str | None = None,
    evidence: Sequence[str] = (),
) -> "Document":
    """A publicity of a side that has signed; without an end it goes on, and one that lies ahead can still change."""
    before = await own_side(store, act, own_id, version, Action.PUBLICISE, organization)
    days = {"begins": PartialDate.on(begins), "ends": PartialDate.on(ends) if ends else None}
    told = {"channel": channel, "place": place, "evidence": [*evidence], **days}
    publicity = Publicity(organization, **structured(Publicity, told))
    clauses = (await store.known("cla", [before.clause_set or ""])).get(before.clause_set or "")
    references: dict[Path, str] = {("evidence", place): each for place, each in enumerate(publicity.evidence)}
    found, problems = await gathered(store, act, {"att": references})
    problems += [
        *malformed(publicity),
        *([] if publicity.channel else [_no_channel()]),
        *not_signed_yet(before, organization),
        *unfit_publicity(publicity, published_on(clauses, before.clause_version), act.day, ()),
        *([] if problems else foreign_evidence(before, publicity.evidence, found, ("evidence",))),
    ]
    refuse_any(problems)
    return await store.save(before, sound(replace(before, publicity=(*before.publicity, publicity))), act)


async def end_publicity(
    store: "Store", act: Act, own_id: str, version: int, *, organization: str, number: int, ends: dt.date
) -> "Document":
    """The last day of publicity `number`, counted from 1, of those that go on: no day to come."""
    before = await own_side(store, act, own_id, version, Action.END_PUBLICITY, organization)
    refuse_any(unfit_end(before, organization, number, ends, act.day))
    ended = replace(before.publicity[number - 1], ends=PartialDate.on(ends))
    after = (*before.publicity[: number - 1], ended, *before.publicity[number:])
    return await store.save(before, sound(replace(before, publicity=after)), act)


def unfit_end(
    commitment: Commitment, organization: str, number: int, ends: dt.date, today: dt.date
) -> Iterator[Problem]:
    """One of the side's own that goes on; it ends neither before it began nor on a day to come."""
    own = [place for place, each in enumerate(commitment.publicity, start=1) if each.organization == organization]
    if not own:
        english, chinese = "This side has publicised nothing.", "该方没有公示记录。"
        yield Problem(Code.RULE_BROKEN, ("organization",), english, chinese)
        return
    if number not in own:
        english, chinese = f"This side has no publicity {number}.", f"该方没有第 {number} 项公示。"
        yield Problem(Code.RULE_BROKEN, ("number",), english, chinese)
        return
    publicity = commitment.publicity[number - 1]
    if (publicity.ends.last if publicity.ends else LAST_DAY) <= today:
        english, chinese = "This publicity has ended already.", "该项公示已经结束。"
        yield Problem(Code.RULE_BROKEN, ("number",), english, chinese)
    if ends > today:
        yield Problem(Code.RULE_BROKEN, ("ends",), "This day has not come yet.", "此日期尚未到来。")
    if publicity.begins and ends < publicity.begins.first:
        yield Problem(Code.RULE_BROKEN, ("ends",), "This lies before the beginning.", "结束日期早于开始日期。")


def _no_channel() -> Problem:
    return Problem(Code.REQUIRED, ("channel",), "Say where it is publicised.", "请注明公示渠道。")
