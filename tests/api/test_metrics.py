"""What Prometheus is told: how long what took, errors by code, cost, and the database's commands."""

import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from service.app import create_app
from service.metrics import Metrics, served
from service.serving import CommandFailed, counted
from service.spans import Outcome
from tests.api.test_app import client, in_memory, settings
from tests.api.wire import GOOD, JSON


def told(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


async def test_requests_are_counted_by_what_they_came_to(tmp_path: Path) -> None:
    metrics = Metrics()
    async with client(create_app(in_memory(tmp_path), metrics=metrics)) as http:
        for body in (GOOD, GOOD, {"query": "{ nothing }"}):
            await http.post("/graphql", json=body)
        await http.post("/graphql", content=b"{", headers=JSON)
        await http.get("/no")
        await http.get("/livez")
    count = "cobuild_request_seconds_count"
    assert told(metrics, count, operation="query", status="200") == 3
    assert told(metrics, count, operation="none", status="400") == 1
    assert told(metrics, count, operation="none", status="404") == 1
    assert told(metrics, "cobuild_errors_total", code="GRAPHQL_INVALID") == 1
    assert told(metrics, "cobuild_errors_total", code="BAD_REQUEST") == 1
    assert told(metrics, "cobuild_operation_cost_count", operation="query") == 3
    assert told(metrics, "cobuild_requests_under_way") == 0


def test_prometheus_asks_at_a_port_of_its_own() -> None:
    metrics = Metrics()
    metrics.answered(200, 0.02, "query", Outcome())
    with served(metrics, "127.0.0.1", 0) as port:
        text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    assert 'cobuild_request_seconds_bucket{le="0.025",operation="query",status="200"} 1.0' in text
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_without_a_port_nothing_is_told(tmp_path: Path) -> None:
    assert settings(tmp_path).metrics_port is None
    with counted(Metrics(), settings(tmp_path)), served(Metrics(), "127.0.0.1", None) as port:
        assert port is None


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = replace(settings(tmp_path), metrics_port=other.getsockname()[1])
        with pytest.raises(CommandFailed, match="Cannot serve metrics at port"), counted(Metrics(), taken):
            raise AssertionError("it is served")
