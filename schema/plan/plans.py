"""Which operations have a plan: texts that come again, parsed and validated once, compiled, and watched.

A text is compiled at its second sight, a trusted document at its first. What is kept is bounded by the length of the
texts, the least recently used goes first, and a text that came once leaves no more than its hash.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from structlog.contextvars import bind_contextvars

from schema.context import Context
from schema.limits import Measure, measured, within
from schema.permissions import Answered
from schema.plan.arguments import Variables
from schema.plan.collect import Collector, NotCompiled, deciding_variables
from schema.plan.emit import Emitter, Plan
from schema.plan.plan import Operation
from schema.plan.run import Run
from service.errors import Unavailable
from service.spans import operation_is
from service.store.accesses import Accesses
from service.viewer import Role, Viewer

LONGEST_TEXT = 16_384  # characters of a text that is kept
MOST_TEXT = 524_288  # characters of all texts that are kept; what they become takes some hundred times that in bytes
MOST_SEEN = 100_000  # hashes of texts that came once
MOST_VARIANTS = 16  # of one text, by the variables that decide what it selects
MOST_MEASURES = 64  # of one text, by the variables that say how much
SURE_AFTER, MOST_OF_RUNS = 20, 0.1  # a plan that deoptimises more often than that is left, for viewers of these roles


@dataclass
class Variant:
    """A plan, or why there is none, and how it does for viewers of one set of roles or another."""

    plan: Plan | None
    reason: str | None = None
    runs: Counter[frozenset[Role]] = field(default_factory=Counter)
    deoptimized: Counter[frozenset[Role]] = field(default_factory=Counter)

    def serves(self, roles: frozenset[Role]) -> bool:
        runs, failed = self.runs[roles], self.deoptimized[roles]
        return self.plan is not None and not (runs >= SURE_AFTER and failed > runs * MOST_OF_RUNS)


class Text:
    """A valid operation: parsed once, measured once for each size, compiled once for each selection."""

    def __init__(self, schema: Schema, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self.document, self.operation = document, operation
        self._schema = schema
        self._conditions, self._sizes = deciding_variables(document)
        self._variants: dict[Hashable, Variant] = {}
        self._measures: dict[Hashable, Measure] = {}

    def measure(self, variables: Mapping[str, Any]) -> Measure:
        own = tuple(_size(variables.get(name)) for name in self._sizes)
        if own not in self._measures:
            if len(self._measures) >= MOST_MEASURES:
                self._measures.clear()
            self._measures[own] = measured(self._schema._schema, self.document, self.operation, variables)
        return self._measures[own]

    def variant(self, variables: Mapping[str, Any]) -> Variant:
        """That for what these variables let be selected."""
        own = tuple(variables.get(name) for name in self._conditions)
        if any(type(value) is not bool for value in own):
            return Variant(None, "a condition is no plain truth value")
        if own not in self._variants:
            if len(self._variants) >= MOST_VARIANTS:
                self._variants.clear()
            self._variants[own] = self._compiled(dict(zip(self._conditions, own, strict=True)))
        return self._variants[own]

    def _compiled(self, conditions: dict[str, Any]) -> Variant:
        named = [each for each in self.operation.variable_definitions or () if each.variable.name.value in conditions]
        values = get_variable_values(self._schema._schema, named, conditions)
        assert not isinstance(values, list)
        found = (each for each in self.document.definitions if isinstance(each, FragmentDefinitionNode))
        operation = Operation(self._schema, self.operation, {each.name.value: each for each in found})
        try:
            root = Collector(self._schema._schema, self.document, self.operation, values).root()
            return Variant(Emitter(self._schema, operation).plan(root))
        except NotCompiled as reason:
            return Variant(None, str(reason))


def _size(value: Any) -> Hashable:
    """What the measure of an operation depends on, of a variable."""
    return len(value) if isinstance(value, list) else value if type(value) is int else None


class Plans:
    """Those of one schema. `sight` is at which sight of a text it is compiled; 0: never."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._texts: OrderedDict[tuple[str, str | None], Text] = OrderedDict()
        self._length = 0
        self._seen: OrderedDict[int, None] = OrderedDict()
        self.counts: Counter[str] = Counter()  # of operations whose text is known, by how they were executed

    def text(self, query: str, name: str | None, sight: int, tokens: int) -> Text | None:
        """The operation `name` of `query`, if that is known to be valid by now and has no more than so many tokens."""
        if not sight:
            return None
        known = self._texts.get((query, name))
        if known is None and self._due(query, sight):
            known = self._learnt(query, name, tokens)
        if known is None or (known.document.token_count or 0) > tokens:
            return None
        self._texts.move_to_end((query, name))
        return known

    def _due(self, query: str, sight: int) -> bool:
        """Whether a text that is not known has come often enough to be learnt."""
        if len(query) > LONGEST_TEXT:
            return False
        own = hash(query)
        if sight == 1 or own in self._seen:
            self._seen.pop(own, None)
            return True
        self._seen[own] = None
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)
        return False

    def _learnt(self, query: str, name: str | None, tokens: int) -> Text | None:
        try:
            document = parse(query, max_tokens=tokens)
        except GraphQLError:
            return None
        operation = get_operation_ast(document, name)
        if operation is None or validate(self._schema._schema, document, max_errors=1):
            return None
        known = self._texts[query, name] = Text(self._schema, document, operation)
        self._length += len(query)
        while self._length > MOST_TEXT:
            (gone, _), _ = self._texts.popitem(last=False)
            self._length -= len(gone)
        return known

    async def answered(
        self, text: Text, variables: Mapping[str, Any], context: Context, allowed: Collection[OperationType]
    ) -> ExecutionResult | Answered | None:
        """The answer without errors, else None; of mutations that ran and cannot be answered so, what came of them."""
        operation = text.operation
        measure = text.measure(variables)
        kind = OperationType(operation.operation.value)
        if kind not in allowed or kind is OperationType.SUBSCRIPTION or not within(measure, context.limits):
            return None
        variant, roles = text.variant(variables), _roles(context.viewer)
        if variant.plan is None or not variant.serves(roles):
            self._told(context, "left", variant.reason or f"it was deoptimized {variant.deoptimized[roles]} times")
            return None
        variant.runs[roles] += 1
        context.accesses.operation = operation.name.value if operation.name else None
        operation_is(operation.operation.value, context.accesses.operation)
        context.measures.append(measure)
        run = Run(variant.plan, context, Variables(self._schema._schema, operation, variables))
        try:
            data = await run.answer()
        except Unavailable as reason:
            self._told(context, "deoptimized", repr(reason))
            context.reader.fail(reason)
            return self._replayed(run)
        except Exception as reason:  # whatever it is, Strawberry meets it again and tells it as the specification says
            variant.deoptimized[roles] += 1
            self._told(context, "deoptimized", repr(reason))
            return self._replayed(run)
        self._told(context, "compiled", levels=run.waves)
        return ExecutionResult(data=data, errors=None)

    def _told(self, context: Context, execution: str, reason: str | None = None, levels: int | None = None) -> None:
        """How the operation was executed, for the counts, the log and whoever develops with it."""
        self.counts[execution] += 1
        bind_contextvars(execution=execution)
        if context.explained is not None:
            context.explained |= {"execution": execution, "reason": reason, "levels": levels}

    def _replayed(self, run: Run) -> Answered | None:
        context = run.context
        context.measures.clear()
        context.moments.clear()
        if run.outcomes:
            return Answered(run.outcomes)
        context.accesses = Accesses(context.accesses.operation)
        return None


def _roles(viewer: Viewer) -> frozenset[Role]:
    return frozenset(grant.role for grant in viewer.grants)
