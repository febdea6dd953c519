"""Tamperings beside the facts: the keys that rights and filters go by, and the keys that a person is forgotten by."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from service.network.branches import BranchKind, PartyBranch
from service.store.database import DriverName
from service.store.forgetting import forget
from service.store.kinds import PERSON_KEYS
from service.store.store import Store
from service.trail.verifying import Fault, FaultCode
from tests.store.chain_scene import faults, sealed_trail
from tests.store.scene import act


@pytest.fixture
def driver() -> DriverName:
    return "mongomock"


@pytest.mark.parametrize(
    "bent",
    [
        {"$set": {"concerns": ["org_other"]}},
        {"$push": {"concerns": "org_other"}},
        {"$set": {"partition": "net_b"}},
        {"$set": {"organizations_named": []}},
        {"$set": {"date_key": "2030"}},
        {"$unset": {"concerns": 1}},
    ],
    ids=str,
)
async def test_a_derived_key_that_is_not_what_the_facts_say_is_named(store: Store, bent: Mapping[str, Any]) -> None:
    await sealed_trail(store)
    assert await faults(store.database) == []
    version = (await store.database.find("activities", {"_id": "act_1"}, 1))[0]["version"]
    await store.database.update("activities", {"_id": "act_1"}, bent)
    assert await faults(store.database) == [Fault(FaultCode.DOCUMENT_ALTERED, "act_1", version)]
    assert await faults(store.database, network="net_a") == [Fault(FaultCode.DOCUMENT_ALTERED, "act_1", version)]


def branch(secretary: str) -> PartyBranch:
    told: Any = {"network": "net_a", "organization": "org_1", "name": "支部", "kind": BranchKind.BRANCH}
    return PartyBranch(id="bra_1", secretary=secretary, **told)


@pytest.mark.parametrize("instead", ["李四", None, ""])
@pytest.mark.parametrize("key", ["gone", "spoilt"])
async def test_a_name_is_not_changed_by_losing_its_key(store: Store, key: str, instead: str | None) -> None:
    await store.create(branch("王伟"), act())
    [kept] = await store.database.find(PERSON_KEYS, {}, 2)
    await store.database.update("party_branches", {"_id": "bra_1"}, {"$set": {"secretary": instead}})
    if key == "gone":
        await store.database.delete(PERSON_KEYS, {"_id": kept["_id"]})
    else:
        await store.database.update(PERSON_KEYS, {"_id": kept["_id"]}, {"$set": {"wrapped": kept["wrapped"][::-1]}})
    assert await faults(store.database) == [Fault(FaultCode.DOCUMENT_ALTERED, "bra_1", 1)]


async def test_what_was_forgotten_holds(store: Store) -> None:
    await store.create(branch("王伟"), act())
    await forget(store, replace(act(), name="forget"), "net_a", "王伟")
    assert await store.database.find(PERSON_KEYS, {}, 2) == []
    assert await faults(store.database) == []
