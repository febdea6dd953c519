"""What is noted, from any layer, of the request or the operation that is under way: every log line of it carries it."""

from contextvars import ContextVar
from typing import Any

_NOTED: ContextVar[dict[str, Any] | None] = ContextVar("noted", default=None)


def begin(**told: Any) -> None:
    """A request begins, with what it is `told` by: what was noted before is forgotten, by tasks begun here too."""
    _NOTED.set(told)


def note(**told: Any) -> None:
    """Outside a request there is nothing to note it for."""
    if (known := _NOTED.get()) is not None:
        known.update(told)


def noted() -> dict[str, Any]:
    """What is noted by now."""
    return _NOTED.get() or {}
