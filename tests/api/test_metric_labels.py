"""What metrics tell of refusals, sockets and the process; and that no caller can make series of them."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from prometheus_client.metrics_core import Metric
from starlette.applications import Starlette

from schema.answers import Rejected, unavailable
from schema.http import graphql_route
from schema.limits import USUAL, Limits
from schema.operations import Means
from schema.reasons import BY_STATUS, REASONS, reason_of
from service import metrics as counting
from service.errors import Code, Problem
from service.identity import Identity
from service.metrics import NONE, Metrics
from service.transport import Transport
from tests.api.sockets import eventually, served
from tests.api.wire import GOOD, JSON, KEYS
from tests.conftest import House

MOST_SERIES = 2_000  # of one process, whatever it is asked; buckets count
LABELS: Mapping[str, frozenset[str]] = {
    "operation": frozenset({"query", "mutation", "subscription", NONE}),
    "code": frozenset(Code),
    "reason": REASONS,
    "outcome": frozenset({"ok", "failed"}),
}


def client_of(house: House, metrics: Metrics, limits: Limits = USUAL) -> httpx.AsyncClient:
    means = Means(house.store, Identity(KEYS), house.rates(), limits=limits)
    app = Starlette(routes=[graphql_route(means)], middleware=Transport().middleware(metrics))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


def series(metrics: Metrics) -> list[tuple[str, dict[str, str]]]:
    collected: list[Metric] = [*metrics.registry.collect()]
    return [(sample.name, dict(sample.labels)) for each in collected for sample in each.samples]


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"cobuild_{name}", labels) or 0.0


def flood(number: int) -> list[dict[str, Any]]:
    """Requests that differ in all that a caller may choose."""
    word = f"w{number}"
    return [
        {"method": "POST", "url": "/graphql", "json": {"query": f"query {word} {{ __typename }}"}},
        {"method": "POST", "url": "/graphql", "json": {"query": f"query {word} {{ {word} }}"}},
        {"method": "POST", "url": "/graphql", "json": {"query": f"{word} {{ a }}", "operationName": word}},
        {"method": "POST", "url": "/graphql", "json": {"documentId": word}},
        {"method": "POST", "url": "/graphql", "json": GOOD, "headers": {"authorization": f"Bearer {word}"}},
        {"method": "POST", "url": "/graphql", "content": word, "headers": {"content-type": f"text/{word}"}},
        {"method": "GET", "url": "/graphql", "headers": {"accept": f"text/{word}"}},
        {"method": word.upper(), "url": "/graphql"},
        {"method": "GET", "url": f"/{word}"},
    ]


async def test_no_caller_makes_a_series(house: House) -> None:
    metrics = Metrics()
    async with client_of(house, metrics) as http:
        for each in flood(0):
            await http.request(**each)
        before = len(series(metrics))
        for number in range(1, 12):
            for each in flood(number):
                await http.request(**each)
    found = series(metrics)
    assert len(found) == before < MOST_SERIES
    strange = {
        (label, value)
        for _, labels in found
        for label, value in labels.items()
        if value not in LABELS.get(label, {value})
    }
    assert strange == set()
    statuses = {labels["status"] for _, labels in found if "status" in labels}
    assert statuses == {"200", "401", "404", "405", "406", "415"}
    assert not any("w1" in value for _, labels in found for value in labels.values())


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({"json": {"query": "{ a: viewer { subject } b: viewer { subject } }"}}, "aliases"),
        ({"json": {"query": "{ viewer { grants { role } } }"}}, "depth"),
        ({"json": {"query": "{ __schema { types { name } } }"}}, "introspection_depth"),
        ({"json": {"query": "{" + " viewer { subject }" * 20 + "}"}}, "tokens"),
        ({"json": {"query": "{ nothing }"}}, "invalid"),
        ({"json": {"documentId": "x"}}, "document"),
        ({"content": b"{", "headers": JSON}, "request"),
        ({"content": b"{}", "headers": {"content-type": "text/plain"}}, "content_type"),
        ({"json": GOOD, "headers": {"accept": "text/html"}}, "accept"),
        ({"content": b" " * 300_000, "headers": JSON}, "body"),
        ({"json": GOOD, "headers": {"authorization": "Bearer x"}}, "token"),
    ],
)
async def test_what_is_refused_is_counted_by_its_reason(house: House, sent: Any, reason: str) -> None:
    metrics = Metrics()
    limits = Limits(tokens=60, depth=2, introspection_depth=1, aliases=1)
    async with client_of(house, metrics, limits) as http:
        await http.post("/graphql", **sent)
        await http.post("/graphql", json=GOOD)
    told = {labels["reason"] for name, labels in series(metrics) if name == "cobuild_rejections_total"}
    assert told == {reason}
    assert counted(metrics, "rejections_total", reason=reason) == 1


def test_each_reason_has_one_word_and_what_a_rule_refuses_has_none() -> None:
    assert len(REASONS) == len({each.lower() for each in REASONS})
    for status, word in BY_STATUS.items():
        assert reason_of(Rejected(status, "no", "否", Code.BAD_REQUEST).problems[0], status) == word
    assert reason_of(unavailable().problems[0], 503) == "unavailable"
    assert reason_of(Problem(Code.RULE_BROKEN, ("input",), "no", "否"), None) is None
    assert reason_of(Problem(Code.LIMIT_EXCEEDED, ("ids",), "no", "否"), None) is None
    assert reason_of(Problem(Code.INTERNAL_ERROR, (), "no", "否"), 500) is None


async def test_subscriptions_that_are_followed_are_counted_and_their_life_is_no_duration(house: House) -> None:
    metrics = Metrics()
    async with served(house, metrics=metrics) as service:
        await service.relay_all()
        async with service.client() as one:
            await one.asked(GOOD["query"])
            await one.follow("f")
            await one.events(3)
            assert counted(metrics, "subscriptions") == 1
            await one.say({"type": "complete", "id": "f"})
            assert await eventually(lambda: counted(metrics, "subscriptions") == 0)
        async with service.opened(("other",)) as other:
            assert await other.ending() == 4406
    assert counted(metrics, "subscription_events_total") >= 3
    assert counted(metrics, "socket_operation_seconds_count", operation="query") == 1
    assert counted(metrics, "socket_operation_seconds_count", operation="subscription") == 0
    assert counted(metrics, "rejections_total", reason="subprotocol") == 1


async def test_a_loop_that_is_held_up_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "LOOP_SECONDS", 0.01)
    metrics = Metrics()
    watching = asyncio.create_task(metrics.watch_the_loop())
    assert await eventually(lambda: counted(metrics, "event_loop_delay_seconds_count") > 2)
    time.sleep(0.2)  # noqa: ASYNC251 - it holds the loop up
    assert await eventually(lambda: counted(metrics, "event_loop_delay_seconds_sum") > 0.1)
    watching.cancel()


def test_the_process_tells_its_memory() -> None:
    assert (Metrics().registry.get_sample_value("process_resident_memory_bytes") or 0) > 10_000_000
