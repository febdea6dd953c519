"""The scene of the merging tests: a duplicate, the one that stays, and records that name them."""

from dataclasses import replace
from typing import Any

from service.acts import Act, following
from service.cooperation.activities import (
    Activity,
    ActivityForm,
    ActivityStatus,
    Participation,
    ParticipationRole,
    Topic,
)
from service.cooperation.agreements import Agreement, AgreementKind, Party, Stage
from service.cooperation.pillars import Pillar, Theme
from service.dates import PartialDate
from service.network import merging
from service.network.headcounts import Headcount
from service.network.memberships import Membership, MembershipRole
from service.records import Record
from service.viewer import Grant, Role, Viewer
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import NOON, act, organization, scene

OLD, NEW = "org_old", "org_new"
BOTH = Viewer("两网管理员", (Grant(Role.NETWORK_ADMIN, "net_a"), Grant(Role.NETWORK_ADMIN, "net_b")))


def duplicates(*records: Record) -> MemoryStore:
    store = scene()
    for record in (organization(OLD, "中行越秀支行"), organization(NEW, "中国银行广州越秀支行"), *records):
        store.put(replace(record, version=1))
    return store


def membership(own_id: str, of: str, network: str = "net_a", **facts: Any) -> Membership:
    return Membership(id=own_id, network=network, organization=of, role=MembershipRole.MEMBER, **facts)


def headcount(own_id: str, of: str, day: str = "2024-01-01", **facts: Any) -> Headcount:
    return Headcount(id=own_id, network="net_a", organization=of, on=PartialDate.parse(day), staff=9, **facts)


def agreement(own_id: str, *parties: str, **facts: Any) -> Agreement:
    own = {"title": "协议", "kind": AgreementKind.CO_BUILDING, "stage": Stage.SIGNED} | facts
    return Agreement(id=own_id, network="net_a", parties=tuple(map(Party, parties)), **own)


def activity(own_id: str, *takers: str, network: str = "net_a", **facts: Any) -> Activity:
    roles = [ParticipationRole.HOST] + [ParticipationRole.PARTICIPANT] * 9
    own = {"title": own_id, "form": ActivityForm.FILM, "status": ActivityStatus.HELD} | facts
    return Activity(
        id=own_id,
        network=network,
        topics=(Topic(Pillar.LEARNING, Theme.EXCHANGE, main=True),),
        participations=tuple(Participation(taker, role) for taker, role in zip(takers, roles, strict=False)),
        filed_by=takers[0],
        **own,
    )


async def merge(store: MemoryStore, own_id: str = OLD, into: str = NEW, by: Act | None = None) -> Any:
    return await merging.merge(store, by or act(), own_id, store.documents[own_id]["version"], into)


async def follow(store: MemoryStore, own_id: str = OLD) -> None:
    version = store.documents[own_id]["version"]
    revision = {"_id": f"{own_id}:{version}", "network": "net_a"}
    while not await merging.follow(store, following("repoint", revision, NOON), own_id):
        pass
