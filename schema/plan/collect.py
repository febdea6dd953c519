"""Collect: which fields an operation selects, in the order of the answer, for each type an object may turn out to have.

    query { node(id: "…") { id ... on Activity { title } } }

    Query ── node ──┬─ Activity ── id, title     each once an object of it is met
                    ├─ Agreement ── id
                    └─ …

Fragments are expanded and `@skip` and `@include` decided as graphql-core does it, by its own functions.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.values import VariableValues

TYPE_NAME = "__typename"
MOST_FIELDS = 1_000  # of one operation, for each type anew: a field takes some 0.1 ms to compile, and 3 kB
BRACES = {
    "document": ("definitions",),
    "selection_set": ("selections",),
    "fragment_spread": ("directives",),
    **dict.fromkeys(
        ("operation_definition", "fragment_definition", "field", "inline_fragment"), ("directives", "selection_set")
    ),
}  # what is walked of a document, to see its fields and directives alone
SIZES = frozenset({"first", "last", "ids"})  # arguments that say how much is asked for


class NotCompiled(Exception):
    """The operation is left to Strawberry; the text says why."""


@dataclass(frozen=True)
class Chosen:
    """A field of the answer: under which key, and by which nodes."""

    root: str  # the key of the root field that leads to it
    key: str
    name: str
    parent: GraphQLObjectType
    declared: GraphQLField | None  # None for __typename
    details: list[FieldDetails]

    @property
    def nodes(self) -> list[FieldNode]:
        return [each.node for each in self.details]


@dataclass(frozen=True, eq=False)
class Shape:
    """What is selected of an object of one type."""

    own_type: GraphQLObjectType
    chosen: tuple[Chosen, ...]


@dataclass
class Collector:
    """Collects the shapes of one operation for given values of the variables that its conditions name."""

    schema: GraphQLSchema
    document: DocumentNode
    operation: OperationDefinitionNode
    values: VariableValues

    def __post_init__(self) -> None:
        found = (each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode))
        self._fragments = {each.name.value: FragmentDetails(each) for each in found}
        self._known: dict[tuple[object, ...], Shape] = {}
        self._chosen_by_now = 0
        self.uses: Counter[Shape] = Counter()

    def root(self) -> Shape:
        """The shape of the answer. Raises `NotCompiled` for an operation that is left to Strawberry."""
        own_type = self.schema.get_root_type(self.operation.operation)
        assert own_type is not None
        found = collect_fields(self.schema, self._fragments, self.values, own_type, self.operation)
        grouped = found.grouped_field_set
        return Shape(own_type, tuple(self._chosen(key, own_type, key, grouped[key]) for key in grouped))

    def _shape(self, root: str, own_type: GraphQLObjectType, grouped: Mapping[str, list[FieldDetails]]) -> Shape:
        return Shape(own_type, tuple(self._chosen(root, own_type, key, details) for key, details in grouped.items()))

    def _chosen(self, root: str, parent: GraphQLObjectType, key: str, details: list[FieldDetails]) -> Chosen:
        self._chosen_by_now += 1
        if self._chosen_by_now > MOST_FIELDS:
            raise NotCompiled(f"it has more than {MOST_FIELDS:,} fields")
        name = details[0].node.name.value
        if name == TYPE_NAME:
            return Chosen(root, key, name, parent, None, details)
        if name.startswith("__"):
            raise NotCompiled("it asks for the schema")
        chosen = Chosen(root, key, name, parent, parent.fields[name], details)
        named = get_named_type(parent.fields[name].type)
        if isinstance(named, GraphQLObjectType):
            self.uses[self.below(chosen, named)] += 1
        return chosen

    def below(self, chosen: Chosen, own_type: GraphQLObjectType) -> Shape:
        """What `chosen` selects of an object of this type. Raises `NotCompiled`.

        One shape for the same nodes of the same type, wherever below one root field they are reached.
        """
        root, details = chosen.root, chosen.details
        own = (root, own_type.name, *(id(each.node) for each in details))
        if own not in self._known:
            found = collect_subfields(self.schema, self._fragments, self.values, self.operation, own_type, details)
            self._known[own] = self._shape(root, own_type, found.grouped_field_set)
        return self._known[own]


@lru_cache(64)
def possible_types(schema: GraphQLSchema, kind: GraphQLAbstractType) -> Mapping[str, GraphQLObjectType]:
    """The types that an object of `kind` may turn out to have, by name."""
    return {each.name: each for each in schema.get_possible_types(kind)}


class _Variables(Visitor):
    """Which variables decide what is selected, and which how much."""

    def __init__(self) -> None:
        super().__init__()
        self.conditions: set[str] = set()
        self.sizes: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: object) -> None:
        self.conditions.update(variables_in(node))  # @skip and @include are the only ones that an operation may hold

    def enter_field(self, node: FieldNode, *_: object) -> None:
        for each in node.arguments or ():
            if each.name.value in SIZES:
                self.sizes.update(variables_in(each))


def deciding_variables(document: DocumentNode) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The variables that decide what `document` selects, and those that say how much; the cost depends on these."""
    found = _Variables()
    visit(document, found, BRACES)
    return tuple(sorted(found.conditions)), tuple(sorted(found.sizes))


class _Names(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, variable: VariableNode, *_: object) -> None:
        self.found.add(variable.name.value)


def variables_in(node: Node) -> set[str]:
    """The names of the variables that stand in `node`."""
    names = _Names()
    visit(node, names)
    return names.found
