"""GraphQL over HTTP: one POST of JSON, one answer of JSON, every error with a code from the published list."""

import logging
import uuid
from http import HTTPMethod
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from strawberry.types import ExecutionResult

from schema.api import schema
from schema.context import Context, Language, language_of
from schema.limits import USUAL, Limits
from schema.reader import Reader
from schema.results import message, outer_path
from service import errors
from service.dates import day_of
from service.errors import Code, Problem, Refusal, Unavailable
from service.store.store import Store, now
from service.viewer import TokenKeys

MOST_BYTES = 256 * 1024
SUGGESTION = " Did you mean "  # graphql-core tells with it what else there is
LONGEST_KEY = 200  # characters of an idempotency key
STATUS = {Code.UNAUTHENTICATED: 401, Code.LIMIT_EXCEEDED: 413, Code.SERVICE_UNAVAILABLE: 503}

log = logging.getLogger(__name__)


def graphql_route(store: Store, keys: TokenKeys, development: bool, limits: Limits = USUAL) -> Route:
    """The end-point. In development, what went wrong inside the service is told as well as logged."""

    async def endpoint(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        if request.method != "POST":
            refusal = _bad_request("Send the request by POST.", "请以 POST 发送请求。")
            return _json({"errors": _told(refusal, language)}, 405, {"Allow": "POST"})
        try:
            viewer = keys.identify(request.headers.get("authorization"))
            asked = await _asked(request)
            key = _idempotency_key(request)
            moment = now()
            viewer = await store.roles.viewer(viewer, day_of(moment))
        except Refusal as refusal:
            status = STATUS.get(refusal.problems[0].code, 400)
            return _json({"errors": _told(refusal, language)}, status)
        except Unavailable as error:
            return _json({"errors": _told(_unanswered(error), language)}, 503)
        reader = Reader(store.database, viewer, day_of(moment))
        context = Context(viewer, moment, language, key, store, reader, limits)
        result = await schema.execute(
            asked["query"],
            variable_values=asked.get("variables"),
            operation_name=asked.get("operationName"),
            context_value=context,
        )
        assert isinstance(result, ExecutionResult)  # incremental delivery is off
        return _answer(result, language, development)

    return Route("/graphql", endpoint, methods=[*HTTPMethod])  # refused here: every error has a code


def _bad_request(english: str, chinese: str, code: Code = Code.BAD_REQUEST) -> Refusal:
    return Refusal(Problem(code, (), english, chinese))


async def _asked(request: Request) -> dict[str, Any]:
    """The body as the request it must be. Raises `Refusal` for anything else."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _bad_request("Send the request as application/json.", "请以 application/json 发送请求。")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            english, chinese = f"At most {MOST_BYTES} bytes.", f"请求最多 {MOST_BYTES} 字节。"
            raise _bad_request(english, chinese, Code.LIMIT_EXCEEDED)
    try:
        asked: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise _bad_request("The body is not JSON.", "请求体不是 JSON。") from None
    kinds = {"query": str, "variables": dict | None, "operationName": str | None}
    if not (
        isinstance(asked, dict)
        and all(isinstance(asked.get(name), kind) for name, kind in kinds.items())
        and asked["query"].strip()
    ):
        raise _bad_request(
            'Send an object: {"query": text, "variables": object, "operationName": text}.',
            '请发送对象:{"query": 文本, "variables": 对象, "operationName": 文本}。',
        )
    return asked


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise _bad_request(
            f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.",
            f"Idempotency-Key 须为 1 到 {LONGEST_KEY} 个字符。",
        )
    return key


def _answer(result: ExecutionResult, language: Language, development: bool) -> Response:
    told = [one for error in result.errors or () for one in _shown(error, language, development)]
    codes = {one["extensions"]["code"] for one in told}
    if not told:
        return _json({"data": result.data}, 200)
    if result.data is None and codes & {Code.GRAPHQL_INVALID, Code.LIMIT_EXCEEDED}:
        return _json({"errors": told}, 400)
    nothing = all(value is None for value in (result.data or {}).values())
    status = 503 if nothing and Code.SERVICE_UNAVAILABLE in codes else 200
    return _json({"data": result.data, "errors": told}, status)


def _shown(error: GraphQLError, language: Language, development: bool) -> list[dict[str, Any]]:
    """One error of the execution as the caller may see it."""
    place: dict[str, Any] = {"path": error.path} if error.path else {}
    cause = error.original_error
    if isinstance(cause, Refusal):
        return [{**told, **place} for told in _told(cause, language)]
    if isinstance(cause, Unavailable):
        return [{**told, **place} for told in _told(_unanswered(cause), language)]
    if cause is None or (error.nodes and not error.path):  # found before anything was executed
        locations = [{"line": one.line, "column": one.column} for one in error.locations or ()]
        code = {"extensions": {"code": Code.GRAPHQL_INVALID}}
        said = error.message.partition(SUGGESTION)[0]
        return [{"message": said, **({"locations": locations} if locations else {}), **place, **code}]
    return [{**_internal(error, language, development), **place}]


def _unanswered(cause: Unavailable) -> Refusal:
    log.error("the database did not answer: %s", cause)
    return _bad_request(
        "The database does not answer; try again with the same key.",
        "数据库暂无响应,请用同一幂等键重试。",
        Code.SERVICE_UNAVAILABLE,
    )


def _internal(error: GraphQLError, language: Language, development: bool) -> dict[str, Any]:
    reference = uuid.uuid4().hex[:12]
    log.error("internal error %s at %s", reference, error.path, exc_info=error.original_error)
    text = {"en": f"A fault of the service, noted as {reference}.", "zh": f"服务内部错误,编号 {reference}。"}[language]
    detail = {"detail": repr(error.original_error)} if development else {}
    return {"message": text, "extensions": {"code": Code.INTERNAL_ERROR, "reference": reference, **detail}}


def _told(refusal: errors.Refusal, language: Language) -> list[dict[str, Any]]:
    return [
        {
            "message": message(problem, language),
            "extensions": {
                "code": problem.code,
                **({"argument": outer_path(problem.path)} if problem.path else {}),
                **({"record": problem.record} if problem.record else {}),
            },
        }
        for problem in refusal.problems
    ]


def _json(content: Any, status: int, more: dict[str, str] | None = None) -> Response:
    headers = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Authorization, Accept-Language",
        **(more or {}),
    }
    return Response(orjson.dumps(content), status, headers, "application/json; charset=utf-8")
