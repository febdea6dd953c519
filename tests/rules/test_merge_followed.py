"""What follows a merge: nothing is lost or counted twice, and every fact leads to the survivor."""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.acts import Act, following
from service.cooperation.agreements import Stage
from service.cooperation.texts import Decline
from service.errors import Refusal
from service.network import merging
from service.network.branches import BranchKind
from service.network.organizations import Organization, OrganizationStatus
from service.records import organizations_of
from tests.rules.memory import MemoryStore
from tests.rules.merging_scene import (
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
from tests.rules.network_scene import NOON, branch, organization


async def test_every_fact_at_any_depth_is_re_pointed_by_one_revision_each() -> None:
    declined = Decline(OLD, 1, NOON, "内部程序")
    store = duplicates(
        membership("mem_old", OLD),
        headcount("hea_old", OLD),
        branch("bra_old", BranchKind.BRANCH, organization=OLD),
        agreement("agr_1", "org_hospital", OLD),
        agreement("agr_2", "org_hospital", "org_bank", stage=Stage.DRAFT, declines=(declined,)),  # a former party
        activity("act_1", OLD, "org_hospital"),
        organization("org_below", "下级", parent=OLD),
    )
    await merge(store)
    await follow(store)
    moved = ["mem_old", "hea_old", "bra_old", "agr_1", "agr_2", "act_1", "org_below"]
    assert {own_id: store.documents[own_id]["version"] for own_id in moved} == dict.fromkeys(moved, 2)
    assert store.documents["act_1"]["filed_by"] == NEW
    assert store.documents["agr_2"]["declines"][0]["organization"] == NEW
    assert store.documents["agr_1"]["concerns"] == ["org_hospital", NEW]
    written = [revision for revision in store.revisions if revision["record"] in moved]
    assert {revision["by"] for revision in written} == {"service:follower"}
    assert len({revision["key"] for revision in written}) == len(moved)
    before = len(store.revisions)
    await follow(store)
    assert len(store.revisions) == before


async def test_merged_again_the_first_duplicate_leads_to_the_last_survivor() -> None:
    store = duplicates(activity("act_1", OLD, "org_hospital"))
    await merge(store)
    await merge(store, NEW, "org_bank")
    await follow(store)
    assert store.documents["act_1"]["filed_by"] == "org_bank"
    await follow(store, NEW)
    assert store.documents[OLD]["merged_into"] == "org_bank"


async def test_of_two_merged_into_each_other_at_once_the_first_merge_stands() -> None:
    store = duplicates(activity("act_1", OLD, "org_hospital"), activity("act_2", NEW, "org_hospital"))
    await merge(store)
    merged = replace(organization(NEW, "新"), status=OrganizationStatus.MERGED, merged_into=OLD, merge_pending=True)
    store.put(merged)  # both saw the other one in use
    await follow(store)
    await follow(store, NEW)
    assert store.documents[NEW]["status"] == OrganizationStatus.ACTIVE
    assert store.documents[OLD]["merged_into"] == NEW
    assert {store.documents[own_id]["filed_by"] for own_id in ("act_1", "act_2")} == {NEW}


async def test_a_survivor_that_came_to_stand_below_the_duplicate_meanwhile_stays(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = duplicates()
    await merge(store)
    store.put(organization(NEW, "新", parent=OLD))
    await follow(store)
    assert caplog.messages == [f"{NEW} names the merged {OLD} itself; it stays"]


TAKERS = (OLD, NEW, "org_hospital", "org_bank")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(TAKERS), min_size=2, max_size=3, unique=True), st.sampled_from("ab")),
        max_size=8,
    )
)
def test_merging_keeps_every_activity_of_a_network_and_moves_the_counts(filed: list[tuple[list[str], str]]) -> None:
    free = [(takers, network) for takers, network in filed if not {OLD, NEW} <= set(takers)]
    store = duplicates(
        *(activity(f"act_{place}", *takers, network=f"net_{net}") for place, (takers, net) in enumerate(free))
    )
    networks, takers = counted(store)
    loop = asyncio.new_event_loop()
    loop.run_until_complete(merge(store))
    loop.run_until_complete(follow(store))
    loop.close()
    after_networks, after = counted(store)
    assert after_networks == networks
    assert after[OLD] == 0
    assert after[NEW] == takers[NEW] + takers[OLD]
    assert {own_id: after[own_id] for own_id in TAKERS[2:]} == {own_id: takers[own_id] for own_id in TAKERS[2:]}


def counted(store: MemoryStore) -> tuple[Counter[str], Counter[str]]:
    activities = [document for own_id, document in store.documents.items() if own_id.startswith("act_")]
    networks = Counter(document["network"] for document in activities)
    return networks, Counter(taker for document in activities for taker in document["participants"])


def test_an_organisation_is_found_in_every_fact_but_free_text() -> None:
    record = replace(organization(OLD, "org_name"), parent="org_up", external_reference="org_elsewhere")
    assert organizations_of(record) == {"org_up"}
    assert isinstance(merging.repointed(record, "org_up", NEW), Organization)
    assert merging.repointed(record, "org_up", NEW).parent == NEW


async def test_what_has_become_a_twin_since_stays(caplog: pytest.LogCaptureFixture) -> None:
    store = duplicates(membership("mem_old", OLD))
    await merge(store)
    store.put(membership("mem_new", NEW))
    await follow(store)
    assert store.documents["mem_old"]["organization"] == OLD
    assert [message.partition(":")[0] for message in caplog.messages] == [f"mem_old stays with the merged {OLD}"]


async def test_a_lost_race_is_told_so_that_the_follower_runs_again(monkeypatch: pytest.MonkeyPatch) -> None:
    store = duplicates(membership("mem_old", OLD))
    await merge(store)
    save = store.save

    async def raced(before: Any, after: Any, by: Act) -> Any:
        monkeypatch.setattr(store, "save", save)
        store.put(replace(before, version=before.version + 1))
        return await save(before, after, by)

    monkeypatch.setattr(store, "save", raced)
    with pytest.raises(Refusal, match="CONFLICT"):
        await follow(store)
    await follow(store)
    assert store.documents["mem_old"]["organization"] == NEW


async def test_a_long_work_is_done_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "PART", 2)
    store = duplicates(*(activity(f"act_{number}", OLD, "org_hospital") for number in range(3)))
    await merge(store)
    by = following("repoint", {"_id": f"{OLD}:2", "network": "net_a"}, NOON)
    assert [await merging.follow(store, by, OLD) for _ in range(3)] == [False, True, True]
