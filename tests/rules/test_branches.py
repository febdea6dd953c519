"""A party branch among those above and below it, and the network that keeps it."""

import pytest

from service.errors import Code
from service.network import branches
from service.network.branches import BranchKind
from service.network.networks import Network, NetworkStatus
from service.records import joined
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import act, branch, codes, organization, scene


@pytest.fixture
def store() -> MemoryStore:
    return scene()


async def test_the_rank_of_a_branch_is_not_lowered_below_its_own_branches(store: MemoryStore) -> None:
    store.put(branch("bra_general", BranchKind.GENERAL_BRANCH))
    store.put(branch("bra_below", BranchKind.BRANCH, parent="bra_general"))
    lowered = branches.correct(store, act(), "bra_general", 1, {"kind": "GROUP"})
    assert await codes(lowered) == [(Code.RULE_BROKEN, ("kind",))]
    raised = await branches.correct(store, act(), "bra_general", 1, {"kind": "COMMITTEE"})
    assert raised["kind"] == "COMMITTEE"


async def test_a_branch_is_not_made_in_an_archived_network(store: MemoryStore) -> None:
    store.put(Network(id="net_a", network="net_a", name="医+N共建", version=1, status=NetworkStatus.ARCHIVED))
    made = branches.create(store, act(), {"organization": "org_hospital", "name": "新支部", "kind": "BRANCH"})
    assert await codes(made) == [(Code.REFERENCE_INVALID, ("organization",))]


def test_names_that_look_the_same_are_the_same() -> None:
    names = ("测试(广州)行", "测试\uff08广州\uff09行")  # half and full width
    keys = {organization("org_1", name).keys()["duplicate_key"] for name in names}
    assert keys == {joined("测试(广州)行", "广东省", "广州市", "")}
    assert organization("org_1", "BANK  of China").keys()["duplicate_key"].startswith("bank of china")
