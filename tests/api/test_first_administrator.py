"""The first administrator of a network comes from the command line (or the issuer's token) and from nowhere else."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service import role_commands
from service.dates import day_of, now
from service.settings import Settings
from service.store.store import Store
from service.viewer import ANONYMOUS, RIGHTS, Right, Role, Viewer
from tests.api.world import MUTATIONS, do, operation
from tests.conftest import ADMIN, FRONT_END, LEAD_RECORDER, OBSERVER, OFFICER, OPERATOR, STRANGER, House

FIRST = Viewer("第一位管理员")
EVERYBODY = [ANONYMOUS, FIRST, FRONT_END, LEAD_RECORDER, ADMIN, OFFICER, OBSERVER, OPERATOR, STRANGER]
ASKED = "... on RoleAssignment { id } ... on Refusal { problems { code } }"


def test_nobody_but_an_administrator_gives_roles() -> None:
    assert {role for role, rights in RIGHTS.items() if Right.GIVE_ROLES in rights} == {Role.NETWORK_ADMIN}
    giving = {name for name, field in MUTATIONS.items() if "RoleAssignmentResult" in str(field.type)}
    assert giving == {"giveRole", "handOverRole", "endRole", "withdrawRole"}  # the last two give none


async def test_a_new_network_has_no_administrator_until_the_command_line_gives_one(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    network = (await do(house, "createNetwork", OPERATOR, "... on Network { id }", input={"name": "新网络"}))["id"]

    async def give(viewer: Viewer, subject: str, role: str = "NETWORK_ADMIN") -> Any:
        given = {"input": {"network": network, "role": role, "subject": subject}}
        result = await house.ask(operation("giveRole", MUTATIONS, given, ASKED), viewer, **given)
        assert result.data is not None
        told = [each["code"] for each in (result.data["giveRole"] or {}).get("problems", ())]
        return told or [error.original_error.problems[0].code for error in result.errors or () if error.original_error]

    for viewer in EVERYBODY:
        for subject in (viewer.subject, FIRST.subject, "某人"):
            assert await give(viewer, subject) == ["FORBIDDEN"], viewer
    assert await house.database.find("role_assignments", {"network": network}, 1) == []

    wanted: list[Callable[[Store], Awaitable[Any]]] = []
    monkeypatch.setattr(role_commands, "with_store", lambda _, write: wanted.append(write) or CANNED)
    options = argparse.Namespace(
        network=network, role=Role.NETWORK_ADMIN, organization=None, subject=FIRST.subject, holder=None
    )
    assert role_commands.give(Settings.from_environment({}), options) == 0
    made = await wanted[0](house.store)
    assert (made["network"], made["role"], made["subject"]) == (network, "NETWORK_ADMIN", FIRST.subject)
    first = await house.store.roles.viewer(FIRST, day_of(now()))
    assert first.may(Right.GIVE_ROLES, network)
    assert not first.may(Right.CREATE_NETWORKS)
    assert await give(first, "第二位") == []
    assert await give(first, first.subject, "OBSERVER") == ["RULE_BROKEN"]
    for viewer in EVERYBODY:
        if viewer is not FIRST:
            assert await give(viewer, viewer.subject) == ["FORBIDDEN"], viewer


CANNED = {
    "_id": "rol_x",
    "role": "NETWORK_ADMIN",
    "organization": None,
    "subject": "x",
    "since": "2024-01-01",
    "withdrawn": False,
    "active_to": "9999-12-31",
}
