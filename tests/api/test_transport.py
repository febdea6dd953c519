"""What every answer carries, whichever route made it: a request id, what browsers keep to, and CORS by a list."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, TypeAlias

import httpx
import pytest

from service.app import create_app
from service.metrics import Metrics
from service.transport import REQUEST_ID, Transport
from tests.api.test_app import client, in_memory, settings
from tests.api.wire import GOOD

PAGE = "https://app.example"
Apps: TypeAlias = dict[str, httpx.AsyncClient]


@pytest.fixture(scope="module")
async def apps(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Apps]:
    """A service without a list of origins, and one with; nobody writes to them."""
    folder = tmp_path_factory.mktemp("transport")
    made = in_memory(folder)
    listing = replace(made, origins=settings(folder, COBUILD_ORIGINS=f"{PAGE}, http://127.0.0.1:5173").origins)
    async with client(create_app(made)) as plain, client(create_app(listing)) as listed:
        yield {"plain": plain, "listed": listed}


async def asked(http: httpx.AsyncClient, method: str, path: str, headers: dict[str, Any]) -> httpx.Response:
    return await http.request(method, path, headers=headers, json=GOOD if method == "POST" else None)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/graphql"), ("GET", "/livez"), ("GET", "/docs"), ("GET", "/no")]
)
async def test_every_answer_tells_browsers_what_to_keep_to_and_has_an_id(apps: Apps, method: str, path: str) -> None:
    answer = await asked(apps["plain"], method, path, {})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers[REQUEST_ID] != (await asked(apps["plain"], method, path, {})).headers[REQUEST_ID]
    assert "access-control-allow-origin" not in answer.headers
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("given", "kept"),
    [("gateway-7.a_B", True), ("a" * 64, True), ("a" * 65, False), ("a b", False), ("甲".encode(), False), ("", False)],
)
async def test_a_plain_id_of_the_caller_is_kept_and_no_other(apps: Apps, given: str | bytes, kept: bool) -> None:
    answer = await asked(apps["plain"], "GET", "/livez", {REQUEST_ID: given})
    assert (answer.headers[REQUEST_ID] == given) == kept


@pytest.mark.parametrize(
    ("origin", "allowed"), [(PAGE, True), ("http://127.0.0.1:5173", True), ("https://e.example", False)]
)
async def test_only_pages_of_a_listed_origin_may_read_the_answer(apps: Apps, origin: str, allowed: bool) -> None:
    answer = await asked(apps["listed"], "POST", "/graphql", {"Origin": origin})
    assert answer.status_code == 200
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(("origin", "status"), [(PAGE, 200), ("https://e.example", 400)])
async def test_a_preflight_is_answered_for_a_listed_origin(apps: Apps, origin: str, status: int) -> None:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    answer = await asked(apps["listed"], "OPTIONS", "/graphql", {"Origin": origin, **wanted})
    assert answer.status_code == status
    assert answer.headers.get("access-control-allow-origin") == (PAGE if status == 200 else None)


async def test_without_a_list_a_preflight_is_refused(apps: Apps) -> None:
    wanted = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}
    assert (await asked(apps["plain"], "OPTIONS", "/graphql", wanted)).status_code == 405


def test_in_production_browsers_are_told_to_come_by_https_alone() -> None:
    [layer] = Transport(https=True).middleware(Metrics())
    assert layer.kwargs["https"] is True
