"""Called: what the generated code calls beside resolvers, where a value decides, or ends the plan."""

from collections.abc import Callable, Mapping, Sized
from typing import Any

from graphql import GraphQLAbstractType, GraphQLObjectType, default_type_resolver
from graphql.pyutils import is_iterable

from service.store.kinds import kind_of

Rows = Callable[[Any, Any], list[Any]]


class Deoptimized(Exception):
    """The request leaves what the plan is made for: Strawberry executes it."""


def refuse(why: str) -> None:
    raise Deoptimized(why)


def items(value: Any) -> list[Any]:
    """The items of a list. Raises `Deoptimized` for what is none."""
    if not is_iterable(value):
        raise Deoptimized("a value is no list")
    return list(value)


def one_of(
    kind: GraphQLAbstractType,
    possible: Mapping[str, GraphQLObjectType],
    made: Callable[[GraphQLObjectType], Rows],
    steps: Sized,
) -> Callable[[Any, Any], Any]:
    """The row of a value that may be of several types: by the function of its own, made when one is met first."""
    known: dict[str, Rows] = {}

    def row(value: Any, run: Any) -> Any:
        name = entity_name(value) or ""
        if name not in possible:
            name = str((kind.resolve_type or default_type_resolver)(value, run, kind))
        if name not in known:
            known[name] = made(possible[name])
        while len(run.waiting) < len(steps):  # there are more by now than when the run began
            run.waiting.append([])
        return known[name]((value,), run)[0]

    return row


def entity_name(value: Any) -> str | None:
    """The name of the type that a stored document is of, by the prefix of its id."""
    own_id = value.get("_id") if type(value) is dict else None
    kind = kind_of(own_id) if isinstance(own_id, str) else None
    return kind.__name__ if kind is not None else None
