"""GraphQL over HTTP: tokens, languages, keys, faults of ours and a database that is away."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from schema.requests import LONGEST_KEY
from service.errors import Unavailable
from service.store import reads
from service.viewer import TokenKeys
from tests.api.wire import GOOD, HOUR, bearer, client_of, codes, post
from tests.conftest import NETWORK, House


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    return made


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, development=False) as client:
        yield client


@pytest.mark.parametrize(
    "header",
    [
        bearer(ago=2 * HOUR)["authorization"],
        bearer(TokenKeys({"k": b"x" * 32}, "cobuild", "cobuild"))["authorization"],
        bearer(TokenKeys({"other": b"k" * 32}, "cobuild", "cobuild"))["authorization"],
        bearer(TokenKeys({"k": b"k" * 32}, "else", "cobuild"))["authorization"],
        bearer(TokenKeys({"k": b"k" * 32}, "cobuild", "else"))["authorization"],
        bearer(ago=-HOUR)["authorization"],
        "Bearer garbage",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIiwia2lkIjoiayJ9.eyJzdWIiOiJhIn0.",
        "Basic YTpi",
        "",
    ],
    ids=range(12),
)
async def test_a_token_that_is_not_a_valid_one_of_ours_is_refused(client: httpx.AsyncClient, header: str) -> None:
    answer = await post(client, GOOD, authorization=header)
    assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
    assert "data" not in answer.json()


@pytest.mark.parametrize(
    ("accept", "message"),
    [
        ("zh-CN,zh;q=0.9", "请求体不是 JSON。"),
        ("en", "The body is not JSON."),
        (None, "The body is not JSON."),
        ("*;q=x", "The body is not JSON."),
    ],
)
async def test_messages_follow_the_language_asked_for(
    client: httpx.AsyncClient, accept: str | None, message: str
) -> None:
    answer = await post(client, b"{", **({"accept_language": accept} if accept else {}))
    assert answer.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
    limit = await post(client, {"query": "{ networks(first: 101) { totalCount } }"}, accept_language=accept or "fr")
    chinese = "每页 0 到 100 项,请求了 101 项。"
    english = "A page has 0 to 100 items; 101 were asked for."
    assert limit.json() == {
        "data": {"networks": None},
        "errors": [
            {
                "message": chinese if accept and accept.startswith("zh") else english,
                "extensions": {"code": "LIMIT_EXCEEDED", "argument": ["first"]},
                "path": ["networks"],
            }
        ],
    }


@pytest.mark.parametrize("key", ["", "k" * (LONGEST_KEY + 1)])
async def test_an_idempotency_key_of_no_or_too_many_characters_is_refused(client: httpx.AsyncClient, key: str) -> None:
    answer = await post(client, GOOD, idempotency_key=key)
    assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


async def test_a_retry_with_its_idempotency_key_writes_once(client: httpx.AsyncClient) -> None:
    text = f"""mutation {{ correctNetwork(id: "{NETWORK}", version: 1, reason: "r", input: {{motto: "新"}}) {{
        ... on Network {{ version }} ... on Refusal {{ problems {{ code }} }} }} }}"""
    answers = [await post(client, {"query": text}, idempotency_key="k" * LONGEST_KEY, **bearer()) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"data": {"correctNetwork": {"version": 2}}}] * 2
    again = await post(client, {"query": text}, **bearer())
    assert again.json() == {"data": {"correctNetwork": {"problems": [{"code": "CONFLICT"}]}}}


async def broken(*_: object, **__: object) -> Any:
    raise RuntimeError("mongodb://user:password@host/ is on fire")


async def away(*_: object, **__: object) -> Any:
    raise Unavailable("host:27017: connection refused (configured timeouts: 2000ms)")


NETWORKS = {"query": "{ networks { totalCount nodes { id } } viewer { subject } }"}


async def test_a_fault_of_ours_tells_a_reference_and_nothing_else(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(reads, "page", broken)
    with caplog.at_level(logging.ERROR):
        answer = await post(client, NETWORKS, accept_language="zh")
    assert (answer.status_code, codes(answer)) == (200, ["INTERNAL_ERROR"])
    [error] = answer.json()["errors"]
    reference = error["extensions"]["reference"]
    assert error == {
        "message": f"服务内部错误,编号 {reference}。",
        "extensions": {"code": "INTERNAL_ERROR", "reference": reference},
        "path": ["networks"],
    }
    assert answer.json()["data"] == {"networks": None, "viewer": {"subject": "anonymous"}}
    assert "fire" not in answer.text
    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert reference in record.getMessage()
    assert record.exc_info


async def test_in_development_a_fault_is_told_with_its_cause(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "page", broken)
    async with client_of(house, development=True) as client:
        answer = await post(client, NETWORKS)
    assert "on fire" in answer.json()["errors"][0]["extensions"]["detail"]


@pytest.mark.parametrize("development", [True, False])
async def test_a_database_that_is_away_is_told_as_such(
    house: House, monkeypatch: pytest.MonkeyPatch, development: bool
) -> None:
    monkeypatch.setattr(reads, "page", away)
    async with client_of(house, development) as client:
        answer = await post(client, {"query": "{ networks { totalCount } organizations { totalCount } }"})
        assert (answer.status_code, codes(answer)) == (503, ["SERVICE_UNAVAILABLE"] * 2)
        assert "27017" not in answer.text
        partly = await post(client, NETWORKS)
    assert (partly.status_code, codes(partly)) == (200, ["SERVICE_UNAVAILABLE"])
    assert partly.json()["data"] == {"networks": None, "viewer": {"subject": "anonymous"}}


async def test_a_write_while_the_database_is_away_asks_for_a_retry(
    house: House, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.database, "find", away)
    text = f'mutation {{ archiveNetwork(id: "{NETWORK}", version: 2, reason: "r") {{ __typename }} }}'
    answer = await post(client, {"query": text}, **bearer())
    assert (answer.status_code, codes(answer)) == (503, ["SERVICE_UNAVAILABLE"])
    assert "same key" in answer.json()["errors"][0]["message"]


async def test_a_refusal_is_an_answer_and_leaves_no_trace_in_the_log(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await post(client, {"query": "{ networks(first: 101) { totalCount } }"})
        await post(client, {"query": "{ nope }"})
        await post(client, b"{")
    assert [record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")] == []


async def test_many_requests_at_once_are_each_answered_for_their_own_viewer(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(post(client, GOOD, **(bearer() if each % 2 else {})) for each in range(40)))
    subjects = [answer.json()["data"]["viewer"]["subject"] for answer in answers]
    assert subjects == ["anonymous", "admin"] * 20
