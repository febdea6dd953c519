"""Which stored keys a query needs: the fields it names of a type, each with the keys that field is made of."""

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    InlineFragmentNode,
    NamedTypeNode,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from schema.context import Info
from service.records import RIGHTS_KEYS, Record


def stored_fields(info: Info, kind: type[Record]) -> tuple[str, ...]:
    """The keys of `kind`'s documents that the current field's selection needs, connections seen through."""
    raw = info._raw_info
    own_type = raw.schema.type_map[kind.__name__]
    assert isinstance(own_type, GraphQLObjectType)
    sets = [node.selection_set for node in raw.field_nodes if node.selection_set]
    returned = get_named_type(raw.return_type)
    if isinstance(returned, GraphQLObjectType) and returned.name == f"{kind.__name__}Connection":
        sets = list(_below_connection(raw, sets, returned))
    return tuple(sorted(set(RIGHTS_KEYS).union(kind.STATE_KEYS, *_keys(raw, sets, own_type))))


def _below_connection(
    raw: GraphQLResolveInfo[Any], sets: Iterable[SelectionSetNode], connection: GraphQLObjectType
) -> Iterator[SelectionSetNode]:
    for name, nodes in _named(raw, sets, connection):
        inner = [node.selection_set for node in nodes if node.selection_set]
        if name == "nodes":
            yield from inner
        elif name == "edges":
            edge = get_named_type(connection.fields["edges"].type)
            for below, edge_nodes in _named(raw, inner, edge):
                if below == "node":
                    yield from (node.selection_set for node in edge_nodes if node.selection_set)


def _keys(
    raw: GraphQLResolveInfo[Any], sets: Iterable[SelectionSetNode], own_type: GraphQLObjectType
) -> Iterator[tuple[str, ...]]:
    for name, _ in _named(raw, sets, own_type):
        if name.startswith("__"):
            continue
        field = own_type.fields[name].extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        needs = field.metadata.get("needs")
        yield (field.python_name,) if needs is None else needs


def _named(
    raw: GraphQLResolveInfo[Any], sets: Iterable[SelectionSetNode], own_type: Any
) -> Iterator[tuple[str, list[FieldNode]]]:
    """The fields that a type's selections name, fragments expanded, each fragment once."""

    def fits(condition: NamedTypeNode) -> bool:
        named_type = raw.schema.type_map[condition.name.value]
        return named_type is own_type or (is_abstract_type(named_type) and raw.schema.is_sub_type(named_type, own_type))

    named: dict[str, list[FieldNode]] = {}
    seen: set[str] = set()
    waiting = list(sets)
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                named.setdefault(node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or fits(node.type_condition):
                    waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = raw.fragments[node.name.value]
                if fits(fragment.type_condition):
                    waiting.append(fragment.selection_set)
    return iter(named.items())
