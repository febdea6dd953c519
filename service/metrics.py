"""Metrics for Prometheus, at a port of their own: how long what takes, what is refused and why, what it costs.

Each process tells of itself alone, so each has a port of its own, and Prometheus adds them up.
"""

import asyncio
import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, start_http_server
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from service.spans import Outcome

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
COSTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000)
NONE = "none"  # the operation of a request that came to none
LOOP_SECONDS = 0.5  # between two looks at how late the event loop is


class Metrics:
    """What one process counts since it began. Labels are words of the code, never of a caller."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time, open files
        self._answered = functools.cache(
            self._seconds(
                "request", "How long requests over HTTP took, by kind of operation and status.", "operation", "status"
            ).labels
        )
        self.under_way = 0
        self._gauge("requests_under_way", "Requests being answered.").set_function(lambda: self.under_way)
        self._errors = self._counter("errors", "Errors told to callers, by code.", "code")
        self._refused = self._counter("rejections", "What was asked for and not run, by reason.", "reason")
        self._cost = functools.cache(
            Histogram(
                "cobuild_operation_cost", "Cost of operations.", ("operation",), buckets=COSTS, registry=self.registry
            ).labels
        )
        self._sockets = self._gauge("sockets", "WebSockets that are open.")
        self._subscriptions = self._gauge("subscriptions", "Subscriptions that are followed.")
        self._events = self._counter("subscription_events", "Events told to subscriptions.")
        self._operated = self._counter(
            "socket_operations", "Operations over WebSocket that came to their end, by kind.", "operation"
        )
        self._took = self._seconds(
            "socket_operation", "How long operations over WebSocket took, but for subscriptions, by kind.", "operation"
        )
        self._commands = functools.cache(
            self._seconds(
                "database", "How long commands of the database took, by name and outcome.", "command", "outcome"
            ).labels
        )
        self._waited = self._seconds(
            "database_pool_wait", "How long a connection to the database was waited for, by outcome.", "outcome"
        )
        self._connections = self._gauge("database_connections", "Connections to the database.")
        self._late = self._seconds("event_loop_delay", "How late the event loop is, looked at twice a second.")

    def _seconds(self, name: str, told: str, *labels: str) -> Histogram:
        return Histogram(f"cobuild_{name}_seconds", told, labels, buckets=SECONDS, registry=self.registry)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"cobuild_{name}", told, labels, registry=self.registry)

    def _gauge(self, name: str, told: str) -> Gauge:
        return Gauge(f"cobuild_{name}", told, registry=self.registry)

    def answered(self, status: int, seconds: float, operation: str = NONE, outcome: Outcome | None = None) -> None:
        """A request was answered."""
        self._answered(operation, status).observe(seconds)
        self._came_to(operation, outcome or Outcome())

    @contextlib.contextmanager
    def socket_open(self) -> Iterator[None]:
        with self._sockets.track_inprogress():
            yield

    @contextlib.contextmanager
    def following(self) -> Iterator[None]:
        """A subscription goes on."""
        with self._subscriptions.track_inprogress():
            yield

    def event(self) -> None:
        """A subscription was told of an event."""
        self._events.inc()

    def refused(self, outcome: Outcome) -> None:
        """A WebSocket was not opened."""
        self._came_to(NONE, outcome)

    def operated(self, operation: str, seconds: float, outcome: Outcome) -> None:
        """An operation over a WebSocket came to its end."""
        self._operated.labels(operation).inc()
        if operation != "subscription":  # which ends when its reader goes
            self._took.labels(operation).observe(seconds)
        self._came_to(operation, outcome)

    def _came_to(self, operation: str, outcome: Outcome) -> None:
        for code in outcome.codes:
            self._errors.labels(code).inc()
        if outcome.cost is not None:
            self._cost(operation).observe(outcome.cost)
        if outcome.refused is not None:
            self._refused.labels(outcome.refused).inc()

    def command(self, name: str, seconds: float, ok: bool) -> None:
        """The database answered a command."""
        self._commands(name, "ok" if ok else "failed").observe(seconds)

    def waited(self, seconds: float, ok: bool) -> None:
        """A connection of the pool was waited for, and was had or not."""
        self._waited.labels("ok" if ok else "failed").observe(seconds)

    def connected(self, more: int) -> None:
        """There are so many `more` connections to the database, or fewer."""
        self._connections.inc(more)

    def count_executions(self, counts: Mapping[str, int]) -> None:
        """Tell at each look how operations have been executed by then, which `counts`."""
        self.registry.register(_Executions(counts))

    async def watch_the_loop(self) -> None:
        """Look, until cancelled, how late the event loop is: what computes too long lets all others wait."""
        clock = asyncio.get_running_loop().time
        while True:
            began = clock()
            await asyncio.sleep(LOOP_SECONDS)
            self._late.observe(max(clock() - began - LOOP_SECONDS, 0.0))


class _Executions(Collector):
    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def collect(self) -> Iterable[CounterMetricFamily]:
        told = CounterMetricFamily("cobuild_executions", "Operations, by how they were executed.", labels=["execution"])
        for execution, count in dict(self._counts).items():
            told.add_metric([execution], count)
        yield told


@contextlib.contextmanager
def served(metrics: Metrics, host: str, port: int | None) -> Iterator[int | None]:
    """Answer Prometheus at `port` (0: any free one), which is the value, as long as the body runs; without one, not."""
    if port is None:
        yield None
        return
    server, thread = start_http_server(port, host, metrics.registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
