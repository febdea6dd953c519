"""Logs: in production one JSON object a line, in development one line to read; each with the request it belongs to.

What a caller sends is never logged: no token, no text of an operation, no value of an argument. What a line does
hold of a caller, as a path, cannot begin a line of its own, nor show a token. The text of an exception may quote
values, or a whole command of the database: in production its type, its code and its place are told instead.
"""

import datetime as dt
import logging
import re
import traceback
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson

from service.notes import noted

TOKEN = re.compile(r"eyJ[\w.%-]{8,}")  # as every JSON Web Token begins
QUIET = ("pymongo", "httpx", "uvicorn")  # libraries of whom only warnings are of interest
OF_EVERY_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def configure(development: bool, level: int = logging.INFO) -> None:
    """Let everything that is logged in this process, by libraries too, be written to standard error."""
    vars(logging)["_srcfile"] = None  # as its manual says: nobody looks for the place of a call
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # which no line tells
    handler = logging.StreamHandler()
    handler.setFormatter(ToRead() if development else Objects())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Objects(logging.Formatter):
    """One JSON object a line. A record is written in a few µs: a line is the dearest part of a small request."""

    def format(self, record: logging.LogRecord) -> str:
        event = {"event": record.getMessage(), **told(record)}
        event |= {"at": at(record), "level": record.levelname.lower(), "logger": record.name}
        if record.exc_info:
            event["exception"] = without_texts(record.exc_info)
        return orjson.dumps({name: safe(value) for name, value in event.items()}, default=str).decode()


class ToRead(logging.Formatter):
    """One line, and below it the exception that it tells of, without the values of variables."""

    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{name}={safe(str(value))}" for name, value in told(record).items())
        line = f"{at(record)} [{record.levelname.lower()}] {safe(record.getMessage())} [{record.name}] {more}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def told(record: logging.LogRecord) -> dict[str, Any]:
    """What is noted of the request, and what this line tells beside its text."""
    own = {name: value for name, value in vars(record).items() if name not in OF_EVERY_RECORD}
    return {**noted(), **own}


def at(record: logging.LogRecord) -> str:
    """The moment of a record, in UTC."""
    return f"{_second(int(record.created))}.{int(record.msecs):03}Z"


@lru_cache(2)
def _second(since_1970: int) -> str:
    return dt.datetime.fromtimestamp(since_1970, dt.UTC).isoformat()[:-6]


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


def safe(value: Any) -> Any:
    """Without a token, and without what a terminal or a reader of lines takes for more than a character."""
    if not isinstance(value, str):
        return value
    text = TOKEN.sub("[token]", value) if "eyJ" in value else value
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
