"""The network area: networks, organisations, party branches; rights, conflicts and reasons throughout."""

from collections.abc import Awaitable

import pytest

from service.acts import Act
from service.ancestry import DEEPEST, check_ancestry
from service.dates import PartialDate
from service.errors import Code, Refusal
from service.network import branches, headcounts, memberships, networks, organizations
from service.network.branches import BranchKind, check_rank
from service.network.headcounts import Headcount
from service.network.memberships import Membership, MembershipRole
from service.network.organizations import OrganizationStatus
from service.pinyin import sort_key
from service.records import Document, document_of, joined
from service.viewer import ANONYMOUS, Viewer
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import (
    ADMIN,
    FOREIGN,
    OPERATOR,
    REPORTED,
    WITHOUT_RIGHT,
    act,
    bank_facts,
    branch,
    codes,
    count_facts,
    join_facts,
    organization,
    refused,
    scene,
)


@pytest.fixture
def store() -> MemoryStore:
    return scene()


# --- networks ---


async def test_an_operator_makes_a_network_and_its_admin_keeps_it(store: MemoryStore) -> None:
    made = await networks.create(store, act(OPERATOR), {"name": "临床1+1", "founded": "2021"})
    assert (made["name"], made["network"], made["version"]) == ("临床1+1", made["_id"], 1)
    corrected = await networks.correct(store, act(), "net_a", 1, {"motto": "党建共建、发展共赢"})
    archived = await networks.archive(store, act(), "net_a", corrected["version"])
    assert (archived["status"], archived["archive_reason"], archived["version"]) == ("ARCHIVED", "登记有误", 3)


@pytest.mark.parametrize("viewer", [ADMIN, *(viewer for viewer in WITHOUT_RIGHT if viewer is not OPERATOR)])
async def test_nobody_else_makes_a_network(store: MemoryStore, viewer: Viewer) -> None:
    assert await codes(networks.create(store, act(viewer), {"name": "某网络"})) == [(Code.FORBIDDEN, ())]


async def test_an_archived_network_changes_no_more_and_nobody_joins_it(store: MemoryStore) -> None:
    await networks.archive(store, act(), "net_a", 1)
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(networks.correct(store, act(), "net_a", 2, {"name": "新名"})) == illegal
    assert await codes(networks.archive(store, act(), "net_a", 2)) == illegal
    joining = memberships.join(store, act(), join_facts())
    assert await codes(joining) == [(Code.REFERENCE_INVALID, ("network",))]


# --- organisations ---


async def test_an_organisation_is_made_and_found_under_its_pinyin(store: MemoryStore) -> None:
    contacts = [{"name": "李某", "phone": "9612369"}]
    made = await organizations.create(store, act(), bank_facts(contacts=contacts, founded="1996"))
    assert made["name_key"].startswith("chong qing yin hang")
    assert made["concerns"] == [made["_id"]]
    assert made["partition"] == "installation"
    assert made["contacts"][0]["phone"] == "9612369"


def test_chinese_names_sort_by_pinyin() -> None:
    names = ["重庆银行", "中国银行", "阿坝州医院", "ABC医院", "南方航空"]
    assert sorted(names, key=sort_key) == ["阿坝州医院", "ABC医院", "重庆银行", "南方航空", "中国银行"]
    assert sort_key("石") != sort_key("时")


async def test_the_same_name_and_place_twice_is_refused_naming_the_first(store: MemoryStore) -> None:
    first = await organizations.create(store, act(), bank_facts())
    (problem,) = await refused(organizations.create(store, act(), bank_facts(name=" 重庆银行 ")))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    elsewhere = await organizations.create(store, act(), bank_facts(city="万州区"))
    assert elsewhere["_id"] != first["_id"]
    await organizations.archive(store, act(), first["_id"], 1)
    assert (await organizations.create(store, act(), bank_facts()))["version"] == 1


async def test_a_native_organisation_names_its_place_and_a_reported_one_may_lack_it(store: MemoryStore) -> None:
    facts = {"network": "net_a", "name": "某学校", "sector": "SCHOOL"}
    assert await codes(organizations.create(store, act(), facts)) == [
        (Code.REQUIRED, ("province",)),
        (Code.REQUIRED, ("city",)),
    ]
    assert (await organizations.create(store, act(), facts | REPORTED))["gaps"] == ["province", "city"]


async def test_an_archived_organisation_is_no_parent_and_changes_no_more(store: MemoryStore) -> None:
    await organizations.archive(store, act(), "org_bank", 1)
    under = bank_facts(parent="org_bank")
    assert await codes(organizations.create(store, act(), under)) == [(Code.REFERENCE_INVALID, ("parent",))]
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(organizations.correct(store, act(), "org_bank", 2, {"name": "新名"})) == illegal


