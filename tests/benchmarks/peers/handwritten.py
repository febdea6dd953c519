"""What a programmer would write by hand for the three queries, on Starlette and orjson: no GraphQL at all."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from service.records import Document
from tests.benchmarks.peers.reading import AGREEMENT_FIELDS, ORGANIZATION_FIELDS, PLAIN, Asking, cursor_of, moment_text
from tests.benchmarks.peers.serving import Begin

LISTED = (*PLAIN, "participations", "agreement")
SHOWN, PAGED = ("title", "form", "status", "place"), ("title", "form", "status", "starts_at")
Documents = Mapping[str, Document]


def application(begin: Begin) -> Starlette:
    async def endpoint(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        data = await HANDLERS[asked["operationName"]](begin(request.scope), asked["variables"])
        return Response(orjson.dumps({"data": data}), media_type="application/json")

    return Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])])


async def listed(asking: Asking, variables: Mapping[str, Any]) -> dict[str, Any]:
    found = (await asking.page(variables["network"], 100, None, LISTED)).documents
    partners = {part["organization"] for each in found for part in each["participations"]}
    agreed = {each["agreement"] for each in found if each["agreement"]}
    organizations, agreements = await asyncio.gather(
        asking.by_ids("org", partners, ORGANIZATION_FIELDS), asking.by_ids("agr", agreed, AGREEMENT_FIELDS)
    )
    return {"activities": {"nodes": [activity(each, organizations, agreements) for each in found]}}


def activity(document: Document, organizations: Documents, agreements: Documents) -> dict[str, Any]:
    starts_at, ends_at = document["starts_at"], document["ends_at"]
    agreement = agreements.get(document["agreement"])
    return {
        "id": document["_id"],
        "title": document["title"],
        "form": document["form"],
        "direction": document["direction"],
        "status": document["status"],
        "place": document["place"],
        "startsAt": moment_text(starts_at) if starts_at else None,
        "endsAt": moment_text(ends_at) if ends_at else None,
        "peopleServed": document["people_served"],
        "summary": document["summary"],
        "participations": [
            {
                "role": each["role"],
                "headCount": each["head_count"],
                "organization": organization(organizations.get(each["organization"])),
            }
            for each in document["participations"]
        ],
        "agreement": {"id": agreement["_id"], "title": agreement["title"], "kind": agreement["kind"]}
        if agreement
        else None,
    }


def organization(document: Document | None) -> dict[str, Any] | None:
    if document is None:
        return None
    return {"id": document["_id"], "name": document["name"], "sector": document["sector"]}


async def one(asking: Asking, variables: Mapping[str, Any]) -> dict[str, Any]:
    own_id = variables["id"]
    document = (await asking.by_ids("act", (own_id,), SHOWN)).get(own_id)
    if document is None:
        return {"node": None}
    return {
        "node": {
            "id": document["_id"],
            "title": document["title"],
            "form": document["form"],
            "status": document["status"],
            "place": document["place"],
        }
    }


async def paged(asking: Asking, variables: Mapping[str, Any]) -> dict[str, Any]:
    page = await asking.page(variables["network"], 20, variables["after"], PAGED)
    edges = [
        {
            "cursor": cursor_of(each),
            "node": {
                "id": each["_id"],
                "title": each["title"],
                "form": each["form"],
                "status": each["status"],
                "startsAt": moment_text(each["starts_at"]) if each["starts_at"] else None,
            },
        }
        for each in page.documents
    ]
    return {"activities": {"edges": edges, "pageInfo": page.info()}}


Handler = Callable[[Asking, Mapping[str, Any]], Awaitable[dict[str, Any]]]
HANDLERS: Mapping[str, Handler] = {"A": listed, "B": one, "C": paged}
