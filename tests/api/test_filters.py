"""Filters and orders of the lists: each condition alone and several together, over records in every state."""

from typing import Any

import pytest

from service.viewer import ANONYMOUS
from tests.api.world import TODAY, at
from tests.conftest import BANK, FRONT_END, LEAD, NETWORK, House


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def titles(house: House, where: dict[str, Any], root: str = "activities", **options: Any) -> list[str]:
    """The titles of what a filter finds among a network's activities or agreements, in their usual order."""
    kind = {"activities": "ActivityWhere", "agreements": "AgreementWhere"}[root]
    query = f"""query($network: ID!, $where: {kind}) {{
        {root}(network: $network, where: $where, first: 100) {{ totalCount nodes {{ title }} }} }}"""
    found = (await house.data(query, network=options.pop("network", NETWORK), where=where, **options))[root]
    assert found["totalCount"] == len(found["nodes"])
    return [node["title"] for node in found["nodes"]]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ({"sector": "MEDIA"}, ["广州广播电视台"]),
        ({"province": "江苏省", "sector": "HOSPITAL"}, ["无锡市第二人民医院"]),
        ({"city": "河池市"}, ["河池市人民医院"]),
        ({"status": "ARCHIVED"}, []),
        ({"memberOf": "net_001_hechi"}, ["河池市人民医院", "荔波县人民医院"]),
        ({"memberOf": "net_missing"}, []),
        ({"sector": "RAILWAY", "memberOf": "net_004_wuxi", "status": "ACTIVE"}, ["中国铁路上海局集团有限公司无锡站"]),
        ({"sector": "RAILWAY", "memberOf": "net_001_hechi"}, []),
    ],
)
async def test_organizations_are_found_by_what_the_filter_names(
    house: House, where: dict[str, str], names: list[str]
) -> None:
    query = "query($where: OrganizationWhere) { organizations(where: $where) { totalCount nodes { name } } }"
    found = (await house.data(query, ANONYMOUS, where=where))["organizations"]
    assert found == {"totalCount": len(names), "nodes": [{"name": name} for name in names]}


async def test_a_condition_on_the_party_stands_beside_the_organization_it_is_asked_of(house: House) -> None:
    query = """query($id: ID!, $other: ID!) { node(id: $id) { ... on Organization {
        agreements(where: {party: $other}) { totalCount }
        activities(where: {participant: $other}) { totalCount } } } }"""
    together = (await house.data(query, id=LEAD, other="org_boc_yuexiu"))["node"]
    assert together == {"agreements": {"totalCount": 14}, "activities": {"totalCount": 7}}
    apart = (await house.data(query, id=LEAD, other="org_wuxi2"))["node"]
    assert apart == {"agreements": {"totalCount": 0}, "activities": {"totalCount": 0}}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (None, {LEAD: "ACTIVE", "org_lianzhang": "UPCOMING", "org_fire_yuexiu": "ENDED", "org_sinograin": "DISCARDED"}),
        ({"role": "LEAD"}, {LEAD: "ACTIVE"}),
        ({"status": "UPCOMING"}, {"org_lianzhang": "UPCOMING"}),
        ({"status": "ENDED"}, {"org_fire_yuexiu": "ENDED"}),
        ({"status": "DISCARDED", "role": "MEMBER"}, {"org_sinograin": "DISCARDED"}),
        ({"status": "DISCARDED", "role": "LEAD"}, {}),
    ],
)
async def test_memberships_are_found_by_role_and_by_their_state_of_the_day(
    house: House, where: dict[str, str] | None, found: dict[str, str]
) -> None:
    query = """query($where: MembershipWhere) { memberships(network: "net_002_derma", where: $where, first: 100) {
        nodes { organization { id } status } } }"""
    nodes = (await house.data(query, where=where))["memberships"]["nodes"]
    shown = {(node["organization"]["id"], node["status"]) for node in nodes}
    assert shown >= set(found.items())
    assert where is None or shown == set(found.items())


