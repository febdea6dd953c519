"""Which operations have a plan: texts that come again, parsed and validated once, compiled, and watched.

    text ── seen before? ── known? ── within the limits? ── its plan ──┬─> compiled: the answer
               │ no            │ no         │ no               │ none  └─> deoptimized ─┐
               └─ interpreted ─┘            └───── left ───────┘                        │
                       └────────────────────────────┴── Strawberry executes it <────────┘

A text is compiled at its second sight, a trusted document at its first; with plans off it is parsed and validated once
all the same. What is kept is bounded by what it takes in memory, the least recently used goes first, and a text that
came once leaves no more than its hash.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection, Mapping
from typing import Any

from graphql import GraphQLError, get_operation_ast, parse, validate
from strawberry import Schema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.context import Context
from schema.limits import Limits, Measure, too_large, within
from schema.overlaps import crowded
from schema.permissions import Answered
from schema.plan.arguments import Variables
from schema.plan.collect import NotCompiled
from schema.plan.run import Run
from schema.plan.texts import Text, Variant
from service.errors import Refusal, Unavailable
from service.notes import note
from service.store.accesses import Accesses
from service.store.denials import Attempts
from service.viewer import Role

LONGEST_TEXT = 16_384  # characters of a text that is kept
MOST_KEPT = 64_000_000  # bytes, about, of all texts that are kept and what they have become
TEXT, CHARACTER, FIELD = 8_000, 100, 3_000  # bytes, about, that a text takes, each character, each compiled field
MOST_SEEN = 100_000  # hashes of texts that came once


class Plans:
    """Those of one schema. `sight` is at which sight of a text it is compiled; 0: never."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._texts: OrderedDict[tuple[str, str | None], Text] = OrderedDict()
        self._kept = 0  # the sum of their weights
        self._seen: OrderedDict[int, bool] = OrderedDict()  # what came once, and whether it is found to be of no use
        self.counts: Counter[str] = Counter()  # of operations, by how they were executed

    def text(self, query: str, name: str | None, sight: int, limits: Limits) -> Text | None:
        """The operation `name` of `query`, if it is known by now to be valid and to keep to these limits."""
        known = self._texts.get((query, name))
        if known is not None and known.limits is not limits and known.limits != limits:
            self._let_go((query, name))
            known = None
        if known is None and self._due(own := hash((query, name, limits)), len(query), sight):
            known = self._learnt(query, name, limits)
            self._see(own, useless=known is None)
        if known is None or not sight:
            self.counts["interpreted"] += 1
        if known is not None:
            self._texts.move_to_end((query, name))
        return known

    def _due(self, own: int, length: int, sight: int) -> bool:
        """Whether an operation that is not known has come often enough to be learnt; once it was of no use, never."""
        if length > LONGEST_TEXT:
            return False
        if (useless := self._seen.get(own)) is None and sight != 1:
            self._see(own)
            return False
        return not useless

    def _see(self, own: int, useless: bool = False) -> None:
        self._seen[own] = useless
        self._seen.move_to_end(own)
        if len(self._seen) > MOST_SEEN:
            self._seen.popitem(last=False)

    def _learnt(self, query: str, name: str | None, limits: Limits) -> Text | None:
        """None for what Strawberry is to refuse."""
        try:
            too_large(query, limits)
            document = parse(query, max_tokens=limits.tokens)
            crowded(document, limits)
        except (GraphQLError, Refusal):
            return None
        operation = get_operation_ast(document, name)
        if operation is None or validate(self._schema._schema, document, max_errors=1):
            return None
        known = self._texts[query, name] = Text(self._schema, document, operation, len(query), limits)
        self._weigh(known)
        return known

    def _weigh(self, text: Text) -> None:
        """Note what `text`, the one used last, has become, and let go what is too much beside it."""
        weight = TEXT + CHARACTER * text.length + FIELD * text.fields
        self._kept += weight - text.weight
        text.weight = weight
        while self._kept > MOST_KEPT and len(self._texts) > 1:
            self._let_go(next(iter(self._texts)))

    def _let_go(self, own: tuple[str, str | None]) -> None:
        gone = self._texts.pop(own)
        gone.kept = False
        self._kept -= gone.weight

    async def answered(
        self, text: Text, variables: Mapping[str, Any], context: Context, allowed: Collection[OperationType]
    ) -> ExecutionResult | Answered | None:
        """The answer without errors, else None; of mutations that ran and cannot be answered so, what came of them."""
        asked, measure = Variables(self._schema._schema, text.operation, variables), text.measure(variables)
        variant = self._variant(text, asked, measure, context.limits, allowed)
        roles = context.viewer.roles
        variant.met(roles)
        if variant.plan is None or not variant.serves(roles):
            self._told(context, "left", variant.reason or "it was deoptimized too often")
            return None
        context.begin(text.operation)
        context.measures.append(measure)
        operation = variant.plan.operation
        known = operation.size
        try:
            return await self._run(Run(variant.plan, context, asked), variant, roles)
        finally:
            if text.kept and operation.size > known:  # an object was met of a type that none was of before
                self._weigh(text)

    def _variant(
        self, text: Text, asked: Variables, measure: Measure, limits: Limits, allowed: Collection[OperationType]
    ) -> Variant:
        """The plan for what is asked, or why Strawberry is to see to it."""
        if text.kind not in allowed or text.kind is OperationType.SUBSCRIPTION:
            return Variant(None, "it is of a kind that is not executed here")
        if not within(measure, limits):
            return Variant(None, "it exceeds a limit")
        if not asked.fit(text.declared.values()):
            return Variant(None, "a variable does not fit its type")
        known, variant = text.fields, text.variant(asked.sent)
        if text.fields > known:
            self._weigh(text)
        return variant

    async def _run(self, run: Run, variant: Variant, roles: frozenset[Role]) -> ExecutionResult | Answered | None:
        context = run.context
        try:
            data = await run.answer()
        except Unavailable as reason:
            context.reader.fail(reason)
            return self._replayed(run, reason)
        except NotCompiled as reason:  # what is selected of a type that none was of before
            variant.plan, variant.reason = None, str(reason)
            return self._replayed(run, reason)
        except Exception as reason:  # whatever it is, Strawberry meets it again and tells it as the specification says
            variant.failed[roles] += 1
            return self._replayed(run, reason)
        self._told(context, "compiled", levels=run.waves)
        return ExecutionResult(data=data, errors=None)

    def _replayed(self, run: Run, reason: Exception) -> Answered | None:
        context = run.context
        self._told(context, "deoptimized", repr(reason))
        context.measures.clear()
        context.moments.clear()
        context.reader.begin_anew()
        if run.outcomes:
            return Answered(run.outcomes)
        context.accesses = Accesses(context.accesses.operation)
        context.attempts = Attempts()
        return None

    def _told(self, context: Context, execution: str, reason: str | None = None, levels: int | None = None) -> None:
        """How the operation was executed, for the counts, the log and whoever develops with it."""
        self.counts[execution] += 1
        note(execution=execution)
        if context.explained is not None:
            context.explained |= {"execution": execution, "reason": reason, "levels": levels}
