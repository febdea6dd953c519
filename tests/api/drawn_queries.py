"""Queries over the whole schema, drawn: aliases, fragments, directives, variables, pages, ids and cursors.

Most of it makes sense: ids are of the kind that is asked for, cursors of the list they are given to. Some does not.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLBoolean,
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
    is_required_argument,
)
from hypothesis import strategies as st

from schema.api import schema
from schema.pages import cursor_of
from service.store.kinds import KINDS, kind_of
from tests.conftest import NETWORK, Contents

SCHEMA = schema._schema
assert SCHEMA.query_type is not None
ROOTS = SCHEMA.query_type.fields
SCALARS: dict[str, list[Any]] = {
    "Int": [1, 2, 3, 5, 20, 2024],
    "String": ["义诊", "银行", "共建", "", "x", "2024"],
    "Boolean": [True, False],
    "Date": ["2024-01-01", "2024-02-29", "2024-06-30"],
    "DateTime": [
        "2024-03-01T00:00:00+08:00",
        "2024-06-15T09:00:00+08:00",
        "2024-06-01T00:00:00Z",
        "2025-01-01T00:00:00Z",
    ],
    "BigInt": [1],
    "Float": [1.5],
    "Decimal": ["1.5"],
    "JSON": [{}],
}


ORDERS = ("name_key", "post_key", "place_key", "due_key", "date_key")  # by which lists are in order
LISTED = re.compile("(.+)Connection")
SELDOM = {
    "after": 6,
    "before": 8,
    "last": 5,
    "first": 2,
    "asOf": 8,
    "where": 6,
    "period": 8,
}  # one in so many fields has it


class World:
    """What may be named of the documents that queries are asked of."""

    def __init__(self, documents: Contents) -> None:
        self.ids: dict[str, list[str]] = {}
        self.cursors: dict[str, list[str]] = {}
        for kind in KINDS.values():
            own = documents.get(kind.COLLECTION, [])
            self.ids[kind.__name__] = [str(each["_id"]) for each in own[:8]]
            order = next((name for name in ORDERS if own and name in own[0]), "_id")
            self.cursors[kind.__name__] = [cursor_of(order, each[order]) for each in own[:6]]
        self.cursors["Revision"] = [cursor_of("version", number) for number in (1, 2, 3)]
        self.every = [own_id for ids in self.ids.values() for own_id in ids[:4]]

    def kind_named(self, argument: str) -> list[str]:
        """The ids of the kind that an argument is named after."""
        return next((ids for name, ids in self.ids.items() if name.lower() == argument.lower()), [])


@dataclass
class Drawing:
    """One operation as it is drawn; `room` is how many fields it may still take."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    world: World
    room: int = 14
    variables: dict[str, Any] = field(default_factory=dict)
    definitions: list[str] = field(default_factory=list)
    fragments: list[str] = field(default_factory=list)
    spreads: dict[str, str] = field(default_factory=dict)  # the latest fragment on each type
    likely: list[str] = field(default_factory=list)  # the types of what was named

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
        given = [f"{each}: {self.argument(each, declared)}" for each in self.arguments(declared)]
        arguments = f"({', '.join(given)})" if given else ""
        named = get_named_type(declared.type)
        below = f" {{ {self.selection(named, depth + 1)} }}" if is_composite_type(named) else ""
        return f"{alias}{name}{arguments}{self.directive()}{below}"

    def directive(self) -> str:
        if not self.chance(12):
            return ""
        name = self.of(("skip", "include"))
        told = (
            self.variable(GraphQLNonNull(GraphQLBoolean), self.of((True, False)))
            if self.chance(2)
            else self.of(("true", "false"))
        )
        return f" @{name}(if: {told})"

    def arguments(self, declared: Any) -> list[str]:
        """Those that must be given, and some others; both ends of a page seldom."""
        names = []
        for each, own in declared.args.items():
            senseless = {"last": "first", "before": "after"}.get(each) in names
            senseless |= each in ("after", "before") and not self.cursors_of(declared)
            if is_required_argument(own) or (self.chance(SELDOM.get(each, 3)) and (not senseless or self.chance(10))):
                names.append(each)
        return names

    def cursors_of(self, declared: Any) -> list[str]:
        listed = LISTED.fullmatch(get_named_type(declared.type).name)
        return self.world.cursors.get(listed[1], []) if listed else []

    def argument(self, name: str, declared: Any) -> str:
        own, real = declared.args[name], self.cursors_of(declared)
        if name in ("after", "before"):
            value: Any = self.of(real if real and not self.chance(8) else ["", "bm90IGEgY3Vyc29y"])
        elif name in ("first", "last"):
            value = self.of([1, 2, 3, 5, 20] if not self.chance(12) else [0, -1, 101])
        else:
            value = self.value(own.type, name)
        return self.variable(own.type, value) if self.chance(2) else literal(value, own.type)

    def variable(self, kind: GraphQLInputType, value: Any) -> str:
        """Its name; it may have a default in place of what is sent, and seldom it holds what does not fit."""
        name = f"v{len(self.definitions)}"
        default = f" = {literal(value, kind)}" if self.chance(5) else ""
        self.definitions.append(f"${name}: {kind}{default}")
        if not default or self.chance(3):
            self.variables[name] = self.of([None, "x", 7, [], 1.0]) if self.chance(40) else value
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
            chosen = {*required, *self.some(kind.fields, 1 if required or not self.chance(3) else 2)}
            return {each: self.value(kind.fields[each].type, each) for each in sorted(chosen)}
        if kind.name == "ID":
            return self.id(name)
        return self.of(SCALARS[kind.name])

    def id(self, name: str) -> str:
        if self.chance(15):
            return str(self.of((*self.world.every, "org_none", "x")))
        if name == "network" and not self.chance(4):
            return NETWORK
        found = str(self.of(self.world.kind_named(name) or self.world.every))
        if (kind := kind_of(found)) is not None:
            self.likely.append(kind.__name__)
        return found

    def selection(self, own_type: GraphQLNamedType, depth: int, part: str = "") -> str:
        """What is asked of a type; the names of each `part` of one selection are its own, so that none clash."""
        if is_abstract_type(own_type):
            possible = {each.name: each for each in SCHEMA.get_possible_types(own_type)}
            likely = [possible[name] for name in self.likely if name in possible]
            chosen = [self.of(likely or possible.values()), self.of(possible.values())]
            parts = [self.within(each, depth, f"{name}_") for each, name in zip(chosen, "ab", strict=True)]
            return " ".join(["__typename", *parts])
        assert isinstance(own_type, GraphQLObjectType)
        if not part and own_type.name in self.spreads and self.chance(3):
            return f"__typename ...{self.spreads[own_type.name]}"
        names = self.some(own_type.fields, 5)
        if "nodes" in own_type.fields and not {"nodes", "edges"} & {*names} and not self.chance(6):
            names.append("nodes")
        leaves = [name for name in own_type.fields if not is_composite_type(get_named_type(own_type.fields[name].type))]
        if self.room <= 0 or depth > 6:
            names = leaves[:1]
        told = [
            self.field(f"{part}f{place}: " if part or self.chance(4) else "", name, own_type.fields[name], depth)
            for place, name in enumerate(names)
        ]
        if told and self.chance(8):  # the same once more, to be merged
            told.append(f"... on {own_type.name} {{ {told[0]} }}")
        body = " ".join(told or ["__typename"])
        if self.chance(8):
            name = self.spreads[own_type.name] = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {name} on {own_type.name} {{ {body} }}")
            return f"__typename ...{name}"
        return body

    def within(self, own_type: GraphQLObjectType, depth: int, part: str) -> str:
        return f"... on {own_type.name} {{ {self.selection(own_type, depth, part)} }}"


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


def queries(documents: Contents) -> st.SearchStrategy[tuple[str, dict[str, Any]]]:
    """Operations that may name any of these, with their variables."""
    world = World(documents)

    @st.composite
    def drawn(draw: Any) -> tuple[str, dict[str, Any]]:
        return Drawing(draw, world).operation()

    return drawn()
