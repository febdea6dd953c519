"""Queries over the whole schema, drawn: aliases, fragments, directives, variables, pages, wrong ids and cursors."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)
from hypothesis import strategies as st

from schema.api import schema

SCHEMA = schema._schema
assert SCHEMA.query_type is not None
ROOTS = SCHEMA.query_type.fields
SCALARS: dict[str, list[Any]] = {
    "Int": [0, 1, 2, 3, 5, 20, 2024, -1],
    "String": ["义诊", "银行", "", "x", "2024"],
    "Boolean": [True, False],
    "Date": ["2024-01-01", "2024-02-29", "2023-12-31"],
    "DateTime": ["2024-03-01T00:00:00+08:00", "2024-06-01T00:00:00Z"],
    "BigInt": [1],
    "Float": [1.5],
    "Decimal": ["1.5"],
    "JSON": [{}],
}


@dataclass
class Drawing:
    """One operation as it is drawn; `room` is how many fields it may still take."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    ids: list[str]
    room: int = 14
    variables: dict[str, Any] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)

    def chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == 1)

    def of(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def operation(self) -> tuple[str, dict[str, Any]]:
        roots = [self.field(f"r{place}: ", name, ROOTS[name]) for place, name in enumerate(self.some(ROOTS, 2))]
        head = f"({', '.join(self.definitions)})" if self.definitions else ""
        return f"query Drawn{head} {{ {' '.join(roots)} }} {' '.join(self.fragments)}", self.variables

    def some(self, names: Any, most: int) -> list[str]:
        return list(self.draw(st.lists(st.sampled_from(sorted(names)), min_size=1, max_size=most, unique=True)))

    def field(self, alias: str, name: str, declared: Any, depth: int = 0) -> str:
        self.room -= 1
        given = [
            f"{each}: {self.argument(each, own)}"
            for each, own in declared.args.items()
            if isinstance(own.type, GraphQLNonNull) or self.chance(5 if each in ("after", "before", "last") else 3)
        ]
        arguments = f"({', '.join(given)})" if given else ""
        named = get_named_type(declared.type)
        below = f" {{ {self.selection(named, depth + 1)} }}" if is_composite_type(named) else ""
        return f"{alias}{name}{arguments}{self.directive()}{below}"

    def directive(self) -> str:
        if not self.chance(12):
            return ""
        name = self.of(("skip", "include"))
        told = self.variable("Boolean!", self.of((True, False))) if self.chance(2) else self.of(("true", "false"))
        return f" @{name}(if: {told})"

    def argument(self, name: str, own: GraphQLArgument) -> str:
        if name in ("after", "before"):
            value: Any = self.of(["", "bm90IGEgY3Vyc29y", "ZGF0ZV9rZXkKMjAyNC0wMw"])
        else:
            value = self.value(own.type, name)
        return self.variable(str(own.type), value) if self.chance(2) else literal(value, own.type)

    def variable(self, kind: str, value: Any) -> str:
        name = f"v{len(self.variables)}"
        self.variables[name] = value
        self.definitions.append(f"${name}: {kind}")
        return f"${name}"

    def value(self, kind: GraphQLInputType, name: str = "") -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, name)
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type, name) for _ in range(self.of((1, 2)))]
        if isinstance(kind, GraphQLEnumType):
            return self.of(kind.values)
        if isinstance(kind, GraphQLInputObjectType):
            required = [each for each, own in kind.fields.items() if isinstance(own.type, GraphQLNonNull)]
            return {each: self.value(kind.fields[each].type, each) for each in {*required, *self.some(kind.fields, 2)}}
        if kind.name == "ID":
            networks = [each for each in self.ids if each.startswith("net_")]
            return self.of(networks if name == "network" and not self.chance(8) else [*self.ids, "org_none", "x"])
        return self.of(SCALARS[kind.name])

    def selection(self, own_type: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(own_type):
            parts = [self.within(self.of(SCHEMA.get_possible_types(own_type)), depth) for _ in range(2)]
            return " ".join(["__typename", *parts])
        assert isinstance(own_type, GraphQLObjectType)
        names = self.some(own_type.fields, 5)
        leaves = [name for name in own_type.fields if not is_composite_type(get_named_type(own_type.fields[name].type))]
        if self.room <= 0 or depth > 6:
            names = leaves[:1]
        told = [
            self.field(f"f{place}: " if self.chance(4) else "", name, own_type.fields[name], depth)
            for place, name in enumerate(names)
        ]
        body = " ".join(told or ["__typename"])
        if self.chance(8):
            self.fragments.append(f"fragment F{len(self.fragments)} on {own_type.name} {{ {body} }}")
            return f"__typename ...F{len(self.fragments) - 1}"
        return body

    def within(self, own_type: GraphQLObjectType, depth: int) -> str:
        return f"... on {own_type.name} {{ {self.selection(own_type, depth)} }}"


def literal(value: Any, kind: GraphQLInputType) -> str:
    """A value as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return literal(value, kind.of_type)
    if isinstance(value, list):
        return f"[{', '.join(literal(each, get_named_type(kind)) for each in value)}]"
    if isinstance(kind, GraphQLInputObjectType):
        return f"{{{', '.join(f'{name}: {literal(each, kind.fields[name].type)}' for name, each in value.items())}}}"
    if isinstance(kind, GraphQLEnumType):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace('"', '\\"') + '"'
    return str(value).lower() if isinstance(value, bool) else "{}" if isinstance(value, dict) else str(value)


def queries(ids: list[str]) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Operations that may name any of `ids`, with their variables."""

    @st.composite
    def drawn(draw: Any) -> tuple[str, dict[str, Any]]:
        return Drawing(draw, ids).operation()

    return drawn()
