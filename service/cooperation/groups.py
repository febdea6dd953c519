"""LeadingGroup 领导小组: a principal of each party of an agreement chairs it, an office does its work (002; C6)."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.cooperation.parties import agreement_of, unfit_organizations, unsigned
from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.errors import Code, Path, Problem
from service.facts import Facts, folded, text
from service.permission import permit
from service.records import (
    QUOTED,
    Action,
    Document,
    Filter,
    Index,
    Origin,
    Record,
    Step,
    formed,
    ordered,
    reformed,
    sound,
)
from service.viewer import Right, Upper

if TYPE_CHECKING:
    from service.store.store import Store

LONGEST_NAME = 60


class LeadingGroupStatus(Upper):
    ACTIVE = auto()
    ENDED = auto()
    DISCARDED = auto()


STANDING = frozenset({LeadingGroupStatus.ACTIVE, LeadingGroupStatus.ENDED})


@dataclass(frozen=True)
class Chair:
    """The principal of a party 主要负责人."""

    organization: str
    name: str | None = text(LONGEST_NAME, default=None)
    post: str | None = text(120, default=None)


@dataclass(frozen=True)
class GroupMember:
    """Somebody else in the group, and as what."""

    organization: str
    name: str | None = text(LONGEST_NAME, default=None)
    post: str | None = text(120, default=None)
    role: str | None = text(120, default=None)


@dataclass(frozen=True)
class Office:
    """领导办公室: under the group, it brings about what the group decides."""

    name: str = text(120)
    organization: str | None = None
    head: str | None = text(LONGEST_NAME, default=None)
    duties: str | None = None


@dataclass(frozen=True, kw_only=True)
class LeadingGroup(Record):
    """On the day `until` the group stands no more; its agreement may have another one then."""

    PREFIX = "grp"
    COLLECTION = "leading_groups"
    TITLE = ("leading group", "领导小组")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("network", "date_key")),
        Index(("agreement", "date_key")),
    )
    STATE_KEYS = ("active_to", "discarded")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AGREEMENTS, STANDING),
        Action.END: Step(Right.KEEP_AGREEMENTS, frozenset({LeadingGroupStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_AGREEMENTS, STANDING),
    }
    FIXED = (*Record.FIXED, "agreement")
    PRIVATE: ClassVar = dict.fromkeys(("chairs.name", "members.name", "office.head", QUOTED), Right.READ_CONTACTS)

    agreement: str
    since: PartialDate | None = None
    until: PartialDate | None = None
    chairs: tuple[Chair, ...] = ()
    members: tuple[GroupMember, ...] = ()
    duties: str | None = None
    office: Office | None = None
    end_reason: str | None = None
    discarded: bool = False

    def expected(self) -> Collection[str]:
        return ("since", "chairs", "office")

    def concerns(self) -> Collection[str]:
        return {*self.places().values()}

    def places(self) -> dict[Path, str]:
        """Where each organisation is named."""
        people: dict[str, tuple[Chair | GroupMember, ...]] = {"chairs": self.chairs, "members": self.members}
        found: dict[Path, str] = {}
        for name, own in people.items():
            found |= {(name, place, "organization"): each.organization for place, each in enumerate(own)}
        if self.office and self.office.organization is not None:
            found["office", "organization"] = self.office.organization
        return found

    def keys(self) -> dict[str, Any]:
        standing = self.until is None and not self.discarded
        return {
            "active_to": (self.until.last if self.until else LAST_DAY).isoformat(),
            "date_key": ordered((self.since.first if self.since else FIRST_DAY).isoformat(), self.id),
            "duplicate_key": self.agreement if standing else self.id,
        }

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        if document["discarded"]:
            return LeadingGroupStatus.DISCARDED
        ended = document["active_to"] <= day.isoformat()
        return LeadingGroupStatus.ENDED if ended else LeadingGroupStatus.ACTIVE

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        if state == LeadingGroupStatus.DISCARDED:
            return {"discarded": True}
        bound = "$lte" if state == LeadingGroupStatus.ENDED else "$gt"
        return {"discarded": False, "active_to": {bound: day.isoformat()}}


async def form(store: "Store", act: Act, facts: Facts) -> "Document":
    """The leading group of a signed agreement, in its network. A second standing one is refused."""
    agreement = await agreement_of(store, act, facts["agreement"], Right.KEEP_AGREEMENTS)
    own = {"id": act.new_id(LeadingGroup.PREFIX), "network": agreement["network"]}
    group = formed(LeadingGroup, {**facts, **own})
    problems = [*unsigned(agreement), *out_of_order(group, act.day), *unfit_people(group, agreement)]
    problems += await unfit_organizations(store, act, group.places(), agreement)
    return await store.create(sound(group, problems), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    """Other facts, with a reason: somebody else in the group, other duties, another office."""
    before = await store.load(LeadingGroup, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    reason_of(act)
    after = reformed(before, facts)
    agreement = (await store.known("agr", [before.agreement]))[before.agreement]
    problems = [*out_of_order(after, act.day), *unfit_people(after, agreement)]
    problems += await unfit_organizations(store, act, after.places(), agreement, before.concerns())
    return await store.save(before, sound(after, problems), act)


async def dissolve(
    store: "Store", act: Act, own_id: str, version: int, until: Facts | PartialDate | None = None
) -> "Document":
    """The group is no more, from today or from the day named, with a reason."""
    before = await store.load(LeadingGroup, own_id, version, act)
    permit(before, Action.END, act.viewer, act.day)
    after = replace(reformed(before, {"until": until or PartialDate.on(act.day)}), end_reason=reason_of(act))
    return await store.save(before, sound(after, out_of_order(after, act.day)), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Takes a mistaken group out of use, with a reason; it stays readable."""
    before = await store.load(LeadingGroup, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    return await store.save(before, replace(before, discarded=True, end_reason=reason_of(act)), act)


def out_of_order(group: LeadingGroup, today: dt.date) -> Iterator[Problem]:
    """It is formed before it ends, and both are recorded when they have come."""
    for name, day in (("since", group.since and group.since.first), ("until", group.until and group.until.last)):
        if day and day > today:
            yield Problem(Code.RULE_BROKEN, (name,), "This day has not come yet.", "此日期尚未到来。")
    if group.since and group.until and group.until.last < group.since.first:
        english, chinese = "This lies before the day it was formed.", "解散日期早于成立日期。"
        yield Problem(Code.RULE_BROKEN, ("until",), english, chinese)


def unfit_people(group: LeadingGroup, agreement: "Document") -> Iterator[Problem]:
    """One principal of each party chairs it, so far as must be known; nobody is a member twice; all have names."""
    parties = [party["organization"] for party in agreement["parties"]]
    chairing = [chair.organization for chair in group.chairs]
    for place, own_id in enumerate(chairing):
        path: Path = ("chairs", place, "organization")
        if own_id in chairing[:place]:
            english, chinese = "This party has its chair already.", "该当事方已有一名主要负责人。"
            yield Problem(Code.RULE_BROKEN, path, english, chinese)
        elif own_id not in parties and group.origin is Origin.NATIVE:
            english, chinese = "Only a party's principal chairs the group.", "组长须为协议当事方的主要负责人。"
            yield Problem(Code.RULE_BROKEN, path, english, chinese, agreement["_id"])
    missing = [own_id for own_id in parties if own_id not in chairing]
    if missing and group.chairs and group.origin is Origin.NATIVE:
        english = f"One principal of each party chairs it; missing: {', '.join(missing)}."
        chinese = f"各当事方须各有一名主要负责人;缺:{'、'.join(missing)}。"
        yield Problem(Code.RULE_BROKEN, ("chairs",), english, chinese, agreement["_id"])
    yield from _unnamed(group)
    people = [(each.organization, folded(each.name or "")) for each in group.members]
    for place, person in enumerate(people):
        if person[1] and person in people[:place]:
            english, chinese = "This person is a member already.", "此人已是成员。"
            yield Problem(Code.RULE_BROKEN, ("members", place, "name"), english, chinese)


def _unnamed(group: LeadingGroup) -> Iterator[Problem]:
    """In a native group everybody has a name."""
    if group.origin is Origin.REPORTED:
        return
    named: dict[Path, str | None] = {
        **{("chairs", place, "name"): chair.name for place, chair in enumerate(group.chairs)},
        **{("members", place, "name"): each.name for place, each in enumerate(group.members)},
    }
    for path, name in named.items():
        if not name:
            yield Problem(Code.REQUIRED, path, "Say who it is.", "须填写姓名。")
