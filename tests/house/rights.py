"""Who may ask what: the matrix of every root field, private field and kind of record × every role, as found by asking.

`python -m tests.house.rights` writes it to rights.txt, which is reviewed like code.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from seeds.loader import load
from service.dates import now
from service.errors import Code, Refusal
from service.store import upkeep
from service.store.database import Database
from service.store.kinds import kind_of
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import ANONYMOUS, Viewer
from tests.api.world import MUTATIONS, QUERIES, SCHOOL_RECORDER, SUBSCRIPTIONS, build, operation
from tests.conftest import (
    ADMIN,
    BANK_RECORDER,
    FRONT_END,
    LEAD_RECORDER,
    MASTERS,
    NETWORK,
    OBSERVER,
    OFFICER,
    OPERATOR,
    STRANGER,
    House,
)

FILE = Path(__file__).with_name("rights.txt")
VIEWERS: Mapping[str, Viewer] = {
    "PUBLIC": ANONYMOUS,
    "FRONT_END": FRONT_END,
    "RECORDER": LEAD_RECORDER,
    "other RECORDER": BANK_RECORDER,
    "NETWORK_ADMIN": ADMIN,
    "INTEGRITY_OFFICER": OFFICER,
    "OBSERVER": OBSERVER,
    "OPERATOR": OPERATOR,
    "foreign NETWORK_ADMIN": STRANGER,
    "foreign RECORDER": SCHOOL_RECORDER,
}
PRIVATE = {
    "Organization.contacts": ("org_smu_derma", "contacts { name }"),
    "PartyBranch.secretary": ("branch", "secretary"),
    "RoleAssignment.holder": ("role", "holder"),
    "Activity.confirmations": ("published", "confirmations { verdict }"),
    "Person.name": ("person", "name"),
    "Person.phone": ("person", "phone"),
    "Person.email": ("person", "email"),
    "Network.unpairedMembers": ("net_002_derma", "unpairedMembers { totalCount }"),
    "Network.unpairedBranches": ("net_002_derma", "unpairedBranches { totalCount }"),
    "Agreement.signers": ("active", "signers"),
    "Agreement.text": ("active", "text { text }"),
    "Agreement.versions": ("active", "versions { number }"),
    "Agreement.signatures": ("active", "signatures { version }"),
    "Agreement.declines": ("active", "declines { version }"),
    "LeadingGroupChair.name": ("group", "chairs { name }"),
    "LeadingGroupMember.name": ("group", "members { name }"),
    "LeadingGroupOffice.head": ("group", "office { head }"),
    "ActivityPlan.timeline": ("plan", "timeline { totalCount }"),
    "LeadingGroup.timeline": ("group", "timeline { totalCount }"),
    "Deliverable.timeline": ("deliverable", "timeline { totalCount }"),
    "Agreement.amendment": ("amending", "amendment { version }"),
    "Agreement.amendments": ("amending", "amendments { version }"),
    "Network.timeline": ("net_002_derma", "timeline { totalCount }"),
    "Organization.timeline": ("org_smu_derma", "timeline { totalCount }"),
    "PartyBranch.timeline": ("branch", "timeline { totalCount }"),
    "Headcount.timeline": ("counted", "timeline { totalCount }"),
    "Membership.timeline": ("mem_002_boc", "timeline { totalCount }"),
    "Department.timeline": ("department", "timeline { totalCount }"),
    "Person.timeline": ("person", "timeline { totalCount }"),
    "Station.timeline": ("centre", "timeline { totalCount }"),
    "Pairing.timeline": ("pairing", "timeline { totalCount }"),
    "RoleAssignment.timeline": ("role", "timeline { totalCount }"),
    "Agreement.timeline": ("active", "timeline { totalCount }"),
    "Activity.timeline": ("published", "timeline { totalCount }"),
    "Attachment.timeline": ("attached", "timeline { totalCount }"),
    "ClauseSet.draft": ("clauses drafted", "draft { number }"),
    "CommitmentSide.signer": ("commitment", "sides { signer }"),
    "Acknowledgement.persons": ("acknowledgement", "persons"),
    "ClauseSet.timeline": ("clauses", "timeline { totalCount }"),
    "Commitment.timeline": ("commitment", "timeline { totalCount }"),
    "Acknowledgement.timeline": ("acknowledgement", "timeline { totalCount }"),
    "Breach.reporter": ("breach", "reporter"),
    "Finding.responsible": ("finding assigned", "responsible"),
    "Gift.timeline": ("gift", "timeline { totalCount }"),
    "Breach.timeline": ("breach", "timeline { totalCount }"),
    "Audit.timeline": ("audit", "timeline { totalCount }"),
    "Finding.timeline": ("finding", "timeline { totalCount }"),
}  # of a record of the first network, concerning the organisation of RECORDER


def example(kind: GraphQLInputType) -> Any:
    """The smallest value of a type that passes validation."""
    if isinstance(kind, GraphQLNonNull):
        return example(kind.of_type)
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {name: example(field.type) for name, field in kind.fields.items() if is_required_input_field(field)}
    return {"Int": 1, "Date": "2024-02-29", "DateTime": "2024-02-29T00:00:00Z", "Boolean": True}.get(str(kind), "x")


def smallest(field: GraphQLField) -> dict[str, Any]:
    return {name: example(each.type) for name, each in field.args.items() if is_required_argument(each)}


async def root_answers(house: House, name: str, fields: Mapping[str, GraphQLField], viewer: Viewer) -> bool:
    """Whether the root field lets this viewer ask at all."""
    given = smallest(fields[name])
    named = get_named_type(fields[name].type)
    assert not is_leaf_type(named)
    result = await house.ask(operation(name, fields, given, ""), viewer, **given)
    assert result.data is not None, (name, result.errors)
    return not any(_forbidden(error.original_error) for error in result.errors or ())


async def feed_answers(house: House, name: str, viewer: Viewer) -> bool:
    """Whether a subscription lets this viewer follow the first network."""
    given = {**smallest(SUBSCRIPTIONS[name]), "network": NETWORK, "after": 0}
    async with aclosing(house.events(operation(name, SUBSCRIPTIONS, given, ""), viewer, **given)) as told:
        first = await anext(told)
    assert (first.data is None) == any(_forbidden(error.original_error) for error in first.errors or ()), first
    return first.data is not None


def _forbidden(error: object) -> bool:
    return isinstance(error, Refusal) and error.problems[0].code is Code.FORBIDDEN


async def private_answers(house: House, name: str, own_id: str, selection: str, viewer: Viewer) -> str:
    """yes, no, or - where the record itself may not be known of."""
    kind = kind_of(own_id)
    assert kind is not None
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on {kind.__name__} {{ {selection} }} }} }}"
    result = await house.ask(query, viewer, id=own_id)
    assert result.data is not None
    if result.data["node"] is None:
        return "-"
    forbidden = any(_forbidden(error.original_error) for error in result.errors or ())
    assert forbidden == (None in innermost(result.data["node"])), (name, result)
    return "no" if forbidden else "yes"


def innermost(value: Any) -> Iterator[Any]:
    """The values inside lists and objects; a private field may belong to a value inside the record."""
    if isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from innermost(item)
    else:
        yield value


async def known(house: House, own_id: str, viewer: Viewer) -> bool:
    return (await house.data("query($id: ID!) { node(id: $id) { id } }", viewer, id=own_id))["node"] is not None


async def matrix(house: House, world: Mapping[str, str]) -> str:
    """The whole matrix as text."""
    lines = ["Who may ask what, found by asking. Made by: python -m tests.house.rights", "", *_heading("root fields")]
    for kind, fields in (("Query", QUERIES), ("Mutation", MUTATIONS)):
        for name in sorted(fields):
            cells = [await root_answers(house, name, fields, viewer) for viewer in VIEWERS.values()]
            lines.append(_line(f"{kind}.{name}", ["yes" if cell else "no" for cell in cells]))
    for name in sorted(SUBSCRIPTIONS):
        cells = [await feed_answers(house, name, viewer) for viewer in VIEWERS.values()]
        lines.append(_line(f"Subscription.{name}", ["yes" if cell else "no" for cell in cells]))
    lines += ["", *_heading("private fields")]
    for name, (record, selection) in PRIVATE.items():
        own_id = world.get(record, record)
        lines.append(
            _line(name, [await private_answers(house, name, own_id, selection, viewer) for viewer in VIEWERS.values()])
        )
    lines += ["", *_heading("records of the first network")]
    for name in sorted(name for name in world if not name.startswith("wuxi ")):
        cells = [await known(house, world[name], viewer) for viewer in VIEWERS.values()]
        lines.append(_line(f"{world[name][:3]} {name}", ["yes" if cell else "no" for cell in cells]))
    return "\n".join(lines) + "\n"


def _heading(title: str) -> Iterator[str]:
    yield _line(title, list(VIEWERS))
    yield "-" * len(_line(title, list(VIEWERS)))


def _line(name: str, cells: list[str]) -> str:
    columns = (cell.ljust(len(viewer)) for viewer, cell in zip(VIEWERS, cells, strict=True))
    return f"{name:34}" + "  ".join(columns).rstrip()


async def main() -> None:
    database = Database("mongomock", "", "rights", masters=MASTERS)
    await upkeep.prepare(database, "rights")
    store = Store(database)
    await load(store, now(), lambda _: None)
    house = House(database, store, Relay(database, "rights", asyncio.Event()))
    FILE.write_text(await matrix(house, await build(house)), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(main())
