"""Logs: in production one JSON object a line, in development one line to read; each with the request it belongs to.

What a caller sends is never logged: no token, no text of an operation, no value of an argument. What a line does
hold of a caller, as a path, cannot begin a line of its own, nor show a token. The text of an exception may quote
values, or a whole command of the database: in production its type, its code and its place are told instead.
"""

import logging
import re
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any

import orjson
import structlog
from structlog.typing import Processor

TOKEN = re.compile(r"eyJ[\w.%-]{8,}")  # as every JSON Web Token begins
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
    written: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _safe]
    if development:
        written += [structlog.dev.ConsoleRenderer(colors=False, timestamp_key="at", pad_event_to=0)]
    else:
        written += [structlog.processors.ExceptionRenderer(without_texts), structlog.processors.JSONRenderer(_json)]
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=written, foreign_pre_chain=said))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def without_texts(exc_info: Any) -> str:
    """An exception and those that led to it, each as its type, its code, if it has one, and where it was raised."""
    return "\n".join(line for error in _led_to(exc_info[1]) for line in _told(error))


def _led_to(error: BaseException | None) -> Iterator[BaseException]:
    """From the last to the first, those of a group after it."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        if (each := waiting.pop(0)) is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting.append(each.__cause__ or (None if each.__suppress_context__ else each.__context__))
            waiting += each.exceptions if isinstance(each, BaseExceptionGroup) else ()


def _told(error: BaseException) -> Iterator[str]:
    kind = type(error)
    code = getattr(error, "code", None) or getattr(error, "errno", None)
    yield f"{kind.__module__}.{kind.__qualname__}{f' ({code})' if isinstance(code, int) else ''}"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


def _safe(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {name: _one_line(value) if isinstance(value, str) else value for name, value in event.items()}


def _one_line(text: str) -> str:
    """Without a token, and without what a terminal or a reader of lines takes for more than a character."""
    text = TOKEN.sub("[token]", text)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _json(event: Mapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
