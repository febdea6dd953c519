"""Lists of plans, leading groups and deliverables: their filters, what stands below an agreement, private names."""

from typing import Any

import pytest

from service.viewer import ANONYMOUS
from tests.api.world import MUTATIONS, operation
from tests.conftest import BANK, BANK_RECORDER, FRONT_END, LEAD, NETWORK, OBSERVER, STRANGER, House

PLANS, GROUPS, DELIVERABLES = ("activityPlans", "leadingGroups", "deliverables")
FIRE = "org_fire_yuexiu"


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


@pytest.mark.parametrize(
    ("root", "where", "names"),
    [
        (PLANS, {}, ["discarded plan", "plan"]),
        (PLANS, {"agreement": "active"}, ["discarded plan", "plan"]),
        (PLANS, {"agreement": "expired"}, []),
        (PLANS, {"year": 2024}, ["plan"]),
        (PLANS, {"year": 2024, "status": "DISCARDED"}, []),
        (PLANS, {"status": "DISCARDED", "organization": BANK}, ["discarded plan"]),
        (PLANS, {"organization": FIRE}, []),
        (GROUPS, {}, ["discarded group", "ended group", "group"]),
        (GROUPS, {"status": "ACTIVE"}, ["group"]),
        (GROUPS, {"status": "ENDED", "agreement": "active", "organization": LEAD}, ["ended group"]),
        (GROUPS, {"status": "DISCARDED"}, ["discarded group"]),
        (GROUPS, {"organization": FIRE}, []),
        (DELIVERABLES, {"agreement": "active"}, ["closed", "running", "deliverable", "given up"]),
        (DELIVERABLES, {"status": "PLANNED"}, ["deliverable"]),
        (DELIVERABLES, {"status": "CLOSED", "kind": "SERVICE_LINE", "partner": BANK}, ["closed"]),
        (DELIVERABLES, {"kind": "GREEN_CHANNEL"}, ["del_002_fire_green_channel"]),
        (DELIVERABLES, {"kind": "UNIT"}, []),
        (DELIVERABLES, {"partner": FIRE}, ["del_002_fire_green_channel"]),
        (DELIVERABLES, {"during": {"from": "2024-05-12", "to": "2024-05-12"}}, ["closed", "running"]),
        (DELIVERABLES, {"undated": True, "kind": "DIGITAL"}, ["del_002_payment_machines", "del_002_wechat_payment"]),
        (DELIVERABLES, {"undated": False, "status": "DISCARDED"}, ["given up"]),
    ],
)
async def test_a_list_holds_what_its_filter_names(
    house: House, world: dict[str, str], root: str, where: dict[str, Any], names: list[str]
) -> None:
    kind = {PLANS: "ActivityPlanWhere", GROUPS: "LeadingGroupWhere", DELIVERABLES: "DeliverableWhere"}[root]
    given = {key: world.get(value, value) if isinstance(value, str) else value for key, value in where.items()}
    query = f"""query($network: ID!, $where: {kind}) {{
        {root}(network: $network, where: $where, first: 100) {{ totalCount nodes {{ id }} }} }}"""
    found = (await house.data(query, FRONT_END, network=NETWORK, where=given))[root]
    assert found["totalCount"] == len(found["nodes"])
    assert {node["id"] for node in found["nodes"]} == {world.get(name, name) for name in names}
    foreign = (await house.data(query, STRANGER, network=NETWORK, where=given))[root]
    assert foreign == {"totalCount": 0, "nodes": []}


async def test_deliverables_are_in_order_of_their_days_or_titles(house: House) -> None:
    query = f"""query($order: Order!) {{ deliverables(network: "{NETWORK}", orderBy: $order, where: {{undated: false}})
        {{ nodes {{ title }} }} }}"""
    orders = {}
    for order in ("LATEST_FIRST", "EARLIEST_FIRST", "TITLE"):
        nodes = (await house.data(query, order=order))["deliverables"]["nodes"]
        orders[order] = [node["title"].removesuffix("专线") for node in nodes]
    assert set(orders["LATEST_FIRST"][:2]) == {"closed", "running"} == set(orders["EARLIEST_FIRST"][2:])
    assert orders["TITLE"] == ["closed", "deliverable", "given up", "running"]


