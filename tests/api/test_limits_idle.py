"""What stands in a document and is not run is validated all the same: it keeps to the limits too, and costs nothing."""

import pytest
from graphql import GraphQLError, get_operation_ast, parse

from schema.answers import LONGEST_MESSAGE, shown
from schema.api import schema
from schema.limits import USUAL, Measure, exceeded, measured
from schema.overlaps import crowded
from service.errors import Code, Refusal
from tests.conftest import House

REPEATED = {
    "a fragment that nothing spreads": "fragment f on Viewer { " + "subject " * 400 + "}",
    "fragments that spread each other alone": "fragment f on Viewer {...g} fragment g on Viewer {"
    + "subject " * 400
    + "}",
    "an operation that is not asked for": "query Other { " + "viewer { subject } " * 100 + "}",
    "a deep operation that is not asked for": "query Other { " + "viewer { " * 100 + "subject" + "}" * 101,
    "directives of a variable": "query Other($a: Int " + "@a" * 60 + ") { viewer { subject } }",
    "directives of a fragment": "fragment f on Viewer " + "@a" * 60 + " { subject }",
}


def measure(text: str) -> Measure:
    document = parse(f"query Own {{ viewer {{ subject }} }} {text}")
    operation = get_operation_ast(document, "Own")
    assert operation is not None
    return measured(schema._schema, document, operation, {})


@pytest.mark.parametrize("name", REPEATED)
def test_what_is_not_run_keeps_to_the_limits_as_well(name: str) -> None:
    with pytest.raises(Refusal) as refusal:
        exceeded(measure(REPEATED[name]), USUAL)
    assert {problem.code for problem in refusal.value.problems} == {Code.LIMIT_EXCEEDED}


def test_what_is_not_run_costs_nothing() -> None:
    assert measure("query Other { networks { nodes { a: id b: id } } }") == Measure(depth=3, aliases=2, cost=1)


async def test_a_text_that_would_take_long_to_read_is_not_parsed(house: House) -> None:
    [problem] = await house.refused("{ __typename }" + "," * 50_000)
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("characters",))
    assert "characters come to 50014; at most 50000 (setting COBUILD_LIMIT_CHARACTERS)" in problem.english


def test_an_error_repeats_no_long_name_and_tells_nothing_of_python() -> None:
    [long] = shown(GraphQLError("a" * 9_000), "en", False)
    assert long["message"] == "a" * LONGEST_MESSAGE
    told = "encountered error 'Exceeds the limit (4300 digits) for x; use sys.x() to increase the limit'; found: 9"
    [number] = shown(GraphQLError(told), "en", False)
    assert number["message"] == "encountered error ''; found: 9"


SAME = "fragment f# on Query { viewer { subject } } "


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("{ " + "...f0 " * 20 + "} " + SAME.replace("#", "0"), False),
        (
            "{ "
            + " ".join(f"...f{n}" for n in range(30))
            + " } "
            + "".join(SAME.replace("#", str(n)) for n in range(30)),
            False,
        ),
        (
            "{ "
            + " ".join(f"...f{n}" for n in range(60))
            + " } "
            + "".join(SAME.replace("#", str(n)) for n in range(60)),
            True,
        ),
        ("{ " + "... on Query { viewer { subject } } " * 60 + "}", True),
        ("{ viewer { " + "... on Viewer { subject } " * 60 + " } }", True),
        ("{ node(id: 1) { " + " ".join(f"... on T{n} {{ id name }}" for n in range(30)) + " } }", False),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a viewer { subject } }", False),
        ("{ ...missing }", False),
    ],
)
def test_fields_of_one_name_are_counted_through_every_fragment(text: str, refused: bool) -> None:
    if not refused:
        crowded(parse(text), USUAL)
        return
    with pytest.raises(Refusal) as refusal:
        crowded(parse(text), USUAL)
    assert [(each.code, each.path) for each in refusal.value.problems] == [(Code.LIMIT_EXCEEDED, ("overlaps",))]
