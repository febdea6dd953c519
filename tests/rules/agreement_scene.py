"""The scene of the agreement tests: a hospital, a bank and a brigade in one network, who may act for them, and when."""

import copy
import datetime as dt
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

from service.acts import Act
from service.cooperation import drafting, signing
from service.errors import Code, Path, Refusal
from service.network.branches import BranchKind, PartyBranch
from service.network.networks import Network, NetworkStatus
from service.network.organizations import Organization, OrganizationStatus, Sector
from service.records import Document
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore

TODAY = dt.date(2024, 6, 1)
NOON = dt.datetime(2024, 6, 1, 4, tzinfo=dt.UTC)  # 12:00 in Shanghai
ADMIN = Viewer("admin", (Grant(Role.NETWORK_ADMIN, "net_med"),))
RECORDERS = {
    organization: Viewer(f"recorder of {organization}", (Grant(Role.RECORDER, "net_med", organization),))
    for organization in ("org_hospital", "org_bank", "org_brigade")
}
HOSPITAL, BANK, BRIGADE = RECORDERS
SOURCES = [{"document": "002", "fact": "C2", "quotation": "签订党建共建合作协议"}]
NATIVE: Mapping[str, Any] = {
    "network": "net_med",
    "title": "党建共建合作协议",
    "kind": "CO_BUILDING",
    "level": "COMMITTEE",
    "parties": [{"organization": HOSPITAL, "branch": "bra_hospital"}, {"organization": BANK}],
    "pillars": ["LEARNING", "INTEGRITY"],
    "term_from": "2024-01-01",
    "term_to": "2026-12-31",
    "text": "双方共建。",
}
REPORTED: Mapping[str, Any] = {
    "network": "net_med",
    "origin": "REPORTED",
    "sources": SOURCES,
    "title": "廉洁伙伴协议书",
    "kind": "INTEGRITY_PARTNER",
    "parties": [{"organization": HOSPITAL}, {"organization": BANK}],
}
Found = list[tuple[Code, Path]]
NO_REASON: Found = [(Code.REQUIRED, ("reason",))]
WRONG_STATE: Found = [(Code.ILLEGAL_STATE, ("id",))]
NO_RIGHT: Found = [(Code.FORBIDDEN, ())]


def parties(*names: str) -> dict[str, Any]:
    """`hospital/ward` is the hospital and its branch."""
    pairs = [name.partition("/") for name in names]
    return {"parties": [{"organization": f"org_{own}", "branch": f"bra_{of}" if of else None} for own, _, of in pairs]}


def act(viewer: Viewer = ADMIN, reason: str | None = None, at: dt.datetime = NOON) -> Act:
    return Act(viewer, at, "test", reason)


def world() -> MemoryStore:
    organizations = [
        Organization(id=own_id, network="net_med", name=own_id, sector=Sector.OTHER) for own_id in RECORDERS
    ]
    branches = [
        PartyBranch(id=f"bra_{name}", network="net_med", organization=f"org_{of}", name=name, kind=kind)
        for name, of, kind in (
            ("hospital", "hospital", BranchKind.COMMITTEE),
            ("ward", "hospital", BranchKind.BRANCH),
            ("counter", "bank", BranchKind.GENERAL_BRANCH),
        )
    ]
    closed = OrganizationStatus.ARCHIVED
    return MemoryStore(
        Network(id="net_med", network="net_med", name="医+N共建"),
        Network(id="net_old", network="net_old", name="旧网络", status=NetworkStatus.ARCHIVED),
        Organization(id="org_closed", network="net_med", name="closed", sector=Sector.OTHER, status=closed),
        *organizations,
        *branches,
    )


class Desk:
    """One agreement in the world, and the steps taken on its current version."""

    def __init__(self, store: MemoryStore, own_id: str) -> None:
        self.store, self.id = store, own_id

    @classmethod
    async def with_draft(cls, facts: Mapping[str, Any] = NATIVE, **changes: Any) -> "Desk":
        store = world()
        document = await drafting.draft(store, act(), {**facts, **changes})
        return cls(store, document["_id"])

    @classmethod
    async def signing(cls, **changes: Any) -> "Desk":
        desk = await cls.with_draft(**changes)
        await desk.step(signing.open_for_signing)
        return desk

    @classmethod
    async def signed(cls, **changes: Any) -> "Desk":
        desk = await cls.signing(**changes)
        for organization in (HOSPITAL, BANK):
            await desk.sign(organization)
        return desk

    @property
    def document(self) -> Document:
        return self.store.documents[self.id]

    async def step(self, action: Any, by: Act | None = None, **arguments: Any) -> Document:
        found: Document = await action(self.store, by or act(), self.id, self.document["version"], **arguments)
        return found

    async def sign(self, organization: str, **changes: Any) -> Document:
        viewer = changes.pop("viewer", RECORDERS.get(organization, ADMIN))
        arguments = {"organization": organization, "text_version": 1, "signed_on": TODAY, "signer": "王立"}
        return await self.step(signing.sign, act(viewer), **arguments | changes)

    async def refused(self, attempt: Coroutine[Any, Any, Document]) -> Found:
        return await refused(self.store, attempt)


async def refused(store: MemoryStore, attempt: Coroutine[Any, Any, Document]) -> Found:
    """Code and path of each problem found, after making sure that both languages speak and nothing was written."""
    before = copy.deepcopy(store.documents)
    with pytest.raises(Refusal) as caught:
        await attempt
    assert store.documents == before
    for problem in caught.value.problems:
        assert problem.english
        assert problem.english.isascii() or "…" in problem.english
        assert any("\u4e00" <= character <= "\u9fff" for character in problem.chinese)
    return [(problem.code, problem.path) for problem in caught.value.problems]


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `coroutine` returns. The store in memory never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("the store in memory has waited")
