"""Trusted documents: asked for by id as Apollo, urql and Relay do, and where that is set, nothing else is answered."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from schema.api import schema
from schema.documents import Documents, DocumentsInvalid, documents_in
from schema.http import graphql_route
from schema.operations import Means
from service.app import documents_of
from service.identity import Identity
from service.settings import SettingsInvalid
from tests.api.test_app import settings
from tests.api.wire import KEYS, codes, post
from tests.conftest import House

TEXT = "query Who { viewer { subject } }"
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
OTHER = "{ __typename }"
WHO = {"data": {"viewer": {"subject": "anonymous"}}}


def named(own_id: str, **more: Any) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": own_id}}, **more}


def asking(house: House, only: bool, texts: dict[str, str] | None = None) -> httpx.AsyncClient:
    documents = Documents({HASH: TEXT} if texts is None else texts, only)
    route = graphql_route(Means(house.store, Identity(KEYS), house.rates(), documents))
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=[route])), base_url="http://service")


@pytest.mark.parametrize("only", [True, False])
@pytest.mark.parametrize("body", [named(HASH), {"documentId": HASH}, named(HASH, query=OTHER)])
async def test_a_known_document_is_asked_for_by_its_id(house: House, only: bool, body: dict[str, Any]) -> None:
    """What the caller says it is makes no difference."""
    async with asking(house, only) as client:
        answer = await post(client, body)
        assert (answer.status_code, answer.json()) == (200, WHO)


async def test_a_known_document_may_be_asked_for_by_get(house: House) -> None:
    async with asking(house, only=True) as client:
        extensions = orjson.dumps(named(HASH)["extensions"]).decode()
        by_hash = await client.get("/graphql", params={"extensions": extensions})
        by_id = await client.get("/graphql", params={"documentId": HASH})
    assert by_hash.json() == by_id.json() == WHO


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_an_unknown_id_is_told_as_clients_expect_so_that_they_send_the_text(house: House, language: str) -> None:
    """urql goes by the message alone, also in the browser of a reader of Chinese."""
    async with asking(house, only=False, texts={}) as client:
        answer = await post(client, named(HASH), accept_language=language)
        assert answer.status_code == 404
        assert codes(answer) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert answer.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert (await post(client, named(HASH, query=TEXT))).json() == WHO


async def test_a_text_that_its_id_does_not_fit_is_refused(house: House) -> None:
    async with asking(house, only=False, texts={}) as client:
        answer = await post(client, named(HASH, query=OTHER))
        assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize("body", [{"query": OTHER}, {"query": TEXT}, named("0" * 64, query=TEXT)])
async def test_where_only_known_documents_are_answered_no_text_is(house: House, body: dict[str, Any]) -> None:
    async with asking(house, only=True) as client:
        answer = await post(client, body, accept_language="zh")
        assert (answer.status_code, codes(answer)) == (403, ["FORBIDDEN"])
        assert answer.json()["errors"][0]["message"] == "此处只执行预先登记的查询文档,请以编号指明。"


@pytest.mark.parametrize(
    "body", [{}, named(""), {"documentId": ""}, {"documentId": 7}, {"extensions": {"persistedQuery": "x"}}]
)
async def test_what_names_no_document_is_no_request(house: House, body: dict[str, Any]) -> None:
    async with asking(house, only=False) as client:
        answer = await post(client, body)
        assert (answer.status_code, codes(answer)) == (400, ["BAD_REQUEST"])


def manifest(*operations: tuple[str, str]) -> dict[str, Any]:
    told = [{"id": own_id, "body": body, "name": "Who", "type": "query"} for own_id, body in operations]
    return {"format": "apollo-persisted-query-manifest", "version": 1, "operations": told}


@pytest.mark.parametrize("told", [{HASH: TEXT}, manifest((HASH, TEXT))], ids=["texts by id", "Apollo's manifest"])
def test_the_files_of_build_tools_are_read(tmp_path: Path, told: Any) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(orjson.dumps(told))
    assert documents_in(path, schema._schema, only=True) == Documents({HASH: TEXT}, only=True)
    made = settings(tmp_path, COBUILD_DOCUMENTS=str(path), COBUILD_DOCUMENTS_ONLY="yes")
    assert documents_of(made) == Documents({HASH: TEXT}, only=True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "documents.json"),
        (b"[]", "neither an object"),
        (b'{"a": 1}', "neither an object"),
        (b'{"a": "{"}', "a: Syntax Error"),
        (b'{"b": "{ nothing }"}', "b: Cannot query field 'nothing'"),
        (None, "No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_at_the_start(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "documents.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DocumentsInvalid, match=said):
        documents_in(path, schema._schema, only=False)
    with pytest.raises(SettingsInvalid, match=said):
        documents_of(settings(tmp_path, COBUILD_DOCUMENTS=str(path)))
