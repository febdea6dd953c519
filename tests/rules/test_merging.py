"""Merging a duplicate organisation: who may, and what is in the way."""

from dataclasses import replace

import pytest

from service.cooperation.activities import (
    ActivityStatus,
)
from service.cooperation.agreements import Stage
from service.dates import PartialDate
from service.errors import Code
from service.network import merging
from service.network.branches import BranchKind
from service.network.organizations import OrganizationStatus
from service.records import Record
from tests.rules.merging_scene import (
    BOTH,
    NEW,
    OLD,
    activity,
    agreement,
    duplicates,
    follow,
    headcount,
    membership,
    merge,
)
from tests.rules.network_scene import FOREIGN, act, branch, codes, organization, refused

# ── The merge itself ──


async def test_the_duplicate_names_its_survivor_and_leaves_its_name_free() -> None:
    store = duplicates()
    document = await merge(store, by=act(reason="重复登记"))
    assert document["status"] == OrganizationStatus.MERGED
    assert (document["merged_into"], document["merge_reason"], document["merge_pending"]) == (NEW, "重复登记", True)
    assert document["duplicate_key"] == OLD
    await follow(store)
    assert not store.documents[OLD]["merge_pending"]


async def test_an_archived_duplicate_is_merged_too_and_a_merged_one_not_again() -> None:
    store = duplicates()
    store.put(replace(organization(OLD, "旧"), status=OrganizationStatus.ARCHIVED))
    await merge(store)
    assert await codes(merge(store)) == [(Code.ILLEGAL_STATE, ("id",))]


@pytest.mark.parametrize("into", ["org_missing", "net_a", ""])
async def test_the_survivor_is_a_live_organisation(into: str) -> None:
    assert await codes(merge(duplicates(), into=into)) == [(Code.REFERENCE_INVALID, ("into",))]


@pytest.mark.parametrize("status", [OrganizationStatus.ARCHIVED, OrganizationStatus.MERGED])
async def test_nothing_is_merged_into_what_is_out_of_use_so_that_no_chain_returns(status: OrganizationStatus) -> None:
    store = duplicates()
    store.put(replace(organization(NEW, "新"), status=status))
    assert await codes(merge(store)) == [(Code.REFERENCE_INVALID, ("into",))]


async def test_an_organisation_is_not_merged_into_itself() -> None:
    assert await codes(merge(duplicates(), into=OLD)) == [(Code.RULE_BROKEN, ("into",))]


async def test_both_keepers_must_agree() -> None:
    store = duplicates()
    store.put(replace(organization(NEW, "新"), network="net_b"))
    assert await codes(merge(store)) == [(Code.FORBIDDEN, ())]
    assert await codes(merge(store, by=act(FOREIGN))) == [(Code.FORBIDDEN, ())]
    assert (await merge(store, by=act(BOTH)))["merged_into"] == NEW


async def test_a_merge_says_why() -> None:
    assert await codes(merge(duplicates(), by=act(reason=None))) == [(Code.REQUIRED, ("reason",))]


# ── What is in the way ──

