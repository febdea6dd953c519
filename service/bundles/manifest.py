"""What seals a bundle: the SHA-256 of each of its files, and where each record it shows stands in its chain.

`head` is the hash of a record's revision of that version; `checkpoint`, where one covers it, is the first signed
checkpoint that lists it. Who holds an exported checkpoint can so tell that what the bundle shows was recorded by then.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from service.records import Document

FORMAT = "cobuild-dossier/1"
CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME  # as revisions are hashed


class Proof(NamedTuple):
    """Where the record of this id stands: at which version, with which hash, covered by which checkpoint."""

    id: str
    version: int
    head: str
    checkpoint: str | None = None


def proofs(documents: Iterable[Document], checkpoints: Mapping[str, str]) -> list[Proof]:
    """One for each record, by id. `checkpoints` tells by head the checkpoint that covers it."""
    found = {
        each["_id"]: Proof(each["_id"], each["version"], each["head"], checkpoints.get(each["head"]))
        for each in documents
    }
    return [found[own_id] for own_id in sorted(found)]


def manifest(
    request: Mapping[str, Any], files: Mapping[str, bytes], chain: Sequence[Proof], withheld: Iterable[str]
) -> bytes:
    """`request` is what was asked for; `withheld` names the facts that whoever asked may not read."""
    content = {
        "format": FORMAT,
        "request": request,
        "files": [
            {"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ],
        "withheld": sorted(withheld),
        "chain": [proof._asdict() for proof in chain],
    }
    return canonical(content)


def canonical(content: object) -> bytes:
    """JSON in UTF-8, keys sorted, no white space; moments as 2024-02-29T01:30:00.000Z."""
    return orjson.dumps(content, default=_plain, option=CANONICAL)


def _plain(value: object) -> str:
    if not isinstance(value, dt.datetime):
        raise TypeError
    utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return utc.isoformat(timespec="milliseconds") + "Z"
