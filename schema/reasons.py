"""Why something was asked for and not run: a word of a short list, for the log and for metrics."""

from dataclasses import fields

from schema.limits import Limits
from service.errors import Code, Problem

LIMITS = frozenset(each.name for each in fields(Limits))
BY_CODE = {
    Code.GRAPHQL_INVALID: "invalid",
    Code.RATE_LIMITED: "rate",
    Code.UNAUTHENTICATED: "token",
    Code.PERSISTED_QUERY_NOT_FOUND: "document",
    Code.SERVICE_UNAVAILABLE: "unavailable",
}
BY_STATUS = {
    400: "request",
    403: "origin",
    405: "method",
    406: "accept",
    408: "slow_body",
    413: "body",
    415: "content_type",
    429: "sockets",
    503: "time",
}
SUBPROTOCOL = "subprotocol"  # of a WebSocket that offers none of ours
REASONS = LIMITS | {*BY_CODE.values()} | {*BY_STATUS.values()} | {SUBPROTOCOL}


def reason_of(problem: Problem, status: int | None) -> str | None:
    """Why a request was not run: the limit it is above, else by its code or its status. None for a rule's refusal."""
    if problem.code in BY_CODE:
        return BY_CODE[problem.code]
    if status is not None:
        return BY_STATUS.get(status)
    limit = str(problem.path[0]) if len(problem.path) == 1 else None
    return limit if limit in LIMITS and problem.code in (Code.LIMIT_EXCEEDED, Code.FORBIDDEN) else None
