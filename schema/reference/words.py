"""Words of the API reference as HTML: descriptions in both languages, types with their links, rights."""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from graphql import GraphQLType, NullValueNode, get_named_type, print_ast

BOTH = re.compile(r"([^\u3400-\u9fff]*[.?!]) (.*[\u3400-\u9fff].*)", re.DOTALL)


def described(description: str | None) -> str:
    """A description that `describing.both` joined, each language marked as what it is."""
    text = description or ""
    found = BOTH.fullmatch(text)
    return tagged(*found.groups()) if found else escape(text)


def tagged(english: str, chinese: str) -> str:
    return f"<span lang=en>{escape(english)}</span> <span lang=zh-CN>{escape(chinese)}</span>"


def heading(anchor: str, title: tuple[str, str]) -> str:
    return f'<h2 id="{anchor}-title">{tagged(*title)}</h2>'


def linked(kind: GraphQLType) -> str:
    """A type as GraphQL writes it, its name a link to where it stands."""
    name = escape(get_named_type(kind).name)
    return str(kind).replace(name, f'<a href="#{name}">{name}</a>')


def marks(field: Any) -> str:
    """The right that a field needs, if it has one of its own; and what stands in its place, if it is going."""
    found = ""
    for directive in field.ast_node.directives or () if field.ast_node else ():
        if directive.name.value == "access":
            right = escape(directive.arguments[0].value.value)
            found += f' <a class=right href="#Right.{right}">{right}</a>'
    if field.deprecation_reason:
        found += f" <em>{tagged('Deprecated', '已弃用')}: {escape(field.deprecation_reason)}</em>"
    return found


def argument_list(field: Any, own: str) -> str:
    arguments: Mapping[str, Any] = getattr(field, "args", {})
    rows = "".join(
        row(f"{own}.{name}", f"{escape(name)}: {linked(each.type)}{_preset(each)}", described(each.description))
        for name, each in arguments.items()
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _preset(argument: Any) -> str:
    node = argument.ast_node.default_value if argument.ast_node else None
    return f" = {escape(print_ast(node))}" if node and not isinstance(node, NullValueNode) else ""


def row(anchor: str, name: str, told: str, more: str = "") -> str:
    return f'<div class=row id="{escape(anchor)}"><dt><code>{name}</code>{more}</dt><dd>{told}</dd></div>'
