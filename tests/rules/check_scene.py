"""What the checks are tried on: one partner of a network and its records, as they are stored."""

import datetime as dt
from dataclasses import replace
from typing import Any

from service.cooperation.activities import (
    Activity,
    ActivityForm,
    ActivityStatus,
    Participation,
    ParticipationRole,
    Topic,
)
from service.cooperation.agreements import Agreement, AgreementKind, Party, Stage, TextVersion
from service.cooperation.drafting import wording
from service.cooperation.pillars import PILLARS, Theme
from service.cooperation.texts import Signature
from service.dates import PartialDate
from service.integrity import commitments
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.checks import results
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet, ClauseVersion, hash_of
from service.integrity.commitments import Commitment, Publicity, Side
from service.integrity.findings import Finding, FindingStatus
from service.integrity.gifts import Gift, GiftKind
from service.integrity.partners import PartnerFacts
from service.integrity.verdicts import CheckId, Result
from service.network.headcounts import Headcount
from service.records import Document, Origin, Source, document_of

NETWORK, LEAD, PARTNER = "net_a", "org_lead", "org_partner"
DAY, SIGNED = dt.date(2024, 6, 15), "2024-03-01"
IN: dict[str, Any] = {"network": NETWORK}
OWN: dict[str, Any] = {**IN, "organization": PARTNER}
REPORTED: dict[str, Any] = {"origin": Origin.REPORTED, "sources": (Source("002", "C14"),)}
NOON = dt.datetime(2024, 3, 1, 4, tzinfo=dt.UTC)


