"""Sealing: nothing personal stands plain in a revision, the chain holds with the keys and without, and keys forget."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, get_args, get_type_hints

import bson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.acts import Act
from service.cooperation.agreements import Agreement
from service.facts import folded
from service.network.branches import BranchKind, PartyBranch
from service.network.organizations import Contact, Organization, Sector
from service.network.persons import Person
from service.records import Record, Source, document_of, facts_of, record_of
from service.store.kinds import KINDS
from service.trail import sealing
from service.trail.revisions import first_break, revision_of, undone
from service.trail.sealing import FORGOTTEN, MasterMissing, Masters, of_record, of_value
from service.viewer import Viewer
from tests.conftest import MASTERS
from tests.rules.generated import stored

NEW = Masters((b"another master key of thirty-two bytes", *MASTERS.keys))
ACT = Act(Viewer("tests"), dt.datetime(2024, 2, 29, tzinfo=dt.UTC), "test", None, "ab" * 16, "cd" * 32)
SECRET = "机密的某某人"
PERSONAL = [kind for kind in KINDS.values() if sealing.personal_paths(kind)]


def sealed(before: Record | None, after: Record, keys: dict[str, bytes], masters: Masters = MASTERS) -> dict[str, Any]:
    """As the store seals, with the keys in memory."""
    revision = revision_of(before, after, ACT)
    for subject in sealing.subjects(type(after), revision):
        keys.setdefault(masters.key_id(subject), sealing.new_key())
    own: dict[str, Any] = bson.decode(bson.encode(sealing.sealed(type(after), revision, masters, keys)))
    return own


def history(states: list[Any], keys: dict[str, bytes]) -> tuple[list[Any], list[dict[str, Any]]]:
    """The states of one record with their heads, and the sealed revisions between them."""
    made: list[Any] = []
    revisions: list[dict[str, Any]] = []
    for version, state in enumerate(states, start=1):
        own = {"id": states[0].id, "network": states[0].network, "version": version}
        after = replace(state, **own)
        revisions.append(sealed(made[-1] if made else None, after, keys))
        made.append(replace(after, head=revisions[-1]["hash"]))
    return made, revisions


def secretive(record: Any) -> Any:
    """`record` with a text that can be looked for in place of each that tells of a person."""
    facts = {
        name: sealing.personal_changed(type(record), record.id, record.network, name, value, lambda *_: SECRET)
        for name, value in facts_of(record).items()
    }
    return record_of(type(record), document_of(record) | facts)


HISTORIES = st.sampled_from(PERSONAL).flatmap(lambda kind: st.lists(stored(kind), min_size=1, max_size=3))


@settings(max_examples=40)
@given(HISTORIES)
def test_a_sealed_chain_holds_reads_as_it_was_and_leads_back_to_every_earlier_state(states: list[Any]) -> None:
    keys: dict[str, bytes] = {}
    made, revisions = history(states, keys)
    assert first_break(revisions, made[-1].head) is None
    plain = sealing.revealed(revisions, keys)
    for place, state in enumerate(made):
        changes = revision_of(made[place - 1] if place else None, state, ACT)["changes"]
        assert plain[place]["changes"] == bson.decode(bson.encode({"changes": changes}))["changes"]
        earlier = record_of(type(state), undone(document_of(made[-1]), plain[:place:-1]))
        assert facts_of(earlier) == facts_of(state)


@settings(max_examples=40)
@given(HISTORIES)
def test_without_keys_the_chain_holds_as_well_and_nothing_in_it_tells_of_a_person(states: list[Any]) -> None:
    made, revisions = history([secretive(state) for state in states], {})
    assert first_break(revisions, made[-1].head) is None
    forgotten = sealing.revealed(revisions, {})
    assert SECRET not in repr((revisions, forgotten))
    mentioned = repr(facts_of(made[0])).count(SECRET)
    assert repr(forgotten[0]["changes"]).count(FORGOTTEN) == mentioned
    for place, state in enumerate(made):
        earlier = record_of(type(state), undone(document_of(made[-1]), forgotten[:place:-1]))
        assert earlier.id == state.id


@pytest.mark.parametrize("kind", PERSONAL, ids=lambda kind: kind.PREFIX)
def test_what_is_sealed_are_texts_alone_so_that_what_is_forgotten_has_its_type(kind: type[Record]) -> None:
    def leaves(hint: Any, path: tuple[str, ...]) -> Iterator[Any]:
        if inner := [each for each in get_args(hint) if each not in (type(None), ...)]:
            for each in inner:
                yield from leaves(each, path)
        elif path:
            yield from leaves(get_type_hints(hint)[path[0]], path[1:])
        elif dataclasses.is_dataclass(hint):
            assert "name" in get_type_hints(hint)  # whose the others are
            for each in get_type_hints(hint).values():
                yield from leaves(each, ())
        else:
            yield hint

    for name, paths in sealing.personal_paths(kind).items():
        for path in paths:
            assert {*leaves(get_type_hints(kind)[name], path)} == {str}


def test_each_kind_seals_what_only_the_rights_to_contacts_or_restricted_values_let_read() -> None:
    assert {kind.PREFIX: set(sealing.personal_paths(kind)) for kind in PERSONAL} == {
        "org": {"contacts"},
        "bra": {"secretary", "sources"},
        "per": {"name", "phone", "email", "sources", "external_reference"},
        "agr": {"signatures"},
        "grp": {"chairs", "members", "office", "sources"},
        "rol": {"holder", "sources"},
        "com": {"sides"},
        "ack": {"persons"},
        "bre": {"reporter"},
        "fin": {"responsible"},
    }


@given(st.text(), st.text(), st.text())
def test_a_name_has_one_key_in_a_network_however_it_is_written(name: str, other: str, spaces: str) -> None:
    def own(network: str, value: str) -> str:
        return MASTERS.key_id(of_value(network, value))

    assert own("net_a", name) == own("net_a", f" {name.upper() if name.isascii() else name} ")
    assert (own("net_a", name) == own("net_a", other)) == (folded(name) == folded(other))
    assert own("net_a", name) != own("net_b", name)
    assert own("net_a", name) != MASTERS.key_id(of_record(name))


def test_one_lost_key_forgets_one_person_and_nobody_else() -> None:
    contacts = (Contact("王伟", phone="020-1", email=None), Contact("李娜", post="主任"), Contact(" 王伟"))
    bank = Organization(id="org_1", network="net_a", name="王伟银行", sector=Sector.BANK, contacts=contacts, version=1)
    keys: dict[str, bytes] = {}
    revision = sealed(None, bank, keys)
    assert len(keys) == 2
    del keys[MASTERS.key_id(of_value("net_a", "王伟"))]
    told = {each["field"]: each["after"] for each in sealing.revealed(revision, keys)["changes"]}
    gone = {"name": FORGOTTEN, "post": None, "phone": FORGOTTEN, "email": None}
    assert told["contacts"] == [
        gone,
        {"name": "李娜", "post": "主任", "phone": None, "email": None},
        gone | {"phone": None},
    ]
    assert told["name"] == "王伟银行"


def test_a_key_that_was_made_anew_opens_nothing_of_the_one_before() -> None:
    keys: dict[str, bytes] = {}
    named: dict[str, Any] = {"name": "支部", "kind": BranchKind.BRANCH, "secretary": "王伟"}
    branch = PartyBranch(id="bra_1", network="net_a", organization="org_1", **named)
    old = sealed(None, replace(branch, version=1), keys)
    keys = {}
    new = sealed(None, replace(branch, version=1), keys)
    told = [sealing.revealed(each, keys)["changes"] for each in (old, new)]
    secretaries = [next(each["after"] for each in changes if each["field"] == "secretary") for changes in told]
    assert secretaries == [FORGOTTEN, "王伟"]


def test_all_that_is_personal_in_a_persons_record_has_the_records_own_key_and_the_mark_is_never_sealed() -> None:
    person = Person(
        id="per_1", network="net_a", organization="org_1", name="王伟", phone="1", external_reference="HR-1"
    )
    person = replace(person, sources=(Source("000", "A1", "王伟任书记"),), version=1)
    assert sealing.subjects(Person, revision_of(None, person, ACT)) == {of_record("per_1")}
    marked = replace(person, name=FORGOTTEN, phone=None, external_reference=None, sources=())
    assert sealing.subjects(Person, revision_of(None, marked, ACT)) == set()
    assert sealing.subjects(Agreement, {**revision_of(None, person, ACT), "changes": []}) == set()


def test_a_new_master_key_seals_from_then_on_and_the_old_one_still_opens() -> None:
    subject, key = of_value("net_a", "王伟"), sealing.new_key()
    document = MASTERS.wrapped(MASTERS.key_id(subject), key)
    assert key not in document["wrapped"]
    assert NEW.unwrapped(document) == key
    assert NEW.key_ids(subject) == [NEW.key_id(subject), MASTERS.key_id(subject)]
    assert NEW.key_id(subject) != MASTERS.key_id(subject)
    with pytest.raises(MasterMissing, match="COBUILD_SEALING_KEY lacks the key"):
        MASTERS.unwrapped(NEW.wrapped("id", key))


def test_what_tells_of_a_person_is_no_more_to_be_guessed_from_the_fingerprint_of_its_arguments() -> None:
    person = Person(id="per_1", network="net_a", organization="org_1", name="王伟", version=1)
    keys: dict[str, bytes] = {}
    told = sealed(None, person, keys)["fingerprint"]
    assert told == MASTERS.blinded(ACT.fingerprint or "")[0] == NEW.blinded(ACT.fingerprint or "")[1]
    assert told not in (ACT.fingerprint, NEW.blinded(ACT.fingerprint or "")[0])
    unkeyed = revision_of(None, person, replace(ACT, key=None, fingerprint=None))
    assert sealing.sealed(Person, unkeyed, MASTERS, keys)["fingerprint"] is None