@pytest.mark.parametrize(
    ("where", "staff"),
    [
        (None, [4, 99, 98]),
        ({"organization": LEAD}, [99, 98]),
        ({"organization": BANK}, [4]),
        ({"status": "RECORDED"}, [4, 99]),
        ({"status": "DISCARDED", "organization": LEAD}, [98]),
    ],
)
async def test_headcounts_are_found_by_organization_and_state(
    house: House, where: dict[str, str] | None, staff: list[int]
) -> None:
    query = """query($where: HeadcountWhere) { headcounts(network: "net_002_derma", where: $where) {
        totalCount nodes { staff } } }"""
    found = (await house.data(query, FRONT_END, where=where))["headcounts"]
    assert found == {"totalCount": len(staff), "nodes": [{"staff": each} for each in staff]}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (
            {"kind": "INTEGRITY_PARTNER"},
            ["未生效", "续签", "已续签", "修订中", "已终止", "生效中", "廉洁伙伴协议书"],
        ),
        ({"level": "BRANCH"}, []),
        ({"pillar": "DEVELOPMENT"}, ["党建共建合作协议"]),
        ({"party": BANK, "status": "SIGNING"}, ["签署过半", "签署中"]),
        ({"party": "org_gzbn"}, []),
        ({"status": "DRAFT"}, ["草稿"]),
        ({"status": "SIGNED"}, ["未生效"]),
        ({"status": "ACTIVE"}, ["续签", "修订中", "生效中", "廉洁伙伴协议书", "党建共建合作协议"]),
        ({"status": "EXPIRED"}, ["已到期"]),
        ({"status": "TERMINATED"}, ["已终止"]),
        ({"status": "DECLINED"}, ["已拒签"]),
        ({"status": "DISCARDED"}, ["已作废"]),
        ({"undated": True}, ["廉洁伙伴协议书", "党建共建合作协议"]),
        ({"begins": {"from": "2024-06-16", "to": "2024-06-16"}}, ["未生效"]),
        ({"begins": {"from": "2024-06-17", "to": "2030-01-01"}}, []),
        (
            {"begins": {"from": "2024-01-05", "to": "2024-01-05"}, "status": "ACTIVE", "level": "COMMITTEE"},
            ["修订中", "生效中"],
        ),
        (dict.fromkeys(["kind", "level", "pillar", "party"]) | {"status": "DRAFT", "begins": None}, ["草稿"]),
    ],
)
async def test_agreements_are_found_by_each_condition_and_by_several(
    house: House, where: dict[str, Any], expected: list[str]
) -> None:
    assert await titles(house, where, "agreements") == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"pillar": "SERVICE", "undated": False, "status": "PUBLISHED", "form": "FREE_CLINIC", "agreement": None}, 1),
        ({"theme": "INTEGRITY_EXCHANGE"}, 1),
        ({"pillar": "LEARNING", "theme": "INTEGRITY_EXCHANGE"}, 0),
        ({"form": "FILM"}, 2),
        ({"status": "PLANNED"}, 1),
        ({"status": "CANCELLED"}, 1),
        ({"participant": BANK}, 7),
        ({"participant": "org_missing"}, 0),
        ({"agreement": "agr_missing"}, 0),
        ({"undated": True}, 17),
        ({"undated": False}, 5),
        ({"during": {"from": "2024-02-29", "to": "2024-02-29"}}, 1),
        ({"during": {"from": "2024-02-29", "to": "2024-03-01"}}, 2),
        ({"during": {"from": "2024-03-02", "to": "2024-06-30"}}, 0),
        ({"during": {"from": "2024-03-01", "to": "2024-02-29"}}, 0),
        ({"during": {"from": "2018-01-01", "to": "2018-01-01"}}, 1),
        (dict.fromkeys(["pillar", "theme", "form", "status", "participant", "agreement", "during", "undated"]), 22),
    ],
)
async def test_activities_are_found_by_each_condition_and_by_several(
    house: House, where: dict[str, Any], expected: int
) -> None:
    assert len(await titles(house, where)) == expected


async def test_an_activity_late_in_the_evening_of_leap_day_is_one_of_that_day_in_shanghai(house: House) -> None:
    leap_day = {"during": {"from": "2024-02-29", "to": "2024-02-29"}}
    assert await titles(house, leap_day) == ["闰日讲座"]
    assert await titles(house, {"during": {"from": "2024-03-01", "to": "2024-03-01"}}) == ["三月义诊"]


async def test_undated_and_a_period_together_find_nothing(house: House) -> None:
    where = {"undated": True, "during": {"from": "1900-01-01", "to": "2100-01-01"}}
    assert await titles(house, where) == []


async def test_a_state_turns_at_midnight_in_shanghai(house: House, world: dict[str, str]) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Agreement { status viewerCan } } }"
    try:
        house.at = at("2024-06-15 23:59")
        before = (await house.data(query, id=world["future"]))["node"]
        signed = await titles(house, {"status": "SIGNED"}, "agreements")
        house.at = at("2024-06-16 00:00")
        after = (await house.data(query, id=world["future"]))["node"]
        active = await titles(house, {"status": "ACTIVE"}, "agreements")
    finally:
        house.at = TODAY
    assert (before["status"], signed) == ("SIGNED", ["未生效"])
    assert (after["status"], active[0]) == ("ACTIVE", "未生效")


async def test_an_order_is_by_date_either_way_or_by_pinyin_with_the_undated_at_one_end(house: House) -> None:
    query = """query($order: Order!) { activities(network: "net_004_wuxi", orderBy: $order,
        where: {during: {from: "2024-01-01", to: "2024-12-31"}}) { nodes { title } } }"""
    orders = {}
    for order in ("LATEST_FIRST", "EARLIEST_FIRST", "TITLE"):
        nodes = (await house.data(query, order=order))["activities"]["nodes"]
        orders[order] = [node["title"][:6] for node in nodes]
    assert orders == {
        "LATEST_FIRST": ["与度假区(阳", "wuxi 三"],
        "EARLIEST_FIRST": ["wuxi 三", "与度假区(阳"],
        "TITLE": ["wuxi 三", "与度假区(阳"],
    }
