"""The measured part of the schema in Ariadne: the SDL, resolvers, and the DataLoader its documentation names."""

from functools import partial
from pathlib import Path
from typing import Any

from aiodataloader import DataLoader
from ariadne import InterfaceType, ObjectType, QueryType, ScalarType, make_executable_schema
from ariadne.asgi import GraphQL
from graphql import GraphQLResolveInfo
from starlette.requests import Request
from starlette.types import ASGIApp

from service.records import Document
from service.store.kinds import kind_of
from tests.benchmarks.peers.reading import (
    AGREEMENT_FIELDS,
    ORGANIZATION_FIELDS,
    USUAL_ON_A_PAGE,
    Asking,
    Page,
    cursor_of,
    moment_text,
    selected,
)
from tests.benchmarks.peers.serving import Begin

SDL = Path(__file__).with_name("schema.graphql")

query, activity, participation = QueryType(), ObjectType("Activity"), ObjectType("Participation")
connection, node = ObjectType("ActivityConnection"), InterfaceType("Node")
entities = [ObjectType("Organization"), ObjectType("Agreement"), activity]
moment = ScalarType("DateTime", serializer=moment_text)
for entity in entities:
    entity.set_alias("id", "_id")


@node.type_resolver
def resolve_node_type(document: Document, *_: Any) -> str | None:
    kind = kind_of(document["_id"])
    return kind.__name__ if kind else None


@query.field("activities")
async def resolve_activities(
    _: Any, info: GraphQLResolveInfo[Any], network: str, first: int | None = None, after: str | None = None
) -> Page:
    asking: Asking = info.context["asking"]
    return await asking.page(network, first or USUAL_ON_A_PAGE, after, selected(info.field_nodes))


@query.field("node")
async def resolve_one(_: Any, info: GraphQLResolveInfo[Any], id: str) -> Document | None:
    asking: Asking = info.context["asking"]
    return (await asking.by_ids("act", (id,), selected(info.field_nodes))).get(id)


@connection.field("nodes")
def resolve_nodes(page: Page, _: GraphQLResolveInfo[Any]) -> Any:
    return page.documents


@connection.field("edges")
def resolve_edges(page: Page, _: GraphQLResolveInfo[Any]) -> Any:
    return [{"node": each, "cursor": cursor_of(each)} for each in page.documents]


@connection.field("pageInfo")
def resolve_page_info(page: Page, _: GraphQLResolveInfo[Any]) -> Any:
    return page.info()


@participation.field("organization")
async def resolve_organization(part: Document, info: GraphQLResolveInfo[Any]) -> Any:
    return await info.context["organizations"].load(part["organization"])


@activity.field("agreement")
async def resolve_agreement(document: Document, info: GraphQLResolveInfo[Any]) -> Any:
    return await info.context["agreements"].load(document["agreement"]) if document["agreement"] else None


def application(begin: Begin) -> ASGIApp:
    for kind, name in ((activity, "startsAt"), (activity, "endsAt"), (activity, "peopleServed")):
        kind.set_alias(name, STORED_NAMES[name])
    participation.set_alias("headCount", STORED_NAMES["headCount"])
    schema = make_executable_schema(
        SDL.read_text(encoding="utf-8"), query, *entities, participation, connection, node, moment
    )

    async def context_of(request: Request, _: Any) -> dict[str, Any]:
        asking = begin(request.scope)
        return {
            "asking": asking,
            "organizations": DataLoader(partial(several, asking, "org", ORGANIZATION_FIELDS)),
            "agreements": DataLoader(partial(several, asking, "agr", AGREEMENT_FIELDS)),
        }

    return GraphQL(schema, context_value=context_of, debug=False, introspection=False)


STORED_NAMES = {
    "startsAt": "starts_at",
    "endsAt": "ends_at",
    "peopleServed": "people_served",
    "headCount": "head_count",
}


async def several(asking: Asking, prefix: str, fields: tuple[str, ...], ids: list[str]) -> list[Document | None]:
    return await asking.several(prefix, ids, fields)
