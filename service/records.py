"""What every record has: identity, version, network, origin and gaps; and how it is made and stored.

A *document* is the stored form of a record: its facts under their own names, and beside them the keys it is found by.
"""

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import auto
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar, cast

from service.errors import Code, Problem, refuse_any
from service.facts import Facts, malformed, plain, structured
from service.viewer import Right, Upper

Document: TypeAlias = Mapping[str, Any]
Filter: TypeAlias = dict[str, Any]
BOOKKEEPING = ("id", "version", "head", "created_at")  # not facts: no revision speaks of them
RIGHTS_KEYS = ("network", "concerns")  # what a right on a record depends on
QUOTED = "sources.quotation"  # private where the words that a record rests on may hold a private name
READERS = (Right.READ_PUBLIC, Right.READ_NETWORK, Right.READ_DRAFTS, Right.READ_FINDINGS, Right.READ_DRAFT_FINDINGS)
ORGANIZATIONS = "organizations_named"  # the stored key by which every kind of record names organisations
INSTALLATION = "installation"  # the partition of what belongs to no single network


class Origin(Upper):
    """NATIVE: made in the service, every rule holds. REPORTED: taken from a document, rules judge what is present."""

    NATIVE = auto()
    REPORTED = auto()


@dataclass(frozen=True)
class Source:
    """Where a reported record comes from: the document, the numbered fact in it, and the words it rests on."""

    document: str
    fact: str
    quotation: str = ""


class Index(NamedTuple):
    """An index beside its entity: keys in the order equality, sort, range."""

    keys: tuple[str, ...]
    unique: bool = False


class Action(Upper):
    """A step that can be taken on a standing record."""

    CORRECT = auto()
    ARCHIVE = auto()
    END = auto()
    DISCARD = auto()
    REVISE = auto()
    OPEN_FOR_SIGNING = auto()
    SIGN = auto()
    WITHDRAW_SIGNATURE = auto()
    DECLINE = auto()
    TERMINATE = auto()
    HOLD = auto()
    PUBLISH = auto()
    CANCEL = auto()
    CONFIRM = auto()
    DISPUTE = auto()
    DROP_LINE = auto()
    LAUNCH = auto()
    CLOSE = auto()
    AMEND = auto()
    WITHDRAW_AMENDMENT = auto()
    RENEW = auto()
    MERGE = auto()
    HAND_OVER = auto()
    WITHDRAW = auto()
    PUBLICISE = auto()
    END_PUBLICITY = auto()
    ACKNOWLEDGE = auto()
    DECIDE = auto()
    REVIEW = auto()
    DISMISS = auto()
    RESOLVE = auto()
    OPEN = auto()
    ASSIGN = auto()
    RECTIFY = auto()
    VERIFY = auto()
    RUN_CHECKS = auto()
    REPORT = auto()
    FORGET = auto()


class Step(NamedTuple):
    """What an action needs: the right, and the states from which it may be taken."""

    right: Right
    states: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One aggregate: one document, one chain of revisions."""

    PREFIX: ClassVar[str]
    COLLECTION: ClassVar[str]
    TITLE: ClassVar[tuple[str, str]]  # English, Chinese
    INDEXES: ClassVar[tuple[Index, ...]]
    STEPS: ClassVar[Mapping[Action, Step]]
    STATE_KEYS: ClassVar[tuple[str, ...]] = ("status",)  # what its state, steps and right to read depend on
    READ: ClassVar[Right] = Right.READ_NETWORK  # the right that reading one needs, where its state does not matter
    FIXED: ClassVar[tuple[str, ...]] = ("id", "network", "version", "origin")  # what no later write changes
    SURVIVOR: ClassVar[str | None] = None  # the fact that names who answers for it once it was merged, if it can be
    PRIVATE: ClassVar[Mapping[str, Right]] = {}  # facts that need a right of their own, also in the timeline
    IDENTIFYING: ClassVar[tuple[str, ...]] = ()  # if it is about one person: facts forgotten with what is private in it
    COUNTED: ClassVar[tuple[str, ...]] = ()  # facts that list people, each of whom counts once, also when forgotten
    PRIVATE_KEYS: ClassVar[Mapping[str, Right]] = {}  # keys by which only who holds this READERS right finds anything
    MAKER: ClassVar[Right | None] = None  # the right to know who made it, where that is confidential
    FROZEN_BY: ClassVar[str | None] = None  # the fact that, once told, keeps it from following a merge of organisations
    PART_OF: ClassVar[str | None] = None  # the fact that names the record without which nobody may read this one

    id: str
    network: str
    version: int = 0
    head: str = ""  # the hash of the last revision
    created_at: dt.datetime | None = None
    origin: Origin = Origin.NATIVE
    sources: tuple[Source, ...] = ()
    gaps: tuple[str, ...] = ()

    def expected(self) -> Collection[str]:
        """The facts a complete record has: required of a native record, a gap in a reported one."""
        return ()

    def keys(self) -> dict[str, Any]:
        """The keys it is found by, derived from its facts and stored beside them."""
        return {}

    def concerns(self) -> Collection[str]:
        """The organisations whose recorders may act on it."""
        return ()

    def partition(self) -> str:
        """The part of the trail it belongs to: its network."""
        return self.network

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        """The state on a Shanghai day: a pure function of the stored document."""
        return str(document["status"])

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        """The stored documents whose `state` on `day` is `state`."""
        return {"status": state}

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """Whether the record's own state lets `action` be taken on `day`, whoever asks."""
        return cls.state(document, day) in cls.STEPS[action].states

    @classmethod
    def right_to(cls, document: Document, action: Action) -> Right:
        """The right that `action` on the record needs."""
        return cls.STEPS[action].right

    @classmethod
    def actors(cls, document: Document, action: Action) -> Collection[str]:
        """The organisations whose recorders have `action` before them: those it concerns."""
        return cast(list[str], document["concerns"])

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        """The right that reading `document` needs: one of READERS."""
        return cls.READ

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        """The documents that `right` alone lets read; None for none. Agrees with `right_to_read`."""
        return {} if includes(right, cls.READ) else None


