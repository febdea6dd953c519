"""Upkeep: every declared index stands, each migration is applied once, whoever else is at it and whatever breaks."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from seeds.loader import load
from service.cooperation.activities import Activity
from service.dates import PartialDate, now
from service.network.organizations import Organization
from service.records import document_of, record_of
from service.store import leases, upkeep
from service.store.database import Database, DriverName
from service.store.kinds import CHUNKS, KINDS, index_name, indexes
from service.store.leases import LEASES, acquire
from service.store.store import Store
from service.store.upkeep import ALL, MIGRATIONS, Migration, derive_keys, prepare
from tests.conftest import Commands
from tests.store.conftest import MakeDatabase
from tests.store.scene import act, activity, organization, waiting


class CrashError(Exception):
    """The process ends here."""


@pytest.fixture
async def bare(make_database: MakeDatabase, driver: DriverName) -> Database:
    """A database on which nothing stands yet."""
    return await make_database(driver, prepared=False)


async def standing_indexes(database: Database) -> dict[str, dict[str, tuple[list[tuple[str, int]], bool]]]:
    """The keys of each index of ours, and whether it is unique, by collection and name."""
    return {
        collection: {
            name: ([(key, int(way)) for key, way in found["key"]], bool(found.get("unique", False)))
            for name, found in (await database.client[database.name][collection].index_information()).items()
            if name != "_id_"
        }
        for collection in indexes()
    }


DECLARED = {
    collection: {index_name(index): ([(key, 1) for key in index.keys], index.unique) for index in own}
    for collection, own in indexes().items()
}


async def applied(database: Database) -> dict[int, str]:
    return {each["_id"]: each["title"] for each in await database.find(MIGRATIONS, {}, 99)}


async def test_every_declared_index_stands_and_no_other(bare: Database) -> None:
    await prepare(bare, "one")
    assert await standing_indexes(bare) == DECLARED
    assert set(DECLARED) == {
        *(kind.COLLECTION for kind in KINDS.values()),
        "revisions",
        "checkpoints",
        "person_keys",
        "accesses",
        "dossier_jobs",
        CHUNKS,
    }
    assert DECLARED["revisions"]["partition_sequence"] == ([("partition", 1), ("sequence", 1)], True)
    assert await applied(bare) == {migration.number: migration.title for migration in ALL}


def test_migrations_are_numbered_in_the_order_they_are_applied() -> None:
    assert [migration.number for migration in ALL] == list(range(1, len(ALL) + 1))


async def test_preparing_twice_changes_nothing(bare: Database) -> None:
    await prepare(bare, "one")
    before = await bare.find(MIGRATIONS, {}, 99)
    await prepare(bare, "two")
    assert await bare.find(MIGRATIONS, {}, 99) == before
    assert await standing_indexes(bare) == DECLARED


async def test_a_second_start_asks_once_for_each_collection_and_makes_no_index(make_database: MakeDatabase) -> None:
    commands = Commands()
    prepared = await make_database("motor", commands)
    commands.sent.clear()
    await prepare(prepared, "two")
    names = Counter(name for name, _ in commands.sent)
    assert names["listIndexes"] == len(DECLARED)
    assert names["createIndexes"] == 0
    assert names.total() < len(DECLARED) + 10


async def test_an_index_that_is_another_under_the_same_name_is_not_taken_for_ours() -> None:
    """The server refuses to have both, and says so; without a word, duplicates would go unseen."""
    bent = Database("mongomock", "", "bent")
    await bent.create_index("revisions", "partition_sequence", ("partition", "sequence"), unique=False)
    with pytest.raises(OperationFailure):
        await prepare(bent, "one")
    await bent.close()


class Counted:
    """Migrations that say when they run, and that nobody else has the lease meanwhile."""

    def __init__(self, breaks: int = 0) -> None:
        self.runs: list[int] = []
        self.breaks = breaks
        self.all = tuple(Migration(number, f"第{number}步", self._step(number)) for number in (1, 2, 3))

    def _step(self, number: int) -> Callable[[Database], Awaitable[None]]:
        async def apply(database: Database) -> None:
            self.runs.append(number)
            assert await acquire(database, upkeep.LEASE, "somebody else", now()) is None
            await asyncio.sleep(0.02)
            if self.breaks == number:
                raise CrashError

        return apply


@pytest.mark.parametrize("workers", [2, 4])
async def test_workers_that_start_at_once_apply_each_migration_once(
    make_database: MakeDatabase, bare: Database, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(leases, "RETRY", 0.01)
    others = [
        bare if bare.driver == "mongomock" else await make_database(bare.driver, name=bare.name, prepared=False)
        for _ in range(workers - 1)
    ]
    counted = Counted()
    await asyncio.gather(*(prepare(each, f"worker {place}", counted.all) for place, each in enumerate([bare, *others])))
    assert counted.runs == [1, 2, 3]
    assert await applied(bare) == {1: "第1步", 2: "第2步", 3: "第3步"}
    assert await standing_indexes(bare) == DECLARED
    assert await bare.find(LEASES, {"_id": upkeep.LEASE}, 1) == []


async def test_a_migration_that_takes_longer_than_a_lease_is_not_begun_by_another(
    bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "TERM", dt.timedelta(seconds=1.5))
    monkeypatch.setattr(leases, "RETRY", 0.01)
    runs = 0

    async def long(_: Database) -> None:
        nonlocal runs
        runs += 1
        await asyncio.sleep(2.5)

    migrations = (Migration(1, "long", long),)
    await asyncio.gather(prepare(bare, "one", migrations), prepare(bare, "two", migrations))
    assert runs == 1


async def test_a_migration_that_broke_off_is_applied_again_and_those_before_it_are_not(bare: Database) -> None:
    counted = Counted(breaks=2)
    with pytest.raises(CrashError):
        await prepare(bare, "one", counted.all)
    assert (counted.runs, await applied(bare)) == ([1, 2], {1: "第1步"})

    counted.breaks = 0
    await prepare(bare, "two", counted.all)  # at once: the lease was given back
    assert (counted.runs, sorted(await applied(bare))) == ([1, 2, 2, 3], [1, 2, 3])


async def test_a_worker_that_died_with_the_lease_is_waited_for(bare: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RETRY", 0.01)
    assert await acquire(bare, upkeep.LEASE, "dead", now()) is not None
    monkeypatch.setattr(upkeep, "PATIENCE", 0.05)
    with pytest.raises(TimeoutError):
        await prepare(bare, "one")
    assert await applied(bare) == {}

    past = now() - dt.timedelta(seconds=1)
    await bare.update(LEASES, {"_id": upkeep.LEASE}, {"$set": {"until": past}})
    monkeypatch.setattr(upkeep, "PATIENCE", 60)
    await prepare(bare, "one")
    assert await applied(bare) == {migration.number: migration.title for migration in ALL}


async def test_a_migration_that_another_finished_meanwhile_is_not_recorded_twice(
    bare: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def overtaken(database: Database) -> None:
        await database.insert(MIGRATIONS, {"_id": 1, "title": "by another"})

    caplog.set_level("INFO", upkeep.__name__)
    await prepare(bare, "one", (Migration(1, "mine", overtaken),))
    assert await applied(bare) == {1: "by another"}
    assert caplog.messages == ["migration 1: mine", "migration 1 was applied by another worker too"]


# The migration that derives keys: what is stored beside the facts, so that records are found.

KEYS = (
    *("date_key", "title_key", "duplicate_key", "person_times", "participants", "pillars", "concerns"),
    *("search", "search_readings"),
)


async def spoil(store: Store, amount: int = 7) -> dict[str, dict[str, Any]]:
    """Activities with keys as an older release may have left them; the documents as they ought to be, by id."""
    for number in range(amount):
        await store.create(activity(f"act_{number}"), act())
    await store.create(organization("org_1"), act())
    right = await documents(store.database)
    for number in range(0, amount, 2):
        wrong = {"date_key": "old", "duplicate_key": f"old {number}", "person_times": -1, "concerns": []}
        await store.database.update(Activity.COLLECTION, {"_id": f"act_{number}"}, {"$set": wrong})
    await store.database.update(Activity.COLLECTION, {"_id": "act_1"}, {"$unset": {"participants": 1, "title_key": 1}})
    await store.database.update(
        Organization.COLLECTION, {"_id": "org_1"}, {"$set": {"name_key": "old"}, "$unset": {"search": 1}}
    )
    assert await documents(store.database) != right
    return right


async def documents(database: Database) -> dict[str, dict[str, Any]]:
    found = [each for kind in KINDS.values() for each in await database.find(kind.COLLECTION, {}, 999)]
    return {document["_id"]: document for document in found}


@pytest.mark.parametrize("batch", [1, 3, 7, 200])
async def test_keys_are_derived_anew_and_nothing_else_is_touched(
    store: Store, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", batch)
    right = await spoil(store)
    await derive_keys(store.database)
    assert await documents(store.database) == right
    entries = await waiting(store.database)
    await derive_keys(store.database)
    assert (await documents(store.database), await waiting(store.database)) == (right, entries)


@pytest.mark.parametrize("through", range(6))
async def test_deriving_keys_goes_on_where_it_broke_off(
    store: Store, monkeypatch: pytest.MonkeyPatch, through: int
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    right, done, update = await spoil(store), 0, store.database.update

    async def breaking(*arguments: Any) -> bool:
        nonlocal done
        if done == through:
            raise CrashError
        done += 1
        return await update(*arguments)

    with monkeypatch.context() as broken:
        broken.setattr(store.database, "update", breaking)
        with pytest.raises(CrashError):
            await derive_keys(store.database)
    assert await documents(store.database) != right
    await derive_keys(store.database)
    assert await documents(store.database) == right


async def test_a_record_that_is_written_while_its_keys_are_derived_keeps_the_newer_ones(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write stores all keys as they are derived today, also those that it does not change."""
    await spoil(store)
    update, before = store.database.update, await store.load(Activity, "act_0", 1, act())

    async def overtaken(collection: str, where: Mapping[str, Any], change: Mapping[str, Any]) -> bool:
        if where.get("_id") == "act_0":
            monkeypatch.setattr(store.database, "update", update)
            await store.save(before, replace(before, title="改题", when=PartialDate.parse("2023")), act())
        return await update(collection, where, change)

    monkeypatch.setattr(store.database, "update", overtaken)
    await derive_keys(store.database)
    for own_id, document in (await documents(store.database)).items():
        derived = document_of(record_of(KINDS[own_id.partition("_")[0]], document))
        assert {name: document[name] for name in derived} == derived
    standing = (await documents(store.database))["act_0"]
    assert (standing["version"], standing["title"], len(standing["outbox"])) == (2, "改题", 2)
    assert set(KEYS) <= set(standing)


async def test_what_an_older_service_left_gets_the_keys_that_a_new_unique_index_needs(bare: Database) -> None:
    await prepare(bare, "one")
    await load(Store(bare), now(), lambda _: None)
    await bare.client[bare.name][Activity.COLLECTION].drop_indexes()
    await bare.client[bare.name][Activity.COLLECTION].update_many({}, {"$unset": {"external_key": 1, "month": 1}})
    await bare.client[bare.name][MIGRATIONS].delete_many({"_id": {"$gt": 1}})
    await prepare(bare, "two")
    found = await bare.find(Activity.COLLECTION, {}, 99, ("external_key", "month"))
    assert [each["external_key"] for each in found] == [each["_id"] for each in found]
    assert await standing_indexes(bare) == DECLARED
