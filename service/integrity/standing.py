"""Whether a commitment may have stood when something happened, as far as the days are known."""

import datetime as dt

from service.dates import FIRST_DAY, LAST_DAY, PartialDate
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet
from service.integrity.commitments import Commitment, Stage


def stood(commitment: Commitment, when: PartialDate | None) -> bool:
    """Whether both sides had signed it and it had not ended on some day on which that may have happened.

    What is not known rules nothing out: a person judges what comes of it. An undertaking binds from the last
    signature on; publicity and who knows of it make it EFFECTIVE, not binding.
    """
    if commitment.stage is not Stage.OPEN or not all(side.signed for side in commitment.sides):
        return False
    first, last = (when.first, when.last) if when else (FIRST_DAY, LAST_DAY)
    signed = max((side.signed_on.first for side in commitment.sides if side.signed_on), default=FIRST_DAY)
    day = max(signed, first)
    return day <= last and not _over(commitment, day)


def _over(commitment: Commitment, day: dt.date) -> bool:
    """Whether it had surely ended by `day`: withdrawn, renewed or without its agreement from then on, or expired."""
    ends = (commitment.withdrawn_on, commitment.renewed_from, commitment.agreement_ended_on)
    expired = commitment.expires_on is not None and commitment.expires_on < day
    return expired or any(end is not None and end <= day for end in ends)


def clause_of(commitment: Commitment, clauses: ClauseSet | None, category: ClauseCategory) -> Clause | None:
    """The first clause of that category in the version that the commitment is made on; None without one."""
    versions = [each for each in clauses.versions if each.number == commitment.clause_version] if clauses else []
    return next((each for version in versions for each in version.clauses if each.category is category), None)
