"""Verifying a record's chain and its document, purely: what is broken, and where."""

import dataclasses
import datetime as dt
from dataclasses import replace
from typing import Any, ClassVar

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.network.organizations import Organization
from service.records import Document, Record, document_of
from service.store.kinds import KINDS
from service.trail.revisions import digest
from service.trail.verifying import FORGOTTEN, REASONS, Chain, Fault, FaultCode, facts_built, fault_of
from tests.rules.test_revisions import History, histories, written
from tests.store.scene import NOW, act, organization


def stored(history: History) -> dict[str, Any]:
    """The document that the store would have written with the last revision."""
    revisions = history.revisions
    times = {"created_at": revisions[0]["at"], "updated_at": revisions[-1]["at"]}
    return bson.decode(bson.encode(document_of(history.states[-1]) | times))


def first_fault(kind: type[Record], revisions: list[dict[str, Any]], document: Document | None) -> Fault | None:
    chain = Chain(document["_id"] if document else revisions[0]["record"])
    return next(filter(None, map(chain.add, revisions)), None) or chain.end(kind, document)


def found(kind: type[Record], revisions: list[dict[str, Any]], document: Document | None) -> tuple[FaultCode, Any]:
    fault = first_fault(kind, revisions, document)
    assert fault is not None
    return fault.code, fault.version


@settings(max_examples=20)
@given(histories())
def test_what_the_store_writes_holds(history: History) -> None:
    assert first_fault(type(history.states[0]), history.revisions, stored(history)) is None


@settings(max_examples=20)
@given(histories(), st.data())
def test_every_fact_of_a_document_counts(history: History, data: st.DataObject) -> None:
    document, kind = stored(history), type(history.states[0])
    name = data.draw(st.sampled_from(sorted(facts_built(history.revisions))))
    if data.draw(st.booleans()):
        document[name] = {"another": "value"}
    else:
        del document[name]
    assert found(kind, history.revisions, document) == (FaultCode.DOCUMENT_ALTERED, len(history.revisions))


def organizations() -> History:
    """An organisation that was named, renamed and renamed again."""
    states = [replace(organization("org_1"), name=name) for name in ("甲", "乙", "丙")]
    acts = [act(at=NOW + dt.timedelta(days=day)) for day in range(3)]
    return written([*states], acts)


@pytest.fixture
def history() -> History:
    return organizations()


class TestOneHistory:
    KIND: ClassVar[type[Record]] = Organization

    def test_a_document_of_another_version_head_or_time_is_altered(self, history: History) -> None:
        last = len(history.revisions)
        for name in ("head", "created_at", "updated_at"):
            assert found(self.KIND, history.revisions, stored(history) | {name: "x"}) == ("DOCUMENT_ALTERED", last)
        for version in (last - 1, last + 1, "x", None):
            altered = stored(history) | {"version": version}
            assert found(self.KIND, history.revisions, altered) == ("DOCUMENT_ALTERED", last)

    def test_what_is_missing_is_named(self, history: History) -> None:
        revisions, document = history.revisions, stored(history)
        assert found(self.KIND, revisions[1:], document) == ("REVISION_MISSING", 1)
        assert found(self.KIND, [revisions[0], *revisions[2:]], document) == ("REVISION_MISSING", 2)
        assert found(self.KIND, revisions[:-1], document) == ("REVISION_MISSING", len(revisions))
        assert found(self.KIND, [], document) == ("REVISION_MISSING", 1)
        assert found(self.KIND, revisions, None) == ("DOCUMENT_MISSING", len(revisions))
        assert Chain("org_1").end(self.KIND, None) == Fault(FaultCode.DOCUMENT_MISSING, "org_1", None)

    def test_what_is_altered_forked_or_follows_nothing_is_named(self, history: History) -> None:
        revisions, document = history.revisions, stored(history)

        def with_second(**other: Any) -> list[dict[str, Any]]:
            return [revisions[0], revisions[1] | other, *revisions[2:]]

        assert found(self.KIND, with_second(reason="another"), document) == ("REVISION_ALTERED", 2)
        assert found(self.KIND, [revisions[0], {"version": 2}], document) == ("REVISION_ALTERED", 2)
        assert found(self.KIND, with_second(changes={1, 2}), document) == ("REVISION_ALTERED", 2)
        assert found(self.KIND, [*revisions[:2], *revisions[1:]], document) == ("CHAIN_FORKED", 2)
        other = with_second(previous="0" * 64)
        other[1]["hash"] = digest(other[1])
        assert found(self.KIND, other, document) == ("CHAIN_BROKEN", 2)
        of_another = with_second(record="org_x", _id="org_x:2")
        of_another[1]["hash"] = digest(of_another[1])
        assert found(self.KIND, of_another, document) == ("REVISION_ALTERED", 2)

    def test_a_revision_that_ends_the_chain_anew_shows_in_the_document(self, history: History) -> None:
        revisions = [dict(each) for each in history.revisions]
        revisions[-1]["reason"] = "另一理由"
        revisions[-1]["hash"] = digest(revisions[-1])
        assert found(self.KIND, revisions, stored(history)) == ("DOCUMENT_ALTERED", len(revisions))


