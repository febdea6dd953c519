"""How checks are declared and run: a check is its words, its basis and a rule over the facts of one partner."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import auto
from itertools import chain, islice
from typing import NamedTuple, TypeAlias

from service.dates import LAST_DAY
from service.integrity.partners import PartnerFacts, later
from service.integrity.verdicts import CheckId, Result, Verdict
from service.records import Document, joined
from service.viewer import Upper

MOST_EVIDENCE = 20  # records that one result points at
PLACES = {own_id: place for place, own_id in enumerate(CheckId)}
MANY = 999_999  # above the results of any one partner
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
    """What results are ordered by, another text for each: FAIL first, PASS last, each by how long it is so."""
    since, due = ((day or LAST_DAY).isoformat() for day in (result.since, result.due))
    rank = f"{ATTENTION.index(result.verdict)}{since}{PLACES[result.check]:02}"
    return joined(rank, result.organization, result.subject, due, *result.evidence)


class Light(Upper):
    """A partner's traffic light. GREY: nothing is wrong as far as can be judged, but not all can be."""

    RED = auto()
    AMBER = auto()
    GREY = auto()
    GREEN = auto()


LIGHTS = {
    Verdict.FAIL: Light.RED,
    Verdict.OVERDUE: Light.RED,
    Verdict.DUE: Light.AMBER,
    Verdict.NO_FIGURE: Light.GREY,
    Verdict.PASS: Light.GREEN,
}


class Standing(NamedTuple):
    """How one partner stands: its light, how many results of each verdict, and these, the worst first."""

    organization: str
    light: Light
    counts: Mapping[Verdict, int]
    results: list[Result]

    @property
    def rank(self) -> str:
        """What partners are ordered by: the worst light first, then the most that fails, is overdue, is due."""
        many = "".join(f"{MANY - self.counts[verdict]:06}" for verdict in ATTENTION[:3])
        return joined(f"{[*Light].index(self.light)}{many}", self.organization)


def standings(found: Iterable[Result]) -> list[Standing]:
    """How each partner stands that `found`, ordered by attention, tell of; what needs attention first comes first."""
    by_partner: dict[str, list[Result]] = defaultdict(list)
    for each in found:
        by_partner[each.organization].append(each)
    counted = {own_id: Counter(each.verdict for each in own) for own_id, own in by_partner.items()}
    all_standings = (
        Standing(own_id, LIGHTS[own[0].verdict], {each: counted[own_id][each] for each in ATTENTION}, own)
        for own_id, own in by_partner.items()
    )
    return sorted(all_standings, key=lambda each: each.rank)
