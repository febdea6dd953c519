"""Plans behind the end-point: what a developer is told of them, trusted documents, GET, and what is counted."""

from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from schema.documents import Documents
from schema.http import graphql_route
from schema.operations import Means
from schema.plan.plans import Plans
from service.app import create_app
from service.identity import Identity
from service.metrics import Metrics
from tests.api.test_app import client, in_memory
from tests.api.wire import GOOD, KEYS, codes, post
from tests.conftest import NETWORK, House

PLANNED = {**GOOD, "extensions": {"plan": True}}
TRUSTED = "{ networks(first: 1) { nodes { id } } }"


pytestmark = pytest.mark.usefixtures("plans")


def asking(house: House, **means: Any) -> httpx.AsyncClient:
    app = Starlette(routes=[graphql_route(Means(house.store, Identity(KEYS), house.rates(), **means))])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


async def test_in_development_an_operation_tells_how_it_was_executed(built: House) -> None:
    async with asking(built, development=True) as http:
        told = [(await post(http, PLANNED)).json().get("extensions", {}).get("plan", {}) for _ in range(2)]
        refused = {"query": f'query($n: Int) {{ memberships(network: "{NETWORK}", first: $n) {{ totalCount }} }}'}
        for _ in range(2):
            last = await post(http, {**refused, "variables": {"n": -1}, "extensions": {"plan": True}})
    assert [each.get("execution") for each in told] == [None, "compiled"]
    assert told[1]["levels"] == 1
    deoptimized = last.json()["extensions"]["plan"]
    assert deoptimized["execution"] == "deoptimized"
    assert "LIMIT_EXCEEDED" in deoptimized["reason"]


async def test_elsewhere_nobody_is_told_how_an_operation_was_executed(built: House) -> None:
    async with asking(built, development=False) as http:
        answers = [await post(http, PLANNED) for _ in range(3)]
    assert {answer.content for answer in answers} == {orjson.dumps({"data": {"viewer": {"subject": "anonymous"}}})}


async def test_a_trusted_document_is_compiled_at_first_sight_and_others_at_second(built: House, plans: Plans) -> None:
    async with asking(built, documents=Documents({"one": TRUSTED})) as http:
        await post(http, {"documentId": "one"})
        await post(http, GOOD)
    assert plans.counts == {"compiled": 1, "interpreted": 1}


async def test_where_plans_are_off_trusted_documents_have_none_either(built: House, plans: Plans) -> None:
    async with asking(built, documents=Documents({"one": TRUSTED}), sight=0) as http:
        assert [(await post(http, {"documentId": "one"})).status_code for _ in range(3)] == [200] * 3
    assert plans.counts == {"interpreted": 3}


async def test_a_mutation_by_get_is_refused_also_when_it_is_known(built: House, plans: Plans) -> None:
    query = f'mutation {{ archiveNetwork(id: "{NETWORK}", version: 9, reason: "x") {{ __typename }} }}'
    async with asking(built, sight=1) as http:
        assert (await post(http, {"query": query})).status_code == 200
        answers = [await http.get("/graphql", params={"query": query}) for _ in range(2)]
    assert [(answer.status_code, answer.headers["allow"]) for answer in answers] == [(405, "POST")] * 2
    assert plans.counts["left"] == 2


async def test_a_subscription_by_post_is_refused_also_when_it_is_known(built: House) -> None:
    query = f'subscription {{ networkFeed(network: "{NETWORK}") {{ __typename }} }}'
    async with asking(built, sight=1) as http:
        assert [codes(await post(http, {"query": query})) for _ in range(2)] == [["GRAPHQL_INVALID"]] * 2


async def test_how_operations_were_executed_is_told_to_prometheus(tmp_path: Path, plans: Plans) -> None:
    metrics = Metrics()
    async with client(create_app(in_memory(tmp_path), metrics=metrics)) as http:
        for _ in range(3):
            await post(http, GOOD)
    told = [metrics.registry.get_sample_value("cobuild_executions_total", {"execution": each}) for each in plans.counts]
    assert dict(zip(plans.counts, told, strict=True)) == {"interpreted": 1, "compiled": 2}
