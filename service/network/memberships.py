"""Membership 成员关系: an organisation leads a network or joined it, from a date to a date (001, B1, B7; 002, C1)."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.errors import Code, Problem
from service.facts import Facts
from service.network.spans import STANDING, Span, bounds
from service.permission import permit, permit_making
from service.records import Action, Document, Filter, Index, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.store.store import Store


class MembershipRole(Upper):
    LEAD = auto()
    MEMBER = auto()


class MembershipStatus(Upper):
    UPCOMING = auto()
    ACTIVE = auto()
    ENDED = auto()
    DISCARDED = auto()


@dataclass(frozen=True, kw_only=True)
class Membership(Span):
    """`joined` and `left` may be partial; where a source gives no date, the membership stands as reported.

    On the day it `left` an organisation is a member no more.
    """

    PREFIX = "mem"
    COLLECTION = "memberships"
    TITLE = ("membership", "成员关系")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("lead_key",), unique=True),
        Index(("network", "date_key")),
        Index(("organization", "date_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_MEMBERSHIPS, STANDING),
        Action.END: Step(Right.KEEP_MEMBERSHIPS, frozenset({MembershipStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_MEMBERSHIPS, STANDING),
    }
    FIXED = (*Span.FIXED, "organization")

    organization: str
    role: MembershipRole
    joined: PartialDate | None = None
    left: PartialDate | None = None
    end_reason: str | None = None

    def expected(self) -> Collection[str]:
        return ("joined",)

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        """One standing membership per organisation and one standing lead per network; ended, its keys are free."""
        standing = self.left is None and not self.discarded
        leading = standing and self.role is MembershipRole.LEAD
        span = bounds(self.joined, self.left)
        return {
            **span,
            "date_key": ordered(span["active_from"], self.id),
            "duplicate_key": joined(self.network, self.organization) if standing else self.id,
            "lead_key": self.network if leading else self.id,
        }

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        active = cls.state(document, day) == MembershipStatus.ACTIVE
        return Right.READ_PUBLIC if active else Right.READ_NETWORK

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        return cls.state_filter(MembershipStatus.ACTIVE, day) if right is Right.READ_PUBLIC else {}


def out_of_order(membership: Membership, today: dt.date) -> Iterator[Problem]:
    """Nobody leaves before having joined, and a departure is recorded when it has come: its place is free then."""
    if membership.left and membership.left.last > today:
        yield Problem(Code.RULE_BROKEN, ("left",), "This day has not come yet.", "退出日期尚未到来。")
    if membership.joined and membership.left and membership.left.last < membership.joined.first:
        yield Problem(Code.RULE_BROKEN, ("left",), "This lies before the day of joining.", "退出日期早于加入日期。")


async def join(store: "Store", act: Act, facts: Facts) -> "Document":
    """An organisation joins a network, or leads it. A second standing membership, or a second lead, is refused."""
    permit_making(Right.KEEP_MEMBERSHIPS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    await store.refer({("organization",): facts["organization"]}, "org", act)
    membership = formed(Membership, {**facts, "id": act.new_id(Membership.PREFIX)})
    return await store.create(sound(membership, out_of_order(membership, act.day)), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Membership, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def end(
    store: "Store", act: Act, own_id: str, version: int, left: Facts | PartialDate | None = None
) -> "Document":
    """An organisation has left the network, today or on the day named."""
    before = await store.load(Membership, own_id, version, act)
    permit(before, Action.END, act.viewer, act.day)
    after = replace(reformed(before, {"left": left or PartialDate.on(act.day)}), end_reason=reason_of(act))
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken membership out of use, with a reason; it stays readable."""
    before = await store.load(Membership, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, discarded=True, end_reason=reason_of(act)), act)
