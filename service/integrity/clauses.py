"""Clauses 廉洁承诺条款: what commitments undertake, as versions of one text (002, section 2; fact C14).

A version is drafted, then published; a published one never changes, and commitments name it by set and number.
"""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar

import orjson

from service.facts import text
from service.pinyin import sort_key
from service.records import Action, Document, Filter, Index, Origin, Record, Step, ordered
from service.viewer import Right, Upper

MOST_CLAUSES = 30  # of one version
MOST_VERSIONS = 20  # of one set: each revision tells them all


class ClauseCategory(Upper):
    OBEY_LAWS = auto()
    NO_GIFTS = auto()
    NO_EXCESSIVE_RECEPTION = auto()
    CUSTOM = auto()


class ClauseSetStatus(Upper):
    """DRAFT until its first version is published."""

    DRAFT = auto()
    PUBLISHED = auto()
    ARCHIVED = auto()


@dataclass(frozen=True)
class Clause:
    """One undertaking; a reported one may lack the English wording."""

    category: ClauseCategory
    chinese: str = text(1000)
    english: str | None = text(1000, default=None)


@dataclass(frozen=True)
class ClauseVersion:
    """One wording; `text_hash` is the SHA-256 of its clauses (`hash_of`), in hexadecimal.

    A reported one is published, as its source tells of it, perhaps on a day that no source tells, and was not drafted
    here.
    """

    number: int
    clauses: tuple[Clause, ...]
    text_hash: str
    drafted_at: dt.datetime | None = None
    published: bool = False
    published_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class ClauseSet(Record):
    """A text that commitments are made on; its last version alone may be unpublished."""

    PREFIX = "cla"
    COLLECTION = "clause_sets"
    TITLE = ("clause set", "承诺条款")
    INDEXES = (Index(("network", "date_key")), Index(("network", "title_key")))
    STATE_KEYS = ("archived", "published", "drafted")
    STEPS: ClassVar = {
        Action.REVISE: Step(Right.KEEP_CLAUSES, frozenset({ClauseSetStatus.DRAFT, ClauseSetStatus.PUBLISHED})),
        Action.PUBLISH: Step(Right.KEEP_CLAUSES, frozenset({ClauseSetStatus.DRAFT, ClauseSetStatus.PUBLISHED})),
        Action.ARCHIVE: Step(Right.KEEP_CLAUSES, frozenset({ClauseSetStatus.DRAFT, ClauseSetStatus.PUBLISHED})),
    }

    title: str = text(200)
    versions: tuple[ClauseVersion, ...] = ()
    archived: bool = False
    end_reason: str | None = None

    @property
    def current(self) -> ClauseVersion | None:
        """The last published version."""
        return next((each for each in reversed(self.versions) if each.published), None)

    @property
    def draft(self) -> ClauseVersion | None:
        """The version that is not published yet."""
        last = self.versions[-1] if self.versions else None
        return last if last and not last.published else None

    def version_of(self, number: int) -> ClauseVersion | None:
        return next((each for each in self.versions if each.number == number), None)

    @property
    def published_on(self) -> dt.date | None:
        """The day on which the last published version was published."""
        return self.current.published_on if self.current else None

    @property
    def english(self) -> bool | None:
        """Whether every clause of the last version has its English wording; None where one lacks it."""
        clauses = self.versions[-1].clauses if self.versions else ()
        return (bool(clauses) and all(clause.english for clause in clauses)) or None

    def expected(self) -> Collection[str]:
        """What a reported set may lack; of a native one, English is asked clause by clause (`wording.unfit`)."""
        return ("published_on", "english") if self.origin is Origin.REPORTED else ()

    def keys(self) -> dict[str, Any]:
        """By the day of the last publication; drafts of a first version come first."""
        return {
            "published": self.current is not None,
            "drafted": self.draft is not None,
            "date_key": ordered(self.published_on.isoformat() if self.published_on else "", self.id),
            "title_key": ordered(sort_key(self.title), self.id),
        }

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        if document["archived"]:
            return ClauseSetStatus.ARCHIVED
        return ClauseSetStatus.PUBLISHED if document["published"] else ClauseSetStatus.DRAFT

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        if state == ClauseSetStatus.ARCHIVED:
            return {"archived": True}
        return {"archived": False, "published": state == ClauseSetStatus.PUBLISHED}

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """Only what has a draft is published."""
        fits = super().allows(document, action, day)
        return fits and document["drafted"] if action is Action.PUBLISH else fits

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        return Right.READ_NETWORK if document["published"] else Right.READ_DRAFTS

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if right is Right.READ_PUBLIC:
            return None
        return {"published": True} if right is Right.READ_NETWORK else {}


def hash_of(clauses: Iterable[Clause]) -> str:
    """The SHA-256, in hexadecimal, of the JSON list of [category, chinese, english] without white space."""
    return _hash([each.category, each.chinese, each.english] for each in clauses)


def hash_of_stored(clauses: Iterable[Document]) -> str:
    """The same of clauses as they are stored."""
    return _hash([each["category"], each["chinese"], each["english"]] for each in clauses)


def _hash(told: Iterable[list[str | None]]) -> str:
    return hashlib.sha256(orjson.dumps(list(told))).hexdigest()
