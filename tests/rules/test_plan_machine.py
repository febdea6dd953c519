"""Plan lines under any sequence of steps on the plan and on activities: a model says what each step must do."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.cooperation import holding, planning
from service.cooperation.plans import fulfilment, line_state
from service.dates import day_of
from service.errors import Code
from tests.rules.activity_scene import act, at, facts, topic
from tests.rules.plan_scene import line, plan_facts, plan_scene
from tests.rules.test_activity_machine import outcome

THEMES = ("INTEGRITY_COMMITMENT", "INTEGRITY_EDUCATION")
DAYS = ("2024-03-15", "2024-06-15", "2024-06-30", "2024-12-31")
START = at(2024, 3, 14, 12)


@dataclass
class Line:
    theme: str
    day: str
    dropped: bool = False


@dataclass
class Held:
    """An activity: its link, as the plan's rules see it, and its state."""

    line: int | None
    theme: str
    status: str
    version: int = 1


@dataclass
class Model:
    lines: dict[int, Line] = field(default_factory=dict)
    last: int = 0
    version: int = 1
    discarded: bool = False
    activities: dict[str, Held] = field(default_factory=dict)

    def add(self, new: Line) -> int:
        self.last += 1
        self.lines[self.last] = new
        return self.last

    def linked(self, number: int | None = None) -> bool:
        """Whether an activity that was not cancelled is linked to the line, or to any."""
        standing = {each.line for each in self.activities.values() if each.status != "CANCELLED"} - {None}
        return bool(standing) if number is None else number in standing

    def takes(self, number: int | None, theme: str) -> Code | None:
        """Why an activity about `theme` is not taken on a line, if it is not."""
        if number is None:
            return None
        if self.discarded or number not in self.lines:
            return Code.REFERENCE_INVALID
        fits = not self.lines[number].dropped and self.lines[number].theme == theme
        return None if fits else Code.RULE_BROKEN


