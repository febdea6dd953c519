"""What one operation may hold: measured before anything is validated or run, refused by name, value and setting."""

from typing import Any

import pytest
from graphql import GraphQLError, get_introspection_query, get_operation_ast, parse
from hypothesis import given
from hypothesis import strategies as st

from schema.api import schema
from schema.limits import BOTTOMLESS, INTROSPECTED, REBUILDING, USUAL, USUAL_LIST, Limits, Measure, exceeded, measured
from service.errors import Code, Problem, Refusal
from tests.conftest import FRONT_END, House

OWN = schema._schema


def measure(text: str, **variables: Any) -> Measure:
    document = parse(text)
    operation = get_operation_ast(document, None)
    assert operation is not None
    return measured(OWN, document, operation, variables)


ORGANIZATION = "organization { id name }"
PAGE = f"title participations {{ {ORGANIZATION} }} agreement {{ title }}"


MEASURES: list[tuple[str, dict[str, Any], Measure]] = [
    ("{ viewer { subject } }", {}, Measure(depth=2, cost=1)),
    ("{ viewer { a: subject subject b: subject } }", {}, Measure(depth=2, cost=1, aliases=2)),
    ("{ viewer { subject subject } }", {}, Measure(depth=2, cost=1, aliases=1)),
    ("query @a { viewer @a @b { ... @c { subject } } }", {}, Measure(depth=2, cost=1, directives=4)),
    ('{ activities(network: "n") { nodes { id } } }', {}, Measure(depth=3, cost=21)),
    ('{ activities(network: "n") { totalCount } }', {}, Measure(depth=2, cost=1)),
    ('{ agreements(network: "n", asOf: "t", first: 2) { nodes { id } } }', {}, Measure(depth=3, cost=3 + REBUILDING)),
    ('{ nodes(ids: ["a", "b"], asOf: "t") { id } }', {}, Measure(depth=2, cost=2 + REBUILDING)),
    ('{ activities(network: "n", first: 100) { pageInfo { endCursor } } }', {}, Measure(depth=3, cost=2)),
    (
        f'{{ activities(network: "n", first: 100) {{ nodes {{ {PAGE} }} }} }}',
        {},
        Measure(depth=5, cost=1 + 100 * (1 + USUAL_LIST * 2 + 1)),
    ),
    ('{ activities(network: "n", last: 3) { edges { node { id } } } }', {}, Measure(depth=4, cost=1 + 3 * 2)),
    ('{ activities(network: "n", first: 2, last: 9) { nodes { id } } }', {}, Measure(depth=3, cost=10)),
    ('{ activities(network: "n", first: 0) { nodes { id } } }', {}, Measure(depth=3, cost=1)),
    ('{ activities(network: "n", first: -5) { nodes { id } } }', {}, Measure(depth=3, cost=1)),
    ('{ activities(network: "n", first: 99999999999) { nodes { id } } }', {}, Measure(depth=3, cost=101)),
    ('query($n: Int) { activities(network: "n", first: $n) { nodes { id } } }', {}, Measure(depth=3, cost=21)),
    (
        'query($n: Int = 7) { activities(network: "n", first: $n) { nodes { id } } }',
        {},
        Measure(depth=3, cost=8),
    ),
    (
        'query($n: Int = 7) { activities(network: "n", first: $n) { nodes { id } } }',
        {"n": 50},
        Measure(depth=3, cost=51),
    ),
    (
        'query($n: Int) { activities(network: "n", first: $n) { nodes { id } } }',
        {"n": "many"},
        Measure(depth=3, cost=101),
    ),
    (
        "query($i: [ID!]!) { nodes(ids: $i) { ... on Organization { activities { nodes { id } } } } }",
        {"i": ["a"] * 100},
        Measure(depth=4, cost=100 * 22),
    ),
    ('{ nodes(ids: ["a", "b"]) { id } }', {}, Measure(depth=2, cost=2)),
    ('{ nodes(ids: "a") { id } }', {}, Measure(depth=2, cost=1)),
    ("{ unknown(first: 9) { unknown { id } } ...missing ... on Nothing { a } }", {}, Measure(depth=3)),
    ("fragment A on Viewer { subject } { viewer { ...A ...A } }", {}, Measure(depth=2, cost=1)),
    (
        '{ __typename __type(name: "Query") { name } }',
        {},
        Measure(depth=1, introspection_depth=2, cost=2 * INTROSPECTED),
    ),
    ("query($n: Int @b @c) @a { __typename }", {}, Measure(depth=1, directives=3)),
]


