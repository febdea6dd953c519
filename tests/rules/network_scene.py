"""The scene of the tests of the network area: who asks, what is said, and what stands already."""

import datetime as dt
from collections.abc import Awaitable
from typing import Any

import pytest

from service.acts import Act
from service.errors import Code, Path, Problem, Refusal
from service.network.branches import BranchKind, PartyBranch
from service.network.networks import Network
from service.network.organizations import Organization, Sector
from service.records import Document
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.rules.memory import MemoryStore

NOON = dt.datetime(2024, 2, 29, 4, tzinfo=dt.UTC)
ADMIN = Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_a"),))
OPERATOR = Viewer("运维", (Grant(Role.OPERATOR),))
FOREIGN = Viewer("外网管理员", (Grant(Role.NETWORK_ADMIN, "net_b"),))
WITHOUT_RIGHT = [
    ANONYMOUS,
    OPERATOR,
    FOREIGN,
    *(Viewer(role, (Grant(role, "net_a"),)) for role in (Role.FRONT_END, Role.OBSERVER, Role.INTEGRITY_OFFICER)),
    Viewer("联络员", (Grant(Role.RECORDER, "net_a", "org_hospital"),)),
]
REPORTED = {"origin": "REPORTED", "sources": [{"document": "002", "fact": "C1"}]}


def act(viewer: Viewer = ADMIN, reason: str | None = "登记有误", at: dt.datetime = NOON) -> Act:
    return Act(viewer, at, "test", reason)


def organization(own_id: str, name: str, **facts: Any) -> Organization:
    given = {"sector": Sector.HOSPITAL, "province": "广东省", "city": "广州市"} | facts
    return Organization(id=own_id, network="net_a", name=name, version=1, **given)


def branch(own_id: str, kind: BranchKind, **facts: Any) -> PartyBranch:
    given = {"organization": "org_hospital", "name": own_id} | facts
    return PartyBranch(id=own_id, network="net_a", kind=kind, version=1, **given)


def scene() -> MemoryStore:
    """Two networks, a hospital with its committee, and a bank."""
    return MemoryStore(
        Network(id="net_a", network="net_a", name="医+N共建", version=1),
        Network(id="net_b", network="net_b", name="医联体", version=1),
        organization("org_hospital", "南方医科大学皮肤病医院"),
        organization("org_bank", "中国银行越秀支行", sector=Sector.BANK),
        branch("bra_committee", BranchKind.COMMITTEE),
    )


async def refused(action: Awaitable[Document]) -> tuple[Problem, ...]:
    """The problems that an action raises, each told in both languages."""
    with pytest.raises(Refusal) as refusal:
        await action
    assert all(problem.english and problem.chinese for problem in refusal.value.problems)
    return refusal.value.problems


async def codes(action: Awaitable[Document]) -> list[tuple[Code, Path]]:
    return [(problem.code, problem.path) for problem in await refused(action)]


def bank_facts(**facts: Any) -> dict[str, Any]:
    return {
        "network": "net_a",
        "name": "重庆银行",
        "sector": "BANK",
        "province": "重庆市",
        "city": "重庆市",
    } | facts


def count_facts(**facts: Any) -> dict[str, Any]:
    counted = {"staff": 325, "members": 151, "cadres": 51}
    return {"network": "net_a", "organization": "org_hospital", "on": "2024-02"} | counted | facts


def join_facts(**facts: Any) -> dict[str, Any]:
    return {"network": "net_a", "organization": "org_hospital", "role": "LEAD", "joined": "2018"} | facts