def on(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def facts(day: dt.date | str = DAY, year: int = 2024, **given: Any) -> PartnerFacts:
    """The partner's facts in a year, judged on `day`; lists of documents as they are given."""
    known: dict[str, Any] = {
        "organization": PARTNER,
        "leads": frozenset({LEAD}),
        "member": True,
        "first": dt.date(year, 1, 1),
        "last": dt.date(year, 12, 31),
        "day": dt.date.fromisoformat(day) if isinstance(day, str) else day,
    }
    return PartnerFacts(**known | {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()})


def said(check: CheckId, of: PartnerFacts) -> list[Result]:
    return list(results(of, [check]))


def stored(record: Any) -> dict[str, Any]:
    return document_of(replace(record, created_at=record.created_at or NOON))


def agreement(own_id: str = "agr_1", texts: int = 0, **given: Any) -> dict[str, Any]:
    versions: tuple[TextVersion, ...] = tuple(wording(number + 1, f"正文{number}", NOON) for number in range(texts))
    signed = tuple(Signature(each, 1, dt.date(2024, 1, 5), NOON) for each in (LEAD, PARTNER)) if texts else ()
    known: dict[str, Any] = {
        "title": "廉洁伙伴协议书",
        "kind": AgreementKind.INTEGRITY_PARTNER,
        "parties": (Party(LEAD), Party(PARTNER)),
        "term_from": dt.date(2024, 1, 5),
        "stage": Stage.SIGNED,
        "versions": versions,
        "signatures": signed,
    }
    return stored(Agreement(id=own_id, **IN | known | given))


def side(organization: str, signed_on: str | None = SIGNED, signed: bool = True, **given: Any) -> Side:
    recorded = dt.datetime.combine(dt.date.fromisoformat(signed_on), dt.time(4), dt.UTC) if signed_on else None
    known: dict[str, Any] = {
        "staff": 100,
        "known": 100,
        "known_on": dt.date(2024, 3, 2),
        "headcount": f"hea_{organization}",
    }
    signing = {"signed_on": on(signed_on), "recorded_at": recorded} if signed else {}
    return Side(organization, signed=signed, **signing | known | given)


def publicity(organization: str, begins: str | None = "2024-03-02", ends: str | None = None) -> Publicity:
    return Publicity(organization, "公告栏", begins=on(begins), ends=on(ends))


def commitment(own_id: str = "com_1", **given: Any) -> dict[str, Any]:
    """Signed by both on SIGNED, publicised from the day after, known by all: effective from 9 March 2024."""
    known: dict[str, Any] = {
        "agreement": "agr_1",
        "sides": (side(LEAD), side(PARTNER)),
        "publicity": (publicity(LEAD), publicity(PARTNER)),
        "drawn_up_on": dt.date(2024, 2, 1),
        "stage": commitments.Stage.OPEN,
    }
    return stored(Commitment(id=own_id, **IN | known | given))


def unknown(own_id: str = "com_1", **given: Any) -> dict[str, Any]:
    """A commitment as the source tells of it: signed, publicised and known, without a day or a number."""
    bare = {"staff": None, "known": 0, "known_on": None, "headcount": None}
    sides = (side(LEAD, None, **bare), side(PARTNER, None, **bare))
    told = (publicity(LEAD, None), publicity(PARTNER, None))
    return commitment(own_id, **REPORTED, **{"sides": sides, "publicity": told, "drawn_up_on": None} | given)


def activity(
    own_id: str = "act_1", when: str | None = "2024-04-01", theme: Theme = Theme.EXCHANGE, **given: Any
) -> Document:
    known: dict[str, Any] = {
        "title": own_id,
        "topics": (Topic(PILLARS[theme], theme, main=True),),
        "form": ActivityForm.LECTURE,
        "when": on(when),
        "participations": (
            Participation(LEAD, ParticipationRole.HOST),
            Participation(PARTNER, ParticipationRole.PARTICIPANT),
        ),
        "filed_by": LEAD,
        "status": ActivityStatus.HELD,
    }
    return stored(Activity(id=own_id, **IN | known | given))


def headcount(own_id: str, organization: str, day: str | None, staff: int | None) -> Document:
    return stored(Headcount(id=own_id, network=NETWORK, organization=organization, on=on(day), staff=staff))


def breach(own_id: str = "bre_1", status: BreachStatus = BreachStatus.CONFIRMED, **given: Any) -> Document:
    known: dict[str, Any] = {"happened_on": on("2024-04"), "description": "超标准接待", "status": status}
    own = {"commitment": "com_1", "organization": PARTNER, "category": ClauseCategory.NO_EXCESSIVE_RECEPTION}
    return stored(Breach(id=own_id, **OWN | own | known | given))


def finding(own_id: str = "fin_1", due: str | None = "2024-06-30", **given: Any) -> Document:
    known: dict[str, Any] = {"title": "未公示", "raised_on": dt.date(2024, 5, 1), "status": FindingStatus.OPEN}
    day = dt.date.fromisoformat(due) if due else None
    return stored(Finding(id=own_id, due=day, **OWN | known | given))


def gift(own_id: str = "gif_1", given_on: str | None = "2024-05-16", **given: Any) -> Document:
    known: dict[str, Any] = {"giver": LEAD, "receiver": PARTNER, "item": "维E药膏", "kind": GiftKind.OTHER}
    return stored(Gift(id=own_id, given_on=on(given_on), **IN | known | given))


def acknowledgement(own_id: str = "ack_1", acknowledged_on: str = "2024-03-02", **given: Any) -> Document:
    known: dict[str, Any] = {"commitment": "com_1", "clause_set": "cla_1", "clause_version": 1, "head_count": 100}
    day = dt.date.fromisoformat(acknowledged_on)
    return stored(Acknowledgement(id=own_id, acknowledged_on=day, **OWN | known | given))


CLAUSES = (Clause(ClauseCategory.NO_GIFTS, "不得收礼", "No gifts"), Clause(ClauseCategory.OBEY_LAWS, "守法"))


def clause_set(own_id: str = "cla_1") -> dict[str, Any]:
    version = ClauseVersion(1, CLAUSES, hash_of(CLAUSES), NOON, published_on=dt.date(2024, 1, 1))
    return stored(ClauseSet(id=own_id, network=NETWORK, title="承诺条款", versions=(version,)))
