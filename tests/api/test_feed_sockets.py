"""Many sockets follow one network while it is written: each has every event once, in order; who breaks off resumes."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from service.store.feed import last_sequence
from service.store.kinds import REVISIONS
from tests.api.sockets import Served, served
from tests.conftest import NETWORK, House


@pytest.fixture
async def house(make_house: Callable[..., Any]) -> House:
    made: House = await make_house("mongomock")
    await made.relay_all()
    return made


async def written(service: Served, first: int, last: int) -> None:
    """Revisions of the network's own record, as its relay leaves them: what a feed tells is what stands there."""
    [latest] = await service.house.database.find(REVISIONS, {"record": NETWORK}, 1)
    for start in range(first, last + 1, 50):
        part = range(start, min(start + 50, last + 1))
        await service.house.database.insert_many(
            REVISIONS,
            [{**latest, "_id": f"{NETWORK}:{each}", "version": each, "sequence": each} for each in part],
        )
        service.house.store.feeds.wake(NETWORK)
        await asyncio.sleep(0.01)


async def follower(service: Served, after: int, last: int, breaks: int) -> list[int]:
    """What a client has had that loses its socket `breaks` times and resumes each time after its last event."""
    had = [after]
    for left in range(breaks, -1, -1):
        until = last if not left else after + (last - after) // (left + 1)
        async with service.client() as client:
            await client.follow("f", after=had[-1])
            while had[-1] < until:
                had.append((await client.hear(60))["payload"]["data"]["networkFeed"]["sequence"])
    return had[1:]


async def all_have_everything(house: House, sockets: int, events: int) -> None:
    last = await last_sequence(house.database, NETWORK)
    async with served(house) as service:
        following = [asyncio.create_task(follower(service, last, last + events, each % 3)) for each in range(sockets)]
        await written(service, last + 1, last + events)
        expected = list(range(last + 1, last + events + 1))
        assert all(had == expected for had in await asyncio.gather(*following))


async def test_many_sockets_have_every_event_once_and_in_order(house: House) -> None:
    await all_have_everything(house, sockets=100, events=30)


@pytest.mark.prove
@pytest.mark.parametrize("events", [200, 1_000])
async def test_a_hundred_sockets_have_a_thousand_events(house: House, events: int) -> None:
    await all_have_everything(house, sockets=100, events=events)


async def test_what_one_writes_over_http_or_a_socket_others_are_told(house: House) -> None:
    text = f"""mutation {{ correctNetwork(id: "{NETWORK}", version: 1, input: {{motto: "新"}}, reason: "更正") {{
        __typename }} }}"""
    last = await last_sequence(house.database, NETWORK)
    async with served(house) as service, service.client() as one, service.client() as other:
        await one.follow("f", after=None, fields="sequence by action record { ... on Network { motto } }")
        await other.follow("f", after=last, fields="sequence by action record { ... on Network { motto } }")
        assert (await one.asked("{ __typename }"))["type"] == "next"  # by now it follows
        async with service.client() as writer:
            await writer.asked(text)
        await service.relay_all()
        event = {"sequence": last + 1, "by": "admin", "action": "correctNetwork", "record": {"motto": "新"}}
        assert [await each.events(1) for each in (one, other)] == [[event], [event]]
