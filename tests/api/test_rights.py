"""Rights: default deny, foreign records that answer as missing ones, and `viewerCan` that tells the truth."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema

from schema.api import schema
from service.viewer import ANONYMOUS, Viewer
from tests.api.world import (
    SCHOOL_RECORDER,
    WUXI_RECORDER,
    activity,
    do,
    problems,
)
from tests.conftest import (
    ADMIN,
    BANK,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    NETWORK,
    OBSERVER,
    OFFICER,
    OPERATOR,
    STRANGER,
    House,
)
from tests.house.rights import FILE, PRIVATE, matrix

EVERYBODY = [ANONYMOUS, FRONT_END, LEAD_RECORDER, BANK_RECORDER, ADMIN, OFFICER, OBSERVER, OPERATOR, STRANGER]


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def test_the_matrix_of_rights_is_the_one_reviewed(house: House, world: dict[str, str]) -> None:
    found = await matrix(house, world)
    assert found == FILE.read_text(encoding="utf-8"), (
        "Rights changed. Run `python -m tests.house.rights` and review the difference as you would code."
    )


def test_the_matrix_holds_every_field_with_a_right_of_its_own() -> None:
    sdl = build_schema(schema.as_str())
    guarded = {
        f"{kind.name}.{name}"
        for kind in sdl.type_map.values()
        if isinstance(kind, GraphQLObjectType)
        and kind not in (sdl.query_type, sdl.mutation_type, sdl.subscription_type)
        for name, field in kind.fields.items()
        if field.ast_node and any(each.name.value == "access" for each in field.ast_node.directives or ())
    }
    assert guarded == set(PRIVATE)


# ── What each role may know of ──


async def listed(house: House, root: str, viewer: Viewer) -> set[str]:
    query = f'{{ {root}(network: "{NETWORK}", first: 100) {{ totalCount nodes {{ id status }} }} }}'
    found = (await house.data(query, viewer))[root]
    assert found["totalCount"] == len(found["nodes"])
    return {node["status"] for node in found["nodes"]}


@pytest.mark.parametrize(
    ("viewer", "agreements", "activities", "memberships"),
    [
        (ANONYMOUS, "ACTIVE", "PUBLISHED", "ACTIVE"),
        (STRANGER, "ACTIVE", "PUBLISHED", "ACTIVE"),
        (OPERATOR, "ACTIVE", "PUBLISHED", "ACTIVE"),
        (
            FRONT_END,
            "SIGNING SIGNED ACTIVE EXPIRED TERMINATED RENEWED DECLINED",
            "PLANNED HELD PUBLISHED CANCELLED",
            "UPCOMING ACTIVE ENDED DISCARDED",
        ),
        (
            OBSERVER,
            "DRAFT SIGNING SIGNED ACTIVE EXPIRED TERMINATED RENEWED DECLINED DISCARDED",
            "PLANNED HELD PUBLISHED CANCELLED",
            "UPCOMING ACTIVE ENDED DISCARDED",
        ),
    ],
    ids=lambda each: getattr(each, "subject", ""),
)
async def test_a_list_holds_the_states_that_the_role_may_know_of(
    house: House, viewer: Viewer, agreements: str, activities: str, memberships: str
) -> None:
    assert await listed(house, "agreements", viewer) == set(agreements.split())
    assert await listed(house, "activities", viewer) == set(activities.split())
    assert await listed(house, "memberships", viewer) == set(memberships.split())


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda viewer: viewer.subject)
async def test_a_list_below_a_record_holds_what_the_record_itself_would_show(
    house: House, world: dict[str, str], viewer: Viewer
) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Organization {
        agreements(first: 100) { totalCount nodes { id } } activities(first: 100) { totalCount nodes { id } }
        memberships(first: 100) { totalCount nodes { id } } headcounts(first: 100) { totalCount nodes { id } } } } }"""
    for organization in (LEAD, "org_wuxi2"):
        below = (await house.data(query, viewer, id=organization))["node"]
        for found in below.values():
            ids = [node["id"] for node in found["nodes"]]
            assert found["totalCount"] == len(ids)
            nodes = (await house.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", viewer, ids=ids))["nodes"]
            assert [node and node["id"] for node in nodes] == ids
        hidden = {world[name] for name in ("draft", "held", "counted", "wuxi draft", "wuxi held", "wuxi counted")}
        shown = {node["id"] for found in below.values() for node in found["nodes"]}
        for own_id in hidden & shown:
            assert (await house.data("query($id: ID!) { node(id: $id) { id } }", viewer, id=own_id))["node"]


async def test_a_link_to_what_may_not_be_known_of_is_null(house: House, world: dict[str, str]) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Activity { agreement { id } network { id } } } }"""
    facts = activity("依据旧协议", agreement=world["expired"], startsAt="2024-03-05T09:30:00+08:00")
    own_id = (await do(house, "recordActivity", input=facts))["id"]
    await do(house, "publishActivity", id=own_id, version=1)
    seen = {
        viewer.subject: (await house.data(query, viewer, id=own_id))["node"]["agreement"]
        for viewer in (ANONYMOUS, STRANGER, FRONT_END)
    }
    assert seen == {"anonymous": None, "stranger": None, "front-end": {"id": world["expired"]}}


async def test_a_private_field_is_null_with_an_error_and_its_neighbours_are_there(
    house: House, world: dict[str, str]
) -> None:
    query = "query($id: ID!) { node(id: $id) { ... on Organization { name contacts { name } city } } }"
    result = await house.ask(query, FRONT_END, id=world["neighbour"])
    assert result.data == {"node": {"name": "合作社区", "contacts": None, "city": "广州市"}}
    [error] = result.errors or []
    assert error.path == ["node", "contacts"]


# ── A recorder writes for its own organisation alone ──


async def test_a_recorder_cannot_sign_withdraw_or_decline_for_another(house: House, world: dict[str, str]) -> None:
    sign: Any = {"id": world["signing"], "version": 2, "organization": LEAD}
    dated = {"textVersion": 1, "signedOn": "2024-06-15"}
    forbidden = [("FORBIDDEN", ["organization"])]
    assert await problems(house, "signAgreement", BANK_RECORDER, **sign, **dated) == forbidden
    assert await problems(house, "declineAgreement", BANK_RECORDER, **sign, reason="r") == forbidden
    withdraw = {**sign, "id": world["half signed"], "version": 3, "organization": BANK}
    assert await problems(house, "withdrawSignature", LEAD_RECORDER, **withdraw, reason="r") == forbidden
    assert await problems(house, "signAgreement", SCHOOL_RECORDER, **sign, **dated) == [("NOT_FOUND", ["id"])]


async def test_a_recorder_cannot_record_for_another_or_in_another_network(house: House, world: dict[str, str]) -> None:
    forbidden: list[tuple[str, list[str]]] = [("FORBIDDEN", [])]
    for_another = [("FORBIDDEN", ["input", "filedBy"])]
    hosted = [("FORBIDDEN", ["input", "participations"])]
    assert await problems(house, "recordActivity", BANK_RECORDER, input=activity("代填")) == hosted
    filed = activity("代填", filedBy=LEAD)
    assert await problems(house, "planActivity", BANK_RECORDER, input=filed) == for_another
    assert await problems(house, "recordActivity", WUXI_RECORDER, input=activity("外网")) == forbidden
    correct: Any = {"id": world["held"], "version": 1, "reason": "r", "input": {"place": "别处"}}
    assert await problems(house, "correctActivity", BANK_RECORDER, **correct) == forbidden
    handed = {**correct, "input": {"filedBy": BANK}}
    assert await problems(house, "correctActivity", LEAD_RECORDER, **handed) == for_another


async def test_an_admin_keeps_only_its_own_network(house: House, world: dict[str, str]) -> None:
    forbidden: list[tuple[str, list[str]]] = [("FORBIDDEN", [])]
    why: Any = {"reason": "r"}
    assert (
        await problems(house, "correctNetwork", id="net_004_wuxi", version=1, input={"name": "甲"}, **why) == forbidden
    )
    assert await problems(house, "archiveOrganization", id="org_wuxi2", version=1, **why) == forbidden
    published = {"id": world["wuxi published"], "version": 2, "input": {"place": "乙"}}
    assert await problems(house, "correctActivity", **published, **why) == forbidden
