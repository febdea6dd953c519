"""What a check says: its verdict on whom, on what evidence (domain.md, *integrity*, *Checks*)."""

import datetime as dt
from dataclasses import dataclass
from enum import auto

from service.viewer import Upper


class Verdict(Upper):
    """NO_FIGURE: a source tells of it without a number or a date that could be judged."""

    PASS = auto()
    DUE = auto()
    OVERDUE = auto()
    FAIL = auto()
    NO_FIGURE = auto()


class CheckId(Upper):
    COOPERATION_WITHOUT_COMMITMENT = auto()
    ONE_SIDED = auto()
    PUBLICISED_LATE = auto()
    NOT_ALL_AWARE = auto()
    STAFF_CHANGED = auto()
    EXPIRED_OR_EXPIRING = auto()
    NO_JOINT_EDUCATION = auto()
    NO_EXCHANGE = auto()
    OPEN_BREACH = auto()
    FINDING_OVERDUE = auto()
    GIFT_UNDECIDED = auto()
    LATE_RECORDING = auto()
    TEXT_CHANGED = auto()


@dataclass(frozen=True)
class Result:
    """What one check says of one subject: `subject` is a record's id, `organization` the partner it is about.

    `since` is the first day on which it was so, `due` the day by which something is to be done; `figure` a number in
    words, as 95/100; `evidence` the ids of the records it rests on.
    """

    check: CheckId
    verdict: Verdict
    organization: str
    subject: str
    since: dt.date | None = None
    due: dt.date | None = None
    figure: str | None = None
    evidence: tuple[str, ...] = ()
