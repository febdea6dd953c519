"""What a list asks for is enough for the selected fields: each of them alone is answered as it should be.

The records of a type are listed, by a list at the root or one below that, with one field of the type at a time. What
it must answer is what they say when they are looked up by their ids and every stored key is read.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_composite_type, is_required_argument

from schema.api import schema
from schema.nodes import ENTITIES
from service.errors import Refusal
from service.store.database import Database
from service.store.kinds import KINDS
from service.viewer import Viewer
from tests.api.executions import Executed, compared, executed
from tests.conftest import ADMIN, FRONT_END, NETWORK, OFFICER, House

INSIDER = Viewer("insider", (*ADMIN.grants, *OFFICER.grants))
MOST, BELOW = 100, 20  # records of a list: at the root, and below each of those
HIDDEN = {"Attachment", "Audit", "Breach", "Finding", "Gift", "Person", "RoleAssignment"}  # from FRONT_END
AT_HAND = {"unpairedMembers", "unpairedBranches"}  # lists of which a page is cut when all of it was found and judged


class Listing(NamedTuple):
    """The lists, one below the other, that lead to the records of a type: of each the field and its arguments."""

    steps: tuple[tuple[str, str], ...]

    def query(self, selection: str) -> str:
        told = f"id {selection}"
        for name, arguments in reversed(self.steps):
            told = f"{name}({arguments}) {{ nodes {{ {told} }} }}"
        return f"{{ {told} }}"

    def records(self, found: Executed) -> Iterator[dict[str, Any]]:
        """What is answered of each; nothing else fails than for want of a right."""
        for error in found.result.errors or ():
            assert isinstance(error.original_error, Refusal), error
        level: list[Any] = [found.result.data]
        for name, _ in self.steps:
            level = [node for each in level if each[name] is not None for node in each[name]["nodes"]]
        return iter(level)

    def __str__(self) -> str:
        return ".".join(name for name, _ in self.steps)


def object_type(name: str) -> GraphQLObjectType:
    own_type = schema._schema.type_map[name]
    assert isinstance(own_type, GraphQLObjectType)
    return own_type


def is_page(named: Any) -> bool:
    return isinstance(named, GraphQLObjectType) and "pageInfo" in named.fields


def listings() -> Iterator[tuple[str, Listing]]:
    """The shortest for each type of record, breadth first, and those of AT_HAND."""
    found, waiting = set[str](), [("Query", Listing(()))]
    for parent, above in waiting:
        for name, declared in object_type(parent).fields.items():
            page = get_named_type(declared.type)
            own = get_named_type(page.fields["nodes"].type).name if is_page(page) else ""
            required = {each for each, of in declared.args.items() if is_required_argument(of)}
            known = own in found and name not in AT_HAND
            if own not in ENTITIES or known or not required <= {"network"}:
                continue
            arguments = f"first: {BELOW if above.steps else MOST}"
            listing = Listing((*above.steps, (name, f'network: "{NETWORK}", {arguments}' if required else arguments)))
            yield own, listing
            if name not in AT_HAND:
                found.add(own)
                waiting.append((own, listing))


LISTINGS = [*listings()]


def below(declared: GraphQLField) -> str:
    """What is asked below a field: of a record its id, of a page its items, of another value all that it says."""
    named = get_named_type(declared.type)
    if not is_composite_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType) or named.name in ENTITIES:
        return "{ id }"
    wanted = {"nodes": named.fields["nodes"]} if is_page(named) else named.fields
    return f"{{ {' '.join(f'{name} {below(of)}' for name, of in wanted.items())} }}"


def whole(find: Any) -> Any:
    """Finds whole documents, whatever is asked for."""

    async def found(
        self: Database, collection: str, where: Any, limit: int, _: Any = None, sort: Any = (), index: Any = None
    ) -> Any:
        return await find(self, collection, where, limit, None, sort, index)

    return found


async def told(house: House, name: str, ids: list[str], viewer: Viewer) -> dict[str, dict[str, Any]]:
    """What records of a type say, by id, in all their fields."""
    every = " ".join(f"{each} {below(declared)}" for each, declared in object_type(name).fields.items())
    query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {name} {{ {every} }} }} }}"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Database, "find", whole(Database.find))
        found = await executed(house, query, viewer, ids=ids)
    assert found.result.data is not None, found.result.errors
    return dict(zip(ids, found.result.data["nodes"], strict=True))


def test_every_type_of_record_is_reached_by_lists_alone() -> None:
    assert {name for name, _ in LISTINGS} == {kind.__name__ for kind in KINDS.values()}
    assert {listing.steps[-1][0] for _, listing in LISTINGS} >= AT_HAND


async def alone(house: House, name: str, listing: Listing, viewer: Viewer) -> int:
    """Ask for each field alone; how many records there are of which the viewer may know."""
    ids = [each["id"] for each in listing.records(await executed(house, listing.query(""), viewer))]
    expected = await told(house, name, list(dict.fromkeys(ids)), viewer)
    for field, declared in object_type(name).fields.items():
        found = await compared(house, listing.query(f"{field} {below(declared)}"), viewer)
        answered = {each["id"]: each[field] for each in listing.records(found)}
        assert answered == {own_id: each[field] for own_id, each in expected.items()}, (field, viewer.subject)
    return len(expected)


@pytest.mark.parametrize(("name", "listing"), LISTINGS, ids=str)
async def test_a_field_alone_is_answered_by_a_list(built: House, name: str, listing: Listing) -> None:
    assert await alone(built, name, listing, INSIDER)


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "listing"), LISTINGS, ids=str)
async def test_a_field_alone_is_answered_to_who_may_know_less(built: House, name: str, listing: Listing) -> None:
    known = await alone(built, name, listing, FRONT_END)
    assert bool(known) is (name not in HIDDEN)
