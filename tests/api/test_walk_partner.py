"""A front-end developer's walk (issue 3, *Shown by* 1): from what somebody types to the partner's dossier, and then the
same figures drawn as statistics, a graph and a calendar. What is answered is held against the seed files.
"""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from seeds.loader import read
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.agreements import Agreement
from service.cooperation.pillars import Pillar
from service.network.branches import PartyBranch
from service.network.memberships import Membership
from service.network.organizations import Organization
from service.pinyin import sort_key
from service.records import Record
from tests.api.walking import Walker, served
from tests.conftest import BANK, FRONT_END, LEAD, NETWORK

SEARCH = """query Search($network: ID!, $text: String!, $suggest: Boolean!) {
  search(network: $network, text: $text, suggest: $suggest) {
    totalCount complete suggestions
    nodes { kind title matchedBy ranges { start length } record { id } }
    facets { kinds { kind count } sectors { sector count } pillars { pillar count } }
  }
}"""
FOUND_BY_ID = """query Partner($id: ID!) { node(id: $id) { ... on Organization { name children { nodes { id } } } } }"""
COUNTS = "total undated disputed byPillar { pillar activities } byYear { year activities }"
DOSSIER = f"""query Dossier($network: ID!, $partner: ID!) {{
  partnerDossier(network: $network, organization: $partner) {{
    organization {{ name }}
    memberships {{ nodes {{ id role status joined {{ from }} }} }}
    agreements {{ totalCount nodes {{ id title kind status }} }}
    activities(first: 50) {{ totalCount nodes {{ id title }} }}
    counts {{ {COUNTS} }}
    lastActivity {{ id }}
    awaitingConfirmation(first: 50) {{ totalCount }}
    disputes {{ totalCount }}
    gaps {{ kind records withGaps }}
    openPoints {{ code agreement {{ id }} due }}
  }}
}}"""
STATISTICS = f"""query Statistics($network: ID!, $partner: ID!) {{
  activityCounts(network: $network, organization: $partner) {{ {COUNTS} }}
  coverage(network: $network, first: 100) {{ nodes {{ organization {{ id }} cells {{ pillar activities }} }} }}
}}"""
DRAWN = """query Drawn($network: ID!, $partner: ID!, $from: Date!, $to: Date!) {
  partnershipGraph(network: $network, where: {organization: $partner}) {
    totalNodes totalEdges truncated
    nodes { id role activities organization { name } }
    edges { source target activities agreements }
  }
  calendar(network: $network, from: $from, to: $to, where: {participant: $partner}) {
    days { date activities { id } } vague { id title }
  }
}"""


@pytest.fixture(scope="module")
def front_end(engine_uri: str) -> Iterator[Walker]:
    with served(engine_uri) as service:
        yield service.walker(FRONT_END)


def seeded(kind: type[Record]) -> Iterator[Any]:
    return (seed for seed in read() if isinstance(seed, kind) and seed.partition() in (NETWORK, "installation"))


def held_with(partner: str) -> list[Activity]:
    return [each for each in seeded(Activity) if partner in each.organizations and each.status in HAPPENED]


def test_what_no_partner_is_called_is_not_found_and_nothing_is_made_up(front_end: Walker) -> None:
    """The sources name no 工商银行; asked for a suggestion, the service has names of its own only."""
    nothing: Any = {"kinds": [], "sectors": [], "pillars": []}
    silent = front_end.one(SEARCH, network=NETWORK, text="工商", suggest=False)
    assert silent == {"totalCount": 0, "complete": True, "suggestions": [], "nodes": [], "facets": nothing}
    helpful = front_end.one(SEARCH, network=NETWORK, text="工商", suggest=True)
    names = {seed.name for kind in (Organization, PartyBranch) for seed in seeded(kind)}
    titles = {seed.title for kind in (Agreement, Activity) for seed in seeded(kind)}
    assert set(helpful["suggestions"]) <= names | titles
    assert {**helpful, "suggestions": []} == silent
    misspelt = front_end.one(SEARCH, network=NETWORK, text="中国银航", suggest=True)
    assert (misspelt["totalCount"], "中国银行" in misspelt["suggestions"]) == (0, True)


def test_initials_lead_to_the_bank_and_its_branches(front_end: Walker) -> None:
    found = front_end.one(SEARCH, network=NETWORK, text="zgyh", suggest=False)
    banks = [seed for seed in seeded(Organization) if "中国银行" in seed.name]
    parties = [seed for seed in seeded(PartyBranch) if "中国银行" in seed.name]
    held = [seed for seed in seeded(Activity) if "中国银行" in seed.title]
    begins = [each for each in found["nodes"] if each["ranges"][0]["start"] == 0]
    assert begins[0] == {
        "kind": "ORGANIZATION",
        "title": "中国银行",
        "matchedBy": "INITIALS",
        "ranges": [{"start": 0, "length": 4}],
        "record": {"id": "org_boc"},
    }
    assert found["totalCount"] == len(found["nodes"])
    assert {each["record"]["id"] for each in found["nodes"]} == {seed.id for seed in (*banks, *parties, *held)}
    assert found["facets"]["kinds"] == [
        {"kind": kind, "count": len(seeds)}
        for kind, seeds in (("ORGANIZATION", banks), ("PARTY_BRANCH", parties), ("ACTIVITY", held))
    ]
    assert found["facets"]["sectors"] == [{"sector": "BANK", "count": len(banks)}]
    partner = front_end.one(FOUND_BY_ID, id=begins[0]["record"]["id"])
    below = sorted((seed for seed in banks if seed.parent == "org_boc"), key=lambda seed: sort_key(seed.name))
    assert partner == {"name": "中国银行", "children": {"nodes": [{"id": seed.id} for seed in below]}}
    assert BANK in [each["id"] for each in partner["children"]["nodes"]]


