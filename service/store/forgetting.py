"""Forgetting somebody who stands by name or number in records about something else: signers, contacts, secretaries.

    look for whose values ──► note their keys ──► write the mark in place of each, as a revision ──► erase the keys
            ▲                                                                                              │
            └─────────────────────────── until nothing is found any more ◄─────────────────────────────────┘

The keys are noted before anything is written, so that a run that was broken off is completed by the next one, to which
the live records no longer tell whose quotations they were. So is a mark by which they stay one of many who are counted.
"""

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

from service.acts import Act
from service.errors import Code, Refusal
from service.facts import folded
from service.records import Document, Record, facts_of, record_of
from service.store.database import Duplicate
from service.store.kinds import KINDS
from service.store.sealing import erase_ids, masters_of
from service.store.store import Store
from service.trail.sealing import FORGOTTEN, Subject, new_mark, of_value, personal_changed, personal_paths

ERASURES = "erasures"  # keys that are to be erased, until they are
BATCH = 200


@dataclass
class Forgetting:
    """What was done: the records that were changed, and the persons of that name or number, who were not."""

    changed: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)


async def forget(store: Store, act: Act, network: str, text: str) -> Forgetting:
    """Forget `text` in the records of `network`: whole values however they are written, and quotations that hold it.

    A contact is forgotten as a whole. Running it again, or after it was broken off, does what is left to do.
    """
    done, whose = Forgetting(), of_value(network, text)
    while True:
        found: set[Subject] = set()
        done.persons = []
        async for kind, document in _records(store, network):
            subjects = {*_subjects(kind, document, folded(text))}
            if kind.IDENTIFYING:
                done.persons += [document["_id"]] if subjects else []
            else:
                found |= subjects
        noted, mark = await _noted(store, whose, found | {whose})
        if found:
            done.changed += await _unnamed(store, act, network, found, mark)
        await erase_ids(store.database, noted)
        if not found:
            await store.database.delete(ERASURES, {"_id": masters_of(store.database).key_id(whose)})
            return done


async def _records(store: Store, network: str) -> AsyncIterator[tuple[type[Record], Document]]:
    """All records of `network` of the kinds that tell of people."""
    for kind in KINDS.values():
        last = ""
        while personal_paths(kind) and (
            found := await store.database.find(kind.COLLECTION, {"_id": {"$gt": last}}, BATCH, sort=(("_id", 1),))
        ):
            last = found[-1]["_id"]
            for document in found:
                if document["network"] == network:
                    yield kind, document


def _subjects(kind: type[Record], document: Document, wanted: str) -> Iterator[Subject]:
    """Whose values in `document` are `wanted`; a quotation is if it holds it."""
    found: list[Subject] = []
    for name in personal_paths(kind):

        def look(text: str, subject: Subject, within: bool = name == "sources") -> str:
            own = folded(text)
            if own == wanted or (within and wanted in own):
                found.append(subject)
            return text

        personal_changed(kind, document["_id"], document["network"], name, document.get(name), look)
    return iter(found)


async def _noted(store: Store, whose: Subject, subjects: set[Subject]) -> tuple[set[str], str]:
    """The ids of the keys of `subjects`, and those that a run which was broken off had noted; and its mark."""
    masters, database = masters_of(store.database), store.database
    ids = {own_id for subject in subjects for own_id in masters.key_ids(subject)}
    own_id = masters.key_id(whose)
    with contextlib.suppress(Duplicate):
        await database.insert(ERASURES, {"_id": own_id, "keys": [], "mark": new_mark()})
    await database.update(ERASURES, {"_id": own_id}, {"$addToSet": {"keys": {"$each": sorted(ids)}}})
    [noted] = await database.find(ERASURES, {"_id": own_id}, 1)
    return {*noted["keys"]}, noted["mark"]


async def _unnamed(store: Store, act: Act, network: str, subjects: set[Subject], mark: str) -> list[str]:
    """Write the mark in place of the values of `subjects`: the records that this changed. Who writes meanwhile wins."""
    changed = []
    async for kind, document in _records(store, network):
        before, after = record_of(kind, document), _marked(kind, document, subjects, mark)
        if kind.IDENTIFYING or facts_of(before) == facts_of(after):
            continue
        try:
            await store.save(before, after, act)
            changed.append(before.id)
        except Refusal as refusal:
            if any(problem.code is not Code.CONFLICT for problem in refusal.problems):
                raise
    return changed


def _marked(kind: type[Record], document: Document, subjects: set[Subject], mark: str) -> Record:
    def marked(text: str, subject: Subject) -> str:
        return FORGOTTEN if subject in subjects else text

    def told_apart(text: str, subject: Subject) -> str:
        return mark if subject in subjects else text

    own = (document["_id"], document["network"])
    facts = {name: document[name] for name in personal_paths(kind) if name in document}
    ways = {name: told_apart if name in kind.COUNTED else marked for name in facts}
    facts = {name: personal_changed(kind, *own, name, value, ways[name]) for name, value in facts.items()}
    return record_of(kind, {**document, **facts})
