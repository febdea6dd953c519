"""Errors of documents and variables in Chinese: every sentence of graphql-core that a caller can be told is known."""

import ast
import contextlib
import inspect
import itertools
import re
import textwrap
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import GraphQLSyntaxError, SourceLocation, parse
from graphql.execution import get_variable_signature, values
from graphql.language import lexer, parser
from graphql.type import GraphQLEnumType, scalars
from graphql.utilities import validate_input_value
from graphql.validation import specified_rules, validate

from schema.api import schema
from schema.scalars import parse_date, parse_moment
from schema.wording import LONGEST, SENTENCES, worded
from tests.api.wire import client_of, post
from tests.conftest import House

CHINESE, WORDS = re.compile("[\u4e00-\u9fff]"), re.compile(r"[a-z]{4,} [a-z]{2,} ")
ENUMS = [getattr(GraphQLEnumType, name) for name in ("coerce_input_value", "coerce_input_literal")]
OTHERS = [lexer, parser, values, scalars, validate_input_value, get_variable_signature, validate, *ENUMS]
FAULTS = {"Invalid argument", "Unexpected error in directive."}  # of the library itself, which nobody is told
FALLBACK = "查询文档不合法"


RULES = [inspect.getmodule(rule) for rule in specified_rules]


def rendered(node: ast.expr) -> list[str]:
    """What an expression of the library's code may come to; `x` stands for what it puts in."""
    match node:
        case ast.Constant(str(text)):
            return [text]
        case ast.JoinedStr():
            return ["".join(each) for each in itertools.product(*(rendered(part) for part in node.values))]
        case ast.BinOp(left, ast.Add(), right):
            return [a + b for a, b in itertools.product(rendered(left), rendered(right))]
        case ast.IfExp():
            return rendered(node.body) + rendered(node.orelse)
        case ast.FormattedValue(ast.Call(ast.Name("print_argument_or_fragment_variable"))):
            return ["Argument 'x'", "Variable '$x' defined by fragment 'x'"]
        case ast.Call(ast.Name("did_you_mean" | "did_you_mean_enum_value")) | ast.Name("suggestion" | "hint"):
            return [""]
        case ast.FormattedValue(ast.Call(ast.Name("print_path_list"))):
            return ["", " at .x[0]"]
        case _:
            return ["x"]