SUMS = {
    'activityCounts(network: "n") { total }': 251,
    'coverage(network: "n") { nodes { member } }': 271,
    'partnerDossier(network: "n", organization: "o") { gaps { records } }': 211,
    'partnershipGraph(network: "n") { totalEdges }': 1001,
    'calendar(network: "n", from: "2024-01-01", to: "2024-01-31") { days { date } }': 1011,
    'search(text: "a") { totalCount }': 501,
    'planFulfilment(network: "n", year: 2024) { total { rate } }': 702,
}


@pytest.mark.parametrize("text", SUMS)
def test_what_sums_up_many_records_weighs_more_than_its_objects_and_says_so(text: str) -> None:
    assert measure(f"{{ {text} }}") == measure(f"{{ {text} }}")._replace(cost=SUMS[text])
    assert OWN.query_type is not None
    said = str(OWN.query_type.fields[text.partition("(")[0]].description)
    assert "beside its objects" in said
    assert "另计开销" in said


def test_thirty_dossiers_do_not_fit_into_one_operation() -> None:
    one = 'partnerDossier(network: "n", organization: "o") { organization { id } }'
    several = " ".join(f"d{each}: {one}" for each in range(30))
    with pytest.raises(Refusal) as refusal:
        exceeded(measure(f"{{ {several} }}"), USUAL)
    assert [problem.path for problem in refusal.value.problems] == [("cost",)]
    exceeded(measure(f"{{ {one} }}"), USUAL)


@pytest.mark.parametrize(("text", "variables", "found"), MEASURES)
def test_an_operation_is_measured(text: str, variables: dict[str, Any], found: Measure) -> None:
    assert measure(text, **variables) == found


def test_the_usual_introspection_is_within_the_limits() -> None:
    found = measure(get_introspection_query(descriptions=True, input_value_deprecation=True))
    exceeded(found, USUAL)
    assert (found.introspection_depth, found.depth, found.cost) == (15, 0, 226 * INTROSPECTED)


@given(st.integers(1, 60))
def test_what_fragments_hold_is_counted_as_often_as_they_are_spread(links: int) -> None:
    chain = " ".join(f"fragment f{each} on Query {{ ...f{each + 1} ...f{each + 1} }}" for each in range(links))
    found = measure(f"{{ ...f0 }} {chain} fragment f{links} on Query {{ a: viewer {{ subject }} }}")
    assert found == Measure(depth=2, aliases=2**links, cost=2**links)


@pytest.mark.parametrize(
    "text",
    [
        "{ ...a } fragment a on Query { ...a }",
        "{ ...a } fragment a on Query { viewer { subject } ...b } fragment b on Query { ...a }",
        "{ viewer { ...a } } fragment a on Viewer { grants { ...b } } fragment b on Grant { role ...a }",
    ],
)
def test_a_circle_of_fragments_has_no_bottom(text: str) -> None:
    assert measure(text).depth >= BOTTOMLESS


def nested(depth: int) -> str:
    inner = "id"
    for _ in range(depth - 2):
        inner = f"parent {{ {inner} }}"
    return f'{{ node(id: "org_boc") {{ ... on Organization {{ {inner} }} }} }}'


def pages(outer: int, inner: int) -> str:
    below = f"agreement {{ activities(first: {inner}) {{ nodes {{ id }} }} }}"
    return f'{{ activities(network: "n", first: {outer}) {{ nodes {{ {below} }} }} }}'


@pytest.mark.parametrize(
    ("within", "above", "name", "value", "most"),
    [
        (nested(12), nested(13), "depth", "13", 12),
        ("{ viewer { " + "a " * 31 + "} }", "{ viewer { " + "a " * 32 + "} }", "aliases", "31", 30),
        (
            "{ viewer " + "@a " * 50 + "{ subject } }",
            "{ viewer " + "@a " * 51 + "{ subject } }",
            "directives",
            "51",
            50,
        ),
        (
            pages(98, 48),
            pages(100, 48),
            "cost",
            "5101",
            5000,
        ),
    ],
)
async def test_a_limit_is_told_by_name_value_and_setting(
    house: House, within: str, above: str, name: str, value: str, most: int
) -> None:
    for text, refused in ((within, False), (above, True)):
        result = await house.ask(text, FRONT_END)
        causes = [error.original_error for error in result.errors or ()]
        problems = [each for cause in causes if isinstance(cause, Refusal) for each in cause.problems]
        assert [each.code for each in problems if each.code is Code.LIMIT_EXCEEDED] == [Code.LIMIT_EXCEEDED] * refused
    assert result.data is None
    (problem,) = problems
    setting = f"COBUILD_LIMIT_{name.upper()}"
    assert problem.english == f"The operation's {name} come to {value}; at most {most} (setting {setting})."
    assert problem.chinese == f"该操作的 {name} 为 {value},最多 {most}(设置项 {setting})。"


