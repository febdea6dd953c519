"""A party branch among those above and below it, and the network that keeps it."""

import pytest

from service.errors import Code
from service.network import branches
from service.network.branches import BranchKind
from service.network.networks import Network, NetworkStatus
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import act, branch, codes, scene


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
