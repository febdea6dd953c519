"""The chain of revisions: any history holds, any tampering with it shows, and every earlier state can be had again."""

import copy
import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.acts import Act
from service.records import Record, document_of, fact_names, facts_of, record_of
from service.store.kinds import KINDS
from service.trail.revisions import changes, digest, first_break, revision_of, undone
from service.viewer import Viewer
from tests.rules.generated import TEXTS, stored

WHERE = st.timezones() | st.just(dt.UTC)
CLOCK = st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2100, 1, 1), timezones=WHERE)  # to the microsecond
KEYS = st.none() | st.binary(min_size=16, max_size=16).map(bytes.hex)
ACTS = st.builds(Act, st.builds(Viewer, TEXTS), CLOCK, TEXTS, st.none() | TEXTS, KEYS, KEYS)
TEXT_OF_ANY_KIND = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


class History(NamedTuple):
    """The states of one record, oldest first, each with its version and head, and the revisions that led to them."""

    states: list[Record]
    revisions: list[dict[str, Any]]

    @property
    def head(self) -> str:
        return self.states[-1].head


def written(states: list[Record], acts: list[Act]) -> History:
    """What the store would write: each state in turn, those that change nothing left out, read back from BSON."""
    made: list[Record] = []
    revisions: list[dict[str, Any]] = []
    for state, act in zip(states, acts, strict=False):
        before = made[-1] if made else None
        first = states[0]
        own = {"id": first.id, "network": first.network, "created_at": first.created_at}
        after = replace(state, **own, version=len(made) + 1, head="")
        if before is None or facts_of(before) != facts_of(after):
            revision = revision_of(before, after, act)
            made.append(replace(after, head=revision["hash"]))
            revisions.append(bson.decode(bson.encode(revision)))
    return History(made, revisions)


def histories(least: int = 1) -> st.SearchStrategy[History]:
    """The history of a record of any kind, of `least` to five versions."""

    def of(kind: type[Record]) -> st.SearchStrategy[History]:
        states: st.SearchStrategy[list[Any]] = st.lists(stored(kind), min_size=least, max_size=5)
        return st.builds(written, states, st.lists(ACTS, min_size=5, max_size=5))

    own = st.sampled_from(list(KINDS.values())).flatmap(of)
    return own.filter(lambda history: len(history.revisions) >= least)


def moment(value: dt.datetime) -> str:
    """As the canonical form writes it, made digit by digit."""
    assert value.tzinfo is None, "BSON is read as naive UTC"
    day = f"{value.year:04}-{value.month:02}-{value.day:02}"
    return f"{day}T{value.hour:02}:{value.minute:02}:{value.second:02}.{value.microsecond // 1000:03}Z"


def computed(revision: Mapping[str, Any]) -> str:
    """The hash as somebody else would compute it: by the standard library, from the docstring of the module."""
    said = {name: value for name, value in revision.items() if name not in ("hash", "sequence", "fence")}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=moment)
    return hashlib.sha256(text.encode()).hexdigest()


@settings(max_examples=60, deadline=None)
@given(histories())
def test_any_history_holds_and_its_hashes_can_be_computed_by_anybody(history: History) -> None:
    assert first_break(history.revisions, history.head) is None
    for place, revision in enumerate(history.revisions):
        assert revision["hash"] == digest(revision) == computed(revision)
        assert revision["version"] == place + 1
        assert revision["_id"] == f"{history.states[0].id}:{place + 1}"
        assert revision["previous"] == (history.revisions[place - 1]["hash"] if place else None)
        relayed = {**revision, "sequence": 7, "fence": 2}
        assert digest(relayed) == revision["hash"]


@given(TEXT_OF_ANY_KIND, st.integers(-(2**53), 2**53), CLOCK)
def test_the_canonical_form_is_the_same_for_every_text_number_and_moment(
    text: str, number: int, at: dt.datetime
) -> None:
    revision = {"reason": text, "changes": [{"after": {text: number, "": [None, True, text]}}]}
    stored_at = bson.decode(bson.encode({"at": at}))
    assert digest(revision | {"at": at}) == computed(revision | stored_at)


