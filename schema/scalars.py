"""Dates and moments on the wire: stored as ISO texts and naive UTC, one serializer each."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import NewType

import strawberry
from strawberry.scalars import JSON
from strawberry.schema.types.scalar import DEFAULT_SCALAR_REGISTRY as STANDARD
from strawberry.types.scalar import ScalarDefinition

from schema.describing import both

RFC_3339 = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"


def date_text(value: object) -> str:
    """A stored day is its ISO text already."""
    assert isinstance(value, str | dt.date)
    return value if isinstance(value, str) else dt.date.isoformat(value)


def moment_text(value: object) -> str:
    """A stored moment is naive UTC; on the wire it carries its offset. Raises TypeError for anything else."""
    if not isinstance(value, dt.datetime):
        raise TypeError(f"{value!r} is not a moment")
    utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return utc.isoformat(timespec="milliseconds") + "Z"


def parse_date(value: object) -> dt.date:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError(f"{value!r} is not a date like 2024-02-29.")
    return dt.date.fromisoformat(value)


def parse_moment(value: object) -> dt.datetime:
    """Raises ValueError without an offset: whose midnight would it be?"""
    if not isinstance(value, str) or not re.fullmatch(RFC_3339, value):
        raise ValueError(f"{value!r} is not a moment with its offset like 2024-02-29T09:30:00+08:00.")
    return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)


Date = NewType("Date", dt.date)
BigInt = NewType("BigInt", int)
Moment = NewType("Moment", dt.datetime)
SCALARS: dict[object, ScalarDefinition] = {
    Decimal: replace(
        STANDARD[Decimal], description=both("A decimal number as text, as 12.50.", "十进制数文本,如 12.50。")
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description=both("A whole number that may pass 2^31, up to 2^53.", "整数,可超过 2^31,不超过 2^53。"),
        serialize=int,
    ),
    JSON: replace(STANDARD[JSON], description=both("Any JSON value.", "任意 JSON 值。")),
    Date: strawberry.scalar(
        name="Date",
        description=both("A day in Shanghai, as 2024-02-29.", "上海时区的日期,如 2024-02-29。"),
        serialize=date_text,
        parse_value=parse_date,
    ),
    Moment: strawberry.scalar(
        name="DateTime",
        description=both(
            "A moment with its offset, as 2024-02-29T01:30:00Z.", "带时区的时刻,如 2024-02-29T01:30:00Z。"
        ),
        serialize=moment_text,
        parse_value=parse_moment,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    ),
}
