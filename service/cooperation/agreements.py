"""Agreement 协议: what two or more parties sign together (002, section 2; facts C2, C14; 004, E1).

DRAFT → SIGNING → SIGNED → ACTIVE → EXPIRED | TERMINATED | RENEWED; a party may decline. The stage is stored, because a
write changes it; what turns at midnight, SIGNED to ACTIVE to EXPIRED or RENEWED, follows from the boundary dates.

A signed text never changes. An amendment 修订 is a further text version, which all parties sign again: until they have,
and if they do not, the text in force stays. A renewal 续签 is an agreement of its own that `supersedes` this one.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar, cast

from service import searching
from service.cooperation.pillars import Pillar
from service.cooperation.texts import Amendment, AmendmentState, Decline, Signature
from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.facts import number, text
from service.pinyin import sort_key
from service.records import Action, Document, Filter, Index, Origin, Record, Step, includes, joined, ordered
from service.viewer import Right, Upper

LONGEST_AGREEMENT = 20_000  # characters
MOST_PUBLICITY_DAYS = 366
MOST_VERSIONS = 10  # of one text: each revision tells them all, and a document holds 16 MB


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
    RENEWED = auto()
    DECLINED = auto()
    DISCARDED = auto()


ENDED = frozenset({AgreementStatus.EXPIRED, AgreementStatus.TERMINATED, AgreementStatus.RENEWED})
STANDING = frozenset({AgreementStatus.SIGNED, AgreementStatus.ACTIVE})
SIGNABLE = STANDING | {AgreementStatus.SIGNING}  # the last of them, or the others while an amendment is being signed
UNSIGNED = frozenset({AgreementStatus.DRAFT, AgreementStatus.SIGNING, AgreementStatus.DECLINED})
DRAFTS = frozenset({Stage.DRAFT, Stage.DISCARDED})
BY_AMENDMENT = frozenset({Action.SIGN, Action.WITHDRAW_SIGNATURE, Action.DECLINE, Action.WITHDRAW_AMENDMENT})


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
        Index(("successor_key",), unique=True),
    )
    STATE_KEYS = (
        "stage",
        "active_from",
        "active_to",
        "terminated_from",
        "renewal_from",
        "unsigned",
        "amending",
        "renewed_by",
    )
    FIXED = (*Record.FIXED, "supersedes")
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.DRAFT})),
        Action.REVISE: Step(Right.KEEP_AGREEMENTS, UNSIGNED),
        Action.OPEN_FOR_SIGNING: Step(Right.KEEP_AGREEMENTS, frozenset({AgreementStatus.DRAFT})),
        Action.SIGN: Step(Right.SIGN_AGREEMENTS, SIGNABLE),
        Action.WITHDRAW_SIGNATURE: Step(Right.SIGN_AGREEMENTS, SIGNABLE),
        Action.DECLINE: Step(Right.SIGN_AGREEMENTS, SIGNABLE),
        Action.AMEND: Step(Right.KEEP_AGREEMENTS, STANDING),
        Action.WITHDRAW_AMENDMENT: Step(Right.KEEP_AGREEMENTS, STANDING),
        Action.RENEW: Step(Right.KEEP_AGREEMENTS, STANDING | {AgreementStatus.EXPIRED}),
        Action.TERMINATE: Step(Right.KEEP_AGREEMENTS, STANDING),
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
    publicity_days: int | None = number(MOST_PUBLICITY_DAYS, default=None)  # what its commitments ask, where agreed
    known_percent: int | None = number(100, default=None)
    versions: tuple[TextVersion, ...] = ()
    signatures: tuple[Signature, ...] = ()
    declines: tuple[Decline, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    terminated_on: dt.date | None = None
    end_reason: str | None = None
    supersedes: str | None = None
    renewed_by: str | None = None
    renewed_from: dt.date | None = None  # the successor's first active day, where it is known

    @property
    def amendment(self) -> Amendment | None:
        """The amendment that is being signed."""
        last = self.amendments[-1] if self.amendments else None
        return last if last and last.state is AmendmentState.SIGNING else None

    @property
    def in_force(self) -> int:
        """The number of the last text version that is no mere proposal; 0 while there is none."""
        proposed = {each.version for each in self.amendments if each.state is not AmendmentState.ADOPTED}
        return max((each.number for each in self.versions if each.number not in proposed), default=0)

    @property
    def current(self) -> int:
        """The number of the text version to sign, or that all have signed; 0 while there is none."""
        return self.amendment.version if self.amendment else self.in_force

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
        """Of termination and renewal the earlier one ends it, on the same day the renewal; the other counts no more."""
        terminated = self.terminated_on or LAST_DAY
        out_of_use = self.stage is Stage.DISCARDED
        renewed = (self.renewed_from or FIRST_DAY) if self.renewed_by else LAST_DAY
        return {
            "active_from": (self.begins or FIRST_DAY).isoformat(),
            "active_to": (self.term_to or LAST_DAY).isoformat(),
            "terminated_from": (terminated if terminated < renewed else LAST_DAY).isoformat(),
            "renewal_from": (renewed if renewed <= terminated else LAST_DAY).isoformat(),
            "amending": self.amendment is not None,
            "in_force": self.in_force,
            "successor_key": self.id if out_of_use or not self.supersedes else joined("after", self.supersedes),
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
        if document["renewal_from"] <= today:
            return AgreementStatus.RENEWED
        if document["active_to"] < today:
            return AgreementStatus.EXPIRED
        return AgreementStatus.SIGNED if today < document["active_from"] else AgreementStatus.ACTIVE

    @classmethod
    def state_filter(cls, state: str, day: dt.date) -> Filter:
        today = day.isoformat()
        untold = {"stage": Stage.SIGNED.value, "terminated_from": {"$gt": today}, "renewal_from": {"$gt": today}}
        ranges: dict[str, Filter] = {
            AgreementStatus.TERMINATED: {"stage": Stage.SIGNED.value, "terminated_from": {"$lte": today}},
            AgreementStatus.RENEWED: {"stage": Stage.SIGNED.value, "renewal_from": {"$lte": today}},
            AgreementStatus.EXPIRED: {**untold, "active_to": {"$lt": today}},
            AgreementStatus.SIGNED: {**untold, "active_to": {"$gte": today}, "active_from": {"$gt": today}},
            AgreementStatus.ACTIVE: {**untold, "active_to": {"$gte": today}, "active_from": {"$lte": today}},
        }
        return ranges.get(state, {"stage": str(state)})

    @classmethod
    def allows(cls, document: Document, action: Action, day: dt.date) -> bool:
        """A reported agreement has no first signing here: it may be corrected or discarded whatever its state.

        What all have signed is signed again only by way of an amendment, one at a time; and it is renewed once.
        """
        if action in (Action.CORRECT, Action.DISCARD) and document["origin"] == Origin.REPORTED:
            return bool(document["stage"] != Stage.DISCARDED)
        fits = super().allows(document, action, day)
        if action is Action.AMEND:
            return fits and not document["amending"]
        if action is Action.RENEW:
            return fits and document["renewed_by"] is None
        if action in BY_AMENDMENT and document["stage"] == Stage.SIGNED:
            return fits and bool(document["amending"])
        return fits

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
        return {} if includes(right, Right.READ_DRAFTS) else {"stage": {"$nin": sorted(DRAFTS)}}


def in_force_during(agreement: Document, first: dt.date, last: dt.date) -> bool:
    """Whether a signed one is in force on some day from `first` to `last`; the day that ends it is out."""
    begun, over = agreement["active_from"] <= last.isoformat(), agreement["active_to"] < first.isoformat()
    return begun and not over and first.isoformat() < min(agreement["terminated_from"], agreement["renewal_from"])
