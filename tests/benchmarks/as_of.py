"""How much longer a list takes as of a moment than of the present, with 10,000 revisions of one network.

`python -m tests.benchmarks.as_of` prints medians and ratios, on the embedded engine or on MONGODB_TEST_URI. Ages 0, 50
and 99 per cent of the network's history are asked for, present and past by turns. Two histories are measured: one as
agreements have it (drawn up, signed and corrected within weeks, one in ten written again years later), and the worst
case, in which everything that stood was written again since.
"""

import asyncio
import contextlib
import datetime as dt
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import bson

from service.cooperation.agreements import Agreement, AgreementKind, Party, Stage
from service.dates import PartialDate
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.records import Record, document_of
from service.store import upkeep
from service.store.database import Database
from service.store.embedded import EmbeddedEngine
from service.store.kinds import REVISIONS
from service.store.store import Store
from service.trail.revisions import revision_of
from tests.conftest import ADMIN, ENGINE, MASTERS, NETWORK, House
from tests.store.scene import REPORTED, act
from tests.store.trail_scene import relay_of

RECORDS, VERSIONS = 2_000, 5  # of agreements: 10,000 revisions
BEGUN, DAYS = dt.datetime(2016, 1, 1, tzinfo=dt.UTC), 3_650
ROUNDS, WARM_UP = 10, 2
AT_ONCE = 200
LIST = """query($at: DateTime, $network: ID!) {
    agreements(network: $network, asOf: $at, where: {kind: INTEGRITY_PARTNER}, first: 20) {
    totalCount nodes { id title status version updatedAt parties { organization { name } } }
    pageInfo { hasNextPage endCursor } } }"""
ONE = """query($at: DateTime) { nodes(ids: ["agr_00700"], asOf: $at) { ... on Agreement { title status version
    parties { organization { name } } } } }"""


def moments(chance: Random, place: int, late: float) -> list[dt.datetime]:
    """When the versions of an agreement were recorded: within 40 days of the first, some of the last much later."""
    first = BEGUN + dt.timedelta(days=DAYS * place / RECORDS)
    found = [first + dt.timedelta(days=step * 10, seconds=chance.randrange(86_400)) for step in range(VERSIONS)]
    if chance.random() < late:
        found[-1] += (BEGUN + dt.timedelta(days=DAYS + 60) - found[-1]) * chance.random()
    return found


def agreement(place: int) -> Agreement:
    begins = (BEGUN + dt.timedelta(days=DAYS * place / RECORDS)).date()
    return Agreement(
        id=f"agr_{place:05}",
        network=NETWORK,
        title=f"廉洁伙伴协议书第{place}号",
        kind=AgreementKind.INTEGRITY_PARTNER,
        parties=(Party("org_host"), Party(f"org_{place % 50}")),
        stage=Stage.SIGNED,
        signed_on=PartialDate.on(begins),
        term_from=begins,
        **REPORTED,
    )


def history(record: Record, times: Sequence[dt.datetime]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document after so many writes, and its revisions."""
    before, revisions = None, []
    for version, at in enumerate(times, start=1):
        facts = {"title": f"廉洁伙伴协议书({version})"} if isinstance(record, Agreement) else {}
        after = replace(before or record, version=version, created_at=times[0], **facts)
        revision = revision_of(before, after, act(ADMIN, at))
        before = replace(after, head=revision["hash"])
        revisions.append({**revision, "fence": 1})
    assert before is not None
    return document_of(before) | {"updated_at": times[-1], "outbox": []}, revisions


async def build(database: Database, late: float) -> None:
    chance = Random(4)
    organizations = [
        Organization(id=f"org_{name}", network=NETWORK, name=f"单位{name}", sector=Sector.BANK, **REPORTED)
        for name in ("host", *range(50))
    ]
    kept: list[tuple[Record, list[dt.datetime]]] = [(Network(id=NETWORK, network=NETWORK, name="网络"), [BEGUN])]
    kept += [(organization, [BEGUN]) for organization in organizations]
    kept += [(agreement(place), moments(chance, place, late)) for place in range(RECORDS)]
    sequence = 0
    for start in range(0, len(kept), AT_ONCE):
        relayed: list[dict[str, Any]] = []
        for record, times in kept[start : start + AT_ONCE]:
            document, revisions = history(record, times)
            await database.insert(record.COLLECTION, document)
            relayed += [{**each, "sequence": sequence + place} for place, each in enumerate(revisions, start=1)]
            sequence += len(revisions)
        await database.insert_many(REVISIONS, bson.decode(bson.encode({"all": relayed}))["all"])


async def compare(house: House, query: str, at: dt.datetime) -> tuple[float, float]:
    """The median milliseconds of the present and of the past, asked by turns."""
    spent: dict[str | None, list[float]] = {None: [], at.isoformat(): []}
    for turn in range(WARM_UP + ROUNDS):
        for moment, times in spent.items():
            begun = time.perf_counter()
            await house.data(query, at=moment, network=NETWORK)
            if turn >= WARM_UP:
                times.append((time.perf_counter() - begun) * 1_000)
    present, past = map(statistics.median, spent.values())
    return present, past


async def measure(uri: str) -> None:
    for title, late in (("as agreements are written", 0.1), ("everything written again since", 1.0)):
        database = Database("motor", uri, f"bench_{uuid.uuid4().hex}", masters=MASTERS)
        await upkeep.prepare(database, "benchmark")
        await build(database, late)
        house = House(database, Store(database), relay_of(database))
        print(f"{RECORDS * VERSIONS} revisions, {title}:")
        for name, query in (("page and total", LIST), ("page alone", LIST.replace("totalCount", "")), ("one", ONE)):
            for age in (0, 0.5, 0.99):
                present, past = await compare(house, query, BEGUN + dt.timedelta(days=(DAYS + 60) * (1 - age)))
                print(
                    f"  {name:14} {age:4.0%} back: now {present:7.1f} ms, then {past:7.1f} ms, {past / present:5.2f} ×"
                )
        await database.close()


@contextlib.contextmanager
def engine() -> Iterator[str]:
    if given := os.environ.get("MONGODB_TEST_URI"):
        yield given
        return
    with tempfile.TemporaryDirectory() as folder, EmbeddedEngine(ENGINE, Path(folder)) as uri:
        yield uri


if __name__ == "__main__":
    with engine() as uri:
        asyncio.run(measure(uri))
