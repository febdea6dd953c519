"""What is traced: a span a request, named by the kind of its operation, the database's commands below it; no values."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from schema.http import graphql_route
from schema.operations import Means
from service import tracing
from service.identity import Identity
from service.logs import configure
from service.metrics import Metrics
from service.spans import LONGEST_NAME, Outcome
from service.store.database import Database
from service.store.store import Store
from service.tracing import Tracing
from service.transport import Ahead, FromProxies, Transport
from tests.api.sockets import eventually, served, token
from tests.api.wire import JSON, KEYS, bearer
from tests.conftest import NETWORK, House

SECRET = "王小明-13800138000"
GRAPHQL = "/graphql"
REMOTE = "0af7651916cd43dd8448eb211c80319c"
PARENT = {"traceparent": f"00-{REMOTE}-b7ad6b7169203331-01"}


class Traced:
    """Tracing that keeps what it has exported."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracing = Tracing(provider)

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    @property
    def served(self) -> list[ReadableSpan]:
        return [span for span in self.spans if span.kind is SpanKind.SERVER]

    def text(self) -> str:
        return "".join(span.to_json() for span in self.spans)


@pytest.fixture
def traced() -> Traced:
    return Traced()


def told(span: ReadableSpan) -> dict[str, Any]:
    return {**(span.attributes or {})}


@contextlib.asynccontextmanager
async def behind(
    traced: Traced, house: House, proxies: Sequence[str] = (), routes: Sequence[Route] = ()
) -> AsyncIterator[httpx.AsyncClient]:
    """The end-point with all that stands before it, asked from 127.0.0.1."""
    means = Means(house.store, Identity(KEYS), house.rates())
    layers = [
        *Transport().middleware(Metrics(), traced.tracing),
        Middleware(Ahead, route=(own := graphql_route(means))),
    ]
    app = FromProxies(Starlette(routes=[own, *routes], middleware=layers), proxies)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as opened:
        yield opened


async def test_a_request_has_a_span_named_by_the_kind_of_its_operation(traced: Traced, house: House) -> None:
    async with behind(traced, house) as http:
        asked = {"query": f'query Mine($id: ID!) {{ node(id: $id) {{ id }} x: node(id: "{SECRET}") {{ id }} }}'}
        await http.post(GRAPHQL, json={**asked, "variables": {"id": SECRET}}, headers=bearer())
        await http.post(GRAPHQL, json={"query": "mutation { givenRole: __typename }"})
    query, mutation = traced.served
    assert (query.name, mutation.name, query.parent) == ("query", "mutation", None)
    assert told(query) == {
        "http.request.method": "POST",
        "http.route": GRAPHQL,
        "http.response.status_code": 200,
        "graphql.operation.type": "query",
        "graphql.operation.name": "Mine",
        "cobuild.operation.cost": 4,  # its text is longer than its two objects are dear
    }
    assert "graphql.operation.name" not in told(mutation)


@pytest.mark.parametrize(
    ("method", "path", "body", "name", "attributes"),
    [
        ("POST", GRAPHQL, b"{", "POST", {"http.response.status_code": 400, "error.type": "BAD_REQUEST"}),
        ("BREW", GRAPHQL, b"", "_OTHER", {"http.request.method": "_OTHER", "http.response.status_code": 405}),
        ("GET", "/no/org_1", b"", "GET", {"http.response.status_code": 404, "http.request.method": "GET"}),
        (
            "POST",
            GRAPHQL,
            b'{"query": "{ nothing }"}',
            "query",
            {"cobuild.error.codes": ("GRAPHQL_INVALID",), "http.response.status_code": 200},
        ),
    ],
)
async def test_what_it_came_to_stands_in_its_attributes(
    traced: Traced, house: House, method: str, path: str, body: bytes, name: str, attributes: dict[str, Any]
) -> None:
    async with behind(traced, house) as http:
        await http.request(method, path, content=body, headers=JSON)
    [span] = traced.served
    assert span.name == name
    assert {**told(span), **attributes} == told(span)
    assert span.status.status_code is StatusCode.UNSET


async def test_a_fault_of_ours_is_an_error_without_its_text(traced: Traced, house: House) -> None:
    async def broken(_: object) -> Response:
        raise ValueError(SECRET)

    async with behind(traced, house, routes=[Route("/broken/{name}", broken)]) as http:
        with pytest.raises(ValueError, match=SECRET):
            await http.get(f"/broken/{SECRET}")
    [span] = traced.served
    assert span.status.status_code is StatusCode.ERROR
    assert told(span)["http.route"] == "/broken/{name}"
    assert not span.events
    assert SECRET not in json.loads(traced.text()).__repr__()


