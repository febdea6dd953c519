"""Gathering for the checks: what a network has on its partners, with as many commands whatever their number.

Each kind is read once for all partners, with only the fields that the rules need. Nothing is read of breaches that are
not confirmed and of draft findings: what the checks say is the same whoever asks.
"""

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.agreements import Agreement
from service.cooperation.agreements import Stage as AgreementStage
from service.dates import PartialDate, day_of, now
from service.errors import Code, Problem, Refusal
from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.integrity.breaches import Breach
from service.integrity.checking import attention
from service.integrity.checks import results
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment, Stage
from service.integrity.findings import Finding
from service.integrity.gifts import Gift, GiftStatus
from service.integrity.partners import PartnerFacts
from service.integrity.verdicts import CheckId, Result
from service.network.headcounts import Headcount, HeadcountStatus
from service.network.memberships import Membership, MembershipRole
from service.network.spans import stood
from service.records import Document, Filter, Record
from service.store.database import Database
from service.store.moments import Past
from service.store.reads import Query
from service.viewer import Right

MOST_READ = 20_000  # records of one kind
MOST_YEARS = 10  # that a period touches
DATED = " "  # the keys of what has a date sort after this
FIELDS: Mapping[type[Record], tuple[str, ...]] = {
    Membership: ("organization", "role", "active_from", "active_to", "discarded"),
    Agreement: ("active_from", "active_to", "terminated_from", "renewal_from"),
    Commitment: (
        *Commitment.STATE_KEYS,
        *("origin", "agreement", "sides", "publicity", "known_percent", "clause_set", "clause_version", "clause_hash"),
    ),
    ClauseSet: ("versions",),
    Acknowledgement: ("acknowledged_on", "origin", "created_at"),
    Headcount: ("organization", "on", "staff"),
    Activity: ("counted_for", "when", "themes", "origin", "created_at"),
    Gift: ("given_on", "status", "origin", "created_at"),
    Breach: ("commitment", "happened_on", "status"),
    Finding: ("due", "raised_on", "status"),
}
TEXTS = ("versions", "signatures")  # of agreements
STANDING: Mapping[type[Record], Filter] = {
    Agreement: {"stage": AgreementStage.SIGNED.value},
    Commitment: {"stage": Stage.OPEN.value},
    Acknowledgement: {"status": AcknowledgementStatus.RECORDED.value},
    Headcount: {"status": HeadcountStatus.RECORDED.value},
    Activity: {"status": {"$in": sorted(HAPPENED)}},
    Gift: {"status": {"$ne": GiftStatus.DISCARDED.value}},
}


LEAD = MembershipRole.LEAD.value
FACTS: Mapping[type[Record], tuple[str, str]] = {
    Agreement: ("agreements", "concerns"),
    Commitment: ("commitments", "concerns"),
    Acknowledgement: ("acknowledgements", "concerns"),
    Activity: ("activities", "counted_for"),
    Gift: ("gifts", "concerns"),
    Breach: ("breaches", "concerns"),
    Finding: ("findings", "concerns"),
}  # the fact of a partner that they are, and whose facts each is
OWN_KEYS: Mapping[type[Record], str] = {
    Activity: "participants",
    Headcount: "organization",
    Acknowledgement: "organization",
}  # by which what names an organisation is found, where not by whom it concerns


async def results_as_of(
    database: Database,
    network: str,
    organizations: Collection[str],
    period_from: dt.date,
    period_to: dt.date,
    as_of: dt.datetime | None = None,
    *,
    day: dt.date | None = None,
    checks: Collection[CheckId] = tuple(CheckId),
) -> list[Result]:
    """What `checks` say of those of `organizations` that are partners of `network`, of all where none is named.

    What needs attention first comes first. With `as_of`, of what was recorded by that moment, judged on its day; else
    of what is recorded, judged on `day`, or today. Raises `Refusal` LIMIT_EXCEEDED at ("period",).
    """
    judged = day_of(as_of) if as_of else day or day_of(now())
    source = Past(database, as_of) if as_of else database
    asked = Asked(source, network, frozenset(organizations), period_from, period_to, judged)
    return sorted((each for facts in await asked.facts(checks) for each in results(facts, checks)), key=attention)


