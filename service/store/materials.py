"""Gathering what a bundle is made from: documents as they stood at a moment, as far as whoever asks may read them."""

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from service.bundles.material import DERIVED, Material, masked
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.agreements import Agreement, AgreementStatus
from service.cooperation.deliverables import Deliverable
from service.cooperation.dossiers import EXPIRING, Facts, Overdue, last_day, open_points, overdue
from service.cooperation.plans import ActivityPlan, ActivityPlanStatus
from service.dates import PartialDate, day_of, period_keys
from service.errors import Code, Problem, Refusal, not_found
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.audits import Audit
from service.integrity.breaches import Breach
from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.integrity.findings import Finding
from service.integrity.gifts import Gift
from service.network.memberships import Membership
from service.network.networks import Network
from service.network.organizations import Organization
from service.permission import may_read, readable
from service.records import BOOKKEEPING, ORGANIZATIONS, RIGHTS_KEYS, Document, Record, fact_names
from service.store import reads
from service.store.database import Database
from service.store.moments import Past
from service.store.reads import Query, Range
from service.viewer import Right, Viewer

MOST = 5_000  # records of one bundle: it is made in memory, which takes some 40 KB for each
AT_ONCE = 500  # of them read with one command
IDS_AT_ONCE = 100
OPEN_POINT_KEYS = ("active_to", "terminated_from", "year", "counted_for", "unconfirmed")
SUBJECTS: Mapping[str, type[Record]] = {kind.PREFIX: kind for kind in (Organization, Commitment, Audit)}

Progress: TypeAlias = Callable[[int, int], Awaitable[None]]  # lists read, lists to read


@dataclass(frozen=True)
class Wanted:
    """What a bundle is asked of: about which record, in which network, as of which moment, by whom."""

    own_id: str
    as_of: dt.datetime
    viewer: Viewer
    network: str | None = None  # that of the record unless given; an organisation stands in several

    @property
    def day(self) -> dt.date:
        return day_of(self.as_of)


class _ByIds(NamedTuple):
    """Records of a bundle that another one names."""

    kind: type[Record]
    ids: Sequence[str]


_Asked: TypeAlias = Query | _ByIds


async def gathered(present: Database, wanted: Wanted, progress: Progress | None = None) -> Material:
    """All that the bundle shows. Raises `Refusal` NOT_FOUND, LIMIT_EXCEEDED above MOST records."""
    gathering = _Gathering(Past(present, wanted.as_of), wanted)
    subject, network = await gathering.subject()
    lists = LISTS[type_of(wanted.own_id)](subject, network["_id"])
    for place, asked in enumerate(lists):
        await gathering.take(asked)
        if progress is not None:
            await progress(place + 1, len(lists))
    if type_of(wanted.own_id) is Organization and not gathering.raw.keys() & PARTNERSHIP:
        raise not_found(("id",), wanted.own_id)  # it stands in the installation, but not in this network
    await gathering.organizations()
    return await gathering.material(subject, network)


def type_of(own_id: str) -> type[Record]:
    """The kind that a bundle can be about. Raises `Refusal` NOT_FOUND for any other id."""
    if (kind := SUBJECTS.get(own_id.partition("_")[0])) is None:
        raise not_found(("id",), own_id)
    return kind


PARTNERSHIP = {kind.PREFIX for kind in (Membership, Agreement, Activity)}  # what makes an organisation a partner


def _of_partner(organization: Document, network: str) -> list[_Asked]:
    keys: Mapping[type[Record], str] = {
        Membership: "organization",
        Agreement: "concerns",
        Activity: "participants",
        Deliverable: "concerns",
        ActivityPlan: "concerns",
        Commitment: "concerns",
        Acknowledgement: "organization",
        Breach: "concerns",
        Gift: "concerns",
        Finding: "concerns",
    }
    own_id = organization["_id"]
    return [Query(kind, {key: own_id}, ({"network": network},)) for kind, key in keys.items()]


def _of_commitment(commitment: Document, network: str) -> list[_Asked]:
    clauses = (commitment["clause_set"],) if commitment["clause_set"] else ()
    return [
        _ByIds(Agreement, [commitment["agreement"]]),
        _ByIds(ClauseSet, clauses),
        Query(Acknowledgement, {"commitment": commitment["_id"]}, ({"network": network},)),
        Query(Breach, {"commitment": commitment["_id"]}, ({"network": network},)),
    ]


def _of_audit(audit: Document, network: str) -> list[_Asked]:
    return [Query(Finding, {"audit": audit["_id"]}, ({"network": network},))]


LISTS: Mapping[type[Record], Callable[[Document, str], list[_Asked]]] = {
    Organization: _of_partner,
    Commitment: _of_commitment,
    Audit: _of_audit,
}


