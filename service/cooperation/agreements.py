"""Agreement 协议: what two or more parties sign together (002, section 2; facts C2, C14; 004, E1).

DRAFT → SIGNING → SIGNED → ACTIVE → EXPIRED | TERMINATED; a party may decline. The stage is stored, because a write
changes it; what turns at midnight, SIGNED to ACTIVE to EXPIRED, follows from the boundary dates.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar, cast

from service import searching
from service.cooperation.pillars import Pillar
from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.facts import text
from service.pinyin import sort_key
from service.records import Action, Document, Filter, Index, Origin, Record, Step, ordered
from service.viewer import Right, Upper

LONGEST_AGREEMENT = 20_000  # characters
MOST_VERSIONS = 10  # of one text: each revision tells them all, and a document holds 16 MB
LONGEST_SIGNER = 60


class AgreementKind(Upper):
    CO_BUILDING = auto()
    INTEGRITY_PARTNER = auto()
    TECHNICAL_COOPERATION = auto()


class AgreementLevel(Upper):
    COMMITTEE = auto()
    BRANCH = auto()


class Stage(Upper):
    DRAFT = auto()
    SIGNING = auto()
    SIGNED = auto()
    DECLINED = auto()
    DISCARDED = auto()


class AgreementStatus(Upper):
    DRAFT = auto()
    SIGNING = auto()
    SIGNED = auto()
    ACTIVE = auto()
    EXPIRED = auto()
    TERMINATED = auto()
    DECLINED = auto()
    DISCARDED = auto()


ENDED = frozenset({AgreementStatus.EXPIRED, AgreementStatus.TERMINATED})
UNSIGNED = frozenset({AgreementStatus.DRAFT, AgreementStatus.SIGNING, AgreementStatus.DECLINED})
DRAFTS = frozenset({Stage.DRAFT, Stage.DISCARDED})


@dataclass(frozen=True)
class Party:
    """An organisation, and its party branch where that is who signs."""

    organization: str
    branch: str | None = None


@dataclass(frozen=True)
class TextVersion:
    """One wording of the agreement; `text_hash` is the SHA-256 of its UTF-8 bytes, in hexadecimal."""

    number: int
    text_hash: str
    drafted_at: dt.datetime
    text: str = text(LONGEST_AGREEMENT)


@dataclass(frozen=True)
class Signature:
    """A party's signature under one text version; one given by mistake is withdrawn, never removed."""

    organization: str
    version: int
    signed_on: dt.date
    recorded_at: dt.datetime
    signer: str | None = text(LONGEST_SIGNER, default=None)
    withdrawn_at: dt.datetime | None = None
    withdrawal_reason: str | None = None

    @property
    def stands(self) -> bool:
        return self.withdrawn_at is None