def includes(right: Right, other: Right) -> bool:
    """Whether who holds `right` may read what `other` lets read: each of READERS includes those before it."""
    return READERS.index(right) >= READERS.index(other)


R = TypeVar("R", bound=Record)


def formed(kind: type[R], facts: Facts) -> R:
    """A new record of `kind` from `facts`. Raises `Refusal` with everything that is malformed or missing."""
    values = structured(kind, facts)
    refuse_any(
        Problem(Code.REQUIRED, (field.name,), "This cannot be left out.", "此项不能缺省。")
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING and field.name not in values
    )
    return kind(**values)


def reformed(record: R, facts: Facts) -> R:
    """`record` with `facts` in place of its own. Raises `Refusal` as `formed` does, and for a fact that stays."""
    values = structured(type(record), facts)
    refuse_any(
        Problem(Code.RULE_BROKEN, (name,), "This never changes once it is recorded.", "此项一经记录不得更改。")
        for name in record.FIXED
        if name in values and values[name] != getattr(record, name)
    )
    return replace(record, **values)


def made(kind: type[R], facts: Facts) -> R:
    """A new sound record of `kind`. Raises `Refusal` as `formed` and `sound` do."""
    return sound(formed(kind, facts))


def amended(record: R, facts: Facts) -> R:
    """`record` with `facts` in place of its own, sound. Raises `Refusal` as `reformed` and `sound` do."""
    return sound(reformed(record, facts))


def sound(record: R, found: Iterable[Problem] = ()) -> R:
    """`record` with its gaps named.

    Raises `Refusal` with what the rules `found` and whatever else is wrong: a malformed text or number, a native
    record with gaps, a reported one without a source.
    """
    problems = [*malformed(record), *found]
    gaps = tuple(name for name in record.expected() if getattr(record, name) in (None, "", ()))
    if record.origin is Origin.NATIVE:
        problems += [
            Problem(
                Code.REQUIRED,
                (name,),
                "A native record needs this; only a reported one may lack it.",
                "原生记录必须填写此项;只有引自文献的记录可以缺省。",
            )
            for name in gaps
        ]
    elif not record.sources:
        problems.append(
            Problem(Code.REQUIRED, ("sources",), "A reported record names its source.", "引用记录须注明出处。")
        )
    refuse_any(problems)
    return replace(record, gaps=gaps)


def joined(*parts: str) -> str:
    """One key of several parts, with a character between them that no text of a record can hold."""
    return "\x1f".join(parts)


def ordered(key: str, own_id: str) -> str:
    """A key that no two records share, so that one range over one field is a page: the id parts equal ones."""
    return joined(key, own_id)


def facts_of(record: Record) -> dict[str, Any]:
    """The facts of `record` as stored: what its revisions speak of."""
    return {name: value for name, value in plain(record).items() if name not in BOOKKEEPING}


def organizations_of(value: object) -> set[str]:
    """The ids of all organisations that the facts of a record name, at any depth; free text aside."""
    if isinstance(value, str):
        return {value} if value.startswith("org_") else set()
    if isinstance(value, tuple):
        return set().union(*map(organizations_of, value))
    if not dataclasses.is_dataclass(value):
        return set()
    facts = (field for field in dataclasses.fields(value) if field.name != "id" and "most" not in field.metadata)
    return set().union(*(organizations_of(getattr(value, field.name)) for field in facts))


def document_of(record: Record) -> dict[str, Any]:
    """The whole stored form: id, version, facts, and the keys it is found by."""
    own = {"partition": record.partition(), "concerns": sorted(set(record.concerns()))}
    own[ORGANIZATIONS] = sorted(organizations_of(record))
    return {
        "_id": record.id,
        "version": record.version,
        "head": record.head,
        "created_at": record.created_at,
        **facts_of(record),
        **own,
        **record.keys(),
    }


def record_of(kind: type[R], document: Document) -> R:
    """The record that `document_of` stored. Raises KeyError when the document is not one of `kind`."""
    facts = {name: document[name] for name in fact_names(kind) if name in document}
    own = {name: document[name] for name in BOOKKEEPING if name != "id"}
    return kind(id=document["_id"], **own, **structured(kind, facts))


def fact_names(kind: type[Record]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.name not in BOOKKEEPING)