async def test_a_child_may_be_corrected_after_its_parent_was_archived(store: MemoryStore) -> None:
    store.put(organization("org_branch", "越秀支行营业部", parent="org_bank"))
    await organizations.archive(store, act(), "org_bank", 1)
    assert (await organizations.correct(store, act(), "org_branch", 1, {"county": "越秀区"}))["version"] == 2


async def test_no_organisation_stands_above_itself(store: MemoryStore) -> None:
    store.put(organization("org_2", "二级", parent="org_bank"))
    store.put(organization("org_3", "三级", parent="org_2"))
    for parent in ("org_bank", "org_2", "org_3"):
        problems = await refused(organizations.correct(store, act(), "org_bank", 1, {"parent": parent}))
        assert [(problem.code, problem.path, problem.record) for problem in problems] == [
            (Code.RULE_BROKEN, ("parent",), parent)
        ]
    assert (await organizations.correct(store, act(), "org_3", 1, {"parent": "org_bank"}))["parent"] == "org_bank"
    assert (await organizations.correct(store, act(), "org_2", 1, {"parent": None}))["parent"] is None


async def test_no_line_is_deeper_than_ten(store: MemoryStore) -> None:
    for level in range(1, DEEPEST + 1):
        above = f"org_{level - 1}" if level > 1 else None
        store.put(organization(f"org_{level}", f"第{level}级", parent=above))
    tenth = await organizations.create(store, act(), bank_facts(parent=f"org_{DEEPEST - 1}"))
    assert tenth["parent"] == f"org_{DEEPEST - 1}"
    too_deep = organizations.create(store, act(), bank_facts(name="第十一级", parent=f"org_{DEEPEST}"))
    assert await codes(too_deep) == [(Code.RULE_BROKEN, ("parent",))]


def test_ancestry_is_judged_by_the_line_alone() -> None:
    check_ancestry("org_0", [f"org_{level}" for level in range(1, DEEPEST)])
    with pytest.raises(Refusal, match="above itself"):
        check_ancestry("org_0", [f"org_{level}" for level in range(DEEPEST)])
    with pytest.raises(Refusal, match="At most 10 levels"):
        check_ancestry("org_x", [f"org_{level}" for level in range(DEEPEST)])


# --- party branches ---


async def test_a_branch_belongs_to_its_organisation_and_network_for_good(store: MemoryStore) -> None:
    facts = {"organization": "org_hospital", "name": "行政党支部", "kind": "BRANCH", "parent": "bra_committee"}
    made = await branches.create(store, act(), facts)
    assert (made["network"], made["concerns"], made["partition"]) == ("net_a", ["org_hospital"], "installation")
    corrected = await branches.correct(store, act(), made["_id"], 1, {"secretary": "李某", "established": "2018"})
    assert (corrected["secretary"], corrected["version"]) == ("李某", 2)
    moving = branches.correct(store, act(), made["_id"], 2, {"organization": "org_bank"})
    assert await codes(moving) == [(Code.RULE_BROKEN, ("organization",))]


async def test_one_organisation_has_one_branch_of_a_name(store: MemoryStore) -> None:
    facts = {"organization": "org_bank", "name": "第一党支部", "kind": "BRANCH"}
    first = await branches.create(store, act(), facts)
    (problem,) = await refused(branches.create(store, act(), facts))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    assert (await branches.create(store, act(), facts | {"organization": "org_hospital"}))["version"] == 1
    await branches.archive(store, act(), first["_id"], 1)
    assert (await branches.create(store, act(), facts))["version"] == 1


@pytest.mark.parametrize("kind", BranchKind)
@pytest.mark.parametrize("above", BranchKind)
def test_a_branch_stands_under_a_higher_one_and_a_committee_under_a_committee(
    kind: BranchKind, above: BranchKind
) -> None:
    order = [BranchKind.COMMITTEE, BranchKind.GENERAL_BRANCH, BranchKind.BRANCH, BranchKind.GROUP]
    child, parent = branch("bra_1", kind), document_of(branch("bra_2", above))
    if order.index(above) < order.index(kind) or kind is above is BranchKind.COMMITTEE:
        check_rank(child, parent)
    else:
        with pytest.raises(Refusal) as refusal:
            check_rank(child, parent)
        (problem,) = refusal.value.problems
        assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, ("parent",), "bra_2")
        assert all(word in message for word in (kind, above) for message in (problem.english, problem.chinese))


async def test_a_branch_takes_its_parent_by_the_rules(store: MemoryStore) -> None:
    facts = {"organization": "org_hospital", "name": "党小组", "kind": "GROUP"}
    broken = [(Code.RULE_BROKEN, ("parent",))]
    missing = branches.create(store, act(), facts | {"parent": "bra_none"})
    assert await codes(missing) == [(Code.REFERENCE_INVALID, ("parent",))]
    nobody = branches.create(store, act(), facts | {"organization": "org_none"})
    assert await codes(nobody) == [(Code.REFERENCE_INVALID, ("organization",))]
    group = await branches.create(store, act(), facts | {"parent": "bra_committee"})
    raised = branches.correct(store, act(), "bra_committee", 1, {"kind": "GROUP", "parent": group["_id"]})
    assert await codes(raised) == broken
    store.put(branch("bra_lower", BranchKind.COMMITTEE, parent="bra_committee"))
    circle = branches.correct(store, act(), "bra_committee", 1, {"parent": "bra_lower"})
    assert await codes(circle) == broken
    itself = branches.correct(store, act(), "bra_committee", 1, {"parent": "bra_committee"})
    assert await codes(itself) == broken


