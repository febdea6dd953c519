"""Texts: what is known of an operation once it has come again, for each way in which its variables let it come.

    text ─┬─ sizes (first: 20, ids: 3 …) ────> its measure, which is held against the limits
          └─ conditions (@include(if: …)) ───> its plan, or why it has none
                                                   └─ roles of the viewer ──> whether it keeps its word

What is kept of one text is bounded, and what one caller sends decides nothing for another: sizes are told apart by all
that a measure looks at, and a plan that failed some viewers is left for viewers with the same roles alone, for a while.
"""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FragmentDefinitionNode,
    OperationDefinitionNode,
)
from graphql.execution.values import get_variable_values
from strawberry import Schema
from strawberry.types.graphql import OperationType

from schema.limits import Limits, Measure, measured
from schema.plan.arguments import declared_in
from schema.plan.collect import Collector, NotCompiled, deciding_variables
from schema.plan.emit import Emitter
from schema.plan.plan import Operation, Plan
from service.viewer import Role

MOST_VARIANTS = 16  # of one text, by the variables that decide what it selects
MOST_MEASURES = 64  # of one text, by the variables that say how much
REMEMBERED = 40  # runs after which those that were weigh half
SURE_AFTER = 10  # deoptimisations before which nothing is concluded
ABSENT = object()


@dataclass
class Variant:
    """A plan, or why there is none, and how it does for viewers of one set of roles or another.

    A plan that fails more often than not is left for as long as it takes to weigh those failures less. Below that it
    pays: what it takes to fail is a fraction of what Strawberry takes in any case.
    """

    plan: Plan | None
    reason: str | None = None
    runs: Counter[frozenset[Role]] = field(default_factory=Counter)
    failed: Counter[frozenset[Role]] = field(default_factory=Counter)

    def serves(self, roles: frozenset[Role]) -> bool:
        return self.plan is not None and self.failed[roles] <= max(SURE_AFTER, self.runs[roles] / 2)

    def met(self, roles: frozenset[Role]) -> None:
        """The operation was asked for, whether the plan runs or is left."""
        self.runs[roles] += 1
        if self.runs[roles] > REMEMBERED:
            self.runs[roles] //= 2
            self.failed[roles] //= 2


class Text:
    """A valid operation: parsed once, measured once for each size, compiled once for each selection.

    `weight` is what it has become, as `Plans` weighs it for as long as the text is `kept`.
    """

    def __init__(
        self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode, length: int, limits: Limits
    ) -> None:
        self.document, self.operation, self.length = document, operation, length
        self.kind = OperationType(operation.operation.value)
        self.weight, self.kept = 0, True
        self.limits = limits  # which it keeps to
        self.declared = declared_in(schema._schema, operation)
        self._schema = schema
        defaults = {each.variable.name.value: each.default_value for each in operation.variable_definitions or ()}
        conditions, sizes = deciding_variables(document)
        self._conditions = {
            name: value.value if isinstance(value := defaults[name], BooleanValueNode) else None
            for name in conditions
            if name in defaults  # others are of other operations in the document
        }
        self._sizes = sizes
        self._variants: dict[Hashable, Variant] = {}
        self._measures: dict[Hashable, Measure] = {}

    @property
    def fields(self) -> int:
        """How many have been compiled by now, over all selections."""
        return sum(each.plan.operation.size for each in self._variants.values() if each.plan)

    def measure(self, variables: Mapping[str, Any]) -> Measure:
        own = tuple([_size(variables.get(name, ABSENT)) for name in self._sizes])
        if (known := self._measures.get(own)) is None:
            if len(self._measures) >= MOST_MEASURES:
                self._measures.clear()
            known = self._measures[own] = measured(self._schema._schema, self.document, self.operation, variables)
        return known

    def variant(self, variables: Mapping[str, Any]) -> Variant:
        """That for what these variables let be selected."""
        known = tuple([variables.get(name, default) for name, default in self._conditions.items()])
        for value in known:
            if type(value) is not bool:
                return Variant(None, "a condition is no plain truth value")
        if (found := self._variants.get(known)) is None:
            if len(self._variants) >= MOST_VARIANTS:
                return Variant(None, f"it has more than {MOST_VARIANTS} selections")
            found = self._variants[known] = self._compiled(dict(zip(self._conditions, known, strict=True)))
        return found

    def _compiled(self, conditions: dict[str, Any]) -> Variant:
        named = [each for each in self.operation.variable_definitions or () if each.variable.name.value in conditions]
        values = get_variable_values(self._schema._schema, named, conditions)
        assert not isinstance(values, list)
        found = (each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode))
        operation = Operation(self._schema, self.operation, {each.name.value: each for each in found}, self.declared)
        collector = Collector(self._schema._schema, self.document, self.operation, values)
        try:
            return Variant(Emitter(operation, collector).plan())
        except NotCompiled as reason:
            return Variant(None, str(reason))


def _size(value: Any) -> Hashable:
    """What the measure of an operation depends on, of a variable that says how much."""
    if isinstance(value, list):
        return "list", len(value)
    return value if value is None or value is ABSENT or isinstance(value, int) else "other"
