"""Pairing 结对: a party branch of a network's lead helps one member, in one specialty (001, B8)."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.errors import Code, Path, Problem, Refusal, refuse_any
from service.facts import Facts, folded, text
from service.network.memberships import MembershipRole
from service.network.spans import STANDING, Span, bounds, first_absence
from service.permission import permit, permit_making
from service.records import Action, Index, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class PairingMode(Upper):
    KEY = auto()
    EXTENDED = auto()


class PairingStatus(Upper):
    UPCOMING = auto()
    ACTIVE = auto()
    ENDED = auto()
    DISCARDED = auto()


@dataclass(frozen=True, kw_only=True)
class Pairing(Span):
    """From the day it `begins` until it `ends`. A branch may help several members, and a member have several branches.

    When the member leaves the network, or another organisation leads it, the pairing stands until somebody ends it.
    """

    PREFIX = "pai"
    COLLECTION = "pairings"
    TITLE = ("pairing", "结对")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("network", "date_key")),
        Index(("branch", "date_key")),
        Index(("member", "date_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_MEMBERSHIPS, STANDING),
        Action.END: Step(Right.KEEP_MEMBERSHIPS, frozenset({PairingStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_MEMBERSHIPS, STANDING),
    }
    FIXED = (*Span.FIXED, "branch", "member")

    branch: str
    member: str
    mode: PairingMode
    specialty: str | None = text(60, default=None)
    begins: PartialDate | None = None
    ends: PartialDate | None = None
    end_reason: str | None = None

    def expected(self) -> Collection[str]:
        return ("begins",)

    def concerns(self) -> Collection[str]:
        return (self.member,)

    def keys(self) -> dict[str, Any]:
        """One standing pairing per branch, member and specialty; ended, its key is free."""
        span = bounds(self.begins, self.ends)
        identity = joined(self.network, self.branch, self.member, folded(self.specialty or ""))
        return {
            **span,
            "date_key": ordered(span["active_from"], self.id),
            "duplicate_key": identity if self.ends is None and not self.discarded else self.id,
        }


def out_of_order(pairing: Pairing, today: dt.date) -> Iterator[Problem]:
    """Nothing ends before it begins, and an end is recorded when it has come: the place is free then."""
    if pairing.ends and pairing.ends.last > today:
        yield Problem(Code.RULE_BROKEN, ("ends",), "This day has not come yet.", "结束日期尚未到来。")
    if pairing.begins and pairing.ends and pairing.ends.last < pairing.begins.first:
        yield Problem(Code.RULE_BROKEN, ("ends",), "This lies before the beginning.", "结束日期早于开始日期。")


async def pair(store: "Store", act: Act, facts: Facts) -> "Document":
    """A branch of the lead is paired with a member. The same pair and specialty twice is refused."""
    permit_making(Right.KEEP_MEMBERSHIPS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    problems: list[Problem] = []
    for name, prefix in (("branch", "bra"), ("member", "org")):
        try:
            await store.refer({(name,): facts[name]}, prefix, act)
        except Refusal as refusal:
            problems += refusal.problems
    refuse_any(problems)
    pairing = formed(Pairing, {**facts, "id": act.new_id(Pairing.PREFIX)})
    paths: Mapping[str, Path] = {"branch": ("branch",), "member": ("member",)}
    problems = [*out_of_order(pairing, act.day), *await _outside(store, pairing, _days(pairing, act.day), paths)]
    return await store.create(sound(pairing, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Pairing, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    problems = [*out_of_order(after, act.day)]
    if after.begins != before.begins:
        problems += await _outside(store, after, [after.begins], dict.fromkeys(("branch", "member"), ("begins",)))
    if before.ends and not after.ends:
        problems += await _outside(
            store, after, _days(after, act.day)[1:], dict.fromkeys(("branch", "member"), ("ends",))
        )
    return await store.save(before, sound(after, problems), act)


async def end(
    store: "Store", act: Act, own_id: str, version: int, ends: Facts | PartialDate | None = None
) -> "Document":
    """The pairing has ended, today or on the day named."""
    before = await store.load(Pairing, own_id, version, act)
    permit(before, Action.END, act.viewer, act.day)
    after = replace(reformed(before, {"ends": ends or PartialDate.on(act.day)}), end_reason=reason_of(act))
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken pairing out of use, with a reason; it stays readable."""
    before = await store.load(Pairing, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, discarded=True, end_reason=reason_of(act)), act)


def _days(pairing: Pairing, today: dt.date) -> list[PartialDate | None]:
    """When its two sides must be what they are: as it begins and, where it stands then, today."""
    standing = pairing.ends is None and not (pairing.begins and pairing.begins.first > today)
    return [pairing.begins, PartialDate.on(today) if standing else None]


async def _outside(
    store: "Store", pairing: Pairing, whens: Collection[PartialDate | None], paths: Mapping[str, Path]
) -> list[Problem]:
    """The branch is the lead's and the other side a member, on each of `whens` that is known."""
    days = [when for when in whens if when]
    branches = await store.known("bra", [pairing.branch], ("organization",))
    sides = {
        "branch": (branches[pairing.branch]["organization"], MembershipRole.LEAD),
        "member": (pairing.member, MembershipRole.MEMBER),
    }
    problems: list[Problem] = []
    for name, (organization, role) in sides.items():
        when = await first_absence(store, pairing.network, organization, (role,), days)
        if when is not None:
            span = f"{when.first} … {when.last}"
            english = f"The organisation of the {name} is not {role} of the network on {span}."
            chinese = f"{name} 所在单位在 {span} 不是该网络的 {role}。"
            problems.append(Problem(Code.RULE_BROKEN, paths[name], english, chinese, organization))
    return problems
