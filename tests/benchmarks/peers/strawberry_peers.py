"""Strawberry's own ASGI application: as it comes, and with everything its documentation offers to make it faster."""

from typing import Any

import orjson
import strawberry
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache
from strawberry.schema.config import StrawberryConfig

from tests.benchmarks.peers.serving import Begin
from tests.benchmarks.peers.strawberry_types import SCALARS, Activity, Agreement, Organization, Query, context_of

TYPES = (Activity, Agreement, Organization)


class View(GraphQL[Any, None]):
    def __init__(self, schema: strawberry.Schema, begin: Begin) -> None:
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=False)
        self._begin = begin

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> dict[str, Any]:
        return context_of(self._begin(request.scope))


class TunedView(View):
    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)

    def encode_json(self, data: object) -> str | bytes:
        return orjson.dumps(data)


def schema_with(*extensions: type[SchemaExtension]) -> strawberry.Schema:
    return strawberry.Schema(Query, types=TYPES, extensions=extensions, config=StrawberryConfig(scalar_map=SCALARS))


def plain(begin: Begin) -> ASGIApp:
    return View(schema_with(), begin)


def tuned(begin: Begin) -> ASGIApp:
    return TunedView(schema_with(ParserCache, ValidationCache), begin)
