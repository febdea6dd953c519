"""What holds of a commitment on a day, read from its document."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from service.dates import LAST_DAY
from service.integrity.commitments import Commitment, CommitmentStatus
from service.integrity.partners import last_of, later, reported, stored_day
from service.records import Document


def untold(commitment: Document, day: dt.date) -> bool:
    """Whether a reported commitment that all signed stands on `day` without the dates and numbers it would need."""
    pending = Commitment.state(commitment, day) == CommitmentStatus.PENDING
    return pending and reported(commitment) and not commitment["unsigned"]


def closed_on(commitment: Document) -> dt.date:
    """The first day on which it stood no more, by its withdrawal, its renewal or its end; LAST_DAY without one."""
    ended = min(commitment["withdrawn_from"], commitment["renewal_from"])
    return min(stored_day(ended), later(stored_day(commitment["active_to"]), 1))


def signed_on(sides: Iterable[Mapping[str, Any]]) -> dt.date | None:
    """The last possible day of the last of these sides' signatures; None while one is not known."""
    days = [last_of(side["signed_on"]) for side in sides]
    return max(days) if days and LAST_DAY not in days else None


def required(staff: int, commitment: Document) -> int:
    """How many of `staff` must know of the commitment."""
    return int(-(-staff * commitment["known_percent"] // 100))
