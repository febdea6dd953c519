"""Calls that succeed, of the mutations of activity plans, leading groups and deliverables."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world_plans import deliverable, group, line
from tests.conftest import BANK, LEAD, NETWORK

PARTIES = (LEAD, BANK)
LEARNING = {"pillar": "LEARNING", "theme": "EXCHANGE"}


LINES = "lines { number title status owner { id } partners { id } }"


def _shown(number: int, title: str, status: str) -> dict[str, Any]:
    """A line as LINES tells it."""
    who: Any = {"owner": {"id": LEAD}, "partners": [{"id": BANK}]}
    return {"number": number, "title": title, "status": status, **who}


def _making(world: Mapping[str, str]) -> dict[str, Call]:
    given = {"agreement": world["expired"], "year": 2024, "title": "计划表", "lines": [line(*PARTIES, **LEARNING)]}
    lines = [line(*PARTIES, number=3, title="不办"), line(*PARTIES, title="新增", when="2024-06-15")]
    first, dropped, added = _shown(1, "廉洁教育", "PLANNED"), _shown(3, "不办", "DROPPED"), _shown(4, "新增", "DUE")
    return {
        "makeActivityPlan": created(
            given,
            f"status gaps year title {LINES}",
            {"status": "ACTIVE", "gaps": [], "year": 2024, "title": "计划表", "lines": [first]},
        ),
        "correctActivityPlan": changed(
            world["plan"],
            2,
            f"title {LINES}",
            {"title": "改", "lines": [dropped, added]},
            input={"title": "改", "lines": lines},
            reason=REASON,
        ),
    }


def _dropping(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    dropped: Any = {"droppedOn": "2024-06-15", "status": "DROPPED"}
    return {
        "dropPlanLine": changed(
            world["plan"],
            2,
            "lines { number droppedOn dropReason status }",
            {
                "lines": [
                    {"number": 1, "dropReason": REASON, **dropped},
                    {"number": 2, "droppedOn": None, "dropReason": None, "status": "DUE"},
                    {"number": 3, "dropReason": "测试原因", **dropped},
                ]
            },
            line=1,
            **why,
        ),
        "discardActivityPlan": changed(
            world["plan"], 2, "status discardReason", {"status": "DISCARDED", "discardReason": REASON}, **why
        ),
    }


def _leading(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    chairs = [{"organization": {"id": own_id}, "post": "党委书记", "name": f"书记{own_id[-1]}"} for own_id in PARTIES]
    office = {"name": "党建共建领导办公室", "organization": {"id": LEAD}, "head": "李主任", "duties": "统筹共建"}
    own: Any = world["group"]
    return {
        "formLeadingGroup": created(
            group(world["expired"], PARTIES),
            """status gaps chairs { organization { id } post name } members { name role }
            office { name organization { id } head duties }""",
            {
                "status": "ACTIVE",
                "gaps": [],
                "chairs": chairs,
                "members": [{"name": "王干事", "role": "联络"}],
                "office": office,
            },
        ),
        "correctLeadingGroup": changed(
            own,
            1,
            "duties members { organization { id } name }",
            {"duties": "统筹", "members": [{"organization": {"id": BANK}, "name": "赵"}]},
            input={"duties": "统筹", "members": [{"organization": BANK, "name": "赵"}]},
            **why,
        ),
        "dissolveLeadingGroup": changed(
            own,
            1,
            "status until { from } endReason",
            {"status": "ENDED", "until": {"from": "2024-06-14"}, "endReason": REASON},
            until={"from": "2024-06-14"},
            **why,
        ),
        "discardLeadingGroup": changed(own, 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why),
    }


def _delivering(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    return {
        "planDeliverable": created(
            deliverable(NETWORK, world["active"], PARTIES),
            "status gaps kind partners { id } agreement { id }",
            {
                "status": "PLANNED",
                "gaps": [],
                "kind": "SERVICE_LINE",
                "partners": [{"id": LEAD}, {"id": BANK}],
                "agreement": {"id": world["active"]},
            },
        ),
        "launchDeliverable": changed(
            world["deliverable"],
            1,
            "status launchedOn { from to }",
            {"status": "RUNNING", "launchedOn": {"from": "2024-06-15", "to": "2024-06-15"}},
        ),
        "closeDeliverable": changed(
            world["running"],
            2,
            "status effect endReason closedOn { from }",
            {"status": "CLOSED", "effect": "便民", "endReason": REASON, "closedOn": {"from": "2024-06-15"}},
            effect="便民",
            **why,
        ),
        "correctDeliverable": changed(
            world["closed"],
            3,
            "status title partners { id }",
            {"status": "CLOSED", "title": "新题", "partners": [{"id": BANK}]},
            input={"title": "新题", "partners": [BANK], "agreement": world["active"]},
            **why,
        ),
        "discardDeliverable": changed(
            world["running"], 2, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why
        ),
    }


PLAN_CALLS = (_making, _dropping, _leading, _delivering)