def test_the_canonical_form_of_one_revision_stands_here_in_full() -> None:
    at = dt.datetime(2024, 2, 29, 9, 30, 0, 120_999, dt.timezone(dt.timedelta(hours=8)))
    revision = {
        "record": "act_1",
        "at": at,
        "version": 1,
        "reason": '"更正"\n\u2028\x1f/',
        "previous": None,
        "sequence": 9,
    }
    canonical = (
        '{"at":"2024-02-29T01:30:00.120Z","previous":null,"reason":"\\"更正\\"\\n\u2028\\u001f/",'
        '"record":"act_1","version":1}'
    )
    assert digest(revision) == hashlib.sha256(canonical.encode()).hexdigest()


def test_what_no_revision_holds_has_no_digest() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        digest({"at": object()})


@settings(max_examples=60, deadline=None)
@given(histories(least=2))
def test_every_earlier_version_is_reproduced_exactly(history: History) -> None:
    current = document_of(history.states[-1])
    kind = type(history.states[-1])
    for version, state in enumerate(history.states, start=1):
        later = history.revisions[version:][::-1]
        earlier = undone(current, later)
        assert record_of(kind, earlier) == state
        assert document_of(record_of(kind, earlier)) == document_of(state)
    nothing = undone(current, history.revisions[::-1])
    assert {nothing[name] for name in fact_names(kind) if nothing[name] is not None} == set()
    assert (nothing["version"], nothing["head"]) == (0, None)


@given(st.dictionaries(TEXTS, TEXTS | st.none()), st.dictionaries(TEXTS, TEXTS | st.none()))
def test_the_changes_are_the_facts_that_differ(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = changes(before, after)
    assert before | {change["field"]: change["after"] for change in found} == before | after
    assert [change["field"] for change in found] == [
        name for name in after if name not in before or before[name] != after[name]
    ]
    assert all(change["before"] == before.get(change["field"]) for change in found)


def other(value: Any) -> Any:
    """A value of the same type that differs, so that only the hash can tell."""
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(milliseconds=1)
    if isinstance(value, list):
        return [*value, *value] or ["x"]
    return value + 1 if isinstance(value, int) else f"{value}x"


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_a_change_of_any_one_field_shows_at_its_version(history: History, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(history.revisions) - 1))
    for name in history.revisions[place]:
        for wrong in ({name: other(history.revisions[place][name])}, {name: object()}, None):
            tampered = copy.deepcopy(history.revisions)
            if wrong is None:
                del tampered[place][name]
            else:
                tampered[place] |= wrong
            assert first_break(tampered, history.head) == place + 1, (name, wrong)


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_a_change_inside_what_was_changed_shows_at_its_version(history: History, data: st.DataObject) -> None:
    tampered = copy.deepcopy(history.revisions)
    place = data.draw(st.integers(0, len(tampered) - 1))
    change = data.draw(st.sampled_from(tampered[place]["changes"]))
    name = data.draw(st.sampled_from(["field", "before", "after"]))
    change[name] = other(change[name]) if name == "field" else {"other": 1}
    assert first_break(tampered, history.head) == place + 1


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_a_change_with_its_hash_computed_anew_shows_one_version_later(history: History, data: st.DataObject) -> None:
    """The last one shows by the head that its document names."""
    tampered = copy.deepcopy(history.revisions)
    place = data.draw(st.integers(0, len(tampered) - 1))
    tampered[place]["by"] += "x"
    tampered[place]["hash"] = digest(tampered[place])
    assert first_break(tampered, history.head) == place + 2


@settings(max_examples=40, deadline=None)
@given(histories(least=2), st.data())
def test_a_deletion_a_swap_and_a_repetition_show_where_they_are(history: History, data: st.DataObject) -> None:
    whole = history.revisions
    first, second = sorted(data.draw(st.sets(st.integers(0, len(whole) - 1), min_size=2, max_size=2)))
    without = [*whole[:first], *whole[first + 1 :]]
    swapped = list(whole)
    swapped[first], swapped[second] = swapped[second], swapped[first]
    repeated = [*whole[:second], whole[first], *whole[second:]]
    assert first_break(without, history.head) == first + 1
    assert first_break(swapped, history.head) == first + 1
    assert first_break(repeated, history.head) == second + 1


@settings(max_examples=40, deadline=None)
@given(histories(), st.data())
def test_what_is_missing_at_the_end_shows_by_the_head(history: History, data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(history.revisions) - 1))
    assert first_break(history.revisions[:kept], history.head) == kept + 1
    assert first_break(history.revisions[:kept]) is None
