"""Station 中心与工作站: the plaque that an organisation of a network was given (001, B7)."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.errors import Code, Path, Problem
from service.facts import Facts
from service.network.memberships import MembershipRole
from service.network.spans import STANDING, Span, bounds, first_absence
from service.permission import permit, permit_making
from service.records import Action, Index, Step, formed, joined, ordered, reformed, sound
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class StationKind(Upper):
    CENTRE = auto()
    WORKSTATION = auto()


class StationStatus(Upper):
    UPCOMING = auto()
    ACTIVE = auto()
    ENDED = auto()
    DISCARDED = auto()


ROLES = {StationKind.CENTRE: (MembershipRole.LEAD,), StationKind.WORKSTATION: tuple(MembershipRole)}


@dataclass(frozen=True, kw_only=True)
class Station(Span):
    """The centre 中心 of a network or a workstation 工作站, from the day of the plaque until it is closed.

    When its organisation leaves the network it stands until somebody closes it: what hangs on a wall stays a fact.
    """

    PREFIX = "sta"
    COLLECTION = "stations"
    TITLE = ("station", "中心或工作站")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("centre_key",), unique=True),
        Index(("network", "place_key")),
        Index(("organization", "place_key")),
    )
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_MEMBERSHIPS, STANDING),
        Action.CLOSE: Step(Right.KEEP_MEMBERSHIPS, frozenset({StationStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_MEMBERSHIPS, STANDING),
    }
    FIXED = (*Span.FIXED, "organization", "kind")

    organization: str
    kind: StationKind
    plaque_on: PartialDate | None = None
    closed_on: PartialDate | None = None
    end_reason: str | None = None

    def expected(self) -> Collection[str]:
        return ("plaque_on",)

    def concerns(self) -> Collection[str]:
        return (self.organization,)

    def keys(self) -> dict[str, Any]:
        """One open station of each kind per organisation, one open centre per network; closed, its keys are free."""
        span = bounds(self.plaque_on, self.closed_on)
        standing = self.closed_on is None and not self.discarded
        central = standing and self.kind is StationKind.CENTRE
        return {
            **span,
            "place_key": ordered(joined(self.kind, span["active_from"]), self.id),  # the centre in front
            "duplicate_key": joined(self.network, self.organization, self.kind) if standing else self.id,
            "centre_key": self.network if central else self.id,
        }


def out_of_order(station: Station, today: dt.date) -> Iterator[Problem]:
    """A plaque hangs when it has been hung, and comes down after that."""
    plaque, closed = station.plaque_on, station.closed_on
    if plaque and plaque.first > today:
        yield Problem(Code.RULE_BROKEN, ("plaque_on",), "This day has not come yet.", "授牌日期尚未到来。")
    if closed and closed.last > today:
        yield Problem(Code.RULE_BROKEN, ("closed_on",), "This day has not come yet.", "撤销日期尚未到来。")
    if plaque and closed and closed.last < plaque.first:
        yield Problem(Code.RULE_BROKEN, ("closed_on",), "This lies before the plaque's day.", "撤销日期早于授牌日期。")


async def open_station(store: "Store", act: Act, facts: Facts) -> "Document":
    """A centre or a workstation is set up. A second open one of the kind there, or a second centre, is refused."""
    permit_making(Right.KEEP_MEMBERSHIPS, act.viewer, facts["network"])
    await store.refer({("network",): facts["network"]}, "net", act)
    await store.refer({("organization",): facts["organization"]}, "org", act)
    station = formed(Station, {**facts, "id": act.new_id(Station.PREFIX)})
    whens = [station.plaque_on, None if station.closed_on else PartialDate.on(act.day)]
    problems = [*out_of_order(station, act.day), *await _outside(store, station, whens, ("organization",))]
    return await store.create(sound(station, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Station, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    after = reformed(before, facts)
    problems = [*out_of_order(after, act.day)]
    if after.plaque_on != before.plaque_on:
        problems += await _outside(store, after, [after.plaque_on], ("plaque_on",))
    if before.closed_on and not after.closed_on:
        problems += await _outside(store, after, [PartialDate.on(act.day)], ("closed_on",))
    return await store.save(before, sound(after, problems), act)


async def close(
    store: "Store", act: Act, own_id: str, version: int, closed_on: Facts | PartialDate | None = None
) -> "Document":
    """The station is closed, today or on the day named."""
    before = await store.load(Station, own_id, version, act)
    permit(before, Action.CLOSE, act.viewer, act.day)
    after = reformed(before, {"closed_on": closed_on or PartialDate.on(act.day)})
    after = replace(after, end_reason=reason_of(act))
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken station out of use, with a reason; it stays readable."""
    before = await store.load(Station, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, discarded=True, end_reason=reason_of(act)), act)


async def _outside(
    store: "Store", station: Station, whens: Collection[PartialDate | None], path: Path
) -> list[Problem]:
    """A centre is the lead's, a workstation a member's or the lead's, on each of `whens` that is known."""
    days = [when for when in whens if when]
    roles = ROLES[station.kind]
    when = await first_absence(store, station.network, station.organization, roles, days)
    if when is None:
        return []
    span = f"{when.first} … {when.last}"
    english = f"A {station.kind} needs the organisation to be {' or '.join(roles)} of the network; on {span} it is not."
    chinese = f"{station.kind} 的单位须为该网络的 {' 或 '.join(roles)};{span} 时不是。"
    return [Problem(Code.RULE_BROKEN, path, english, chinese, station.organization)]