class _Gathering:
    """What has been read so far, unmasked, by the prefix of its ids."""

    def __init__(self, past: Database, wanted: Wanted) -> None:
        self.raw: dict[str, list[Document]] = {}
        self._past = past
        self._wanted = wanted
        self._network = ""

    async def subject(self) -> tuple[Document, Document]:
        """What the bundle is about, and its network. Raises `Refusal` NOT_FOUND when either is not to be known of."""
        own_id, viewer = self._wanted.own_id, self._wanted.viewer
        kind = type_of(own_id)
        found = await self._by_ids(kind, [own_id])
        if not found or not may_read(kind, found[0], viewer, self._wanted.day):
            raise not_found(("id",), own_id)
        self._network = self._wanted.network or found[0]["network"]
        networks = await self._by_ids(Network, [self._network])
        fits = kind is Organization or found[0]["network"] == self._network
        if not (fits and networks and viewer.may(Right.READ_NETWORK, self._network)):
            raise not_found(("id",), own_id)
        self.raw |= {kind.PREFIX: found, Network.PREFIX: networks}
        return found[0], networks[0]

    async def take(self, asked: _Asked) -> None:
        if isinstance(asked, Query):
            await self._take_list(asked)
            return
        found, viewer, day = await self._by_ids(*asked), self._wanted.viewer, self._wanted.day
        self._add(asked.kind, [each for each in found if may_read(asked.kind, each, viewer, day)])

    async def _take_list(self, query: Query) -> None:
        may = readable(query.kind, self._wanted.viewer, self._wanted.day, self._network)
        if may is None:
            return
        narrowed, part = Query(query.kind, query.equal, (*query.also, may)), Range(AT_ONCE)
        while found := await reads.page(self._past, narrowed, part, _fields(query.kind)):
            self._add(query.kind, found[:AT_ONCE])
            if len(found) <= AT_ONCE:
                return
            part = Range(AT_ONCE, after=found[AT_ONCE - 1][query.order])

    def _add(self, kind: type[Record], found: Sequence[Document]) -> None:
        if found:
            self.raw.setdefault(kind.PREFIX, []).extend(found)
        if sum(map(len, self.raw.values())) > MOST:
            english = f"A dossier shows at most {MOST} records."
            raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("id",), english, f"卷宗最多包含 {MOST} 条记录。"))

    async def organizations(self) -> None:
        """Those that what was read names, so that the bundle can call them by their names."""
        named = {own_id for found in self.raw.values() for each in found for own_id in each[ORGANIZATIONS]}
        known = {each["_id"] for each in self.raw.get(Organization.PREFIX, ())}
        self._add(Organization, await self._by_ids(Organization, sorted(named - known)))

    async def _by_ids(self, kind: type[Record], ids: Sequence[str]) -> list[Document]:
        found: list[Document] = []
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = ids[start : start + IDS_AT_ONCE]
            where = {"_id": {"$in": list(some)}}
            found += await self._past.find(kind.COLLECTION, where, len(some), _fields(kind), (("_id", 1),))
        return found

    async def material(self, subject: Document, network: Document) -> Material:
        """What was read, as the viewer may read it."""
        viewer, day = self._wanted.viewer, self._wanted.day
        told = {
            prefix: [masked(KIND_OF[prefix], each, viewer, day) for each in found]
            for prefix, found in sorted(self.raw.items())
        }
        every = [each for found in told.values() for each in found]
        own = {each.document["_id"]: each.document for each in every}
        return Material(
            own[subject["_id"]],
            own[network["_id"]],
            {prefix: [each.document for each in found] for prefix, found in told.items()},
            frozenset().union(*(each.withheld for each in every)),
            [
                (right, each.document["network"], each.document["_id"])
                for each in every
                for right in sorted(each.rights)
            ],
            await self._open_points(subject) if type_of(subject["_id"]) is Organization else [],
        )

    # ── What is open with a partner, from what was read ──

    async def _open_points(self, organization: Document) -> list[dict[str, Any]]:
        own_id, day = organization["_id"], self._wanted.day
        active = [
            each for each in self.raw.get(Agreement.PREFIX, ()) if Agreement.state(each, day) == AgreementStatus.ACTIVE
        ]
        held = [
            each
            for each in self.raw.get(Activity.PREFIX, ())
            if each["status"] in HAPPENED and own_id in each["counted_for"]
        ]
        year, last = period_keys(PartialDate.on(day))["year"], (day + EXPIRING).isoformat()
        facts = Facts(
            agreed=bool(active),
            held=any(each["year"] == year for each in held),
            expiring=[each for each in active if each["renewed_by"] is None and last_day(each) <= last],
            overdue=[
                line for plan in self.raw.get(ActivityPlan.PREFIX, ()) for line in await self._overdue(plan, own_id)
            ],
            unconfirmed=sum(own_id in each["unconfirmed"] for each in held),
        )
        return list(open_points(facts))

    async def _overdue(self, plan: Document, organization: str) -> Iterable[Overdue]:
        if plan["status"] != ActivityPlanStatus.ACTIVE:
            return ()
        query = Query(Activity, {"plan": plan["_id"]}, ({"status": {"$in": sorted(HAPPENED)}},))
        found = await reads.page(self._past, query, Range(AT_ONCE), ("plan_line",))
        return overdue(plan, organization, {each["plan_line"] for each in found}, self._wanted.day)


KIND_OF: Mapping[str, type[Record]] = {
    kind.PREFIX: kind
    for kind in (
        Network, Organization, Membership, Agreement, Activity, Deliverable, ActivityPlan,
        ClauseSet, Commitment, Acknowledgement, Breach, Gift, Audit, Finding,
    )
}  # fmt: skip


def _fields(kind: type[Record]) -> list[str]:
    """All that is stored of a record but its outbox and the keys it is searched by."""
    keys = (*kind.STATE_KEYS, *RIGHTS_KEYS, ORGANIZATIONS, "updated_at", *DERIVED, *OPEN_POINT_KEYS)
    return sorted({*fact_names(kind), *BOOKKEEPING, *keys} - {"id"})
