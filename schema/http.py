"""GraphQL over HTTP: one operation a request, one answer of JSON, every error with a code from the published list.

Strawberry executes; what a request is, and with which status it is answered, is said here. Under
`application/graphql-response+json` an operation that cannot run answers 400; under `application/json` it answers 200,
as clients of old expect. A request that is no GraphQL request has the status HTTP has for it, under both.
"""

import asyncio
from http import HTTPMethod
from typing import Any

from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType
from structlog.contextvars import bind_contextvars

from schema.answers import GRAPHQL, JSON, MOST_ERRORS, Rejected, answer, refusal_answer, shown, unavailable
from schema.api import schema
from schema.context import Context, Language, language_of
from schema.documents import ANY, Documents
from schema.limits import USUAL, Limits
from schema.rates import Rates
from schema.reader import Reader
from schema.requests import Asked, asked_by, idempotency_key, media_type_of, method_refused
from service.dates import day_of, now
from service.errors import Code, Problem, Refusal, Unavailable
from service.identity import Identity
from service.store.store import Store
from service.viewer import ANONYMOUS

OPERATION_SECONDS = 15.0
READING = frozenset({OperationType.QUERY})
ACTING = frozenset({OperationType.QUERY, OperationType.MUTATION})


def graphql_route(
    store: Store,
    identity: Identity,
    rates: Rates,
    development: bool,
    limits: Limits = USUAL,
    documents: Documents = ANY,
) -> Route:
    """The end-point. In development, what went wrong inside the service is told as well as logged."""

    async def endpoint(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        media_type, moment, cost = JSON, now(), 0
        payer, headers = rates.payer(request, ANONYMOUS), dict[str, str]()
        try:
            media_type = media_type_of(request.headers.get("accept"))
            known = await identity.identify(request.headers.get("authorization"))
            payer = rates.payer(request, known)
            headers = await rates.admit(payer, moment)
            asked = await asked_by(request, documents)
            key = idempotency_key(request)
            viewer = await store.roles.viewer(known, day_of(moment))
            reader = Reader(store.database, viewer, day_of(moment))
            context = Context(viewer, moment, language, key, store, reader, limits)
            result = await _executed(asked, context)
            cost = context.measures[-1].cost if context.measures else 0
            bind_contextvars(viewer=viewer.subject, cost=cost)
            response = _answer(result, language, development, media_type, _extensions(asked, context))
        except Refusal as refusal:
            response = refusal_answer(refusal, language, media_type)
        except Unavailable:
            response = refusal_answer(unavailable(), language, media_type)
        rates.charge(payer, cost, moment)
        response.headers.update(headers)
        return response

    return Route("/graphql", endpoint, methods=[*HTTPMethod])  # refused here: every error has a code


async def _executed(asked: Asked, context: Context) -> ExecutionResult:
    """Raises `Refusal` for what may not be asked in this way, or takes too long."""
    try:
        async with asyncio.timeout(OPERATION_SECONDS):
            result = await schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=context,
                allowed_operation_types=READING if asked.by_get else ACTING,
            )
    except InvalidOperationTypeError:
        if asked.by_get:
            raise method_refused("POST") from None
        english, chinese = "Subscriptions are not served here.", "此处不提供订阅。"
        refusal = Refusal(Problem(Code.GRAPHQL_INVALID, (), english, chinese))
        return ExecutionResult(data=None, errors=[GraphQLError(english, original_error=refusal)])
    except TimeoutError:
        english = f"The operation took more than {OPERATION_SECONDS:.0f} s; ask for less."
        chinese = f"操作超过 {OPERATION_SECONDS:.0f} 秒;请减少查询内容。"
        raise Rejected(503, english, chinese, Code.LIMIT_EXCEEDED) from None
    assert isinstance(result, ExecutionResult)  # incremental delivery is off
    return result


def _extensions(asked: Asked, context: Context) -> dict[str, Any]:
    """What was asked for beside the data: `extensions: {cost: true}` tells what the operation was counted as."""
    if asked.extensions.get("cost") is not True or not context.measures:
        return {}
    return {"extensions": {"cost": {**context.measures[-1]._asdict(), "most": context.limits.cost}}}


def _answer(
    result: ExecutionResult, language: Language, development: bool, media_type: str, more: dict[str, Any]
) -> Response:
    told = [one for error in result.errors or () for one in shown(error, language, development)][:MOST_ERRORS]
    codes = {one["extensions"]["code"] for one in told}
    if not told:
        return answer({"data": result.data, **more}, 200, media_type)
    if result.data is None and codes <= {Code.GRAPHQL_INVALID, Code.LIMIT_EXCEEDED}:  # nothing of it was executed
        return answer({"errors": told, **more}, 400 if media_type == GRAPHQL else 200, media_type)
    nothing = all(value is None for value in (result.data or {}).values())
    status = 503 if nothing and Code.SERVICE_UNAVAILABLE in codes else 200
    return answer({"data": result.data, "errors": told, **more}, status, media_type)