def test_what_a_fact_is_without_being_said_can_be_told_of_every_kind() -> None:
    for kind in KINDS.values():
        for field in dataclasses.fields(kind):
            assert field.default_factory is dataclasses.MISSING, (kind, field)  # no default is made by a function


@dataclasses.dataclass(frozen=True, kw_only=True)
class Later(Record):
    """A kind that came to know `nick` after its first records were written."""

    name: str
    nick: str | None = None


def test_facts_of_a_kind_may_come_later_and_only_as_what_they_are_by_default() -> None:
    built = {"network": "net_a", "origin": "NATIVE", "sources": [], "gaps": [], "name": "甲"}
    changes = [{"field": name, "before": None, "after": value} for name, value in built.items()]
    revision: dict[str, Any] = {"_id": "lat_1:1", "record": "lat_1", "version": 1, "previous": None, "at": "t"}
    revision["changes"] = changes
    revision["hash"] = digest(revision)
    document = {"_id": "lat_1", "version": 1, "head": revision["hash"], "created_at": "t", "updated_at": "t", **built}
    assert first_fault(Later, [revision], document) is None
    assert first_fault(Later, [revision], document | {"nick": None}) is None
    assert found(Later, [revision], document | {"nick": "乙"}) == ("DOCUMENT_ALTERED", 1)
    without_name = revision | {"changes": changes[:-1]}
    without_name["hash"] = digest(without_name)
    unsaid = document | {"head": without_name["hash"]}
    assert found(Later, [without_name], unsaid) == ("DOCUMENT_ALTERED", 1)
    assert found(Later, [revision], document | {"sources": [1]}) == ("DOCUMENT_ALTERED", 1)
    assert found(Later, [revision], document | {"sources": ()}) == ("DOCUMENT_ALTERED", 1)


def test_sealed_values_are_compared_as_revealed_and_what_was_forgotten_is_not() -> None:
    sealed = {"name": "密文", "phones": [{"of": "密文", "kind": "HOME"}, "密文"]}
    changes = [
        {"field": "contact", "before": None, "after": sealed},
        {"field": "city", "before": None, "after": "广州"},
    ]
    revision = {"record": "per_1", "changes": changes}

    def revealing(to: Any) -> dict[str, Any]:
        def reveal(value: Any) -> Any:
            if isinstance(value, dict):
                return {name: reveal(inner) for name, inner in value.items()}
            if isinstance(value, list):
                return [reveal(inner) for inner in value]
            return to if value == "密文" else value

        found: dict[str, Any] = reveal(facts_built([revision]))
        return found

    assert facts_built([revision]) == {"contact": sealed, "city": "广州"}
    assert facts_built([revision], {"city": "佛山", "old": 1})["old"] == 1
    assert revealing("王芳")["contact"]["phones"][0] == {"of": "王芳", "kind": "HOME"}
    forgotten = revealing(FORGOTTEN)
    chain = Chain("per_1")
    full: dict[str, Any] = {"_id": "per_1:1", "version": 1, "previous": None, "at": "t", **revision}
    full["changes"] = [*changes, *({"field": name, "after": None} for name in ("network", "origin", "sources", "gaps"))]
    full["hash"] = digest(full)
    assert chain.add(full) is None
    plain = {"network": None, "origin": None, "sources": None, "gaps": None, "city": "广州"}
    times = {"version": 1, "head": full["hash"], "created_at": "t", "updated_at": "t"}
    erased = {"name": None, "phones": [{"of": "", "kind": "HOME"}, "(已遗忘)"]}
    for other in (
        erased,
        {"name": 1},
        {**erased, "phones": []},
        {**erased, "phones": [{"of": "", "kind": "WORK"}, ""]},
    ):
        fault = chain.end(Record, {**plain, **times, "contact": other}, lambda facts: {**facts, **forgotten})
        assert fault is not None
        assert fault.code is FaultCode.DOCUMENT_ALTERED


def test_a_fault_is_told_in_both_languages_and_named_as_far_as_it_can_be() -> None:
    assert REASONS.keys() == set(FaultCode)
    assert Fault(FaultCode.REVISION_MISSING, "act_1", 3).told() == (
        "act_1:3: the revision is missing.",
        "act_1:3:修订缺失。",
    )
    assert Fault(FaultCode.SEQUENCE_BROKEN, None, None, 7).told() == (
        "?:? (sequence 7): the sequence has a gap or a fork here.",
        "?:?(序号 7):序号在此处有缺口或重复。",
    )
    for version in (0, -1, 2**31, True, "3", None):
        named = fault_of(FaultCode.CHAIN_BROKEN, {"record": version, "version": version}, 1)
        assert named.version is None
    assert fault_of(FaultCode.CHAIN_BROKEN, {"record": "a", "version": 1}, 2) == Fault(
        FaultCode.CHAIN_BROKEN, "a", 1, 2
    )
