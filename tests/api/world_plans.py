"""The plans, leading groups and deliverables of the world: one in every state, in each of its two networks."""

from collections.abc import Mapping
from typing import Any, Protocol

from service.viewer import Viewer
from tests.conftest import House


class Maker(Protocol):
    async def __call__(self, house: House, name: str, viewer: Viewer, **given: Any) -> str: ...


def line(owner: str, partner: str, title: str = "廉洁教育", when: str = "2024-06-30", **facts: Any) -> dict[str, Any]:
    """A line of a plan of 2024, of the pillar of the world's active agreement."""
    topic = {"pillar": "INTEGRITY", "theme": "INTEGRITY_EDUCATION"}
    return {**topic, "title": title, "when": {"from": when}, "owner": owner, "partners": [partner], **facts}


def group(agreement: str, parties: tuple[str, str], **facts: Any) -> dict[str, Any]:
    chairs = [{"organization": own_id, "name": f"书记{own_id[-1]}", "post": "党委书记"} for own_id in parties]
    member = {"organization": parties[0], "name": "王干事", "post": "干事", "role": "联络"}
    office = {"name": "党建共建领导办公室", "organization": parties[0], "head": "李主任", "duties": "统筹共建"}
    people = {"chairs": chairs, "members": [member], "office": office}
    return {"agreement": agreement, "since": {"from": "2024-01-10"}, **people, **facts}


def deliverable(network: str, agreement: str, partners: tuple[str, str], **facts: Any) -> dict[str, Any]:
    given = {"title": "健康专线", "kind": "SERVICE_LINE", "plannedFor": {"from": "2024-05-01", "to": "2024-05-31"}}
    return {"network": network, "agreement": agreement, "partners": list(partners), **given, **facts}


async def planned(
    house: House, made: Maker, admin: Viewer, network: str, parties: tuple[str, str], agreement: str, mark: str
) -> dict[str, str]:
    """Records by name, under the active agreement of `network`."""
    lines = [line(*parties), line(*parties, title="年初教育", when="2024-02-01"), line(*parties, title="不办")]
    plan = {"agreement": agreement, "year": 2024, "title": "2024年计划表", "lines": lines}
    later, why = line(*parties, when="2025-03-01"), {"reason": "测试原因"}
    found = {
        "plan": await made(house, "makeActivityPlan", admin, input=plan),
        "discarded plan": await made(house, "makeActivityPlan", admin, input=plan | {"year": 2025, "lines": [later]}),
    }
    await made(house, "dropPlanLine", admin, id=found["plan"], version=1, line=3, **why)
    await made(house, "discardActivityPlan", admin, id=found["discarded plan"], version=1, **why)
    for name in ("discarded group", "ended group", "group"):
        found[name] = await made(house, "formLeadingGroup", admin, input=group(agreement, parties))
        if name != "group":
            step = "discardLeadingGroup" if name.startswith("discarded") else "dissolveLeadingGroup"
            await made(house, step, admin, id=found[name], version=1, **why)
    for place, name in enumerate(("deliverable", "running", "closed", "given up")):
        facts = deliverable(network, agreement, parties, title=f"{mark}{name}专线")
        found[name] = await made(house, "planDeliverable", admin, input=facts)
        if place in (1, 2):
            when: Mapping[str, Any] = {"launchedOn": {"from": "2024-05-12"}}
            await made(house, "launchDeliverable", admin, id=found[name], version=1, **when)
    await made(house, "closeDeliverable", admin, id=found["closed"], version=2, effect="便民")
    await made(house, "discardDeliverable", admin, id=found["given up"], version=1, **why)
    return {f"{mark}{name}": own_id for name, own_id in found.items()}
