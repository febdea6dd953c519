"""A foreign id answers as a missing one, byte for byte: for every argument that takes an id.

Foreign is what the viewer may not know of: records of Wuxi's network, for who belongs to the first one. What answers
may echo is the id that was asked for, and nothing else.
"""

import asyncio
import base64
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import aclosing
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
)

from schema.api import schema
from service.errors import Refusal
from service.store.kinds import KINDS
from service.viewer import ANONYMOUS, Viewer
from tests.api.call import ids_in, replaced
from tests.api.valid import calls
from tests.api.world import MUTATIONS, QUERIES, SUBSCRIPTIONS, operation
from tests.conftest import ADMIN, FRONT_END, LEAD, LEAD_RECORDER, NETWORK, OFFICER, House
from tests.house.rights import example, smallest

HIDDEN = ["draft", "discarded", "signing", "expired", "planned", "cancelled", "held", "ended", "mistaken", "counted"]
HIDDEN += ["department", "person", "centre", "pairing", "attached", "role"]
HIDDEN += ["plan", "group", "deliverable", "clauses", "commitment", "acknowledgement"]
HIDDEN += ["gift", "breach", "audit", "finding"]
REFUSED = "... on Refusal { problems { code message path record version } }"
MUTED = {"verifyTrail": "complete sound", "partnershipGraph": "totalEdges nodes { id }"}
SELECTIONS = {
    **dict.fromkeys(("node", "nodes", "organizationByReference", "activityByReference"), "id"),
    "planFulfilment": "total { lines }",
    "activityCounts": "total undated",
    "partnerDossier": "organization { id } openPoints { code }",
    "calendar": "days { date } vague { id }",
    **MUTED,
}  # of what is no connection


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


def slots(arguments: Mapping[str, GraphQLArgument]) -> Iterator[tuple[str, ...]]:
    """Where in the arguments of a field an id may stand."""
    for name, each in arguments.items():
        yield from _slots(each.type, (name,), ())


