"""The measured part of the schema in Strawberry, as its documentation writes one: types, resolvers, DataLoaders."""

import datetime as dt
from enum import StrEnum
from functools import partial
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info
from strawberry.types.scalar import ScalarDefinition

from service.cooperation import activities as domain
from service.cooperation.agreements import AgreementKind as Kind
from service.network.organizations import Sector as Sectors
from service.records import Document
from tests.benchmarks.peers.reading import (
    AGREEMENT_FIELDS,
    ORGANIZATION_FIELDS,
    PLAIN,
    USUAL_ON_A_PAGE,
    Asking,
    Page,
    cursor_of,
    moment_text,
    selected,
)

SCALARS: dict[object, ScalarDefinition] = {dt.datetime: strawberry.scalar(name="DateTime", serialize=moment_text)}


def copied(kind: type[StrEnum]) -> Any:
    """A published enum with the values of a domain enum, which stays as it is."""
    return strawberry.enum(StrEnum(kind.__name__, [(each.name, each.value) for each in kind]))


ActivityForm, ActivityStatus = copied(domain.ActivityForm), copied(domain.ActivityStatus)
Direction, ParticipationRole = copied(domain.Direction), copied(domain.ParticipationRole)
AgreementKind, Sector = copied(Kind), copied(Sectors)


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Organization(Node):
    name: str
    sector: Sector


@strawberry.type
class Agreement(Node):
    title: str
    kind: AgreementKind


@strawberry.type
class Participation:
    role: ParticipationRole
    head_count: int | None
    partner: strawberry.Private[str]

    @strawberry.field
    async def organization(self, info: Info) -> Organization | None:
        found = await info.context["organizations"].load(self.partner)
        return found and Organization(id=found["_id"], name=found["name"], sector=found["sector"])


@strawberry.type
class Activity(Node):
    title: str
    form: ActivityForm
    direction: Direction | None
    status: ActivityStatus
    place: str | None
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    people_served: int | None
    summary: str | None
    participations: list[Participation]
    agreed: strawberry.Private[str | None]

    @strawberry.field
    async def agreement(self, info: Info) -> Agreement | None:
        found = await info.context["agreements"].load(self.agreed) if self.agreed else None
        return found and Agreement(id=found["_id"], title=found["title"], kind=found["kind"])


@strawberry.type
class ActivityEdge:
    node: Activity
    cursor: str


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class ActivityConnection:
    nodes: list[Activity]
    edges: list[ActivityEdge]
    page_info: PageInfo


def activity_of(document: Document) -> Activity:
    """A document that has at least the keys of the fields that are asked for."""
    parts = document.get("participations", ())
    return Activity(
        id=document["_id"],
        participations=[
            Participation(role=each["role"], head_count=each["head_count"], partner=each["organization"])
            for each in parts
        ],
        agreed=document.get("agreement"),
        **{name: document.get(name) for name in PLAIN},
    )


def page_info_of(page: Page) -> PageInfo:
    ends = [cursor_of(page.documents[place]) for place in (0, -1)] if page.documents else [None, None]
    return PageInfo(
        has_next_page=page.has_next, has_previous_page=page.has_previous, start_cursor=ends[0], end_cursor=ends[1]
    )


async def activities(
    info: Info, network: strawberry.ID, first: int | None = None, after: str | None = None
) -> ActivityConnection | None:
    asking: Asking = info.context["asking"]
    page = await asking.page(network, first or USUAL_ON_A_PAGE, after, selected(info._raw_info.field_nodes))
    nodes = [activity_of(each) for each in page.documents]
    edges = [ActivityEdge(node=node, cursor=cursor_of(each)) for node, each in zip(nodes, page.documents, strict=True)]
    return ActivityConnection(nodes=nodes, edges=edges, page_info=page_info_of(page))


async def node(info: Info, id: strawberry.ID) -> Node | None:
    asking: Asking = info.context["asking"]
    found = await asking.by_ids("act", (id,), selected(info._raw_info.field_nodes))
    return activity_of(found[id]) if id in found else None


@strawberry.type
class Query:
    activities: ActivityConnection | None = strawberry.field(resolver=activities)
    node: Node | None = strawberry.field(resolver=node)


def context_of(asking: Asking) -> dict[str, Any]:
    """What a request's resolvers share: how they read, and a loader for each kind of record linked to."""
    return {
        "asking": asking,
        "organizations": DataLoader(partial(several, asking, "org", ORGANIZATION_FIELDS)),
        "agreements": DataLoader(partial(several, asking, "agr", AGREEMENT_FIELDS)),
    }


async def several(asking: Asking, prefix: str, fields: tuple[str, ...], ids: list[str]) -> list[Document | None]:
    return await asking.several(prefix, ids, fields)
