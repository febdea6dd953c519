"""The keys that what tells of a person is sealed by, kept beside the trail: made on first use, erased to forget.

A key that two writers need at once is made by one of them: its id is unique, and the other reads it. Nothing is kept
in memory from one write to the next, so that an erased key is gone everywhere at once.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Any

from service.acts import Act
from service.records import Record
from service.store.database import KEYS_AT_ONCE, Database, Duplicate
from service.store.kinds import PERSON_KEYS
from service.trail import sealing
from service.trail.revisions import Revision
from service.trail.sealing import FORGOTTEN, Masters, Subject


def masters_of(database: Database) -> Masters:
    if database.masters is None:  # never silently plain
        raise LookupError("what tells of a person cannot be sealed: the database was opened without a master key")
    return database.masters


async def sealed(database: Database, kind: type[Record], revision: dict[str, Any]) -> dict[str, Any]:
    """`revision` as it is stored, what tells of a person sealed: no command where nothing does, else
    one for a hundred keys and one for all that are to be made."""
    subjects = sealing.subjects(kind, revision)
    if not subjects:
        return revision
    masters = masters_of(database)
    keys = await _keys(database, {masters.key_id(subject) for subject in subjects})
    return sealing.sealed(kind, revision, masters, keys)


async def _keys(database: Database, ids: Collection[str]) -> dict[str, bytes]:
    """The keys of these ids, made where there is none."""
    keys = await _known(database, ids)
    while missing := sorted(set(ids) - keys.keys()):
        made = {own_id: sealing.new_key() for own_id in missing}
        try:
            await database.insert_many(PERSON_KEYS, [masters_of(database).wrapped(*each) for each in made.items()])
            keys |= made
        except Duplicate:  # somebody else made some of them first, and we some
            keys |= await _known(database, missing)
    return keys


async def _known(database: Database, ids: Collection[str]) -> dict[str, bytes]:
    masters = masters_of(database)
    return {document["_id"]: masters.unwrapped(document) for document in await _stored(database, ids)}


async def _stored(database: Database, ids: Collection[str]) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = []
    for some in (sorted(ids)[start : start + KEYS_AT_ONCE] for start in range(0, len(ids), KEYS_AT_ONCE)):
        stored += await database.find(PERSON_KEYS, {"_id": {"$in": some}}, len(some))
    return stored


async def revealing(database: Database, revisions: Any, forgotten: object = FORGOTTEN) -> Callable[[Any], Any]:
    """What makes `revisions`, in any structure, or a part of them plain: one command if anything is sealed in them.

    `forgotten` is what stands for a value whose key is gone or spoilt, as for who compares it with what stands now.
    """
    ids = set(sealing.key_ids(revisions))
    stored = await _stored(database, ids) if ids else []
    keys = {each["_id"]: key for each in stored if (key := masters_of(database).opened(each)) is not None}
    return lambda value: sealing.revealed(value, keys, forgotten)


async def erase(database: Database, *subjects: Subject) -> None:
    """Erase the keys of `subjects`: what was sealed by them reads as forgotten from now on. Twice is harmless."""
    await erase_ids(database, (own_id for subject in subjects for own_id in masters_of(database).key_ids(subject)))


async def erase_ids(database: Database, ids: Iterable[str]) -> None:
    await database.delete(PERSON_KEYS, {"_id": {"$in": sorted(set(ids))}})


def same_arguments(database: Database, revision: Revision, act: Act) -> bool:
    """Whether the act that left `revision`, under the same key as `act`, was asked for with the same arguments."""
    told = revision["fingerprint"]
    if told == act.fingerprint or act.fingerprint is None or database.masters is None:
        return bool(told == act.fingerprint)
    return told in database.masters.blinded(act.fingerprint)