IN_THE_WAY: dict[str, tuple[list[Record], list[str]]] = {
    "members of one network": ([membership("mem_old", OLD), membership("mem_new", NEW)], ["mem_old"]),
    "party to one agreement": ([agreement("agr_1", OLD, NEW)], ["agr_1"]),
    "part in one activity": ([activity("act_1", "org_hospital", OLD, NEW)], ["act_1"]),
    "equally named branches": (
        [
            branch("bra_old", BranchKind.BRANCH, organization=OLD, name="机关 支部"),
            branch("bra_new", BranchKind.BRANCH, organization=NEW, name="机关 支部"),
        ],
        ["bra_old"],
    ),
    "headcounts of one date": ([headcount("hea_old", OLD), headcount("hea_new", NEW)], ["hea_old"]),
    "the same activity filed twice": (
        [activity("act_old", OLD, "org_hospital", title="讲座"), activity("act_new", NEW, "org_bank", title="讲座")],
        ["act_old"],
    ),
    "several at once": (
        [
            membership("mem_old", OLD),
            membership("mem_new", NEW),
            agreement("agr_1", OLD, NEW),
            activity("act_1", OLD, NEW),
        ],
        ["mem_old", "agr_1", "act_1"],
    ),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
async def test_each_record_in_the_way_is_named(name: str) -> None:
    records, wanted = IN_THE_WAY[name]
    store = duplicates(*records)
    problems = await refused(merge(store))
    assert sorted(str(problem.record) for problem in problems) == sorted(wanted)
    assert {(problem.code, problem.path, problem.version) for problem in problems} == {(Code.RULE_BROKEN, ("into",), 1)}
    assert all(str(problem.record) in problem.english + problem.chinese for problem in problems)
    assert store.documents[OLD]["version"] == 1


FREE: dict[str, list[Record]] = {
    "members of two networks": [membership("mem_old", OLD), membership("mem_new", NEW, "net_b")],
    "one that has left": [
        membership("mem_old", OLD, left=PartialDate.parse("2020")),
        membership("mem_new", NEW, joined=PartialDate.parse("2021")),
    ],
    "a mistaken membership": [membership("mem_old", OLD, discarded=True), membership("mem_new", NEW)],
    "a discarded agreement of both": [agreement("agr_1", OLD, NEW, stage=Stage.DISCARDED)],
    "a cancelled activity of both": [activity("act_1", OLD, NEW, status=ActivityStatus.CANCELLED)],
    "headcounts of two dates": [headcount("hea_old", OLD), headcount("hea_new", NEW, "2024-01-02")],
}


@pytest.mark.parametrize("name", FREE)
async def test_what_does_not_collide_follows(name: str) -> None:
    store = duplicates(*FREE[name])
    await merge(store)
    await follow(store)
    assert [record.id async for records in store.all_naming(OLD) for record in records] == []


async def test_a_record_that_may_not_be_known_of_is_in_the_way_unnamed() -> None:
    store = duplicates(
        membership("mem_old", OLD, "net_b", joined=PartialDate.parse("2030")), membership("mem_new", NEW, "net_b")
    )
    [problem] = await refused(merge(store))
    assert (problem.record, problem.version) == (None, None)
    assert "mem_old" not in problem.english + problem.chinese


@pytest.mark.parametrize(
    ("parents", "record"),
    [
        ({OLD: NEW}, OLD),
        ({NEW: OLD}, NEW),
        ({NEW: "org_bank", "org_bank": OLD}, "org_bank"),
        ({OLD: "org_bank", "org_bank": NEW}, "org_bank"),
    ],
)
async def test_neither_stands_below_the_other(parents: dict[str, str], record: str) -> None:
    store = duplicates()
    for own_id, parent in parents.items():
        store.put(replace(organization(own_id, own_id), parent=parent))
    problems = await refused(merge(store))
    assert record in [problem.record for problem in problems]
    assert {problem.path for problem in problems} == {("into",)}


async def test_no_subordinate_comes_to_stand_too_deep() -> None:
    line = [
        organization(f"org_{level}", str(level), parent=f"org_{level - 1}" if level else None) for level in range(9)
    ]
    store = duplicates(*line, organization("org_below", "下级", parent=OLD))
    store.put(organization(NEW, "新", parent="org_8"))
    [problem] = await refused(merge(store))
    assert (problem.code, problem.record) == (Code.RULE_BROKEN, NEW)
    store.put(organization("org_below", "下级"))
    await merge(store)


async def test_no_more_problems_are_told_than_anybody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "MOST_PROBLEMS", 3)
    store = duplicates(*(activity(f"act_{number}", OLD, NEW) for number in range(7)))
    assert len(await refused(merge(store))) == 3
