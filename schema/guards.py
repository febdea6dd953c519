"""What the published schema must keep to: rights on root fields, both languages everywhere, no surprise for clients.

Each guard answers what is wrong, one line each; `python -m service export-schema --check` prints them and fails.
"""

import re
from collections.abc import Iterator
from typing import Any

from graphql import (
    REMOVE,
    FieldDefinitionNode,
    GraphQLDeprecatedDirective,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Visitor,
    build_ast_schema,
    build_schema,
    find_breaking_changes,
    is_introspection_type,
    is_specified_directive,
    is_specified_scalar_type,
    parse,
    print_schema,
    visit,
)

CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile("[A-Za-z]")


def problems(text: str, committed: str | None) -> list[str]:
    """What is wrong with the SDL `text`, and what of it breaks clients of the SDL `committed` last, if any was."""
    sdl = build_schema(text)
    return faults(sdl) + (breaking(build_schema(committed), sdl) if committed else [])


def faults(sdl: GraphQLSchema) -> list[str]:
    """What is wrong with a schema built from its SDL: only there the applied directives can be seen."""
    return [*unguarded(sdl), *undescribed(sdl)]


def unguarded(sdl: GraphQLSchema) -> Iterator[str]:
    """Root fields without a right: default deny needs one to give."""
    for root in (sdl.query_type, sdl.mutation_type, sdl.subscription_type):
        for name, field in root.fields.items() if root else ():
            if not _has_right(field.ast_node):
                yield f"{root}.{name} has no @access(right: …)."


def _has_right(node: FieldDefinitionNode | None) -> bool:
    return any(directive.name.value == "access" for directive in (node.directives or () if node else ()))


def undescribed(sdl: GraphQLSchema) -> Iterator[str]:
    """What a reader of either language finds without a word in it."""
    for name, description in _described(sdl):
        for language, letters in (("English", ENGLISH), ("Chinese", CHINESE)):
            if not letters.search(description or ""):
                yield f"{name} is not described in {language}."


def _described(sdl: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    for kind in sdl.type_map.values():
        if not is_introspection_type(kind) and not is_specified_scalar_type(kind):
            yield kind.name, kind.description
            yield from _parts(kind)
    for directive in sdl.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description
            yield from ((f"@{directive.name}({name})", each.description) for name, each in directive.args.items())


def _parts(kind: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{kind.name}.{name}", value.description) for name, value in kind.values.items())
    elif isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{kind.name}.{name}", field.description) for name, field in kind.fields.items())
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield f"{kind.name}.{name}", field.description
            yield from ((f"{kind.name}.{name}({of})", each.description) for of, each in field.args.items())


def breaking(old: GraphQLSchema, new: GraphQLSchema) -> list[str]:
    """Changes that break a client of `old` and that no deprecation in `old` announced."""
    return [change.description for change in find_breaking_changes(announced_gone(old), new)]


def announced_gone(schema: GraphQLSchema) -> GraphQLSchema:
    """`schema` without what it calls deprecated, and without the types that only that led to."""
    kept = build_ast_schema(visit(parse(print_schema(schema)), _Undeprecated()), assume_valid=True)
    implementing = [kind for kind in kept.type_map.values() if getattr(kind, "interfaces", ())]
    return GraphQLSchema(
        kept.query_type, kept.mutation_type, kept.subscription_type, implementing, kept.directives, assume_valid=True
    )


class _Undeprecated(Visitor):
    def enter(self, node: Any, *_: Any) -> Any:
        directives = getattr(node, "directives", None) or ()
        return REMOVE if any(each.name.value == GraphQLDeprecatedDirective.name for each in directives) else None
