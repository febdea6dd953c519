"""Every argument of every root field, as the schema tells them, given what no honest caller gives."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    get_named_type,
    is_leaf_type,
)

from tests.attacks.serving import CHECKOUT, Served, bearer, post
from tests.conftest import ADMIN

SDL = build_schema((CHECKOUT / "schema/schema.graphql").read_text(encoding="utf-8"))
OPERATORS = [{"$ne": ""}, {"$gt": ""}, {"$where": "sleep(9000)"}, {"$regex": "^(a+)+$"}, {"__proto__": {"x": 1}}]
TEXTS = [
    "",
    "\0",
    "a\0b",
    '{"$ne": ""}',
    "$where",
    "'; return true; //",
    "(a+)+$",
    ".*",
    "\\",
    "__proto__",
    "org_",
    "org_.*",
    "\u202e\U0010ffff",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "a" * 30_000,
]
NUMBERS = [0, -1, 2**31 - 1, -(2**31), 2**31, 2**53, 2**63, -(2**63) - 1, 1.5, 1e308, True]
DECIMALS = ["NaN", "sNaN", "Infinity", "1E+999999999", "1E-999999999", "9" * 5_000, "0x1"]
USUAL: dict[str, Any] = {
    "Int": 1,
    "BigInt": 1,
    "Boolean": True,
    "Date": "2024-01-01",
    "DateTime": "2024-01-01T00:00:00Z",
}
Path = tuple[str | int, ...]


class Place(NamedTuple):
    """Where in the arguments of a root field something of no parts is given."""

    kind: str
    field: str
    path: Path


def bare(kind: GraphQLInputType) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def usual(kind: GraphQLInputType, name: str) -> Any:
    """Something that the type takes."""
    own = bare(kind)
    if isinstance(own, GraphQLList):
        return [usual(own.of_type, name)]
    if isinstance(own, GraphQLInputObjectType):
        return {
            each: usual(field.type, each) for each, field in own.fields.items() if field.type is not bare(field.type)
        }
    if isinstance(own, GraphQLEnumType):
        return next(iter(own.values))
    return "net_002_derma" if name == "network" else USUAL.get(own.name, "2024")


def leaves(kind: GraphQLInputType, path: Path = ()) -> Iterator[Path]:
    own = bare(kind)
    if isinstance(own, GraphQLList):
        yield from leaves(own.of_type, (*path, 0))
    elif isinstance(own, GraphQLInputObjectType):
        for name, field in own.fields.items() if len(path) < 4 else ():
            yield from leaves(field.type, (*path, name))
    else:
        yield path


def put(kind: GraphQLInputType, value: Any, path: Path, what: Any) -> Any:
    """`value`, or what is usual, with `what` at `path`."""
    if not path:
        return what
    own, here = bare(kind), path[0]
    if here == 0:
        return [put(own.of_type, None, path[1:], what)]
    held = value if isinstance(value, dict) else usual(own, "")
    return {**held, here: put(own.fields[here].type, held.get(here), path[1:], what)}


def roots() -> Iterator[tuple[str, str, GraphQLField]]:
    for kind, root in (("query", SDL.query_type), ("mutation", SDL.mutation_type)):
        assert root is not None
        yield from ((kind, name, field) for name, field in root.fields.items())


FIELDS = {name: (kind, field) for kind, name, field in roots()}
PLACES = [
    Place(kind, name, (argument, *path))
    for kind, name, field in roots()
    for argument, told in field.args.items()
    for path in leaves(told.type)
]


def asked(place: Place, what: Any) -> bytes:
    kind, field = FIELDS[place.field]
    given = {name: usual(each.type, name) for name, each in field.args.items() if isinstance(each.type, GraphQLNonNull)}
    argument = str(place.path[0])
    given[argument] = put(field.args[argument].type, given.get(argument), place.path[1:], what)
    declared = ", ".join(f"${name}: {field.args[name].type}" for name in given)
    passed = ", ".join(f"{name}: ${name}" for name in given)
    selection = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
    return orjson.dumps(
        {"query": f"{kind}({declared}) {{ {place.field}({passed}) {selection} }}", "variables": given},
        option=orjson.OPT_PASSTHROUGH_SUBCLASS,
    )


def scalar(place: Place) -> str:
    kind: Any = FIELDS[place.field][1].args[str(place.path[0])].type
    for each in place.path[1:]:
        kind = bare(kind).of_type if each == 0 else bare(kind).fields[each].type
    return str(get_named_type(kind).name)


def harmless(service: Served, place: Place, what: Any) -> None:
    try:
        body = asked(place, what)
    except orjson.JSONEncodeError:  # what is beyond 64 bits
        body = asked(place, "@@").replace(b'"@@"', str(what).encode())
    answer = service.send(post(body, **bearer(ADMIN)))
    assert answer.status in (200, 400), (place, what, answer)
    assert "INTERNAL_ERROR" not in answer.codes, (place, what, answer)
    service.note(f"{place.field} {place.path}", answer.seconds)


def nasty(place: Place) -> list[Any]:
    return [*TEXTS, *NUMBERS, *(DECIMALS if scalar(place) == "Decimal" else ())]


EVERY = 16  # of which one is tried in each run, and all by make prove


def no_operator(service: Served, places: list[Place]) -> None:
    for number, place in enumerate(places):
        if scalar(place) != "JSON":
            answer = service.send(post(asked(place, OPERATORS[number % len(OPERATORS)]), **bearer(ADMIN)))
            assert (answer.status, set(answer.codes)) == (400, {"GRAPHQL_INVALID"}), (place, answer)
    service.alive()


def nothing_of_sense(service: Served, places: list[Place], every: int) -> None:
    for number, place in enumerate(places):
        for what in nasty(place)[number % every :: every]:
            harmless(service, place, what)
    service.alive()


def test_no_operator_is_taken_for_a_value(service: Served) -> None:
    no_operator(service, PLACES[::EVERY])


def test_what_is_of_no_sense_is_refused_or_finds_nothing(service: Served) -> None:
    nothing_of_sense(service, PLACES[::EVERY], 8)


@pytest.mark.prove
def test_no_operator_is_taken_for_a_value_anywhere(service: Served) -> None:
    no_operator(service, PLACES)


@pytest.mark.prove
def test_what_is_of_no_sense_is_refused_or_finds_nothing_anywhere(service: Served) -> None:
    nothing_of_sense(service, PLACES, 3)
