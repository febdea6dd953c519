"""Departments: where they stand, whose they are, and that a name is used once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ancestry import DEEPEST
from service.errors import Code
from service.network import departments
from service.network.departments import Department, DepartmentKind, DepartmentStatus
from service.network.networks import Network, NetworkStatus
from service.viewer import Viewer
from tests.rules.alliance_scene import alliance, department, department_facts
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import FOREIGN, WITHOUT_RIGHT, act, codes, refused


@pytest.fixture
def store() -> MemoryStore:
    return alliance()


async def test_a_department_is_made_corrected_and_archived(store: MemoryStore) -> None:
    made = await departments.create(store, act(), department_facts(branch="bra_hospital", parent="dep_ward"))
    assert (made["network"], made["concerns"], made["partition"]) == ("net_a", ["org_hospital"], "installation")
    assert made["name_key"].startswith("dang jian ban gong shi")
    corrected = await departments.correct(store, act(), made["_id"], 1, {"kind": "OTHER", "parent": None})
    assert (corrected["kind"], corrected["parent"], corrected["branch"]) == ("OTHER", None, "bra_hospital")
    archived = await departments.archive(store, act(), made["_id"], 2)
    assert (archived["status"], archived["archive_reason"]) == ("ARCHIVED", "登记有误")
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(departments.correct(store, act(), made["_id"], 3, {"name": "新名"})) == illegal
    assert await codes(departments.archive(store, act(), made["_id"], 3)) == illegal


async def test_a_department_refers_to_its_own_organisation_alone(store: MemoryStore) -> None:
    problems = await refused(departments.create(store, act(), department_facts(parent="dep_bank", branch="bra_bank")))
    assert [(each.code, each.path, each.record) for each in problems] == [
        (Code.RULE_BROKEN, ("parent",), "dep_bank"),
        (Code.RULE_BROKEN, ("branch",), "bra_bank"),
    ]
    assert {(each.english, each.chinese) for each in problems} == {
        ("This belongs to another organisation.", "此项属于另一单位。")
    }
    moved = departments.correct(store, act(), "dep_ward", 1, {"branch": "bra_bank"})
    assert await codes(moved) == [(Code.RULE_BROKEN, ("branch",))]


async def test_every_reference_that_is_none_is_told_at_once(store: MemoryStore) -> None:
    facts = department_facts(parent="dep_none", branch="", name="")
    assert await codes(departments.create(store, act(), facts)) == [
        (Code.REQUIRED, ("name",)),
        (Code.REFERENCE_INVALID, ("parent",)),
        (Code.REFERENCE_INVALID, ("branch",)),
    ]
    nobody = departments.create(store, act(), department_facts(organization="org_none"))
    assert await codes(nobody) == [(Code.REFERENCE_INVALID, ("organization",))]
    other = departments.correct(store, act(), "dep_ward", 1, {"organization": "org_bank"})
    assert await codes(other) == [(Code.RULE_BROKEN, ("organization",))]


async def test_no_department_stands_above_itself_and_no_line_is_deeper_than_ten(store: MemoryStore) -> None:
    store.put(department("dep_1", parent="dep_ward"))
    broken = [(Code.RULE_BROKEN, ("parent",))]
    for parent in ("dep_1", "dep_ward"):
        assert await codes(departments.correct(store, act(), "dep_ward", 1, {"parent": parent})) == broken
    for level in range(2, DEEPEST):
        store.put(department(f"dep_{level}", parent=f"dep_{level - 1}"))
    assert await codes(departments.create(store, act(), department_facts(parent=f"dep_{DEEPEST - 1}"))) == broken
    tenth = await departments.create(store, act(), department_facts(parent=f"dep_{DEEPEST - 2}"))
    assert tenth["parent"] == f"dep_{DEEPEST - 2}"


async def test_what_was_referred_to_may_be_archived_since(store: MemoryStore) -> None:
    store.put(department("dep_1", parent="dep_ward"))
    await departments.archive(store, act(), "dep_ward", 1)
    assert (await departments.correct(store, act(), "dep_1", 1, {"kind": "FUNCTIONAL"}))["version"] == 2
    under = departments.create(store, act(), department_facts(parent="dep_ward"))
    assert await codes(under) == [(Code.REFERENCE_INVALID, ("parent",))]


async def test_a_name_is_used_once_in_an_organisation(store: MemoryStore) -> None:
    (problem,) = await refused(departments.create(store, act(), department_facts(name=" 皮肤科 ")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, "dep_ward")
    elsewhere = await departments.create(store, act(), department_facts(name="皮肤科", organization="org_bank"))
    assert elsewhere["version"] == 1
    await departments.archive(store, act(), "dep_ward", 1)
    assert (await departments.create(store, act(), department_facts(name="皮肤科")))["version"] == 1


NAMES = st.text(st.sampled_from("科室Aa\uff21 \u3000"), min_size=1, max_size=5).filter(str.strip)


@given(NAMES, NAMES, st.sampled_from(["org_1", "org_2"]), st.sampled_from(DepartmentStatus))
def test_two_live_departments_share_a_key_exactly_where_organisation_and_folded_name_agree(
    name: str, other: str, organization: str, status: DepartmentStatus
) -> None:
    def record(own_id: str, named: str, of: str, status: DepartmentStatus) -> Department:
        kind = DepartmentKind.OTHER
        return Department(id=own_id, network="net_a", organization=of, name=named, kind=kind, status=status)

    one = record("dep_1", name, "org_1", DepartmentStatus.ACTIVE)
    two = record("dep_2", other, organization, status)
    same = one.keys()["duplicate_key"] == two.keys()["duplicate_key"]
    alike = (
        name.replace("A", "a").replace("\uff21", "a").split() == other.replace("A", "a").replace("\uff21", "a").split()
    )
    assert same == (alike and organization == "org_1" and status is DepartmentStatus.ACTIVE)


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_nothing_is_written(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(departments.create(store, act(viewer), department_facts())) == [(Code.FORBIDDEN, ())]
    for step in (
        departments.correct(store, act(viewer), "dep_ward", 1, {"name": "新名"}),
        departments.archive(store, act(viewer), "dep_ward", 1),
    ):
        assert await codes(step) in ([(Code.FORBIDDEN, ())], [(Code.NOT_FOUND, ("id",))])
    assert store.revisions == []


async def test_a_foreign_admin_does_not_know_of_it(store: MemoryStore) -> None:
    step = departments.archive(store, act(FOREIGN), "dep_ward", 1)
    assert await codes(step) == [(Code.NOT_FOUND, ("id",))]


async def test_nothing_is_made_in_an_archived_network_nor_archived_without_a_reason(store: MemoryStore) -> None:
    assert await codes(departments.archive(store, act(reason=" "), "dep_ward", 1)) == [(Code.REQUIRED, ("reason",))]
    store.put(Network(id="net_a", network="net_a", name="医+N共建", version=1, status=NetworkStatus.ARCHIVED))
    made = departments.create(store, act(), department_facts())
    assert await codes(made) == [(Code.REFERENCE_INVALID, ("organization",))]
