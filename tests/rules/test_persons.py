"""Persons: whose they are, that a number is used once, and that the name is in nothing they are found by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import Code
from service.network import departments, persons
from service.network.persons import Person, PersonStatus
from service.records import document_of, fact_names, joined
from service.store.kinds import KINDS
from service.viewer import Grant, Right, Role, Viewer
from tests.rules.alliance_scene import alliance, person_facts
from tests.rules.generated import stored
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import FOREIGN, REPORTED, WITHOUT_RIGHT, act, codes, refused


@pytest.fixture
def store() -> MemoryStore:
    return alliance()


async def test_a_person_is_made_corrected_and_archived(store: MemoryStore) -> None:
    made = await persons.create(store, act(), person_facts(department="dep_ward", branch="bra_hospital", phone="1"))
    assert (made["network"], made["concerns"], made["partition"]) == ("net_a", ["org_hospital"], "installation")
    corrected = await persons.correct(store, act(), made["_id"], 1, {"department": None, "title": "主任医师"})
    assert (corrected["department"], corrected["title"]) == (None, "主任医师")
    archived = await persons.archive(store, act(), made["_id"], 2)
    assert (archived["status"], archived["archive_reason"]) == ("ARCHIVED", "登记有误")
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(persons.correct(store, act(), made["_id"], 3, {"post": "科长"})) == illegal
    assert await codes(persons.archive(store, act(), made["_id"], 3)) == illegal


async def test_a_native_person_has_a_name_and_a_reported_one_may_lack_it(store: MemoryStore) -> None:
    facts = {"organization": "org_hospital", "post": "党委书记"}
    assert await codes(persons.create(store, act(), facts)) == [
        (Code.REQUIRED, ("name",)),
        (Code.REQUIRED, ("cadre",)),
    ]
    assert (await persons.create(store, act(), facts | REPORTED))["gaps"] == ["name", "cadre"]
    assert (await persons.create(store, act(), person_facts(cadre=False)))["gaps"] == []


async def test_a_person_refers_to_their_own_organisation_alone(store: MemoryStore) -> None:
    problems = await refused(persons.create(store, act(), person_facts(department="dep_bank", branch="bra_bank")))
    assert [(each.code, each.path, each.record) for each in problems] == [
        (Code.RULE_BROKEN, ("department",), "dep_bank"),
        (Code.RULE_BROKEN, ("branch",), "bra_bank"),
    ]
    assert problems[0].english == "This belongs to another organisation."
    assert problems[0].chinese == "此项属于另一单位。"
    missing = persons.create(store, act(), person_facts(department="dep_none", branch="bra_none"))
    assert await codes(missing) == [
        (Code.REFERENCE_INVALID, ("department",)),
        (Code.REFERENCE_INVALID, ("branch",)),
    ]
    nobody = persons.create(store, act(), person_facts(organization="org_none"))
    assert await codes(nobody) == [(Code.REFERENCE_INVALID, ("organization",))]
    made = await persons.create(store, act(), person_facts(department="dep_ward"))
    moved = persons.correct(store, act(), made["_id"], 1, {"organization": "org_bank"})
    assert await codes(moved) == [(Code.RULE_BROKEN, ("organization",))]
    await departments.archive(store, act(), "dep_ward", 1)
    assert (await persons.correct(store, act(), made["_id"], 1, {"post": "科长"}))["department"] == "dep_ward"
    late = persons.create(store, act(), person_facts(department="dep_ward"))
    assert await codes(late) == [(Code.REFERENCE_INVALID, ("department",))]


async def test_a_number_is_used_once_in_an_organisation_and_a_name_as_often_as_people_bear_it(
    store: MemoryStore,
) -> None:
    first = await persons.create(store, act(), person_facts(external_reference="HR-1"))
    (problem,) = await refused(persons.create(store, act(), person_facts(name="吴某", external_reference=" hr-1")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    assert "周保密" not in problem.english + problem.chinese
    elsewhere = await persons.create(store, act(), person_facts(external_reference="HR-1", organization="org_bank"))
    twins = [await persons.create(store, act(), person_facts()) for _ in range(2)]
    assert [each["version"] for each in (elsewhere, *twins)] == [1, 1, 1]
    (problem,) = await refused(persons.correct(store, act(), twins[0]["_id"], 1, {"external_reference": "HR-1"}))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    await persons.archive(store, act(), first["_id"], 1)
    assert (await persons.create(store, act(), person_facts(external_reference="HR-1")))["version"] == 1


REFERENCES = st.none() | st.sampled_from(["", "HR-1", "hr-1", " HR-1 ", "HR-2"])


@given(REFERENCES, REFERENCES, st.sampled_from(["org_1", "org_2"]), st.sampled_from(PersonStatus))
def test_two_persons_share_a_key_exactly_where_organisation_and_number_agree(
    reference: str | None, other: str | None, organization: str, status: PersonStatus
) -> None:
    one = Person(id="per_1", network="net_a", organization="org_1", external_reference=reference)
    two = Person(id="per_2", network="net_a", organization=organization, external_reference=other, status=status)
    alike = bool(reference) and (reference or "").strip().lower() == (other or "").strip().lower()
    expected = alike and organization == "org_1" and status is PersonStatus.ACTIVE
    assert (one.keys()["reference_key"] == two.keys()["reference_key"]) == expected


@given(stored(Person), st.text("甲乙丙丁", min_size=9, max_size=12))
def test_no_key_of_a_person_holds_the_name_or_the_contact(person: Person, secret: str) -> None:
    def keys(**private: str | None) -> dict[str, object]:
        document = document_of(Person(**{**person.__dict__, **private}))
        return {name: value for name, value in document.items() if name not in {"_id", *fact_names(Person)}}

    assert keys(name=secret, phone=secret, email=secret) == keys(name=None, phone=None, email=None)
    assert {key for index in Person.INDEXES for key in index.keys}.isdisjoint({"name", "phone", "email"})


def test_what_is_private_is_so_in_the_timeline_too_and_people_are_known_to_insiders_alone() -> None:
    assert set(Person.PRIVATE) == {"name", "phone", "email", "sources.quotation"}
    assert set(Person.PRIVATE.values()) == {Right.READ_CONTACTS}
    assert KINDS["per"].READ is Right.READ_DRAFTS


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_nothing_is_written(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(persons.create(store, act(viewer), person_facts())) == [(Code.FORBIDDEN, ())]
    made = await persons.create(store, act(), person_facts())
    for step in (
        persons.correct(store, act(viewer), made["_id"], 1, {"post": "科长"}),
        persons.archive(store, act(viewer), made["_id"], 1),
    ):
        assert await codes(step) in ([(Code.FORBIDDEN, ())], [(Code.NOT_FOUND, ("id",))])
    assert len(store.revisions) == 1


async def test_to_a_front_end_and_to_a_foreign_admin_a_person_is_not_there(store: MemoryStore) -> None:
    made = await persons.create(store, act(), person_facts(external_reference="HR-1"))
    for viewer in (FOREIGN, Viewer("前端", (Grant(Role.FRONT_END, "net_a"),))):
        step = persons.archive(store, act(viewer), made["_id"], 1)
        assert await codes(step) == [(Code.NOT_FOUND, ("id",))]
    assert await codes(persons.archive(store, act(reason=None), made["_id"], 1)) == [(Code.REQUIRED, ("reason",))]
    assert made["reference_key"] == joined("org_hospital", "hr-1")


async def test_somebody_forgotten_is_a_person_without_a_name_whose_key_is_erased_last(store: MemoryStore) -> None:
    source = {"document": "000", "fact": "A1", "quotation": "周保密任主任"}
    facts = person_facts(phone="1", external_reference="HR-1", department="dep_ward", sources=[source], cadre=None)
    made = await persons.create(store, act(), facts | {"origin": "REPORTED"})
    before = await persons.correct(store, act(), made["_id"], 1, {"email": "z@b.cn"})
    assert before["gaps"] == ["cadre"]
    gone = await persons.forget(store, act(), made["_id"], 2)
    kept = {name: value for name, value in before.items() if gone[name] == value}
    assert {name: gone[name] for name in before.keys() - kept.keys() - {"head", "reference_key"}} == {
        "version": 3,
        "name": None,
        "phone": None,
        "email": None,
        "external_reference": None,
        "sources": [{"document": "000", "fact": "A1", "quotation": ""}],
        "gaps": ["name", "cadre"],
        "status": "FORGOTTEN",
    }
    assert (kept["post"], kept["department"], kept["organization"]) == (facts["post"], "dep_ward", "org_hospital")
    assert store.erased == [made["_id"]]
    (await persons.create(store, act(), person_facts(external_reference="HR-1")))  # the number is free
    for step in (
        persons.correct(store, act(), made["_id"], 3, {"name": "周保密"}),
        persons.archive(store, act(), made["_id"], 3),
        persons.forget(store, act(), made["_id"], 3),
    ):
        (problem,) = await refused(step)
        assert (problem.code, problem.path) == (Code.ILLEGAL_STATE, ("id",))
        assert "FORGOTTEN" in problem.english
        assert "FORGOTTEN 状态" in problem.chinese


async def test_who_is_archived_can_be_forgotten_and_without_a_reason_nobody(store: MemoryStore) -> None:
    made = await persons.create(store, act(), person_facts())
    await persons.archive(store, act(), made["_id"], 1)
    assert await codes(persons.forget(store, act(reason=" "), made["_id"], 2)) == [(Code.REQUIRED, ("reason",))]
    assert store.erased == []
    gone = await persons.forget(store, act(), made["_id"], 2)
    assert (gone["status"], gone["archive_reason"]) == ("FORGOTTEN", "登记有误")


async def test_who_audits_never_erases(store: MemoryStore) -> None:
    made = await persons.create(store, act(), person_facts())
    for role in (Role.INTEGRITY_OFFICER, Role.OBSERVER):
        auditor = Viewer("纪检", (Grant(role, "net_a"),))
        (problem,) = await refused(persons.forget(store, act(auditor), made["_id"], 1))
        assert (problem.code, problem.path) == (Code.FORBIDDEN, ())
        assert "FORGET_PERSONS" in problem.english
        assert "FORGET_PERSONS" in problem.chinese
    assert (len(store.revisions), store.erased) == (1, [])


async def test_a_key_that_was_left_is_erased_by_who_follows_and_no_other(store: MemoryStore) -> None:
    made = await persons.create(store, act(), person_facts())
    assert await persons.follow(store, act(), made["_id"])
    assert store.erased == []
    await persons.forget(store, act(), made["_id"], 1)
    assert await persons.follow(store, act(), made["_id"])
    assert store.erased == [made["_id"]] * 2
