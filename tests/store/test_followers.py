"""Followers: whatever breaks off or races, each revision is followed at least once, in order, and its effect is one."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.acts import FOLLOWER, Act
from service.cooperation.activities import Activity
from service.errors import Code, Problem, Refusal, Unavailable
from service.network.organizations import Organization
from service.store import followers
from service.store.database import Database
from service.store.feed import last_sequence
from service.store.followers import CURSORS, Follower, behind
from service.store.relay import Relay
from service.store.store import Store
from tests.store.scene import check_trail, relayed
from tests.store.trail_scene import RECORDS, begin, drain, expire, write, write_all

PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class CrashError(Exception):
    """The process ends here."""


class Note:
    """A follower that notes what it was called for; `does` may refuse, crash or say that more is to be done."""

    def __init__(self, does: Callable[[str], bool] = lambda _: True) -> None:
        self.calls: list[str] = []
        self.acts: list[Act] = []
        self._does = does

    async def follow(self, _: Store, act: Act, own_id: str) -> bool:
        self.calls.append(own_id)
        self.acts.append(act)
        return self._does(own_id)

    def table(self) -> tuple[Follower, ...]:
        return (Follower("note", Activity, frozenset({"place"}), self.follow),)

    def relay(self, database: Database, holder: str = "one") -> Relay:
        return Relay(database, holder, asyncio.Event(), self.table())


async def cursors(database: Database) -> dict[str, int]:
    found = await database.find(CURSORS, {"_id": {"$gt": ""}}, 100)
    return {each["_id"]: each["sequence"] for each in found}


async def check_all_followed(database: Database) -> None:
    for partition, sequence in (await cursors(database)).items():
        assert sequence == await last_sequence(database, partition), partition
    assert await behind(database) == set()


async def test_a_follower_runs_once_for_each_revision_that_changes_its_fact(store: Store) -> None:
    note = Note()
    await begin(store)
    for _ in range(2):
        await write(store, Activity, "act_1")
        await write(store, Organization, "org_1")
    await write(store, Activity, "act_far")
    await drain(note.relay(store.database))
    assert sorted(note.calls) == ["act_1"] * 3 + ["act_2"] + ["act_far"] * 2  # a new record has all its facts changed
    assert {each.viewer.subject for each in note.acts} == {FOLLOWER}
    assert len({each.key for each in note.acts}) == 6
    assert note.acts[0].reason is not None
    assert "act_1:1" in note.acts[0].reason
    await check_all_followed(store.database)


async def test_in_each_partition_they_run_in_order(store: Store) -> None:
    note = Note()
    await begin(store)
    await write_all(store, 3)
    await drain(note.relay(store.database))
    revisions = [each for each in await relayed(store.database) if each["partition"] == "net_a"]
    assert [call for call in note.calls if call != "act_far"] == [each["record"] for each in revisions]


async def test_a_new_relay_follows_what_one_that_is_gone_has_only_relayed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Note()
    await begin(store)
    await drain(Relay(store.database, "gone", asyncio.Event(), ()))
    await store.database.update(CURSORS, {"_id": "net_a"}, {"$set": {"sequence": 0}})
    await store.database.update(CURSORS, {"_id": "net_b"}, {"$set": {"sequence": 0}})
    assert await behind(store.database) == {"net_a", "net_b"}
    for partition in ("net_a", "net_b"):
        await expire(store.database, partition)
    await drain(note.relay(store.database))
    assert sorted(note.calls) == ["act_1", "act_2", "act_far"]
    await check_all_followed(store.database)


async def test_what_another_worker_holds_is_left_to_it(store: Store) -> None:
    note = Note()
    await begin(store)
    await drain(Relay(store.database, "other", asyncio.Event(), ()))
    await store.database.update(CURSORS, {"_id": "net_a"}, {"$set": {"sequence": 0}})
    assert await drain(note.relay(store.database)) == 0
    assert note.calls == []


@pytest.mark.parametrize("through", range(6))
async def test_a_crash_anywhere_between_is_made_good(
    store: Store, monkeypatch: pytest.MonkeyPatch, through: int
) -> None:
    """After `through` writes that a first relay has got done; the second sees what was not counted again."""
    note = Note()
    await begin(store)
    await write_all(store, 2)
    done = 0

    def crashing(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def crash(collection: str, *rest: Any) -> Any:
            nonlocal done
            if collection == CURSORS:
                done += 1
                if done > through:
                    raise CrashError
            return await call(collection, *rest)

        return crash

    with monkeypatch.context() as broken:
        for name in ("insert", "update"):
            broken.setattr(store.database, name, crashing(getattr(store.database, name)))
        with pytest.raises(CrashError):
            await drain(note.relay(store.database))
    await drain(note.relay(store.database))
    assert set(note.calls) == {"act_1", "act_2", "act_far"}
    assert len({each.key for each in note.acts}) == 9
    assert len(note.calls) <= 9 + 1  # the one that was done and not yet counted
    await check_trail(store.database, RECORDS)
    await check_all_followed(store.database)


async def test_an_absent_database_is_waited_for_and_nothing_is_left_out(store: Store) -> None:
    absent = True

    def away(_: str) -> bool:
        if absent:
            raise Unavailable
        return True

    note = Note(away)
    await begin(store)
    own = note.relay(store.database)
    with pytest.raises(Unavailable):
        await drain(own)
    absent = False
    await drain(own)
    assert sorted(set(note.calls)) == ["act_1", "act_2", "act_far"]
    await check_all_followed(store.database)


async def test_a_refusal_is_logged_and_the_next_one_followed(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(own_id: str) -> bool:
        if own_id == "act_1":
            raise Refusal(Problem(Code.ILLEGAL_STATE, ("id",), "It has moved on.", "状态已变。"))
        return True

    note = Note(refuse)
    await begin(store)
    await drain(note.relay(store.database))
    assert note.calls.count("act_1") == note.calls.count("act_2") == 1
    assert caplog.messages == ["note leaves act_1:1: ILLEGAL_STATE ('id',): It has moved on."]
    await check_all_followed(store.database)


async def test_a_lost_race_is_run_again(store: Store) -> None:
    lost = iter([True] * (followers.ATTEMPTS + 2))

    def race(own_id: str) -> bool:
        if own_id == "act_1" and next(lost, False):
            raise Refusal(Problem(Code.CONFLICT, ("version",), "Somebody wrote first.", "他人已先写入。"))
        return True

    note = Note(race)
    await begin(store)
    await drain(note.relay(store.database))
    assert note.calls.count("act_1") == followers.ATTEMPTS + 3
    assert note.calls.count("act_2") == 1
    await check_all_followed(store.database)


async def test_a_long_work_is_done_in_parts_and_holds_up_no_other_partition(store: Store) -> None:
    parts = iter([False, False, True])
    note = Note(lambda own_id: own_id != "act_1" or next(parts))
    await begin(store)
    own = note.relay(store.database)
    await own.round()
    assert "act_far" in note.calls
    assert "act_2" not in note.calls
    await drain(own)
    assert note.calls.count("act_1") == 3
    assert note.calls.count("act_2") == 1


async def test_many_revisions_that_nobody_follows_are_passed_over_at_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "BATCH", 3)
    await begin(store)
    for _ in range(4):
        await write(store, Organization, "org_1")
        await write(store, Activity, "act_far")
    await Relay(store.database, "one", asyncio.Event(), ()).round()
    await check_all_followed(store.database)


async def test_the_cursor_never_goes_back(store: Store) -> None:
    await begin(store)
    await drain(Note().relay(store.database))
    before = await cursors(store.database)
    await followers._advance(store.database, "net_a", 1)
    assert await cursors(store.database) == before
