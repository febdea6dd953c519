"""Questions made from the schema itself: every list, at the root and below each type, with every filter and order."""

import itertools
import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_required_argument,
    print_ast,
)
from graphql.utilities import ast_from_value

from schema.api import schema
from service.store.kinds import KINDS
from tests.conftest import BANK, NETWORK

SCHEMA: GraphQLSchema = schema._schema
IDS = {
    "network": NETWORK,
    "memberOf": NETWORK,
    "agreement": "agr_002_boc_yuexiu_co_building",
    "plan": "pla_1",
    "clauseSet": "cla_002_integrity",
}
ANY: dict[str, Any] = {
    "PeriodInput": {"from": "2023-01-01", "to": "2024-12-31"},
    "Date": "2024-06-15",
    "Boolean": True,
    "String": "广州市",
    "Int": 3,
}


def value_of(name: str, of: Any) -> Any:
    """Some value for an argument or an input field; an id is an organisation's unless its name says otherwise."""
    own_type = get_named_type(of)
    if isinstance(own_type, GraphQLEnumType):
        return next(iter(own_type.values))
    return IDS.get(name, BANK) if own_type.name == "ID" else ANY[own_type.name]


def literal(given: Any, of: Any) -> str:
    return print_ast(ast_from_value(given, of))


def filters(of: Any, every: bool) -> Iterator[dict[str, Any]]:
    """No condition, each one alone and all of them; with `every`, also each set of two or three.

    An index begins with at most two equalities, so sets of three show every choice between indexes.
    """
    names = list(of.fields)
    sizes = sorted({0, 1, *((2, 3) if every else ()), len(names)} & {*range(len(names) + 1)})
    for chosen in itertools.chain.from_iterable(itertools.combinations(names, size) for size in sizes):
        yield {name: value_of(name, of.fields[name].type) for name in chosen}


def arguments(given: Mapping[str, GraphQLArgument], every: bool) -> Iterator[dict[str, str]]:
    """The arguments of a list but for its page: what must be given, and each filter in each order."""
    asked = {name: own.type for name, own in given.items() if is_required_argument(own) or name == "network"}
    needed = {name: literal(value_of(name, of), of) for name, of in asked.items()}
    orders = [*get_named_type(given["orderBy"].type).values] if "orderBy" in given else [None]
    narrowed = filters(get_named_type(given["where"].type), every) if "where" in given else iter([{}])
    periods = [None, ANY["PeriodInput"]] if "period" in given and "period" not in needed else [None]
    for where, order, period in itertools.product(narrowed, orders, periods):
        yield (
            needed
            | ({"where": written(where)} if where else {})
            | ({"orderBy": order} if order else {})
            | ({"period": written(period)} if period else {})
        )


def written(value: Any) -> str:
    """An input value as GraphQL writes it; enum values are bare words in capitals."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {written(item)}" for name, item in value.items()) + "}"
    bare = isinstance(value, str) and value.replace("_", "").isalpha() and value.isascii() and value.isupper()
    return value if bare else json.dumps(value, ensure_ascii=False)


def lists(of: GraphQLObjectType) -> Iterator[tuple[str, Mapping[str, GraphQLArgument], str]]:
    """The connections of a type: their name, their arguments, and what they list."""
    for name, own in of.fields.items():
        listed = get_named_type(own.type).name
        if listed.endswith("Connection"):
            yield name, own.args, listed.removesuffix("Connection")


def field(name: str, given: Mapping[str, str], selection: str) -> str:
    inside = ", ".join(f"{argument}: {value}" for argument, value in given.items())
    return f"{name}{f'({inside})' if inside else ''} {{ {selection} }}"


PAGE = "totalCount pageInfo { hasNextPage startCursor endCursor } edges { cursor }"


def root_lists(every: bool = False) -> list[tuple[str, dict[str, str]]]:
    assert SCHEMA.query_type is not None
    return [(name, given) for name, own, _ in lists(SCHEMA.query_type) for given in arguments(own, every)]


def link_lists(every: bool = False) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (kind.__name__, name, given)
        for kind in KINDS.values()
        for name, own, _ in lists(SCHEMA.type_map[kind.__name__])
        for given in arguments(own, every)
    ]


def followed(kind: str) -> str:
    """All that a record of `kind` leads to by an id, one level deep, embedded values seen through."""

    def selection(of: Any, depth: int) -> Iterator[str]:
        for name, own in of.fields.items():
            target = get_named_type(own.type)
            if not isinstance(target, GraphQLObjectType) or target.name.endswith(("Connection", "Revision")):
                continue
            if target.name in {each.__name__ for each in KINDS.values()}:
                yield f"{name} {{ id }}"
            elif depth and (inside := " ".join(selection(target, depth - 1))):
                yield f"{name} {{ {inside} }}"

    return " ".join(("id", *selection(SCHEMA.type_map[kind], 2)))


def batched(items: list[Any], size: int) -> Iterator[list[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
