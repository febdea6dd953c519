"""An agreement under random steps beside a model of it: each step is taken or refused as the model says.

The model knows the words of domain.md alone; it shares no code with the rules.
"""

import copy
import datetime as dt
from collections.abc import Coroutine
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.cooperation import drafting, signing
from service.cooperation.agreements import Agreement
from service.cooperation.texts import MOST_VERSIONS
from service.errors import Code, Refusal
from service.permission import steps_open
from service.records import Document
from service.viewer import Viewer
from tests.rules.agreement_scene import ADMIN, BANK, BRIGADE, HOSPITAL, NATIVE, NOON, RECORDERS, TODAY, act, world

TEXTS = ("双方共建。", "双方共建,互不赠礼。", "三方共建。")
organizations = st.sampled_from([HOSPITAL, BANK, BRIGADE])
texts = st.sampled_from(TEXTS)
written = st.sampled_from([None, *TEXTS, *TEXTS])
lengths = st.none() | st.integers(0, 60)
mostly = st.sampled_from([True, True, True, False])
others = st.sampled_from([None] * 9 + [HOSPITAL, BANK, BRIGADE])  # who steps in for somebody else
reasons = st.sampled_from(["因故"] * 5 + [None])
SEALED = ("versions", "signatures", "signed_on")
OVER = ("DISCARDED", "TERMINATED", "EXPIRED")
Days = dict[str, dt.date]


