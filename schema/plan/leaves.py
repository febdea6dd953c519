"""Leaves: how the values of scalars and enums are written, by the functions that graphql-core calls for them.

A value that is of the usual type already is taken as it is; the test for that stands in the generated code.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLScalarType, Undefined
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT

from schema.plan.called import Deoptimized
from schema.scalars import moment_text

TEXT, TRUTH = "type(v) is str", "type(v) is bool"
WHOLE = f"type(v) is int and {GRAPHQL_MIN_INT} <= v <= {GRAPHQL_MAX_INT}"
MOMENT = "v.isoformat('T', 'milliseconds') + 'Z' if type(v) is datetime and v.tzinfo is None else {}(v)"
USUAL = {"String": TEXT, "ID": TEXT, "Date": TEXT, "Boolean": TRUTH, "Int": WHOLE}


def usual_test(leaf: GraphQLNamedType) -> str | None:
    """The expression that tells whether the value `v` is written as it is; None where none is."""
    return USUAL.get(leaf.name)


def written(leaf: GraphQLScalarType) -> Callable[[Any], Any]:
    """The function that turns a value that is not null into what stands in the answer."""
    coerce = leaf.coerce_output_value

    def write(value: Any) -> Any:
        found = coerce(value)
        if found is None or found is Undefined:
            raise Deoptimized(f"a value is no {leaf.name}")
        return found

    return moment_text if leaf.name == "DateTime" else write


def names_of(leaf: GraphQLEnumType) -> dict[Any, str]:
    """The names of an enum by the stored text, which our enums are equal to."""
    return {value.value: name for name, value in leaf.values.items()}
