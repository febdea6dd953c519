"""Where traces go: to the collector that the settings name, without waiting for it; else nowhere at no cost."""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from service import tracing
from service.environment import CHECKOUT
from service.serving import traced as traced_by
from service.spans import Outcome
from service.tracing import Tracing, exported
from tests.api.test_app import settings


class Collector(BaseHTTPRequestHandler):
    """Takes what is exported, or keeps silent."""

    taken: list[tuple[str, ExportTraceServiceRequest]]
    silent: threading.Event | None = None

    def do_POST(self) -> None:
        if self.silent is not None:
            self.silent.wait(30)
            return
        body = self.rfile.read(int(self.headers["content-length"]))
        self.taken.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@contextlib.contextmanager
def collector(silent: threading.Event | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Its address, and what it has taken."""
    taken: list[Any] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Collector,), {"taken": taken, "silent": silent}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", taken
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def one_request(of: Tracing) -> None:
    with of.request({"type": "http", "method": "GET", "headers": []}, lambda: (200, Outcome())):
        """It is answered."""


def test_a_collector_that_is_named_is_sent_what_is_traced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=ward")
    with collector() as (address, taken):
        with traced_by(settings(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=f"{address}/")) as made:
            assert made is not None
            one_request(made)
        [(path, request)] = taken
    [resource] = request.resource_spans
    attributes = {each.key: each.value.string_value for each in resource.resource.attributes}
    assert path == "/v1/traces"
    assert {**attributes, "service.name": "cobuild", "deployment.environment.name": "ward"} == attributes
    assert [span.name for span in resource.scope_spans[0].spans] == ["GET"]


def test_a_collector_that_keeps_silent_does_not_keep_the_service_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "LAST_SECONDS", 0.2)
    silent, others = threading.Event(), {*threading.enumerate()}
    with collector(silent) as (address, taken):
        began = time.monotonic()
        with exported(address) as made:
            one_request(made)
        assert time.monotonic() - began < 5
        silent.set()
    for left in {*threading.enumerate()} - others:  # what it says at last is not for another test
        left.join(30)
        assert not left.is_alive()
    assert taken == []


def test_traces_go_where_the_settings_say(tmp_path: Path) -> None:
    whole, base = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert settings(tmp_path).traces is None
    assert settings(tmp_path, **{base: "http://c:4318"}).traces == "http://c:4318/v1/traces"
    assert settings(tmp_path, **{base: "http://c:4318", whole: "https://t/in"}).traces == "https://t/in"
    with traced_by(settings(tmp_path)) as nothing:
        assert nothing is None


@pytest.mark.parametrize("module", ["service.serving", pytest.param("service.app", marks=pytest.mark.prove)])
def test_where_nothing_is_traced_nothing_of_it_is_imported(module: str) -> None:
    code = f"import sys, {module}; sys.exit('opentelemetry' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True, timeout=60)
