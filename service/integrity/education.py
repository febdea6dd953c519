"""Joint education and exchange 廉洁教育、廉洁交流 of one partner by year, read from its activities (002; C15, C16)."""

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

from service.integrity.checks import EDUCATION, EXCHANGE
from service.integrity.partners import PartnerFacts
from service.records import Document


class Year(NamedTuple):
    """What was surely held in `year`; without one, what may lie in the period but in no sure year of it."""

    year: int | None
    education: list[Document]
    exchange: list[Document]

    @property
    def activities(self) -> list[Document]:
        """Each once, though it may be both."""
        return [*{each["_id"]: each for each in (*self.education, *self.exchange)}.values()]


def by_year(facts: PartnerFacts) -> Iterator[Year]:
    """Each year that the period touches, empty ones too, and last what has no sure year."""
    placed: set[str] = set()
    for number in range(facts.first.year, facts.last.year + 1):
        begins, ends = dt.date(number, 1, 1), dt.date(number, 12, 31)
        year = Year(number, *(facts.held(begins, ends, theme).sure for theme in (EDUCATION, EXCHANGE)))
        placed |= {each["_id"] for each in year.activities}
        yield year
    whole = dt.date(facts.first.year, 1, 1), dt.date(facts.last.year, 12, 31)
    vague = (facts.held(*whole, theme) for theme in (EDUCATION, EXCHANGE))
    yield Year(None, *([each for each in (*sure, *perhaps) if each["_id"] not in placed] for sure, perhaps in vague))
