"""Roles under any sequence of steps and days: who holds what, by a model of its own, and what never comes about."""

import datetime as dt
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from service.errors import Code, Refusal
from service.network import giving
from service.network.memberships import Membership, MembershipRole
from service.network.roles import RoleAssignment
from service.records import Document
from service.trail.revisions import first_break
from service.viewer import Viewer
from tests.rules.network_scene import ADMIN, FOREIGN, NOON, act, scene

SUBJECTS = ["王", "李", ADMIN.subject]
ROLES = ["NETWORK_ADMIN", "RECORDER", "INTEGRITY_OFFICER", "OBSERVER"]
WRITERS = {"NETWORK_ADMIN", "RECORDER"}


@dataclass
class Model:
    role: str
    subject: str
    since: dt.date
    over: str | None = None
    version: int = 1

    def state(self, today: dt.date) -> str:
        return self.over or ("UPCOMING" if today < self.since else "ACTIVE")


def outcome(action: Awaitable[Document]) -> Document | Code:
    """What an action answers, or the code of its first problem. The store in memory never waits."""
    try:
        action.__await__().send(None)
    except StopIteration as done:
        return done.value
    except Refusal as refusal:
        return refusal.problems[0].code
    raise AssertionError("the store in memory waited")


class Roles(RuleBasedStateMachine):
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.store = scene()
        lead = Membership(id="mem_1", network="net_a", organization="org_hospital", role=MembershipRole.LEAD)
        self.store.put(lead)
        self.models: dict[str, Model] = {}
        self.now = NOON
        self.administered = False

    @property
    def today(self) -> dt.date:
        return act(at=self.now).day

    def act(self, viewer: Viewer) -> Any:
        self.now += dt.timedelta(milliseconds=1)
        return act(viewer, at=self.now)

    @rule(hours=st.integers(1, 48))
    def time_passes(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    @rule(
        target=ids,
        role=st.sampled_from(ROLES),
        subject=st.sampled_from(SUBJECTS),
        ahead=st.integers(-1, 2),
        viewer=st.sampled_from([ADMIN, ADMIN, ADMIN, FOREIGN]),
    )
    def give(self, role: str, subject: str, ahead: int, viewer: Viewer) -> Any:
        since = self.today + dt.timedelta(days=ahead)
        own = {"organization": "org_hospital"} if role == "RECORDER" else {}
        facts = {"network": "net_a", "role": role, "subject": subject, "since": since.isoformat(), **own}
        found = outcome(giving.give(self.store, self.act(viewer), facts))
        if viewer is FOREIGN:
            expected: Code | None = Code.FORBIDDEN
        elif ahead < 0 or subject == ADMIN.subject or self.clashes(role, subject, None):
            expected = Code.RULE_BROKEN
        else:
            expected = Code.ALREADY_EXISTS if self.twin(role, subject, None) else None
        if expected is not None:
            assert found is expected
            return multiple()
        assert not isinstance(found, Code)
        self.models[found["_id"]] = Model(role, subject, since)
        return found["_id"]

    @rule(own_id=ids, subject=st.sampled_from(SUBJECTS), stale=st.booleans())
    def hand_over(self, own_id: str, subject: str, stale: bool) -> None:
        model = self.models[own_id]
        found = outcome(giving.hand_over(self.store, self.act(ADMIN), own_id, model.version + stale, subject))
        expected = self.refused(model, stale, {"UPCOMING", "ACTIVE"})
        if expected is None and (
            subject in (model.subject, ADMIN.subject) or self.clashes(model.role, subject, own_id)
        ):
            expected = Code.RULE_BROKEN
        if expected is None and self.twin(model.role, subject, own_id):
            expected = Code.ALREADY_EXISTS
        self.settle(found, expected, model)
        if expected is None:
            model.subject = subject

    @rule(own_id=ids, stale=st.booleans(), mistaken=st.booleans())
    def end(self, own_id: str, stale: bool, mistaken: bool) -> None:
        model = self.models[own_id]
        step = giving.withdraw if mistaken else giving.end
        found = outcome(step(self.store, self.act(ADMIN), own_id, model.version + stale))
        expected = self.refused(model, stale, {"UPCOMING", "ACTIVE"} if mistaken else {"ACTIVE"})
        if expected is None and model.role == "NETWORK_ADMIN" and self.administrators() == [own_id]:
            expected = Code.RULE_BROKEN
        self.settle(found, expected, model)
        if expected is None:
            model.over = "WITHDRAWN" if mistaken else "ENDED"

    def refused(self, model: Model, stale: bool, allowed: set[str]) -> Code | None:
        if stale:
            return Code.CONFLICT
        return None if model.state(self.today) in allowed else Code.ILLEGAL_STATE

    def settle(self, found: Document | Code, expected: Code | None, model: Model) -> None:
        if expected is not None:
            assert found is expected
        else:
            assert not isinstance(found, Code)
            model.version += 1
            assert found["version"] == model.version

    def standing(self, subject: str, but: str | None) -> list[Model]:
        models = (model for own_id, model in self.models.items() if own_id != but)
        return [model for model in models if model.subject == subject and model.over is None]

    def clashes(self, role: str, subject: str, but: str | None) -> bool:
        held = {model.role for model in self.standing(subject, but)}
        if role in WRITERS:
            return "INTEGRITY_OFFICER" in held
        return role == "INTEGRITY_OFFICER" and bool(held & WRITERS)

    def twin(self, role: str, subject: str, but: str | None) -> bool:
        return any(model.role == role for model in self.standing(subject, but))

    def administrators(self) -> list[str]:
        return [
            own_id
            for own_id, model in self.models.items()
            if model.role == "NETWORK_ADMIN" and model.state(self.today) == "ACTIVE"
        ]

    @invariant()
    def each_is_in_the_state_of_its_model(self) -> None:
        for own_id, model in self.models.items():
            assert RoleAssignment.state(self.store.documents[own_id], self.today) == model.state(self.today)

    @invariant()
    def a_network_that_has_an_administrator_keeps_one(self) -> None:
        assert self.administrators() or not self.administered
        self.administered = bool(self.administrators())

    @invariant()
    def each_history_is_whole(self) -> None:
        for own_id, model in self.models.items():
            history = [each for each in self.store.revisions if each["record"] == own_id]
            assert len(history) == model.version
            assert first_break(history) is None


TestRoles = Roles.TestCase
TestRoles.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
