"""Facts: plain values in, typed values out; and what is wrong with a text, a number or a list whatever it means."""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, cast, get_type_hints

from cattrs import BaseValidationError, Converter

from service.dates import PartialDate, day_of
from service.errors import Code, Path, Problem, refuse_any
from service.viewer import Upper

Facts: TypeAlias = Mapping[str, Any]
LONGEST_TEXT = 4000
LONGEST_LINE = 300  # a text that may be longer may also have several lines
INVISIBLE = ("Cc", "Cf", "Cs", "Zl", "Zp")
JOINERS = "\u200c\u200d"  # which some scripts are written with
UNSEEN = re.compile(r"[\u034f\u115f\u1160\u180b-\u180f\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")  # after NFKC
MOST_ITEMS = 200  # of a list inside one record
NOTHING: Mapping[str, int] = {}
MOST_COUNTED = 10_000_000  # people at one place: sums of them stay exact as JSON numbers

_converter = Converter(forbid_extra_keys=True, unstruct_collection_overrides={Sequence: list})


def _tidy(value: object, _: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return unicodedata.normalize("NFC", value).strip()


def _moment(value: object, _: object) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        raise ValueError(f"{value!r} is not a moment")
    aware = value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    day_of(aware)  # the last hours of the year 9999 have no day in Shanghai
    return aware.replace(microsecond=aware.microsecond // 1000 * 1000)  # as fine as the database keeps it


def _day(value: object, _: object) -> dt.date:
    return value if type(value) is dt.date else dt.date.fromisoformat(str(value))


def _exact(value: object, kind: type) -> object:
    if type(value) is not kind:
        raise ValueError(f"{value!r} is not of the type {kind.__name__}")
    return value


def _decimal(value: object, _: object) -> Decimal:
    digits = str(value)
    if isinstance(value, Decimal) and value.is_finite() and -6 <= value.adjusted() < 15:
        digits = f"{value:f}"  # only now: written out, 1e999999999 would fill the memory
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,6})?", digits):
        raise ValueError("not a number of at most 15 digits and 6 decimals")
    return Decimal(digits)


def _partial_date(value: object, _: object) -> PartialDate:
    if isinstance(value, str):
        return PartialDate.parse(value)
    if isinstance(value, PartialDate):
        return value
    days = cast(Mapping[str, Any], value)
    return PartialDate.between(_day(days["first"], dt.date), _day(days.get("last") or days["first"], dt.date))


_converter.register_structure_hook(str, _tidy)
_converter.register_structure_hook(Upper, lambda value, kind: kind(value))  # else taken for any text
_converter.register_structure_hook(int, _exact)
_converter.register_structure_hook(bool, _exact)
_converter.register_structure_hook(Decimal, _decimal)
_converter.register_structure_hook(dt.datetime, _moment)
_converter.register_structure_hook(dt.date, _day)
_converter.register_structure_hook(PartialDate, _partial_date)
_converter.register_unstructure_hook(Upper, lambda member: member.value)
_converter.register_unstructure_hook(Decimal, lambda number: f"{number:f}")
_converter.register_unstructure_hook(dt.datetime, lambda moment: moment)
_converter.register_unstructure_hook(dt.date, dt.date.isoformat)


@cache
def _types(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


@cache
def _most_items(kind: type) -> Mapping[str, int]:
    return {each.name: each.metadata["items"] for each in dataclasses.fields(kind) if "items" in each.metadata}


def structured(kind: type, facts: Facts) -> dict[str, Any]:
    """`facts` as values of the types that `kind` declares. Raises `Refusal` naming each fact that does not fit."""
    problems, values = [], {}
    for name, value in facts.items():
        most = _most_items(kind).get(name, MOST_ITEMS)
        if isinstance(value, list) and len(value) > most:  # before anything is done with each of them
            problems.append(_too_many((name,), most))
            continue
        try:
            values[name] = _converter.structure(value, _types(kind)[name])
        except (ValueError, KeyError, TypeError, OverflowError, BaseValidationError) as error:
            problems.append(_misfit(name, value, error))
    refuse_any(problems)
    return values


def _misfit(name: str, value: object, error: Exception) -> Problem:
    if value is None:
        return Problem(Code.REQUIRED, (name,), "This cannot be empty.", "此项不能为空。")
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
    return Problem(Code.INVALID, (name,), f"This value does not fit: {error}.", f"此值不符合要求:{error}。")


def plain(value: Any) -> dict[str, Any]:
    """A dataclass as the plain values that are stored: dates as ISO texts, moments as they are, tuples as lists."""
    return cast(dict[str, Any], _converter.unstructure(value))


def _too_many(path: Path, most: int) -> Problem:
    return Problem(Code.LIMIT_EXCEEDED, path, f"At most {most} items.", f"最多 {most} 项。")


def text(most: int = 200, **kwargs: Any) -> Any:
    """A dataclass field for a text of at most `most` characters."""
    return dataclasses.field(metadata={"most": most}, **kwargs)


def number(largest: int, **kwargs: Any) -> Any:
    """A dataclass field for a number from 0 to `largest`, where that is not a count of people."""
    return dataclasses.field(metadata={"largest": largest}, **kwargs)


def items(most: int, **kwargs: Any) -> Any:
    """A dataclass field for a list of at most `most` items, where those are more than MOST_ITEMS."""
    return dataclasses.field(metadata={"items": most}, **kwargs)


def malformed(
    value: Any,
    path: Path = (),
    most: int = LONGEST_TEXT,
    needed: bool = False,
    told: Mapping[str, int] = NOTHING,
) -> Iterator[Problem]:
    """What is wrong with the texts, numbers and lists anywhere inside `value`, whatever it means."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            must = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
            longest = field.metadata.get("most", LONGEST_TEXT)
            yield from malformed(getattr(value, field.name), (*path, field.name), longest, must, field.metadata)
    elif isinstance(value, tuple):
        if len(value) > (most_items := told.get("items", MOST_ITEMS)):
            yield _too_many(path, most_items)
        for place, item in enumerate(value):
            yield from malformed(item, (*path, place), most, told=told)
    elif isinstance(value, str) and not isinstance(value, Enum):
        yield from _malformed_text(value, path, most, needed)
    elif isinstance(value, int) and not isinstance(value, bool) and not 0 <= value <= told.get("largest", MOST_COUNTED):
        bounds = f"0 … {told.get('largest', MOST_COUNTED)}"
        yield Problem(Code.INVALID, path, f"A count lies between {bounds}.", f"数量须在 {bounds} 之间。")


def _malformed_text(value: str, path: Path, most: int, needed: bool) -> Iterator[Problem]:
    if needed and not folded(value):
        yield Problem(Code.REQUIRED, path, "This cannot be empty.", "此项不能为空。")
    if len(value) > most:
        yield Problem(Code.INVALID, path, f"At most {most} characters.", f"最多 {most} 个字符。")
    allowed = JOINERS if most <= LONGEST_LINE else JOINERS + "\n\t"
    if any(unicodedata.category(character) in INVISIBLE and character not in allowed for character in value):
        yield Problem(
            Code.INVALID, path, "Invisible or control characters are not allowed.", "不允许使用不可见字符或控制字符。"
        )


def folded(value: str) -> str:
    """`value` as it is compared with others: full and half width, case, white space and what nobody sees, as joiners,
    fillers and variation selectors, make no difference.
    """
    return " ".join(UNSEEN.sub("", unicodedata.normalize("NFKC", value)).casefold().split())
