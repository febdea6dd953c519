"""Exporting what an outsider keeps of the trail, and comparing the trail with what was kept, both as streams."""

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from service.store.database import Database
from service.store.kinds import CHECKPOINT_INDEX, CHECKPOINTS
from service.store.verifying import MOST_FAULTS, following, partitions
from service.trail.checkpoints import Checkpoint, leaves_of, sound
from service.trail.exports import FORM, Line
from service.trail.keys import KnownKeys
from service.trail.revisions import Revision
from service.trail.verifying import Fault, FaultCode, says_what_was_hashed

CHECKPOINTS_AT_ONCE = 4  # each may have megabytes of leaves


class NotOurs(Exception):
    """A checkpoint that was kept holds not even in itself, or none of the known keys has signed it."""


async def exported(
    database: Database,
    keys: KnownKeys,
    at: dt.datetime,
    network: str | None = None,
    after: Mapping[str, int] | None = None,
    with_revisions: bool = False,
) -> AsyncIterator[Line]:
    """The lines of an export (trail/exports.py): the checkpoints after those that `after` numbers, by partition."""
    yield {"form": FORM, "at": at, "network": network, "after": dict(after or {}), "revisions": with_revisions}
    yield {"keys": dict(keys)}
    count = 0
    for partition in await partitions(database) if network is None else [network]:
        number = (after or {}).get(partition, 0)
        while found := await _checkpoints(database, partition, number):
            for checkpoint in found:
                number = checkpoint["number"]
                count += 1
                yield {"checkpoint": {name: value for name, value in checkpoint.items() if name != "_id"}}
                if with_revisions:
                    async for revision in _listed(database, checkpoint):
                        yield {"revision": {name: value for name, value in revision.items() if name != "fence"}}
    yield {"end": count}


async def _checkpoints(database: Database, partition: str, above: int) -> list[dict[str, Any]]:
    where, sort = {"partition": partition, "number": {"$gt": above}}, (("number", 1),)
    return await database.find(CHECKPOINTS, where, CHECKPOINTS_AT_ONCE, sort=sort, index=CHECKPOINT_INDEX)


async def _listed(database: Database, checkpoint: Checkpoint) -> AsyncIterator[Revision]:
    """What stands in the range of a checkpoint, whatever it lists."""
    sequence = checkpoint["first"] - 1
    while sequence < checkpoint["last"]:
        for revision in (found := await following(database, checkpoint["partition"], sequence)):
            said = revision.get("sequence")
            if isinstance(said, int) and sequence < said <= checkpoint["last"]:
                yield revision
        last = found[-1].get("sequence") if found else None
        sequence = last if isinstance(last, int) and last > sequence else checkpoint["last"]


async def differences(database: Database, kept: Iterable[Checkpoint], known: KnownKeys) -> list[Fault]:
    """Where the trail is not what `kept` checkpoints say, of each the first place; MOST_FAULTS at most.

    Revisions come first, then checkpoints that differ over revisions that do not. Raises `NotOurs` for a kept
    checkpoint that proves nothing.
    """
    revisions: list[Fault] = []
    proofs: list[Fault] = []
    for checkpoint in kept:
        if not sound(checkpoint, known):
            raise NotOurs
        if fault := await _differing_revision(database, checkpoint):
            revisions.append(fault)
        elif fault := await _differing_checkpoint(database, checkpoint):
            proofs += [fault] if len(proofs) < MOST_FAULTS else []
        if len(revisions) == MOST_FAULTS:
            break
    return [*revisions, *proofs][:MOST_FAULTS]


async def _differing_revision(database: Database, kept: Checkpoint) -> Fault | None:
    standing = _listed(database, kept)
    for leaf in leaves_of(kept):
        revision = await anext(standing, None)
        said = tuple((revision or {}).get(name) for name in ("sequence", "record", "version", "hash"))
        if revision is None or said != leaf:
            gone = revision is None or said[0] != leaf.sequence
            code = FaultCode.REVISION_MISSING if gone else FaultCode.PROOF_DIFFERS
            return Fault(code, leaf.record, leaf.version, leaf.sequence)
        if not says_what_was_hashed(revision):
            return Fault(FaultCode.REVISION_ALTERED, leaf.record, leaf.version, leaf.sequence)
    return None


async def _differing_checkpoint(database: Database, kept: Checkpoint) -> Fault | None:
    """A fault of the first revision that it proved."""
    first = leaves_of(kept)[0]
    where = {"partition": kept["partition"], "number": kept["number"]}
    found = await database.find(CHECKPOINTS, where, 1, ("hash",), index=CHECKPOINT_INDEX)
    if found and found[0].get("hash") == kept["hash"]:
        return None
    code = FaultCode.CHECKPOINT_BROKEN if found else FaultCode.CHECKPOINT_MISSING
    return Fault(code, first.record, first.version, first.sequence)
