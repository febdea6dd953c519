"""Metrics for Prometheus, at a port of their own: how long what takes, what is refused and why, what it costs."""

import contextlib
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
COSTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000)
NONE = "none"  # the operation of a request that came to none


class Metrics:
    """What one process counts since it began. Labels are words of the code, never of a caller."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answered = Histogram(
            "cobuild_request_seconds",
            "How long requests took, by kind of operation and status.",
            ("operation", "status"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self._under_way = Gauge("cobuild_requests_under_way", "Requests being answered.", registry=self.registry)
        self._errors = Counter("cobuild_errors", "Errors told to callers, by code.", ("code",), registry=self.registry)
        self._cost = Histogram(
            "cobuild_operation_cost", "Cost of operations.", ("operation",), buckets=COSTS, registry=self.registry
        )
        self._sockets = Gauge("cobuild_sockets", "WebSockets that are open.", registry=self.registry)
        self._operated = Counter(
            "cobuild_socket_operations",
            "Operations over WebSocket that came to their end, by kind.",
            ("operation",),
            registry=self.registry,
        )
        self._commands = Histogram(
            "cobuild_database_seconds",
            "How long commands of the database took, by name and outcome.",
            ("command", "outcome"),
            buckets=SECONDS,
            registry=self.registry,
        )

    @contextlib.contextmanager
    def under_way(self) -> Iterator[None]:
        with self._under_way.track_inprogress():
            yield

    def answered(
        self, status: int, seconds: float, operation: str = NONE, codes: Iterable[str] = (), cost: int | None = None
    ) -> None:
        """A request was answered; `codes` are those of its errors, each once."""
        self._answered.labels(operation, str(status)).observe(seconds)
        self._came_to(operation, codes, cost)

    @contextlib.contextmanager
    def socket_open(self) -> Iterator[None]:
        with self._sockets.track_inprogress():
            yield

    def refused(self, codes: Iterable[str]) -> None:
        """A WebSocket was not opened."""
        self._came_to(NONE, codes, None)

    def operated(self, operation: str, codes: Iterable[str], cost: int | None) -> None:
        """An operation over a WebSocket came to its end; `codes` are those of its errors, each once."""
        self._operated.labels(operation).inc()
        self._came_to(operation, codes, cost)

    def _came_to(self, operation: str, codes: Iterable[str], cost: int | None) -> None:
        for code in codes:
            self._errors.labels(code).inc()
        if cost is not None:
            self._cost.labels(operation).observe(cost)

    def command(self, name: str, seconds: float, ok: bool) -> None:
        """The database answered a command."""
        self._commands.labels(name, "ok" if ok else "failed").observe(seconds)


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
