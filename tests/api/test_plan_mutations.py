"""Mutations through a plan: each root field runs once, in order, whatever becomes of the answer."""

import random
import re
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from schema.plan.called import Deoptimized
from schema.plan.run import Run
from service.errors import Unavailable
from service.store.kinds import KINDS
from service.store.store import Store
from service.viewer import ANONYMOUS
from tests.api.call import answer_type
from tests.api.drawn_queries import NAME, Drawing
from tests.api.drawn_values import World
from tests.api.executions import Executed, executed, told
from tests.api.valid import calls
from tests.api.world import MUTATIONS, operation
from tests.conftest import NETWORK, Contents, House, filled

RENAME = 'correctNetwork(id: $id, version: %s, reason: "更名", input: {motto: "%s"}) { __typename ... on Network {\
    id version motto } ... on Refusal { problems { code path } } }'
MADE = re.compile(rb"\b([a-z]{3})_01[0-9A-Z]{24}\b|\b[0-9a-f]{64}\b")  # ids; hashes over what is sealed


async def both(everything: Contents, query: str, **options: Any) -> tuple[Executed, House]:
    """The plan's answer and its house, once they are seen to be as Strawberry's on a copy of the same house."""
    houses = [await filled(everything) for _ in range(2)]
    found = [await executed(house, query, sight=sight, **options) for sight, house in enumerate(houses)]
    seen = [await told(house, each) for house, each in zip(houses, found, strict=True)]
    assert masked(seen[1]) == masked(seen[0]), query
    assert masked(await written(houses[1])) == masked(await written(houses[0]))
    return found[1], houses[1]


async def written(house: House) -> list[tuple[str, Any, Any]]:
    """Every record, by its version and what has been written of it."""
    found = []
    for kind in KINDS.values():
        documents = await house.database.find(kind.COLLECTION, {}, 10_000)
        found += [(each["_id"], each.get("version"), len(each.get("outbox", ()))) for each in documents]
    return sorted(found, key=lambda each: MADE.sub(rb"\1", each[0].encode()))


def masked(value: Any) -> bytes:
    """Its text, where what is made anew each time is told by its kind alone."""
    text = value if isinstance(value, bytes) else orjson.dumps(value, default=lambda each: repr(each))
    known: dict[bytes, bytes] = {}
    return MADE.sub(lambda found: known.setdefault(found[0], (found[1] or b"") + b"#%d" % len(known)), text)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_every_mutation_answers_the_same(everything: Contents, world: Mapping[str, str], name: str) -> None:
    call = calls(world)[name]
    selection = f"... on {answer_type(name)} {{ {call.told} }} ... on Refusal {{ problems {{ code message path }} }}"
    query = operation(name, MUTATIONS, call.given, selection)
    found, _ = await both(everything, query, viewer=call.viewer, **call.given)
    assert found.execution == "compiled", found.reason
    assert found.result.data is not None
    assert found.result.data[name]["__typename"] == answer_type(name)


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_whatever_is_selected_of_what_was_written(
    everything: Contents, world: Mapping[str, str], name: str
) -> None:
    call = calls(world)[name]
    for number in range(3):
        drawing = Drawing(random.Random(f"{name} {number}"), World(everything))
        drawing.values.likely.append(answer_type(name))
        given = [f"{each}: ${each}" for each in call.given]
        body = f"{name}({', '.join(given)}) {drawing.below(MUTATIONS[name], 0)}"
        declared = {each: MUTATIONS[name].args[each].type for each in call.given}
        query = drawing.operation("mutation", body, **declared)
        sent = {**call.given, **drawing.values.sent()}
        found, _ = await both(everything, query, viewer=call.viewer, name=NAME, key="k", **sent)
        assert found.execution is not None, query


def renamed(*steps: str) -> str:
    return f"mutation($id: ID!) {{ {' '.join(steps)} }}"


async def test_several_run_in_their_order(seeds: Contents) -> None:
    query = renamed(f"a: {RENAME % (1, '一')}", f"b: {RENAME % (2, '二')}", f"c: {RENAME % (2, '三')}")
    found, house = await both(seeds, query, id=NETWORK)
    assert found.execution == "compiled"
    data: Any = found.result.data
    assert [data["a"]["motto"], data["b"]["motto"]] == ["一", "二"]
    assert data["c"]["problems"][0]["code"] == "CONFLICT"
    assert await version(house) == 3