class Plans(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store, self.now, self.model, self.titles = plan_scene(), START, Model(), 0

    @initialize(days=st.lists(st.sampled_from(DAYS), min_size=1, max_size=3))
    def make(self, days: list[str]) -> None:
        given = plan_facts(*(line(theme=THEMES[1], when=day) for day in days))
        plan = outcome(planning.make(self.store, self.by(), given))
        assert not isinstance(plan, Code)
        self.plan = str(plan["_id"])
        for day in days:
            self.model.add(Line(THEMES[1], day))

    def by(self) -> Any:
        return act(reason="状态机", at=self.now)

    @rule(hours=st.sampled_from([1, 11, 12, 13, 24, 24 * 30, 24 * 120]))
    def time_passes(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)

    # the plan

    @rule(data=st.data(), themes=st.lists(st.sampled_from(THEMES), max_size=2), day=st.sampled_from(DAYS))
    def correct(self, data: st.DataObject, themes: list[str], day: str) -> None:
        """Keep some lines, some of them about something else, and add others."""
        kept = data.draw(st.lists(st.sampled_from(sorted(self.model.lines)), unique=True, max_size=4), "kept")
        moved = {number: data.draw(st.sampled_from(THEMES), "theme") for number in kept}
        given = [line(number=number, theme=theme, when=day) for number, theme in moved.items()]
        given += [line(theme=theme, when=day) for theme in themes]
        found = outcome(planning.correct(self.store, self.by(), self.plan, self.model.version, {"lines": given}))
        if self.model.discarded:
            assert found is Code.ILLEGAL_STATE
            return
        lost = [number for number in self.model.lines if number not in kept]
        lost += [number for number, theme in moved.items() if theme != self.model.lines[number].theme]
        if not given:
            assert found is Code.REQUIRED
        elif any(map(self.model.linked, lost)):
            assert found is Code.RULE_BROKEN
        elif found is Code.INVALID:  # nothing would change
            assert not themes
            assert {number: (own.theme, own.day) for number, own in self.model.lines.items()} == {
                number: (theme, day) for number, theme in moved.items()
            }
        else:
            self.written(found)
            old = self.model.lines
            self.model.lines = {number: Line(theme, day, old[number].dropped) for number, theme in moved.items()}
            for theme in themes:
                self.model.add(Line(theme, day))

    @rule(number=st.integers(1, 3))
    def drop(self, number: int) -> None:
        found = outcome(planning.drop(self.store, self.by(), self.plan, self.model.version, line=number))
        own = self.model.lines.get(number)
        if self.model.discarded:
            assert found is Code.ILLEGAL_STATE
        elif own is None:
            assert found is Code.REFERENCE_INVALID
        elif own.dropped or self.model.linked(number):
            assert found is Code.RULE_BROKEN
        else:
            self.written(found)
            own.dropped = True

    @rule(sure=st.integers(0, 9))
    def discard(self, sure: int) -> None:
        if sure:
            return  # seldom, for it ends the plan
        found = outcome(planning.discard(self.store, self.by(), self.plan, self.model.version))
        if self.model.discarded:
            assert found is Code.ILLEGAL_STATE
        elif self.model.linked():
            assert found is Code.RULE_BROKEN
        else:
            self.written(found)
            self.model.discarded = True

    def written(self, found: Any) -> None:
        assert not isinstance(found, Code), found
        self.model.version += 1

    # the activities

    @rule(number=st.none() | st.integers(1, 3), theme=st.sampled_from(THEMES), held=st.booleans())
    def link(self, number: int | None, theme: str, held: bool) -> None:
        self.titles += 1
        hours = {"starts_at": START - dt.timedelta(days=1), "ends_at": None, "title": f"第{self.titles}场"}
        own = {"plan": self.plan if number else None, "plan_line": number, "agreement": "agr_1"}
        given = facts(**hours, **own, topics=[topic(theme=theme)])
        found = outcome((holding.record if held else holding.plan)(self.store, self.by(), given))
        expected = self.model.takes(number, theme)
        if expected is not None:
            assert found is expected
            return
        assert not isinstance(found, Code), found
        self.model.activities[found["_id"]] = Held(number, theme, "HELD" if held else "PLANNED")

    @precondition(lambda self: self.model.activities)
    @rule(data=st.data(), name=st.sampled_from(["hold", "publish", "cancel"]))
    def step(self, data: st.DataObject, name: str) -> None:
        own_id, own = self.some(data)
        ways = {("PLANNED", "hold"): "HELD", ("HELD", "publish"): "PUBLISHED", ("PLANNED", "cancel"): "CANCELLED"}
        changes = [{}] if name == "hold" else []
        found = outcome(getattr(holding, name)(self.store, self.by(), own_id, own.version, *changes))
        if (own.status, name) not in ways:
            assert found is Code.ILLEGAL_STATE
            return
        assert not isinstance(found, Code), found
        own.status, own.version = ways[own.status, name], own.version + 1

    @precondition(lambda self: self.model.activities)
    @rule(data=st.data(), number=st.none() | st.integers(1, 3), theme=st.sampled_from(THEMES))
    def relink(self, data: st.DataObject, number: int | None, theme: str) -> None:
        own_id, own = self.some(data)
        given = {"plan": self.plan if number else None, "plan_line": number, "topics": [topic(theme=theme)]}
        found = outcome(holding.correct(self.store, self.by(), own_id, own.version, given))
        if own.status == "CANCELLED":
            assert found is Code.ILLEGAL_STATE
        elif (own.line, own.theme) == (number, theme):
            assert found is Code.INVALID  # nothing would change
        elif expected := self.model.takes(number, theme):
            assert found is expected
        else:
            assert not isinstance(found, Code), found
            own.line, own.theme, own.version = number, theme, own.version + 1

    def some(self, data: st.DataObject) -> tuple[str, Held]:
        own_id = data.draw(st.sampled_from(sorted(self.model.activities)), "activity")
        return own_id, self.model.activities[own_id]

    # what holds whatever was done

    @invariant()
    def the_plan_is_what_was_last_written(self) -> None:
        if not hasattr(self, "plan"):
            return
        stored = self.store.documents[self.plan]
        lines = {each["number"]: (each["theme"], bool(each["dropped_on"])) for each in stored["lines"]}
        assert lines == {number: (own.theme, own.dropped) for number, own in self.model.lines.items()}
        assert (stored["version"], stored["numbered"]) == (self.model.version, self.model.last)
        assert (stored["status"] == "DISCARDED") == self.model.discarded

    @invariant()
    def every_standing_link_leads_to_a_line_that_stands_and_is_about_the_same(self) -> None:
        for own_id, own in self.model.activities.items():
            stored = self.store.documents[own_id]
            assert (stored["plan_line"], stored["status"]) == (own.line, own.status)
            if own.line is not None and own.status != "CANCELLED":
                assert self.model.takes(own.line, own.theme) is None

    @invariant()
    def states_and_fulfilment_follow_from_the_day_and_the_held(self) -> None:
        if not hasattr(self, "plan"):
            return
        day, plan = day_of(self.now), self.store.documents[self.plan]
        held = {own.line for own in self.model.activities.values() if own.status in ("HELD", "PUBLISHED")}
        states = []
        for stored in plan["lines"]:
            number = stored["number"]
            own = self.model.lines[number]
            come = dt.date.fromisoformat(own.day) <= day
            states.append("DROPPED" if own.dropped else "FULFILLED" if number in held else "DUE" if come else "PLANNED")
            assert line_state(stored, 2024, number in held, day) == states[-1]
        found = fulfilment(plan, {number for number in held if number is not None}, 0, day)
        assert (found.dropped, found.fulfilled) == (states.count("DROPPED"), states.count("FULFILLED"))
        assert found.due == states.count("DUE") + states.count("FULFILLED")


Plans.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
test_plans_keep_to_the_model = Plans.TestCase
