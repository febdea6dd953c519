"""Execution: by its plan, where an operation has one, else by Strawberry; within the limits in either way."""

from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator, Mapping
from contextlib import aclosing
from functools import cached_property
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import ExecutionResult as Executed
from graphql import GraphQLError, execute, get_operation_ast
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.context import Context
from schema.limits import Limits, exceeded, measured, too_large, too_long
from schema.overlaps import crowded
from schema.permissions import Answered
from schema.plan.plans import Plans
from schema.plan.texts import Text
from service.errors import Code, Problem, Refusal, refuse_any

AWAITABLE: Any = optimized_is_awaitable
ALLOWED = frozenset({OperationType.QUERY, OperationType.MUTATION})


class OneOperation(SchemaExtension):
    """What is asked is one operation, which must be said where there are several, and it keeps to the limits."""

    def on_operation(self) -> Iterator[None]:
        limits: Limits = self.execution_context.context.limits
        self.execution_context.parse_options["max_tokens"] = limits.tokens
        yield

    def on_parse(self) -> Iterator[None]:
        asked, context = self.execution_context, self.execution_context.context
        too_large(asked.query or "", context.limits)
        context.characters = len(asked.query or "")
        yield
        if asked.graphql_document is None:
            refuse_any(too_long(asked.pre_execution_errors or (), context.limits))
            return
        operation = get_operation_ast(asked.graphql_document, asked._provided_operation_name)
        if operation is None:
            english = "The document holds no such operation, or several: name one of them in operationName."
            chinese = "文档中没有该操作,或有多个操作:请在 operationName 中指明其一。"
            raise Refusal(Problem(Code.GRAPHQL_INVALID, ("operation_name",), english, chinese))
        context.begin(operation)
        found = measured(asked.schema._schema, asked.graphql_document, operation, asked.variables or {})
        context.measures.append(found)
        exceeded(found, context.limits)
        crowded(asked.graphql_document, context.limits)


class Schema(strawberry.Schema):
    @cached_property
    def plans(self) -> Plans:
        return Plans(self)

    async def execute(self, query: str | None, *given: Any, **options: Any) -> Any:
        """By its plan where it has one, else as it is, once the access log tells what is answered.

        Raises `Unavailable` when that cannot be written, or a plan meets no database.
        """
        context: Context = options["context_value"]
        allowed = options.get("allowed_operation_types", ALLOWED)
        name, variables = options.get("operation_name"), options.get("variable_values")
        text = self.plans.text(query or "", name, context.sight, context.limits)
        if text is None:
            result = await super().execute(query, *given, **options)
        else:
            planned = await self.plans.answered(text, variables or {}, context, allowed) if context.sight else None
            if isinstance(planned, ExecutionResult):
                result = planned
            else:
                result = await self._interpreted(text, variables or {}, context, allowed, planned)
        await context.leave_accesses()
        return result

    async def _interpreted(
        self,
        text: Text,
        variables: Mapping[str, Any],
        context: Context,
        allowed: Collection[OperationType],
        root: Answered | None,
    ) -> ExecutionResult:
        """What Strawberry makes of an operation, by the same executor: it is parsed and validated, and has no hooks.

        Raises `InvalidOperationTypeError`.
        """
        context.begin(text.operation)
        measure = text.measure(variables)
        context.measures.append(measure)
        try:
            exceeded(measure, context.limits)
        except Refusal as refusal:
            return ExecutionResult(data=None, errors=[GraphQLError(str(refusal), original_error=refusal)])
        if text.kind not in allowed:
            raise InvalidOperationTypeError(text.kind)
        found = execute(
            self._schema,
            text.document,
            root_value=root,
            context_value=context,
            variable_values=dict(variables),
            operation_name=text.operation.name.value if text.operation.name else None,
            executor_class=self.execution_context_class,
            is_awaitable=AWAITABLE,
        )
        result = await found if isawaitable(found) else found
        assert isinstance(result, Executed)  # incremental delivery is off
        return ExecutionResult(data=result.data, errors=result.errors)

    async def subscribe(self, *given: Any, **options: Any) -> Any:
        """As `execute`, event by event."""
        return _logged(await super().subscribe(*given, **options), options["context_value"])

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Logs nothing: a refusal is an answer, and http.py logs what is a fault, without the caller's values."""


async def _logged(results: AsyncGenerator[ExecutionResult, None], context: Context) -> AsyncIterator[ExecutionResult]:
    async with aclosing(results):
        async for result in results:
            await context.leave_accesses()
            yield result
