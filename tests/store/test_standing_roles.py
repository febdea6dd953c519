"""Looking up what a subject was given: seldom a command, never stale here, and judged anew each day."""

import asyncio
import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from service.errors import Code, Refusal, Unavailable
from service.network import giving
from service.network.roles import RoleAssignment
from service.store import roles
from service.store import store as stores
from service.store.database import Database
from service.store.leases import held
from service.store.roles import KEPT_SECONDS, StandingRoles
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, GrantSource, Role, Viewer
from tests.conftest import Commands
from tests.store.conftest import MakeDatabase
from tests.store.scene import ADMIN, NOW, act, network

TODAY = dt.date(2024, 3, 15)
WANG = Viewer("王", (Grant(Role.FRONT_END, "net_a"),))


def assignment(number: int, subject: str = "王", **given: Any) -> RoleAssignment:
    facts = {"network": f"net_{number}", "role": Role.OBSERVER, "subject": subject, "since": TODAY}
    return RoleAssignment(**{"id": f"rol_{number}", **facts} | given)


def networks(viewer: Viewer) -> list[str | None]:
    return [grant.network for grant in viewer.grants if grant.source is GrantSource.ASSIGNED]


async def test_the_roles_of_the_token_and_of_the_service_are_held_together(store: Store) -> None:
    await store.create(assignment(1), act())
    await store.create(assignment(2, role=Role.RECORDER, organization="org_1"), act())
    await store.create(assignment(3, "李"), act())
    found = await store.roles.viewer(WANG, TODAY)
    assert found.subject == "王"
    assert found.grants == (
        *WANG.grants,
        Grant(Role.OBSERVER, "net_1", None, GrantSource.ASSIGNED),
        Grant(Role.RECORDER, "net_2", "org_1", GrantSource.ASSIGNED),
    )


async def test_a_role_is_held_from_its_first_day_until_the_day_it_ended(store: Store) -> None:
    await store.create(assignment(1), act())
    first = [networks(await store.roles.viewer(WANG, TODAY + dt.timedelta(days=days))) for days in (-1, 0, 9)]
    assert first == [[], ["net_1"], ["net_1"]]  # without looking anew
    later = act(Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_1"),)), NOW + dt.timedelta(days=2))
    await giving.end(store, later, "rol_1", 1)
    assert networks(await store.roles.viewer(WANG, TODAY + dt.timedelta(days=2))) == []


async def test_a_request_normally_costs_no_command_and_an_anonymous_one_never(make_database: MakeDatabase) -> None:
    commands = Commands()
    store = Store(await make_database("motor", commands))
    commands.sent.clear()
    assert await store.roles.viewer(ANONYMOUS, TODAY) is ANONYMOUS
    assert commands.sent == []
    for _ in range(3):
        assert await store.roles.viewer(WANG, TODAY) is WANG
    [(name, sent)] = commands.sent
    assert (name, sent["filter"], sent["hint"], sent["limit"]) == ("find", {"subject_key": "王"}, "subject_key", 200)


async def test_what_another_process_writes_is_seen_some_seconds_later(database: Database) -> None:
    clock = [100.0]
    here, there = StandingRoles(database, lambda: clock[0]), Store(database)
    assert networks(await here.viewer(WANG, TODAY)) == []
    await there.create(assignment(1), act())
    clock[0] += KEPT_SECONDS - 0.01
    assert networks(await here.viewer(WANG, TODAY)) == []
    clock[0] += 0.02
    assert networks(await here.viewer(WANG, TODAY)) == ["net_1"]


async def test_what_was_read_before_a_write_of_this_process_is_not_kept(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(await make_database("mongomock"))
    find = store.database.find

    async def slow(collection: str, *arguments: Any, **named: Any) -> Sequence[dict[str, Any]]:
        found = await find(collection, *arguments, **named)
        monkeypatch.setattr(store.database, "find", find)
        await store.create(assignment(1), act())
        return found

    monkeypatch.setattr(store.database, "find", slow)
    assert networks(await store.roles.viewer(WANG, TODAY)) == []
    assert networks(await store.roles.viewer(WANG, TODAY)) == ["net_1"]


async def test_a_write_whose_answer_was_lost_is_looked_up_anew(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(await make_database("mongomock"))
    assert networks(await store.roles.viewer(WANG, TODAY)) == []
    insert = store.database.insert

    async def lost(collection: str, document: Any) -> None:
        await insert(collection, document)
        raise Unavailable("no answer")

    monkeypatch.setattr(store.database, "insert", lost)
    with pytest.raises(Unavailable):
        await store.create(assignment(1), act())
    assert networks(await store.roles.viewer(WANG, TODAY)) == ["net_1"]


async def test_so_many_subjects_are_kept_and_no_more(
    make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "MOST_KEPT", 2)
    database = await make_database("mongomock")
    looked: list[str] = []
    find = database.find

    async def seen(collection: str, where: Any, *arguments: Any, **named: Any) -> Sequence[dict[str, Any]]:
        looked.append(where["subject_key"])
        return await find(collection, where, *arguments, **named)

    monkeypatch.setattr(database, "find", seen)
    standing = StandingRoles(database)
    for subject in "甲乙甲丙甲乙":
        await standing.viewer(Viewer(subject), TODAY)
    assert looked == ["甲", "乙", "丙", "乙"]  # of 甲 and 乙, 乙 was the one longest unasked


async def test_two_roles_that_exclude_each_other_are_not_both_given_in_a_race(store: Store) -> None:
    await store.create(network(), act())

    async def give(number: int) -> Code | None:
        role = ("NETWORK_ADMIN", "INTEGRITY_OFFICER")[number % 2]
        try:
            key = f"{number:032x}"
            await giving.give(store, act(key=key), {"network": "net_a", "role": role, "subject": "王", "since": TODAY})
        except Refusal as refusal:
            return refusal.problems[0].code
        return None

    found = await asyncio.gather(*map(give, range(2)))
    assert sorted(found, key=str) == [None, Code.RULE_BROKEN]


async def test_two_administrators_do_not_both_go_in_a_race(store: Store) -> None:
    for number, subject in enumerate("王李"):
        await store.create(assignment(number, subject, network="net_a", role=Role.NETWORK_ADMIN), act())
    ended = await asyncio.gather(
        *(giving.end(store, act(ADMIN), f"rol_{number}", 1) for number in range(2)), return_exceptions=True
    )
    assert sorted(isinstance(each, Refusal) for each in ended) == [False, True]


async def test_who_waits_too_long_for_the_others_is_told_to_try_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "PATIENCE", 0.05)
    await store.create(assignment(1, network="net_a"), act())
    async with held(store.database, giving.LOCK, "somebody else", 1):
        with pytest.raises(Unavailable):
            await giving.end(store, act(ADMIN), "rol_1", 1)
    assert (await giving.end(store, act(ADMIN), "rol_1", 1))["version"] == 2
