"""Arguments: what a field is called with, as far as possible once for all requests.

Constants are coerced when the plan is made. A variable that stands alone for an argument of a plain type is taken as it
was sent, where it is of that type already. All others are coerced by graphql-core and Strawberry, request by request.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

from graphql import (
    FieldNode,
    GraphQLBoolean,
    GraphQLField,
    GraphQLID,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    VariableNode,
    type_from_ast,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.plan.collect import variables_in

MOST_FIELDS = 1_024  # that take arguments; the schema has fewer
Arguments: TypeAlias = Mapping[str, Any]
PLAIN: Mapping[object, Callable[[Any], bool]] = {
    GraphQLID: lambda value: type(value) is str,
    GraphQLString: lambda value: type(value) is str,
    GraphQLBoolean: lambda value: type(value) is bool,
    GraphQLInt: lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
}


class Declared(NamedTuple):
    """A variable of an operation: which values are taken as they were sent, and what it may do without."""

    name: str
    fits: Callable[[Any], bool]
    nullable: bool
    has_default: bool

    def plainly(self, sent: Mapping[str, Any]) -> bool:
        """Whether it is easily seen to have its type."""
        if (value := sent.get(self.name)) is not None:
            return self.fits(value)
        return self.nullable or (self.has_default and self.name not in sent)


def declared_in(schema: GraphQLSchema, operation: OperationDefinitionNode) -> dict[str, Declared]:
    """The variables of a valid operation, by name."""
    found = {}
    for each in operation.variable_definitions or ():
        name, kind = each.variable.name.value, type_from_ast(schema, each.type)
        nullable = not isinstance(kind, GraphQLNonNull)
        found[name] = Declared(name, plain_test(kind) or _never, nullable, each.default_value is not None)
    return found


def plain_test(kind: object) -> Callable[[Any], bool] | None:
    """What tells whether a value that is not null is taken as it is for a type; None where the type is no plain one."""
    return PLAIN.get(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)


def _never(_: object) -> bool:
    return False


@dataclass
class Variables:
    """The variables of one request, coerced when something needs them so."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    sent: Mapping[str, Any]

    def fit(self, declared: Iterable[Declared]) -> bool:
        """Whether each has its type. One that does not is an error even where nothing comes to ask for it."""
        for each in declared:
            if not each.plainly(self.sent):
                return self.coerced is not None
        return True

    @cached_property
    def coerced(self) -> VariableValues | None:
        """None when one does not fit its type."""
        found = get_variable_values(self.schema, self.operation.variable_definitions or (), dict(self.sent))
        return None if isinstance(found, list) else found


@lru_cache(MOST_FIELDS)
def _names(schema: Schema, own: StrawberryField) -> Mapping[str, str]:
    """The names of a field's arguments in the code, by those in the schema."""
    return {schema.config.name_converter.from_argument(each): str(each.python_name) for each in own.arguments}


class Calling:
    """How the arguments of one field are told, from the variables of a request."""

    def __init__(
        self,
        schema: Schema,
        variables: Mapping[str, Declared],
        declared: GraphQLField,
        own: StrawberryField,
        node: FieldNode,
    ) -> None:
        self._schema, self._declared, self._own, self._node = schema, declared, own, node
        told, names = {each.name.value: each for each in node.arguments or ()}, _names(schema, own)
        self._plain = {names[name]: self._plainly(variables, name) for name in told if variables_in(told[name])}
        self.constant = None if self._plain else self._converted(get_argument_values(declared, node))
        fixed = [name for name in told if names[name] not in self._plain]
        part = GraphQLField(declared.type, {name: declared.args[name] for name in fixed})
        self._fixed = self._converted(get_argument_values(part, node)) if fixed and self._plain else {}

    def of(self, variables: Variables) -> Arguments:
        """Of variables that fit. Raises what graphql-core and Strawberry raise for what cannot be an argument."""
        if self.constant is not None:
            return self.constant
        given, sent = dict(self._fixed), variables.sent
        for name, (own, nullable) in self._plain.items():
            value = sent.get(own.name) if own else None
            if own and (own.fits(value) if value is not None else nullable and own.name in sent):
                given[name] = value
            elif own is None or own.has_default or own.name in sent:
                return self._converted(get_argument_values(self._declared, self._node, variables.coerced))
        return given

    def _converted(self, given: dict[str, Any]) -> Arguments:
        known = self._schema.schema_converter
        return convert_arguments(given, self._own.arguments, known.scalar_registry, known.config)

    def _plainly(self, variables: Mapping[str, Declared], name: str) -> tuple[Declared | None, bool]:
        """The variable that stands alone for an argument of a plain type, and whether that may be null."""
        kind = self._declared.args[name].type
        value = next(each.value for each in self._node.arguments or () if each.name.value == name)
        alone = variables[value.name.value] if plain_test(kind) and isinstance(value, VariableNode) else None
        return alone, not isinstance(kind, GraphQLNonNull)
