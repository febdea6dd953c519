"""Arguments: what a field is called with, as far as possible once for all requests.

Constants are coerced when the plan is made. A variable that stands alone for an argument of a plain type is taken as it
was sent, where it is of that type already. All others are coerced by graphql-core and Strawberry, request by request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
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
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution.values import VariableValues, get_argument_values, get_variable_values
from graphql.type.scalars import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT
from strawberry import Schema
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from schema.plan.collect import names_variables

Arguments: TypeAlias = Mapping[str, Any]
PLAIN: Mapping[object, Callable[[Any], bool]] = {
    GraphQLID: lambda value: type(value) is str,
    GraphQLString: lambda value: type(value) is str,
    GraphQLBoolean: lambda value: type(value) is bool,
    GraphQLInt: lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
}


class Deoptimized(Exception):
    """The request leaves what the plan is made for: Strawberry executes it."""


@dataclass
class Variables:
    """The variables of one request, coerced when something needs them so."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode
    sent: Mapping[str, Any]

    @cached_property
    def coerced(self) -> VariableValues:
        """Raises `Deoptimized` when one does not fit its type."""
        found = get_variable_values(self.schema, self.operation.variable_definitions or (), dict(self.sent))
        if isinstance(found, list):
            raise Deoptimized("a variable does not fit its type")
        return found


class Plain(NamedTuple):
    """A variable that stands for an argument: how it fits, and whether it may be null or left out."""

    variable: str
    fits: Callable[[Any], bool]
    nullable: bool
    optional: bool


class Calling:
    """How the arguments of one field are told, from the variables of a request."""

    def __init__(
        self,
        schema: Schema,
        operation: OperationDefinitionNode,
        declared: GraphQLField,
        own: StrawberryField,
        node: FieldNode,
    ) -> None:
        self._schema, self._declared, self._own, self._node = schema, declared, own, node
        told = {each.name.value: each for each in node.arguments or ()}
        names = {schema.config.name_converter.from_argument(each): str(each.python_name) for each in own.arguments}
        self._plain = {names[name]: self._plainly(operation, name) for name in told if names_variables(told[name])}
        fixed = [name for name in told if names[name] not in self._plain]
        part = GraphQLField(declared.type, {name: declared.args[name] for name in fixed})
        self._fixed = self._converted(get_argument_values(part, node))
        self.constant = None if self._plain else self._converted(get_argument_values(declared, node))

    def of(self, variables: Variables) -> Arguments:
        """Raises `Deoptimized`, or what graphql-core raises, for what cannot be an argument."""
        if self.constant is not None:
            return self.constant
        given = dict(self._fixed)
        for name, plain in self._plain.items():
            value = variables.sent.get(plain.variable) if plain else None
            if plain and value is not None and plain.fits(value):
                given[name] = value
            elif plain and value is None and plain.variable in variables.sent and plain.nullable:
                given[name] = None
            elif not (plain and plain.optional and plain.variable not in variables.sent):
                return self._converted(get_argument_values(self._declared, self._node, variables.coerced))
        return given

    def _converted(self, given: dict[str, Any]) -> Arguments:
        known = self._schema.schema_converter
        return convert_arguments(given, self._own.arguments, known.scalar_registry, known.config)

    def _plainly(self, operation: OperationDefinitionNode, name: str) -> Plain | None:
        """None where the argument is not a variable of a plain type alone."""
        kind = self._declared.args[name].type
        nullable = not isinstance(kind, GraphQLNonNull)
        fits = PLAIN.get(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
        value = next(each.value for each in self._node.arguments or () if each.name.value == name)
        if fits is None or not isinstance(value, VariableNode):
            return None
        definitions = {each.variable.name.value: each for each in operation.variable_definitions or ()}
        own = definitions[value.name.value]
        optional = own.default_value is None and not isinstance(own.type, NonNullTypeNode)
        return Plain(value.name.value, fits, nullable, optional)
