"""The feed of a network: what it tells, to whom, how it goes on, and that rights are judged for each event anew."""

import asyncio
from collections import Counter
from contextlib import aclosing
from typing import Any

import pytest

from schema import feed
from schema.nodes import MASK
from service.cooperation.groups import LeadingGroup
from service.dates import day_of, now
from service.errors import Refusal, Unavailable
from service.store import roles
from service.store.feed import last_sequence
from service.store.kinds import ACCESSES
from service.store.relay import Relay
from service.viewer import ANONYMOUS, Right, Viewer
from tests.api.sockets import FEED, eventually
from tests.api.world import WUXI, do, version_of
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    OPERATOR,
    STRANGER,
    House,
)

SHOWN = "version at by action reason hash previous sequence changes { field before after }"
TIMELINE = f"""query($id: ID!) {{ node(id: $id) {{ ... on Recorded {{
    timeline(first: 100) {{ nodes {{ {SHOWN} }} }} }} }} }}"""
INSIDERS = {"admin": ADMIN, "lead": LEAD_RECORDER, "bank": BANK_RECORDER, "officer": OFFICER, "observer": OBSERVER}
each_insider = pytest.mark.parametrize("name", INSIDERS)


@pytest.fixture(scope="module")
async def house(built: House, world: dict[str, str]) -> House:
    """The world, relayed, with an event at the end that all insiders may know of."""
    assert world
    await write(built)
    return built


async def write(house: House, motto: str = "同心") -> int:
    """Write the network's own record and relay all; the highest sequence then."""
    at = await version_of(house, NETWORK)
    await do(house, "correctNetwork", id=NETWORK, version=at, input={"motto": f"{motto} {at}"}, reason="更正")
    relay = Relay(house.database, "tests", asyncio.Event(), relayed=house.store.feeds.wake)
    while await relay.round():
        pass
    return await last_sequence(house.database, NETWORK)


async def told(
    house: House, viewer: Viewer = ADMIN, after: int | None = 0, fields: str = "recordId", until: int | None = None
) -> list[dict[str, Any]]:
    """The events that a viewer is told, to the last one there is now."""
    last = until or await last_sequence(house.database, NETWORK)
    found: list[dict[str, Any]] = []
    async with aclosing(house.events(FEED % f"sequence {fields}", viewer, network=NETWORK, after=after)) as results:
        while not found or found[-1]["sequence"] < last:
            result = await asyncio.wait_for(anext(results), 5)
            assert result.errors is None, result.errors
            assert result.data is not None
            found.append(result.data["networkFeed"])
    return found


async def refusal(house: House, viewer: Viewer, **given: Any) -> Refusal:
    async with aclosing(house.events(FEED % "sequence", viewer, **given)) as results:
        result = await asyncio.wait_for(anext(results), 5)
    [error] = result.errors or ()
    assert result.data is None
    assert error.path == ["networkFeed"]
    assert isinstance(error.original_error, Refusal)
    return error.original_error


