"""What is open with a partner: what its dossier 台账 points at, as of a day."""

import datetime as dt
from collections.abc import Iterable, Iterator
from enum import auto
from typing import Any

from service.cooperation.activities import HAPPENED
from service.cooperation.agreements import Agreement, AgreementStatus
from service.dates import PartialDate, period_keys
from service.records import Document, Filter
from service.viewer import Upper

EXPIRING, ONE_DAY = dt.timedelta(days=90), dt.timedelta(days=1)
ENDS = ("active_to", "terminated_from")  # the stored keys by which an agreement ends


class OpenPointCode(Upper):
    NO_ACTIVE_AGREEMENT = auto()
    NOTHING_HELD_THIS_YEAR = auto()
    AGREEMENT_EXPIRING = auto()


def in_force(day: dt.date) -> Filter:
    """The agreements in force on `day`."""
    return Agreement.state_filter(AgreementStatus.ACTIVE, day)


def ending(day: dt.date) -> Filter:
    """Those whose last day comes within 90 days, by their term or since they are terminated."""
    last = day + EXPIRING
    terminated: Filter = {"terminated_from": {"$lte": (last + ONE_DAY).isoformat()}}
    return {"$or": [{"active_to": {"$lte": last.isoformat()}}, terminated]}


def last_day(agreement: Document) -> str:
    """The last day on which the agreement is in force."""
    terminated = dt.date.fromisoformat(agreement["terminated_from"]) - ONE_DAY
    return min(str(agreement["active_to"]), terminated.isoformat())


def held_this_year(day: dt.date) -> Filter:
    """The held activities that surely lie in the year of `day`."""
    return {"status": {"$in": sorted(HAPPENED)}, "year": period_keys(PartialDate.on(day))["year"]}


def open_points(agreed: bool, held: bool, expiring: Iterable[Document]) -> Iterator[dict[str, Any]]:
    """What is open where an agreement is in force or not, something was held this year or not, and some expire."""
    if not agreed:
        yield {"code": OpenPointCode.NO_ACTIVE_AGREEMENT}
    if not held:
        yield {"code": OpenPointCode.NOTHING_HELD_THIS_YEAR}
    for due, own_id in sorted((last_day(agreement), agreement["_id"]) for agreement in expiring):
        yield {"code": OpenPointCode.AGREEMENT_EXPIRING, "agreement": own_id, "due": due}
