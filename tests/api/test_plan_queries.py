"""Activity plans as clients see them: lines and their states, linked activities, fulfilment, what it costs to ask."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from schema.context import Language
from schema.cooperation import plans
from service.viewer import ANONYMOUS
from tests.api.world import at, do, made, problems
from tests.api.world_plans import line
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    NETWORK,
    STRANGER,
    Commands,
    Contents,
    House,
    house_with,
)
from tests.rooms import Rooms
from tests.store.furnished import LAX

READING = {"find", "aggregate", "count", "getMore"}
AGREEMENT = "agr_002_boc_yuexiu_integrity"
INTEGRITY = {"topics": [{"pillar": "INTEGRITY", "theme": "INTEGRITY_EDUCATION"}]}
ONE = """fulfilment { lines dropped due fulfilled unplanned rate }
    lines { number status activities { title plan { id } planLine } }"""
TOTAL = "{ lines dropped due fulfilled unplanned rate }"
YEAR = f"""query($network: ID!, $first: Int) {{ planFulfilment(network: $network, year: 2024) {{
    total {TOTAL} plans(first: $first) {{ totalCount nodes {{ id {ONE} }} }} }} }}"""


def act(title: str, **facts: Any) -> dict[str, Any]:
    parts = [{"organization": LEAD, "role": "HOST"}, {"organization": BANK, "role": "PARTICIPANT"}]
    starts = {"startsAt": "2024-06-01T09:30:00+08:00", "place": "报告厅"}
    return {"network": NETWORK, "title": title, "form": "FILM", "participations": parts, **INTEGRITY, **starts, **facts}


async def furnished(house: House) -> dict[str, str]:
    """A plan of five lines of the seeded agreement: held early, due, held, dropped, ahead; one activity unplanned."""
    house.at = at("2024-06-15 10:00")
    months = ["2024-12-01", "2024-03-01", "2024-06-01", "2024-07-01", "2024-06-16"]
    lines = [line(LEAD, BANK, title=f"第{place}项", when=when) for place, when in enumerate(months, start=1)]
    plan = await made(house, "makeActivityPlan", input={"agreement": AGREEMENT, "year": 2024, "lines": lines})
    await made(house, "dropPlanLine", id=plan, version=1, line=4, reason="不办")
    found = {"plan": plan}
    for number in (1, 3):
        given = act(f"第{number}场", plan=plan, planLine=number)
        found[f"held {number}"] = await made(house, "recordActivity", BANK_RECORDER, input=given | {"filedBy": BANK})
    given = act("将办", plan=plan, planLine=5, startsAt="2024-06-16T09:30:00+08:00")
    found["ahead"] = await made(house, "planActivity", input=given)
    cancelled = await made(house, "planActivity", input=given | {"title": "不办了"})
    await made(house, "cancelActivity", id=cancelled, version=1, reason="取消")
    found["unplanned"] = await made(house, "recordActivity", input=act("计划外", agreement=AGREEMENT))
    return found


async def test_lines_states_and_fulfilment_follow_from_the_day_and_from_what_was_held(house: House) -> None:
    found = await furnished(house)
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on ActivityPlan {{ {ONE} }} }} }}"
    node = (await house.data(query, FRONT_END, id=found["plan"]))["node"]
    of_plan = {"plan": {"id": found["plan"]}}
    assert node["lines"] == [
        {"number": 1, "status": "FULFILLED", "activities": [{"title": "第1场", "planLine": 1, **of_plan}]},
        {"number": 2, "status": "DUE", "activities": []},
        {"number": 3, "status": "FULFILLED", "activities": [{"title": "第3场", "planLine": 3, **of_plan}]},
        {"number": 4, "status": "DROPPED", "activities": []},
        {"number": 5, "status": "PLANNED", "activities": [{"title": "将办", "planLine": 5, **of_plan}]},
    ]
    counted = {"lines": 5, "dropped": 1, "due": 3, "fulfilled": 2, "unplanned": 1, "rate": 0.6667}
    assert node["fulfilment"] == counted
    house.at = at("2024-06-15 23:59")
    assert (await house.data(query, id=found["plan"]))["node"]["fulfilment"] == counted
    house.at = at("2024-06-16 00:00")  # the last possible day of line 5 has come in Shanghai
    assert (await house.data(query, id=found["plan"]))["node"]["fulfilment"] == counted | {"due": 4, "rate": 0.5}


async def test_an_activity_of_a_plan_stands_under_its_agreement_and_is_found_by_it(house: House) -> None:
    found = await furnished(house)
    query = """query($network: ID!, $where: ActivityWhere) { activities(network: $network, where: $where, first: 100) {
        totalCount nodes { title agreement { id } } } }"""

    async def titles(**where: Any) -> set[str]:
        nodes = (await house.data(query, FRONT_END, network=NETWORK, where=where))["activities"]["nodes"]
        assert {node["agreement"]["id"] for node in nodes if node["agreement"]} <= {AGREEMENT} | set(found)
        return {node["title"] for node in nodes}

    planned = {"第1场", "第3场", "将办", "不办了"}
    assert await titles(plan=found["plan"]) == await titles(planned=True) == planned
    assert await titles(agreement=AGREEMENT, planned=False) == {"计划外"}
    assert await titles(plan=found["plan"], planned=False) == set()
    assert await titles(plan="pla_missing") == set()
    unplanned = await titles(planned=False)
    assert "计划外" in unplanned
    assert not unplanned & planned
    assert await titles(planned=None) == unplanned | planned


async def test_the_fulfilment_of_a_network_is_the_sum_of_its_plans_of_the_year(house: House) -> None:
    await furnished(house)
    facts = {"agreement": "agr_002_boc_yuexiu_co_building", "lines": [line(LEAD, BANK, when="2024-05-31")]}
    second = await made(house, "makeActivityPlan", input={"year": 2024, **facts})
    other_year = {"year": 2025, **facts, "lines": [line(LEAD, BANK, when="2025-05-31")]}
    await made(house, "makeActivityPlan", input=other_year)
    data = (await house.data(YEAR, FRONT_END, network=NETWORK))["planFulfilment"]
    assert data["total"] == {"lines": 6, "dropped": 1, "due": 4, "fulfilled": 2, "unplanned": 1, "rate": 0.5}
    assert data["plans"]["totalCount"] == 2
    rows = [node["fulfilment"] for node in data["plans"]["nodes"]]
    for name in ("lines", "dropped", "due", "fulfilled", "unplanned"):
        assert sum(row[name] for row in rows) == data["total"][name]
    one = (await house.data(YEAR, FRONT_END, network=NETWORK, first=1))["planFulfilment"]
    assert len(one["plans"]["nodes"]) == 1
    assert one["total"] == data["total"]
    await made(house, "discardActivityPlan", id=second, version=1, reason="误制")
    left = (await house.data(YEAR, FRONT_END, network=NETWORK))["planFulfilment"]
    assert (left["total"]["lines"], left["plans"]["totalCount"]) == (5, 1)


async def test_more_plans_than_can_be_totalled_have_no_wrong_total(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnished(house)
    monkeypatch.setattr(plans, "MOST_PLANS", 1)
    assert (await house.data(YEAR, FRONT_END, network=NETWORK))["planFulfilment"]["total"]["lines"] == 5
    facts = {"agreement": "agr_002_boc_yuexiu_co_building", "lines": [line(LEAD, BANK, when="2024-05-31")]}
    await made(house, "makeActivityPlan", input={"year": 2024, **facts})
    query = "query($network: ID!) { planFulfilment(network: $network, year: 2024) { total { lines } } }"
    result = await house.ask(query, FRONT_END, network=NETWORK)
    assert "LIMIT_EXCEEDED" in str(result.errors)
    assert result.data == {"planFulfilment": None}


@pytest.mark.parametrize("network", [NETWORK, "net_missing"])
async def test_who_may_not_know_of_plans_sees_none_and_nothing_due_has_no_rate(house: House, network: str) -> None:
    await furnished(house)
    nothing = {"lines": 0, "dropped": 0, "due": 0, "fulfilled": 0, "unplanned": 0, "rate": None}
    empty = {"total": nothing, "plans": {"totalCount": 0, "nodes": []}}
    assert (await house.data(YEAR, STRANGER, network=network))["planFulfilment"] == empty
    result = await house.ask(YEAR, ANONYMOUS, network=network)
    assert result.data == {"planFulfilment": None}


async def test_what_activities_are_linked_to_stays_and_the_refusal_names_line_and_activity(house: House) -> None:
    found = await furnished(house)
    given: Any = {"id": found["plan"], "version": 2, "reason": "更正"}
    broken = [("RULE_BROKEN", ["id"])]
    assert await problems(house, "discardActivityPlan", **given) == broken
    assert await problems(house, "dropPlanLine", **given, line=5) == [("RULE_BROKEN", ["line"])]
    lines = [line(LEAD, BANK, title="留", number=5, theme="INTEGRITY_EXCHANGE", when="2024-06-16")]
    refusal = "... on Refusal { problems { code path message record } }"
    told_in: dict[Language, str] = {"en": "line 1", "zh": "第 1 行"}
    for language, said in told_in.items():
        query = f"""mutation($id: ID!, $version: Int!, $reason: String!, $input: ActivityPlanCorrection!) {{
            correctActivityPlan(id: $id, version: $version, reason: $reason, input: $input) {{ {refusal} }} }}"""
        answer = await house.data(query, language=language, **given, input={"lines": lines})
        told = answer["correctActivityPlan"]["problems"]
        assert [(each["path"], each["record"]) for each in told] == [
            (["input", "lines"], found["held 1"]),
            (["input", "lines"], found["held 3"]),
            (["input", "lines", "0", "theme"], found["ahead"]),
        ]
        assert said in told[0]["message"]


async def test_a_cancelled_activity_holds_its_line_no_more(house: House) -> None:
    found = await furnished(house)
    await do(house, "cancelActivity", id=found["ahead"], version=1, reason="取消")
    answer = await do(house, "dropPlanLine", id=found["plan"], version=2, line=5, reason="不办")
    assert answer["version"] == 3


@pytest.fixture
async def watched(rooms: Rooms, seeds: Contents) -> AsyncIterator[tuple[House, Commands]]:
    commands = Commands()
    house = await house_with(await rooms.lend("motor", [commands]), seeds)
    yield house, commands
    await rooms.give_back(house.database)


async def test_states_activities_and_fulfilment_cost_as_much_for_many_plans_as_for_one(
    watched: tuple[House, Commands],
) -> None:
    """The plans; what was held of their lines (for them and their sum at once) and beside; activities, their plans."""
    house, commands = watched
    house.limits = LAX  # a hundred plans with every line and its activities
    await furnished(house)
    agreement = "agr_002_boc_yuexiu_co_building"
    for year in range(2020, 2026):
        lines = [line(LEAD, BANK, when=f"{year}-05-31", title=f"第{place}项") for place in range(30)]
        await made(house, "makeActivityPlan", input={"agreement": agreement, "year": year, "lines": lines})
    query = f"""query($network: ID!, $first: Int) {{ activityPlans(network: $network, first: $first) {{
        nodes {{ {ONE} }} }} }}"""
    costs = {}
    for first in (1, 3, 100):
        commands.sent.clear()
        nodes = (await house.data(query, network=NETWORK, first=first))["activityPlans"]["nodes"]
        assert len(nodes) == min(first, 7)
        costs[first] = sorted(name for name, _ in commands.sent if name in READING)
    assert costs[3] == costs[100] == [*["aggregate"] * 3, *["find"] * 2]
    assert len(costs[1]) <= 6
    commands.sent.clear()
    await house.data(YEAR, ADMIN, network=NETWORK, first=100)
    sent = [name for name, _ in commands.sent if name in READING]
    assert len(sent) <= 10
    assert "getMore" not in sent