async def version(house: House) -> int:
    [network] = await house.database.find("networks", {"_id": NETWORK}, 1)
    return int(network["version"])


async def test_whoever_may_not_writes_nothing_and_is_told_at_each(seeds: Contents) -> None:
    query = renamed(f"a: {RENAME % (1, '一')}", f"b: {RENAME % (2, '二')}")
    found, house = await both(seeds, query, id=NETWORK, viewer=ANONYMOUS)
    assert found.execution == "deoptimized"
    assert await version(house) == 1


@pytest.mark.parametrize("given", [{"n": "x"}, {"n": None}, {}], ids=str)
async def test_nothing_is_written_where_a_variable_of_a_later_field_does_not_fit(
    seeds: Contents, given: dict[str, Any]
) -> None:
    query = f"""mutation($id: ID!, $n: Int!) {{ a: {RENAME % (1, "一")} b: {RENAME % ("$n", "二")} }}"""
    found, house = await both(seeds, query, id=NETWORK, **given)
    assert (found.execution, found.result.data) == ("left", None)
    assert await version(house) == 1


@pytest.mark.parametrize("given", [{"n": "x"}, {}], ids=str)
async def test_nothing_is_written_where_a_variable_of_the_answer_does_not_fit(
    seeds: Contents, given: dict[str, Any]
) -> None:
    page = "... on Network { memberships(first: $n) { totalCount } }"
    query = f"mutation($id: ID!, $n: Int!) {{ a: {RENAME[:-1] % (1, '一')} {page} }} }}"
    found, house = await both(seeds, query, id=NETWORK, **given)
    assert (found.execution, found.result.data) == ("left", None)
    assert await version(house) == 1


async def test_an_answer_that_fails_after_the_write_is_told_and_nothing_is_written_again(seeds: Contents) -> None:
    page = "... on Network { memberships(first: -1) { totalCount } }"
    query = f"mutation($id: ID!) {{ a: {RENAME[:-1] % (1, '一')} {page} }} b: {RENAME % (2, '二')} }}"
    found, house = await both(seeds, query, id=NETWORK)
    assert found.execution == "deoptimized"
    data: Any = found.result.data
    assert (data["a"], data["b"]["motto"]) == (None, "二")
    assert await version(house) == 3


async def failing(self: Store, *_: Any, **__: Any) -> Any:
    raise RuntimeError("broken")


async def away(self: Store, *_: Any, **__: Any) -> Any:
    raise Unavailable


@pytest.mark.parametrize("broken", [failing, away], ids=lambda each: each.__name__)
async def test_a_mutation_that_fails_is_not_tried_again_and_the_next_one_runs(
    seeds: Contents, monkeypatch: pytest.MonkeyPatch, broken: Any
) -> None:
    once, turns = Store.once, list[int]()

    async def second(self: Store, *given: Any, **options: Any) -> Any:
        turns.append(1)
        return await (broken if len(turns) % 3 == 2 else once)(self, *given, **options)

    monkeypatch.setattr(Store, "once", second)
    query = renamed(f"a: {RENAME % (1, '一')}", f"b: {RENAME % (2, '二')}", f"c: {RENAME % (2, '三')}")
    found, house = await both(seeds, query, id=NETWORK)
    assert found.execution == "deoptimized"
    assert len(turns) == 6  # three of each
    data: Any = found.result.data
    assert (data["a"]["motto"], data["b"], data["c"]["motto"]) == ("一", None, "三")
    assert await version(house) == 3


async def test_a_key_that_is_sent_again_answers_what_was_written(house: House) -> None:
    query = renamed(f"a: {RENAME % (1, '一')}")
    first, again, plain = [await executed(house, query, key="k", sight=sight, id=NETWORK) for sight in (1, 1, 0)]
    assert first.result.data == again.result.data == plain.result.data
    assert [first.execution, again.execution] == ["compiled", "compiled"]
    assert await version(house) == 2


async def test_a_plan_that_cannot_place_what_was_written_writes_nothing_again(
    seeds: Contents, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unplaceable(self: Run, *_: Any) -> None:
        raise Deoptimized("as if")

    monkeypatch.setattr(Run, "_place", unplaceable)
    found, house = await both(seeds, renamed(f"a: {RENAME % (1, '一')}"), id=NETWORK)
    assert (found.execution, found.reason) == ("deoptimized", "Deoptimized('as if')")
    data: Any = found.result.data
    assert (data["a"]["motto"], data["a"]["version"], await version(house)) == ("一", 2, 2)
