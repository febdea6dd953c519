"""The span of the request that is being answered, where traces are on: what is told of it from any layer.

Nothing is imported for it, and nothing is done, as long as no collector of traces is named.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from service.notes import note

if TYPE_CHECKING:
    from opentelemetry.trace import Span

LONGEST_NAME = 64  # characters of an operation's name, which is its caller's; the grammar lets letters, digits and _ in


class Outcome(NamedTuple):
    """What an operation came to: the codes of its errors, each once, and its cost where it was measured."""

    codes: Sequence[str] = ()
    cost: int | None = None
    refused: str | None = None  # why it was not run, where it was not


CURRENT: ContextVar["Span | None"] = ContextVar("span", default=None)


def operation_is(kind: str, name: str | None) -> None:
    """Say what is being run, as soon as it is known: to the log and metrics its kind, to the span its name as well."""
    note(operation=kind)
    if (span := CURRENT.get()) is not None:
        span.update_name(kind)
        span.set_attribute("graphql.operation.type", kind)
        if name:
            span.set_attribute("graphql.operation.name", name[:LONGEST_NAME])
