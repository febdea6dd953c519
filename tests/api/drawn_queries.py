"""Operations over the whole schema, drawn: aliases, fragments, directives, variables, pages, ids and cursors.

Most of it makes sense: ids are of the kind that is asked for, cursors of the list they are given to. Some does not.
"""

import random
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_composite_type,
)

from schema.api import schema
from tests.api.drawn_values import Values, World

SCHEMA = schema._schema
assert SCHEMA.query_type is not None
QUERY = SCHEMA.query_type
NAME = "Drawn"  # of the operation, beside which another may stand


class Drawing:
    """One operation as it is drawn; `room` is how many fields it may still take."""

    def __init__(self, chance: random.Random, world: World) -> None:
        self.values = Values(chance, world)
        self.one_in, self.of, self.some = self.values.one_in, self.values.of, self.values.some
        self.room = self.of((6, 14, 14, 30))
        self.fragments: list[str] = []
        self.spreads: dict[str, str] = {}  # the latest fragment on each type

    def query(self) -> str:
        names = self.some(QUERY.fields, 2)
        if self.one_in(8):
            names.append(names[0])  # the same root field twice, with other arguments
        alone = len(names) == 1 and self.one_in(2)
        roots = [self.field("" if alone else f"r{place}: ", each, QUERY) for place, each in enumerate(names)]
        body = self.wrapped(QUERY, " ".join(roots))
        return self.operation("query", body)

    def operation(self, kind: str, body: str, **declared: GraphQLInputType) -> str:
        """The document; `declared` are variables beside those that were drawn."""
        other = " query Other { viewer { subject } }" if self.one_in(12) else ""
        return f"{kind} {NAME}{self.values.head(declared)} {{ {body} }} {' '.join(self.fragments)}{other}"

    def field(self, alias: str, name: str, parent: Any, depth: int = 0) -> str:
        told = self.asked(alias, name, parent.fields[name])
        return f"{told}{self.below(parent.fields[name], depth)}"

    def asked(self, alias: str, name: str, declared: GraphQLField) -> str:
        self.room -= 1
        return f"{alias}{name}{self.values.arguments(declared)}{self.directive()}"

    def below(self, declared: GraphQLField, depth: int, part: str = "") -> str:
        named = get_named_type(declared.type)
        return f" {{ {self.selection(named, depth + 1, part)} }}" if is_composite_type(named) else ""

    def directive(self, one_in: int = 12) -> str:
        if not self.one_in(one_in):
            return ""
        name, keeps = ("include", True) if self.one_in(2) else ("skip", False)
        make = lambda: self.of((keeps, keeps, not keeps))  # noqa: E731
        told = self.values.variable(GraphQLNonNull(GraphQLBoolean), make) if self.one_in(2) else str(make()).lower()
        return f" @{name}(if: {told})"

    def selection(self, own_type: GraphQLNamedType, depth: int, part: str = "") -> str:
        """What is asked of a type; the names of each `part` of one selection are its own, so that none clash."""
        if is_abstract_type(own_type):
            return self.of_several(own_type, depth, part)
        assert isinstance(own_type, GraphQLObjectType)
        if not part and own_type.name in self.spreads and self.one_in(3):
            return f"__typename ...{self.spreads[own_type.name]}{self.directive(8)}"
        told = self.fields(own_type, depth, part)
        if own_type.interfaces and self.one_in(8):
            shared = self.of(own_type.interfaces)
            told.append(self.within(shared, " ".join(self.fields(shared, depth, f"{part}s_"))))
        return self.wrapped(own_type, " ".join(told), part)

    def of_several(self, own_type: Any, depth: int, part: str) -> str:
        """What is asked of an interface or a union: fields of its own, and of types that it may turn out to be."""
        possible = {each.name: each for each in SCHEMA.get_possible_types(own_type)}
        likely = [possible[name] for name in self.values.likely if name in possible]
        parts = ["__typename"]
        if isinstance(own_type, GraphQLInterfaceType) and self.one_in(2):
            parts.append(self.wrapped(own_type, " ".join(self.fields(own_type, depth, f"{part}i_", 2)), "i_"))
        for name, types in (("a", likely or possible.values()), ("b", possible.values())):
            one = self.of(types)
            parts.append(self.within(one, self.selection(one, depth, f"{part}{name}_")))
        if (recorded := SCHEMA.type_map["Recorded"]) is not own_type and self.one_in(6):
            parts.append(self.within(recorded, " ".join(self.fields(recorded, depth, f"{part}r_", 2))))
        return " ".join(parts)

    def fields(self, own_type: Any, depth: int, part: str, most: int = 5) -> list[str]:
        names = self.some(own_type.fields, most)
        if "nodes" in own_type.fields and not {"nodes", "edges"} & {*names} and not self.one_in(6):
            names.append("nodes")
        leaves = [name for name in own_type.fields if not is_composite_type(get_named_type(own_type.fields[name].type))]
        if self.room <= 0 or depth > 6:
            names = leaves[:1]
        told = []
        for place, name in enumerate(names):
            alias = f"{part}f{place}: " if part or self.one_in(4) else ""
            asked = self.asked(alias, name, own_type.fields[name])
            told.append(f"{asked}{self.below(own_type.fields[name], depth)}")
            if self.one_in(16):  # the same once more, to be merged, with other fields below
                told.append(f"{asked}{self.below(own_type.fields[name], depth, 'm_')}")
        return told or ["__typename"]

    def wrapped(self, own_type: GraphQLNamedType, body: str, part: str = "") -> str:
        """The selection as it is, or in a fragment, or in one that stands in its place."""
        if self.one_in(7):
            name = f"F{len(self.fragments)}"
            if not part:  # else its names may clash with those of another
                self.spreads[own_type.name] = name
            self.fragments.append(f"fragment {name} on {own_type.name} {{ {body} }}")
            return f"__typename ...{name}{self.directive(8)}"
        return f"...{self.directive(1)} {{ {body} }}" if self.one_in(16) else body

    def within(self, own_type: GraphQLNamedType, body: str) -> str:
        return f"... on {own_type.name}{self.directive()} {{ {body} }}"
