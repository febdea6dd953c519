"""The partnership graph: its filters, what is cut and said so, its limits; its sums: test_statistics_sums.py."""

from typing import Any

import pytest

from schema.cooperation import graph
from service.viewer import ANONYMOUS, Viewer
from tests.api.drawn import DRAWN
from tests.conftest import ADMIN, BANK, FRONT_END, LEAD, NETWORK, House

ASK = f"""query($network: ID!, $where: GraphWhere, $first: Int! = 100) {{
partnershipGraph(network: $network, where: $where, first: $first) {{ {DRAWN["partnershipGraph"]} }} }}"""


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def asked(house: House, viewer: Viewer = ADMIN, network: str = NETWORK, **options: Any) -> dict[str, Any]:
    found = (await house.data(ASK, viewer, network=network, **options))["partnershipGraph"]
    assert isinstance(found, dict)
    ends = {edge[end] for edge in found["edges"] for end in ("source", "target")}
    assert {node["id"] for node in found["nodes"]} == ends
    assert all(node["organization"] == {"id": node["id"]} for node in found["nodes"])
    assert found["truncated"] == (found["totalEdges"] > len(found["edges"]))
    return found


def edge_of(found: dict[str, Any], *ends: str) -> dict[str, Any] | None:
    return next((each for each in found["edges"] if [each["source"], each["target"]] == sorted(ends)), None)


async def test_partners_are_joined_by_what_they_held_and_signed_together(house: House) -> None:
    found = await asked(house)
    assert edge_of(found, LEAD, BANK) == {
        "source": BANK,
        "target": LEAD,
        "activities": 5,
        "personTimes": 64,
        "peopleServed": 0,
        "agreements": 5,
    }
    weights = [(edge["activities"], edge["personTimes"]) for edge in found["edges"]]
    assert weights == sorted(weights, reverse=True)
    assert weights[:2] == [(6, 0), (5, 64)]  # of the fire brigade, and of the bank
    assert {node["id"]: node["role"] for node in found["nodes"] if node["id"] in (LEAD, BANK)} == {
        LEAD: "LEAD",
        BANK: "MEMBER",
    }
    assert {node["role"] for node in found["nodes"]} == {"LEAD", "MEMBER", "PARTICIPANT"}
    assert found["nodes"][0]["id"] == LEAD


async def test_the_public_sees_what_is_published_and_the_agreements_in_force(house: House) -> None:
    inside, outside = await asked(house, FRONT_END), await asked(house, ANONYMOUS)
    (own, seen) = (edge_of(found, LEAD, BANK) for found in (inside, outside))
    assert own is not None
    assert seen is not None
    assert (own["activities"], own["personTimes"]) == (5, 64)
    assert (seen["activities"], seen["personTimes"]) == (4, 32)
    assert own["agreements"] == seen["agreements"]


async def test_it_is_cut_to_the_heaviest_edges_and_says_so(house: House) -> None:
    whole = await asked(house)
    for first in (0, 1, 3, len(whole["edges"]), 500):
        found = await asked(house, first=first)
        assert found["edges"] == whole["edges"][:first]
        assert [found[name] for name in ("totalEdges", "totalNodes")] == [whole["totalEdges"], whole["totalNodes"]]
        assert [node for node in whole["nodes"] if node in found["nodes"]] == found["nodes"]


async def test_its_filters_narrow_it(house: House) -> None:
    leap_day = {"from": "2024-02-29", "to": "2024-02-29"}
    found = await asked(house, where={"period": leap_day})
    assert [(edge["source"], edge["target"], edge["activities"]) for edge in found["edges"]] == [(BANK, LEAD, 1)]
    assert (await asked(house, where={"period": leap_day, "pillar": "SERVICE"}))["edges"] == []
    assert (await asked(house, where={"period": {"from": "2024-03-01", "to": "2024-02-29"}}))["edges"] == []
    assert (await asked(house, where={"organization": "org_wuxi2"}))["edges"] == []
    own = await asked(house, where={"organization": BANK})
    assert edge_of(own, LEAD, BANK) == edge_of(await asked(house), LEAD, BANK)
    strong = await asked(house, where={"minimumActivities": 2})
    assert {edge["activities"] >= 2 for edge in strong["edges"]} == {True}
    assert 0 < strong["totalEdges"] < (await asked(house, where={"minimumActivities": -1}))["totalEdges"]
    nothing = {"nodes": [], "edges": [], "totalNodes": 0, "totalEdges": 0, "truncated": False}
    assert await asked(house, where={"minimumActivities": 1000}) == nothing
    assert await asked(house, network="net_missing") == nothing


@pytest.mark.parametrize("first", [-1, 501])
async def test_more_edges_than_the_limit_are_refused(house: House, first: int) -> None:
    [problem] = await house.refused(ASK, network=NETWORK, first=first)
    assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("first",))
    assert "500" in problem.english
    assert "500" in problem.chinese


async def test_more_pairs_than_can_be_weighed_are_refused(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MOST_PAIRS", 1)
    [error] = (await house.ask(ASK, network=NETWORK)).errors or []
    assert "LIMIT_EXCEEDED ('where', 'period')" in str(error.original_error)
