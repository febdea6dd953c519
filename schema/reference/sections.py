"""The parts of the API reference: what there is to ask, to do and to give, each thing with an anchor of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any, NamedTuple

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_introspection_type,
)

from schema.reference.limits import Limit
from schema.reference.words import argument_list, described, heading, linked, marks, row, tagged

SYSTEM_SCALARS: Mapping[str, tuple[str, str]] = {
    "ID": ("An id.", "编号。"),
    "String": ("A text in UTF-8.", "UTF-8 文本。"),
    "Int": ("A whole number of 32 bits.", "32 位整数。"),
    "Float": ("A number of double precision.", "双精度数。"),
    "Boolean": ("true or false.", "true 或 false。"),
}  # those of GraphQL itself, which it describes in English alone
ERRORS = "Code"


class Section(NamedTuple):
    anchor: str
    title: tuple[str, str]
    entries: tuple[str, ...]
    html: str


def sections(sdl: GraphQLSchema, limits: Iterable[Limit]) -> list[Section]:
    """The sections of a schema built from its SDL: only there the applied directives can be seen."""
    uses = used_by(sdl)
    kinds = sorted(
        (each for each in sdl.type_map.values() if not is_introspection_type(each)), key=lambda each: each.name
    )
    roots = {root.name for root in (sdl.query_type, sdl.mutation_type, sdl.subscription_type) if root}
    own = [each for each in kinds if each.name not in roots]

    def entries(*of: type[GraphQLNamedType]) -> Iterator[tuple[str, str]]:
        return ((each.name, _entry(sdl, each, uses)) for each in own if isinstance(each, of) and each.name != ERRORS)

    errors = sdl.type_map[ERRORS]
    made = (
        ("queries", ("Queries", "查询"), _root(sdl.query_type)),
        ("mutations", ("Mutations", "变更"), _root(sdl.mutation_type)),
        ("subscriptions", ("Subscriptions", "订阅"), _root(sdl.subscription_type)),
        ("types", ("Types", "类型"), entries(GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)),
        ("inputs", ("Inputs", "输入"), entries(GraphQLInputObjectType)),
        ("enums", ("Enums", "枚举"), entries(GraphQLEnumType)),
        ("scalars", ("Scalars", "标量"), entries(GraphQLScalarType)),
        ("errors", ("Errors", "错误代码"), [(ERRORS, _entry(sdl, errors, uses))]),
        ("limits", ("Limits", "限制"), [("", _limits(limits))]),
    )
    return [_section(anchor, title, found) for anchor, title, found in made]


def _section(anchor: str, title: tuple[str, str], entries: Iterable[tuple[str, str]]) -> Section:
    found = list(entries)
    inside = "\n".join(html for _, html in found)
    html = f'<section id="{anchor}" aria-labelledby="{anchor}-title">{heading(anchor, title)}\n{inside}\n</section>'
    return Section(anchor, title, tuple(name for name, _ in found if name), html)


def contents(found: Iterable[Section]) -> str:
    """The table of contents: each section, and below it what stands in it."""
    return "\n".join(_contents_of(each) for each in found)


def _contents_of(section: Section) -> str:
    title = tagged(*section.title)
    whole = f'<a href="#{section.anchor}">{title}</a>'
    names = "".join(f'<li><a href="#{escape(name)}"><code>{escape(name)}</code></a></li>' for name in section.entries)
    if not names:
        return f"<p>{whole}</p>"
    summary = f"{title} <small>{len(section.entries)}</small>"
    return f"<details><summary>{summary}</summary><ul><li>{whole}</li>{names}</ul></details>"


def used_by(sdl: GraphQLSchema) -> Mapping[str, list[str]]:
    """Where each type is answered or asked for: the names `Type.field`, by the type's name."""
    uses: dict[str, list[str]] = defaultdict(list)
    for kind in sdl.type_map.values():
        if is_introspection_type(kind):
            continue
        for name, field in getattr(kind, "fields", {}).items():
            around = (field.type, *(each.type for each in getattr(field, "args", {}).values()))
            for used in {get_named_type(each).name for each in around}:
                uses[used].append(f"{kind.name}.{name}")
    return uses


