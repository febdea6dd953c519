"""The scene of the store's tests: who acts, small records of each shape, and a wire that can be cut."""

import asyncio
import contextlib
import datetime as dt
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import pytest
from pymongo.uri_parser import parse_uri

from service.acts import Act
from service.cooperation.activities import (
    Activity,
    ActivityForm,
    ActivityStatus,
    Participation,
    ParticipationRole,
    Topic,
)
from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate
from service.network.memberships import Membership, MembershipRole
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.records import Origin, Record, Source
from service.store.database import Database
from service.store.kinds import KINDS, REVISIONS
from service.store.relay import Relay
from service.trail.revisions import first_break
from service.viewer import Grant, Role, Viewer

NOW = dt.datetime(2024, 3, 15, 4, 0, 0, 123_000, tzinfo=dt.UTC)
ADMIN = Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_a"),))
STRANGER = Viewer("外网管理员", (Grant(Role.NETWORK_ADMIN, "net_b"),))
REPORTED: dict[str, Any] = {"origin": Origin.REPORTED, "sources": (Source("002", "C15"),)}
MANY = 100_000  # more than any test stores


def act(viewer: Viewer = ADMIN, at: dt.datetime = NOW, key: str | None = None, fingerprint: str = "same") -> Act:
    return Act(viewer, at, "test", "理由", key, fingerprint)


def network(own_id: str = "net_a", **given: Any) -> Network:
    return Network(**{"id": own_id, "network": own_id, "name": own_id} | given)


def organization(own_id: str, **given: Any) -> Organization:
    facts = {"network": "net_a", "name": own_id, "sector": Sector.BANK, **REPORTED}
    return Organization(**{"id": own_id, **facts} | given)


def membership(own_id: str, of: str, **given: Any) -> Membership:
    facts = {"network": "net_a", "organization": of, "role": MembershipRole.MEMBER, **REPORTED}
    return Membership(**{"id": own_id, **facts} | given)


def activity(own_id: str, day: str | None = "2024-03-01", *others: str, **given: Any) -> Activity:
    """A held activity of org_host and `others`, org_guest unless named."""
    guests = [Participation(other, ParticipationRole.PARTICIPANT, head_count=3) for other in others or ("org_guest",)]
    facts = {
        "network": "net_a",
        "title": own_id,
        "topics": (Topic(Pillar.INTEGRITY, Theme.INTEGRITY_EDUCATION, main=True),),
        "form": ActivityForm.FILM,
        "when": PartialDate.parse(day) if day else None,
        "participations": (Participation("org_host", ParticipationRole.HOST), *guests),
        "filed_by": "org_host",
        "status": ActivityStatus.HELD,
        **REPORTED,
    }
    return Activity(**{"id": own_id, **facts} | given)


async def relayed(database: Database) -> list[dict[str, Any]]:
    """All that stands in `revisions`, by partition and sequence."""
    found = await database.find(REVISIONS, {}, MANY)
    return sorted(found, key=lambda revision: (revision["partition"], revision["sequence"]))


async def waiting(database: Database) -> list[str]:
    """The ids of the entries in all outboxes."""
    outboxes = [
        document["outbox"]
        for kind in KINDS.values()
        for document in await database.find(kind.COLLECTION, {}, MANY, ("outbox",))
    ]
    return sorted(entry["_id"] for outbox in outboxes for entry in outbox)


async def check_trail(database: Database, records: Iterable[tuple[type[Record], str]]) -> None:
    """The sequences have no gap, and the chain of each record is whole, in order, and ends at the document's head."""
    revisions = await relayed(database)
    for partition in {revision["partition"] for revision in revisions}:
        sequences = [revision["sequence"] for revision in revisions if revision["partition"] == partition]
        assert sequences == list(range(1, len(sequences) + 1)), partition
    for kind, own_id in records:
        document = (await database.find(kind.COLLECTION, {"_id": own_id}, 1))[0]
        chain = [revision for revision in revisions if revision["record"] == own_id]
        assert [revision["version"] for revision in chain] == list(range(1, document["version"] + 1)), own_id
        assert first_break(chain, document["head"]) is None, own_id


def interleaved(database: Database, patch: pytest.MonkeyPatch, seed: int) -> None:
    """Give the loop a chance to turn before, inside and after every call of `database`, by a seed."""
    chance = random.Random(seed)

    async def elsewhere() -> None:
        for _ in range(chance.choice((0, 0, 1, 2, 5))):
            await asyncio.sleep(0)

    def turning(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def turned(*arguments: Any, **options: Any) -> Any:
            await elsewhere()
            answer = await call(*arguments, **options)
            await elsewhere()
            return answer

        return turned

    async def one_by_one(collection: str, documents: Sequence[Mapping[str, Any]]) -> None:
        for document in documents:
            await elsewhere()
            await insert(collection, document)

    insert = database.insert
    for name in ("find", "insert", "update"):
        patch.setattr(database, name, turning(getattr(database, name)))
    patch.setattr(database, "insert_many", one_by_one)


@contextlib.asynccontextmanager
async def going(*relays: Relay) -> AsyncIterator[None]:
    """The relays work side by side, round after round, while the body runs."""

    async def rounds(own: Relay) -> None:
        while True:
            await own.round()
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(rounds(own)) for own in relays]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


class Wire:
    """What lies between a driver and its server. `cut` lets nothing through, and says nothing about it."""

    def __init__(self, uri: str) -> None:
        self._host, self._port = parse_uri(uri)["nodelist"][0]
        self._open = asyncio.Event()
        self._open.set()
        self._writers: list[asyncio.StreamWriter] = []
        self._serving: list[asyncio.Task[None] | None] = []
        self.uri = ""

    def cut(self) -> None:
        self._open.clear()

    def mend(self) -> None:
        self._open.set()

    async def close(self) -> None:
        self.mend()
        for writer in self._writers:
            writer.close()
        await asyncio.gather(*filter(None, self._serving))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.append(asyncio.current_task())
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        self._writers += (writer, far_writer)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                await self._open.wait()
                writer.write(data)
                await writer.drain()
        finally:
            writer.close()


@contextlib.asynccontextmanager
async def wire(uri: str) -> AsyncIterator[Wire]:
    """A wire to the server at `uri`; `wire.uri` leads through it."""
    between = Wire(uri)
    server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
    between.uri = f"mongodb://127.0.0.1:{server.sockets[0].getsockname()[1]}/?directConnection=true"
    try:
        yield between
    finally:
        server.close()
        await between.close()
