"""Search: what is found, in which order, by whom; its facets, pages and suggestions; what cannot be asked."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from service.permission import may_read
from service.searching import Wanted, best
from service.store import search
from service.store.search import SEARCHED, SearchKind
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.api.hits import ask, ids
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
