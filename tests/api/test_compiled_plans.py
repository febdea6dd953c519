"""Which operations are compiled, when, and how much is kept of them."""

import time
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.graphql import OperationType

from schema.api import schema
from schema.execution import ALLOWED
from schema.limits import USUAL, Limits
from schema.plan import plans as kept
from schema.plan import texts
from schema.plan.plans import LONGEST_TEXT, Plans
from schema.plan.texts import MOST_MEASURES, MOST_VARIANTS, REMEMBERED, SURE_AFTER
from service.viewer import ANONYMOUS, Viewer
from tests.api.executions import executed
from tests.conftest import ADMIN, NETWORK, OFFICER, STRANGER, House

VIEWER = "{ viewer { subject } }"
PAGE = "query($n: Int = 2, $ids: [ID!] = []) { networks(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"


pytestmark = pytest.mark.usefixtures("plans")


async def executions(house: House, times: int, query: str = VIEWER, **options: Any) -> list[str | None]:
    return [(await executed(house, query, **options)).execution for _ in range(times)]


@pytest.mark.parametrize(
    ("sight", "expected"),
    [(0, [None] * 3), (1, ["compiled"] * 3), (2, [None, "compiled", "compiled"])],
    ids=["off", "at once", "when it comes again"],
)
async def test_a_text_is_compiled_at_its_sight(
    built: House, plans: Plans, sight: int, expected: list[str | None]
) -> None:
    assert await executions(built, 3, sight=sight) == expected
    told = {"interpreted": expected.count(None), "compiled": expected.count("compiled")}
    assert dict(plans.counts) == {name: count for name, count in told.items() if count}


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "query A { __typename } query B { __typename }", VIEWER + " " * LONGEST_TEXT]
)
async def test_what_is_no_valid_operation_or_too_long_is_never_learnt(built: House, query: str) -> None:
    assert await executions(built, 2, query) == [None, None]


@pytest.mark.parametrize("name", [None, "Other"])
def test_what_is_of_no_use_is_looked_at_once_and_says_nothing_of_others(
    plans: Plans, monkeypatch: pytest.MonkeyPatch, name: str | None
) -> None:
    looked_at: list[str] = []
    learnt = Plans._learnt

    def watched(self: Plans, query: str, *given: Any) -> Any:
        looked_at.append(query)
        return learnt(self, query, *given)

    monkeypatch.setattr(Plans, "_learnt", watched)
    query = "{ nothing }" if name is None else VIEWER
    assert [plans.text(query, name, 2, USUAL) for _ in range(9)] == [None] * 9
    assert looked_at == [query]
    assert [plans.text(VIEWER, None, 2, USUAL) is not None for _ in range(3)] == [False, True, True]
    assert plans.text(VIEWER, None, 1, replace(USUAL, tokens=500)) is not None  # of other limits it is another question


async def test_of_several_operations_each_has_a_plan(built: House) -> None:
    text = "query A { viewer { subject } } query B($x: Boolean!) { viewer { subject @skip(if: $x) __typename } }"
    for name, given, told in (("A", {}, {"subject": "admin"}), ("B", {"x": True}, {"__typename": "Viewer"})):
        found = await executed(built, text, name=name, **given)
        assert (found.execution, found.result.data) == ("compiled", {"viewer": told})


async def test_a_text_of_more_tokens_than_are_allowed_is_interpreted_also_when_it_is_known(built: House) -> None:
    assert await executions(built, 1) == ["compiled"]
    found = await executed(built, VIEWER, limits=Limits(tokens=3))
    assert found.execution is None
    assert "LIMIT_EXCEEDED" in str(found.result.errors)


async def test_what_exceeds_a_limit_is_left_to_be_refused(built: House) -> None:
    found = await executed(built, VIEWER, limits=Limits(depth=1))
    assert (found.execution, found.reason) == ("left", "it exceeds a limit")
    assert "LIMIT_EXCEEDED" in str(found.result.errors)


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ('mutation { archiveNetwork(id: "net_x", version: 1, reason: "x") { __typename } }', {OperationType.QUERY}),
        ('subscription { networkFeed(network: "net_x") { __typename } }', ALLOWED),
    ],
    ids=["a mutation by GET", "a subscription by POST"],
)
async def test_a_kind_that_is_not_executed_here_is_left_and_refused(
    built: House, plans: Plans, query: str, allowed: Collection[OperationType]
) -> None:
    with pytest.raises(InvalidOperationTypeError):
        await executed(built, query, allowed=allowed)
    assert plans.counts == {"left": 1}


