"""What schemathesis asks of every answer, in place of its own check: that takes each refusal for a fault.

An answer is JSON with a status below 500; each error has a code of the published list, and none tells of a fault or of
the inside of the service; the data has the shape that the schema gives to what was asked.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import graphql
import schemathesis
from graphql import (
    ArgumentNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLList,
    GraphQLNonNull,
    SelectionNode,
    get_named_type,
    is_composite_type,
    is_enum_type,
    is_object_type,
)
from hypothesis import strategies as st
from schemathesis.graphql import nodes

SCHEMA = graphql.build_schema(Path(os.environ["COBUILD_SDL"]).read_text(encoding="utf-8"))
CODES = set(SCHEMA.type_map["Code"].values)
FAULTS = {"INTERNAL_ERROR", "SERVICE_UNAVAILABLE"}
IDS = os.environ["COBUILD_IDS"].split()
SPECIFIED = {"Int": int, "Float": (int, float), "String": str, "ID": str, "Boolean": bool}

schemathesis.graphql.scalar("ID", st.sampled_from(IDS).map(nodes.String))
schemathesis.graphql.scalar("Decimal", st.decimals(0, 10**6, places=2).map(str).map(nodes.String))


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """Half of the pages asked for are such that there is something on them: the first ones, and not too long."""
    return graphql.visit(body, Pages()) if len(graphql.print_ast(body)) % 2 else body


class Pages(graphql.Visitor):
    def enter_argument(self, node: ArgumentNode, *_: Any) -> Any:
        if node.name.value in ("after", "before", "last"):
            return graphql.REMOVE
        if node.name.value == "first":
            return ArgumentNode(name=node.name, value=graphql.IntValueNode(value="5"))
        return None


@schemathesis.check
def answered_as_promised(ctx: Any, response: Any, case: Any) -> None:
    assert response.status_code < 500, response.text
    answer = response.json()
    assert isinstance(answer, dict), answer
    for error in answer.get("errors", ()):
        code = error["extensions"]["code"]
        assert code in CODES - FAULTS, error
        assert error["message"], error
        assert "Traceback" not in error["message"], error
    assert "errors" in answer or answer.get("data") is not None, answer
    if answer.get("data") is not None:
        [operation] = graphql.parse(case.body).definitions
        root = SCHEMA.get_root_type(operation.operation)
        wrong = list(mismatches(root, operation.selection_set.selections, answer["data"], "data"))
        assert not wrong, wrong


def mismatches(kind: Any, selections: Any, value: Any, place: str) -> Iterator[str]:
    """Where a value is not what the schema says of its type, one line each."""
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield f"{place} is null"
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for number, each in enumerate(value):
            yield from mismatches(kind.of_type, selections, each, f"{place}.{number}")
    elif is_composite_type(kind):
        yield from _object_mismatches(kind, selections, value, place)
    elif is_enum_type(kind):
        if value not in kind.values:
            yield f"{place} is no {kind.name}"
    elif not isinstance(value, SPECIFIED.get(kind.name, object)):
        yield f"{place} is no {kind.name}"


def _object_mismatches(kind: Any, selections: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place} is no object"
        return
    known = set()
    for own, node, certain in fields(kind, selections):
        name = (node.alias or node.name).value
        known.add(name)
        if certain and name not in value:
            yield f"{place}.{name} is missing"
        if certain and name in value and node.name.value != "__typename":
            inner = node.selection_set.selections if node.selection_set else ()
            yield from mismatches(own.fields[node.name.value].type, inner, value[name], f"{place}.{name}")
    yield from (f"{place}.{name} was not asked for" for name in value.keys() - known)


def fields(kind: Any, selections: tuple[SelectionNode, ...]) -> Iterator[tuple[Any, FieldNode, bool]]:
    """The fields asked of a type, each with the type it is asked of, and whether it must be answered.

    What is asked of one type among several may be answered or not: the answer does not tell which one it is.
    """
    for node in selections:
        assert not isinstance(node, FragmentSpreadNode), "schemathesis writes its fragments inline"
        if isinstance(node, FieldNode):
            yield kind, node, True
            continue
        condition = node.type_condition.name.value if node.type_condition else kind.name
        own = get_named_type(SCHEMA.type_map[condition])
        surely = own is kind or (is_object_type(kind) and SCHEMA.is_sub_type(own, kind))
        for inner, field, certain in fields(own, node.selection_set.selections):
            yield inner, field, certain and surely
