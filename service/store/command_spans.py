"""Commands of the database as spans below that of the request which needs them.

Attributes are those of OpenTelemetry's conventions for MongoDB, but for `db.query.text`: a command holds values.
What no request asked for, as the relay's work, has no span: it would be a trace of its own each time.
"""

from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from service.spans import CURRENT


class CommandSpans(CommandListener):
    """It is called in the thread, or task, that runs the command, which knows the request's span from its context."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._open: dict[int, Span] = {}  # by the number of the request to the server

    def started(self, event: CommandStartedEvent) -> None:
        parent = CURRENT.get()
        if parent is None or not parent.is_recording():
            return
        attributes = {
            "db.system.name": "mongodb",
            "db.namespace": event.database_name,
            "db.operation.name": event.command_name,
        }
        name = event.command_name
        if collection := collection_of(event):
            attributes["db.collection.name"] = collection
            name = f"{name} {collection}"
        below = set_span_in_context(parent, Context())
        self._open[event.request_id] = self._tracer.start_span(name, below, SpanKind.CLIENT, attributes)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        if (span := self._open.pop(event.request_id, None)) is not None:
            span.end()

    def failed(self, event: CommandFailedEvent) -> None:
        if (span := self._open.pop(event.request_id, None)) is not None:
            failure = event.failure  # of which only codes are told: its text may quote the command
            span.set_attribute("error.type", str(failure.get("code") or failure.get("errtype") or "_OTHER"))
            span.set_status(Status(StatusCode.ERROR))
            span.end()


def collection_of(event: CommandStartedEvent) -> str | None:
    """The collection that a command is about, if any."""
    named = event.command.get("collection" if event.command_name == "getMore" else event.command_name)
    return named if isinstance(named, str) else None
