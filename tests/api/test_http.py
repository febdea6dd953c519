"""GraphQL over HTTP: what the end-point answers to good, bad and hostile requests, each error with its code."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import orjson
import pytest

from schema.answers import MOST_ERRORS
from schema.requests import MOST_BYTES
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


async def test_a_good_request_is_answered_as_json_that_nobody_caches(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": "{ viewer { subject } }", "variables": None}, **bearer())
    assert (answer.status_code, answer.json()) == (200, {"data": {"viewer": {"subject": "admin"}}})
    headers = ("content-type", "cache-control", "x-content-type-options", "vary")
    assert [answer.headers[name] for name in headers] == [
        "application/json; charset=utf-8",
        "no-store",
        "nosniff",
        "Accept, Accept-Language, Authorization",
    ]


async def test_without_a_token_one_is_the_public(client: httpx.AsyncClient) -> None:
    answer = await post(client, GOOD)
    assert answer.json() == {"data": {"viewer": {"subject": "anonymous"}}}


async def test_variables_and_the_operation_name_choose_what_runs(client: httpx.AsyncClient) -> None:
    text = "query A($id: ID!) { node(id: $id) { id } } query B { viewer { subject } }"
    answer = await post(client, {"query": text, "variables": {"id": NETWORK}, "operationName": "A"})
    assert answer.json() == {"data": {"node": {"id": NETWORK}}}


@pytest.mark.parametrize("name", [None, "C", ""])
async def test_of_several_operations_one_must_be_named(client: httpx.AsyncClient, name: str | None) -> None:
    answer = await post(
        client, {"query": "query A { viewer { subject } } query B { __typename }", "operationName": name}
    )
    assert (answer.status_code, codes(answer)) == (200, ["GRAPHQL_INVALID"])
    assert answer.json()["errors"][0]["extensions"]["argument"] == ["operationName"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"query": "\xff"}',
        b"[" * 100_000,
        b'{"query": "{ viewer { subject } }", "variables": {"a": 1e999}}',
        b'{"query": "{ viewer { subject } }", "variables": {"a": ' + b"9" * 5_000 + b"}}",
        b'{"query": "{ node(id: \\"\\ud800\\") { id } }"}',
        b'{"query": "query($i: ID!) { node(id: $i) { id } }", "variables": {"i": "\\udfff\\ud800"}}',
        b'{"query": "{ viewer { subject } }", "variables": NaN}',
        b"null",
        b"1",
        b'"text"',
        b"[]",
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": " \\n"}',
        b'{"query": 1}',
        b'{"query": ["{ viewer { subject } }"]}',
        b'{"query": "{ viewer { subject } }", "variables": []}',
        b'{"query": "{ viewer { subject } }", "variables": "{}"}',
        b'{"query": "{ viewer { subject } }", "operationName": 5}',
    ],
    ids=lambda body: body[:60].decode(errors="replace"),
)
async def test_a_body_that_is_no_request_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    answer = await post(client, body)
    assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ nope }", {}),
        ("{", {}),
        ("# nothing", {}),
        ("fragment f on Query { viewer { subject } }", {}),
        ("subscription { viewer { subject } }", {}),
        ("query($n: Int) { networks(first: $n) { totalCount } }", {"n": "x"}),
        ("query($n: Int) { networks(first: $n) { totalCount } }", {"n": 2**40}),
        ("query($n: Int) { networks(first: $n) { totalCount } }", {"n": 1.5}),
        ("query($n: Int) { networks(first: $n) { totalCount } }", {"n": True}),
        ("query($i: ID!) { node(id: $i) { id } }", {}),
        ("query($i: ID!) { node(id: $i) { id } }", {"i": {"a": 1}}),
        ("query($i: Nope!) { node(id: $i) { id } }", {"i": 1}),
        ('mutation { terminateAgreement(id: "a", version: 1, reason: "r", on: "2023-02-29") { __typename } }', {}),
        ("mutation { terminateAgreement(id: 1, version: 1, reason: 5, on: 20240229) { __typename } }", {}),
        ("{ networks(first: " + "9" * 5_000 + ") { totalCount } }", {}),
        ("{ node(id: " + "[" * 5_000 + "]" * 5_000 + ") { id } }", {}),
        ("{" + "a{" * 5_000 + "b" + "}" * 5_001, {}),
        ("query A { __typename } query A { __typename }", {}),
    ],
    ids=lambda each: str(each)[:50],
)
async def test_a_document_that_does_not_fit_the_schema_is_refused(
    client: httpx.AsyncClient, query: str, variables: dict[str, Any]
) -> None:
    for accept, status in (("application/json", 200), ("application/graphql-response+json", 400)):
        answer = await post(client, {"query": query, "variables": variables}, accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (status, f"{accept}; charset=utf-8")
        assert set(codes(answer)) == {"GRAPHQL_INVALID"}
        assert "data" not in answer.json()
        assert len(answer.json()["errors"]) <= MOST_ERRORS
        assert not [error["message"] for error in answer.json()["errors"] if "Did you mean" in error["message"]]


async def test_deeply_nested_variables_that_nobody_asked_for_do_no_harm(client: httpx.AsyncClient) -> None:
    body = b'{"query": "{ viewer { subject } }", "variables": {"a": ' + b"[" * 900 + b"]" * 900 + b"}}"
    assert (await post(client, body)).status_code == 200


async def test_an_id_may_be_a_number_or_odd_text_and_is_then_not_found(client: httpx.AsyncClient) -> None:
    text = "query($i: ID!) { node(id: $i) { id } }"
    for own_id in (5, "org_\0", "org_" + "轻" * 1000, "$where", "org_$gt"):
        answer = await post(client, {"query": text, "variables": {"i": own_id}})
        assert (answer.status_code, answer.json()) == (200, {"data": {"node": None}})


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=gbk",
    ],
)
async def test_another_content_type_is_refused(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/graphql", content=orjson.dumps(GOOD), headers={"content-type": kind})
    assert (answer.status_code, codes(answer)) == (415, ["BAD_REQUEST"])


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;x=y"])
async def test_parameters_and_case_of_the_content_type_do_not_matter(client: httpx.AsyncClient, kind: str) -> None:
    answer = await client.post("/graphql", content=orjson.dumps(GOOD), headers={"content-type": kind})
    assert answer.status_code == 200


async def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(client: httpx.AsyncClient) -> None:
    frame = len(orjson.dumps({"query": "{ viewer { subject } }#"}))
    at_limit = {"query": "{ viewer { subject } }#" + "c" * (MOST_BYTES - frame)}
    assert (await post(client, at_limit)).status_code == 200
    above = {"query": at_limit["query"] + "c"}
    answer = await post(client, above)
    assert (answer.status_code, codes(answer)) == (413, ["LIMIT_EXCEEDED"])


async def test_a_body_without_end_is_refused_while_it_arrives(client: httpx.AsyncClient) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            assert given < 100, "the service reads on and on"
            yield b" " * 16_384

    answer = await client.post("/graphql", content=endless(), headers=JSON)
    assert (answer.status_code, codes(answer)) == (413, ["LIMIT_EXCEEDED"])
    assert given == MOST_BYTES // 16_384 + 1