async def test_an_archived_branch_changes_no_more_but_those_below_it_do(store: MemoryStore) -> None:
    store.put(branch("bra_1", BranchKind.BRANCH, parent="bra_committee"))
    await branches.archive(store, act(), "bra_committee", 1)
    assert (await branches.correct(store, act(), "bra_1", 1, {"secretary": "王某"}))["secretary"] == "王某"
    illegal = [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(branches.correct(store, act(), "bra_committee", 2, {"secretary": "王某"})) == illegal


# --- what they have in common ---


@pytest.fixture
def standing(store: MemoryStore) -> MemoryStore:
    """The scene with one headcount and one membership in it."""
    store.put(Headcount(id="hea_1", network="net_a", organization="org_hospital", version=1))
    joined = PartialDate.parse("2018")
    store.put(
        Membership(
            id="mem_1", network="net_a", organization="org_bank", role=MembershipRole.MEMBER, joined=joined, version=1
        )
    )
    return store


def every_step(store: MemoryStore, asked: Act, version: int = 1) -> list[Awaitable[Document]]:
    """Each step of the area on a standing record."""
    return [
        networks.correct(store, asked, "net_a", version, {"name": "新名"}),
        networks.archive(store, asked, "net_a", version),
        organizations.correct(store, asked, "org_bank", version, {"name": "新名"}),
        organizations.archive(store, asked, "org_bank", version),
        branches.correct(store, asked, "bra_committee", version, {"name": "新名"}),
        branches.archive(store, asked, "bra_committee", version),
        headcounts.correct(store, asked, "hea_1", version, {"note": "新注"}),
        headcounts.discard(store, asked, "hea_1", version),
        memberships.correct(store, asked, "mem_1", version, {"joined": "2019"}),
        memberships.end(store, asked, "mem_1", version, None),
        memberships.discard(store, asked, "mem_1", version),
    ]


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_no_step_is_taken_and_a_hidden_record_is_not_there(
    standing: MemoryStore, viewer: Viewer
) -> None:
    found = [(await codes(step))[0] for step in every_step(standing, act(viewer))]
    hidden = (Code.NOT_FOUND, ("id",))
    reads_network = viewer not in (ANONYMOUS, OPERATOR, FOREIGN)
    counts = (Code.FORBIDDEN, ()) if reads_network else hidden
    assert found == [(Code.FORBIDDEN, ())] * 6 + [counts] * 2 + [(Code.FORBIDDEN, ())] * 3
    assert standing.revisions == []


@pytest.mark.parametrize("viewer", WITHOUT_RIGHT, ids=lambda viewer: viewer.subject)
async def test_without_the_right_nothing_is_made(store: MemoryStore, viewer: Viewer) -> None:
    makings = [
        organizations.create(store, act(viewer), bank_facts()),
        branches.create(store, act(viewer), {"organization": "org_bank", "name": "支部", "kind": "BRANCH"}),
        headcounts.record(store, act(viewer), count_facts()),
        memberships.join(store, act(viewer), join_facts()),
    ]
    assert [await codes(making) for making in makings] == [[(Code.FORBIDDEN, ())]] * 4
    assert store.revisions == []


async def test_whoever_wrote_first_is_named_by_version(standing: MemoryStore) -> None:
    for step in every_step(standing, act(), version=0):
        (problem,) = await refused(step)
        assert (problem.code, problem.path, problem.version) == (Code.CONFLICT, ("version",), 1)
    assert standing.revisions == []


@pytest.mark.parametrize("reason", [None, " "])
async def test_nothing_is_put_out_of_use_without_a_reason(standing: MemoryStore, reason: str | None) -> None:
    asked = act(reason=reason)
    for step in (
        networks.archive(standing, asked, "net_a", 1),
        organizations.archive(standing, asked, "org_bank", 1),
        branches.archive(standing, asked, "bra_committee", 1),
        headcounts.discard(standing, asked, "hea_1", 1),
        memberships.discard(standing, asked, "mem_1", 1),
    ):
        assert await codes(step) == [(Code.REQUIRED, ("reason",))]


def test_a_record_out_of_use_gives_its_name_free() -> None:
    live, archived = organization("org_1", "甲"), organization("org_1", "甲", status=OrganizationStatus.ARCHIVED)
    assert live.keys()["duplicate_key"] == joined("甲", "广东省", "广州市", "")
    assert archived.keys()["duplicate_key"] == "org_1"
