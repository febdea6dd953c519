"""A front-end developer's walk over a real socket (issue 2, *Shown by* 8): the whole application, its own seeding
included, on the real engine, asked with a FRONT_END token; what it answers is held against the seed files.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from seeds.loader import read
from service.cooperation.activities import HAPPENED, Activity
from service.cooperation.pillars import Pillar
from service.dates import day_of, now
from service.network.memberships import Membership, MembershipStatus
from service.network.organizations import Organization
from service.records import document_of
from tests.api.walking import Walker, served
from tests.conftest import FRONT_END, NETWORK

PARTNERS = """query Partners($network: ID!, $sector: Sector!) {
  organizations(where: {memberOf: $network, sector: $sector}) { totalCount nodes { id name sector } }
}"""
AGREEMENTS = """query Agreements($id: ID!) {
  node(id: $id) {
    ... on Organization { name agreements { nodes { id title kind status parties { organization { id } } } } }
  }
}"""
ACTIVITIES = """query Activities($id: ID!, $pillar: Pillar!) {
  node(id: $id) {
    ... on Organization {
      activities(where: {pillar: $pillar}) {
        nodes { id title topics { pillar } participations { organization { id } } }
      }
    }
  }
}"""
COVERAGE = """query Coverage($network: ID!, $after: String) {
  coverage(network: $network, first: 7, after: $after) {
    totalCount
    nodes { organization { id } member cells { pillar activities } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}"""


@pytest.fixture(scope="module")
def front_end(engine_uri: str) -> Iterator[Walker]:
    with served(engine_uri) as service:
        yield service.walker(FRONT_END)


def seeded_activities() -> list[Activity]:
    return [
        seed for seed in read() if isinstance(seed, Activity) and seed.network == NETWORK and seed.status in HAPPENED
    ]


def seeded_members() -> set[str]:
    return {
        seed.organization
        for seed in read()
        if isinstance(seed, Membership)
        and seed.network == NETWORK
        and Membership.state(document_of(seed), day_of(now())) == MembershipStatus.ACTIVE
    }


BOTH = [{"organization": {"id": "org_smu_derma"}}, {"organization": {"id": "org_boc_yuexiu"}}]
SIGNED = [
    {
        "id": "agr_002_boc_yuexiu_integrity",
        "title": "廉洁伙伴协议书",
        "kind": "INTEGRITY_PARTNER",
        "status": "ACTIVE",
        "parties": BOTH,
    },
    {
        "id": "agr_002_boc_yuexiu_co_building",
        "title": "党建共建合作协议",
        "kind": "CO_BUILDING",
        "status": "ACTIVE",
        "parties": BOTH,
    },
]


def test_a_front_end_walks_from_a_sector_to_a_bank_its_agreements_and_its_integrity_activities(
    front_end: Walker,
) -> None:
    partners = front_end.ask(PARTNERS, network=NETWORK, sector="BANK")["organizations"]
    members = seeded_members()
    banks = {
        seed.id: {"id": seed.id, "name": seed.name, "sector": "BANK"}
        for seed in read()
        if isinstance(seed, Organization) and seed.id in members and seed.sector == "BANK"
    }
    assert partners["totalCount"] == len(partners["nodes"]) == len(banks)
    assert {partner["id"]: partner for partner in partners["nodes"]} == banks

    bank = next(partner["id"] for partner in partners["nodes"] if partner["name"] == "中国银行越秀支行")
    assert front_end.ask(AGREEMENTS, id=bank)["node"] == {"name": "中国银行越秀支行", "agreements": {"nodes": SIGNED}}

    assert front_end.ask(ACTIVITIES, id=bank, pillar="INTEGRITY")["node"]["activities"]["nodes"] == [
        {
            "id": "act_002_integrity_films",
            "title": "共同开展警示教育,观看廉政教育片《恶伞》《浊流之虐》",
            "topics": [{"pillar": "INTEGRITY"}],
            "participations": [
                {"organization": {"id": own_id}} for own_id in ("org_smu_derma", "org_boc_yuexiu", "org_fire_yuexiu")
            ],
        }
    ]


def test_its_coverage_has_each_organisation_once_over_all_pages_and_counts_as_the_seeds_do(front_end: Walker) -> None:
    rows: list[dict[str, Any]] = []
    cursor, going_on = None, True
    while going_on:
        page = front_end.ask(COVERAGE, network=NETWORK, after=cursor)["coverage"]
        assert page["pageInfo"]["hasPreviousPage"] is bool(rows)
        rows += page["nodes"]
        cursor, going_on = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert len(page["nodes"]) == 7 or not going_on
        assert len(rows) <= page["totalCount"]

    held = Counter(
        (own_id, pillar)
        for activity in seeded_activities()
        for own_id in {part.organization for part in activity.participations}
        for pillar in {topic.pillar for topic in activity.topics}
    )
    members = seeded_members()
    assert len(rows) == page["totalCount"] > 14  # three pages, so that a middle one is among them
    assert {row["organization"]["id"]: (row["member"], row["cells"]) for row in rows} == {
        own_id: (own_id in members, [{"pillar": pillar, "activities": held[own_id, pillar]} for pillar in Pillar])
        for own_id in members | {own_id for own_id, _ in held}
    }
    assert len({row["organization"]["id"] for row in rows}) == len(rows)