@each_insider
async def test_an_event_is_what_the_timeline_tells_of_it(house: House, name: str) -> None:
    viewer = INSIDERS[name]
    events = await told(house, viewer, fields=f"recordId {SHOWN}")
    assert [event["sequence"] for event in events] == sorted({event["sequence"] for event in events})
    ids = {event["recordId"] for event in events}
    of_each_kind = {own_id[:3]: own_id for own_id in sorted(ids)}
    assert of_each_kind.keys() >= {"net", "agr", "act", "com", LeadingGroup.PREFIX}
    mostly = {*of_each_kind.values(), *sorted(ids)[:: max(1, len(ids) // 25)]}
    for own_id in mostly:
        timeline = (await house.data(TIMELINE, viewer, id=own_id))["node"]["timeline"]["nodes"]
        own = [event for event in events if event["recordId"] == own_id]
        assert [{key: event[key] for key in timeline[0]} for event in own] == timeline[::-1]


@each_insider
async def test_one_is_told_of_the_records_that_one_may_know_of_and_of_no_other(house: House, name: str) -> None:
    viewer = INSIDERS[name]
    stored = await house.database.find("revisions", {"partition": NETWORK}, 10_000, ("record", "sequence"))
    known = {
        own_id: (await house.data("query($id: ID!) { node(id: $id) { id } }", viewer, id=own_id))["node"] is not None
        for own_id in {each["record"] for each in stored}
    }
    expected = sorted((each["sequence"], each["record"]) for each in stored if known[each["record"]])
    assert [(event["sequence"], event["recordId"]) for event in await told(house, viewer)] == expected


async def test_a_record_that_one_may_no_longer_know_of_is_passed_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = await told(house, ADMIN)
    monkeypatch.setattr(LeadingGroup, "READ", Right.READ_DRAFT_FINDINGS)
    seen = await told(house, ADMIN)
    groups = [event for event in every if event["recordId"].startswith(LeadingGroup.PREFIX)]
    assert groups
    assert seen == [event for event in every if event not in groups]


async def test_what_is_private_is_masked_for_whom_it_is_in_the_timeline(house: House) -> None:
    fields = "recordId version by changes { before after }"
    events = [await told(house, viewer, fields=fields) for viewer in (OFFICER, ADMIN, OBSERVER)]
    contacts = [str([each for each in seen if each["recordId"][:3] in ("agr", LeadingGroup.PREFIX)]) for seen in events]
    assert [MASK in each for each in contacts] == [False, False, True]
    makers = [{e["by"] for e in seen if e["recordId"][:3] == "bre" and e["version"] == 1} for seen in events]
    assert MASK not in makers[0]
    assert makers[1:] == [{MASK}, {MASK}]


async def test_what_an_event_tells_of_a_person_is_in_the_access_log_as_what_the_timeline_tells(house: House) -> None:
    async def logged() -> list[str]:
        found = await house.database.find(ACCESSES, {}, 1_000)
        await house.database.delete(ACCESSES, {})
        assert {each["by"] for each in found} <= {"admin"}
        return [read["record"] for each in found for read in each["reads"]]

    await house.database.delete(ACCESSES, {})
    events = await told(house, fields="recordId changes { field }")
    assert await logged() == []
    await told(house, fields="recordId changes { after }")
    by_events = await logged()
    ids = sorted({event["recordId"] for event in events})
    for own_id in ids:
        await house.data(TIMELINE, id=own_id)
    assert {*by_events} == {*await logged()} != set()
    counted = Counter(event["recordId"] for event in events)
    assert not Counter(by_events) - counted  # an entry for an event, and no more


async def test_the_record_is_linked_as_it_stands_now(house: House) -> None:
    last = await write(house)
    [event] = await told(house, after=last - 1, fields="version record { id ... on Network { motto version } }")
    current = await version_of(house, NETWORK)
    assert event["record"] == {"id": NETWORK, "motto": f"同心 {current - 1}", "version": current}


@pytest.mark.parametrize("back", [1, 7, 10**6])
async def test_who_resumes_is_told_what_follows(house: House, back: int) -> None:
    every = await told(house)
    after = max(every[-1]["sequence"] - back, 0)
    assert await told(house, after=after) == [event for event in every if event["sequence"] > after]


async def test_without_a_sequence_one_is_told_what_is_new(house: House) -> None:
    last = await last_sequence(house.database, NETWORK)
    following = asyncio.create_task(told(house, after=None, until=last + 2))
    assert await eventually(lambda: NETWORK in house.store.feeds.followed())
    await write(house)
    await write(house)
    assert [event["sequence"] for event in await following] == [last + 1, last + 2]


async def test_a_sequence_beyond_the_end_is_waited_for(house: House) -> None:
    last = await last_sequence(house.database, NETWORK)
    following = asyncio.create_task(told(house, after=last + 2, until=last + 3))
    assert await eventually(lambda: NETWORK in house.store.feeds.followed())
    for _ in range(3):
        await write(house)
    assert [event["sequence"] for event in await following] == [last + 3]


@pytest.mark.parametrize("viewer", [ANONYMOUS, FRONT_END, OPERATOR, STRANGER], ids=lambda viewer: viewer.subject)
async def test_who_may_not_read_the_timeline_there_may_not_follow(house: House, viewer: Viewer) -> None:
    assert [each.code for each in (await refusal(house, viewer, network=NETWORK)).problems] == ["FORBIDDEN"]


async def test_a_foreign_network_is_refused_as_one_that_is_not_there(house: House) -> None:
    foreign, missing = [await refusal(house, ADMIN, network=each) for each in (WUXI, "net_none")]
    assert foreign.problems == missing.problems


async def test_a_sequence_below_nought_is_refused_in_both_languages(house: House) -> None:
    [problem] = (await refusal(house, ADMIN, network=NETWORK, after=-1)).problems
    assert (problem.code, problem.path) == ("INVALID", ("after",))
    assert "0 or more" in problem.english
    assert "不得小于" in problem.chinese


async def test_who_loses_the_right_is_told_nothing_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "KEPT_SECONDS", 0.0)
    given = {"subject": "随后", "role": "RECORDER", "holder": "某人", "network": NETWORK}
    given["organization"] = BANK
    answer = await do(house, "giveRole", input=given)
    assert answer["__typename"] == "RoleAssignment", answer
    role = answer["id"]
    viewer = await house.store.roles.viewer(Viewer("随后"), day_of(now()))
    last = await last_sequence(house.database, NETWORK)
    async with aclosing(house.events(FEED % "sequence", viewer, network=NETWORK, after=last - 1)) as results:
        first = await asyncio.wait_for(anext(results), 5)
        assert first.errors is None
        await do(house, "withdrawRole", id=role, version=1, reason="误授")
        await write(house)
        [error] = (await asyncio.wait_for(anext(results), 5)).errors or ()
    assert isinstance(error.original_error, Refusal)
    assert error.original_error.problems[0].code == "FORBIDDEN"


async def test_a_subscription_outlasts_an_absence_of_the_database(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "PATIENCE", 0.01)
    last = await last_sequence(house.database, NETWORK)
    find, refused = house.database.find, 0

    async def away(*given: Any, **options: Any) -> Any:
        nonlocal refused
        refused += 1
        if refused < 4:
            raise Unavailable("gone")
        return await find(*given, **options)

    async with aclosing(house.events(FEED % "sequence", ADMIN, network=NETWORK, after=0)) as results:
        await asyncio.wait_for(anext(results), 5)
        monkeypatch.setattr(house.database, "find", away)
        monkeypatch.setattr(feed, "FRESH_SECONDS", -1.0)  # so that each event asks
        seen = 0
        while seen < last:
            result = await asyncio.wait_for(anext(results), 5)
            assert result.data is not None
            seen = result.data["networkFeed"]["sequence"]
    assert refused > 4


async def test_a_feed_that_cannot_begin_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("gone")

    monkeypatch.setattr(house.database, "find", away)
    async with aclosing(house.events(FEED % "sequence", ADMIN, network=NETWORK)) as results:
        [error] = (await asyncio.wait_for(anext(results), 5)).errors or ()
    assert isinstance(error.original_error, Unavailable)
