"""One operation run for one viewer, however it was asked for: within its time, each error told with its code."""

import datetime as dt
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from schema.answers import MOST_ERRORS, Rejected, shown
from schema.api import schema
from schema.context import Context, Language
from schema.documents import ANY, Documents
from schema.limits import USUAL, Limits
from schema.rates import Rates
from schema.reader import Reader
from schema.requests import Asked
from service.dates import day_of
from service.errors import Code
from service.identity import Identity
from service.notes import note
from service.patience import Within
from service.store.database import commands_told
from service.store.store import Store
from service.trail.keys import KnownKeys
from service.viewer import Viewer

OPERATION_SECONDS = 15.0
CHARACTERS = 20  # of a text take as long to parse and to validate as one object of an answer to find
READING = frozenset({OperationType.QUERY})
ACTING = frozenset({OperationType.QUERY, OperationType.MUTATION})


@dataclass(frozen=True)
class Means:
    """What operations are answered with, over HTTP and sockets alike.

    `trail_keys` are those whose signatures on checkpoints hold. In development, what went wrong inside the service is
    told as well as logged, and what an operation was compiled to where `extensions: {plan: true}` asks for it.
    """

    store: Store
    identity: Identity
    rates: Rates
    documents: Documents = ANY
    limits: Limits = USUAL
    trail_keys: KnownKeys = field(default_factory=dict)
    development: bool = False
    sight: int = 2  # of a text at which it is compiled; 0: never


async def context_of(means: Means, known: Viewer, language: Language, key: str | None, moment: dt.datetime) -> Context:
    """What an operation of `known` carries, who has now the roles given to it here as well."""
    day = day_of(moment)
    viewer = await means.store.roles.viewer(known, day)
    reader = Reader(means.store.database, viewer, day)
    note(viewer=viewer.subject)  # for the log
    explained: dict[str, Any] | None = {} if means.development else None
    limits, keys, sight = means.limits, means.trail_keys, means.sight
    return Context(viewer, moment, language, key, means.store, reader, limits, keys, explained=explained, sight=sight)


def cost_of(context: Context) -> int:
    """What the operation is to be paid with: what it was counted as, or its reading, whichever is more.

    What costs more than it may is not run, so that only its reading is paid for, not 2^70.
    """
    measured = context.measures[-1].cost if context.measures else 0
    return max(measured if measured <= context.limits.cost else 0, context.characters // CHARACTERS)


async def executed(asked: Asked, context: Context, kinds: Collection[OperationType]) -> ExecutionResult:
    """Raises `InvalidOperationTypeError` for an operation of another kind, `Rejected` for one that takes long."""
    context.sight = min(context.sight, 1) if asked.trusted else context.sight
    context.explained = context.explained if asked.extensions.get("plan") is True else None
    try:
        telling = nullcontext() if context.explained is None else commands_told(context.explained)
        with Within(OPERATION_SECONDS), telling:
            result = await schema.execute(
                asked.query,
                variable_values=asked.variables,
                operation_name=asked.operation_name,
                context_value=context,
                allowed_operation_types=kinds,
            )
    except TimeoutError:
        english = f"The operation took more than {OPERATION_SECONDS:.0f} s; ask for less."
        chinese = f"操作超过 {OPERATION_SECONDS:.0f} 秒;请减少查询内容。"
        raise Rejected(503, english, chinese, Code.LIMIT_EXCEEDED) from None
    assert isinstance(result, ExecutionResult)  # incremental delivery is off
    return result


def told_of(result: ExecutionResult, language: Language, development: bool) -> list[dict[str, Any]]:
    """The errors of a result as the caller may see them."""
    return [one for error in result.errors or () for one in shown(error, language, development)][:MOST_ERRORS]


def not_executed(result: ExecutionResult, told: list[dict[str, Any]]) -> bool:
    """Whether nothing of the operation was executed, for the errors that are `told` of it."""
    refused = {Code.GRAPHQL_INVALID, Code.LIMIT_EXCEEDED, Code.FORBIDDEN}
    told_so = all("path" not in one and one["extensions"]["code"] in refused for one in told)
    return bool(told) and result.data is None and told_so


def extensions_of(asked: Asked, context: Context) -> dict[str, Any]:
    """What was asked for beside the data.

    `extensions: {cost: true}` tells what the operation was counted as and, in development, `{plan: true}` what it was
    compiled to.
    """
    more: dict[str, Any] = {}
    if asked.extensions.get("cost") is True and context.measures:
        more["cost"] = {**context.measures[-1]._asdict(), "most": context.limits.cost}
    if context.explained is not None:
        more["plan"] = context.explained
    return {"extensions": more} if more else {}
