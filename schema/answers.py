"""How the service answers over HTTP: JSON with the headers every answer has, and each error with its code.

What an error says and its code are those of `service.errors`; nothing tells of the inside of the service.
"""

import logging
import uuid
from collections.abc import Mapping
from typing import Any

import orjson
from graphql import FieldNode, GraphQLError
from starlette.responses import Response

from schema.context import Language
from schema.reasons import BY_CODE, reason_of
from schema.results import message, outer_path
from schema.wording import worded
from service import errors
from service.errors import Code, Problem, Refusal, Unavailable
from service.notes import note

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
LONGEST_MESSAGE = 500  # characters, of which a caller's own names and values may be many
MOST_ERRORS = 10  # told of one request
STATUS = {
    Code.BAD_REQUEST: 400,
    Code.UNAUTHENTICATED: 401,
    Code.FORBIDDEN: 403,
    Code.NOT_FOUND: 404,
    Code.ALREADY_EXISTS: 409,
    Code.LIMIT_EXCEEDED: 413,
    Code.RATE_LIMITED: 429,
    Code.SERVICE_UNAVAILABLE: 503,
}  # by the first problem; 422 for all others
HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept, Accept-Language, Authorization",
}

log = logging.getLogger(__name__)


class Rejected(Refusal):
    """A request that HTTP itself has a status for, and perhaps headers."""

    def __init__(
        self,
        status: int,
        english: str,
        chinese: str,
        code: Code = Code.BAD_REQUEST,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(Problem(code, (), english, chinese))
        self.status = status
        self.headers = dict(headers or {})


def answer(
    content: Any, status: int = 200, media_type: str = JSON, headers: Mapping[str, str] | None = None
) -> Response:
    if codes := sorted({error["extensions"]["code"] for error in content.get("errors", ())}):
        note(codes=codes)  # for the log
    return Response(orjson.dumps(content), status, {**HEADERS, **(headers or {})}, f"{media_type}; charset=utf-8")


def refusal_answer(refusal: Refusal, language: Language, media_type: str = JSON) -> Response:
    """The answer to a request that is refused before anything of it runs."""
    content = {"errors": told(refusal, language)}
    if isinstance(refusal, Rejected):
        return answer(content, refusal.status, media_type, refusal.headers)
    status = STATUS.get(refusal.problems[0].code, 422)
    return answer(content, status, media_type, {"WWW-Authenticate": "Bearer"} if status == 401 else None)


def unavailable() -> Refusal:
    english = "The database does not answer; try again with the same key."
    return Rejected(503, english, "数据库暂无响应,请用同一幂等键重试。", Code.SERVICE_UNAVAILABLE)


def told(refusal: errors.Refusal, language: Language) -> list[dict[str, Any]]:
    """The problems of a refusal as GraphQL errors."""
    _note(reason_of(refusal.problems[0], refusal.status if isinstance(refusal, Rejected) else None))
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


def shown(error: GraphQLError, language: Language, development: bool) -> list[dict[str, Any]]:
    """One error of the execution as the caller may see it."""
    place: dict[str, Any] = {"path": error.path} if error.path else {}
    cause = error.original_error
    if isinstance(cause, Refusal):
        return [{**each, **place} for each in told(cause, language)]
    if isinstance(cause, Unavailable):
        log.error("the database did not answer: %s", cause)
        return [{**each, **place} for each in told(unavailable(), language)]
    if cause is None or (error.nodes and not error.path):  # found before anything was executed
        locations = [{"line": one.line, "column": one.column} for one in error.locations or ()]
        code = {"extensions": {"code": Code.GRAPHQL_INVALID}}
        _note(BY_CODE[Code.GRAPHQL_INVALID])
        said = worded(error.message, language, error.locations or ())[:LONGEST_MESSAGE]
        return [{"message": said, **({"locations": locations} if locations else {}), **place, **code}]
    return [{**_internal(error, language, development), **place}]


def _note(reason: str | None) -> None:
    if reason is not None:
        note(refused=reason)  # for the log


def _internal(error: GraphQLError, language: Language, development: bool) -> dict[str, Any]:
    field = next((each.name.value for each in error.nodes or () if isinstance(each, FieldNode)), None)
    reference, rejected = fault(field, error.original_error)  # its path has the caller's aliases in it
    [said] = told(rejected, language)
    said["extensions"] |= {"reference": reference}
    said["extensions"] |= {"detail": repr(error.original_error)} if development else {}
    return said


def fault(place: object, cause: BaseException | None) -> tuple[str, Rejected]:
    """Log what went wrong inside the service; callers are told a reference to it and nothing else."""
    reference = uuid.uuid4().hex[:12]
    log.error("internal error %s at %s", reference, place, exc_info=cause)
    english, chinese = f"A fault of the service, noted as {reference}.", f"服务内部错误,编号 {reference}。"
    return reference, Rejected(500, english, chinese, Code.INTERNAL_ERROR)
