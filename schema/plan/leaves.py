"""Leaves: how the values of scalars and enums are written, by the functions that graphql-core calls for them.

A value that is of the usual type already is taken as it is; the test for that stands in the generated code.
"""

from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, GraphQLNamedType, Undefined
from graphql.pyutils import is_iterable

from schema.plan.arguments import Deoptimized

USUAL = {"String": "str", "ID": "str", "Date": "str", "Boolean": "bool"}  # what needs no function to be written


def usual_type(leaf: GraphQLNamedType) -> str | None:
    """The name of the type whose values are written as they are."""
    return USUAL.get(leaf.name)


def written(leaf: GraphQLLeafType) -> Callable[[Any], Any]:
    """The function that turns a value that is not null into what stands in the answer."""
    if isinstance(leaf, GraphQLEnumType):
        return _written_enum(leaf)
    coerce = leaf.coerce_output_value

    def write(value: Any) -> Any:
        found = coerce(value)
        if found is None or found is Undefined:
            raise Deoptimized(f"a value is no {leaf.name}")
        return found

    return write


def _written_enum(leaf: GraphQLEnumType) -> Callable[[Any], Any]:
    """By the stored text, which our enums are equal to."""
    names = {value.value: name for name, value in leaf.values.items()}
    return names.__getitem__


def items(value: Any) -> list[Any]:
    """The items of a list. Raises `Deoptimized` for what is none."""
    if not is_iterable(value):
        raise Deoptimized("a value is no list")
    return list(value)