def run(coroutine: Coroutine[Any, Any, Document]) -> Document:
    """What `coroutine` returns. The store in memory never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        found: Document = done.value
        return found
    raise AssertionError("the store in memory has waited")


class AgreementMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = world()
        self.today = TODAY

    @initialize(several=st.booleans(), text=written, begins=st.integers(-10, 10), lasts=lengths, opened=mostly)
    def draft(self, several: bool, text: str | None, begins: int, lasts: int | None, opened: bool) -> None:
        self.stage, self.writes, self.ended = "DRAFT", 1, cast(dt.date | None, None)
        self.signed: Days = {}  # who has signed the current text, and when
        self.withdrawn = 0
        self.seal: dict[str, Any] = {}  # what must not change once all have signed
        self.parties = [HOSPITAL, BANK, BRIGADE] if several else [HOSPITAL, BANK]
        self.term_from = self.today + dt.timedelta(days=begins)
        self.term_to = None if lasts is None else self.term_from + dt.timedelta(days=lasts)
        self.texts: list[tuple[str, dt.date]] = [] if text is None else [(text, self.today)]
        term = {"term_from": str(self.term_from), "term_to": str(self.term_to) if self.term_to else None}
        parties = [{"organization": organization} for organization in self.parties]
        facts = {**NATIVE, "text": text, "parties": parties, **term}
        self.id = run(drafting.draft(self.store, act(at=self.now), facts))["_id"]
        if opened:
            self.open_for_signing()

    @precondition(lambda self: self.status in OVER)
    @rule(several=st.booleans(), begins=st.integers(-10, 10), lasts=lengths)
    def draft_another(self, several: bool, begins: int, lasts: int | None) -> None:
        self.draft(several, TEXTS[0], begins, lasts, True)

    @property
    def now(self) -> dt.datetime:
        return NOON + (self.today - TODAY)

    @property
    def document(self) -> Document:
        return self.store.documents[self.id]

    @property
    def status(self) -> str:
        if self.stage != "SIGNED":
            return self.stage
        if self.ended and self.ended <= self.today:
            return "TERMINATED"
        if self.term_to and self.term_to < self.today:
            return "EXPIRED"
        return "ACTIVE" if self.begins <= self.today else "SIGNED"

    @property
    def begins(self) -> dt.date:
        return max([self.term_from, *self.signed.values()])

    def attempt(self, allowed: bool, action: Any, viewer: Viewer, reason: str | None, **arguments: Any) -> bool:
        """Takes the step; whether it was taken, which is as `allowed` says."""
        before = copy.deepcopy(self.store.documents)
        by = act(viewer, reason, self.now)
        try:
            run(action(self.store, by, self.id, self.document["version"], **arguments))
        except Refusal:
            assert not allowed, f"{action.__name__} was refused in {self.status}"
            assert self.store.documents == before
            return False
        assert allowed, f"{action.__name__} was taken in {self.status}"
        self.writes += 1
        return True

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.today += dt.timedelta(days=days)

    @precondition(lambda self: self.stage != "SIGNING" or self.writes > 2)  # leave it time to be signed
    @rule(text=texts)
    def revise(self, text: str) -> None:
        new = not self.texts or self.texts[-1][0] != text
        allowed = self.stage in ("DRAFT", "SIGNING", "DECLINED") and new and len(self.texts) < MOST_VERSIONS
        if self.attempt(allowed, drafting.revise, ADMIN, None, text=text):
            self.texts.append((text, self.today))
            self.signed, self.stage = {}, "DRAFT"

    @rule()
    def open_for_signing(self) -> None:
        allowed = self.stage == "DRAFT" and bool(self.texts)
        if self.attempt(allowed, signing.open_for_signing, ADMIN, None):
            self.stage = "SIGNING"

    @rule(
        organization=organizations,
        by=others,
        back=st.sampled_from([0, 0, 0, 1]),
        ago=st.sampled_from([0, 0, 0, 0, 1, 3, -1]),
    )
    def sign(self, organization: str, by: str | None, back: int, ago: int) -> None:
        day = self.today - dt.timedelta(days=ago)
        drafted = self.texts[-1][1] if self.texts else dt.date.max
        allowed = (
            self.stage == "SIGNING"
            and by in (None, organization)
            and organization in self.parties
            and organization not in self.signed
            and back == 0
            and drafted <= day <= min(self.today, self.term_to or dt.date.max)
        )
        arguments = {"organization": organization, "text_version": len(self.texts) - back, "signed_on": day}
        if self.attempt(allowed, signing.sign, RECORDERS[by or organization], None, **arguments):
            self.signed[organization] = day
            if len(self.signed) == len(self.parties):
                self.stage = "SIGNED"
                self.seal = {
                    name: copy.deepcopy(self.document[name]) for name in ("versions", "signatures", "signed_on")
                }

    @rule(organization=organizations, by=others, reason=reasons)
    def withdraw_signature(self, organization: str, by: str | None, reason: str | None) -> None:
        own = by in (None, organization)
        allowed = self.stage == "SIGNING" and own and organization in self.signed and reason is not None
        viewer = RECORDERS[by or organization]
        if self.attempt(allowed, signing.withdraw_signature, viewer, reason, organization=organization):
            del self.signed[organization]
            self.withdrawn += 1

    @precondition(lambda self: self.stage != "SIGNING" or self.writes > 3)  # leave it time to be signed
    @rule(organization=organizations, by=others, reason=reasons)
    def decline(self, organization: str, by: str | None, reason: str | None) -> None:
        free = organization in self.parties and organization not in self.signed
        allowed = self.stage == "SIGNING" and by in (None, organization) and free and reason is not None
        viewer = RECORDERS[by or organization]
        if self.attempt(allowed, signing.decline, viewer, reason, organization=organization):
            self.stage = "DECLINED"

    @rule(ahead=st.none() | st.integers(-20, 40), reason=reasons)
    def terminate(self, ahead: int | None, reason: str | None) -> None:
        on = None if ahead is None else self.today + dt.timedelta(days=ahead)
        day = on or max(self.today, self.begins)
        allowed = (
            self.status in ("SIGNED", "ACTIVE")
            and reason is not None
            and self.begins <= day <= (self.term_to or dt.date.max)
        )
        changes = day != self.ended  # the reason is the same each time
        if self.attempt(allowed and changes, drafting.terminate, ADMIN, reason, on=on):
            self.ended = day

    @precondition(lambda self: self.writes > 4)
    @rule(reason=reasons)
    def discard(self, reason: str | None) -> None:
        allowed = self.stage in ("DRAFT", "DECLINED") and reason is not None
        if self.attempt(allowed, drafting.discard, ADMIN, reason):
            self.stage = "DISCARDED"

    @precondition(lambda self: self.writes > 1)
    @rule(text=texts)
    def write_over_an_older_version(self, text: str) -> None:
        try:
            run(drafting.revise(self.store, act(), self.id, self.writes - 1, text))
        except Refusal as refusal:
            (problem,) = refusal.problems
            assert (problem.code, problem.version) == (Code.CONFLICT, self.writes)
        else:
            raise AssertionError("an older version was written over")

    @invariant()
    def agrees_with_the_model(self) -> None:
        assert self.document["version"] == self.writes
        assert self.writes == sum(revision["record"] == self.id for revision in self.store.revisions)
        assert Agreement.state(self.document, self.today) == self.status
        assert [version["text"] for version in self.document["versions"]] == [text for text, _ in self.texts]
        assert [version["number"] for version in self.document["versions"]] == [*range(1, len(self.texts) + 1)]

    @invariant()
    def it_is_signed_when_and_on_the_day_the_last_one_signs(self) -> None:
        last = str(max(self.signed.values())) if self.stage == "SIGNED" else None
        assert (self.document["signed_on"] or {}).get("last") == last

    @invariant()
    def nobody_has_signed_twice(self) -> None:
        standing = [
            each["organization"]
            for each in self.document["signatures"]
            if each["withdrawn_at"] is None and each["version"] == len(self.texts)
        ]
        assert sorted(standing) == sorted(self.signed)
        assert sum(each["withdrawn_at"] is not None for each in self.document["signatures"]) == self.withdrawn

    @invariant()
    def what_all_have_signed_never_changes(self) -> None:
        assert {name: self.document[name] for name in self.seal} == self.seal

    @invariant()
    def an_end_is_an_end(self) -> None:
        if self.status in OVER:
            for viewer in (ADMIN, *RECORDERS.values()):
                assert steps_open(Agreement, self.document, viewer, self.today) == []


TestAgreementMachine = AgreementMachine.TestCase
TestAgreementMachine.settings = settings(max_examples=100, stateful_step_count=50, deadline=None)
