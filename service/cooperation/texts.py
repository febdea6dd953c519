"""What becomes of an agreement's texts: who signed or declined which version, and the amendments 修订 proposed."""

import datetime as dt
from dataclasses import dataclass
from enum import auto

from service.facts import text
from service.viewer import Upper

LONGEST_SIGNER = 60


class AmendmentState(Upper):
    """LAPSED is never stored: the agreement ended before all had signed."""

    SIGNING = auto()
    ADOPTED = auto()
    DECLINED = auto()
    WITHDRAWN = auto()
    LAPSED = auto()


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


@dataclass(frozen=True)
class Amendment:
    """A text version proposed after signing; the old text is in force until it is ADOPTED, signed by all."""

    version: int
    opened_at: dt.datetime
    state: AmendmentState = AmendmentState.SIGNING
    ended_at: dt.datetime | None = None
    reason: str | None = None  # why it was declined or withdrawn