def _root(root: GraphQLObjectType | None) -> Iterator[tuple[str, str]]:
    for name, field in sorted(root.fields.items()) if root else ():
        own = f"{root}.{name}"
        title = f"<h3><code>{escape(name)}</code>{marks(field)}</h3><p>{described(field.description)}</p>"
        inside = title + _signature(name, field) + argument_list(field, own)
        yield own, f'<article class="entry" id="{own}">{inside}</article>'


def _signature(name: str, field: Any) -> str:
    arguments = ", ".join(f"{escape(each)}: {linked(of.type)}" for each, of in field.args.items())
    return f"<p><code>{escape(name)}{f'({arguments})' if arguments else ''}: {linked(field.type)}</code></p>"


def _entry(sdl: GraphQLSchema, kind: GraphQLNamedType, uses: Mapping[str, list[str]]) -> str:
    english, chinese = SYSTEM_SCALARS.get(kind.name, ("", ""))
    words = tagged(english, chinese) if english else described(kind.description)
    title = f"<h3><code>{escape(kind.name)}</code> <small>{_sort(kind)}</small></h3><p>{words}</p>"
    rows = "".join(_rows(kind))
    inside = title + _relatives(sdl, kind) + (f"<dl>{rows}</dl>" if rows else "") + _uses(uses.get(kind.name, ()))
    return f'<article class="entry" id="{escape(kind.name)}">{inside}</article>'


def _sort(kind: GraphQLNamedType) -> str:
    words: Mapping[type, tuple[str, str]] = {
        GraphQLObjectType: ("type", "类型"),
        GraphQLInterfaceType: ("interface", "接口"),
        GraphQLUnionType: ("union", "联合"),
        GraphQLInputObjectType: ("input", "输入"),
        GraphQLEnumType: ("enum", "枚举"),
        GraphQLScalarType: ("scalar", "标量"),
    }
    return tagged(*words[type(kind)])


def _relatives(sdl: GraphQLSchema, kind: GraphQLNamedType) -> str:
    """What the type implements, and what it may be."""
    lines = []
    if interfaces := getattr(kind, "interfaces", ()):
        lines.append((("Implements", "实现"), interfaces))
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        lines.append((("May be", "可能为"), sdl.get_possible_types(kind)))
    return "".join(f"<p>{tagged(*words)}: {', '.join(linked(each) for each in of)}</p>" for words, of in lines)


def _rows(kind: GraphQLNamedType) -> Iterator[str]:
    if isinstance(kind, GraphQLEnumType):
        for name, value in kind.values.items():
            yield row(f"{kind.name}.{name}", escape(name), described(value.description), marks(value))
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        for name, field in kind.fields.items():
            own = f"{kind.name}.{name}"
            told = described(field.description) + argument_list(field, own)
            yield row(own, f"{escape(name)}: {linked(field.type)}", told, marks(field))


def _uses(places: Iterable[str]) -> str:
    links = ", ".join(f'<a href="#{escape(each)}"><code>{escape(each)}</code></a>' for each in sorted(places))
    return f"<p class=uses>{tagged('Used by', '用于')}: {links}</p>" if links else ""


def _limits(limits: Iterable[Limit]) -> str:
    titles = (("What", "项目"), ("At most", "上限"), ("Code", "代码"))
    heads = "".join(f"<th scope=col>{tagged(*words)}</th>" for words in titles)
    rows = "".join(
        f"<tr><td>{tagged(each.english, each.chinese)}</td><td>{escape(each.most)}</td>"
        f'<td><a href="#{ERRORS}.{escape(each.code)}"><code>{escape(each.code)}</code></a></td></tr>'
        for each in limits
    )
    return f"<div class=wide tabindex=0><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
