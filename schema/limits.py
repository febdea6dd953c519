"""One pass over a parsed document, before anything is validated or run: its depth, its repetitions, its cost at most.

A fragment is measured once for each type and page size it is spread under, and the sums are numbers, so the pass is
linear in the document's size however often fragments name each other. Cost is in objects: each object that an answer
may hold counts one, a page its size, a list of no page `USUAL_LIST`, a field that sums up many records its weight
(promises.md, *Limits*). Introspection counts by its depth and by the fields that it names.

Whatever else stands in the document is not run, but it is validated, which takes the longer the more it repeats: each
definition keeps to the limits, also one that nothing asks for.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import le
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter

from service.errors import Code, Problem, Refusal, refuse_any
from service.store.reads import MOST_ON_A_PAGE, USUAL_ON_A_PAGE

USUAL_LIST = 10  # items of a list that has no pages
PAGED = frozenset({"nodes", "edges"})  # what a page's size multiplies
LIST_ARGUMENT = "ids"  # a list of as many as it is asked for
INTROSPECTED = 20  # each field of it: the usual introspection query names some 230, and takes as long as 5,000 objects
MOMENT_ARGUMENT, REBUILDING = "asOf", 250  # what it costs to rebuild what stood at a moment
BOTTOMLESS = 2**31  # the depth of fragments that name each other in a circle, which validation refuses too


@dataclass(frozen=True)
class Limits:
    """The most that one operation may hold; each is a setting of the same name."""

    characters: int = 50_000
    tokens: int = 1_000
    depth: int = 12
    introspection_depth: int = 16  # the usual introspection query is 15 deep
    aliases: int = 30
    directives: int = 50
    overlaps: int = 3_000
    cost: int = 5_000

    @cached_property
    def of_measures(self) -> tuple[int, ...]:
        """In the order of a `Measure`."""
        return tuple(getattr(self, name) for name in Measure._fields)


USUAL = Limits()


class Measure(NamedTuple):
    """What a document comes to. `aliases` are aliases, and names said again beside themselves."""

    depth: int = 0
    introspection_depth: int = 0
    aliases: int = 0
    directives: int = 0
    cost: int = 0

    def beside(self, other: "Measure") -> "Measure":
        return Measure(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.cost + other.cost,
        )

    def no_less_than(self, other: "Measure") -> "Measure":
        """With what `other`, which is not run, comes to where that is more."""
        return Measure(*map(max, self, other))._replace(cost=self.cost)


NOTHING = Measure()


def measured(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any] | None,
) -> Measure:
    """What `operation` of `document` comes to with `variables`, or any other definition in all but cost."""
    defaults = {each.variable.name.value: each.default_value for each in operation.variable_definitions or ()}
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    walk = _Pass(schema, fragments, defaults, variables or {})
    found = walk.operation(operation)
    for other in document.definitions:
        if isinstance(other, OperationDefinitionNode) and other is not operation:
            found = found.no_less_than(walk.operation(other))
    for name in fragments:
        found = found.no_less_than(walk.unless_reached(name))
    return found


def exceeded(measure: Measure, limits: Limits) -> None:
    """Raises `Refusal` LIMIT_EXCEEDED for each limit that `measure` is above, with its value and its setting.

    FORBIDDEN where introspection is off.
    """
    each = zip(Measure._fields, measure, limits.of_measures, strict=True)
    refuse_any(too_much(name, found, most) for name, found, most in each if found > most)


def within(measure: Measure, limits: Limits) -> bool:
    """Whether `measure` is above no limit."""
    return all(map(le, measure, limits.of_measures))


def too_large(text: str, limits: Limits) -> None:
    """Raises `Refusal` LIMIT_EXCEEDED for a text that would take long to parse, however few its tokens are."""
    if len(text) > limits.characters:
        raise Refusal(too_much("characters", len(text), limits.characters))


def too_long(errors: Iterable[GraphQLError], limits: Limits) -> Iterator[Problem]:
    """Whether parsing ended at the limit of tokens, which the parser counts as it goes."""
    if any(f"more than {limits.tokens} tokens" in error.message for error in errors):
        yield too_much("tokens", limits.tokens + 1, limits.tokens)


def too_much(name: str, found: int, most: int) -> Problem:
    if not most:  # which only introspection's limit can be
        english, chinese = "The schema may not be asked for here; it stands in /docs.", "此处不允许内省;模式见 /docs。"
        return Problem(Code.FORBIDDEN, (name,), english, chinese)
    setting, words = setting_of(name), name.replace("_", " ")
    english = f"The operation's {words} come to {found}; at most {most} (setting {setting})."
    chinese = f"该操作的 {name} 为 {found},最多 {most}(设置项 {setting})。"
    if found > 10 * most:  # a number that may have hundreds of digits, or was not counted to its end
        english = f"The operation's {words} come to far more than {most} (setting {setting})."
        chinese = f"该操作的 {name} 远超 {most}(设置项 {setting})。"
    return Problem(Code.LIMIT_EXCEEDED, (name,), english, chinese)


def setting_of(name: str) -> str:
    """The environment variable that sets a limit."""
    return f"COBUILD_LIMIT_{name.upper()}"


class _Pass:
    """One walk; `size` is how many items a page has whose `nodes` and `edges` are met next."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        defaults: Mapping[str, ValueNode | None],
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._fragments = fragments
        self._defaults = defaults
        self._variables = variables
        self._known: dict[tuple[str, str, int, bool], Measure] = {}

    def operation(self, asked: OperationDefinitionNode) -> Measure:
        of_variables = sum(len(each.directives or ()) for each in asked.variable_definitions or ())
        own = NOTHING._replace(directives=len(asked.directives or ()) + of_variables)
        return own.beside(self.selections(asked.selection_set, self._schema.get_root_type(asked.operation), 1))

    def unless_reached(self, name: str) -> Measure:
        """What a fragment comes to that nothing spreads, which validation refuses."""
        return NOTHING if any(each == name for each, *_ in self._known) else self._spread(name, None, 1, False)

    def selections(
        self, chosen: SelectionSetNode | None, own_type: GraphQLNamedType | None, size: int, about_types: bool = False
    ) -> Measure:
        """What stands between one pair of braces, and all below it."""
        if chosen is None:
            return NOTHING
        said = Counter((node.alias or node.name).value for node in chosen.selections if isinstance(node, FieldNode))
        found = NOTHING._replace(aliases=sum(said.values()) - len(said))
        for node in chosen.selections:
            found = found.beside(self._selection(node, own_type, size, about_types))
        return found

    def _selection(
        self, node: SelectionNode, own_type: GraphQLNamedType | None, size: int, about_types: bool
    ) -> Measure:
        own = NOTHING._replace(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            return own.beside(self._field(node, own_type, size, about_types))
        if isinstance(node, InlineFragmentNode):
            condition = node.type_condition
            narrowed = self._schema.type_map.get(condition.name.value) if condition else own_type
            return own.beside(self.selections(node.selection_set, narrowed, size, about_types))
        assert isinstance(node, FragmentSpreadNode)
        return own.beside(self._spread(node.name.value, own_type, size, about_types))

    def _spread(self, name: str, own_type: GraphQLNamedType | None, size: int, about_types: bool) -> Measure:
        fragment = self._fragments.get(name)
        if fragment is None:  # which validation refuses
            return NOTHING
        key = (name, own_type.name if own_type else "", size, about_types)
        if key not in self._known:
            self._known[key] = NOTHING._replace(depth=BOTTOMLESS)  # for whoever comes back here
            narrowed = self._schema.type_map.get(fragment.type_condition.name.value)
            own = NOTHING._replace(directives=len(fragment.directives or ()))
            self._known[key] = own.beside(self.selections(fragment.selection_set, narrowed, size, about_types))
        return self._known[key]

    def _field(self, node: FieldNode, own_type: GraphQLNamedType | None, size: int, about_types: bool) -> Measure:
        name = node.name.value
        about_types = about_types or name in ("__schema", "__type")
        declared = self._declared(own_type, name)
        named = get_named_type(declared.type) if declared else None
        repeated = self._repeated(node, declared, size) if declared else 1
        inner = self.selections(node.selection_set, named, self._size(node, declared), about_types)
        alias = int(node.alias is not None)
        if about_types:
            depth, cost = inner.introspection_depth + 1, inner.cost + INTROSPECTED
            return inner._replace(introspection_depth=depth, aliases=inner.aliases + alias, cost=cost)
        weight = _weight(declared) + int(named is not None and is_composite_type(named))
        cost = repeated * (weight + inner.cost) + _rebuilding(node, declared)
        return inner._replace(depth=inner.depth + 1, aliases=inner.aliases + alias, cost=cost)

    def _declared(self, own_type: GraphQLNamedType | None, name: str) -> GraphQLField | None:
        if name in ("__schema", "__type"):
            return None
        return own_type.fields.get(name) if isinstance(own_type, (GraphQLObjectType, GraphQLInterfaceType)) else None

    def _repeated(self, node: FieldNode, declared: GraphQLField, size: int) -> int:
        """How many objects the field may stand for."""
        inner = declared.type.of_type if isinstance(declared.type, GraphQLNonNull) else declared.type
        if not isinstance(inner, GraphQLList) or not is_composite_type(get_named_type(inner)):
            return 1
        if LIST_ARGUMENT in declared.args:
            asked = self._argument(node, LIST_ARGUMENT)
            return len(asked) if isinstance(asked, list) else 1
        return size if node.name.value in PAGED else _told(declared, "most") or USUAL_LIST

    def _size(self, node: FieldNode, declared: GraphQLField | None) -> int:
        """The size of the page that a field asks for; 1 where it answers no page."""
        if declared is None or "first" not in declared.args:
            return 1
        asked = [self._argument(node, name) for name in ("first", "last")]
        given = [value for value in asked if value is not None]
        if not given:
            return USUAL_ON_A_PAGE
        told = max((value for value in given if isinstance(value, int)), default=MOST_ON_A_PAGE)
        return min(max(told, 0), MOST_ON_A_PAGE)

    def _argument(self, node: FieldNode, name: str) -> Any:
        """The value of an argument as far as this pass reads it: a whole number or a list; None where not given."""
        value: Any = next((each.value for each in node.arguments or () if each.name.value == name), None)
        if isinstance(value, VariableNode):
            own = value.name.value
            if own in self._variables:
                return self._variables[own]
            value = self._defaults.get(own)
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) < 10 else MOST_ON_A_PAGE
        return list(value.values) if isinstance(value, ListValueNode) else None


def _weight(declared: GraphQLField | None) -> int:
    """What a field costs beside its objects."""
    return _told(declared, "weight")


def _rebuilding(node: FieldNode, declared: GraphQLField | None) -> int:
    """What a field costs beside its objects when it is asked for as of a moment."""
    asked = declared is not None and MOMENT_ARGUMENT in declared.args
    return REBUILDING if asked and any(each.name.value == MOMENT_ARGUMENT for each in node.arguments or ()) else 0


def _told(declared: GraphQLField | None, name: str) -> int:
    """A number that was told where the field is declared; 0 where none was."""
    own = declared.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF) if declared else None
    return int(own.metadata.get(name) or 0) if own else 0