@dataclass(frozen=True)
class Asked:
    """Of which partners of `network`, of all where none is named; of which period; judged on which day."""

    database: Database
    network: str
    organizations: frozenset[str]
    first: dt.date
    last: dt.date
    day: dt.date

    async def facts(self, checks: Collection[CheckId]) -> list[PartnerFacts]:
        """The facts of each partner as far as `checks` need them, by 12 commands at most."""
        if self.last.year - self.first.year >= MOST_YEARS:
            english, chinese = (
                f"Here a period touches at most {MOST_YEARS} years.",
                f"此处区间至多涉及 {MOST_YEARS} 年。",
            )
            raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("period",), english, chinese))
        if self.last < self.first:
            return []
        kinds: list[type[Record]] = [Agreement, Commitment, Gift, Breach, Finding]
        late, texts = CheckId.LATE_RECORDING in checks, CheckId.TEXT_CHANGED in checks
        memberships, activities, *named = await asyncio.gather(
            self.network_wide(Membership),
            self.activities(),
            *(self.own(kind, fields=TEXTS if texts and kind is Agreement else ()) for kind in kinds),
            *([self.own(Acknowledgement)] if late else []),
        )
        lists: dict[type[Record], list[Document]] = dict(zip((*kinds, Acknowledgement), named, strict=False))
        if lists[Commitment] and CheckId.STAFF_CHANGED in checks:
            lists[Headcount] = await self.headcounts(lists[Commitment])
        if lists[Commitment] and texts:
            lists[ClauseSet] = await self.network_wide(ClauseSet)
        return [*self.partners(memberships, {**lists, Activity: activities})]

    async def own(self, kind: type[Record], also: Filter | None = None, **options: Any) -> list[Document]:
        """The records of `kind` that name one of the organisations asked for, or all of the network."""
        if not self.organizations:
            return await self.network_wide(kind, also, **options)
        return await self.naming(kind, self.organizations, also, **options)

    async def naming(
        self, kind: type[Record], organizations: Collection[str], also: Filter | None = None, **options: Any
    ) -> list[Document]:
        named = {OWN_KEYS.get(kind, "concerns"): {"$in": sorted(organizations)}, "network": self.network}
        return await self._read(Query(kind, named, (also or {},)), **options)

    async def network_wide(self, kind: type[Record], also: Filter | None = None, **options: Any) -> list[Document]:
        return await self._read(Query(kind, {"network": self.network}, (also or {},)), **options)

    async def headcounts(self, commitments: Iterable[Document]) -> list[Document]:
        """Those of both sides of `commitments`."""
        if not self.organizations:
            return await self.network_wide(Headcount)
        return await self.naming(Headcount, {own_id for each in commitments for own_id in each["concerns"]})

    async def activities(self) -> list[Document]:
        """Those that may lie in a year which the period touches: undated, begun in one, and lasting into the first."""
        begins, ends = dt.date(self.first.year, 1, 1).isoformat(), dt.date(self.last.year, 12, 31).isoformat()
        before: Filter = {"date_key": {"$gte": DATED, "$lt": begins}}
        lasting = Query(Activity, {"network": self.network}, (before, {"until_key": {"$gte": begins}}), "until_key")
        if self.organizations:
            lasting = replace(lasting, also=(*lasting.also, {"participants": {"$in": sorted(self.organizations)}}))
        found = await asyncio.gather(
            self.own(Activity, {"date_key": {"$lt": DATED}}),
            self.own(Activity, {"date_key": {"$gte": begins, "$lt": ends + DATED}}),
            self._read(lasting),
        )
        return sorted(chain(*found), key=lambda each: str(each["_id"]), reverse=True)

    async def _read(self, query: Query, fields: Collection[str] = ()) -> list[Document]:
        """All that the checks look at of what `query` finds, each once, the latest ids first: those a result names."""
        kind, judged = query.kind, replace(query, also=(*query.also, self.looked_at(query.kind)))
        wanted = {"$project": dict.fromkeys(("concerns", *FIELDS[kind], *fields), 1)}
        found = await self.database.aggregate(kind.COLLECTION, [*judged.steps(), wanted], MOST_READ + 1)
        if len(found) > MOST_READ:
            english, chinese = (
                f"More than {MOST_READ} {kind.COLLECTION} to check.",
                f"须检查的记录超过 {MOST_READ} 条。",
            )
            raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("period",), english, chinese))
        by_id = {each["_id"]: each for each in found}
        return [by_id[own_id] for own_id in sorted(by_id, reverse=True)]

    def looked_at(self, kind: type[Record]) -> Filter:
        """Which records of `kind` count: those that stand, and are no secret."""
        if kind in (Breach, Finding):
            return kind.readable_filter(Right.READ_FINDINGS, self.day) or {}
        return STANDING.get(kind, {})

    def partners(
        self, memberships: Iterable[Document], lists: Mapping[type[Record], Iterable[Document]]
    ) -> Iterator[PartnerFacts]:
        """The facts of each organisation that the checks are about."""
        on, during = PartialDate.on(min(self.day, self.last)), PartialDate.between(self.first, self.last)
        leads = frozenset(each["organization"] for each in memberships if each["role"] == LEAD and stood(each, on))
        members = {each["organization"] for each in memberships if stood(each, during)}
        counts, sets = _by_organization(lists.get(Headcount, ()), "organization"), lists.get(ClauseSet, ())
        found = {name: _by_organization(lists.get(kind, ()), key) for kind, (name, key) in FACTS.items()}
        for own_id in sorted(self.organizations or set().union(*found.values())):
            own = {name: tuple(by_organization.get(own_id, ())) for name, by_organization in found.items()}
            sides = sorted({side for each in own["commitments"] for side in each["concerns"]})
            on_sets = {each["clause_set"] for each in own["commitments"]}
            facts = PartnerFacts(
                organization=own_id,
                leads=leads,
                member=own_id in members,
                first=self.first,
                last=self.last,
                day=self.day,
                clause_sets=tuple(each for each in sets if each["_id"] in on_sets),
                headcounts=tuple(chain(*(counts.get(side, ()) for side in sides))),
                **own,
            )
            if facts.is_judged():
                yield facts


def _by_organization(documents: Iterable[Document], key: str) -> dict[str, list[Document]]:
    """By organisation, what names it under `key`, one id or several."""
    found: dict[str, list[Document]] = defaultdict(list)
    for each in documents:
        for own_id in [each[key]] if isinstance(each[key], str) else each[key]:
            found[own_id].append(each)
    return found
