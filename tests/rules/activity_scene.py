"""The scene of the tests of activities: who asks, what is said, and what stands already."""

import datetime as dt
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

import pytest

from service.acts import Act
from service.cooperation import holding
from service.cooperation.activities import Activity, ActivityStatus
from service.cooperation.agreements import Agreement, AgreementKind, Party, Stage
from service.errors import Code, Path, Problem, Refusal
from service.network.branches import BranchKind, PartyBranch
from service.network.networks import Network
from service.network.organizations import Organization, OrganizationStatus, Sector
from service.records import Document, record_of
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOW = dt.datetime(2024, 3, 15, 4, tzinfo=dt.UTC)
ADMIN = Viewer("管理员", (Grant(Role.NETWORK_ADMIN, "net_a"),))
RECORDER = Viewer("皮肤病医院联络员", (Grant(Role.RECORDER, "net_a", "org_hospital"),))
BANKER = Viewer("越秀支行联络员", (Grant(Role.RECORDER, "net_a", "org_bank"),))
FOREIGN = Viewer("外网管理员", (Grant(Role.NETWORK_ADMIN, "net_b"),))
HOST = {"organization": "org_hospital", "role": "HOST"}
GUEST = {"organization": "org_bank", "role": "PARTICIPANT"}
REPORTED: dict[str, Any] = {
    "origin": "REPORTED",
    "sources": [{"document": "002", "fact": "C15", "quotation": "观看廉政教育片《恶伞》"}],
}


def act(viewer: Viewer = ADMIN, reason: str | None = "会场临时更换", at: dt.datetime = NOW) -> Act:
    return Act(viewer, at, "test", reason)


def at(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=SHANGHAI)


def topic(pillar: str = "INTEGRITY", theme: str = "INTEGRITY_EDUCATION", main: bool = False) -> dict[str, Any]:
    return {"pillar": pillar, "theme": theme, "main": main}


def facts(**other: Any) -> dict[str, Any]:
    """A whole native activity of 1 March 2024, but for what is `other`."""
    return {
        "network": "net_a",
        "title": "联合警示教育:《恶伞》",
        "topics": [topic()],
        "form": "FILM",
        "starts_at": at(2024, 3, 1, 14),
        "ends_at": at(2024, 3, 1, 16),
        "place": "越秀支行会议室",
        "participations": [HOST, GUEST],
    } | other


def reported(**other: Any) -> dict[str, Any]:
    """The same as a document tells it: neither hour nor place, unless `other` says so."""
    own = {name: value for name, value in facts().items() if name not in ("starts_at", "ends_at", "place")}
    return own | REPORTED | other


def organization(own_id: str, **given: Any) -> Organization:
    return Organization(id=own_id, network="net_a", name=own_id, sector=Sector.OTHER, version=1, **given)


def agreement(own_id: str, *parties: str, **given: Any) -> Agreement:
    terms = {"term_from": dt.date(2023, 2, 28), "term_to": dt.date(2024, 2, 29), "stage": Stage.SIGNED} | given
    return Agreement(
        **{
            "id": own_id,
            "network": "net_a",
            "title": "党建共建合作协议",
            "version": 1,
            "kind": AgreementKind.CO_BUILDING,
        }
        | {"parties": tuple(Party(party) for party in parties)}
        | terms
    )


def scene() -> MemoryStore:
    """Two networks, organisations in a line and beside it, branches, an agreement that ends with the leap day."""
    return MemoryStore(
        Network(id="net_a", network="net_a", name="医+N共建", version=1),
        Network(id="net_b", network="net_b", name="医联体", version=1),
        organization("org_hospital"),
        organization("org_bank"),
        organization("org_bank_office", parent="org_bank"),
        organization("org_bank_desk", parent="org_bank_office"),
        organization("org_fire"),
        organization("org_gone", status=OrganizationStatus.ARCHIVED),
        PartyBranch(id="bra_h1", network="net_a", organization="org_hospital", name="一支部", kind=BranchKind.BRANCH),
        PartyBranch(id="bra_h2", network="net_a", organization="org_hospital", name="二支部", kind=BranchKind.BRANCH),
        agreement("agr_1", "org_hospital", "org_bank"),
    )


async def refused(action: Awaitable[Document]) -> tuple[Problem, ...]:
    with pytest.raises(Refusal) as refusal:
        await action
    assert all(problem.english and problem.chinese for problem in refusal.value.problems)
    return refusal.value.problems


async def codes(action: Awaitable[Document]) -> list[tuple[Code, Path]]:
    return [(problem.code, problem.path) for problem in await refused(action)]


STEPS = ("correct", "hold", "publish", "cancel")


def step(store: MemoryStore, asked: Act, name: str, own_id: str = "act_1", version: int = 1) -> Awaitable[Document]:
    changes = [{"place": "别处"}] if name in ("correct", "hold") else []
    taken: Awaitable[Document] = getattr(holding, name)(store, asked, own_id, version, *changes)
    return taken


async def stand(store: MemoryStore, status: ActivityStatus, **other: Any) -> None:
    """An activity act_1 in a state of its own."""
    made = await holding.record(store, act(), facts(**other))
    del store.documents[made["_id"]]
    store.put(replace(record_of(Activity, made), id="act_1", status=status))
    store.revisions.clear()