async def test_what_asks_for_the_schema_is_left(built: House) -> None:
    found = await executed(built, "{ __schema { queryType { name } } viewer { subject } }")
    assert (found.execution, found.reason) == ("left", "it asks for the schema")
    assert found.result.data == {"__schema": {"queryType": {"name": "Query"}}, "viewer": {"subject": "admin"}}


async def test_what_has_more_fields_than_are_compiled_is_left(built: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.plan.collect.MOST_FIELDS", 20)
    names = [f"a{number}" for number in range(20)]
    found = await executed(built, f"{{ viewer {{ {' '.join(f'{each}: subject' for each in names)} }} }}")
    assert (found.execution, found.reason) == ("left", "it has more than 20 fields")
    assert found.result.data == {"viewer": dict.fromkeys(names, "admin")}


async def test_a_constant_that_an_input_refuses_is_refused_where_it_stands(built: House) -> None:
    wrong = '{ calendar(network: "net_x", from: "2024-02-01", to: "2024-02-30") { vague { id } } }'
    during = '{ activities(network: "net_x", where: {during: {from: "2024-02-01", to: "2024-01-01"}}) { totalCount } }'
    for query in (wrong, during):
        found, plain = [await executed(built, query, sight=sight) for sight in (1, 0)]
        assert (found.result.data, str(found.result.errors)) == (plain.result.data, str(plain.result.errors))


# What is kept


def learnt(plans: Plans, query: str) -> bool:
    return plans.text(query, None, 1, USUAL) is not None


def flood(plans: Plans, count: int, sight: int = 2, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        plans.text(f"{{ a{number}: viewer {{ subject }} }}", None, sight, USUAL)


def test_texts_that_come_once_leave_hashes_of_which_there_are_so_many(
    plans: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST_SEEN", 50)
    flood(plans, 500)
    assert (len(plans._seen), len(plans._texts)) == (50, 0)


def test_what_is_kept_is_bounded_and_what_is_used_stays(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 500_000)
    known = plans.text(VIEWER, None, 1, USUAL)
    for turn in range(10):
        flood(plans, 20, sight=1, begin=20 * turn)
        assert plans.text(VIEWER, None, 1, USUAL) is known
    assert 1 < len(plans._texts) < 50
    assert plans._kept == sum(each.weight for each in plans._texts.values()) <= 500_000


async def test_a_compiled_text_weighs_what_it_has_become(built: House, plans: Plans) -> None:
    weights = []
    for names in ("subject", "subject a: subject"):
        before = plans._kept
        await executed(built, f"{{ viewer {{ {names} }} }}")
        weights.append(plans._kept - before)
    assert weights[1] - weights[0] == kept.FIELD + kept.CHARACTER * len(" a: subject")


def test_one_text_that_is_more_than_may_be_kept_is_kept_alone(plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST_KEPT", 1)
    assert learnt(plans, VIEWER)
    assert learnt(plans, "{ __typename }")
    assert len(plans._texts) == 1


def test_the_sizes_that_are_remembered_of_one_text_are_bounded(plans: Plans) -> None:
    text = plans.text(PAGE, None, 1, USUAL)
    assert text is not None
    costs = {text.measure({"n": size}).cost for size in range(MOST_MEASURES + 2)}
    assert len(costs) == MOST_MEASURES + 2
    assert len(text._measures) == 2


@pytest.mark.parametrize(
    "given",
    [{}, {"n": None}, {"n": 3}, {"n": 100.0}, {"n": "x"}, {"n": [1, 2, 3]}, {"n": True}]
    + [{"ids": given} for given in ([], ["a", "b", "c"], "a", None, 3)],
    ids=str,
)
def test_no_caller_decides_what_another_is_measured_at(plans: Plans, given: dict[str, Any]) -> None:
    for first in ({}, {"ids": ["a"]}, {"n": None, "ids": None}, {"n": 3.0, "ids": "x"}, {"n": 3, "ids": 3}, {"n": [1]}):
        text, alone = (Plans(schema).text(PAGE, None, 1, USUAL) for _ in range(2))
        assert text is not None
        assert alone is not None
        text.measure(first)
        assert text.measure(given) == alone.measure(given)


async def test_of_one_text_so_many_selections_have_a_plan(built: House) -> None:
    names = "abcde"
    declared = ", ".join(f"${name}: Boolean!" for name in names)
    query = f"query({declared}) {{ {' '.join(f'{name}: __typename @skip(if: ${name})' for name in names)} }}"
    told = []
    for number in range(MOST_VARIANTS + 1):
        given = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        told.append(await executed(built, query, **given))
    assert [each.execution for each in told] == ["compiled"] * MOST_VARIANTS + ["left"]
    assert told[-1].result.data == dict.fromkeys("abcd", "Query")


# Plans that fail

FINDINGS = "query($network: ID!) { findings(network: $network) { totalCount } }"


async def test_a_plan_that_fails_is_left_for_a_while_for_viewers_of_those_roles_alone(built: House) -> None:
    for _ in range(SURE_AFTER + 1):
        assert (await executed(built, FINDINGS, ANONYMOUS, network=NETWORK)).execution == "deoptimized"
    found = await executed(built, FINDINGS, ANONYMOUS, network=NETWORK)
    assert (found.execution, found.reason) == ("left", "it was deoptimized too often")
    assert (await executed(built, FINDINGS, OFFICER, network=NETWORK)).execution == "compiled"
    later = await executions(built, REMEMBERED, FINDINGS, viewer=ANONYMOUS, network=NETWORK)
    assert set(later) == {"left", "deoptimized"}


@pytest.mark.parametrize("viewer", [ADMIN, OFFICER, STRANGER, ANONYMOUS], ids=lambda each: each.subject)
async def test_variables_of_another_type_fail_nobody(built: House, viewer: Viewer) -> None:
    query = "query($n: Int) { networks(first: $n) { totalCount } }"
    for _ in range(SURE_AFTER + 2):
        found = await executed(built, query, ANONYMOUS, n="x")
        assert (found.execution, found.reason) == ("left", "a variable does not fit its type")
    assert (await executed(built, query, viewer, n=1)).execution == "compiled"


async def test_a_plan_that_fails_less_often_than_not_stays(built: House) -> None:
    query = "query($a: String) { networks(first: 1, after: $a) { totalCount } }"
    for _ in range(REMEMBERED):
        for cursor, execution in ((None, "compiled"), (None, "compiled"), ("x", "deoptimized")):
            assert (await executed(built, query, ANONYMOUS, a=cursor)).execution == execution


def test_runs_of_long_ago_weigh_less() -> None:
    variant, roles = texts.Variant(None), frozenset[Any]()
    for _ in range(1_000):
        variant.met(roles)
    assert variant.runs[roles] <= REMEMBERED


@pytest.mark.prove
async def test_a_flood_of_texts_leaves_memory_and_known_queries_as_they_were(
    built: House, plans: Plans, record_property: Any
) -> None:
    await flooded(built, plans, 100_000, record_property)


async def test_a_small_flood_of_texts_leaves_known_queries_known(
    built: House, plans: Plans, record_property: Any
) -> None:
    await flooded(built, plans, 1_000, record_property)


async def flooded(house: House, plans: Plans, count: int, record_property: Any) -> None:
    """Half of the texts come once, the others twice. Known ones are asked for meanwhile."""
    query = "{ networks(first: 3) { nodes { id name memberships(first: 2) { nodes { id } } } } }"
    await executions(house, 50, query)
    before, memory = await microseconds(house, query), resident()
    for turn in range(10):
        flood(plans, count // 20, begin=turn * count)  # each once
        for number in range(count // 20):
            for _ in range(2):
                plans.text(f"{{ b{turn}x{number}: viewer {{ subject }} }}", None, 2, USUAL)
            if number % 100 == 0:
                assert await executions(house, 1, query) == ["compiled"]
    after, grown = await microseconds(house, query), resident() - memory
    record_property("texts", count)
    record_property("grown by MB", round(grown, 1))
    record_property("known query, µs before and after", (round(before), round(after)))
    print(f"{count:,} texts: {grown:.1f} MB more; a known query took {before:.0f} µs before and {after:.0f} µs after")
    assert grown < 100
    assert after < 2 * before  # the figures are for reading; the machine may be busy


def resident() -> float:
    """The memory of this process, in MB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4_096 / 1e6


async def microseconds(house: House, query: str) -> float:
    """The shortest processor time of many runs."""
    taken = []
    for _ in range(100):
        began = time.process_time()
        await executed(house, query)
        taken.append(time.process_time() - began)
    return 1e6 * min(taken)