def counts_of(activities: list[Activity]) -> dict[str, Any]:
    by_pillar = Counter(pillar for each in activities for pillar in {topic.pillar for topic in each.topics})
    years = Counter(str(each.when.first.year) for each in activities if each.when)
    undated = sum(each.when is None for each in activities)
    by_year: list[tuple[str | None, int]] = [*sorted(years.items()), (None, undated)]
    return {
        "total": len(activities),
        "undated": undated,
        "disputed": 0,
        "byPillar": [{"pillar": pillar, "activities": by_pillar[pillar]} for pillar in Pillar],
        "byYear": [{"year": year, "activities": count} for year, count in by_year],
    }


def gaps_of(kind: type[Record], records: list[Any]) -> dict[str, Any]:
    return {"kind": kind.__name__, "records": len(records), "withGaps": sum(bool(each.gaps) for each in records)}


def test_the_dossier_tells_in_one_request_what_the_sources_tell_of_the_partner(front_end: Walker) -> None:
    joined = [seed for seed in seeded(Membership) if seed.organization == BANK]
    signed = [seed for seed in seeded(Agreement) if BANK in {party.organization for party in seed.parties}]
    held = held_with(BANK)
    dossier = front_end.one(DOSSIER, network=NETWORK, partner=BANK)
    for section in ("agreements", "activities"):
        dossier[section]["nodes"].sort(key=lambda node: node["id"])
    assert dossier == {
        "organization": {"name": "中国银行越秀支行"},
        "memberships": {
            "nodes": [{"id": each.id, "role": each.role, "status": "ACTIVE", "joined": None} for each in joined]
        },
        "agreements": {
            "totalCount": len(signed),
            "nodes": [
                {"id": each.id, "title": each.title, "kind": each.kind, "status": "ACTIVE"}
                for each in sorted(signed, key=lambda seed: seed.id)
            ],
        },
        "activities": {
            "totalCount": len(held),
            "nodes": [{"id": each.id, "title": each.title} for each in sorted(held, key=lambda seed: seed.id)],
        },
        "counts": counts_of(held),
        "lastActivity": {"id": "act_002_boc_platform"},  # of 2018, the only one that the sources date
        "awaitingConfirmation": {"totalCount": len(held)},
        "disputes": {"totalCount": 0},
        "gaps": [gaps_of(Membership, joined), gaps_of(Agreement, signed), gaps_of(Activity, held)],
        "openPoints": [
            {"code": "NOTHING_HELD_THIS_YEAR", "agreement": None, "due": None},
            {"code": "AWAITING_CONFIRMATION", "agreement": None, "due": None},
        ],
    }


def test_statistics_graph_and_calendar_agree_with_the_dossier(front_end: Walker) -> None:
    held = held_with(BANK)
    statistics = front_end.ask(STATISTICS, network=NETWORK, partner=BANK)
    assert statistics["activityCounts"] == counts_of(held)
    [cells] = [row["cells"] for row in statistics["coverage"]["nodes"] if row["organization"]["id"] == BANK]
    assert cells == counts_of(held)["byPillar"]

    pairs = Counter(pair for each in held for pair in itertools.combinations(sorted(each.organizations), 2))
    signed = [seed for seed in seeded(Agreement) if {party.organization for party in seed.parties} == {LEAD, BANK}]
    year = {"from": "2018-01-01", "to": "2018-12-31"}
    drawn = front_end.ask(DRAWN, network=NETWORK, partner=BANK, **year)
    graph = drawn["partnershipGraph"]
    names = {seed.id: seed.name for seed in seeded(Organization)}
    partners = {own_id for pair in pairs for own_id in pair}
    assert (graph["totalNodes"], graph["totalEdges"], graph["truncated"]) == (len(partners), len(pairs), False)
    assert {node["id"]: node["organization"]["name"] for node in graph["nodes"]} == {
        own_id: names[own_id] for own_id in partners
    }
    assert {(edge["source"], edge["target"]): (edge["activities"], edge["agreements"]) for edge in graph["edges"]} == {
        pair: (count, len(signed) if set(pair) == {LEAD, BANK} else 0) for pair, count in pairs.items()
    }
    assert [node["activities"] for node in graph["nodes"] if node["id"] == BANK] == [len(held)]
    dated = [{"id": each.id, "title": each.title} for each in held if each.when]
    assert drawn["calendar"] == {"days": [], "vague": dated}  # known to the year, so on no day of it
