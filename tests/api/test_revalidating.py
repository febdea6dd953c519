"""Answers to GET carry a tag to ask again with; what is restricted, wrong or not got by GET is never kept."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.api.wire import bearer, client_of, codes, post
from tests.api.world import do
from tests.conftest import ADMIN, BANK, House

ONE = f'{{ node(id: "{BANK}") {{ ... on Organization {{ name shortName }} }} }}'
CONTACTS = f'{{ node(id: "{BANK}") {{ ... on Organization {{ contacts {{ name }} }} }} }}'
WRONG = f'{{ node(id: "{BANK}") {{ id }} node(id: "{BANK}") {{ nothing }} }}'
PARTLY = "{ networks(first: 101) { totalCount } viewer { subject } }"
GRAPHQL = "application/graphql-response+json"
NEVER = "no-store"


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(house, development=False) as client:
        yield client


async def get(client: httpx.AsyncClient, query: str = ONE, seen: str | None = None, **headers: str) -> httpx.Response:
    sent = {**bearer(), **headers, **({} if seen is None else {"if-none-match": seen})}
    return await client.get("/graphql", params={"query": query}, headers=sent)


async def correct(house: House, version: int, **facts: Any) -> None:
    await do(house, "correctOrganization", id=BANK, version=version, reason="更正", input=facts)


async def test_an_answer_that_the_client_has_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await get(client)
    assert first.status_code == 200
    tag = first.headers["etag"]
    assert tag.startswith('W/"')
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["vary"] == "Accept, Accept-Language, Authorization, Origin"
    for seen in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
        again = await get(client, seen=seen)
        assert (again.status_code, again.content) == (304, b"")
        kept = ("etag", "cache-control", "vary")
        assert [again.headers[name] for name in kept] == [first.headers[name] for name in kept]
        assert not {"content-length", "content-type"} & again.headers.keys()
        assert "ratelimit" in again.headers


async def test_what_has_changed_since_is_sent_under_another_tag(client: httpx.AsyncClient, house: House) -> None:
    tag = (await get(client)).headers["etag"]
    await correct(house, 1, shortName="越秀行")
    after = await get(client, seen=tag)
    assert after.status_code == 200
    assert after.json()["data"]["node"]["shortName"] == "越秀行"
    assert after.headers["etag"] != tag
    assert (await get(client, seen='"other"')).status_code == 200


async def test_each_media_type_and_viewer_has_answers_of_its_own(client: httpx.AsyncClient) -> None:
    tag = (await get(client)).headers["etag"]
    assert (await get(client, seen=tag, accept=GRAPHQL)).status_code == 200
    who = "{ viewer { subject } }"
    tag = (await get(client, who)).headers["etag"]
    other = await client.get("/graphql", params={"query": who}, headers={"if-none-match": tag})
    assert (other.status_code, other.json()) == (200, {"data": {"viewer": {"subject": "anonymous"}}})


async def test_what_is_restricted_is_sent_anew_each_time(client: httpx.AsyncClient, house: House) -> None:
    """Its reading is logged each time, and no cache holds it."""
    assert "etag" in (await get(client, CONTACTS)).headers  # there are none yet
    await correct(house, 1, contacts=[{"name": "王保密"}])
    for _ in range(2):
        answer = await get(client, CONTACTS, seen="*")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, NEVER)
        assert "etag" not in answer.headers
        assert "王保密" in answer.text
    assert (await get(client, ONE, seen="*")).status_code == 304


@pytest.mark.parametrize("query", [WRONG, "{", PARTLY])
async def test_errors_are_not_kept(client: httpx.AsyncClient, query: str) -> None:
    answer = await get(client, query, seen="*")
    assert codes(answer)
    assert answer.headers["cache-control"] == NEVER
    assert "etag" not in answer.headers


async def test_a_token_that_does_not_hold_learns_nothing(client: httpx.AsyncClient) -> None:
    tag = (await get(client)).headers["etag"]
    assert (await get(client, seen=tag, authorization="Bearer x")).status_code == 401


async def test_what_is_sent_by_post_is_not_kept(client: httpx.AsyncClient) -> None:
    answer = await post(client, {"query": ONE}, **bearer(), if_none_match="*")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, NEVER)
    assert "etag" not in answer.headers


async def test_a_mutation_is_refused_whatever_the_client_has(client: httpx.AsyncClient) -> None:
    mutation = 'mutation { archiveOrganization(id: "x", version: 1, reason: "r") { __typename } }'
    answer = await get(client, mutation, seen="*")
    assert answer.status_code == 405
    assert ADMIN.subject not in answer.text
