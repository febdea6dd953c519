"""Pages of what is found; what cannot be asked; and that the real engine finds the same."""

from collections.abc import Callable
from typing import Any

import pytest

from service.store import search
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.hits import ask, ids, refused
from tests.api.world import FIRE, WUXI, do
from tests.conftest import ADMIN, NETWORK, House

OF_TWO = Viewer("two", (Grant(Role.FRONT_END, NETWORK), Grant(Role.NETWORK_ADMIN, WUXI)))


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    """The seeds; nobody changes them."""
    seeded: House = await make_module_house()
    return seeded


async def test_pages_join_to_the_whole_both_ways(built: House) -> None:
    whole = await ask(built, "党", first=100)
    assert whole["totalCount"] == len(ids(whole)) > 9
    for way, other, end, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        found: list[str] = []
        given: dict[str, Any] = {}
        while True:
            page = await ask(built, "党", **{way: 4}, **given)
            assert [edge["node"]["record"]["id"] for edge in page["edges"]] == ids(page)
            assert page["totalCount"] == whole["totalCount"]
            found = [*found, *ids(page)] if way == "first" else [*ids(page), *found]
            if not page["pageInfo"][more]:
                break
            given = {other: page["pageInfo"][end]}
        assert found == ids(whole)


async def test_a_cursor_is_a_place_that_outlives_its_hit(copied: House) -> None:
    first = await ask(copied, "消防", first=3)
    rest = ids(await ask(copied, "消防", after=first["edges"][1]["cursor"]))
    await do(copied, "archiveOrganization", id=FIRE, version=1, reason="停用")
    assert FIRE in ids(first)
    assert ids(await ask(copied, "消防", after=first["edges"][1]["cursor"])) == rest
    between = await ask(copied, "消 防", after=first["edges"][0]["cursor"], before=first["edges"][2]["cursor"])
    assert ids(between) == []


@pytest.mark.parametrize("side", ["after", "before"])
async def test_a_cursor_of_another_search_is_refused(house: House, side: str) -> None:
    cursor = (await ask(house, "消防"))["pageInfo"]["endCursor"]
    assert (await ask(house, "消　防", **{side: cursor}))["totalCount"] == 8
    organizations = await house.data("{ organizations(first: 1) { pageInfo { endCursor } } }")
    other = organizations["organizations"]["pageInfo"]["endCursor"]
    for text, wrong, given in (
        ("银行", cursor, {}),
        ("消防", cursor, {"network": NETWORK}),
        ("消防", cursor, {"kinds": ["ACTIVITY"]}),
        ("消防", other, {}),
        ("消防", "nonsense", {}),
        ("消防", "", {}),
    ):
        refusal = await refused(house, text, **{side: wrong}, **given)
        assert [(code, path) for code, path, _ in refusal] == [("BAD_CURSOR", (side,))]


async def test_more_candidates_than_are_compared_are_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_CANDIDATES", 3)
    answer = await ask(house, "银行")
    assert (answer["complete"], answer["facets"]["kinds"][0]) == (False, {"kind": "ORGANIZATION", "count": 3})
    assert (await ask(house, "恶伞"))["complete"]


# What cannot be asked.


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "REQUIRED"), (" \u3000", "REQUIRED"), ("《》。", "INVALID"), ("中" * 101, "LIMIT_EXCEEDED")],
)
async def test_a_text_that_says_nothing_is_refused_at_its_path(house: House, text: str, code: str) -> None:
    assert [(each, path) for each, path, _ in await refused(house, text)] == [(code, ("text",))]


@pytest.mark.parametrize("given", [{"first": 101}, {"last": 101}, {"first": -1}])
async def test_a_page_is_at_most_a_hundred(house: House, given: dict[str, int]) -> None:
    assert [(code, path) for code, path, _ in await refused(house, "中", **given)] == [
        ("LIMIT_EXCEEDED", (next(iter(given)),))
    ]


async def test_nothing_of_the_query_language_of_the_database_is_read_from_a_text(house: House) -> None:
    for text in ("$where1", ".*a", "{$gt:1}", "a\x00b", "\\d", "^中", "🏥1"):
        assert (await ask(house, text, suggest=True))["totalCount"] == 0


# The real engine.


async def test_the_real_engine_finds_the_same(real_house: House, house: House) -> None:
    for viewer in (ADMIN, ANONYMOUS, OF_TWO):
        for given in ({}, {"network": NETWORK}, {"network": WUXI}, {"kinds": ["ACTIVITY", "AGREEMENT"]}):
            for text in ("zgyh", "党", "xf", "工商银行", "yiyuan", "g"):
                told = [await ask(each, text, viewer, suggest=True, first=100, **given) for each in (house, real_house)]
                assert told[0] == told[1]
