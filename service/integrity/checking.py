"""How checks are declared and run: a check is its words, its basis and a rule over the facts of one partner."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from service.dates import LAST_DAY
from service.integrity.partners import PartnerFacts, later
from service.integrity.verdicts import CheckId, Result, Verdict
from service.records import Document, joined

MOST_EVIDENCE = 20  # records that one result points at
PLACES = {own_id: place for place, own_id in enumerate(CheckId)}
ATTENTION = (Verdict.FAIL, Verdict.OVERDUE, Verdict.DUE, Verdict.NO_FIGURE, Verdict.PASS)  # the first needs it most


class Said(NamedTuple):
    """What a rule says of `subject`, a record or the partner itself."""

    verdict: Verdict
    subject: str
    since: dt.date | None = None
    due: dt.date | None = None
    figure: str | None = None
    evidence: Iterable[str] = ()


def ids(*documents: Iterable[Document]) -> Iterator[str]:
    """Their ids, one group after the other."""
    return (str(each["_id"]) for each in chain(*documents))


def until(due: dt.date | None, day: dt.date) -> Verdict:
    """What is said on `day` of something that is to be done by `due`."""
    if due is None:
        return Verdict.NO_FIGURE
    return Verdict.DUE if day <= due else Verdict.OVERDUE


Rule: TypeAlias = Callable[[PartnerFacts], Iterator[Said]]


class Basis(NamedTuple):
    """Where a check comes from: the document, the section in it, the numbered fact."""

    document: str
    section: str
    fact: str


class Check(NamedTuple):
    """Its title and what it looks at, each in English and Chinese; `days` is its parameter, where it has one."""

    own_id: CheckId
    basis: Basis
    title: tuple[str, str]
    looks_at: tuple[str, str]
    rule: Rule
    days: int | None

    def judge(self, facts: PartnerFacts) -> Iterator[Result]:
        """What it says of one partner; what came too late has been so since the day after it was due."""
        for said in self.rule(facts):
            late = said.verdict in (Verdict.FAIL, Verdict.OVERDUE) and said.due
            since = later(late, 1) if late else said.since
            evidence = tuple(islice(said.evidence, MOST_EVIDENCE))
            yield Result(
                self.own_id, said.verdict, facts.organization, said.subject, since, said.due, said.figure, evidence
            )


class Catalogue(dict[CheckId, Check]):
    """All checks, in the order in which a partnership meets them."""

    def check(
        self, own_id: CheckId, basis: Basis, title: tuple[str, str], english: str, chinese: str, days: int | None = None
    ) -> Callable[[Rule], Rule]:
        """Declare the function below it as the rule of a check."""

        def declare(rule: Rule) -> Rule:
            self[own_id] = Check(own_id, basis, title, (english, chinese), rule, days)
            return rule

        return declare


def attention(result: Result) -> str:
    """What results are ordered by, a different text for each: FAIL first, PASS last, of each what has been so for longest."""
    since, due = ((day or LAST_DAY).isoformat() for day in (result.since, result.due))
    rank = f"{ATTENTION.index(result.verdict)}{since}{PLACES[result.check]:02}"
    return joined(rank, result.organization, result.subject, due, *result.evidence)


def worst(verdicts: Collection[Verdict]) -> Verdict | None:
    """The one that needs attention most; None of none."""
    return min(verdicts, key=ATTENTION.index, default=None)
