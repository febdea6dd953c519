"""An agreement under random steps beside a model of it: each step is taken or refused as the model says.

The model knows the words of domain.md alone; it shares no code with the rules.
"""

import copy
import datetime as dt
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from service.acts import following
from service.cooperation import amending, drafting, renewing, signing
from service.cooperation.agreements import MOST_VERSIONS, Agreement
from service.errors import Code, Refusal
from service.permission import steps_open
from service.records import Action, Document, record_of
from service.viewer import Viewer
from tests.rules.agreement_scene import ADMIN, BANK, BRIGADE, HOSPITAL, NATIVE, NOON, RECORDERS, TODAY, act, run, world

TEXTS = ("双方共建。", "双方共建,互不赠礼。", "三方共建。")
organizations = st.sampled_from([HOSPITAL, BANK, BRIGADE])
texts = st.sampled_from(TEXTS)
written = st.sampled_from([None, *TEXTS, *TEXTS])
lengths = st.none() | st.integers(0, 60)
mostly = st.sampled_from([True, True, True, False])
others = st.sampled_from([None] * 9 + [HOSPITAL, BANK, BRIGADE])  # who steps in for somebody else
backs, days_ago = st.sampled_from([0, 0, 0, 1]), st.sampled_from([0, 0, 0, 0, 1, 3, -1])
reasons = st.sampled_from(["因故"] * 5 + [None])
OVER = ("DISCARDED", "TERMINATED", "RENEWED", "EXPIRED")
STANDING = ("SIGNED", "ACTIVE")
Days = dict[str, dt.date]


class AgreementMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.store = world()
        self.today = TODAY

    @initialize(
        several=st.booleans(), text=written, begins=st.integers(-10, 10), lasts=lengths, opened=mostly, all_sign=mostly
    )
    def draft(
        self, several: bool, text: str | None, begins: int, lasts: int | None, opened: bool, all_sign: bool
    ) -> None:
        self.stage, self.writes, self.ended = "DRAFT", 1, cast(dt.date | None, None)
        self.signed: Days = {}  # who has signed the text or the amendment that is open, and when
        self.signed_on = cast(dt.date | None, None)  # when the last one signed the first time
        self.in_force, self.proposed = 0, False  # the number of the text in force; whether an amendment is open
        self.successor, self.renewed_from = "", cast(dt.date | None, None)
        self.withdrawn = 0
        self.seen: dict[str, list[Any]] = {}
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
        if opened and text and all_sign:
            self.the_others_sign()

    @precondition(lambda self: self.open)
    @rule()
    def the_others_sign(self) -> None:
        for organization in self.parties:
            self.sign(organization, None, 0, 0)

    @precondition(lambda self: self.status in OVER)
    @rule(several=st.booleans(), begins=st.integers(-10, 10), lasts=lengths)
    def draft_another(self, several: bool, begins: int, lasts: int | None) -> None:
        self.draft(several, TEXTS[0], begins, lasts, True, True)

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
        ended, renewed = self.ended or dt.date.max, self.renewed_from or dt.date.max
        if min(ended, renewed) <= self.today:
            return "TERMINATED" if ended < renewed else "RENEWED"
        if self.term_to and self.term_to < self.today:
            return "EXPIRED"
        return "ACTIVE" if self.begins <= self.today else "SIGNED"

    @property
    def begins(self) -> dt.date:
        return max(self.term_from, self.signed_on or self.term_from)

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

    @rule(days=st.integers(1, 8) | st.integers(9, 40))
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

    @property
    def open(self) -> bool:
        """Whether there is something to sign."""
        return self.stage == "SIGNING" or (self.proposed and self.status in STANDING)

    @rule(text=texts, reason=reasons)
    def amend(self, text: str, reason: str | None) -> None:
        allowed = self.status in STANDING and not self.proposed and reason is not None
        new = allowed and self.texts[self.in_force - 1][0] != text and len(self.texts) < MOST_VERSIONS
        if self.attempt(new, amending.amend, ADMIN, reason, text=text):
            self.texts.append((text, self.today))
            self.signed, self.proposed = {}, True

    @precondition(lambda self: not self.proposed or self.writes % 2)  # leave it time to be signed
    @rule(reason=reasons)
    def withdraw_the_amendment(self, reason: str | None) -> None:
        allowed = self.status in STANDING and self.proposed and reason is not None
        if self.attempt(allowed, amending.withdraw, ADMIN, reason):
            self.proposed = False

    @precondition(lambda self: self.stage == "SIGNED")
    @rule(later=st.integers(-1, 30), discarded=st.sampled_from([False, False, True]))
    def renew(self, later: int, discarded: bool) -> None:
        begins = self.begins + dt.timedelta(days=later)
        allowed = self.status in (*STANDING, "EXPIRED") and not self.successor and later > 0
        facts = {"text": TEXTS[0], "term_from": str(begins)}
        before = set(self.store.documents)
        if self.attempt(allowed, drafting.renew, ADMIN, None, facts=facts):
            self.writes -= 1  # the old agreement learns of it when all have signed
            self.conclude((set(self.store.documents) - before).pop(), begins, discarded)

    def conclude(self, own_id: str, begins: dt.date, discarded: bool) -> None:
        """The successor is signed by all, or discarded; then its revision is followed, twice as after a crash."""
        if discarded:
            run(drafting.discard(self.store, act(ADMIN, "因故", self.now), own_id, 1))
        else:
            run(signing.open_for_signing(self.store, act(at=self.now), own_id, 1))
            for version, organization in enumerate(self.parties, start=2):
                given = {"organization": organization, "text_version": 1, "signed_on": self.today}
                run(signing.sign(self.store, act(RECORDERS[organization], at=self.now), own_id, version, **given))
            self.successor, self.renewed_from = own_id, max(begins, self.today)
            self.writes += 1
        for _ in range(2):
            by = following("markRenewed", {"_id": f"{own_id}:2", "network": "net_med"}, self.now)
            run(renewing.follow(self.store, by, own_id))

    @rule()
    def open_for_signing(self) -> None:
        allowed = self.stage == "DRAFT" and bool(self.texts)
        if self.attempt(allowed, signing.open_for_signing, ADMIN, None):
            self.stage = "SIGNING"

    @rule(organization=organizations, by=others, back=backs, ago=days_ago)
    def sign(self, organization: str, by: str | None, back: int, ago: int) -> None:
        day = self.today - dt.timedelta(days=ago)
        drafted = self.texts[-1][1] if self.texts else dt.date.max
        allowed = (
            self.open
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
                self.signed_on = self.signed_on or max(self.signed.values())
                self.stage, self.proposed, self.in_force = "SIGNED", False, len(self.texts)

    @rule(organization=organizations, by=others, reason=reasons)
    def withdraw_signature(self, organization: str, by: str | None, reason: str | None) -> None:
        allowed = self.open and by in (None, organization) and organization in self.signed and reason is not None
        viewer = RECORDERS[by or organization]
        if self.attempt(allowed, signing.withdraw_signature, viewer, reason, organization=organization):
            del self.signed[organization]
            self.withdrawn += 1

    @precondition(lambda self: self.stage != "SIGNING" or self.writes > 3)  # leave it time to be signed
    @rule(organization=organizations, by=others, reason=reasons)
    def decline(self, organization: str, by: str | None, reason: str | None) -> None:
        free = organization in self.parties and organization not in self.signed
        allowed = self.open and by in (None, organization) and free and reason is not None
        viewer = RECORDERS[by or organization]
        if self.attempt(allowed, signing.decline, viewer, reason, organization=organization):
            self.stage, self.proposed = ("SIGNED" if self.proposed else "DECLINED"), False

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
        own = [revision["version"] for revision in self.store.revisions if revision["record"] == self.id]
        assert own == [*range(1, self.writes + 1)]
        assert Agreement.state(self.document, self.today) == self.status
        assert [version["text"] for version in self.document["versions"]] == [text for text, _ in self.texts]
        assert [version["number"] for version in self.document["versions"]] == [*range(1, len(self.texts) + 1)]

    @invariant()
    def the_text_in_force_is_the_last_that_all_have_signed(self) -> None:
        record = record_of(Agreement, self.document)
        if self.stage == "SIGNED":
            assert record.in_force == self.document["in_force"] == self.in_force
        assert (record.amendment is not None) == self.document["amending"] == self.proposed
        assert self.document["renewed_by"] == (self.successor or None)

    @invariant()
    def it_is_signed_when_and_on_the_day_the_last_one_signs(self) -> None:
        last = str(self.signed_on) if self.stage == "SIGNED" else None
        assert (self.document["signed_on"] or {}).get("last") == last

    @invariant()
    def nobody_has_signed_twice(self) -> None:
        standing = [
            each["organization"]
            for each in self.document["signatures"]
            if each["withdrawn_at"] is None and each["version"] == len(self.texts)
        ]
        assert sorted(standing) == sorted(self.signed)
        assert self.stage != "SIGNED" or self.proposed or self.document["unsigned"] == []
        assert sum(each["withdrawn_at"] is not None for each in self.document["signatures"]) == self.withdrawn

    @invariant()
    def what_was_once_written_or_signed_never_changes(self) -> None:
        """Texts and signatures are added; of a signature, only its withdrawal."""
        for name, told in (("versions", "text_hash"), ("signatures", "recorded_at")):
            now, before = [each[told] for each in self.document[name]], self.seen.get(name, [])
            assert now[: len(before)] == before
            self.seen[name] = now

    @invariant()
    def an_end_is_an_end(self) -> None:
        renewable = [Action.RENEW] if self.status == "EXPIRED" and not self.successor else []
        if self.status in OVER:
            for viewer in (ADMIN, *RECORDERS.values()):
                wanted = renewable if viewer is ADMIN else []
                assert steps_open(Agreement, self.document, viewer, self.today) == wanted


TestAgreementMachine = AgreementMachine.TestCase
TestAgreementMachine.settings = settings(max_examples=70, stateful_step_count=50, deadline=None)
