"""Pages of connections: both ways, from any cursor, with sizes and cursors that make no sense refused."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from schema.pages import cursor_of
from service.errors import Refusal
from tests.api.world import WUXI, do
from tests.conftest import ADMIN, NETWORK, House

PAGE_INFO = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
PAGE = f"nodes {{ id }} edges {{ cursor node {{ id }} }} totalCount {PAGE_INFO}"
SIGNATURE = "$first: Int, $after: String, $last: Int, $before: String"
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
ROOTS = {
    "networks": f"query({SIGNATURE}) {{ networks({ARGUMENTS}) {{ {PAGE} }} }}",
    "organizations": f"query({SIGNATURE}) {{ organizations({ARGUMENTS}) {{ {PAGE} }} }}",
    **{
        root: f'query({SIGNATURE}) {{ {root}(network: "{NETWORK}", {ARGUMENTS}) {{ {PAGE} }} }}'
        for root in ("memberships", "headcounts", "agreements", "activities")
    },
}
ORDERED = {
    f"{root} {order}": f"""query({SIGNATURE}) {{
        {root}(network: "{NETWORK}", orderBy: {order}, {ARGUMENTS}) {{ {PAGE} }} }}"""
    for root in ("agreements", "activities")
    for order in ("LATEST_FIRST", "EARLIEST_FIRST", "TITLE")
}
NESTED = f"""query({SIGNATURE}) {{ node(id: "org_smu_derma") {{ ... on Organization {{
    activities({ARGUMENTS}) {{ {PAGE} }} }} }} }}"""
ALL = ROOTS | ORDERED


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def page(house: House, query: str, **arguments: Any) -> dict[str, Any]:
    data = await house.data(query, **arguments)
    root = next(iter(data.values()))
    found: dict[str, Any] = root.get("activities", root)
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    cursors = [edge["cursor"] for edge in found["edges"]]
    ends = (found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"])
    assert ends == ((cursors[0], cursors[-1]) if cursors else (None, None))
    return found


async def walk(house: House, query: str, size: int, forwards: bool) -> list[str]:
    """All ids, page by page, from one end to the other; the flags agree with what is there."""
    ids: list[str] = []
    cursor = None
    while True:
        if forwards:
            found = await page(house, query, first=size, after=cursor)
            ids += [node["id"] for node in found["nodes"]]
            more, came = found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"]
            next_cursor = found["pageInfo"]["endCursor"]
        else:
            found = await page(house, query, last=size, before=cursor)
            ids = [node["id"] for node in found["nodes"]] + ids
            more, came = found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"]
            next_cursor = found["pageInfo"]["startCursor"]
        assert came == (cursor is not None)
        assert len(found["nodes"]) == size or not more
        if not more:
            return ids
        cursor = next_cursor


@pytest.mark.parametrize("name", [*ALL, "nested"])
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_walking_a_list_either_way_meets_everything_once_in_the_same_order(
    house: House, name: str, size: int
) -> None:
    query = ALL.get(name, NESTED)
    whole = await page(house, query, first=100)
    ids = [node["id"] for node in whole["nodes"]]
    assert whole["totalCount"] == len(ids) == len(set(ids)) > 0
    assert await walk(house, query, size, forwards=True) == ids
    assert await walk(house, query, size, forwards=False) == ids


async def test_the_second_page_follows_the_first_and_knows_what_came_before(house: House) -> None:
    query = ROOTS["networks"]
    first = await page(house, query, first=2)
    assert first["pageInfo"]["hasNextPage"]
    second = await page(house, query, first=2, after=first["pageInfo"]["endCursor"])
    assert second["nodes"] == [{"id": WUXI}]
    assert second["totalCount"] == 3
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)


async def test_a_page_between_two_cursors_holds_neither_of_them(house: House) -> None:
    query = ROOTS["organizations"]
    edges = (await page(house, query, first=6))["edges"]
    between = await page(house, query, first=100, after=edges[1]["cursor"], before=edges[5]["cursor"])
    assert between["nodes"] == [edge["node"] for edge in edges[2:5]]
    backwards = await page(house, query, last=2, after=edges[1]["cursor"], before=edges[5]["cursor"])
    assert backwards["nodes"] == [edge["node"] for edge in edges[3:5]]


async def test_without_a_size_a_page_has_twenty(house: House) -> None:
    found = await page(house, ROOTS["organizations"])
    assert len(found["nodes"]) == 20
    assert found["pageInfo"]["hasNextPage"]


async def test_a_page_of_none_still_tells_the_total(house: House) -> None:
    found = await page(house, ROOTS["networks"], first=0)
    assert (found["nodes"], found["totalCount"], found["pageInfo"]["hasNextPage"]) == ([], 3, True)


async def refused(house: House, query: str, **arguments: Any) -> tuple[str, tuple[str | int, ...]]:
    result = await house.ask(query, **arguments)
    [error] = result.errors or []
    cause = error.original_error
    assert isinstance(cause, Refusal)
    [problem] = cause.problems
    return problem.code, problem.path


@pytest.mark.parametrize("name", [*ALL, "nested"])
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"first": 101}, ("LIMIT_EXCEEDED", ("first",))),
        ({"last": 101}, ("LIMIT_EXCEEDED", ("last",))),
        ({"first": -1}, ("LIMIT_EXCEEDED", ("first",))),
        ({"first": 2_147_483_647}, ("LIMIT_EXCEEDED", ("first",))),
        ({"first": 5, "last": 5}, ("BAD_REQUEST", ("last",))),
        ({"after": "nonsense"}, ("BAD_CURSOR", ("after",))),
        ({"before": "轻"}, ("BAD_CURSOR", ("before",))),
        ({"after": ""}, ("BAD_CURSOR", ("after",))),
        ({"after": cursor_of("another_key", "x")}, ("BAD_CURSOR", ("after",))),
        ({"after": cursor_of("date_key", "")}, ("BAD_CURSOR", ("after",))),
        ({"before": base64.urlsafe_b64encode(b"\xff\xfe").decode()}, ("BAD_CURSOR", ("before",))),
    ],
)
async def test_a_page_that_cannot_be_is_refused(
    house: House, name: str, arguments: dict[str, Any], expected: tuple[str, tuple[str, ...]]
) -> None:
    assert await refused(house, ALL.get(name, NESTED), **arguments) == expected


async def test_a_cursor_of_one_order_is_none_of_another(house: House) -> None:
    latest = (await page(house, ORDERED["activities LATEST_FIRST"], first=1))["pageInfo"]["endCursor"]
    assert await refused(house, ORDERED["activities TITLE"], after=latest) == ("BAD_CURSOR", ("after",))


async def test_a_record_made_while_one_pages_neither_repeats_nor_hides_another(
    make_module_house: Callable[..., Any],
) -> None:
    house: House = await make_module_house()
    query = ROOTS["organizations"]
    first = await page(house, query, first=10)
    facts = {"network": NETWORK, "name": "阿坝州新单位", "sector": "OTHER", "province": "四川省", "city": "阿坝州"}
    await do(house, "createOrganization", ADMIN, input=facts)
    rest = await page(house, query, first=100, after=first["pageInfo"]["endCursor"])
    ids = [node["id"] for node in first["nodes"] + rest["nodes"]]
    assert len(ids) == len(set(ids)) == rest["totalCount"] - 1