@pytest.mark.parametrize(("proxies", "trace"), [(["127.0.0.0/8"], REMOTE), ([], None), (["10.0.0.1"], None)])
async def test_only_a_trusted_proxy_says_to_which_trace_a_request_belongs(
    traced: Traced, house: House, proxies: list[str], trace: str | None
) -> None:
    async with behind(traced, house, proxies) as http:
        await http.post(GRAPHQL, json={"query": "{ __typename }"}, headers={**PARENT, "x-forwarded-for": "8.8.8.8"})
    [span] = traced.served
    assert span.context is not None
    assert (f"{span.context.trace_id:032x}" == REMOTE, span.parent is not None) == (bool(trace), bool(trace))


async def test_operation_names_are_cut_and_have_no_other_characters(traced: Traced, house: House) -> None:
    async with behind(traced, house) as http:
        for name in ("q" * 900, "x\r\nforged", "x\x1b[2J", "王小明"):
            await http.post(GRAPHQL, json={"query": f"query {name} {{ __typename }}", "operationName": name})
    names = [told(span).get("graphql.operation.name") for span in traced.served]
    assert [*filter(None, names)] == ["q" * LONGEST_NAME]
    assert {span.name for span in traced.served} <= {"query", "POST"}


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_commands_of_the_database_are_below_the_request_and_hold_no_values(
    traced: Traced, house: House, engine_uri: str, driver: Any
) -> None:
    database = Database(driver, engine_uri, f"test_{uuid4().hex}", [traced.tracing.listener()])
    try:
        await database.find("things", {"_id": SECRET}, 1)  # for no request
        assert traced.spans == ()
        async with behind(traced, replace(house, database=database, store=Store(database))) as http:
            await http.post(GRAPHQL, json={"query": f'{{ node(id: "org_{SECRET}") {{ id }} }}'})
            await asyncio.gather(
                *(http.post(GRAPHQL, json={"query": '{ node(id: "net_1") { id } }'}) for _ in range(3))
            )
    finally:
        await database.close()
    requests = {span.context.span_id: span for span in traced.served if span.context}
    commands = [span for span in traced.spans if span.kind is SpanKind.CLIENT]
    assert len(requests) == 4
    assert {span.parent.span_id for span in commands if span.parent} == {*requests}
    finds = [told(span) for span in commands if span.name == "find organizations"]
    assert finds == [
        {
            "db.system.name": "mongodb",
            "db.namespace": database.name,
            "db.operation.name": "find",
            "db.collection.name": "organizations",
        }
    ]
    assert SECRET not in traced.text()
    assert "13800138000" not in traced.text()


async def test_a_command_that_fails_tells_its_code_and_not_its_text(traced: Traced, engine_uri: str) -> None:
    database = Database("pymongo", engine_uri, f"test_{uuid4().hex}", [traced.tracing.listener()])
    scope = {"type": "http", "method": "GET", "headers": []}
    with traced.tracing.request(scope, lambda: (200, Outcome())), pytest.raises(Exception, match="nonsense"):
        await database.command({"nonsense": SECRET})
    await database.close()
    failed = traced.spans[0]
    assert failed.status.status_code is StatusCode.ERROR
    assert failed.status.description is None
    assert told(failed)["error.type"] == "59"


async def test_sockets_have_a_span_for_each_operation_and_each_event(traced: Traced, house: House) -> None:
    async with served(house, tracing=traced.tracing) as service, service.client() as one:
        await service.relay_all()
        await one.asked('query Named { node(id: "net_1") { id } }')
        await one.asked("{ nothing }")
        await one.follow("f")
        await one.events(2)
        await one.say({"type": "complete", "id": "f"})
        assert await eventually(lambda: len(traced.spans) >= 5)
    query, invalid, begun, *events = traced.served
    assert [query.name, invalid.name] == ["query", "query"]
    assert {span.name for span in (begun, *events)} == {"subscription"}
    assert told(query)["graphql.operation.name"] == "Named"
    assert told(invalid)["cobuild.error.codes"] == ("GRAPHQL_INVALID",)
    assert begun.context is not None
    assert len({span.context.trace_id for span in traced.served if span.context}) == len(traced.spans)
    for event in events:
        assert [link.context.span_id for link in event.links] == [begun.context.span_id]
        assert event.start_time is not None
        assert event.end_time is not None
        assert 0 <= event.end_time - event.start_time < 60 * tracing.NANOSECONDS
    assert NETWORK not in traced.text()


async def test_log_lines_tell_the_trace(traced: Traced, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    configure(development=False)
    async with behind(traced, house) as http:
        await http.post(GRAPHQL, json={"query": "{ __typename }"})
    async with served(house, tracing=traced.tracing) as service, service.opened() as one:
        await one.initialise(token())
        await one.asked("{ __typename }")
    lines = [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]
    traces = [line["trace"] for line in lines if line["event"] == "answered"]
    assert traces == [f"{span.context.trace_id:032x}" for span in traced.served if span.context]
