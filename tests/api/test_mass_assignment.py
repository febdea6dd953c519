"""Nothing that the service keeps of a record can be sent: no input has such a field, and no input is open."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, GraphQLInputType, get_named_type
from graphql.utilities import validate_input_value
from strawberry.utils.str_converters import to_camel_case

from schema.api import schema
from service.records import BOOKKEEPING, ORGANIZATIONS
from tests.api.world import MUTATIONS

KEPT = {to_camel_case(name) for name in (*BOOKKEEPING, ORGANIZATIONS, "concerns", "partition")} - {"head"}
KEPT |= {"_id", "outbox", "updatedAt", "gaps", "stage", "status", "by", "at", "hash", "previous", "sequence"}
KEPT |= {"dateKey", "duplicateKey", "nameKey", "subjectKey", "adminKey", "externalKey", "recordedBy", "storedAs"}
REASONED = {
    ("ActivityRow", "status"),  # how far it is with what is brought in, which its own steps judge
    ("DeliverableFacts", "status"),  # as its source tells of a reported one
}


def inputs() -> Iterator[GraphQLInputObjectType]:
    """Every input that leads to a write."""
    seen: set[str] = set()

    def below(kind: GraphQLInputType) -> Iterator[GraphQLInputObjectType]:
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType) and named.name not in seen:
            seen.add(named.name)
            yield named
            for field in named.fields.values():
                yield from below(field.type)

    for mutation in MUTATIONS.values():
        for argument in mutation.args.values():
            yield from below(argument.type)


def test_no_input_has_a_field_for_what_the_service_keeps() -> None:
    assert {(kind.name, name) for kind in inputs() for name in kind.fields.keys() & KEPT} == REASONED


@pytest.mark.parametrize("kind", sorted({each.name for each in inputs()}))
def test_an_input_takes_no_field_that_it_does_not_declare(kind: str) -> None:
    given: Any = schema._schema.type_map[kind]
    told: list[str] = []
    sent = {"isAdmin": True, "_id": 1, "$set": {}}
    validate_input_value(sent, given, lambda error, _: told.append(error.message))
    for name in sent:
        assert any(f"'{name}'" in each for each in told)
