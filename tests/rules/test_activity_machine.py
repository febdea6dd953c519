"""Activities under any sequence of steps: a reference model says what each step must do, and nothing else happens."""

import datetime as dt
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from service.cooperation import confirming, holding
from service.errors import Code, Refusal
from service.records import Document
from service.trail.revisions import first_break, undone
from service.viewer import Viewer
from tests.rules.activity_scene import ADMIN, BANKER, FOREIGN, NOW, RECORDER, act, facts, scene

WAYS = {
    ("PLANNED", "correct"): "PLANNED",
    ("HELD", "correct"): "HELD",
    ("PUBLISHED", "correct"): "PUBLISHED",
    ("PLANNED", "hold"): "HELD",
    ("HELD", "publish"): "PUBLISHED",
    ("PLANNED", "cancel"): "CANCELLED",
    ("HELD", "confirm"): "HELD",
    ("PUBLISHED", "confirm"): "PUBLISHED",
    ("HELD", "dispute"): "HELD",
    ("PUBLISHED", "dispute"): "PUBLISHED",
}
STARTS = st.sampled_from([NOW + dt.timedelta(days=days) for days in (-60, -1, 1, 60)])
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "starts_at": STARTS,
        "title": st.sampled_from(["党课", "义诊", "演练"]),
        "place": st.sampled_from(["医院", "支行", "消防站"]),
        "people_served": st.integers(0, 500),
        "filed_by": st.sampled_from(["org_hospital", "org_bank", "org_fire"]),
    },
)
VIEWERS = st.sampled_from([ADMIN, RECORDER, BANKER, FOREIGN])
MAY_FILE = {
    ADMIN.subject: {"org_hospital", "org_bank", "org_fire"},
    RECORDER.subject: {"org_hospital"},
    BANKER.subject: {"org_bank"},
}


@dataclass
class Model:
    """What an activity must be: the facts last written, and all that was ever written, oldest first."""

    status: str
    facts: dict[str, Any]
    past: list[dict[str, Any]] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def version(self) -> int:
        return len(self.past)

    def identity(self) -> tuple[Any, ...]:
        return self.facts["title"], self.facts["starts_at"]


def outcome(action: Awaitable[Document]) -> Document | Code:
    """What an action answers, or the code of its first problem. The store in memory never waits."""
    try:
        action.__await__().send(None)
    except StopIteration as done:
        return done.value
    except Refusal as refusal:
        return refusal.problems[0].code
    raise AssertionError("the store in memory waited")


