"""A moment read while others write, its limits, what of it an index serves, and the keys of what many name."""

import datetime as dt
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.errors import Code, Refusal, Unavailable
from service.network.organizations import Organization
from service.store import history, moments, reads
from service.store.database import Database
from service.store.moments import Past, documents_at, one_at
from service.store.reads import Query, Range
from service.store.store import Store
from tests.conftest import ADMIN as OFFICE
from tests.conftest import BANK, NETWORK, Commands, House
from tests.store.conftest import MakeDatabase
from tests.store.furnished import furnished
from tests.store.ledger import Ledger
from tests.store.scene import NOW, act, activity, network, organization
from tests.store.test_indexes import some_ids
from tests.store.trail_scene import drain, relay_of, write

LATER = NOW + dt.timedelta(hours=1)
OWN = Query(Activity, {"network": "net_a"})


@pytest.fixture
async def kept(make_database: MakeDatabase) -> Database:
    """Five activities, none written since NOW."""
    database = await make_database("mongomock")
    store = Store(database)
    for own in (network(), organization("org_host"), organization("org_guest")):
        await store.create(own, act())
    for place in range(5):
        await store.create(activity(f"act_{place}"), act())
    return database


async def rewrite(database: Database, *places: int) -> None:
    for place in places:
        await write(Store(database), Activity, f"act_{place}", LATER)


def meanwhile(database: Database, name: str, patch: pytest.MonkeyPatch, *places: int) -> None:
    """Each time after `database` was asked by `name`, the next of these records is written."""
    call, waiting = getattr(database, name), [*places]

    async def overtaken(*arguments: Any, **options: Any) -> Any:
        found = await call(*arguments, **options)
        if arguments[0] == Activity.COLLECTION and waiting:
            await rewrite(database, waiting.pop(0))
        return found

    patch.setattr(database, name, overtaken)


