"""What a bundle is made from: stored documents as whoever asked may read them, and the words to tell them in."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from service.bundles.document import Cell, Language
from service.dates import Precision, day_of
from service.records import Document, Record, fact_names
from service.viewer import Right, Viewer

Words: TypeAlias = Callable[[type[Enum], str, Language], str]  # what a value of an enumeration is called


DERIVED = ("people",)  # how many a batch of acknowledgements speaks of, when it may not say who


@dataclass(frozen=True)
class Material:
    """Documents by the prefix of their ids, each kind in the order it is told in; `subject` is what it is about.

    `network` is its network's document. Facts that may not be read are empty; `withheld` names them by kind.
    `restricted` names, for the access log, each right of its own that was used, the network and the record.
    """

    subject: Document
    network: Document
    documents: Mapping[str, Sequence[Document]]
    withheld: frozenset[str] = frozenset()
    restricted: Sequence[tuple[Right, str, str]] = ()
    open_points: Sequence[Mapping[str, Any]] = ()

    def of(self, kind: type[Record]) -> Sequence[Document]:
        return self.documents.get(kind.PREFIX, ())

    def all(self) -> Sequence[Document]:
        return [document for found in self.documents.values() for document in found]

    def counted(self) -> int:
        return sum(len(found) for found in self.documents.values())


class Masked(NamedTuple):
    """What may be read of a document: its facts, its state on a day, its place in the chain.

    And the names of the facts that may not be read, and the rights that let private ones be.
    """

    document: Document
    withheld: frozenset[str]
    rights: frozenset[Right]


def masked(kind: type[Record], document: Document, viewer: Viewer, on: dt.date) -> Masked:
    """A document as `viewer` may read it on a day.

    Who acknowledged and who reported never stand in a bundle, whoever asks: a file goes further than its reader.
    """
    facts: dict[str, Any] = {name: document.get(name) for name in fact_names(kind)}
    withheld, rights = set(), {kind.right_to_read(document, on)}
    for path, right in kind.PRIVATE.items():
        name, *inside = path.split(".")
        hidden = _emptied(facts[name], inside)
        if right is Right.READ_RESTRICTED or not viewer.may(right, document["network"], document["concerns"]):
            withheld.add(f"{kind.COLLECTION}.{path}")
            facts[name] = hidden
        elif facts[name] != hidden:
            rights.add(right)
    kept = {name: document[name] for name in ("_id", "version", "head", "created_at", "updated_at")}
    derived = {name: document[name] for name in DERIVED if name in document}
    told = {**kept, **facts, **derived, "state": kind.state(document, on)}
    return Masked(told, frozenset(withheld), frozenset(rights))


def _emptied(value: Any, path: Sequence[str]) -> Any:
    if value is None or not path:
        return [] if isinstance(value, list) else None
    if isinstance(value, list):
        return [_emptied(item, path) for item in value]
    return {**value, path[0]: _emptied(value.get(path[0]), path[1:])}


@dataclass(frozen=True)
class Telling:
    """How stored values are told: names for ids, words for values, days as days."""

    material: Material
    words: Words
    language: Language
    as_of: dt.datetime
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for document in self.material.all():
            self._names[document["_id"]] = str(document.get("name") or document.get("title") or document["_id"])

    @property
    def day(self) -> dt.date:
        return day_of(self.as_of)

    def say(self, english: str, chinese: str) -> str:
        return self.language.say(english, chinese)

    def name(self, own_id: str | None) -> str:
        """What the record is called; its id where the bundle does not hold it."""
        return self._names.get(own_id, own_id) if own_id else ""

    def names(self, ids: Sequence[str]) -> str:
        return self.say("; ", "；").join(self.name(own_id) for own_id in ids)

    def word(self, kind: type[Enum], value: str | None) -> str:
        return self.words(kind, value, self.language) if value else ""

    def yes(self, value: bool) -> str:
        return self.say("Yes", "是") if value else self.say("No", "否")


def day(value: str | None) -> dt.date | None:
    """A stored day."""
    return dt.date.fromisoformat(value) if value else None


def when(value: Mapping[str, str] | None) -> Cell:
    """A stored partial date: a day as one, others as 2024, 2024-05 or 2024-05-01/2024-06-30."""
    if value is None:
        return None
    first, last = value["first"], value["last"]
    told: dict[Precision, Cell] = {
        Precision.DAY: dt.date.fromisoformat(first),
        Precision.MONTH: first[:7],
        Precision.YEAR: first[:4],
        Precision.RANGE: f"{first}/{last}",
    }
    return told[Precision(value["precision"])]


def amount(value: str | None) -> Decimal | None:
    return Decimal(value) if value else None
