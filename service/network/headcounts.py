"""Headcount 人数快照: how many people an organisation had on a date (000, A2; 004, E5)."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.errors import Code, Problem
from service.facts import Facts, text
from service.permission import permit, permit_making
from service.records import Action, Index, Record, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class HeadcountStatus(Upper):
    RECORDED = auto()
    DISCARDED = auto()


@dataclass(frozen=True, kw_only=True)
class Headcount(Record):
    """Staff 职工, party members 党员 and party cadres 党员干部 of one organisation, as one network recorded them."""

    PREFIX = "hea"
    COLLECTION = "headcounts"
    TITLE = ("headcount", "人数快照")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("organization", "date_key")),
        Index(("network", "date_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_ORGANIZATIONS, frozenset({HeadcountStatus.RECORDED})),
        Action.DISCARD: Step(Right.KEEP_ORGANIZATIONS, frozenset({HeadcountStatus.RECORDED})),
    }
    FIXED = (*Record.FIXED, "organization")

    organization: str
    on: PartialDate | None = None
    staff: int | None = None
    members: int | None = None
    cadres: int | None = None
    note: str | None = text(500, default=None)
    status: HeadcountStatus = HeadcountStatus.RECORDED
    discard_reason: str | None = None

    def expected(self) -> Collection[str]:
        return ("on", "staff", "members", "cadres")

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        day = self.on.first.isoformat() if self.on else ""
        identity = joined(self.network, self.organization, day)
        return {
            "date_key": ordered(day, self.id),
            "duplicate_key": identity if self.status is HeadcountStatus.RECORDED else self.id,
        }


def contradictions(headcount: Headcount, today: dt.date) -> Iterator[Problem]:
    """Parts larger than their whole: cadres are members, members are staff. And nobody is counted ahead of time."""
    if headcount.on and headcount.on.first > today:
        yield Problem(Code.RULE_BROKEN, ("on",), "This day has not come yet.", "日期尚未到来。")
    parts = (("cadres", "members"), ("members", "staff"), ("cadres", "staff"))
    for part, whole in parts:
        small, large = getattr(headcount, part), getattr(headcount, whole)
        if small is not None and large is not None and small > large:
            yield Problem(
                Code.RULE_BROKEN,
                (part,),
                f"{small} {part} cannot be more than {large} {whole}.",
                f"{part} {small} 人不能多于 {whole} {large} 人。",
            )


async def record(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new snapshot. The same organisation and date twice in one network is refused."""
    permit_making(Right.KEEP_ORGANIZATIONS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    await store.refer({("organization",): facts["organization"]}, "org", act)
    headcount = formed(Headcount, {**facts, "id": act.new_id(Headcount.PREFIX)})
    return await store.create(sound(headcount, contradictions(headcount, act.day)), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Headcount, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    return await store.save(before, sound(after, contradictions(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken snapshot out of use, with a reason; it stays readable."""
    before = await store.load(Headcount, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    after = replace(before, status=HeadcountStatus.DISCARDED, discard_reason=reason_of(act))
    return await store.save(before, after, act)