async def test_what_is_written_between_two_reads_is_told_once_and_as_it_stood(
    kept: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(kept, "find", monkeypatch, 2)
    found = await reads.page(Past(kept, NOW), OWN, Range(9), ("place", "version"))
    assert [(each["_id"], each["version"], each["place"]) for each in found] == [
        (f"act_{place}", 1, None) for place in range(5)
    ]


@pytest.mark.parametrize("written", [(), (1,), (0, 1, 2, 3)])
async def test_a_total_counts_each_once_though_others_write(
    kept: Database, monkeypatch: pytest.MonkeyPatch, written: tuple[int, ...]
) -> None:
    await rewrite(kept, 4)
    meanwhile(kept, "count", monkeypatch, *written)
    assert await reads.count(Past(kept, NOW), OWN) == 5
    assert await Past(kept, NOW).counts(["org_host"], "participants", Query(Activity, {})) == {"org_host": 5}


async def test_a_total_that_never_holds_is_unavailable(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "TRIES", 2)
    meanwhile(kept, "count", monkeypatch, 0, 1, 2)
    with pytest.raises(Unavailable):
        await reads.count(Past(kept, NOW), OWN)


@pytest.mark.parametrize("at_once", [1, 2, 100])
async def test_many_are_rebuilt_some_at_a_time(kept: Database, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(moments, "AT_ONCE", at_once)
    monkeypatch.setattr(history, "KEYS_AT_ONCE", at_once)
    await rewrite(kept, 0, 2, 3, 4)
    await drain(relay_of(kept))
    found = await documents_at(kept, Activity, {"network": "net_a"}, NOW, ("version", "updated_at"))
    first = NOW.replace(tzinfo=None)
    assert found == [{"_id": f"act_{place}", "version": 1, "updated_at": first} for place in range(5)]


LIMITS = [(moments, "MOST_CHANGED"), (moments, "MOST_REBUILT"), (history, "MOST_SINCE")]


@pytest.mark.parametrize(("module", "name"), LIMITS)
async def test_more_than_may_be_rebuilt_is_refused(
    kept: Database, monkeypatch: pytest.MonkeyPatch, module: Any, name: str
) -> None:
    monkeypatch.setattr(moments, "AT_ONCE", 1)
    await rewrite(kept, 0, 1, 2)
    await drain(relay_of(kept))
    most = 0 if name == "MOST_SINCE" else 3
    monkeypatch.setattr(module, name, most)
    if most:
        assert len(await Past(kept, NOW).written(Activity, OWN.equal, ())) == 3
        await rewrite(kept, 3)
        await drain(relay_of(kept))
    with pytest.raises(Refusal) as refusal:
        await reads.page(Past(kept, NOW), OWN, Range(9), ())
    [problem] = refusal.value.problems
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("as_of",))
    assert f"More than {most} re" in problem.english
    assert f"超过 {most} 条" in problem.chinese


async def test_so_is_a_list_or_a_sum_of_more_than_that(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "MOST_CHANGED", 4)
    stages = [{"$match": {"network": "net_a"}}, {"$group": {"_id": "$network", "records": {"$sum": 1}}}]
    for asking in (
        documents_at(kept, Activity, {"network": "net_a"}, NOW),
        Past(kept, NOW).aggregate(Activity.COLLECTION, stages, 9),
    ):
        with pytest.raises(Refusal):
            await asking


async def test_nothing_stands_before_it_was_made_and_a_sum_of_nothing_is_empty(kept: Database) -> None:
    before = NOW - dt.timedelta(milliseconds=1)
    assert await documents_at(kept, Activity, {}, before) == []
    assert await documents_at(kept, Activity, {"_id": {"$in": ["act_0", "act_9"]}}, before) == []
    assert await one_at(kept, "act", "act_0", before) is None
    assert (await one_at(kept, "act", "act_0", NOW) or {})["version"] == 1
    stages = [{"$group": {"_id": "$network", "records": {"$sum": 1}}}]
    assert await Past(kept, before).aggregate(Activity.COLLECTION, stages, 9) == []
    assert await Past(kept, NOW).aggregate(Activity.COLLECTION, stages, 9) == [{"_id": "net_a", "records": 5}]
    assert await Past(kept, before).find("revisions", {}, 1) == []


async def test_a_condition_on_when_something_was_made_is_one_more(kept: Database) -> None:
    await rewrite(kept, 1, 3)
    for made, ids in ((NOW, [f"act_{place}" for place in range(5)]), (LATER, [])):
        where = {"network": "net_a", "created_at": {"$gte": made.replace(tzinfo=None)}}
        assert [each["_id"] for each in await documents_at(kept, Activity, where, NOW, ())] == ids


async def test_a_moment_is_as_fine_as_what_is_recorded(kept: Database) -> None:
    await write(Store(kept), Activity, "act_0", NOW + dt.timedelta(milliseconds=1))
    for microseconds, version in ((0, 1), (999, 1), (1_000, 2)):
        at = NOW + dt.timedelta(microseconds=microseconds)
        assert (await one_at(kept, "act", "act_0", at) or {})["version"] == version


ASKED = f"""query($at: DateTime!, $ids: [ID!]!) {{
  agreements(network: "{NETWORK}", asOf: $at, where: {{status: ACTIVE}}, first: 2) {{ totalCount nodes {{ title
    parties {{ organization {{ name }} }} activities(first: 1) {{ totalCount nodes {{ title }} }} }} }}
  organizations(asOf: $at, where: {{memberOf: "{NETWORK}"}}, first: 3) {{ totalCount nodes {{ name
    memberships(first: 1) {{ totalCount nodes {{ status network {{ name }} }} }} children {{ totalCount }} }} }}
  bank: nodes(ids: ["{BANK}"], asOf: $at) {{ ... on Organization {{ name updatedAt timeline {{ totalCount }} }} }}
  nodes(ids: $ids, asOf: $at) {{ ... on Recorded {{ version updatedAt }} }} }}"""


async def test_a_moment_is_read_by_indexes(make_database: MakeDatabase) -> None:
    """With some of what is listed written since, in the outbox and relayed."""
    commands = Commands()
    database = await make_database("motor", commands)
    house: House = await furnished(database)
    await house.relay_all()
    then = moments_after(await house.database.find("organizations", {}, 99, ("updated_at",)))
    for own_id in (await some_ids(house, "Organization", 3)) + [BANK]:
        await write(house.store, Organization, own_id, then + dt.timedelta(hours=1))
    await house.relay_all()
    house.at = then + dt.timedelta(hours=2)
    await write(house.store, Organization, BANK, house.at)
    commands.sent.clear()
    ids = await some_ids(house, "Agreement", 3) + await some_ids(house, "Organization", 9)
    commands.sent.clear()
    await house.data(ASKED, OFFICE, at=then.isoformat(), ids=ids)
    await documents_at(database, Activity, {"network": NETWORK}, then)
    await Ledger(database, commands).check(least=25)


def moments_after(documents: list[dict[str, Any]]) -> dt.datetime:
    latest: dt.datetime = max(each["updated_at"] for each in documents)
    return latest.replace(tzinfo=dt.UTC) + dt.timedelta(minutes=1)
