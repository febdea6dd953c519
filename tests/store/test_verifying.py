"""Walking the trail: nothing sound is called broken, also while it is written; nothing is passed over."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.records import INSTALLATION
from service.store import chains, verifying
from service.store.database import Database, DriverName
from service.store.kinds import CHECKPOINTS, REVISIONS
from service.store.store import Store
from service.store.trail_export import NotOurs, differences, exported
from service.store.verifying import MOST_FAULTS, Documents, Position, Walk, partitions, walks
from service.trail.revisions import digest
from service.trail.verifying import Fault, FaultCode
from tests.store.chain_scene import DRIVERS, KNOWN, SEALING, faults, kept_checkpoints, kept_from, seal_all, sealed_trail
from tests.store.conftest import MakeDatabase
from tests.store.scene import act, activity, going, interleaved, network, organization
from tests.store.trail_scene import WRITER, begin, drain, relay_of, write, write_all


@pytest.fixture(scope="module", params=DRIVERS)
def driver(request: pytest.FixtureRequest) -> DriverName:
    """In the usual run in memory; what the walk asks of a server stands in test_tampering."""
    return request.param


async def test_an_empty_database_and_an_empty_network_hold(store: Store) -> None:
    assert await faults(store.database) == []
    assert await partitions(store.database) == [INSTALLATION]
    assert [each async for each in walks(store.database, KNOWN, "net_none")] == [("net_none", verifying.Verdict())]


async def test_what_waits_in_outboxes_counts_too(store: Store) -> None:
    await begin(store)
    await write_all(store, 2)
    assert await faults(store.database) == []
    await drain(relay_of(store.database))
    await seal_all(store.database)
    await write_all(store, 2)
    assert await faults(store.database) == []
    found = {name: verdict async for name, verdict in walks(store.database, KNOWN)}
    assert (found["net_a"].revisions, found["net_a"].sequence, found["net_a"].proved) == (6, 6, 6)
    await store.database.update("activities", {"_id": "act_1"}, {"$set": {"outbox.0.reason": "x"}})
    assert await faults(store.database) == [Fault(FaultCode.REVISION_ALTERED, "act_1", 4)]
    assert await faults(store.database, network="net_a") == await faults(store.database)
    assert await faults(store.database, network="net_b") == []


async def test_what_was_relayed_and_not_yet_pulled_is_no_fork(store: Store) -> None:
    await begin(store)
    outbox = (await store.database.find("activities", {"_id": "act_1"}, 1))[0]["outbox"]
    await drain(relay_of(store.database))
    await store.database.update("activities", {"_id": "act_1"}, {"$set": {"outbox": outbox}})
    assert await faults(store.database) == []
    other = {**outbox[0], "reason": "x"}
    forked = [{**other, "hash": digest(other)}]
    await store.database.update("activities", {"_id": "act_1"}, {"$set": {"outbox": forked}})
    assert await faults(store.database) == [Fault(FaultCode.CHAIN_FORKED, "act_1", 1)]


@pytest.mark.parametrize("outbox", [None, "x", [1, {"version": "x"}, {"version": 1}]])
async def test_an_outbox_that_is_none_does_not_stop_the_walk(store: Store, outbox: Any) -> None:
    await begin(store)
    await store.database.update("activities", {"_id": "act_1"}, {"$set": {"outbox": outbox}})
    assert await faults(store.database) == [Fault(FaultCode.REVISION_MISSING, "act_1", 1)]


async def test_long_chains_and_many_records_take_several_steps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 7)
    monkeypatch.setattr(verifying, "IDS_AT_ONCE", 3)
    monkeypatch.setattr(chains, "EARLY", 2)
    monkeypatch.setattr(chains, "MORE", 2)
    monkeypatch.setattr(chains, "TOGETHER", 2)
    await store.create(network("net_a"), act(WRITER))
    await begin(store)
    for place in range(16):
        await store.create(activity(f"act_more_{place:02}", "2024-03-02"), act(WRITER))
    await write_all(store, 5)
    await drain(relay_of(store.database))
    await seal_all(store.database)
    for place in range(16):
        await store.create(organization(f"org_more_{place:02}"), act(WRITER))
    assert await faults(store.database) == []
    found = {name: verdict async for name, verdict in walks(store.database, KNOWN)}
    assert sum(each.records for each in found.values()) == 4 + 1 + 32
    await store.database.update("activities", {"_id": "act_1"}, {"$set": {"place": "他处"}})
    await store.database.update("organizations", {"_id": "org_more_07"}, {"$set": {"name": "x"}})
    altered = [Fault(FaultCode.DOCUMENT_ALTERED, "org_more_07", 1), Fault(FaultCode.DOCUMENT_ALTERED, "act_1", 6)]
    assert await faults(store.database) in (altered, altered[::-1])
    assert await faults(store.database, network="net_a") == altered[1:]


async def test_a_walk_goes_on_where_it_was_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "BATCH", 3)
    await sealed_trail(store, times=4)
    await store.database.update("activities", {"_id": "act_2"}, {"$set": {"version": 9}})
    found: list[Fault] = []
    position, steps, checked = Position(), 0, 0
    while position.kind != verifying.OVER:
        walk = Walk(store.database, "net_a", KNOWN, at=position)
        await walk.step()
        found += walk.verdict.faults
        checked += walk.verdict.revisions
        position, steps = walk.position, steps + 1
        assert walk.verdict.sequence in (walk.position.sequence, 0)
    assert found == [Fault(FaultCode.DOCUMENT_ALTERED, "act_2", 5)]
    assert checked == 10
    assert steps > 20
    gone = (await store.database.find(CHECKPOINTS, {"partition": "net_a", "number": 1}, 1))[0]
    await store.database.delete(CHECKPOINTS, {"_id": gone["_id"]})
    walk = Walk(store.database, "net_a", KNOWN, at=Position(sequence=5, checkpoint=1))
    await walk.step()
    assert Fault(FaultCode.CHECKPOINT_BROKEN, "act_2", 1, 6) in walk.verdict.faults


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_written_meanwhile_is_never_called_broken(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(verifying, "BATCH", 4)
    await begin(store)
    await write_all(store, 1)
    interleaved(store.database, monkeypatch, seed)

    async def writing() -> None:
        for _ in range(4):
            await write_all(store, 1)
            await seal_all(store.database)

    async with going(relay_of(store.database)):
        task = asyncio.create_task(writing())
        looks = 0
        while not task.done():
            assert await faults(store.database) == []
            looks += 1
        await task
    assert looks > 0
    assert await faults(store.database) == []


async def test_faults_are_told_up_to_a_number_and_junk_does_not_hold_the_walk_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "BATCH", 10)
    await begin(store)
    await drain(relay_of(store.database))
    junk = [{"_id": f"x{place}", "partition": "net_a", "sequence": -place - 1} for place in range(30)]
    await store.database.insert_many(REVISIONS, junk)
    found = await faults(store.database, network="net_a")
    assert found
    assert len(found) <= MOST_FAULTS
    records = [f"act_j{place}" for place in range(30)]
    named = [
        {**own, "_id": f"{record}:1", "record": record, "version": 1} for own, record in zip(junk, records, strict=True)
    ]
    await store.database.delete(REVISIONS, {"partition": "net_a", "sequence": {"$lt": 0}})
    await store.database.insert_many(REVISIONS, named)
    assert len(await faults(store.database, network="net_a")) == MOST_FAULTS


async def test_a_revision_of_no_known_kind_is_named(store: Store) -> None:
    stray = {"_id": "zzz_1:1", "record": "zzz_1", "version": 1, "partition": "net_z", "sequence": 1, "previous": None}
    await store.database.insert(REVISIONS, {**stray, "changes": [], "hash": digest(stray | {"changes": []})})
    assert await faults(store.database) == [Fault(FaultCode.DOCUMENT_MISSING, "zzz_1", 1)]


async def test_documents_that_nothing_leads_to_are_found_whatever_network_they_name(store: Store) -> None:
    await begin(store)
    await drain(relay_of(store.database))
    document = (await store.database.find("activities", {"_id": "act_1"}, 1))[0]
    elsewhere = {"network": "net_nowhere", "duplicate_key": "x", "external_key": "x"}
    await store.database.insert("activities", document | {"_id": "act_stray", **elsewhere})
    stray = [Fault(FaultCode.REVISION_MISSING, "act_stray", 1)]
    assert await faults(store.database) == stray
    assert await faults(store.database, network="net_nowhere") == stray
    assert await faults(store.database, network="net_a") == []
    walk = Walk(store.database, INSTALLATION, KNOWN, documents=Documents.NONE)
    while await walk.step():
        pass
    assert walk.verdict.sound


async def test_a_record_whose_first_revision_leads_nowhere_is_looked_at_by_its_later_ones(store: Store) -> None:
    await begin(store)
    await write(store, Activity, "act_1")
    await drain(relay_of(store.database))
    await store.database.delete(REVISIONS, {"_id": "act_1:1"})
    found = await faults(store.database, network="net_a")
    assert found[0] == Fault(FaultCode.REVISION_MISSING, "act_1", 1)
    assert found[1].code is FaultCode.SEQUENCE_BROKEN


# What was kept outside.


async def test_an_export_can_be_had_of_one_network_and_of_what_is_new(store: Store) -> None:
    await sealed_trail(store, times=3)
    of_one = [json.loads(line) for line in (await kept_from(store.database, network="net_a")).splitlines()]
    assert [each["checkpoint"]["number"] for each in of_one if "checkpoint" in each] == [1, 2]
    assert of_one[0]["network"] == "net_a"
    newer = kept_checkpoints(await kept_from(store.database, after={"net_a": 1, "net_b": 1}))
    assert [(each["partition"], each["number"]) for each in newer] == [("installation", 1), ("net_a", 2)]
    whole = kept_checkpoints(await kept_from(store.database, with_revisions=True))
    assert len(whole) == 4


async def test_the_revisions_of_an_export_are_those_that_stand_whatever_was_removed(store: Store) -> None:
    await sealed_trail(store, times=3)
    await store.database.delete(REVISIONS, {"partition": "net_a", "sequence": {"$gt": 6}})
    lines = [line async for line in exported(store.database, KNOWN, act().at, "net_a", with_revisions=True)]
    assert [each["revision"]["sequence"] for each in lines if "revision" in each] == [1, 2, 3, 4, 5, 6]


async def test_a_kept_checkpoint_that_nobody_known_signed_proves_nothing(store: Store) -> None:
    await sealed_trail(store, times=1)
    kept = kept_checkpoints(await kept_from(store.database))
    with pytest.raises(NotOurs):
        await differences(store.database, kept, {})


async def test_differences_are_told_up_to_a_number(store: Store, empty: Database) -> None:
    await begin(store)
    await write_all(store, MOST_FAULTS)
    await drain(relay_of(store.database))
    await seal_all(store.database, replace(SEALING, most=1))
    kept = kept_checkpoints(await kept_from(store.database))
    assert len(kept) > 2 * MOST_FAULTS
    gone = await differences(empty, kept, KNOWN)
    assert len(gone) == MOST_FAULTS
    assert {each.code for each in gone} == {FaultCode.REVISION_MISSING}
    await store.database.delete(CHECKPOINTS, {"partition": "net_a"})
    unproved = await differences(store.database, kept, KNOWN)
    assert len(unproved) == MOST_FAULTS
    assert {each.code for each in unproved} == {FaultCode.CHECKPOINT_MISSING}


@pytest.fixture
async def empty(make_database: MakeDatabase) -> Database:
    return await make_database("mongomock")
