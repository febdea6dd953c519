"""The compiler beside a schema of its own: what ours has none of, or seldom, is compiled or left all the same."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any, NewType

import pytest
import strawberry
from strawberry import Parent
from strawberry.extensions import FieldExtension
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig

from schema.context import Context, Info
from schema.execution import ALLOWED
from schema.limits import USUAL
from schema.permissions import Guard
from schema.plan.plans import Plans
from schema.reader import Reader
from schema.selection import stored_value
from service.dates import day_of
from service.viewer import Right
from tests.api.world import TODAY
from tests.conftest import ADMIN, LEAD, NETWORK, House

RECORD = {
    "_id": LEAD,
    "network": NETWORK,
    "concerns": [],
    "void": None,
    "count": 3,
    "tags": ["t"],
    "parts": [{"name": "p"}],
}
THINGS: list[Any] = [
    {**RECORD, "name": "a", "price": Decimal("1.50"), "extra": {"x": [1]}, "words": ("b", None), "matrix": [[1]]},
    {**RECORD, "name": "b", "price": Decimal("2"), "extra": None, "words": None, "matrix": []},
]


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:
        return str(next_(source, info, **given)).upper()


@strawberry.input
class Between:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError("low is above high")


def _times(root: Parent[Any], count: int = 2) -> Any:
    return root["name"] * count


def _within(between: Between) -> Any:
    return between.high - between.low


async def _phone(root: Parent[Any]) -> Any:
    return "020"


Void = NewType("Void", object)


@strawberry.type
class Thing:
    name: str
    price: Decimal | None
    extra: JSON | None
    words: list[str | None] | None
    matrix: list[list[int]]
    void: Void | None
    count: int | None
    tags: list[str]
    parts: "list[Part]"
    times: str = strawberry.field(resolver=_times)
    phone: str | None = strawberry.field(resolver=_phone, extensions=[Guard(Right.READ_CONTACTS)])
    loud: str = strawberry.field(resolver=lambda root: "x", extensions=[Loud()])


@strawberry.type
class Part:
    name: str


@strawberry.type
class Named:
    id: strawberry.ID
    name: str


@strawberry.type
class Box:
    things: list[Thing]


async def _things() -> Any:
    return THINGS


async def _boxes() -> Any:
    return [{"things": [THINGS[0]]}, {"things": THINGS[1:]}, {"things": ()}]


async def _named() -> Any:
    return SimpleNamespace(id="x", name="y")


@strawberry.type
class Query:
    things: list[Thing] = strawberry.field(resolver=_things)
    boxes: list[Box] = strawberry.field(resolver=_boxes)
    named: Named = strawberry.field(resolver=_named)
    within: int = strawberry.field(resolver=_within)


SCALARS: dict[object, Any] = {Void: strawberry.scalar(name="Void", serialize=lambda _: None)}
OWN = strawberry.Schema(
    Query, config=StrawberryConfig(default_resolver=stored_value, info_class=Info, scalar_map=SCALARS)
)


def context_in(house: House) -> Context:
    return Context(ADMIN, TODAY, "en", None, house.store, Reader(house.database, ADMIN, day_of(TODAY)), explained={})


async def answered(house: House, query: str, **variables: Any) -> tuple[Any, Context, Any]:
    """What the plan answers, if it does, what it was told with, and what Strawberry answers."""
    plans, context = Plans(OWN), context_in(house)
    text = plans.text(query, None, 1, USUAL)
    assert text is not None
    found = await plans.answered(text, variables, context, ALLOWED)
    plain = await OWN.execute(query, variable_values=variables, context_value=context_in(house))
    return found, context, plain


@pytest.mark.parametrize(
    "query",
    [
        "{ things { name price extra words void count tags parts { name } } }",
        "query($n: Int = 3) { boxes { things { times a: times(count: 1) b: times(count: $n) } } }",
        "{ named { id name } }",
        "{ within(between: {low: 1, high: 3}) }",
    ],
)
async def test_what_compiles_answers_what_strawberry_does(house: House, query: str) -> None:
    found, _, plain = await answered(house, query)
    assert (found.data, found.errors) == (plain.data, None)


async def test_what_is_read_under_a_right_whose_use_is_logged_is_noted(house: House) -> None:
    found, context, plain = await answered(house, "{ things { phone } }")
    assert found.data == plain.data == {"things": [{"phone": "020"}] * 2}
    assert dict(context.accesses._rights) == {(NETWORK, LEAD): {Right.READ_CONTACTS}}


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("{ things { matrix } }", "Thing.matrix is a list of lists"),
        ("{ things { loud } }", "Thing.loud is guarded in another way"),
        ("{ within(between: {low: 3, high: 1}) }", "ValueError('low is above high')"),
    ],
)
async def test_what_does_not_compile_is_left(house: House, query: str, reason: str) -> None:
    found, context, _ = await answered(house, query)
    assert (found, context.explained) == (None, {"execution": "left", "reason": reason, "levels": None})


@pytest.mark.parametrize(
    ("damage", "field", "reason"),
    [
        ({"name": None}, "name", "null where none may be"),
        ({"name": {}}, "name", "String"),
        ({"words": 7}, "words", "a value is no list"),
        ({"tags": ["a", None]}, "tags", "null where none may be"),
        ({"count": 2**31}, "count", "Int cannot represent"),
        ({"tags": "abc"}, "tags", "a value is no list"),
        ({"parts": [None]}, "parts { name }", "null where none may be"),
        ({"parts": [{"name": "p"}, {}]}, "parts { name }", "null where none may be"),
        ({"void": 1}, "void", "a value is no Void"),
    ],
)
async def test_what_stands_wrong_is_told_by_strawberry(
    house: House, monkeypatch: pytest.MonkeyPatch, damage: dict[str, Any], field: str, reason: str
) -> None:
    for name, value in damage.items():
        monkeypatch.setitem(THINGS[0], name, value)
    found, context, plain = await answered(house, f"{{ things {{ {field} }} }}")
    assert found is None
    assert context.explained is not None
    assert (context.explained["execution"], reason in context.explained["reason"]) == ("deoptimized", True)
    assert plain.errors
