"""Values for the arguments of a drawn operation: most of them make sense, and many are told by variables."""

import json
import random
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_required_argument,
)

from schema.pages import cursor_of
from service.store.kinds import KINDS, kind_of
from tests.conftest import NETWORK, Contents

SCALARS: dict[str, list[Any]] = {
    "Int": [1, 2, 3, 5, 20, 2024],
    "String": ["义诊", "银行", "共建", "", "x", "2024", '"', "\\u", "a\nb", "😀"],
    "Boolean": [True, False],
    "Date": ["2024-01-01", "2024-02-29", "2024-06-30"],
    "DateTime": ["2024-03-01T00:00:00+08:00", "2024-06-15T09:00:00+08:00", "2024-06-01T00:00:00Z"],
    "BigInt": [1],
    "Float": [1.5],
    "Decimal": ["1.5"],
    "JSON": [{}],
}
NOT_YET = "2025-01-01T00:00:00Z"
UNFIT: list[Any] = [None, "x", 7, 2**31, 1.5, 2.0, True, [], {}]
ORDERS = ("name_key", "post_key", "place_key", "due_key", "date_key")  # by which lists are in order
LISTED = re.compile("(.+)Connection")
NO_CURSORS = ["", "x", "bm90IGEgY3Vyc29y"]
# One in so many fields has it.
SELDOM = {"after": 5, "before": 6, "last": 4, "first": 2, "asOf": 5, "where": 4, "period": 6}


class World:
    """What may be named of the documents that operations are asked of."""

    def __init__(self, documents: Contents) -> None:
        self.ids: dict[str, list[str]] = {}
        self.cursors: dict[str, list[str]] = {}
        for kind in KINDS.values():
            own = documents.get(kind.COLLECTION, [])
            self.ids[kind.__name__] = [str(each["_id"]) for each in own[:30]]
            order = next((name for name in ORDERS if own and name in own[0]), "_id")
            self.cursors[kind.__name__] = [cursor_of(order, each[order]) for each in own[:10]]
        self.cursors["Revision"] = [cursor_of("version", number) for number in (1, 2, 3)]
        self.every = [own_id for ids in self.ids.values() for own_id in ids[:6]]

    def kind_named(self, argument: str) -> list[str]:
        """The ids of the kind that an argument is named after."""
        return next((ids for name, ids in self.ids.items() if name.lower() == argument.lower()), [])

    def cursors_of(self, declared: GraphQLField) -> list[str]:
        listed = LISTED.fullmatch(get_named_type(declared.type).name)
        return self.cursors.get(listed[1], []) if listed else []


class Variable(NamedTuple):
    """One that an operation declares, and how a value for it is made."""

    kind: GraphQLInputType
    default: str | None
    make: Callable[[], Any]


