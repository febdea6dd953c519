"""The documents that every contender answers from: the synthetic network, on disk as BSON or in a MongoDB server."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import bson
import pymongo

from seeds import synthetic
from service.records import document_of
from service.store import upkeep
from service.store.database import Database

Documents = Mapping[str, Sequence[dict[str, Any]]]

AT_ONCE = 200
FILL_SECONDS = 600


def synthetic_documents(activities: int, day: dt.date) -> Documents:
    """By collection what the store holds of the synthetic network with so many activities, written once each.

    Everything is relayed already, and no revision is kept: nothing is left to do beside answering.
    """
    moment = dt.datetime.combine(day, dt.time(), dt.UTC)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in synthetic.records(activities, day):
        document = document_of(replace(record, version=1, created_at=moment))
        found[record.COLLECTION].append(document | {"updated_at": moment, "outbox": []})
    return dict(found)


def write(documents: Documents, folder: Path) -> None:
    """One file a collection, its documents one after another, as `mongodump` writes them."""
    for collection, own in documents.items():
        (folder / f"{collection}.bson").write_bytes(b"".join(map(bson.encode, own)))


def read(folder: Path) -> Documents:
    """What `write` wrote, decoded as the service decodes it: moments are naive UTC."""
    return {path.stem: bson.decode_all(path.read_bytes()) for path in folder.glob("*.bson")}


async def fill(uri: str, name: str, documents: Documents) -> None:
    """A database of the server with these documents, with the indexes of the service."""
    database = Database("motor", uri, name)
    await upkeep.prepare(database, "benchmark")
    with pymongo.timeout(FILL_SECONDS):
        for collection, own in documents.items():
            for batch in batches(own):  # by the driver, since a call of the store has seconds
                await database.client[name][collection].insert_many(batch)
    await database.close()


def batches(documents: Sequence[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    remaining = iter(documents)
    while batch := list(itertools.islice(remaining, AT_ONCE)):
        yield batch
