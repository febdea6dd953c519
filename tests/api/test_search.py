"""Search: what is found, in which order, by whom; its facets, pages and suggestions; what cannot be asked."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from service.permission import may_read
from service.searching import Wanted, best
from service.store import search
from service.store.search import SEARCHED, SearchKind
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.world import FIRE, SCHOOL_RECORDER, TODAY, WUXI, do, made
from tests.conftest import ADMIN, BANK, FRONT_END, NETWORK, OBSERVER, OPERATOR, STRANGER, House

VIEWERS = {
    "public": ANONYMOUS,
    "admin": ADMIN,
    "front-end": FRONT_END,
    "observer": OBSERVER,
    "operator": OPERATOR,
    "stranger": STRANGER,
    "foreign recorder": SCHOOL_RECORDER,
    "of two networks": Viewer("two", (Grant(Role.FRONT_END, NETWORK), Grant(Role.NETWORK_ADMIN, WUXI))),
}
ACTIVITIES = "activities"
SEARCH = """query($text: String!, $network: ID, $kinds: [SearchKind!], $suggest: Boolean! = false, $first: Int,
    $after: String, $last: Int, $before: String) {
  search(text: $text, network: $network, kinds: $kinds, suggest: $suggest, first: $first, after: $after, last: $last,
    before: $before) {
    totalCount complete suggestions
    facets { kinds { kind count } sectors { sector count } pillars { pillar count } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { record { id } } }
    nodes { kind title matchedBy ranges { start length } record { id version ... on Organization { name } } }
  }
}"""


async def ask(house: House, text: str, viewer: Viewer = ADMIN, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await house.data(SEARCH, viewer, text=text, **given))["search"]
    return answer


def ids(answer: Mapping[str, Any]) -> list[str]:
    return [node["record"]["id"] for node in answer["nodes"]]


async def refused(
    house: House, text: str, language: Any = "en", **given: Any
) -> list[tuple[str, tuple[Any, ...], str]]:
    result = await house.ask(SEARCH, language=language, text=text, **given)
    assert result.data == {"search": None}
    (error,) = result.errors or ()
    problems: Any = error.original_error
    return [(each.code, each.path, each.english) for each in problems.problems]


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    """The seeds; nobody changes them."""
    seeded: House = await make_module_house()
    return seeded


# The seeds.


@pytest.mark.parametrize(
    ("text", "first", "total"),
    [
        ("zgyh", "org_boc", 6),
        ("中国银行", "org_boc", 6),
        ("zhongguoyinhang", "org_boc", 6),
        ("Zhong Guo Yin", "org_boc", 6),
        ("yxzh", "org_boc_yuexiu", 3),
        ("yuexiuzhihang", "org_boc_yuexiu", 3),
        ("nh", "org_csair", None),
        ("南航", "org_csair", 1),
        ("恶伞", "act_002_integrity_films", 1),
        ("es", "act_002_integrity_films", None),
        ("医", "org_smu_derma", None),
        ("工商", None, 0),
        ("农行", None, 0),
    ],
)
async def test_the_seeds_are_found(house: House, text: str, first: str | None, total: int | None) -> None:
    answer = await ask(house, text)
    assert total in (None, answer["totalCount"])
    assert (first in ids(answer)) if first else ids(answer) == []
    if text in ("zgyh", "yxzh", "南航"):
        assert ids(answer)[0] == first
    assert answer["suggestions"] == []
    assert answer["complete"]


async def test_a_hit_tells_what_matched(house: House) -> None:
    answer = await ask(house, "zgyh", first=2)
    assert answer["nodes"][0] == {
        "kind": "ORGANIZATION",
        "title": "中国银行",
        "matchedBy": "INITIALS",
        "ranges": [{"start": 0, "length": 4}],
        "record": {"id": "org_boc", "version": 1, "name": "中国银行"},
    }
    assert answer["facets"] == {
        "kinds": [
            {"kind": "ORGANIZATION", "count": 3},
            {"kind": "PARTY_BRANCH", "count": 2},
            {"kind": "ACTIVITY", "count": 1},
        ],
        "sectors": [{"sector": "BANK", "count": 3}],
        "pillars": [{"pillar": "DEVELOPMENT", "count": 1}],
    }
    (short,) = (await ask(house, "nanhang", kinds=["ORGANIZATION"]))["nodes"]
    assert (short["title"], short["record"]["name"]) == ("南航", "中国南方航空公司")


async def test_what_is_equal_comes_first_then_what_begins_so_then_by_kind_and_pinyin(house: House) -> None:
    titles = [(node["kind"], node["title"]) for node in (await ask(house, "消防"))["nodes"]]
    assert titles[:4] == [
        ("ACTIVITY", "消防大队联合医院开展国防教育"),
        ("ORGANIZATION", "广州市越秀区消防大队"),
        ("ORGANIZATION", "越秀区消防大队广西中队"),
        ("PARTY_BRANCH", "广州市越秀区消防大队党委"),
    ]
    assert [kind for kind, _ in titles[4:]] == ["ACTIVITY"] * (len(titles) - 4)


async def test_kinds_narrow_hits_and_facets(house: House) -> None:
    answer = await ask(house, "消防", kinds=["PARTY_BRANCH", "ORGANIZATION", "ORGANIZATION"])
    assert answer["facets"]["kinds"] == [{"kind": "ORGANIZATION", "count": 2}, {"kind": "PARTY_BRANCH", "count": 1}]
    assert (answer["totalCount"], answer["facets"]["pillars"]) == (3, [])
    nothing = await ask(house, "消防", kinds=[], network=NETWORK, suggest=True)
    assert (nothing["totalCount"], nothing["nodes"], nothing["suggestions"]) == (0, [], [])


# Who may know what.


async def expected(house: House, text: str, viewer: Viewer) -> dict[SearchKind, set[str]]:
    """What ought to be found: every record tried one by one."""
    found: dict[SearchKind, set[str]] = {}
    for kind, searched in SEARCHED.items():
        documents = await house.database.find(searched.record.COLLECTION, {}, 1000)
        found[kind] = {
            document["_id"]
            for document in documents
            if may_read(searched.record, document, viewer, TODAY.date())
            and searched.record.state(document, TODAY.date()) not in ("ARCHIVED", "DISCARDED", "CANCELLED")
            and best(Wanted(text), searched.read(document))
        }
    return found


@pytest.mark.parametrize(
    "text", ["草稿", "已", "qs", "jiangzuo", "义诊", "wuxi", "w", "党", "作废", "取消讲座", "银行"]
)
@pytest.mark.parametrize("viewer", VIEWERS.values(), ids=VIEWERS)
async def test_each_viewer_finds_and_counts_what_it_may_read(built: House, viewer: Viewer, text: str) -> None:
    wanted = await expected(built, text, viewer)
    answer = await ask(built, text, viewer, first=100)
    assert sorted(ids(answer)) == sorted(set().union(*wanted.values()))
    assert answer["totalCount"] == len(answer["nodes"])
    counts = {each["kind"]: each["count"] for each in answer["facets"]["kinds"]}
    assert counts == {kind.value: len(found) for kind, found in wanted.items() if found}
    organizations = await built.database.find(
        "organizations", {"_id": {"$in": sorted(wanted[SearchKind.ORGANIZATION])}}, 99
    )
    sectors = {each["sector"]: each["count"] for each in answer["facets"]["sectors"]}
    assert sectors == Counter(each["sector"] for each in organizations)
    activities = await built.database.find("activities", {"_id": {"$in": sorted(wanted[SearchKind.ACTIVITY])}}, 99)
    pillars = {each["pillar"]: each["count"] for each in answer["facets"]["pillars"]}
    assert pillars == Counter(pillar for each in activities for pillar in each["pillars"])


async def test_what_is_out_of_use_is_nobodys_to_find(built: House, world: dict[str, str]) -> None:
    found = ids(await ask(built, "讲座", ADMIN, first=100))
    assert world["planned"] in found
    assert world["cancelled"] not in found
    assert ids(await ask(built, "已作废", ADMIN)) == []


@pytest.mark.parametrize("viewer", [ANONYMOUS, STRANGER, OPERATOR, SCHOOL_RECORDER])
async def test_suggestions_name_nothing_that_may_not_be_known_of(built: House, viewer: Viewer) -> None:
    """A draft is called 草稿, a planned activity 计划讲座."""
    for text, secret in (("草稿了", "草稿"), ("计划讲坐", "计划讲座"), ("jihuajiangzuoo", "计划讲座")):
        assert secret in (await ask(built, text, ADMIN, suggest=True))["suggestions"]
        answer = await ask(built, text, viewer, suggest=True)
        assert [name for name in answer["suggestions"] if secret in name and not name.startswith("wuxi ")] == []
        assert answer["complete"]


async def test_close_names_are_suggested_only_when_nothing_is_found_and_only_when_asked(house: House) -> None:
    asked = await ask(house, "工商银行", suggest=True, network=NETWORK)
    assert len(asked["suggestions"]) == 5
    assert asked["suggestions"][:2] == ["中国农业银行", "中国银行"]
    assert (await ask(house, "工商银行"))["suggestions"] == []
    assert (await ask(house, "工商", suggest=True))["suggestions"] == []
    assert (await ask(house, "银行", suggest=True))["suggestions"] == []
    banks = (await ask(house, "工商银行", suggest=True, kinds=["PARTY_BRANCH"]))["suggestions"]
    assert banks
    assert all("党" in name for name in banks)
    assert (await ask(house, "工商银行", suggest=True, network=WUXI))["suggestions"] == []


# A network, and what changes.


async def test_a_network_is_its_own_records_and_its_members_of_today(copied: House) -> None:
    before = await ask(copied, "消防", STRANGER, network=WUXI)
    assert before["totalCount"] == 0
    joining = {"network": WUXI, "organization": FIRE, "role": "MEMBER", "joined": {"from": "2024-06-15"}}
    await made(copied, "joinNetwork", STRANGER, input=joining)
    after = await ask(copied, "消防", STRANGER, network=WUXI)
    assert ids(after) == [FIRE, "bra_fire_yuexiu_committee"]
    assert (await ask(copied, "消防", STRANGER, network="net_none"))["totalCount"] == 0
    assert ids(await ask(copied, "wuxi", ANONYMOUS, network=NETWORK)) == []


async def test_a_record_is_found_by_the_name_it_has_now_until_it_is_archived(copied: House) -> None:
    correction = {"shortName": "重庆小行"}
    await made(copied, "correctOrganization", id=BANK, version=1, reason="更名", input=correction)
    assert ids(await ask(copied, "cqx")) == [BANK]
    await do(copied, "archiveOrganization", id=BANK, version=2, reason="停用")
    assert ids(await ask(copied, "cqx")) == []
    assert BANK not in ids(await ask(copied, "zgyh", first=100))


async def test_a_record_that_may_no_longer_be_known_of_is_null(copied: House, monkeypatch: pytest.MonkeyPatch) -> None:
    hits = search.Scope.hits

    async def overtaken(scope: search.Scope, wanted: Wanted) -> search.Found:
        found = await hits(scope, wanted)
        await copied.database.update(ACTIVITIES, {"_id": "act_002_integrity_films"}, {"$set": {"status": "HELD"}})
        return found

    monkeypatch.setattr(search.Scope, "hits", overtaken)
    (node,) = (await ask(copied, "恶伞", ANONYMOUS))["nodes"]
    assert (node["kind"], node["record"]) == ("ACTIVITY", None)


# Pages.


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
    for viewer in (ADMIN, ANONYMOUS, VIEWERS["of two networks"]):
        for given in ({}, {"network": NETWORK}, {"network": WUXI}, {"kinds": ["ACTIVITY", "AGREEMENT"]}):
            for text in ("zgyh", "党", "xf", "工商银行", "yiyuan", "g"):
                told = [await ask(each, text, viewer, suggest=True, first=100, **given) for each in (house, real_house)]
                assert told[0] == told[1]
