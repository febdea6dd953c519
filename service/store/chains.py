"""Whether records hold: each one's chain, of relayed revisions and outbox together, against its live document.

The document is read first and its revisions second, so that what is relayed meanwhile is not missed. What is written
meanwhile may look like a fault: a record that does is looked at again, by itself, before it is called broken.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import bson

from service.errors import Refusal
from service.records import Document, Record
from service.store.database import Database
from service.store.kinds import REVISIONS, kind_of
from service.store.sealing import revealing
from service.trail.revisions import Revision
from service.trail.verifying import FORGOTTEN, Chain, Fault, FaultCode, derived

TOGETHER = 50  # records looked at by two commands
EARLY = 20  # versions of each of them that the second command brings; the others are read record by record
MORE = 200
LOOKS = 5  # before a record that seems broken is called so

CHAIN_INDEX = "record_version"


async def broken(database: Database, ids: Iterable[str]) -> list[Fault]:
    """The first fault of each record among `ids` that has one, in the order of `ids`."""
    wanted, found = list(ids), dict[str, Fault]()
    by_kind: dict[type[Record] | None, list[str]] = defaultdict(list)
    for own_id in wanted:
        by_kind[kind_of(own_id)].append(own_id)
    for kind, own in by_kind.items():
        if kind is None:  # no record of ours has such a name
            found |= {own_id: Fault(FaultCode.DOCUMENT_MISSING, own_id, 1) for own_id in own}
            continue
        for start in range(0, len(own), TOGETHER):
            for fault in await _broken(database, kind, own[start : start + TOGETHER]):
                found[str(fault.record)] = fault
    return [found[own_id] for own_id in wanted if own_id in found]


async def _broken(database: Database, kind: type[Record], ids: Sequence[str]) -> list[Fault]:
    faults = []
    documents = await database.find(kind.COLLECTION, {"_id": {"$in": sorted(ids)}}, len(ids))
    by_id = {document["_id"]: document for document in documents}
    early = await _early(database, ids)
    for own_id in ids:
        fault = await _first_fault(database, kind, own_id, by_id.get(own_id), early[own_id])
        for _ in range(LOOKS if fault else 0):
            again = await database.find(kind.COLLECTION, {"_id": own_id}, 1)
            relayed = (await _early(database, [own_id]))[own_id]
            fault = await _first_fault(database, kind, own_id, again[0] if again else None, relayed)
            if fault is None:
                break
        faults += [fault] if fault else []
    return faults


async def _early(database: Database, ids: Sequence[str]) -> dict[str, list[Revision]]:
    found = await database.find(
        REVISIONS,
        {"record": {"$in": sorted(ids)}, "version": {"$lte": EARLY}},
        EARLY * len(ids) + 1,
        sort=(("record", 1), ("version", 1)),
        index=CHAIN_INDEX,
    )
    early: dict[str, list[Revision]] = defaultdict(list)
    for revision in found:
        early[revision["record"]].append(revision)
    return early


async def _first_fault(
    database: Database,
    kind: type[Record],
    own_id: str,
    document: Document | None,
    relayed: Sequence[Revision],
) -> Fault | None:
    chain, outbox = Chain(own_id), _waiting(document)
    hashes = {}
    while relayed:
        for revision in relayed:
            if fault := chain.add(revision):
                return fault
            if chain.version in outbox:
                hashes[chain.version] = chain.head
        relayed = await _later(database, own_id, chain.version)
    for version in sorted(outbox):
        entry = outbox[version]
        if version in hashes:
            if entry["hash"] != hashes[version]:
                return Fault(FaultCode.CHAIN_FORKED, own_id, version)
        elif fault := chain.add(entry):
            return fault
    fault = chain.end(kind, document, await revealing(database, chain.facts, FORGOTTEN))
    if fault is None and document is not None and not _found_by_its_facts(kind, document):
        return Fault(FaultCode.DOCUMENT_ALTERED, own_id, chain.version)
    return fault


def _found_by_its_facts(kind: type[Record], document: Document) -> bool:
    """Whether the stored keys, by which it is found and by which rights on it go, are those that its facts make."""
    try:
        wanted = derived(kind, document)
    except (Refusal, KeyError):  # facts that its revisions built, and that the code of today cannot read
        return False
    stored: dict[str, Any] = bson.decode(bson.encode(wanted))
    return all(name in document and document[name] == value for name, value in stored.items())


def _waiting(document: Document | None) -> dict[int, Any]:
    """The entries of the outbox by version; of several of one version the last, which then is not what was relayed."""
    entries = (document or {}).get("outbox")
    given = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return {entry["version"]: entry for entry in given if isinstance(entry.get("version"), int) and "hash" in entry}


async def _later(database: Database, own_id: str, version: int) -> list[Revision]:
    where = {"record": own_id, "version": {"$gt": version}}
    return [*await database.find(REVISIONS, where, MORE, sort=(("version", 1),), index=CHAIN_INDEX)]
