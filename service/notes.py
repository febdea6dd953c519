"""What is noted, from any layer, of the request or the operation that is under way: every log line of it carries it."""

from contextvars import ContextVar
from typing import Any

_NOTED: ContextVar[dict[str, Any]] = ContextVar("noted")


def begin(**told: Any) -> dict[str, Any]:
    """Forget what was noted before; the value is what will be noted from here on, in tasks that begin here too."""
    _NOTED.set(told)
    return told


def note(**told: Any) -> None:
    noted().update(told)


def noted() -> dict[str, Any]:
    """What is noted by now."""
    known = _NOTED.get(None)
    return begin() if known is None else known
