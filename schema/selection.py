"""Which stored keys a query needs: the fields it names of a type, each with the keys that field is made of."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

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
from schema.describing import Needs
from schema.drafts import may_be_draft
from service.permission import judged_by
from service.records import RIGHTS_KEYS, Record


def stored_key(name: str) -> str:
    """The key under which documents hold the field that has this name in the code and no resolver."""
    return "_id" if name == "id" else name


def stored_value(source: Any, name: str) -> Any:
    """A field without a resolver reads the stored document under its own name, or an attribute of another value."""
    return source.get(stored_key(name)) if isinstance(source, dict) else getattr(source, name)


def stored_fields(info: Info, kind: type[Record]) -> tuple[str, ...]:
    """The keys of `kind`'s documents that the current field's selection needs, seen through pages and wrappers.

    Whoever judges what was found, rather than ask for nothing but what may be known of, adds what it judges by.
    """
    if (known := info.known.get(kind)) is not None:
        return cast(tuple[str, ...], known)
    raw = info._raw_info
    own_type = raw.schema.type_map[kind.__name__]
    assert isinstance(own_type, GraphQLObjectType)
    sets = _reaching(raw, _below(raw.field_nodes), get_named_type(raw.return_type), own_type)
    told = judged_by(kind) if may_be_draft(kind) else ()  # each that is answered is told to the access log, if a draft
    fields = tuple(sorted({*told}.union(*_keys(raw, sets, own_type, kind))))
    info.known[kind] = fields
    return fields


def selected(info: Info) -> set[str]:
    """The names, as in the code, of the fields that the query selects of the current field's type."""
    raw = info._raw_info
    own_type = get_named_type(raw.return_type)
    assert isinstance(own_type, GraphQLObjectType)
    return {
        own_type.fields[name].extensions[GraphQLCoreConverter.DEFINITION_BACKREF].python_name
        for name, _ in _named(raw, _below(raw.field_nodes), own_type)
        if not name.startswith("__")
    }


def _below(nodes: Iterable[FieldNode]) -> list[SelectionSetNode]:
    return [node.selection_set for node in nodes if node.selection_set]


def _reaching(
    raw: GraphQLResolveInfo[Any], sets: list[SelectionSetNode], of: Any, own_type: GraphQLObjectType
) -> Iterator[SelectionSetNode]:
    """The selections of `own_type`, at `of` or below it, as far as no other record stands between."""
    if of is own_type or is_abstract_type(of):
        yield from sets
    elif isinstance(of, GraphQLObjectType) and not of.interfaces:
        for name, nodes in _named(raw, sets, of):
            if not name.startswith("__"):
                yield from _reaching(raw, _below(nodes), get_named_type(of.fields[name].type), own_type)


def _keys(
    raw: GraphQLResolveInfo[Any], sets: Iterable[SelectionSetNode], own_type: GraphQLObjectType, kind: type[Record]
) -> Iterator[Sequence[str]]:
    for name, _ in _named(raw, sets, own_type):
        if name.startswith("__"):
            continue
        field = own_type.fields[name].extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
        needs: Needs | None = field.metadata["needs"]
        yield (field.python_name,) if needs is None else needs(kind) if callable(needs) else needs
        if field.metadata["right"] is not None:
            yield RIGHTS_KEYS


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