@dataclass(frozen=True)
class Decline:
    """A party's refusal to sign one text version."""

    organization: str
    version: int
    declined_at: dt.datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Agreement(Record):
    """An open `term_to` means no end was agreed. A reported agreement was signed, as its source says, before."""

    PREFIX = "agr"
    COLLECTION = "agreements"
    TITLE = ("agreement", "协议")
    INDEXES = (
        Index(("network", "date_key")),
        Index(("network", "title_key")),
        Index(("concerns", "date_key")),
        Index(("search",)),
    )
    STATE_KEYS = ("stage", "active_from", "active_to", "terminated_from", "unsigned")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.DRAFT})),
        Action.REVISE: Step(Right.KEEP_AGREEMENTS, UNSIGNED),
        Action.OPEN_FOR_SIGNING: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.DRAFT})),
        Action.SIGN: Step(Right.SIGN_AGREEMENTS, frozenset({AgreementStatus.SIGNING})),
        Action.WITHDRAW_SIGNATURE: Step(Right.SIGN_AGREEMENTS, frozenset({AgreementStatus.SIGNING})),
        Action.DECLINE: Step(Right.SIGN_AGREEMENTS, frozenset({AgreementStatus.SIGNING})),
        Action.TERMINATE: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.SIGNED, AgreementStatus.ACTIVE})),
        Action.DISCARD: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.DRAFT, AgreementStatus.DECLINED})),
    }
    PRIVATE: ClassVar = {"signatures.signer": Right.READ_CONTACTS}

    title: str = text(200)
    kind: AgreementKind
    level: AgreementLevel | None = None
    parties: tuple[Party, ...]
    pillars: tuple[Pillar, ...] = ()
    term_from: dt.date | None = None
    term_to: dt.date | None = None
    signed_on: PartialDate | None = None
    stage: Stage = Stage.DRAFT
    versions: tuple[TextVersion, ...] = ()
    signatures: tuple[Signature, ...] = ()
    declines: tuple[Decline, ...] = ()
    terminated_on: dt.date | None = None
    end_reason: str | None = None

    @property
    def current(self) -> int:
        """The number of the text version that stands; 0 while there is none."""
        return self.versions[-1].number if self.versions else 0

    @property
    def begins(self) -> dt.date | None:
        """The first day it can be active: its term has begun and all have signed. None while neither is known."""
        signed = self.signed_on.first if self.signed_on else None
        return max((day for day in (self.term_from, signed) if day), default=None)

    @property
    def signed_by_all(self) -> bool:
        """Whether every party's signature stands under the current text."""
        return all(self.standing_signature(party.organization) for party in self.parties)

    def standing_signature(self, organization: str) -> Signature | None:
        """The signature of `organization` under the current text, unless it was withdrawn."""
        for signature in self.signatures:
            if signature.organization == organization and signature.version == self.current and signature.stands:
                return signature
        return None

    def expected(self) -> Collection[str]:
        signed = ("signed_on", "versions") if self.stage is Stage.SIGNED else ()
        cooperating = ("pillars",) if self.kind is AgreementKind.CO_BUILDING else ()
        return ("level", "term_from", *signed, *cooperating)

    def concerns(self) -> Collection[str]:
        return {party.organization for party in self.parties}

    def keys(self) -> dict[str, Any]:
        return {
            "active_from": (self.begins or FIRST_DAY).isoformat(),
            "active_to": (self.term_to or LAST_DAY).isoformat(),
            "terminated_from": (self.terminated_on or LAST_DAY).isoformat(),
            "unsigned": sorted(party for party in self.concerns() if self.standing_signature(party) is None),
            "date_key": ordered(self.begins.isoformat() if self.begins else "", self.id),
            "title_key": ordered(sort_key(self.title), self.id),
            **searching.keys(self.title, live=self.stage is not Stage.DISCARDED),
        }

    @classmethod
    def state(cls, document: Document, day: dt.date) -> str:
        today = day.isoformat()
        if document["stage"] != Stage.SIGNED:
            return str(document["stage"])
        if document["terminated_from"] <= today:
            return AgreementStatus.TERMINATED
        if document["active_to"] < today:
            return AgreementStatus.EXPIRED
        return AgreementStatus.SIGNED if today < document["active_from"] else AgreementStatus.ACTIVE

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        today = day.isoformat()
        untold = {"stage": Stage.SIGNED.value, "terminated_from": {"$gt": today}}
        ranges: dict[str, Filter] = {
            AgreementStatus.TERMINATED: {"stage": Stage.SIGNED.value, "terminated_from": {"$lte": today}},
            AgreementStatus.EXPIRED: {**untold, "active_to": {"$lt": today}},
            AgreementStatus.SIGNED: {**untold, "active_to": {"$gte": today}, "active_from": {"$gt": today}},
            AgreementStatus.ACTIVE: {**untold, "active_to": {"$gte": today}, "active_from": {"$lte": today}},
        }
        return ranges.get(state, {"stage": str(state)})

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """A reported agreement has no signing here: it may be corrected or discarded whatever its state."""
        if document["origin"] == Origin.REPORTED and document["stage"] != Stage.DISCARDED:
            return action in (Action.CORRECT, Action.DISCARD) or super().allows(document, action, day)
        return super().allows(document, action, day)

    @classmethod
    def actors(cls, document: Document, action: Action) -> Collection[str]:
        """Who has not signed may sign or decline; who has may take it back."""
        if action in (Action.SIGN, Action.DECLINE):
            return cast(list[str], document["unsigned"])
        concerned = super().actors(document, action)
        signed = [party for party in concerned if party not in document["unsigned"]]
        return signed if action is Action.WITHDRAW_SIGNATURE else concerned

    @classmethod
    def right_to_read(cls, document: Document, day: dt.date) -> Right:
        if document["stage"] in DRAFTS:
            return Right.READ_DRAFTS
        active = cls.state(document, day) == AgreementStatus.ACTIVE
        return Right.READ_PUBLIC if active else Right.READ_NETWORK

    @classmethod
    def readable_filter(cls, right: Right, day: dt.date) -> Filter | None:
        if right is Right.READ_PUBLIC:
            return cls.state_filter(AgreementStatus.ACTIVE, day)
        return {} if right is Right.READ_DRAFTS else {"stage": {"$nin": sorted(DRAFTS)}}
