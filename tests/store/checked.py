"""A network with everything that the checks look at, drawn from one seed, and its partners' facts read naively.

The naive reading asks for all documents there are, and picks one partner's with plain loops: what the gatherer, which
asks for all partners at once, must come to as well.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from seeds import synthetic
from service.cooperation.activities import Activity
from service.cooperation.pillars import Theme
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.checking import attention
from service.integrity.checks import results
from service.integrity.findings import FindingStatus
from service.integrity.gifts import GiftStatus
from service.integrity.partners import PartnerFacts
from service.integrity.verdicts import Result
from service.network.branches import PartyBranch
from service.network.departments import Department
from service.network.pairings import Pairing
from service.network.persons import Person
from service.network.stations import Station
from service.records import document_of
from service.store.database import Database
from service.store.kinds import KINDS
from tests.rules import check_scene as scene
from tests.rules.check_scene import REPORTED, activity, commitment, gift, publicity, side, unknown

NETWORK, HUB, TODAY = synthetic.NETWORK, "org_syn_000001", dt.date(2024, 6, 15)
FIRST = scene.NOON  # what its partners have beside was recorded then
AT = dt.datetime(2024, 6, 14, 4, tzinfo=dt.UTC)
IN: dict[str, Any] = {"network": NETWORK}
UNUSED = (PartyBranch, Department, Person, Station, Pairing)  # by the checks
ONE: dict[str, Any] = {"network": "net_one"}  # of one pair alone
FOREIGN: dict[str, Any] = {"network": "net_other"}


def documents(activities: int, kept: int) -> list[dict[str, Any]]:
    """The synthetic network of as many activities, the first of them `kept`, and what its partners have beside."""
    drawn = (each for each in synthetic.records(activities, TODAY) if not isinstance(each, UNUSED))
    own = [document_of(each) for each in drawn if not isinstance(each, Activity) or each.id <= f"act_syn_{kept:06}"]
    partners = [each["_id"] for each in own if each["_id"].startswith("org_") and each["_id"] != HUB]
    beside = [each for number, partner in enumerate(partners) for each in _beside(number, partner, own)]
    moments = {"version": 1, "head": "", "updated_at": AT, "outbox": []}
    lone = [scene.agreement("agr_one", **ONE), commitment("com_one", **ONE), gift("gif_one", **ONE)]
    return [{**each, **moments, "created_at": each["created_at"] or AT} for each in [*own, *beside, *lone]]


def _beside(number: int, partner: str, own: list[dict[str, Any]]) -> list[dict[str, Any]]:
    chance = random.Random(f"beside/{number}")
    both, whom = {"giver": HUB, "receiver": partner}, {"organization": partner}
    under = [each["_id"] for each in own if each["_id"].startswith("agr_") and partner in each["concerns"]]
    sides = (side(HUB), side(partner, signed=chance.random() < 0.8, known=chance.choice((90, 100))))
    told = tuple(publicity(each) for each in (HUB, partner) if chance.random() < 0.8)
    given = {"sides": sides, "publicity": told, "agreement": under[-1], "expires_on": chance.choice((None, TODAY))}
    if number % 7 == 3:
        bare = {"staff": None, "known": 0, "headcount": None}
        made = unknown(
            f"com_{number}", **IN, **given | {"sides": (side(HUB, None, **bare), side(partner, None, **bare))}
        )
    else:
        made = commitment(f"com_{number}", **IN, **given)
    day = chance.choice(("2024-01-01", "2024-05-20", "2024-06-01", None))
    reported = REPORTED if chance.random() < 0.3 else {}
    return [
        *([made] if number % 3 else []),
        gift(f"gif_{number}", day, **IN, **both, status=chance.choice(list(GiftStatus)), **reported),
        gift(f"gif_x{number}", day, **FOREIGN, **both),
        scene.breach(f"bre_{number}", chance.choice(list(BreachStatus)), **IN, **whom),
        scene.finding(f"fin_{number}", "2024-06-01", **IN, **whom, status=chance.choice(list(FindingStatus))),
        scene.finding(f"fin_x{number}", "2024-06-01", **FOREIGN, **whom),
        scene.acknowledgement(f"ack_{number}", "2024-03-01", **IN, **whom, commitment=f"com_{number}"),
        {**scene.headcount(f"hea_{number}", partner, day, 120), **IN},
        _vague(number, partner, chance),
    ]


def _vague(number: int, partner: str, chance: random.Random) -> dict[str, Any]:
    when = chance.choice((None, "2023-12-31/2024-01-01", "2022", "2024-02", "2019/2025"))
    theme = chance.choice((Theme.INTEGRITY_EDUCATION, Theme.INTEGRITY_EXCHANGE, Theme.EXCHANGE))
    parts = tuple(scene.Participation(each, scene.ParticipationRole.PARTICIPANT) for each in (HUB, partner))
    return {**activity(f"act_x{number}", when, theme, **IN, participations=parts, **REPORTED)}


async def stored(database: Database, activities: int, kept: int) -> Database:
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in documents(activities, kept):
        by_kind[KINDS[each["_id"].partition("_")[0]].COLLECTION].append(each)
    for collection, found in by_kind.items():
        await database.insert_many(collection, found)
    return database


async def naively(database: Database, first: dt.date, last: dt.date, day: dt.date = TODAY) -> list[Result]:
    """What the checks say of every organisation there is, each read for itself."""
    everything: dict[str, list[dict[str, Any]]] = {}
    for prefix, kind in KINDS.items():
        found = await database.find(kind.COLLECTION, {}, 100_000)
        own = [each for each in found if each["network"] == NETWORK]
        everything[prefix] = sorted(own, key=lambda each: str(each["_id"]), reverse=True)
    told = [each for own in everything["org"] for each in _of(own["_id"], everything, first, last, day)]
    return sorted(told, key=attention)


def _of(
    partner: str, everything: dict[str, list[dict[str, Any]]], first: dt.date, last: dt.date, day: dt.date
) -> Iterable[Result]:
    def own(prefix: str, key: str = "concerns", **equal: str) -> tuple[dict[str, Any], ...]:
        fitting = [each for each in everything[prefix] if all(each[name] == value for name, value in equal.items())]
        return tuple(each for each in fitting if partner in (each[key] if isinstance(each[key], list) else [each[key]]))

    years = dt.date(first.year, 1, 1).isoformat(), dt.date(last.year, 12, 31).isoformat()
    held = [each for each in own("act", "counted_for") if each["status"] in ("HELD", "PUBLISHED")]
    dated = [
        each
        for each in held
        if not each["when"] or (each["when"]["first"] <= years[1] and each["when"]["last"] >= years[0])
    ]
    sides = {each for com in own("com", stage="OPEN") for each in com["concerns"]}
    known = PartnerFacts(
        organization=partner,
        leads=frozenset(each["organization"] for each in everything["mem"] if each["role"] == "LEAD"),
        member=any(each["role"] for each in own("mem") if each["active_from"] <= last.isoformat()),
        first=first,
        last=last,
        day=day,
        agreements=own("agr", stage="SIGNED"),
        commitments=own("com", stage="OPEN"),
        acknowledgements=own("ack", status="RECORDED"),
        headcounts=tuple(each for each in everything["hea"] if each["organization"] in sides),
        activities=tuple(dated),
        gifts=tuple(each for each in own("gif") if each["status"] != "DISCARDED"),
        breaches=tuple(each for each in own(Breach.PREFIX) if each["status"] in ("CONFIRMED", "RESOLVED")),
        findings=tuple(each for each in own("fin") if each["status"] not in ("DRAFT", "DISCARDED")),
    )
    return results(known) if known.is_judged() else ()
