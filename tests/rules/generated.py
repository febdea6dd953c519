"""Records as they may stand in the database, of any kind, generated from what the kind declares."""

import datetime as dt
import types
import unicodedata
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from service.dates import PartialDate
from service.records import Record

R = TypeVar("R", bound=Record)

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 12, 31), timezones=st.just(dt.UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
PARTIAL_DATES = st.tuples(DAYS, DAYS).map(lambda days: PartialDate.between(min(days), max(days)))
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).map(
    lambda text: unicodedata.normalize("NFC", text).strip() or "共建"
)
PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    bool: st.booleans(),
    int: st.integers(0, 1_000_000_000),
    Decimal: st.decimals(-(10**9), 10**9, places=2),
    dt.date: DAYS,
    dt.datetime: MOMENTS,
    PartialDate: PARTIAL_DATES,
    types.NoneType: st.none(),
}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of the type that `hint` names."""
    if hint in PLAIN:
        return PLAIN[hint]
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of(*map(values, get_args(hint)))
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    assert is_dataclass(hint), f"no values are known of {hint}"
    return records(hint)


def records(kind: Callable[..., R], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[R]:
    """Instances of the dataclass `kind`, each field of its own declared type unless `given`."""
    hints = get_type_hints(kind)
    declared: Any = kind
    return st.builds(kind, **{field.name: values(hints[field.name]) for field in fields(declared)} | given)


def stored(kind: type[R], networks: tuple[str, ...] = ("net_a", "net_b")) -> st.SearchStrategy[R]:
    """Records of one of `networks` with an id of their type, whatever their state."""
    own_ids = st.integers(0, 99).map(lambda number: f"{kind.PREFIX}_{number}")
    return records(kind, id=own_ids, network=st.sampled_from(networks))
