"""What is selected of objects that may be of several types is compiled when one of a type is met first."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from graphql import get_operation_ast, parse
from graphql.execution.values import VariableValues

from schema.api import schema
from schema.limits import USUAL
from schema.plan import plans as kept
from schema.plan.arguments import Arguments, Calling
from schema.plan.collect import Collector, Shape
from schema.plan.emit import Emitter
from schema.plan.plan import Operation
from schema.plan.plans import Plans
from schema.reader import Reader
from tests.api.executions import compared, executed
from tests.conftest import BANK, LEAD, NETWORK, House

RECORDS = """query($ids: [ID!]!) { nodes(ids: $ids) {
    id
    ... on Recorded { version origin }
    ... on Organization { name memberships(first: 2) { nodes { id network { id name } } } }
    ... on Network { name memberships(first: 2) { nodes { id organization { id name } } } }
    ... on Membership { network { id } organization { id memberships(first: 1) { nodes { id } } } }
} }"""

pytestmark = pytest.mark.usefixtures("plans")


@pytest.fixture
async def membership(built: House) -> str:
    found = await executed(built, f'{{ memberships(network: "{NETWORK}", first: 1) {{ nodes {{ id }} }} }}')
    assert found.result.data is not None
    return str(found.result.data["memberships"]["nodes"][0]["id"])


async def test_each_type_is_compiled_when_it_is_met_and_weighed_then(
    built: House, plans: Plans, membership: str
) -> None:
    weights = [plans._kept]
    for ids in ([], ["org_none"], [LEAD], [LEAD, BANK], [NETWORK], [membership], [membership, NETWORK, LEAD, "x"]):
        assert (await compared(built, RECORDS, ids=ids)).execution == "compiled"
        weights.append(plans._kept)
    grown = [after - before for before, after in pairwise(weights)]
    assert [each > 5 * kept.FIELD for each in grown] == [True, False, True, False, True, True, False]
    assert [grown[place] for place in (1, 3, 6)] == [0, 0, 0]


async def test_a_type_of_which_no_field_is_selected_weighs_something_too(built: House, plans: Plans) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
    await executed(built, query, ids=[])
    before = plans._kept
    await executed(built, query, ids=[LEAD, NETWORK, BANK])
    assert plans._kept - before == 2 * kept.FIELD


async def test_what_one_request_compiles_serves_another_that_began_before(built: House, membership: str) -> None:
    """Each has begun before any type is met."""
    asked = [[NETWORK], [LEAD], [membership], [LEAD, NETWORK], [NETWORK, membership, LEAD]]
    found = await asyncio.gather(*(executed(built, RECORDS, ids=ids) for ids in asked))
    assert [each.execution for each in found] == ["compiled"] * len(asked)
    expected = [await executed(built, RECORDS, sight=0, ids=ids) for ids in asked]
    assert [each.result.data for each in found] == [each.result.data for each in expected]


async def test_a_type_of_too_many_fields_is_told_by_strawberry_and_the_text_is_left_from_then_on(
    built: House, plans: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema.plan.collect.MOST_FIELDS", 5)
    assert (await compared(built, RECORDS, ids=["org_none"])).execution == "compiled"
    found = await compared(built, RECORDS, ids=[LEAD])
    assert (found.execution, "it has more than 5 fields" in str(found.reason)) == ("deoptimized", True)
    found = await compared(built, RECORDS, ids=[NETWORK])
    assert (found.execution, found.reason) == ("left", "it has more than 5 fields")
    assert plans._kept == sum(each.weight for each in plans._texts.values())


async def test_a_type_with_a_constant_that_an_input_refuses_is_left_from_then_on(
    built: House, membership: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of our inputs does; `test_plan_compiler.py` has one."""

    class Refusing(Calling):
        def _converted(self, given: dict[str, Any]) -> Arguments:
            if given.get("first") == 2:
                raise ValueError("two are too many")
            return super()._converted(given)

    monkeypatch.setattr("schema.plan.plan.Calling", Refusing)
    executions = [await compared(built, RECORDS, ids=ids) for ids in ([membership], [LEAD], [membership])]
    assert [each.execution for each in executions] == ["compiled", "deoptimized", "left"]
    assert executions[-1].reason == "ValueError('two are too many')"


async def test_a_text_that_is_let_go_while_it_runs_is_weighed_no_more(
    built: House, plans: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 1)
    one = Reader.one

    async def watched(reader: Reader, *given: Any) -> Any:
        plans.text("{ __typename }", None, 1, USUAL)
        return await one(reader, *given)

    monkeypatch.setattr(Reader, "one", watched)
    found = await executed(built, RECORDS, ids=[LEAD])
    assert found.execution == "compiled"
    assert [*plans._texts] == [("{ __typename }", None)]
    assert plans._kept == sum(each.weight for each in plans._texts.values())


def test_a_shape_is_not_taken_for_one_that_is_gone() -> None:
    """That of the root is needed once, and another one might stand where it stood."""
    document = parse("{ __typename }")
    operation = get_operation_ast(document, None)
    assert operation is not None
    values = VariableValues({}, {})
    collector = Collector(schema._schema, document, operation, values)
    emitter = Emitter(Operation(schema, operation, {}, {}), collector)
    first = emitter._rows(collector.root())
    others = [Shape(schema._schema.type_map["Organization"], ()) for _ in range(1_000)]
    assert first not in {emitter._rows(each) for each in others}
