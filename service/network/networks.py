"""Network 共建网络: one organisation leads it, others join (002, title and section 2)."""

from dataclasses import dataclass, replace
from enum import auto
from typing import TYPE_CHECKING, Any, ClassVar

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.facts import Facts, text
from service.permission import permit
from service.pinyin import sort_key
from service.records import Action, Index, Record, Step, amended, made, ordered
from service.viewer import Right, Upper, forbidden

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


class NetworkStatus(Upper):
    ACTIVE = auto()
    ARCHIVED = auto()


@dataclass(frozen=True, kw_only=True)
class Network(Record):
    """A co-building network. Who leads it and who joined stands in its memberships."""

    PREFIX = "net"
    COLLECTION = "networks"
    TITLE = ("network", "共建网络")
    INDEXES = (Index(("name_key",)),)
    READ = Right.READ_PUBLIC
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.KEEP_NETWORK, frozenset({NetworkStatus.ACTIVE})),
        Action.ARCHIVE: Step(Right.KEEP_NETWORK, frozenset({NetworkStatus.ACTIVE})),
    }

    name: str = text(120)
    motto: str | None = text(300, default=None)
    description: str | None = None
    founded: PartialDate | None = None
    status: NetworkStatus = NetworkStatus.ACTIVE
    archive_reason: str | None = None

    def keys(self) -> dict[str, Any]:
        return {"name_key": ordered(sort_key(self.name), self.id)}


async def create(store: "Store", act: Act, facts: Facts) -> "Document":
    """A new network; its first lead joins by a membership. Needs CREATE_NETWORKS."""
    if not act.viewer.may(Right.CREATE_NETWORKS):
        raise forbidden(Right.CREATE_NETWORKS)
    own_id = act.new_id(Network.PREFIX)
    return await store.create(made(Network, {**facts, "id": own_id, "network": own_id}), act)


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> "Document":
    before = await store.load(Network, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    return await store.save(before, amended(before, facts), act)


async def archive(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """Ends the network's life; what it recorded stays readable."""
    before = await store.load(Network, own_id, version, act)
    permit(before, Action.ARCHIVE, act.viewer, act.day)
    return await store.save(before, replace(before, status=NetworkStatus.ARCHIVED, archive_reason=reason_of(act)), act)
