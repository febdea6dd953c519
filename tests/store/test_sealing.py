"""Personal values in the stored trail: sealed on the way in, plain on the way out, forgotten with their key."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from service.network.branches import BranchKind, PartyBranch
from service.store import history, sealing
from service.store.database import Database
from service.store.history import Part
from service.store.kinds import PERSON_KEYS
from service.store.store import Store
from service.trail.revisions import first_break, revision_of
from service.trail.sealing import FORGOTTEN, Masters, of_value
from tests.conftest import MASTERS
from tests.store.conftest import MakeDatabase
from tests.store.scene import NOW, act, interleaved, organization, waiting
from tests.store.trail_scene import drain, relay_of

ALL = Part(0, 100, 100, newest_first=False)


def branch(own_id: str, secretary: str | None = "王伟", **given: Any) -> PartyBranch:
    facts: dict[str, Any] = {"network": "net_a", "organization": "org_1", "name": own_id, "kind": BranchKind.BRANCH}
    return PartyBranch(**{"id": own_id, "secretary": secretary, **facts, **given})


def timeless(document: Any) -> dict[str, Any]:
    """Without its moments, which are read without their zone."""
    return {name: value for name, value in (document or {}).items() if not name.endswith("_at")}


async def stored(store: Store, own_id: str) -> list[dict[str, Any]]:
    """The revisions of a branch as they stand in the database, oldest first."""
    return (await history.chains(store.database, PartyBranch, [own_id], ALL))[own_id]


async def told(store: Store, own_id: str) -> list[tuple[Any, Any]]:
    """What the trail says of its secretary, oldest first."""
    found = (await history.histories(store.database, PartyBranch, [own_id], ALL))[own_id]
    return [
        (change["before"], change["after"])
        for revision in found
        for change in revision["changes"]
        if change["field"] == "secretary"
    ]


async def test_a_name_is_sealed_in_the_trail_and_plain_in_the_document_and_to_those_who_read(store: Store) -> None:
    first = await store.create(branch("bra_1"), act())
    before = await store.load(PartyBranch, "bra_1", 1, act())
    second = await store.save(before, replace(before, secretary="李娜"), act())
    assert (first["secretary"], second["secretary"]) == ("王伟", "李娜")
    for _ in range(2):
        chain = await stored(store, "bra_1")
        assert "王伟" not in repr(chain)
        assert first_break(chain, second["head"]) is None
        assert await told(store, "bra_1") == [(None, "王伟"), ("王伟", "李娜")]
        earlier = await history.earlier_state(store.database, PartyBranch, "bra_1", 1)
        assert timeless(earlier) == timeless(first)
        await drain(relay_of(store.database))
        assert await waiting(store.database) == []
    names = {MASTERS.key_id(of_value("net_a", name)) for name in ("王伟", "李娜")}
    keys = await store.database.find(PERSON_KEYS, {}, 10)
    assert {each["_id"] for each in keys} == names
    assert "王" not in repr(keys)


async def test_a_lost_key_forgets_one_name_and_breaks_no_chain(store: Store) -> None:
    await store.create(branch("bra_1"), act())
    before = await store.load(PartyBranch, "bra_1", 1, act())
    last = await store.save(before, replace(before, secretary="李娜"), act())
    missing = object()
    for _ in range(2):
        await sealing.erase(store.database, of_value("net_a", " 王伟"))
        assert await told(store, "bra_1") == [(None, FORGOTTEN), (FORGOTTEN, "李娜")]
        chain = await stored(store, "bra_1")
        assert first_break(chain, last["head"]) is None
        reveal = await sealing.revealing(store.database, chain, missing)
        assert {each["field"]: each["before"] for each in reveal(chain[1])["changes"]} == {"secretary": missing}
    earlier = await history.earlier_state(store.database, PartyBranch, "bra_1", 1)
    assert earlier is not None
    assert earlier["secretary"] == FORGOTTEN
    await store.create(branch("bra_2"), act())  # somebody else of that name
    assert await told(store, "bra_2") == [(None, "王伟")]
    assert await told(store, "bra_1") == [(None, FORGOTTEN), (FORGOTTEN, "李娜")]


async def test_what_was_written_in_clear_by_earlier_versions_still_verifies_and_reads(store: Store) -> None:
    new = replace(branch("bra_1"), version=1, created_at=NOW)
    await store.create(branch("bra_0"), act())
    plain = revision_of(None, new, act())
    document = (await store.database.find(PartyBranch.COLLECTION, {"_id": "bra_0"}, 1))[0]
    own = {"_id": "bra_1", "name": "bra_1", "head": plain["hash"], "outbox": [plain]}
    keys = {name: f"{value}1" for name, value in document.items() if name in ("duplicate_key", "external_key")}
    await store.database.insert(PartyBranch.COLLECTION, document | own | keys)
    before = await store.load(PartyBranch, "bra_1", 1, act())
    last = await store.save(before, replace(before, secretary="李娜"), act())
    assert await told(store, "bra_1") == [(None, "王伟"), ("王伟", "李娜")]
    chain = await stored(store, "bra_1")
    assert first_break(chain, last["head"]) is None
    assert ["王伟" in repr(each) for each in chain] == [True, False]
    await sealing.erase(store.database, of_value("net_a", "王伟"))
    assert await told(store, "bra_1") == [(None, "王伟"), (FORGOTTEN, "李娜")]


async def test_a_retry_is_known_by_its_arguments_though_the_trail_does_not_tell_them(store: Store) -> None:
    first = await store.create(branch("bra_1"), act(key="ab" * 16, fingerprint="cd" * 32))
    assert (await stored(store, "bra_1"))[0]["fingerprint"] not in ("cd" * 32, None)

    async def never() -> Any:
        raise AssertionError("a retry writes nothing")

    again = await store.once(PartyBranch, act(key="ab" * 16, fingerprint="cd" * 32), never)
    assert timeless(again) == timeless(first)
    for other in ("ef" * 32, (await stored(store, "bra_1"))[0]["fingerprint"][::-1]):
        with pytest.raises(Exception, match="IDEMPOTENCY_KEY_REUSED"):
            await store.once(PartyBranch, act(key="ab" * 16, fingerprint=other), never)
    await sealing.erase(store.database, of_value("net_a", "王伟"))
    again = await store.once(PartyBranch, act(key="ab" * 16, fingerprint="cd" * 32), never)
    assert timeless(again) == timeless(first)  # which is what stands


async def test_a_record_that_names_nobody_needs_no_key_and_without_a_master_key_nobody_is_named(
    database: Database,
) -> None:
    store = Store(database)
    await store.create(organization("org_9"), act())
    assert await store.database.find(PERSON_KEYS, {}, 10) == []
    database.masters = None
    await store.create(organization("org_8"), act(key="ab" * 16))
    assert (await store.replayed(type(organization("org_8")), act(key="ab" * 16)) or {})["_id"] == "org_8"
    with pytest.raises(LookupError, match="without a master key"):
        await store.create(branch("bra_1"), act())
    assert await store.database.find(PartyBranch.COLLECTION, {}, 10) == []
    database.masters = MASTERS


@pytest.mark.parametrize("seed", range(5))
async def test_two_writers_of_one_name_make_one_key(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    store = Store(await make_database("mongomock"))
    names = [f"某{number}" for number in range(7)]
    ids = [MASTERS.key_id(of_value("net_a", name)) for name in names]
    interleaved(store.database, monkeypatch, seed)
    found = await asyncio.gather(*(sealing._keys(store.database, set(ids[place:])) for place in range(5)))
    whole = await sealing._keys(store.database, set(ids))
    assert sorted(whole) == sorted(ids)
    assert all(whole[own_id] == key for keys in found for own_id, key in keys.items())


async def test_a_thousand_references_in_one_record_take_few_commands(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = await make_database("mongomock")
    calls: list[str] = []
    for name in ("find", "insert_many", "insert", "update"):
        call = getattr(database, name)

        def counting(*given: Any, name: str = name, call: Any = call, **options: Any) -> Any:
            calls.append(name)
            return call(*given, **options)

        monkeypatch.setattr(database, name, counting)
    ids = {MASTERS.key_id(of_value("net_a", f"HR-{number}")) for number in range(1_000)}
    made = await sealing._keys(database, ids)
    assert (calls.count("find"), calls.count("insert_many"), len(calls)) == (10, 1, 11)
    assert await sealing._keys(database, ids) == made
    assert len(calls) == 21


async def test_a_new_master_key_opens_what_the_old_one_sealed_and_erases_it_too(store: Store) -> None:
    await store.create(branch("bra_1"), act(key="ab" * 16, fingerprint="cd" * 32))
    store.database.masters = Masters((b"a newer master key of thirty-two", *MASTERS.keys))
    await store.create(branch("bra_2"), act())
    assert await told(store, "bra_1") == await told(store, "bra_2") == [(None, "王伟")]
    assert await store.replayed(PartyBranch, act(key="ab" * 16, fingerprint="cd" * 32)) is not None
    assert len(await store.database.find(PERSON_KEYS, {}, 10)) == 2
    await sealing.erase(store.database, of_value("net_a", "王伟"))
    assert await told(store, "bra_1") == await told(store, "bra_2") == [(None, FORGOTTEN)]
    store.database.masters = MASTERS