def _slots(kind: GraphQLInputType, path: tuple[str, ...], within: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    named = get_named_type(kind)
    if named.name == "ID":
        yield path
    elif isinstance(named, GraphQLInputObjectType) and named.name not in within:
        for name, each in named.fields.items():
            yield from _slots(each.type, (*path, name), (*within, named.name))


def put(kind: Any, value: Any, path: tuple[str, ...], own_id: str) -> Any:
    """`value`, of `kind`, with `own_id` at `path`; what is not there on the way is made as small as it may be."""
    plain = get_nullable_type(kind)
    if isinstance(plain, GraphQLList):
        first, *others = value or [None]
        return [put(plain.of_type, first, path, own_id), *others]
    if not isinstance(plain, GraphQLInputObjectType):
        return own_id
    own = value if isinstance(value, dict) else example(plain)
    return {**own, path[0]: put(plain.fields[path[0]].type, own.get(path[0]), path[1:], own_id)}


def with_id(field: GraphQLField, given: Mapping[str, Any], path: tuple[str, ...], own_id: str) -> dict[str, Any]:
    return {**given, path[0]: put(field.args[path[0]].type, given.get(path[0]), path[1:], own_id)}


def shape(answer: Any) -> str:
    """What a caller sees of a result, as text in which ids can be compared."""
    errors = []
    for error in answer.errors or ():
        cause = error.original_error
        problems = cause.problems if isinstance(cause, Refusal) else error.message
        assert cause is None or isinstance(cause, Refusal), cause
        errors.append((error.path, problems))
    return repr((answer.data, errors))


def missing_for(hidden: str) -> str:
    return f"{hidden[:4]}{'0' * 26}"[: len(hidden)]


async def alike(house: House, text: str, viewer: Viewer, given: Callable[[str], Any], hidden: str) -> Any:
    missing = missing_for(hidden)
    there = await house.ask(text, viewer, **given(hidden))
    gone = await house.ask(text, viewer, **given(missing))
    assert shape(there).replace(hidden, missing) == shape(gone)
    return there


def some(world: Mapping[str, str], turn: int, most: int = 3) -> list[str]:
    """A few of the hidden records, others at each turn; all of them are tried by `make prove`."""
    return [world[f"wuxi {each}"] for each in itertools.islice(itertools.cycle(HIDDEN), most * turn, most * (turn + 1))]


# ── Writes ──


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_an_id_in_a_mutation(house: House, world: dict[str, str], name: str) -> None:
    call = calls(world)[name]
    text = operation(name, MUTATIONS, call.given, REFUSED)
    for path, _ in ids_in(name, call.given):
        for hidden in (world[f"wuxi {each}"] for each in HIDDEN):
            await alike(house, text, call.viewer, lambda own_id, p=path: replaced(call.given, p, own_id), hidden)


def left_out(name: str, given: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Where an id may stand, and none does in the call that succeeds."""
    told = {tuple(part for part in path if isinstance(part, str)) for path, _ in ids_in(name, given)}
    return [path for path in slots(MUTATIONS[name].args) if path not in told]


async def _left_out(house: House, world: dict[str, str], name: str, most: int) -> None:
    call, field = calls(world)[name], MUTATIONS[name]
    for turn, path in enumerate(left_out(name, call.given)):
        given = with_id(field, call.given, path, "x")
        text = operation(name, MUTATIONS, given, REFUSED)
        for hidden in some(world, turn, most):
            own = lambda own_id, p=path: with_id(field, call.given, p, own_id)  # noqa: E731
            answer = await alike(house, text, call.viewer, own, hidden)
            assert answer.errors or answer.data[name]["__typename"] == "Refusal", (name, path, "took what is not there")


@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_an_id_that_a_mutation_may_be_given_beside(house: House, world: dict[str, str], name: str) -> None:
    await _left_out(house, world, name, 3)


@pytest.mark.prove
@pytest.mark.parametrize("name", sorted(MUTATIONS))
async def test_every_id_that_a_mutation_may_be_given_beside(house: House, world: dict[str, str], name: str) -> None:
    await _left_out(house, world, name, len(HIDDEN))


# ── Reads ──


@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name, field in QUERIES.items() for path in slots(field.args)], ids=str
)
@pytest.mark.parametrize("viewer", [ANONYMOUS, FRONT_END, ADMIN, LEAD_RECORDER], ids=lambda viewer: viewer.subject)
async def test_an_id_in_a_query(
    house: House, world: dict[str, str], name: str, path: tuple[str, ...], viewer: Viewer
) -> None:
    field = QUERIES[name]
    base = {**smallest(field), **({"network": NETWORK} if "network" in field.args else {})}
    base |= {"ids": [LEAD, LEAD]} if name == "nodes" else {}
    text = operation(name, QUERIES, with_id(field, base, path, "x"), SELECTIONS.get(name, "totalCount"))
    for hidden in (world[f"wuxi {each}"] for each in HIDDEN):
        await alike(house, text, viewer, lambda own_id: with_id(field, base, path, own_id), hidden)


BELOW = [
    (kind.name, name, path)
    for kind in schema._schema.type_map.values()
    if isinstance(kind, GraphQLObjectType)
    and kind not in (schema._schema.query_type, schema._schema.mutation_type, schema._schema.subscription_type)
    and not kind.name.startswith("__")
    for name, field in kind.fields.items()
    for path in slots(field.args)
]


@pytest.mark.parametrize("kind", sorted({kind for kind, _, _ in BELOW}))
@pytest.mark.parametrize("viewer", [FRONT_END, OFFICER], ids=lambda viewer: viewer.subject)
async def test_an_id_in_a_list_below_a_record(house: House, world: dict[str, str], kind: str, viewer: Viewer) -> None:
    prefix = next(each for each, own in KINDS.items() if own.__name__ == kind)
    known = {"net": NETWORK, "org": LEAD}
    own_id = known.get(prefix) or next(
        each for name, each in world.items() if each.startswith(f"{prefix}_") and not name.startswith("wuxi ")
    )
    fields: Any = schema._schema.type_map[kind]
    for turn, (_, name, path) in enumerate(each for each in BELOW if each[0] == kind):
        field = fields.fields[name]
        argument = field.args[path[0]]
        text = f"""query($id: ID!, $value: {argument.type}) {{ node(id: $id) {{ ... on {kind} {{
            {name}({path[0]}: $value) {{ totalCount edges {{ cursor }} }} }} }} }}"""
        for hidden in some(world, turn, 2):
            given = lambda own, f=field, p=path: {"id": own_id, "value": with_id(f, {}, p, own)[p[0]]}  # noqa: E731
            answer = await alike(house, text, viewer, given, hidden)
            assert answer.data is not None
            assert answer.data["node"] is not None or viewer is FRONT_END


def test_no_argument_that_takes_an_id_is_left_out() -> None:
    """Every field of the schema with one is a root field, or a list below a record that `node` finds."""
    kinds = {own.__name__ for own in KINDS.values()}
    assert {kind for kind, _, _ in BELOW} <= kinds
    roots = [list(slots(each.args)) for fields in (QUERIES, MUTATIONS, SUBSCRIPTIONS) for each in fields.values()]
    assert sum(map(len, roots)) > 250
    assert len(BELOW) > 50
    interfaces: list[Any] = [schema._schema.type_map[name] for name in ("Node", "Recorded")]
    assert not [path for each in interfaces for field in each.fields.values() for path in slots(field.args)]


# ── Cursors ──

LISTS = [name for name, field in QUERIES.items() if {"after", "network"} <= field.args.keys() and "search" not in name]


@pytest.mark.parametrize("name", sorted(LISTS))
async def test_an_id_in_a_cursor(house: House, world: dict[str, str], name: str) -> None:
    field = QUERIES[name]
    if "edges" not in getattr(get_named_type(field.type), "fields", {}):
        return
    given: dict[str, Any] = {**smallest(field), "network": NETWORK, "first": 1}
    selection = "pageInfo { endCursor hasNextPage hasPreviousPage } edges { cursor }"
    first = await house.ask(operation(name, QUERIES, given, selection), ADMIN, **given)
    cursor = ((first.data or {}).get(name) or {"pageInfo": {"endCursor": None}})["pageInfo"]["endCursor"]
    if cursor is None:
        return
    order, _, key = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("\n")
    start = key.rpartition("\x1f")[0] + "\x1f" if "\x1f" in key else ""
    for hidden in some(world, len(name)):
        seen = []
        for own_id in (hidden, f"{hidden}0"):  # the next one in every order
            made = base64.urlsafe_b64encode(f"{order}\n{start}{own_id}".encode()).decode().rstrip("=")
            page = {**given, "after": made, "first": 100}
            seen.append(shape(await house.ask(operation(name, QUERIES, page, selection), ADMIN, **page)))
        assert seen[0] == seen[1]


# ── Subscriptions ──


@pytest.mark.parametrize("name", sorted(SUBSCRIPTIONS))
@pytest.mark.parametrize("viewer", [ANONYMOUS, FRONT_END, ADMIN, LEAD_RECORDER], ids=lambda viewer: viewer.subject)
async def test_an_id_in_a_subscription(house: House, name: str, viewer: Viewer) -> None:
    field = SUBSCRIPTIONS[name]
    for path in slots(field.args):
        seen = []
        for own_id in ("net_004_wuxi", "net_00missing"):
            given = with_id(field, smallest(field), path, own_id)
            async with aclosing(house.events(operation(name, SUBSCRIPTIONS, given, ""), viewer, **given)) as events:
                seen.append(shape(await asyncio.wait_for(anext(events), 10)).replace(own_id, "…"))
        assert seen[0] == seen[1]
