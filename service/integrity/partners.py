"""What the checks know of one partner: its records as plain documents, the period, and the day on which it is judged.

A partner 共建单位 is an organisation other than the lead that is a party of an agreement in force in the period, or a
member of the network with an activity that may lie in it, or one with a standing commitment, an undecided gift, a
confirmed breach or an open finding. Dates may be partial: what lies within some days is told as yes, no, or (None)
perhaps.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from service.dates import FIRST_DAY, LAST_DAY
from service.integrity.breaches import BreachStatus
from service.integrity.commitments import OPEN, Commitment, CommitmentStatus
from service.integrity.findings import FindingStatus
from service.integrity.gifts import GiftStatus
from service.records import Document, Origin

Days: TypeAlias = Mapping[str, Any] | None  # a stored PartialDate


class Held(NamedTuple):
    """Activities that surely lie within some days, and those that perhaps do."""

    sure: list[Document]
    perhaps: list[Document]


class Cooperation(NamedTuple):
    """What makes an organisation a partner in some days; `since` is the earliest day that is known."""

    agreements: list[Document]
    held: Held

    @property
    def sure(self) -> bool:
        return bool(self.agreements or self.held.sure)

    @property
    def since(self) -> dt.date | None:
        begun = [day for each in self.agreements if (day := stored_day(each["active_from"])) > FIRST_DAY]
        return min([*begun, *(first_of(each["when"]) for each in self.held.sure)], default=None)

    @property
    def records(self) -> list[Document]:
        return [*self.agreements, *self.held.sure, *self.held.perhaps]


@dataclass(frozen=True, kw_only=True)
class PartnerFacts:
    """All that is recorded of `organization` in a network that `leads` lead, from `first` to `last`, as of `day`.

    What was not asked for is empty. `member` tells whether it was one in the period. `agreements` are signed ones,
    `activities` the held ones that count for it and may lie in a year that the period touches, `headcounts` those of
    both sides of its commitments.
    """

    organization: str
    leads: frozenset[str] = frozenset()
    member: bool = False
    first: dt.date
    last: dt.date
    day: dt.date
    agreements: tuple[Document, ...] = ()
    commitments: tuple[Document, ...] = ()
    clause_sets: tuple[Document, ...] = ()
    acknowledgements: tuple[Document, ...] = ()
    headcounts: tuple[Document, ...] = ()
    activities: tuple[Document, ...] = ()
    gifts: tuple[Document, ...] = ()
    breaches: tuple[Document, ...] = ()
    findings: tuple[Document, ...] = ()

    def is_judged(self) -> bool:
        """Whether it is a partner, or a lead that has something to answer for itself."""
        broken = any(each["status"] == BreachStatus.CONFIRMED for each in self.breaches)
        if broken or any(each["status"] == FindingStatus.OPEN for each in self.findings):
            return True
        found = self.cooperation(self.first, self.last)
        undecided = any(each["status"] == GiftStatus.RECORDED for each in self.gifts)
        concerned = undecided or bool(found.agreements or self.standing())
        return self.organization not in self.leads and (concerned or (self.member and bool(found.records)))

    def held(self, first: dt.date, last: dt.date, theme: str | None = None) -> Held:
        """The activities, of a theme if one is given, that lie within these days."""
        of_theme = [each for each in self.activities if theme is None or theme in each["themes"]]
        placed = [(each, within(each["when"], first, last)) for each in of_theme]
        return Held([each for each, sure in placed if sure], [each for each, sure in placed if sure is None])

    def cooperation(self, first: dt.date, last: dt.date) -> Cooperation:
        """What makes it a partner from `first` to `last`, as far as these days have come."""
        come = min(last, self.day)
        return Cooperation([each for each in self.agreements if in_force(each, first, come)], self.held(first, last))

    def with_the_lead(self) -> list[Document]:
        """Its commitments with a lead of the network; where nobody leads, with anybody."""
        return [
            each
            for each in self.commitments
            if not self.leads or any(side["organization"] in self.leads for side in each["sides"])
        ]

    def standing(self) -> list[Document]:
        """Its commitments that at least one side has signed and that have not ended."""
        return [each for each in self.commitments if Commitment.state(each, self.day) in OPEN]

    def sides(self) -> Iterator[tuple[Document, Mapping[str, Any]]]:
        """Each side of its standing commitments that both have signed."""
        return ((each, side) for each in self.standing() if not each["unsigned"] for side in each["sides"])

    def unfollowed(self) -> list[Document]:
        """Its commitments with a lead that stand; while it cooperates, also those expired with none in their place."""
        known = [(each, Commitment.state(each, self.day)) for each in self.with_the_lead()]
        standing = {frozenset(each["concerns"]) for each, state in known if state in OPEN}
        over = {CommitmentStatus.EXPIRED} if self.cooperation(self.first, self.last).records else set()
        return [
            each
            for each, state in known
            if state in OPEN or (state in over and frozenset(each["concerns"]) not in standing)
        ]

    def newest_count(self, side: Mapping[str, Any]) -> tuple[Document | None, bool]:
        """The last head-count of a side's organisation that is later than its signature, as of the day.

        And whether it is not to be told which is, since none is later for sure and one has no date.
        """
        own = [each for each in self.headcounts if each["organization"] == side["organization"]]
        others = [each for each in own if each["_id"] != side["headcount"]]
        signed = last_of(side["signed_on"]) if side["signed_on"] else FIRST_DAY
        after = [each for each in others if each["on"] and signed < first_of(each["on"]) <= self.day]
        newest = max(after, key=lambda each: (str(each["on"]["first"]), str(each["_id"])), default=None)
        return newest, newest is None and any(each["on"] is None for each in others)


def stored_day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def first_of(days: Days) -> dt.date:
    """The first possible day."""
    return stored_day(days["first"]) if days else FIRST_DAY


def last_of(days: Days) -> dt.date:
    """The last possible day."""
    return stored_day(days["last"]) if days else LAST_DAY


def later(day: dt.date, days: int) -> dt.date:
    """`days` after `day`, or the last day there is."""
    return day + min(dt.timedelta(days=days), LAST_DAY - day)


def reported(document: Document) -> bool:
    return bool(document["origin"] == Origin.REPORTED)


def within(days: Days, first: dt.date, last: dt.date) -> bool | None:
    """Whether what happened on one of `days` lies from `first` to `last`; None when it is not sure."""
    begins, ends = first_of(days), last_of(days)
    if first <= begins and ends <= last:
        return True
    return None if begins <= last and first <= ends else False


def ends_on(agreement: Document) -> dt.date:
    """The last day on which a signed agreement is in force, by its term, its termination or its renewal."""
    ended = stored_day(min(agreement["terminated_from"], agreement["renewal_from"]))
    before = ended - dt.timedelta(days=1) if FIRST_DAY < ended < LAST_DAY else ended
    return min(stored_day(agreement["active_to"]), before)


def in_force(agreement: Document, first: dt.date, last: dt.date) -> bool:
    """Whether a signed agreement is in force on some day from `first` to `last`."""
    return first <= last and stored_day(agreement["active_from"]) <= last and first <= ends_on(agreement)