async def test_what_follows_from_an_agreement_stands_below_it(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Agreement {
        activityPlans(where: {year: 2024}) { totalCount nodes { id agreement { id } network { id } } }
        leadingGroups(where: {status: ACTIVE}) { totalCount nodes { id } }
        deliverables(where: {status: RUNNING}) { totalCount nodes { id partners { id } } } } } }"""
    node = (await house.data(query, OBSERVER, id=world["active"]))["node"]
    plan = {"id": world["plan"], "agreement": {"id": world["active"]}, "network": {"id": NETWORK}}
    running = {"id": world["running"], "partners": [{"id": LEAD}, {"id": BANK}]}
    assert node == {
        "activityPlans": {"totalCount": 1, "nodes": [plan]},
        "leadingGroups": {"totalCount": 1, "nodes": [{"id": world["group"]}]},
        "deliverables": {"totalCount": 1, "nodes": [running]},
    }
    none = {"totalCount": 0, "nodes": []}
    public = (await house.data(query, ANONYMOUS, id=world["active"]))["node"]
    assert public == {"activityPlans": none, "leadingGroups": none, "deliverables": none}


async def test_an_organization_shows_the_deliverables_it_helped_to_bring_about(house: House) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Organization {
        deliverables(first: 100, where: {undated: true}) { totalCount nodes { id } } } } }"""
    found = (await house.data(query, id="org_boc"))["node"]["deliverables"]
    wanted = {"del_002_wechat_payment", "del_002_payment_machines"}
    assert {node["id"] for node in found["nodes"]} == wanted


PEOPLE = """query($id: ID!) { node(id: $id) { ... on LeadingGroup {
    chairs { organization { id } name post } members { name role } office { name head duties } } } }"""


async def test_names_of_people_are_null_for_who_may_not_read_them_and_the_rest_is_there(
    house: House, world: dict[str, str]
) -> None:
    result = await house.ask(PEOPLE, OBSERVER, id=world["group"])
    assert result.data is not None
    node = result.data["node"]
    assert [chair["organization"]["id"] for chair in node["chairs"]] == [LEAD, BANK]
    assert {chair["name"] for chair in node["chairs"]} == {None}
    assert node["members"] == [{"name": None, "role": "联络"}]
    assert node["office"] == {"name": "党建共建领导办公室", "head": None, "duties": "统筹共建"}
    paths = {".".join(map(str, error.path or ())) for error in result.errors or ()}
    assert paths == {"node.chairs.0.name", "node.chairs.1.name", "node.members.0.name", "node.office.head"}
    whole = (await house.data(PEOPLE, BANK_RECORDER, id=world["group"]))["node"]
    assert (whole["members"][0]["name"], whole["office"]["head"]) == ("王干事", "李主任")


async def test_the_timeline_masks_the_names_and_shows_the_rest(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Recorded { timeline {
        nodes { changes { field before after } } } } } }"""
    told = {}
    for viewer in (OBSERVER, BANK_RECORDER):
        [revision] = (await house.data(query, viewer, id=world["group"]))["node"]["timeline"]["nodes"]
        told[viewer.subject] = {change["field"]: change["after"] for change in revision["changes"]}
    masked, whole = told["observer"], told["bank-recorder"]
    assert [chair["name"] for chair in masked["chairs"]] == ["***", "***"]
    assert [chair["post"] for chair in masked["chairs"]] == ["党委书记", "党委书记"]
    assert (masked["members"][0]["name"], masked["members"][0]["role"]) == ("***", "联络")
    assert (masked["office"]["head"], masked["office"]["duties"]) == ("***", "统筹共建")
    assert [chair["name"] for chair in whole["chairs"]] == ["书记a", "书记u"]
    assert whole["office"]["head"] == "李主任"


@pytest.mark.parametrize(
    ("name", "record", "version", "given", "said"),
    [
        ("dropPlanLine", "plan", 2, {"line": 9}, ("no line 9", "没有第 9 行")),
        ("dissolveLeadingGroup", "group", 1, {"until": {"from": "2024-06-16"}}, ("not come yet", "尚未到来")),
        ("closeDeliverable", "deliverable", 1, {}, ("PLANNED", "PLANNED")),
        ("launchDeliverable", "deliverable", 1, {"launchedOn": {"from": "2024-06-16"}}, ("not come yet", "尚未到来")),
    ],
)
async def test_a_refusal_speaks_both_languages(
    house: House,
    world: dict[str, str],
    name: str,
    record: str,
    version: int,
    given: dict[str, Any],
    said: tuple[str, str],
) -> None:
    reason = {} if name == "launchDeliverable" else {"reason": "测试"}
    asked: dict[str, Any] = {"id": world[record], "version": version, **given, **reason}
    text = operation(name, MUTATIONS, asked, "... on Refusal { problems { message } }")
    english = (await house.data(text, **asked))[name]
    assert said[0] in english["problems"][0]["message"]
    chinese = (await house.data(text, language="zh", **asked))[name]
    assert said[1] in chinese["problems"][0]["message"]