class Values:
    """What one operation is given. The same `chance` draws the same."""

    def __init__(self, chance: random.Random, world: World) -> None:
        self.chance, self.world = chance, world
        self.variables: dict[str, Variable] = {}
        self.likely: list[str] = []  # the types of what was named

    def one_in(self, number: int) -> bool:
        return self.chance.randrange(number) == 0

    def of(self, values: Any) -> Any:
        return self.chance.choice(list(values))

    def some(self, names: Any, most: int) -> list[str]:
        return self.chance.sample(sorted(names), min(len(names), self.chance.randint(1, most)))

    def head(self, others: Mapping[str, GraphQLInputType]) -> str:
        """The declarations of the variables, and of others."""
        told = [f"${name}: {each.kind}{each.default or ''}" for name, each in self.variables.items()]
        told += [f"${name}: {kind}" for name, kind in others.items()]
        return f"({', '.join(told)})" if told else ""

    def sent(self) -> dict[str, Any]:
        """Values for the variables, drawn anew each time; some are left out, and seldom one does not fit."""
        found = {}
        for name, each in self.variables.items():
            nullable = not isinstance(each.kind, GraphQLNonNull)
            if not (nullable or each.default) or not self.one_in(6):
                found[name] = None if nullable and self.one_in(10) else each.make()
        if found and self.one_in(15):
            found[self.of(found)] = self.of(UNFIT)
        return found

    def arguments(self, declared: GraphQLField) -> str:
        """Those that must be given, and some others; both ends of a page seldom."""
        names: list[str] = []
        for each, own in declared.args.items():
            senseless = {"last": "first", "before": "after"}.get(each) in names
            senseless |= each in ("after", "before") and not self.world.cursors_of(declared)
            may = self.one_in(SELDOM.get(each, 3)) and (not senseless or self.one_in(15))
            if is_required_argument(own) or may:
                names.append(each)
        told = [f"{name}: {self._told(name, declared)}" for name in names]
        return f"({', '.join(told)})" if told else ""

    def _told(self, name: str, declared: GraphQLField) -> str:
        kind, make = declared.args[name].type, partial(self._argument, name, declared)
        return self.variable(kind, make) if self.one_in(2) else self._written(kind, make())

    def _argument(self, name: str, declared: GraphQLField) -> Any:
        if name in ("after", "before"):
            real = self.world.cursors_of(declared)
            return self.of(real if real and not self.one_in(12) else NO_CURSORS)
        if name in ("first", "last"):
            return self.of([1, 2, 3, 5, 20, 0] if not self.one_in(20) else [-1, 101])
        if name == "asOf" and self.one_in(12):
            return NOT_YET
        return self.value(declared.args[name].type, name)

    def variable(self, kind: GraphQLInputType, make: Callable[[], Any]) -> str:
        """A new variable, or one that is declared for the same; it may be stricter than what it stands for."""
        alike = [name for name, each in self.variables.items() if str(each.kind) == str(kind) and not each.default]
        if alike and self.one_in(4):
            return f"${self.of(alike)}"
        name = f"v{len(self.variables)}"
        default = f" = {literal(make(), kind)}" if self.one_in(4) else None
        strict = isinstance(kind, GraphQLNonNull)
        if strict and default and self.one_in(2):
            kind = kind.of_type  # as the specification lets it: what is not sent is the default
        elif not strict and self.one_in(5):
            kind = GraphQLNonNull(kind)
        self.variables[name] = Variable(kind, default, make)
        return f"${name}"

    def _written(self, kind: GraphQLInputType, value: Any) -> str:
        """As `literal`; inside an object or a list there may be variables too."""

        def inner(each: Any, own: GraphQLInputType) -> str:
            return self.variable(own, lambda: each) if self.one_in(5) else literal(each, own, inner)

        return literal(value, kind, inner)

    def value(self, kind: GraphQLInputType, name: str = "") -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self.value(kind.of_type, name)
        if isinstance(kind, GraphQLList):
            items = [self.value(kind.of_type, name) for _ in range(self.of((1, 1, 2, 3)))]
            return items[0] if self.one_in(10) else items  # one alone stands for a list of it
        if isinstance(kind, GraphQLEnumType):
            return self.of(kind.values)
        if isinstance(kind, GraphQLInputObjectType):
            required = [each for each, own in kind.fields.items() if isinstance(own.type, GraphQLNonNull)]
            chosen = {*required, *self.some(kind.fields, 1 if required or not self.one_in(3) else 2)}
            return {each: self.value(kind.fields[each].type, each) for each in sorted(chosen)}
        return self._id(name) if kind.name == "ID" else self.of(SCALARS[kind.name])

    def _id(self, name: str) -> str:
        if self.one_in(15):
            return str(self.of((*self.world.every, "org_none", "x")))
        if name == "network" and not self.one_in(6):
            return NETWORK
        found = str(self.of(self.world.kind_named(name) or self.world.every))
        if (kind := kind_of(found)) is not None:
            self.likely.append(kind.__name__)
        return found


def literal(value: Any, kind: GraphQLInputType, inner: Callable[[Any, GraphQLInputType], str] | None = None) -> str:
    """A value as it is written in a document; `inner` writes what stands inside it."""
    inner = inner or literal
    if isinstance(kind, GraphQLNonNull):
        return literal(value, kind.of_type, inner)
    if isinstance(kind, GraphQLList):
        several = value if isinstance(value, list) else None
        return (
            literal(value, kind.of_type)
            if several is None
            else f"[{', '.join(inner(e, kind.of_type) for e in several)}]"
        )
    if isinstance(kind, GraphQLInputObjectType):
        return f"{{{', '.join(f'{name}: {inner(each, kind.fields[name].type)}' for name, each in value.items())}}}"
    return str(value) if isinstance(kind, GraphQLEnumType) else json.dumps(value, ensure_ascii=False)
