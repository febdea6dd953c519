"""Logs: in production one JSON object a line, in development one line to read; each with the request it belongs to.

What a caller sends is never logged: no token, no text of an operation, no value of an argument. What a line does
hold of a caller, as a path, cannot begin a line of its own.
"""

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

QUIET = ("pymongo", "httpx", "uvicorn")  # libraries of whom only warnings are of interest


def configure(development: bool, level: int = logging.INFO) -> None:
    """Let everything that is logged in this process, by libraries too, be written to standard error."""
    said: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.stdlib.ExtraAdder(),
    ]
    written: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if development:
        # Plain, as other traces show the values of variables, which are a caller's.
        plain = structlog.dev.plain_traceback
        written += [
            _on_one_line,
            structlog.dev.ConsoleRenderer(colors=False, timestamp_key="at", pad_event_to=0, exception_formatter=plain),
        ]
    else:
        written += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(_json)]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=written, foreign_pre_chain=said))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _on_one_line(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _escaped(value) if isinstance(value, str) else value for name, value in event.items()}


def _escaped(text: str) -> str:
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _json(event: Mapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
