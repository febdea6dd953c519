"""Traces for OpenTelemetry: a span for each request over HTTP, each operation and each event over WebSocket.

A span is named by the kind of its operation, never by the name a caller gave it. What a caller sends stands in none: no
text of an operation, no value of an argument, no token, no path, no id of anybody.

A subscription has a span for its beginning and one for each event, linked to it. One span for the whole of it would be
exported when it ends, perhaps after days, with its events as children without end.
"""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import Scope

from service.errors import Code
from service.notes import note
from service.spans import CURRENT, Outcome, operation_is
from service.store.command_spans import CommandSpans

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OURS = frozenset({Code.INTERNAL_ERROR, Code.SERVICE_UNAVAILABLE})  # errors that are the service's own
SERVICE = "cobuild"
LAST_SECONDS = 2.0  # for what is yet to be exported when the service ends
NANOSECONDS = 1_000_000_000
CARRIED = (b"traceparent", b"tracestate")


class Tracing:
    """What makes the spans; `provider` says where they go."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer(SERVICE)

    def listener(self) -> CommandSpans:
        """What the driver tells of commands."""
        return CommandSpans(self._tracer)

    @contextmanager
    def request(self, scope: Scope, outcome: Callable[[], tuple[int, Outcome]]) -> Iterator[None]:
        """The span of a request over HTTP; `outcome` tells its status in the end.

        It goes on with a trace begun elsewhere only where a proxy that is trusted says so.
        """
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        begun = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in CARRIED}
        parent = TraceContextTextMapPropagator().extract(begun if scope.get("from_proxy") else {}, Context())
        span = self._tracer.start_span(method, parent, SpanKind.SERVER, {"http.request.method": method})
        _bind(span)
        with _current(span):
            try:
                yield
            finally:
                status, came_to = outcome()
                span.set_attribute("http.response.status_code", status)
                _tell(span, came_to, failed=status >= 500 or status == 0)
                if (route := _route(scope)) is not None:
                    span.set_attribute("http.route", route)

    @contextmanager
    def operation(self, outcome: Callable[[], Outcome]) -> Iterator[SpanContext]:
        """The span of an operation over WebSocket: a trace of its own, as its socket may live long."""
        span = self._tracer.start_span("operation", Context(), SpanKind.SERVER)
        _bind(span)
        with _current(span):
            try:
                yield span.get_span_context()
            finally:
                _tell(span, outcome())

    @contextmanager
    def event(self, began: dt.datetime, name: str | None, origin: SpanContext) -> Iterator[None]:
        """The span of one event, found at `began`, of the subscription that began in `origin`."""
        started = int(began.timestamp() * NANOSECONDS)
        span = self._tracer.start_span("event", Context(), SpanKind.SERVER, links=[Link(origin)], start_time=started)
        with _current(span):
            operation_is("subscription", name)
            yield


def _bind(span: Span) -> None:
    note(trace=format_trace_id(span.get_span_context().trace_id))  # for the log


@contextmanager
def _current(span: Span) -> Iterator[None]:
    """As long as it lasts; an exception is not recorded, as its text may hold values."""
    token = CURRENT.set(span)
    try:
        yield
    finally:
        CURRENT.reset(token)
        span.end()


def _tell(span: Span, outcome: Outcome, failed: bool = False) -> None:
    if outcome.cost is not None:
        span.set_attribute("cobuild.operation.cost", outcome.cost)
    if outcome.codes:
        span.set_attribute("cobuild.error.codes", list(outcome.codes))
        span.set_attribute("error.type", outcome.codes[0])
    if failed or OURS & set(outcome.codes):
        span.set_status(Status(StatusCode.ERROR))


def _route(scope: Scope) -> str | None:
    """The pattern of the path, which has no ids in it; None where there is no such route."""
    routes = scope["app"].routes if "app" in scope else ()
    return next((each.path for each in routes if getattr(each, "endpoint", None) is scope.get("endpoint", 0)), None)


@contextmanager
def exported(endpoint: str) -> Iterator[Tracing]:
    """Send what is traced to `endpoint` (OTLP over HTTP) as long as the body runs, in a thread of its own.

    How else is told by the standard variables: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER,
    OTEL_EXPORTER_OTLP_HEADERS, OTEL_BSP_…. What the collector does not take is dropped and never waited for.
    """
    resource = Resource({"service.name": SERVICE}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    try:
        yield Tracing(provider)
    finally:
        ending = threading.Thread(target=provider.shutdown, daemon=True)  # which would wait for a minute
        ending.start()
        ending.join(LAST_SECONDS)
