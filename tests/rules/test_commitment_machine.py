"""A commitment under random steps beside a model of it: each step is taken or refused as the model says.

The model knows the words of domain.md alone; it shares no code with the rules.
"""

import copy
import datetime as dt
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.errors import Code, Refusal
from service.integrity import acknowledging, drawing, ending, publicising, signing
from service.integrity.blockers import blockers
from service.integrity.commitments import Commitment
from service.permission import steps_open
from tests.rules.agreement_scene import run
from tests.rules.commitment_scene import BANK, HOSPITAL, NOON, RECORDERS, STAFF, TODAY, Desk, act, facts, world

PAIR = (HOSPITAL, BANK)
one_side = st.sampled_from(PAIR)
others = st.sampled_from([None] * 9 + [*PAIR])  # who steps in for somebody else
reasons = st.sampled_from(["因故"] * 5 + [None])
ago = st.sampled_from([0, 0, 0, 1, 3, 8, -1])
lengths, mostly = st.none() | st.integers(0, 40), st.sampled_from([True, True, True, False])
ONE_DAY = dt.timedelta(days=1)
PUBLISHED = dt.date(2024, 1, 1)


class CommitmentMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = world()
        del self.store.documents["hea_late"]  # else who signs after that day signs with it
        self.today = TODAY

    @initialize(lasts=lengths, ready=mostly)
    def draw_up(self, lasts: int | None, ready: bool) -> None:
        self.expires = None if lasts is None else self.today + dt.timedelta(days=lasts)
        self.signed: dict[str, dt.date] = {}
        self.publicity: list[tuple[str, dt.date, dt.date | None]] = []
        self.batches: dict[str, list[tuple[dt.date, int]]] = {own: [] for own in PAIR}
        self.withdrawn: dt.date | None = None
        self.discarded, self.writes = False, 1
        given = facts(expires_on=str(self.expires) if self.expires else None)
        document = run(drawing.draw_up(self.store, act(at=self.now), given))
        self.desk = Desk(self.store, document["_id"])
        if ready:
            self.everybody_does_their_part(True)

    @precondition(lambda self: self.status in ("DISCARDED", "WITHDRAWN"))
    @rule(lasts=lengths, ready=mostly)
    def draw_up_another(self, lasts: int | None, ready: bool) -> None:
        self.draw_up(lasts, ready)

    @property
    def now(self) -> dt.datetime:
        return NOON + (self.today - TODAY)

    @property
    def status(self) -> str:
        if self.discarded:
            return "DISCARDED"
        if not self.signed:
            return "DRAWN_UP"
        if self.withdrawn and self.withdrawn <= self.today:
            return "WITHDRAWN"
        if self.expires and self.expires < self.today:
            return "EXPIRED"
        return "EFFECTIVE" if self.complete else "PENDING"

    @property
    def complete(self) -> bool:
        """Both have signed, publicised it for seven whole days, and all of their staff know."""
        return all(own in self.signed and self.days(own) >= 7 and self.known(own) >= STAFF[own] for own in PAIR)

    def days(self, own: str) -> int:
        """Whole days of publicity before today, each once."""
        told = set()
        for organization, begins, ends in self.publicity:
            last = min(ends or self.today, self.today - ONE_DAY)
            if organization == own:
                told |= {begins + ONE_DAY * number for number in range((last - begins).days + 1)}
        return len(told)

    def known(self, own: str) -> int:
        return sum(number for _, number in self.batches[own])

    @property
    def open(self) -> bool:
        return self.status in ("PENDING", "EFFECTIVE")

    def attempt(self, allowed: bool, action: Any, by: str, reason: str | None = "因故", **given: Any) -> bool:
        """Takes the step; whether it was taken, which is as `allowed` says. Then the followers run, twice."""
        before = copy.deepcopy(self.store.documents)
        acting = act(by, reason, self.now)
        version = self.desk.document["version"]
        try:
            run(action(self.store, acting, self.desk.id, version, **given))
        except Refusal:
            assert not allowed, f"{action.__name__} was refused in {self.status}"
            assert self.store.documents == before
            return False
        assert allowed, f"{action.__name__} was taken in {self.status}"
        self.settle()
        return True

    def settle(self) -> None:
        self.desk.at = self.now
        run(self.desk.followed())

    @rule(days=st.integers(1, 8))
    def time_passes(self, days: int) -> None:
        self.today += dt.timedelta(days=days)

    @rule(own=one_side, by=others, back=ago, number=st.sampled_from([1, 1, 1, 1, 2]))
    def sign(self, own: str, by: str | None, back: int, number: int) -> None:
        day = self.today - dt.timedelta(days=back)
        fits = self.status in ("DRAWN_UP", "PENDING") and own not in self.signed and by in (None, own)
        fits = fits and number == 1 and dt.date(2024, 1, 31) <= day <= min(self.today, self.expires or dt.date.max)
        given = {"organization": own, "clause_version": number, "signed_on": day, "headcount": f"hea_{own[4:]}"}
        if self.attempt(fits, signing.sign, by or own, **given):
            self.signed[own] = day

    @precondition(lambda self: len(self.signed) == 1)
    @rule(own=one_side, reason=reasons)
    def withdraw_signature(self, own: str, reason: str | None) -> None:
        fits = self.status == "PENDING" and own in self.signed and reason is not None
        if self.attempt(fits, signing.withdraw_signature, own, reason, organization=own):
            del self.signed[own]

    @precondition(lambda self: self.desk.document["version"] > 1 or self.today.day % 2)  # leave it time to be signed
    @rule(reason=reasons)
    def discard(self, reason: str | None) -> None:
        if self.attempt(self.status == "DRAWN_UP" and reason is not None, drawing.discard, HOSPITAL, reason):
            self.discarded = True

    @rule(own=one_side, by=others, back=ago, lasts=st.none() | st.integers(-1, 9))
    def publicise(self, own: str, by: str | None, back: int, lasts: int | None) -> None:
        begins = self.today - dt.timedelta(days=back)
        ends = None if lasts is None else begins + dt.timedelta(days=lasts)
        fits = self.open and own in self.signed and by in (None, own) and back >= 0 and (lasts or 0) >= 0
        given = {"organization": own, "channel": "宣传栏", "begins": begins, "ends": ends}
        if self.attempt(fits, publicising.publicise, by or own, **given):
            self.publicity.append((own, begins, ends))

    @precondition(lambda self: self.publicity)
    @rule(own=one_side, number=st.integers(1, 3), back=ago)
    def end_publicity(self, own: str, number: int, back: int) -> None:
        day = self.today - dt.timedelta(days=back)
        found = self.publicity[number - 1] if number <= len(self.publicity) else None
        goes_on = found is not None and found[0] == own and (found[2] is None or found[2] > self.today)
        fits = self.open and goes_on and found is not None and found[1] <= day <= self.today
        if self.attempt(fits, publicising.end_publicity, own, organization=own, number=number, ends=day):
            self.publicity[number - 1] = (own, self.publicity[number - 1][1], day)

    @rule(own=one_side, by=others, back=ago, number=st.sampled_from([1, 2, 3, 97, 100]))
    def acknowledge(self, own: str, by: str | None, back: int, number: int) -> None:
        day = self.today - dt.timedelta(days=back)
        fits = self.open and own in self.signed and by in (None, own) and PUBLISHED <= day <= self.today
        fits = fits and self.known(own) + number <= STAFF[own]
        batch = {"commitment": self.desk.id, "organization": own, "acknowledged_on": day, "head_count": number}
        before = copy.deepcopy(self.store.documents)
        try:
            run(acknowledging.record(self.store, act(by or own, at=self.now), batch))
        except Refusal:
            assert not fits
            assert self.store.documents == before
            return
        assert fits
        self.batches[own].append((day, number))
        self.settle()

    @rule(own=one_side, ahead=st.none() | st.integers(-3, 9), reason=reasons)
    def withdraw(self, own: str, ahead: int | None, reason: str | None) -> None:
        day = self.today + dt.timedelta(days=ahead or 0)
        first, last = min(self.signed.values(), default=dt.date.max), self.expires or dt.date.max
        fits = self.open and reason is not None and first <= day <= last
        before = self.desk.document["withdrawn_on"]
        changes = before is None or str(day) < before  # nobody keeps the other side in
        on = None if ahead is None else day
        if self.attempt(fits and changes, ending.withdraw, own, reason, organization=own, on=on):
            self.withdrawn = day

    @rule()
    def write_over_an_older_version(self) -> None:
        older = self.desk.document["version"] - 1
        with pytest.raises(Refusal, match=Code.CONFLICT):
            run(drawing.discard(self.store, act(at=self.now), self.desk.id, older))

    @precondition(lambda self: self.status in ("DRAWN_UP", "PENDING"))
    @rule(publicised=st.booleans())
    def everybody_does_their_part(self, publicised: bool) -> None:
        for own in PAIR:
            self.sign(own, None, 0, 1)
        for own in PAIR:
            if publicised:
                self.publicise(own, None, 3, None)
            self.acknowledge(own, None, 1, STAFF[own] - self.known(own) or 1)

    @invariant()
    def it_stands_as_the_model_says(self) -> None:
        assert Commitment.state(self.desk.document, self.today) == self.status

    @invariant()
    def it_is_effective_exactly_without_blockers(self) -> None:
        if self.open or self.status == "DRAWN_UP":
            assert (self.status == "EFFECTIVE") == (blockers(self.desk.document, self.today) == ())

    @invariant()
    def no_revision_is_lost(self) -> None:
        for own_id, document in self.store.documents.items():
            own = [each["version"] for each in self.store.revisions if each["record"] == own_id]
            if own:
                assert own == [*range(1, document["version"] + 1)]

    @invariant()
    def what_is_known_is_what_was_told(self) -> None:
        for side in self.desk.document["sides"]:
            assert side["known"] == self.known(side["organization"])

    @invariant()
    def an_end_is_an_end(self) -> None:
        if self.status in ("DISCARDED", "WITHDRAWN"):
            for viewer in RECORDERS.values():
                assert steps_open(Commitment, self.desk.document, viewer, self.today) == []


TestCommitmentMachine = CommitmentMachine.TestCase
TestCommitmentMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