class Activities(RuleBasedStateMachine):
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.store = scene()
        self.models: dict[str, Model] = {}
        self.now = NOW

    @initialize(target=ids, title=st.sampled_from(["党课", "义诊"]))
    def begin_with_a_plan(self, title: str) -> Any:
        return self.begin(False, ADMIN, {"title": title})

    @rule(hours=st.integers(1, 24 * 40))
    def time_passes(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    @rule(target=ids, held=st.booleans(), viewer=VIEWERS, changes=CHANGES)
    def another(self, held: bool, viewer: Viewer, changes: dict[str, Any]) -> Any:
        return self.begin(held, viewer, changes)

    def begin(self, held: bool, viewer: Viewer, changes: dict[str, Any]) -> Any:
        model = Model(
            "HELD" if held else "PLANNED", facts(**{"starts_at": NOW, "ends_at": None, "title": "党课"} | changes)
        )
        model.facts.setdefault("filed_by", "org_hospital")
        verb = holding.record if held else holding.plan
        found = outcome(verb(self.store, act(viewer, at=self.now), model.facts))
        expected = self.refusal(model, viewer, model.facts["filed_by"])
        if expected is not None:
            assert found is expected
            return multiple()
        return self.written(found, model)

    @rule(own_id=ids, name=st.sampled_from(["correct", "hold"]), viewer=VIEWERS, changes=CHANGES, stale=st.booleans())
    def change(self, own_id: str, name: str, viewer: Viewer, changes: dict[str, Any], stale: bool) -> None:
        self.step(own_id, name, viewer, changes, stale, [changes])

    @rule(own_id=ids, viewer=VIEWERS, stale=st.booleans())
    def publish(self, own_id: str, viewer: Viewer, stale: bool) -> None:
        self.step(own_id, "publish", viewer, {}, stale, [])

    @rule(own_id=ids, viewer=VIEWERS, stale=st.booleans())
    def cancel(self, own_id: str, viewer: Viewer, stale: bool) -> None:
        self.step(own_id, "cancel", viewer, {}, stale, [])

    def step(
        self, own_id: str, name: str, viewer: Viewer, changes: dict[str, Any], stale: bool, given: list[Any]
    ) -> None:
        before, asked = self.models[own_id], act(viewer, at=self.now)
        version = before.version - 1 if stale else before.version
        found = outcome(getattr(holding, name)(self.store, asked, own_id, version, *given))
        status = WAYS.get((before.status, name))
        if viewer is FOREIGN and before.status != "PUBLISHED":
            assert found is Code.NOT_FOUND
        elif stale:
            assert found is Code.CONFLICT
        elif before.facts["filed_by"] not in MAY_FILE.get(viewer.subject, ()):
            assert found is Code.FORBIDDEN
        elif status is None:
            assert found is Code.ILLEGAL_STATE
        else:
            after = Model(status, before.facts | changes, before.past, self.standing(before, changes))
            expected = self.refusal(after, viewer, after.facts["filed_by"], own_id) if given else None
            if expected is None and (after.status, after.facts) == (before.status, before.facts):
                expected = Code.INVALID  # nothing would change
            if expected is None:
                self.written(found, after)
            else:
                assert found is expected

    def standing(self, before: Model, changes: dict[str, Any]) -> dict[str, str]:
        """What is left of what was said after a change: nobody confirmed other facts, and no filer speaks."""
        facts = before.facts | changes
        return {
            organization: verdict
            for organization, verdict in before.said.items()
            if organization != facts["filed_by"] and (facts == before.facts or verdict == "DISPUTED")
        }

    @rule(
        own_id=ids,
        name=st.sampled_from(["confirm", "dispute"]),
        organization=st.sampled_from(["org_hospital", "org_bank", "org_fire"]),
        viewer=VIEWERS,
    )
    def judge(self, own_id: str, name: str, organization: str, viewer: Viewer) -> None:
        before, verdict = self.models[own_id], {"confirm": "CONFIRMED", "dispute": "DISPUTED"}[name]
        asked = act(viewer, at=self.now)
        found = outcome(getattr(confirming, name)(self.store, asked, own_id, before.version, organization=organization))
        if viewer is FOREIGN and before.status != "PUBLISHED":
            assert found is Code.NOT_FOUND
        elif viewer is ADMIN or organization not in MAY_FILE.get(viewer.subject, ()):
            assert found is Code.FORBIDDEN
        elif (before.status, name) not in WAYS:
            assert found is Code.ILLEGAL_STATE
        elif organization == before.facts["filed_by"] or before.said.get(organization) == verdict:
            assert found is Code.RULE_BROKEN
        else:
            after = Model(before.status, before.facts, before.past, before.said | {organization: verdict})
            self.written(found, after)

    def refusal(self, model: Model, viewer: Viewer, filer: str, own_id: str | None = None) -> Code | None:
        """Why the rules must refuse `model`, if they must."""
        if filer not in MAY_FILE.get(viewer.subject, ()):
            return Code.FORBIDDEN
        if filer == "org_fire" or (model.status in ("HELD", "PUBLISHED") and model.facts["starts_at"] > self.now):
            return Code.RULE_BROKEN
        others = [other for each, other in self.models.items() if each != own_id and other.status != "CANCELLED"]
        unchanged = own_id is not None and (model.status, model.facts) == (
            self.models[own_id].status,
            self.models[own_id].facts,
        )
        twin = any(other.identity() == model.identity() for other in others)
        return Code.ALREADY_EXISTS if twin and not unchanged else None

    def written(self, found: Document | Code, model: Model) -> str:
        assert not isinstance(found, Code), found
        own_id = str(found["_id"])
        model.past.append({"status": model.status, **model.facts})
        self.models[own_id] = model
        return own_id

    @invariant()
    def every_activity_is_what_was_last_written(self) -> None:
        for own_id, model in self.models.items():
            stored = self.store.documents[own_id]
            assert (stored["status"], stored["version"]) == (model.status, model.version)
            wanted = {
                name: model.facts.get(name) for name in ("title", "place", "people_served", "filed_by", "starts_at")
            }
            assert {name: stored[name] for name in wanted} == wanted
            assert {each["organization"]: each["verdict"] for each in stored["confirmations"]} == model.said
            disputing = {organization for organization, verdict in model.said.items() if verdict == "DISPUTED"}
            assert {*stored["counted_for"]} == {*stored["participants"]} - disputing

    @invariant()
    def no_change_is_lost(self) -> None:
        assert len(self.store.revisions) == sum(model.version for model in self.models.values())
        for own_id, model in self.models.items():
            chain = [revision for revision in self.store.revisions if revision["record"] == own_id]
            stored = self.store.documents[own_id]
            assert first_break(chain, stored["head"]) is None
            for back in range(model.version):
                earlier = undone(stored, reversed(chain[len(chain) - back :]))
                then = model.past[model.version - back - 1]
                assert {name: earlier[name] for name in ("status", "title", "place", "filed_by")} == {
                    name: then[name] for name in ("status", "title", "place", "filed_by")
                }


Activities.TestCase.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)
test_activities_keep_to_the_model = Activities.TestCase
