"""Stations and pairings under any sequence of steps while days pass: a reference model says what each must do."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from service.dates import PartialDate, day_of
from service.errors import Code
from service.network import pairings, stations
from service.network.memberships import MembershipRole
from service.network.pairings import Pairing
from service.network.stations import Station
from service.records import Document, Record
from service.trail.revisions import first_break, undone
from service.viewer import Grant, Role, Viewer
from tests.rules.alliance_scene import alliance, membership
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import ADMIN, FOREIGN, NOON, act
from tests.rules.test_activity_machine import outcome

TODAY = NOON.date()
BANK = (TODAY - dt.timedelta(10), TODAY + dt.timedelta(10))  # a member from the first day until the second one
MEMBERS = {
    "org_bank": BANK,
    "org_hospital": (dt.date(2018, 1, 1), dt.date.max),
    "org_other": (TODAY - dt.timedelta(8), dt.date.max),
}
OBSERVER = Viewer("监督员", (Grant(Role.OBSERVER, "net_a"),))
DAYS = st.sampled_from([TODAY + dt.timedelta(days) for days in (-20, -10, -9, -8, -5, -2, -1, 0, 1, 10, 20)])
ENDS = st.sampled_from([None, None, None, *(TODAY + dt.timedelta(days) for days in (-5, 0, 5))])
VIEWERS = st.sampled_from([ADMIN, ADMIN, ADMIN, ADMIN, FOREIGN, OBSERVER])
IDENTITIES: Mapping[str, list[dict[str, Any]]] = {
    "station": [
        {"organization": organization, "kind": kind} for organization in MEMBERS for kind in ("CENTRE", "WORKSTATION")
    ],
    "pairing": [
        {"branch": "bra_hospital", "member": member, "specialty": specialty, "mode": "KEY"}
        for member in MEMBERS
        for specialty in ("皮肤科", None)
    ],
}


class Kind(NamedTuple):
    """What the machine knows of a kind of span: its verbs, the names of its days, and whether it may lie ahead."""

    record: type[Record]
    begin: Callable[..., Awaitable[Document]]
    end: Callable[..., Awaitable[Document]]
    correct: Callable[..., Awaitable[Document]]
    discard: Callable[..., Awaitable[Document]]
    begins: str
    ends: str
    ahead: bool


KINDS = {
    "station": Kind(
        Station,
        stations.open_station,
        stations.close,
        stations.correct,
        stations.discard,
        "plaque_on",
        "closed_on",
        ahead=False,
    ),
    "pairing": Kind(
        Pairing, pairings.pair, pairings.end, pairings.correct, pairings.discard, "begins", "ends", ahead=True
    ),
}


@dataclass(frozen=True)
class Model:
    """A span as it must be after its last step."""

    name: str
    identity: Mapping[str, Any]
    begins: dt.date
    ends: dt.date | None = None
    discarded: bool = False

    def standing(self) -> bool:
        return self.ends is None and not self.discarded

    def state(self, day: dt.date) -> str:
        if self.discarded:
            return "DISCARDED"
        if day < self.begins:
            return "UPCOMING"
        return "ACTIVE" if self.ends is None or day < self.ends else "ENDED"

    def belongs(self, day: dt.date, leader: str) -> bool:
        """Whether its organisations are what they must be on a day, where `leader` leads."""
        organization = self.identity.get("organization") or self.identity["member"]
        first, left = MEMBERS[organization]
        lead = organization == leader
        paired = leader == "org_hospital" and not lead  # whose branches they are
        fits = lead if self.identity.get("kind") == "CENTRE" else self.name == "station" or paired
        return fits and first <= day < left

    def twin(self, other: "Model") -> bool:
        """Whether the two cannot stand side by side."""
        if self.name != other.name or not (self.standing() and other.standing()):
            return False
        centres = self.identity.get("kind") == other.identity.get("kind") == "CENTRE"
        return centres or self.identity == other.identity


class Spans(RuleBasedStateMachine):
    ids = Bundle("ids")

    @initialize()
    def begin_anew(self) -> None:
        self.store: MemoryStore = alliance()
        self.store.put(membership("mem_bank", "org_bank", MembershipRole.MEMBER, *(day.isoformat() for day in BANK)))
        self.past: dict[str, list[Model]] = {}
        self.now = NOON
        self.led_by("org_hospital")

    @rule(leader=st.sampled_from(["org_hospital", "org_other"]))
    def led_by(self, leader: str) -> None:
        """As if the two memberships had been corrected."""
        self.leader = leader
        for own_id, organization in (("mem_lead", "org_hospital"), ("mem_other", "org_other")):
            role = MembershipRole.LEAD if organization == leader else MembershipRole.MEMBER
            self.store.put(membership(own_id, organization, role, MEMBERS[organization][0].isoformat()))

    @property
    def today(self) -> dt.date:
        return day_of(self.now)

    @rule(hours=st.sampled_from([1, 12, 24, 240]))
    def time_passes(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    @rule(
        target=ids,
        name=st.sampled_from(sorted(KINDS)),
        data=st.data(),
        begins=DAYS,
        ends=ENDS,
        viewer=VIEWERS,
    )
    def another(self, name: str, data: st.DataObject, begins: dt.date, ends: dt.date | None, viewer: Viewer) -> Any:
        kind, identity = KINDS[name], data.draw(st.sampled_from(IDENTITIES[name]))
        days = {kind.begins: PartialDate.on(begins)} | ({kind.ends: PartialDate.on(ends)} if ends else {})
        found = outcome(kind.begin(self.store, act(viewer, at=self.now), {"network": "net_a", **identity, **days}))
        model = Model(name, identity, begins, ends)
        expected = Code.FORBIDDEN if viewer is not ADMIN else self.refusal(model, None)
        if expected is not None:
            assert found is expected
            return multiple()
        assert not isinstance(found, Code), found
        self.past[str(found["_id"])] = [model]
        return found["_id"]

    @rule(own_id=ids, begins=DAYS, ends=ENDS, viewer=VIEWERS)
    def correct(self, own_id: str, begins: dt.date, ends: dt.date | None, viewer: Viewer) -> None:
        before = self.past[own_id][-1]
        kind = KINDS[before.name]
        changes = {kind.begins: PartialDate.on(begins), kind.ends: PartialDate.on(ends) if ends else None}
        after = replace(before, begins=begins, ends=ends)
        self.step(own_id, "correct", viewer, after, not before.discarded, changes)

    @rule(own_id=ids, ends=DAYS, viewer=VIEWERS)
    def end(self, own_id: str, ends: dt.date, viewer: Viewer) -> None:
        before = self.past[own_id][-1]
        active = before.state(self.today) == "ACTIVE"
        self.step(own_id, "end", viewer, replace(before, ends=ends), active, PartialDate.on(ends))

    @rule(own_id=ids, viewer=st.sampled_from([ADMIN, FOREIGN, OBSERVER]))
    def discard(self, own_id: str, viewer: Viewer) -> None:
        before = self.past[own_id][-1]
        self.step(own_id, "discard", viewer, replace(before, discarded=True), not before.discarded)

    def step(self, own_id: str, verb: str, viewer: Viewer, after: Model, legal: bool, *given: Any) -> None:
        past = self.past[own_id]
        action = getattr(KINDS[after.name], verb)
        found = outcome(action(self.store, act(viewer, at=self.now), own_id, len(past), *given))
        expected = {FOREIGN.subject: Code.NOT_FOUND, OBSERVER.subject: Code.FORBIDDEN}.get(viewer.subject)
        expected = expected or (None if legal else Code.ILLEGAL_STATE)
        if expected is None and verb != "discard":
            expected = self.refusal(after, past[-1], own_id)
        if expected is not None:
            assert found is expected
        else:
            assert not isinstance(found, Code), found
            past.append(after)

    def refusal(self, after: Model, before: Model | None, own_id: str = "") -> Code | None:
        """Why the rules must refuse `after`, if they must."""
        ahead = after.begins > self.today
        if ahead and not KINDS[after.name].ahead:
            return Code.RULE_BROKEN
        if after.ends and (after.ends > self.today or after.ends < after.begins):
            return Code.RULE_BROKEN
        if (before is None or after.begins != before.begins) and not after.belongs(after.begins, self.leader):
            return Code.RULE_BROKEN
        stands = after.ends is None and not ahead and (before is None or before.ends is not None)
        if stands and not after.belongs(self.today, self.leader):
            return Code.RULE_BROKEN
        if after == before:
            return Code.INVALID  # nothing would change
        others = [models[-1] for each, models in self.past.items() if each != own_id]
        return Code.ALREADY_EXISTS if any(after.twin(other) for other in others) else None

    @invariant()
    def every_span_is_what_was_last_written(self) -> None:
        for own_id, models in self.past.items():
            stored, kind = self.store.documents[own_id], KINDS[models[-1].name]
            assert stored["version"] == len(models)
            for day in (self.today, *(self.today + dt.timedelta(days) for days in (-20, 20))):
                assert kind.record.state(stored, day) == models[-1].state(day)

    @invariant()
    def no_two_stand_where_one_may(self) -> None:
        last = [models[-1] for models in self.past.values()]
        assert not any(one.twin(two) for place, one in enumerate(last) for two in last[:place])

    @invariant()
    def no_change_is_lost(self) -> None:
        assert len(self.store.revisions) == sum(map(len, self.past.values()))
        for own_id, models in self.past.items():
            chain = [revision for revision in self.store.revisions if revision["record"] == own_id]
            stored = self.store.documents[own_id]
            assert first_break(chain, stored["head"]) is None
            earlier = undone(stored, reversed(chain[1:]))
            assert earlier[KINDS[models[0].name].begins]["first"] == models[0].begins.isoformat()


Spans.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_spans_keep_to_the_model = Spans.TestCase