def sentences(code: Any) -> Iterator[str]:
    """Every sentence that `code` makes an error of."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(code)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            if node.func.id in ("GraphQLError", "ValidationAbortedError"):
                yield from rendered(node.args[0])
            elif node.func.id == "GraphQLSyntaxError":
                yield from (f"Syntax Error: {each}" for each in rendered(node.args[2]))
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "msg":
            yield from rendered(node.value)


FOUND = sorted({each for code in [*RULES, *OTHERS] for each in sentences(code)} - {"x"} - FAULTS)


def test_the_sentences_are_found_in_the_library() -> None:
    assert len(FOUND) > 80
    assert "Cannot query field 'x' on type 'x'." in FOUND
    assert "Syntax Error: Unterminated string." in FOUND


@pytest.mark.parametrize("said", FOUND)
def test_every_sentence_of_the_library_has_its_chinese(said: str) -> None:
    told = worded(said, "zh")
    assert FALLBACK not in told
    assert CHINESE.search(told)
    assert not WORDS.search(told), told
    assert "{" not in told
    assert worded(said, "en") == said.partition(" Did you mean ")[0]


def test_each_sentence_of_the_table_is_its_own() -> None:
    """None is hidden by another."""
    for sentence, chinese in SENTENCES.items():
        if "{said}" in sentence:
            continue
        told = worded(re.sub(r"\{\w+\}", "x", sentence), "zh")
        assert told == re.sub(r"\{\w+\}", "x", chinese), sentence


NESTED = {
    "Variable '$a' has invalid value at .rows[0]: Expected value of type 'Date', but encountered error ''x' is not a "
    "date like 2024-02-29.'; found: 'x'.": "变量 $a 的值在 .rows[0] 处无效:日期格式须如 2024-02-29。(类型 Date)",
    "Fields 'a' conflict because subfields 'b' conflict because 'c' and 'd' are different fields. Use different "
    "aliases on the fields to fetch both if this was intentional.": (
        "字段 a 相互冲突:其子字段 b 相互冲突:'c' 与 'd' 是不同的字段。若需同时查询,请用不同的别名。"
    ),
    "Variable '$n' has invalid value: what nobody ever said": "变量 $n 的值无效:值无效",
    "Cannot query field 'nam' on type 'Viewer'. Did you mean 'name'?": "类型 Viewer 没有字段 nam。",
    "what nobody ever said": "查询文档不合法,第 1 行第 2 列。",
    "Unknown type '" + "x" * LONGEST + "'.": "查询文档不合法,第 1 行第 2 列。",
}


@pytest.mark.parametrize(("said", "told"), NESTED.items(), ids=range(len(NESTED)))
def test_what_stands_inside_is_told_too_and_what_is_not_known_has_its_place(said: str, told: str) -> None:
    assert worded(said, "zh", [SourceLocation(1, 2)]) == told


@pytest.mark.parametrize("read", [parse_date, parse_moment])
def test_our_own_scalars_are_told(read: Any) -> None:
    with pytest.raises(ValueError, match="like 2024") as error:
        read("x")
    assert "2024" in worded(str(error.value), "zh")


def test_no_text_of_a_caller_makes_it_slow() -> None:
    began = time.perf_counter()
    for text in ("'" * 500, "' of type '" * 50, " and " * 100, "' conflict because " * 25, "Variable '$" * 50):
        for said in (text, f"Variable '${text}", f"Fields '{text}", f"Expected value of type '{text}"):
            assert worded(said, "zh")
    assert time.perf_counter() - began < 5


# ── As a caller meets them ──


WRONG: list[dict[str, Any]] = [
    {"query": query}
    for query in (
        "{",
        "{ viewer { subject }",
        "{ viewer(: 1) { subject } }",
        "{ a: viewer { subject } ' }",
        '{ node(id: "x) { id } }',
        "{ node(id: 01) { id } }",
        '{ node(id: "\\z") { id } }',
        "query($n: Int = $m) { viewer { subject } }",
        "type A { a: Int }",
        "{ viewer { nam } }",
        "{ viewer }",
        "{ viewer { subject { x } } }",
        "{ viewer(x: 1) { subject } }",
        "{ viewer @nope { subject } }",
        "query @skip(if: true) { viewer { subject } }",
        "{ viewer @skip { subject } }",
        "{ viewer @skip(if: true, x: 1) { subject } }",
        "{ viewer @skip(if: true) @skip(if: true) { subject } }",
        "{ node { id } }",
        "{ node(id: 1.5) { id } }",
        '{ node(id: "a", id: "b") { id } }',
        "{ node(id: null) { id } }",
        '{ activities(network: "n", first: "1") { totalCount } }',
        '{ activities(network: "n", first: 99999999999) { totalCount } }',
        '{ activities(network: "n", where: 1) { totalCount } }',
        '{ activities(network: "n", where: {x: 1}) { totalCount } }',
        '{ activities(network: "n", where: {pillar: LERNING}) { totalCount } }',
        '{ activities(network: "n", where: {pillar: "LEARNING"}) { totalCount } }',
        '{ activities(network: "n", where: {during: {from: "x"}}) { totalCount } }',
        '{ activities(network: "n", where: {pillar: LEARNING, pillar: LEARNING}) { totalCount } }',
        "{ viewer { ...F } }",
        "{ viewer { ...F } } fragment F on Nope { id }",
        "{ viewer { ...F } } fragment F on Int { id }",
        "{ viewer { ...F } } fragment F on Activity { id }",
        "{ viewer { ... on Activity { id } } }",
        "{ viewer { ... on Int { id } } }",
        "{ viewer { ...F } } fragment F on Viewer { ...F }",
        "{ viewer { ...F } } fragment F on Viewer { ...G } fragment G on Viewer { ...F }",
        "{ viewer { subject } } fragment F on Viewer { subject }",
        "{ viewer { ...F } } fragment F on Viewer { subject } fragment F on Viewer { subject }",
        "query A { viewer { subject } } query A { viewer { subject } }",
        "{ viewer { subject } } query A { viewer { subject } }",
        "query($x: Int, $x: Int) { viewer { subject } }",
        "query($x: Int) { viewer { subject } }",
        "query A($x: Int) { viewer { subject } }",
        "{ node(id: $x) { id } }",
        "query A { node(id: $x) { id } }",
        "query($x: Viewer) { viewer { subject } }",
        "query($x: Nope) { viewer { subject } }",
        "query($x: Int) { node(id: $x) { id } }",
        "query($x: ID) { node(id: $x) { id } }",
        '{ a: node(id: "1") { id } a: node(id: "2") { id } }',
        "{ a: viewer { x: subject } a: viewer { x: grants { role } } }",
        "subscription { __typename }",
        'subscription { a: networkFeed(network: "n") { sequence } b: networkFeed(network: "n") { sequence } }',
    )
]
PAGE = 'query($n: Int!, $w: ActivityWhere) { activities(network: "n", first: $n, where: $w) { totalCount } }'
GIVEN: list[Any] = [{}, {"n": None}, {"n": "1"}, {"n": 1.5}, {"n": 2**40}, {"n": 1, "w": 5}, {"n": 1, "w": {"x": 1}}]
WRONG += [{"query": PAGE, "variables": variables} for variables in GIVEN]


@pytest.fixture(scope="module")
async def client(make_module_house: Any) -> Any:
    house: House = await make_module_house()
    async with client_of(house, development=False) as opened:
        yield opened


@pytest.mark.parametrize("body", WRONG, ids=range(len(WRONG)))
async def test_what_is_wrong_is_told_in_the_callers_language(client: httpx.AsyncClient, body: dict[str, Any]) -> None:
    """With the same code, place and number of errors; nothing of another language, nothing suggested."""
    english = (await post(client, body, accept_language="en")).json()["errors"]
    chinese = (await post(client, body, accept_language="zh-CN")).json()["errors"]
    assert [{**each, "message": ""} for each in english] == [{**each, "message": ""} for each in chinese]
    for each in (*english, *chinese):
        assert "mean '" not in each["message"] or "..." in each["message"]
    for each in chinese:
        assert CHINESE.search(each["message"]), each
        assert FALLBACK not in each["message"], (each, english)
        assert not WORDS.search(each["message"]), each
    assert not any(CHINESE.search(each["message"]) for each in english)


def test_every_rule_that_a_document_can_break_is_broken_above() -> None:
    broken = set()
    for body in WRONG:
        with contextlib.suppress(GraphQLSyntaxError):
            document = parse(body["query"])
            broken |= {rule.__name__ for rule in specified_rules if validate(schema._schema, document, [rule])}
    incremental = {rule.__name__ for rule in specified_rules if "Defer" in rule.__name__ or "Stream" in rule.__name__}
    ours_first = {"KnownOperationTypesRule", "MaxIntrospectionDepthRule"}  # all kinds are there; we measure the depth
    assert broken == {rule.__name__ for rule in specified_rules} - incremental - ours_first
