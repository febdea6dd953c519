"""Synthetic records for demonstrations and benchmarks: one network of its own, every name in it marked 合成.

The same count and day give the same records, and a smaller count gives the beginning of a larger one, since each
partner and each activity draws from a generator of its own number. Nothing here is said of a real organisation.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isqrt
from random import Random
from typing import Any, TypeVar

from seeds.vocabulary import CITIES, OCCASIONS, PARTNERS, Occasion
from service.cooperation.activities import HAPPENED, Activity, ActivityForm, ActivityStatus, ParticipationRole
from service.cooperation.agreements import Agreement, AgreementKind, Stage
from service.cooperation.drafting import wording
from service.cooperation.holding import settled
from service.cooperation.pillars import PILLARS, Pillar, Theme
from service.cooperation.signing import opened, signed
from service.cooperation.texts import Signature
from service.dates import SHANGHAI, PartialDate
from service.facts import plain
from service.network.branches import BranchKind, PartyBranch
from service.network.departments import Department, DepartmentKind
from service.network.headcounts import Headcount
from service.network.memberships import Membership, MembershipRole
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.network.pairings import Pairing, PairingMode
from service.network.persons import Person
from service.network.stations import Station, StationKind
from service.records import Record, made

R = TypeVar("R", bound=Record)

NETWORK = "net_syn"
YEARS = 5
FEWEST_PARTNERS = 4
STATUSES = {
    ActivityStatus.PUBLISHED: 70,
    ActivityStatus.HELD: 14,
    ActivityStatus.PLANNED: 10,
    ActivityStatus.CANCELLED: 6,
}  # in per cent
FATES = ("RUNNING", "EXPIRED", "RUNNING", "TERMINATED", "RUNNING", "SIGNING", "RUNNING", "DRAFT")


@dataclass(frozen=True)
class Member:
    """An organisation of the network with what it brings, in the order in which the records refer to each other."""

    organization: Organization
    branches: tuple[PartyBranch, ...]
    others: tuple[Record, ...]
    agreements: tuple[Agreement, ...] = ()

    def records(self) -> Iterator[Record]:
        yield self.organization
        yield from self.branches
        yield from self.others
        yield from self.agreements

    def branch(self, kind: BranchKind) -> PartyBranch:
        """The branch of this kind; a partner has but one, which then stands for it."""
        return next((branch for branch in self.branches if branch.kind is kind), self.branches[0])


def records(count: int, today: dt.date) -> Iterator[Record]:
    """`count` activities over the five years before `today`, each after the partners and agreements it refers to."""
    yield made(Network, {"id": NETWORK, "network": NETWORK, "name": "演示网络(合成数据) · Synthetic"})
    hub = _hub(today)
    yield from hub.records()
    partners: list[Member] = []
    for number in range(1, count + 1):
        while len(partners) < FEWEST_PARTNERS + isqrt(2 * number):
            partners.append(_partner(len(partners) + 1, hub, today))
            yield from partners[-1].records()
        yield _activity(number, hub, partners, today)


def _chance(*what: object) -> Random:
    return Random("/".join(map(str, ("cobuild", *what))))  # noqa: S311 — repeatable on purpose, guards nothing


def _hub(today: dt.date) -> Member:
    facts = {"name": "示范大学附属第一医院(合成)", "short_name": "示范一院(合成)", "sector": Sector.HOSPITAL}
    organization = _made(Organization, 1, facts | {"province": "广东省", "city": "广州市"})
    own = {"organization": organization.id}
    committee = _made(PartyBranch, 1, own | {"name": "示范一院党委(合成)", "kind": BranchKind.COMMITTEE})
    branch = {"name": "行政党支部(合成)", "kind": BranchKind.BRANCH, "parent": committee.id}
    return Member(
        organization,
        (committee, _made(PartyBranch, 2, own | branch)),
        _standing(organization, 1, MembershipRole.LEAD, today, _chance("hub")),
    )


def _partner(place: int, hub: Member, today: dt.date) -> Member:
    chance, number = _chance("partner", place), place + 1  # number 1 is the hub
    sector, kinds = PARTNERS[(place - 1) % len(PARTNERS)]
    province, city, county = chance.choice(CITIES)
    name = f"{city}{county}{chance.choice(kinds)}(合成{place:03})"
    where = {"province": province, "city": city, "county": county}
    organization = _made(Organization, number, {"name": name, "sector": sector, **where})
    kind = BranchKind.BRANCH if place % 3 == 0 else BranchKind.COMMITTEE
    named = f"{name}{'党支部' if kind is BranchKind.BRANCH else '党委'}"
    facts = {"organization": organization.id, "name": named, "kind": kind}
    branch = _made(PartyBranch, number + 1, facts)  # the hub has two
    others = _standing(organization, number, MembershipRole.MEMBER, today, chance)
    if place % 2:
        others += (_pairing(number, hub, organization, today),)
    partner = Member(organization, (branch,), others)
    agreements = [_agreement(2 * place - 1, AgreementKind.CO_BUILDING, hub, partner, today)]
    if place % 2:
        agreements.append(_agreement(2 * place, AgreementKind.INTEGRITY_PARTNER, hub, partner, today))
    return replace(partner, agreements=tuple(agreements))


def _standing(
    organization: Organization, number: int, role: MembershipRole, today: dt.date, chance: Random
) -> tuple[Record, ...]:
    """The membership, begun before the first activity, its plaque, the last headcount, an office and who runs it."""
    joined = _ago(today, YEARS * 365 + chance.randrange(1, 365))
    staff = chance.randrange(60, 2000)
    members = chance.randrange(staff // 5, staff // 2)
    counts = {
        "on": PartialDate.on(today.replace(month=1, day=1)),
        "staff": staff,
        "members": members,
        "cadres": members // 4,
    }
    own = {"organization": organization.id}
    office = _made(Department, number, own | {"name": "党建办公室(合成)", "kind": DepartmentKind.FUNCTIONAL})
    person = {"name": f"合成人员{number:03}", "post": "党建办公室主任", "department": office.id, "cadre": True}
    kind = StationKind.CENTRE if role is MembershipRole.LEAD else StationKind.WORKSTATION
    return (
        _made(Headcount, number, own | counts),
        _made(Membership, number, own | {"role": role, "joined": PartialDate.on(joined)}),
        office,
        _made(Person, number, own | person),
        _made(Station, number, own | {"kind": kind, "plaque_on": PartialDate.on(joined)}),
    )


def _pairing(number: int, hub: Member, partner: Organization, today: dt.date) -> Pairing:
    facts = {"branch": hub.branch(BranchKind.BRANCH).id, "member": partner.id, "specialty": "护理(合成)"}
    begins = PartialDate.on(_ago(today, 365))
    return _made(Pairing, number, facts | {"mode": PairingMode.KEY, "begins": begins})


def _agreement(number: int, kind: AgreementKind, hub: Member, partner: Member, today: dt.date) -> Agreement:
    """A draft that is opened and signed by the rules themselves, as far as its fate lets it go."""
    fate, integrity = FATES[number % len(FATES)], kind is AgreementKind.INTEGRITY_PARTNER
    begins = _ago(today, _chance("agreement", number).randrange(900, 1800))
    ends = _ago(today, 200) if fate == "EXPIRED" else _ago(today, -720)
    drafted = _moment(begins, 9)
    title = f"{'廉洁伙伴协议书' if integrity else '党建共建合作协议'}(合成{number:03})"
    text = f"{title}。双方:{hub.organization.name}、{partner.organization.name}。本文为演示用合成文本。"
    branch = partner.branches[0]
    parties = [
        {"organization": branch.organization, "branch": branch.id} for branch in (hub.branch(branch.kind), branch)
    ]
    draft = _made(
        Agreement,
        number,
        {
            "title": title,
            "kind": kind,
            "level": branch.kind.value,
            "parties": parties,
            "pillars": [Pillar.INTEGRITY] if integrity else list(Pillar),
            "term_from": begins,
            "term_to": ends,
            "versions": [plain(wording(1, text, drafted))],
        },
    )
    if fate == "DRAFT":
        return draft
    agreement = opened(draft)
    signers = agreement.parties[:1] if fate == "SIGNING" else agreement.parties
    for party in signers:
        agreement = signed(agreement, Signature(party.organization, 1, begins, drafted), today)
    if fate != "TERMINATED":
        return agreement
    return replace(agreement, terminated_on=_ago(today, 100), end_reason="双方协商终止(合成)")


def _activity(number: int, hub: Member, partners: list[Member], today: dt.date) -> Activity:
    chance = _chance("activity", number)
    status = chance.choices([*STATUSES], [*STATUSES.values()])[0]
    ahead = status is ActivityStatus.PLANNED
    day = _ago(today, -chance.randrange(1, 120) if ahead else chance.randrange(1, YEARS * 365))
    theme = [*Theme][number % len(Theme)]
    occasion = chance.choice(OCCASIONS[theme])
    joining = chance.sample(partners, 2 if chance.random() < 0.25 else 1)
    host, guest = (hub, joining[0]) if chance.random() < 0.8 else (joining[0], hub)
    starts_at = _moment(day, chance.choice((8, 9, 10, 14, 15, 19)))
    facts: dict[str, Any] = {
        "title": f"{occasion.title}(合成{number:06})",
        "topics": _topics(theme, chance),
        "form": occasion.form,
        "direction": "IN" if host is hub else "OUT",
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(hours=chance.choice((1, 2, 3))) if chance.random() < 0.8 else None,
        "place": f"{host.organization.name}{occasion.place}",
        "participations": _participations([host, guest, *joining[1:]], status, chance),
        "filed_by": host.organization.id,
        "agreement": _agreement_for(theme, joining[0], day, chance),
        "status": status,
        "cancel_reason": "因故取消(合成)" if status is ActivityStatus.CANCELLED else None,
    }
    return settled(_made(Activity, number, facts | _results(occasion, status, chance)))


def _topics(theme: Theme, chance: Random) -> list[dict[str, Any]]:
    """The main topic, and in one of five a second one of another pillar."""
    topics = [{"pillar": PILLARS[theme], "theme": theme, "main": True}]
    if chance.random() < 0.2:
        other = chance.choice([each for each in Theme if PILLARS[each] is not PILLARS[theme]])
        topics.append({"pillar": PILLARS[other], "theme": other, "main": False})
    return topics


def _participations(members: list[Member], status: ActivityStatus, chance: Random) -> list[dict[str, Any]]:
    roles = (ParticipationRole.HOST, ParticipationRole.PARTICIPANT, ParticipationRole.SUPPORT)
    return [
        {
            "organization": member.organization.id,
            "role": role,
            "branch": member.branches[0].id if chance.random() < 0.6 else None,
            "head_count": chance.randrange(5, 80) if status in HAPPENED else None,
        }
        for role, member in zip(roles, members, strict=False)
    ]


def _agreement_for(theme: Theme, partner: Member, day: dt.date, chance: Random) -> str | None:
    """In three of four cases the agreement that covers the theme on that day, if the partner has one."""
    covering = [
        agreement.id
        for agreement in partner.agreements
        if agreement.stage is Stage.SIGNED
        and PILLARS[theme] in agreement.pillars
        and agreement.term_from is not None
        and agreement.term_to is not None
        and agreement.term_from <= day <= agreement.term_to
        and (agreement.terminated_on is None or day < agreement.terminated_on)
    ]
    return chance.choice(covering) if covering and chance.random() < 0.75 else None


def _results(occasion: Occasion, status: ActivityStatus, chance: Random) -> dict[str, Any]:
    if status not in HAPPENED:
        return {}
    served = chance.randrange(30, 400) if occasion.form is ActivityForm.FREE_CLINIC else None
    outcomes = [{"description": "收到反馈意见(合成)", "value": str(chance.randrange(1, 60)), "unit": "条"}]
    return {"people_served": served, "summary": f"{occasion.title}。合成数据,仅供演示。", "outcomes": outcomes}


def _made(kind: type[R], number: int, facts: dict[str, Any]) -> R:
    return made(kind, {**facts, "id": f"{kind.PREFIX}_syn_{number:06}", "network": NETWORK})


def _ago(today: dt.date, days: int) -> dt.date:
    return today - dt.timedelta(days=days)


def _moment(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), SHANGHAI)
