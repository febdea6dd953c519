"""A merge of organisations over the whole way: however it is broken off or raced for, each record follows once."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from service.acts import FOLLOWER
from service.cooperation.activities import Activity
from service.network import merging
from service.network.organizations import OrganizationStatus
from service.store import relay
from service.store.followers import CURSORS
from service.store.leases import LEASES
from service.store.relay import Relay
from service.store.store import Store
from tests.store.conftest import MakeDatabase
from tests.store.scene import act, activity, check_trail, going, membership, network, organization, relayed
from tests.store.test_followers import PAST, CrashError, check_all_followed
from tests.store.test_relays_together import believing
from tests.store.trail_scene import WRITER, drain


async def duplicates(store: Store, activities: int = 3) -> None:
    await store.create(network(), act(WRITER))
    for own_id in ("org_old", "org_new", "org_host"):
        await store.create(organization(own_id), act(WRITER))
    await store.create(membership("mem_old", "org_old"), act(WRITER))
    for number in range(activities):
        await store.create(activity(f"act_{number}", None, "org_old"), act(WRITER))


async def merge(store: Store, old: str = "org_old", new: str = "org_new") -> None:
    version = (await store.known("org", [old]))[old]["version"]
    await merging.merge(store, act(WRITER), old, version, new)


async def named(store: Store, own_id: str) -> list[str]:
    return [record.id async for records in store.all_naming(own_id) for record in records]


@pytest.mark.parametrize("through", range(7))
async def test_a_merge_broken_off_anywhere_is_finished_by_the_next_relay_and_nothing_is_doubled(
    store: Store, monkeypatch: pytest.MonkeyPatch, through: int
) -> None:
    await duplicates(store)
    await merge(store)
    update, writes = store.database.update, 0

    async def crash(collection: str, where: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        nonlocal writes
        if "$push" in change or collection == CURSORS:
            writes += 1
            if writes > through:
                raise CrashError
        return await update(collection, where, change)

    with monkeypatch.context() as broken:
        broken.setattr(store.database, "update", crash)
        with pytest.raises(CrashError):
            await drain(Relay(store.database, "first", asyncio.Event()))
    for partition in ("net_a", "installation"):
        await store.database.update(LEASES, {"_id": partition}, {"$set": {"until": PAST}})
    await drain(Relay(store.database, "second", asyncio.Event()))
    await check_merged(store, 3)


async def check_merged(store: Store, activities: int) -> None:
    assert await named(store, "org_old") == []
    moved = [f"act_{number}" for number in range(activities)]
    assert sorted(await named(store, "org_new")) == sorted(["org_old", "mem_old", *moved])
    old = (await store.known("org", ["org_old"]))["org_old"]
    assert (old["status"], old["merge_pending"]) == (OrganizationStatus.MERGED, False)
    for own_id in ("mem_old", *moved):
        found = [each for each in await relayed(store.database) if each["record"] == own_id]
        assert [each["version"] for each in found] == [1, 2], own_id
        assert found[1]["by"] == FOLLOWER
        assert found[1]["key"]
    await check_trail(store.database, [(Activity, own_id) for own_id in moved])
    await check_all_followed(store.database)


async def test_two_relays_at_once_follow_a_merge_once(
    make_database: MakeDatabase, driver: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both believe to hold every lease: the worst that clocks can do."""
    one = await make_database(driver)
    two = one if driver == "mongomock" else await make_database(driver, name=one.name, prepared=False)
    store = Store(one)
    await duplicates(store, 12)
    monkeypatch.setattr(relay, "acquire", believing({}))
    relays = [Relay(database, holder, asyncio.Event()) for database, holder in ((one, "one"), (two, "two"))]
    async with going(*relays):
        await merge(store)
        await asyncio.sleep(0.3)
    await drain(*relays)
    await check_merged(store, 12)


async def test_a_merge_of_many_records_is_done_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "PART", 2)
    monkeypatch.setattr("service.store.store.BATCH", 2)
    await duplicates(store, 7)
    await merge(store)
    own = Relay(store.database, "one", asyncio.Event())
    await own.round()
    left = await named(store, "org_old")
    assert 0 < len(left) < 8
    assert (await store.known("org", ["org_old"]))["org_old"]["merge_pending"]
    await drain(own)
    await check_merged(store, 7)


async def test_what_has_become_a_twin_meanwhile_stays_and_is_logged(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    await duplicates(store, 1)
    await merge(store)
    await store.create(membership("mem_new", "org_new"), act(WRITER))  # in the moment between merge and follower
    await drain(Relay(store.database, "one", asyncio.Event()))
    assert await named(store, "org_old") == ["mem_old"]
    [message] = caplog.messages
    assert message.startswith("mem_old stays with the merged org_old: ALREADY_EXISTS")
    assert not (await store.known("org", ["org_old"]))["org_old"]["merge_pending"]
    await check_all_followed(store.database)
