"""Leaves: how the values of scalars and enums are written, by the functions that graphql-core calls for them.

A value that is of the usual type already is taken as it is; the test for others stands in the generated code.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLScalarType, Undefined
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

from schema.plan.called import Deoptimized

TEXT, TRUTH = "type({0}) is not str", "type({0}) is not bool"
WHOLE = f"not (type({{0}}) is int and {GRAPHQL_MIN_INT} <= {{0}} <= {GRAPHQL_MAX_INT})"
UNUSUAL = {"String": TEXT, "ID": TEXT, "Date": TEXT, "Boolean": TRUTH, "Int": WHOLE}
STORED_MOMENT = "type({0}) is datetime and {0}.tzinfo is None"
MOST_LEAVES = 256  # types that are written; the schema has fewer
THOUSANDTHS = tuple(f".{each:03}Z" for each in range(1_000))


def unusual_test(leaf: GraphQLNamedType, name: str) -> str | None:
    """The expression that tells whether the value called `name` is not written as it is; None where none is."""
    return UNUSUAL[leaf.name].format(name) if leaf.name in UNUSUAL else None


@lru_cache(MOST_LEAVES)
def writing(leaf: GraphQLNamedType) -> Callable[[Any], Any]:
    """The function that turns a value into what stands in the answer. Raises `Deoptimized` for null."""
    assert isinstance(leaf, GraphQLScalarType | GraphQLEnumType)
    coerce = leaf.coerce_output_value

    def write(value: Any) -> Any:
        if value is None:
            raise Deoptimized("null where none may be")
        found = coerce(value)
        if found is None or found is Undefined:
            raise Deoptimized(f"a value is no {leaf.name}")
        return found

    return write


def moment(value: datetime) -> str:
    """A stored moment as `scalars.moment_text` writes it; orjson writes it in a tenth of the time."""
    return orjson.dumps(value)[1:20].decode() + THOUSANDTHS[value.microsecond // 1_000]


@lru_cache(MOST_LEAVES)
def names_of(leaf: GraphQLEnumType) -> dict[Any, str]:
    """The names of an enum by the stored text, which our enums are equal to."""
    return {value.value: name for name, value in leaf.values.items()}
