"""GraphQL over HTTP: one operation a request, one answer of JSON, every error with a code from the published list.

Strawberry executes; what a request is, and with which status it is answered, is said here. Under
`application/graphql-response+json` an operation that cannot run answers 400; under `application/json` it answers 200,
as clients of old expect. A request that is no GraphQL request has the status HTTP has for it, under both.
"""

from http import HTTPMethod
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult

from schema.answers import GRAPHQL, JSON, answer, refusal_answer, unavailable
from schema.context import Context, Language, language_of
from schema.limits import USUAL, Limits
from schema.operations import ACTING, READING, context_of, executed, extensions_of, not_executed, told_of
from schema.requests import Asked, asked_by, idempotency_key, media_type_of, method_refused
from service.errors import Code, Problem, Refusal, Unavailable
from service.identity import Identity
from service.store.store import Store


def graphql_route(store: Store, identity: Identity, development: bool, limits: Limits = USUAL) -> Route:
    """The end-point. In development, what went wrong inside the service is told as well as logged."""

    async def endpoint(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        media_type = JSON
        try:
            media_type = media_type_of(request.headers.get("accept"))
            asked = await asked_by(request)
            key = idempotency_key(request.headers.get("idempotency-key"))
            known = await identity.identify(request.headers.get("authorization"))
            context = await context_of(store, known, language, key, limits)
            result = await _executed(asked, context)
        except Refusal as refusal:
            return refusal_answer(refusal, language, media_type)
        except Unavailable:
            return refusal_answer(unavailable(), language, media_type)
        return _answer(result, language, development, media_type, extensions_of(asked, context))

    return Route("/graphql", endpoint, methods=[*HTTPMethod])  # refused here: every error has a code


async def _executed(asked: Asked, context: Context) -> ExecutionResult:
    """Raises `Refusal` for what may not be asked in this way, or takes too long."""
    try:
        return await executed(asked, context, READING if asked.by_get else ACTING)
    except InvalidOperationTypeError:
        if asked.by_get:
            raise method_refused("POST") from None
        english, chinese = "Subscribe over WebSocket at this address.", "请在此地址以 WebSocket 订阅。"
        refusal = Refusal(Problem(Code.GRAPHQL_INVALID, (), english, chinese))
        return ExecutionResult(data=None, errors=[GraphQLError(english, original_error=refusal)])


def _answer(
    result: ExecutionResult, language: Language, development: bool, media_type: str, more: dict[str, Any]
) -> Response:
    told = told_of(result, language, development)
    if not told:
        return answer({"data": result.data, **more}, 200, media_type)
    if not_executed(result, told):
        return answer({"errors": told, **more}, 400 if media_type == GRAPHQL else 200, media_type)
    nothing = all(value is None for value in (result.data or {}).values())
    away = any(one["extensions"]["code"] == Code.SERVICE_UNAVAILABLE for one in told)
    status = 503 if nothing and away else 200
    return answer({"data": result.data, "errors": told, **more}, status, media_type)
