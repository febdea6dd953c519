"""Every root field of the schema compiles, with every field of its records, and every plain field below those."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)

from schema.api import schema
from schema.limits import Limits
from schema.plan import emit
from schema.plan.called import one_of
from schema.plan.plans import Plans

SDL = build_schema((Path(__file__).parents[2] / "schema/schema.graphql").read_text())
PLAIN = {"ID": '"x"', "String": '"x"', "Int": "1", "Boolean": "true", "Date": '"2024-02-29"'}
ROOTS = [(root.name, name) for root in (SDL.query_type, SDL.mutation_type) if root is not None for name in root.fields]


def constant(kind: GraphQLInputType) -> str:
    """Some value of a type, as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return constant(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{constant(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        required = {name: own for name, own in kind.fields.items() if is_required_input_field(own)}
        given = required or dict([next(iter(kind.fields.items()))])
        return f"{{{', '.join(f'{name}: {constant(own.type)}' for name, own in given.items())}}}"
    return PLAIN.get(kind.name, '"2024-02-29T00:00:00Z"')


def called(name: str, declared: GraphQLField) -> str:
    """A field with the arguments that it must have."""
    given = [f"{each}: {constant(own.type)}" for each, own in declared.args.items() if is_required_argument(own)]
    return f"{name}({', '.join(given)})" if given else name


def selections(named: GraphQLNamedType, levels: int) -> Iterator[str]:
    """Selections of every field below a type; of one that may be of several types, each by itself."""
    if is_abstract_type(named):
        for possible in SDL.get_possible_types(named):
            yield f"{{ __typename ... on {possible.name} {selection(possible, levels)} }}"
    elif isinstance(named, GraphQLObjectType):
        yield selection(named, levels)
    else:
        yield ""


def selection(named: GraphQLObjectType, levels: int) -> str:
    told = ["__typename"]
    for name, declared in named.fields.items():
        below = get_named_type(declared.type)
        if not is_composite_type(below):
            told.append(called(name, declared))
        elif levels:
            told.append(f"a{len(told)}: {called(name, declared)} {next(selections(below, levels - 1))}")
    return f"{{ {' '.join(told)} }}"


def operations(root: str, name: str) -> Iterator[str]:
    own_type: Any = SDL.type_map[root]
    declared = own_type.fields[name]
    named = get_named_type(declared.type)
    levels = 2 if named.name.endswith("Connection") else 1 if root == "Query" else 0
    for each in selections(named, levels):
        yield f"{root.lower()} {{ {called(name, declared)} {each} }}"


WIDE = Limits(characters=10**6, tokens=100_000, overlaps=10**6)


@pytest.mark.parametrize(("root", "name"), ROOTS, ids=lambda each: each)
def test_every_root_field_compiles(monkeypatch: pytest.MonkeyPatch, root: str, name: str) -> None:
    waiting = list[Callable[[], Any]]()

    def noted(kind: Any, possible: Any, made: Any, steps: Any) -> Any:
        waiting.extend(partial(made, each) for each in possible.values())
        return one_of(kind, possible, made, steps)

    monkeypatch.setattr(emit, "one_of", noted)
    plans = Plans(schema)
    for query in operations(root, name):
        text = plans.text(query, None, 1, WIDE)
        assert text is not None, [str(each) for each in validate(schema._schema, parse(query))]
        variant = text.variant({})
        assert variant.plan is not None, f"{query[:200]}: {variant.reason}"
        while waiting:  # what is selected of each type, as if one of it were met
            waiting.pop()()
