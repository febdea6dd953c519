"""What is open with a partner: what its dossier 台账 points at, as of a day."""

import datetime as dt
from collections.abc import Collection, Iterator
from enum import auto
from typing import Any, NamedTuple

from service.cooperation import plans
from service.cooperation.activities import HAPPENED
from service.cooperation.agreements import Agreement, AgreementStatus
from service.cooperation.plans import PlanLineStatus
from service.dates import PartialDate, period_keys
from service.records import Document, Filter
from service.viewer import Upper

EXPIRING, ONE_DAY = dt.timedelta(days=90), dt.timedelta(days=1)
ENDS = ("active_to", "terminated_from")  # the stored keys by which an agreement ends


class OpenPointCode(Upper):
    NO_ACTIVE_AGREEMENT = auto()
    NOTHING_HELD_THIS_YEAR = auto()
    AGREEMENT_EXPIRING = auto()
    PLAN_LINE_OVERDUE = auto()
    AWAITING_CONFIRMATION = auto()


def in_force(day: dt.date) -> Filter:
    """The agreements in force on `day`."""
    return Agreement.state_filter(AgreementStatus.ACTIVE, day)


def ending(day: dt.date) -> Filter:
    """Those whose last day comes within 90 days, by their term or since they are terminated, and that none follows."""
    last = day + EXPIRING
    terminated: Filter = {"terminated_from": {"$lte": (last + ONE_DAY).isoformat()}}
    return {"renewed_by": None, "$or": [{"active_to": {"$lte": last.isoformat()}}, terminated]}


def last_day(agreement: Document) -> str:
    """The last day on which the agreement is in force."""
    terminated = dt.date.fromisoformat(agreement["terminated_from"]) - ONE_DAY
    return min(str(agreement["active_to"]), terminated.isoformat())


def held_this_year(day: dt.date) -> Filter:
    """The held activities that surely lie in the year of `day`."""
    return {"status": {"$in": sorted(HAPPENED)}, "year": period_keys(PartialDate.on(day))["year"]}


def undecided(organization: str) -> Filter:
    """The held activities of which `organization`, which took part, has said neither yes nor no."""
    return {"status": {"$in": sorted(HAPPENED)}, "unconfirmed": organization, "counted_for": organization}


class Overdue(NamedTuple):
    """A line whose last possible day has passed."""

    due: str
    plan: str
    line: int


def overdue(plan: Document, organization: str, held: Collection[int], day: dt.date) -> Iterator[Overdue]:
    """The lines of a stored plan that `organization` owns or helps with, and that nothing was `held` of in time."""
    for line in plan["lines"]:
        due = plans.last_day(line, plan["year"])
        is_open = plans.line_state(line, plan["year"], line["number"] in held, day) is PlanLineStatus.DUE
        if is_open and due < day.isoformat() and organization in (line["owner"], *line["partners"]):
            yield Overdue(due, plan["_id"], line["number"])


class Facts(NamedTuple):
    """What open points are told from."""

    agreed: bool  # whether an agreement is in force
    held: bool  # whether something was held this year
    expiring: Collection[Document] = ()
    overdue: Collection[Overdue] = ()
    unconfirmed: int = 0


def open_points(facts: Facts) -> Iterator[dict[str, Any]]:
    """What is open; of each kind, what was or will be due first comes first."""
    if not facts.agreed:
        yield {"code": OpenPointCode.NO_ACTIVE_AGREEMENT}
    if not facts.held:
        yield {"code": OpenPointCode.NOTHING_HELD_THIS_YEAR}
    for due, own_id in sorted((last_day(agreement), agreement["_id"]) for agreement in facts.expiring):
        yield {"code": OpenPointCode.AGREEMENT_EXPIRING, "agreement": own_id, "due": due}
    for line in sorted(facts.overdue):
        yield {"code": OpenPointCode.PLAN_LINE_OVERDUE, **line._asdict()}
    if facts.unconfirmed:
        yield {"code": OpenPointCode.AWAITING_CONFIRMATION, "activities": facts.unconfirmed}