def test_every_limit_that_is_exceeded_is_told_and_a_huge_value_is_not_written_out() -> None:
    with pytest.raises(Refusal) as refusal:
        exceeded(Measure(depth=13, aliases=2**10_000, cost=5_001), Limits())
    assert [
        (problem.path, "far more than" in problem.english, "远超" in problem.chinese)
        for problem in refusal.value.problems
    ] == [
        (("depth",), False, False),
        (("aliases",), True, True),
        (("cost",), False, False),
    ]


HEAVY = {
    "search": 'search(text: "gz") { totalCount }',
    "activityCounts": 'activityCounts(network: "n") { total }',
    "coverage": 'coverage(network: "n") { totalCount }',
    "coverageByMonth": 'coverageByMonth(network: "n", period: {from: "2024-01-01", to: "2024-12-31"}) { totalCount }',
    "partnershipGraph": 'partnershipGraph(network: "n") { totalEdges }',
    "calendar": 'calendar(network: "n", from: "2024-01-01", to: "2024-12-31") { days { date } }',
    "planFulfilment": 'planFulfilment(network: "n", year: 2024) { total { rate } }',
    "partnerDossier": 'partnerDossier(network: "n", organization: "o") { counts { total } }',
}


@pytest.mark.parametrize("name", HEAVY)
def test_what_looks_at_many_records_is_not_asked_thirty_times_at_once(name: str) -> None:
    assert measure(f"{{ {HEAVY[name]} }}").cost < 1_100
    often = " ".join(f"a{each}: {HEAVY[name]}" for each in range(30))
    with pytest.raises(Refusal) as refusal:
        exceeded(measure(f"{{ {often} }}"), Limits())
    assert [problem.path for problem in refusal.value.problems] == [("cost",)]


ATTACKS = {
    "a deep nest": "{ a" * 190 + "}" * 190,
    "a nest too deep to parse": "{ a" * 450 + "}" * 450,
    "aliases": "{ " + " ".join(f"a{each}: viewer {{ subject }}" for each in range(150)) + " }",
    "one field again and again": "{ " + "viewer { subject } " * 240 + "}",
    "fragments that fan out": "{ ...f0 } "
    + " ".join(f"fragment f{each} on Query {{ ...f{each + 1} ...f{each + 1} }}" for each in range(80))
    + " fragment f80 on Query { viewer { subject } }",
    "directives": "{ viewer " + "@a" * 450 + " { subject } }",
    "more tokens than a document has": "{ viewer { " + "subject " * 2_000 + "} }",
    "comments": "#\n" * 100_000 + "{ viewer { subject } }",
    "pages of pages": pages(100, 100),
    "nodes of pages": "{ nodes(ids: ["
    + '"org_boc" ' * 100
    + "]) { ... on Organization { activities(first: 100) { nodes { id } } } } }",
    "a cycle of introspection": "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }",
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_is_refused_before_it_costs_anything(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for reading in ("find", "aggregate", "count"):
        monkeypatch.delattr(type(house.database), reading)
    result = await house.ask(ATTACKS[name], FRONT_END)
    assert result.data is None
    assert [error.path for error in result.errors or ()] == [None] * len(result.errors or ())
    codes = {problem.code for error in result.errors or () for problem in problems_of(error)}
    assert codes <= {Code.LIMIT_EXCEEDED}
    assert bool(codes) == (name not in ("a nest too deep to parse", "a cycle of introspection"))


def problems_of(error: GraphQLError) -> tuple[Problem, ...]:
    """What our own limits say; a document that the parser or the rules of GraphQL refuse has nothing of them."""
    return error.original_error.problems if isinstance(error.original_error, Refusal) else ()


async def test_too_many_tokens_are_told_as_a_limit(house: House) -> None:
    result = await house.ask(ATTACKS["more tokens than a document has"], FRONT_END)
    (error,) = result.errors or ()
    assert isinstance(error.original_error, Refusal)
    (problem,) = error.original_error.problems
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("tokens",))
    assert problem.english == "The operation's tokens come to 1001; at most 1000 (setting COBUILD_LIMIT_TOKENS)."


async def test_where_introspection_is_off_it_says_so_and_where_the_schema_stands(house: House) -> None:
    house.limits = Limits(introspection_depth=0)
    [problem] = await house.refused("{ __schema { types { name } } }")
    assert (problem.code, problem.path) == (Code.FORBIDDEN, ("introspection_depth",))
    assert problem.english == "The schema may not be asked for here; it stands in /docs."
    assert await house.data("{ __typename viewer { __typename } }") == {
        "__typename": "Query",
        "viewer": {"__typename": "Viewer"},
    }
