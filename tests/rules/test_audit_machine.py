"""Audits and their findings under any sequence of steps: a model says what each must do, and nothing else happens."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from service.errors import Code
from service.integrity import auditing, raising, rectifying
from service.integrity.audits import Audit
from service.integrity.verdicts import CheckId, Result, Verdict
from service.records import Document
from service.trail.revisions import first_break
from service.viewer import Viewer
from tests.rules.audit_scene import ADMIN, COLLEAGUE, NURSE, OFFICER, REPORTER, act, scene
from tests.rules.test_activity_machine import outcome

RESULT = Result(CheckId.NO_EXCHANGE, Verdict.FAIL, "org_tv", "org_tv")
OFFICE = (OFFICER, COLLEAGUE)
BOTH = Viewer("兼任", (*REPORTER.grants, *OFFICER.grants))
VIEWERS = st.sampled_from([OFFICER, COLLEAGUE, BOTH, REPORTER, NURSE, ADMIN])
UNSETTLED = {"DRAFT", "OPEN", "RECTIFIED"}
DUE = {"responsible": "陈主任", "due": "2024-12-31"}


@dataclass
class Model:
    """What a record must be: its state, how often it was written, and what its steps depend on."""

    status: str
    version: int = 1
    ran: bool = False  # of an audit
    audit: str | None = None  # of a finding
    grade: str | None = None
    by: str = ""


async def gather(_: Audit, __: dt.datetime) -> list[Result]:
    return [RESULT]


class Audits(RuleBasedStateMachine):
    audits, findings = Bundle("audits"), Bundle("findings")

    def __init__(self) -> None:
        super().__init__()
        self.store = scene()
        self.models: dict[str, Model] = {}
        self.closed: dict[str, dict[str, Any]] = {}

    def written(self, found: Document | Code, model: Model) -> str:
        assert not isinstance(found, Code), (found, model)
        self.models[found["_id"]] = model
        return str(found["_id"])

    def step(self, own_id: str, found: Document | Code, to: str | None, wanted: Code | None, **facts: Any) -> None:
        """`found` is the refusal that the model wants, or leads to the state `to`."""
        model = self.models[own_id]
        if wanted is None and to is None:
            wanted = Code.ILLEGAL_STATE
        if wanted is not None:
            assert found is wanted, (found, wanted, model)
            return
        after = Model(**{**vars(model), **facts, "status": to, "version": model.version + 1})
        assert self.written(found, after) == own_id
        if after.status == "CLOSED":
            self.closed[own_id] = self.store.documents[own_id]

    # ── Audits ──

    @initialize(target=audits)
    def begin(self) -> Any:
        return self.open_audit(OFFICER)

    @rule(target=audits, viewer=VIEWERS)
    def open_audit(self, viewer: Viewer) -> Any:
        period = {"period_from": "2023-01-01", "period_to": "2023-12-31"}
        facts = {"network": "net_a", "title": "审计", **period}
        found = outcome(auditing.open_audit(self.store, act(viewer), facts))
        if viewer in (*OFFICE, BOTH):
            return self.written(found, Model("OPEN"))
        assert found is Code.FORBIDDEN
        return multiple()

    @rule(own_id=audits, name=st.sampled_from(["correct", "run", "report", "close", "discard"]), viewer=VIEWERS)
    def step_of_audit(self, own_id: str, name: str, viewer: Viewer) -> None:
        model, asked = self.models[own_id], act(viewer)
        is_open, waiting = model.status == "OPEN", self.unsettled(own_id)
        calls: dict[str, Any] = {
            "correct": lambda: auditing.correct(
                self.store, asked, own_id, model.version, {"title": f"v{model.version}"}
            ),
            "run": lambda: auditing.run_checks(self.store, asked, own_id, model.version, gather),
            "report": lambda: auditing.report(self.store, asked, own_id, model.version, "结论"),
            "close": lambda: auditing.close(self.store, asked, own_id, model.version),
            "discard": lambda: auditing.discard(self.store, asked, own_id, model.version),
        }
        ways = {
            "correct": "OPEN" if is_open and not model.ran else None,
            "run": "OPEN" if is_open and not model.ran else None,
            "report": "REPORTED" if is_open and model.ran else None,
            "close": "CLOSED" if model.status == "REPORTED" else None,
            "discard": "DISCARDED" if is_open else None,
        }
        wanted = Code.RULE_BROKEN if name in ("close", "discard") and ways[name] and waiting else None
        if viewer in (REPORTER, NURSE):
            wanted = Code.NOT_FOUND  # an audit concerns no organisation
        elif viewer is ADMIN:
            wanted = Code.FORBIDDEN
        self.step(own_id, outcome(calls[name]()), ways[name], wanted, ran=model.ran or name == "run")

    def unsettled(self, audit: str) -> bool:
        return any(each.audit == audit and each.status in UNSETTLED for each in self.models.values())

    # ── Findings ──

    @rule(target=findings, audit=st.none() | audits, viewer=VIEWERS, from_check=st.booleans())
    def raise_finding(self, audit: str | None, viewer: Viewer, from_check: bool) -> Any:
        facts: dict[str, Any] = {"organization": "org_tv", "title": "未开展交流", "audit": audit}
        if from_check and audit:
            given = {**facts, "check": "NO_EXCHANGE", "subject": "org_tv"}
            found = outcome(raising.raise_from_check(self.store, act(viewer), given))
        else:
            found = outcome(raising.raise_finding(self.store, act(viewer), {**facts, "network": "net_a"}))
        of = self.models[audit] if audit else None
        if viewer not in (*OFFICE, BOTH):
            assert found in (Code.FORBIDDEN, Code.REFERENCE_INVALID)
        elif of and of.status == "DISCARDED":
            assert found is Code.REFERENCE_INVALID
        elif of and of.status != "OPEN":
            assert found is Code.RULE_BROKEN
        elif of and from_check and not of.ran:
            assert found is Code.REFERENCE_INVALID
        else:
            return self.written(found, Model("DRAFT", audit=audit))
        return multiple()

    @rule(
        own_id=findings,
        name=st.sampled_from(["correct", "open_finding", "assign", "rectify", "verify", "close", "discard"]),
        grade=st.sampled_from(["CONFORM", "MINOR", "MAJOR"]),
        viewer=VIEWERS,
        effective=st.booleans(),
        stale=st.booleans(),
    )
    def step_of_finding(self, own_id: str, name: str, grade: str, viewer: Viewer, effective: bool, stale: bool) -> None:
        model = self.models[own_id]
        given: dict[str, list[Any]] = {
            "correct": [{"title": f"v{model.version}"}],
            "assign": [{"grade": grade, **DUE, "cause": f"v{model.version}"}],
            "rectify": [{"action": "整改", "done_on": "2024-02-01"}],
            "verify": [effective],
        }
        found = outcome(
            getattr(rectifying, name)(self.store, act(viewer), own_id, model.version - stale, *given.get(name, ()))
        )
        to = self.way(name, model, effective)
        facts: dict[str, Any] = {"by": viewer.subject} if name == "rectify" else {}
        facts |= {"grade": grade} if name == "assign" else {}
        self.step(own_id, found, to, self.refusal(name, model, viewer, stale, to), **facts)

    def way(self, name: str, model: Model, effective: bool) -> str | None:
        """The state that the step leads to; None where it is not open."""
        ways = {
            ("DRAFT", "correct"): "DRAFT",
            ("DRAFT", "open_finding"): "OPEN",
            ("DRAFT", "discard"): "DISCARDED",
            ("OPEN", "assign"): "OPEN",
            ("RECTIFIED", "verify"): "CLOSED" if effective else "OPEN",
        }
        if model.grade == "CONFORM":
            ways["OPEN", "close"] = "CLOSED"
        elif model.grade:
            ways["OPEN", "rectify"] = "RECTIFIED"
        return ways.get((model.status, name))

    def refusal(self, name: str, model: Model, viewer: Viewer, stale: bool, to: str | None) -> Code | None:
        """Why the step must be refused, if not for its state."""
        draft = model.status in ("DRAFT", "DISCARDED")
        if viewer is NURSE or (draft and viewer in (REPORTER, ADMIN)):
            return Code.NOT_FOUND
        if stale:
            return Code.CONFLICT
        may = (REPORTER, BOTH) if name == "rectify" else (*OFFICE, BOTH)
        if viewer not in may:
            return Code.FORBIDDEN
        return Code.RULE_BROKEN if to and name == "verify" and model.by == viewer.subject else None

    # ── What always holds ──

    @invariant()
    def every_record_is_what_was_last_written(self) -> None:
        for own_id, model in self.models.items():
            stored = self.store.documents[own_id]
            assert (stored["status"], stored["version"]) == (model.status, model.version)

    @invariant()
    def what_is_closed_never_changes(self) -> None:
        for own_id, before in self.closed.items():
            assert self.store.documents[own_id] == before
            assert not self.unsettled(own_id)

    @invariant()
    def no_revision_is_lost(self) -> None:
        assert len(self.store.revisions) == sum(model.version for model in self.models.values())
        for own_id in self.models:
            chain = [revision for revision in self.store.revisions if revision["record"] == own_id]
            assert first_break(chain, self.store.documents[own_id]["head"]) is None


Audits.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
test_audits_keep_to_the_model = Audits.TestCase
