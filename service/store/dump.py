"""All data of a server in one file that outlives the engine's disk format: gzip, a line per document, extended JSON.

Each line is a pair `[kind, value]`: first `dump 1` (who wrote it, when); then for each collection one
`collection` (database, name, options), its `document`s and one `indexes`; at last `end` with the number of documents,
so that a file cut short is recognised. Values are MongoDB Extended JSON v2 in canonical mode: no type is lost.
"""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias

from bson.json_util import CANONICAL_JSON_OPTIONS, dumps, loads
from pymongo import MongoClient

Client: TypeAlias = MongoClient[dict[str, Any]]
Line: TypeAlias = tuple[str, Any]

HEADER = "dump 1"  # the number is the format's
BATCH = 500  # documents written in one command
SERVERS_OWN = {"admin", "config", "local"}  # databases that hold no data of ours


class DumpDamaged(Exception):
    """The file is missing, cut short or not a dump. What was written from it so far is not to be used."""


def write_dump(client: Client, path: Path, engine: str) -> int:
    """Write every collection of `client` to `path`, whole or not at all; the answer is the number of documents.

    `engine` names the version of the server. The caller sees to it that nobody writes meanwhile.
    Raises `pymongo.errors.PyMongoError` and `OSError`; an older file at `path` then stands as it was.
    """
    unfinished = path.with_suffix(".unfinished")
    documents = 0
    with unfinished.open("wb") as disk:
        with gzip.open(disk, "wt", encoding="utf-8", compresslevel=3) as text:
            for kind, value in _server_lines(client, engine):
                documents += kind == "document"
                text.write(_to_text(kind, value))
            text.write(_to_text("end", documents))
        disk.flush()
        os.fsync(disk.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)
    return documents


def read_dump(client: Client, path: Path) -> int:
    """Write the dump at `path` into an empty server, documents before indexes; the answer is the number of documents.

    Raises `DumpDamaged`, and `pymongo.errors.PyMongoError` when the server refuses a document or an index.
    """
    documents, expected = 0, None
    for kind, group in groupby(_file_lines(path), key=itemgetter(0)):
        values = (value for _, value in group)
        if kind == "collection":
            for value in values:
                database, name = client[value["database"]], value["name"]
                database.command({"create": name, **value["options"]})
        elif kind == "document":
            for batch in _batches(values):
                # They were valid when written; a validator may have come later.
                database[name].insert_many(batch, bypass_document_validation=True)
                documents += len(batch)
        elif kind == "indexes":
            for value in values:
                database.command({"createIndexes": name, "indexes": value})
        elif kind == "end":
            expected = next(values)
    if documents != expected:
        raise DumpDamaged(f"{path} is cut short")
    return documents


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _server_lines(client: Client, engine: str) -> Iterator[Line]:
    yield HEADER, {"engine": engine, "at": datetime.now(UTC)}
    for name in sorted(set(client.list_database_names()) - SERVERS_OWN):
        database = client[name]
        for found in sorted(database.list_collections(), key=itemgetter("name")):
            yield "collection", {"database": name, "name": found["name"], "options": found["options"]}
            for document in database[found["name"]].find():
                yield "document", document
            indexes = [dict(index) for index in database[found["name"]].list_indexes()]
            if own := [index for index in indexes if index["name"] != "_id_"]:
                yield "indexes", own


def _file_lines(path: Path) -> Iterator[Line]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as text:
            if not text.readline().startswith(f'["{HEADER}"'):
                raise DumpDamaged(f"{path} does not begin with {HEADER}")
            for line in text:
                kind, value = loads(line, json_options=CANONICAL_JSON_OPTIONS)
                yield kind, value
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DumpDamaged(f"{path}: {error}") from error


def _to_text(kind: str, value: object) -> str:
    return dumps([kind, value], json_options=CANONICAL_JSON_OPTIONS) + "\n"


def _batches(values: Iterable[Any]) -> Iterator[list[Any]]:
    iterator = iter(values)
    while batch := list(islice(iterator, BATCH)):
        yield batch
