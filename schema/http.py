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

from schema.admission import admitted, documents_for
from schema.answers import GRAPHQL, JSON, answer, refusal_answer, unavailable
from schema.context import Context, Language, language_of
from schema.failures import Answering
from schema.operations import (
    ACTING,
    READING,
    Means,
    context_of,
    cost_of,
    executed,
    extensions_of,
    not_executed,
    told_of,
)
from schema.requests import Asked, asked_by, idempotency_key, media_type_of, method_refused, sent_headers
from schema.revalidating import revalidated
from service.dates import now
from service.errors import Code, Problem, Refusal, Unavailable
from service.notes import note
from service.viewer import ANONYMOUS


def graphql_route(means: Means) -> Route:
    """The end-point."""
    rates = means.rates

    async def endpoint(request: Request) -> Response:
        sent = sent_headers(request)
        language = language_of(sent.get("accept-language"))
        media_type, moment, cost = JSON, now(), 0
        payer, standing, context = None, dict[str, str](), None
        try:
            media_type = media_type_of(sent.get("accept"))
            known = await admitted(request, sent.get("authorization"), means.identity, means.store)
            payer = rates.payer(request, known)
            standing = await rates.admit(payer, moment)
            asked = await asked_by(request, sent, documents_for(known, means.documents))
            key = idempotency_key(sent.get("idempotency-key"))
            context = await context_of(means, known, language, key, moment)
            result = await _executed(asked, context)
            response = _answer(result, language, means.development, media_type, extensions_of(asked, context))
            if asked.by_get and not result.errors and not context.restricted:
                response = revalidated(response, request.headers)
        except Refusal as refusal:
            response = refusal_answer(refusal, language, media_type)
        except Unavailable:
            response = refusal_answer(unavailable(), language, media_type)
        if context is not None:
            cost = cost_of(context)
            note(cost=cost)
        rates.charge(payer or rates.payer(request, ANONYMOUS), cost, moment)
        response.raw_headers += [(name.encode(), value.encode()) for name, value in standing.items()]
        return response

    return Route("/graphql", Answering(endpoint), methods=[*HTTPMethod])  # refused here: every error has a code


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
