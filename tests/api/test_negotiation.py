"""Methods, media types, bodies and times of the end-point: what HTTP asks for beside GraphQL."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import orjson
import pytest

from schema import operations, requests
from schema.answers import GRAPHQL
from tests.api.wire import GOOD, JSON, bearer, client_of, codes, post
from tests.conftest import NETWORK, House


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    return made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, development=False) as client:
        yield client


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_another_method_is_refused_and_told_so(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/graphql?query={viewer{subject}}")
    assert (answer.status_code, answer.headers["allow"], codes(answer)) == (405, "GET, POST", ["BAD_REQUEST"])


async def test_a_query_may_be_sent_by_get(client: httpx.AsyncClient) -> None:
    text = "query A($id: ID!) { node(id: $id) { id } } query B { viewer { subject } }"
    asked = {"query": text, "variables": orjson.dumps({"id": NETWORK}).decode(), "operationName": "A"}
    answer = await client.get("/graphql", params=asked, headers=bearer())
    assert (answer.status_code, answer.json()) == (200, {"data": {"node": {"id": NETWORK}}})


async def test_no_mutation_is_sent_by_get(client: httpx.AsyncClient) -> None:
    text = 'mutation { archiveNetwork(id: "net_002_derma", version: 1, reason: "r") { __typename } }'
    answer = await client.get("/graphql", params={"query": text}, headers=bearer())
    assert (answer.status_code, answer.headers["allow"], codes(answer)) == (405, "POST", ["BAD_REQUEST"])


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "query=",
        "query=%7Bviewer%7Bsubject%7D%7D&query=%7B__typename%7D",
        "query=%7Bviewer%7Bsubject%7D%7D&variables=%7B",
        "query=%7Bviewer%7Bsubject%7D%7D&variables=%5B%5D",
        "query=%7Bviewer%7Bsubject%7D%7D&extensions=1",
    ],
)
async def test_parameters_that_are_no_request_are_refused(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get(f"/graphql?{asked}")
    assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("*", "application/json"),
        ("application/*", "application/json"),
        ("application/json", "application/json"),
        ("Application/GraphQL-Response+JSON", GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8, application/json;q=0.9", GRAPHQL),
        ("application/json;q=0.8, application/graphql-response+json;q=0.9", GRAPHQL),
        ("application/json, application/graphql-response+json", "application/json"),
        ("*/*;q=0.1, application/json;q=0", GRAPHQL),
        ("text/event-stream, multipart/mixed, application/json;q=0.5", "application/json"),
        ("text/html, */*;q=0.1", "application/json"),
    ],
)
async def test_the_answer_has_the_media_type_liked_best(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    answer = await post(client, GOOD, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "application/xml, image/*",
        "application/json;q=0",
        "application/json;q=x",
        "application/json;charset=gbk",
    ],
)
async def test_who_accepts_no_json_is_told_what_there_is(client: httpx.AsyncClient, accept: str) -> None:
    answer = await post(client, GOOD, accept=accept)
    assert (answer.status_code, codes(answer)) == (406, ["BAD_REQUEST"])


async def test_a_compressed_body_is_not_unpacked(client: httpx.AsyncClient) -> None:
    answer = await post(client, gzip.compress(orjson.dumps(GOOD)), content_encoding="gzip")
    assert (answer.status_code, codes(answer)) == (415, ["BAD_REQUEST"])


async def test_a_slow_body_is_not_waited_for(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "BODY_SECONDS", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(30)
        yield b"}"

    answer = await client.post("/graphql", content=slow(), headers=JSON)
    assert (answer.status_code, codes(answer)) == (408, ["LIMIT_EXCEEDED"])


async def test_an_operation_that_takes_too_long_is_ended(
    client: httpx.AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any, **__: Any) -> Any:
        await asyncio.sleep(30)

    monkeypatch.setattr(operations, "OPERATION_SECONDS", 0.05)
    monkeypatch.setattr(house.database, "find", never)
    answer = await post(client, {"query": '{ node(id: "org_boc") { id } }'})
    assert (answer.status_code, codes(answer)) == (503, ["LIMIT_EXCEEDED"])


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL, 400)])
async def test_an_operation_above_the_limits_is_refused_as_one_that_is_not_valid(
    client: httpx.AsyncClient, accept: str, status: int
) -> None:
    answer = await post(client, {"query": "{ viewer { " + "a " * 99 + "} }"}, accept=accept)
    assert (answer.status_code, codes(answer)) == (status, ["LIMIT_EXCEEDED"])
    assert "data" not in answer.json()


async def test_what_an_operation_costs_is_told_when_asked_for(client: httpx.AsyncClient) -> None:
    text = "{ networks(first: 7) { nodes { id } } }"
    answer = await post(client, {"query": text, "extensions": {"cost": True}})
    told = {"depth": 3, "introspection_depth": 0, "aliases": 0, "directives": 0, "cost": 8, "most": 5000}
    assert answer.json()["extensions"] == {"cost": told}
    assert "extensions" not in (await post(client, {"query": text})).json()
    unread = await post(client, {"query": "{", "extensions": {"cost": True}})
    assert "extensions" not in unread.json()
