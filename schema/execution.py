"""Execution: by its plan, where an operation has one, else by Strawberry; within the limits in either way."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from functools import cached_property
from typing import Any

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.context import Context
from schema.limits import Limits, exceeded, measured, too_large, too_long
from schema.overlaps import crowded
from schema.permissions import Answered
from schema.plan.plans import Plans
from schema.plan.texts import Text
from service.errors import Code, Problem, Refusal, refuse_any
from service.spans import operation_is

ALLOWED = frozenset({OperationType.QUERY, OperationType.MUTATION})


class OneOperation(SchemaExtension):
    """What is asked is one operation, which must be said where there are several, and it keeps to the limits."""

    def on_operation(self) -> Iterator[None]:
        limits: Limits = self.execution_context.context.limits
        self.execution_context.parse_options["max_tokens"] = limits.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.context.text is not None:
            self.execution_context.pre_execution_errors = []
        yield

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        text: Text | None = asked.context.text
        limits: Limits = asked.context.limits
        if text is not None:
            asked.graphql_document = text.document
        else:
            too_large(asked.query or "", limits)
            asked.context.characters = len(asked.query or "")
        yield
        if asked.graphql_document is None:
            refuse_any(too_long(asked.pre_execution_errors or (), limits))
            return
        operation = get_operation_ast(asked.graphql_document, asked._provided_operation_name)
        if operation is None:
            english = "The document holds no such operation, or several: name one of them in operationName."
            chinese = "文档中没有该操作,或有多个操作:请在 operationName 中指明其一。"
            raise Refusal(Problem(Code.GRAPHQL_INVALID, ("operation_name",), english, chinese))
        asked.context.accesses.operation = operation.name.value if operation.name else None
        operation_is(operation.operation.value, asked.context.accesses.operation)
        variables = asked.variables or {}
        found = (
            text.measure(variables)
            if text
            else measured(asked.schema._schema, asked.graphql_document, operation, variables)
        )
        asked.context.measures.append(found)
        exceeded(found, limits)
        if text is None:
            crowded(asked.graphql_document, limits)


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
        result = await self.plans.answered(text, variables or {}, context, allowed) if text else None
        if isinstance(result, Answered):
            options["root_value"] = result
        if not isinstance(result, ExecutionResult):
            context.text = text
            result = await super().execute(query, *given, **options)
        await context.leave_accesses()
        return result

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
