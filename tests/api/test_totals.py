"""Totals of lists: exact up to a bound and told as such, counted no further than one above it, and once a list."""

from typing import Any

import pytest

from service.store import reads
from service.store.database import Database
from tests.conftest import LEAD, NETWORK, OFFICER, House

TOLD = "{ totalCount totalCountIsExact }"
LISTS = {
    "organizations": f'{{ found: organizations(where: {{memberOf: "{NETWORK}"}}) {TOLD} }}',
    "activities": f'{{ found: activities(network: "{NETWORK}") {TOLD} }}',
    "of one": f'{{ node(id: "{LEAD}") {{ ... on Organization {{ found: activities {TOLD} }} }} }}',
    "of several": f'{{ nodes(ids: ["{LEAD}", "{NETWORK}"]) {{ ... on Organization {{ found: activities {TOLD} }} }} }}',
    "as of a moment": f'{{ found: agreements(network: "{NETWORK}", asOf: "%s") {TOLD} }}',
    "at hand": f'''{{ found: coverageByMonth(network: "{NETWORK}", period: {{from: "2024-01-01", to: "2024-03-31"}})
        {TOLD} }}''',
    "coverage": f'{{ found: coverage(network: "{NETWORK}") {TOLD} }}',
}


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Up to how many each command that counted was to count."""
    bounds: list[int] = []
    count = Database.count

    async def noting(self: Database, collection: str, where: Any, limit: int, index: str | None = None) -> int:
        bounds.append(limit)
        return await count(self, collection, where, limit, index)

    monkeypatch.setattr(Database, "count", noting)
    return bounds


async def told(house: House, query: str) -> tuple[int, bool]:
    data: Any = await house.data(query % house.at.isoformat() if "%s" in query and house.at else query, OFFICER)
    found = data.get("found") or (data.get("node") or data["nodes"][0])["found"]
    return found["totalCount"], found["totalCountIsExact"]


@pytest.mark.parametrize("name", LISTS)
async def test_a_total_up_to_the_bound_is_exact_and_above_it_is_the_bound(
    house: House, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    total, exact = await told(house, LISTS[name])
    assert (total > 1, exact) == (True, True)
    for most, answer in ((total, (total, True)), (total - 1, (total - 1, False)), (1, (1, False))):
        monkeypatch.setattr(reads, "MOST_COUNTED", most)
        assert await told(house, LISTS[name]) == answer


async def test_nothing_counts_further_than_one_above_the_bound_and_only_once(
    house: House, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for query in (LISTS["organizations"], LISTS["of one"]):
        assert (await told(house, query))[1]
    assert counted == [10_001] * 2
    monkeypatch.setattr(reads, "MOST_COUNTED", 3)
    assert await told(house, LISTS["organizations"]) == (3, False)
    assert counted == [10_001, 10_001, 4]
    await house.data(LISTS["organizations"].replace(TOLD, "{ nodes { id } }"))
    assert len(counted) == 3


async def test_the_total_of_a_search_is_exact_as_far_as_all_was_compared(house: House) -> None:
    answer = (await house.data(f'{{ search(text: "银行") {TOLD[:-1]} complete }} }}'))["search"]
    assert answer == {"totalCount": answer["totalCount"], "totalCountIsExact": True, "complete": True}
