"""One operation asked for over a socket: answered, paid for and told of as over HTTP; of a subscription, each event."""

import contextlib
import logging
import time
from collections.abc import Awaitable, Collection, Iterator
from contextlib import AbstractContextManager, aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import HTTPConnection
from strawberry.schema.exceptions import InvalidOperationTypeError

from schema.admission import documents_for
from schema.answers import fault, told, unavailable
from schema.api import schema
from schema.context import Context, Language
from schema.messages import Closing
from schema.operations import ACTING, Means, context_of, cost_of, executed, extensions_of, not_executed, told_of
from schema.requests import Asked, asked_in, idempotency_key
from service.dates import now
from service.errors import Refusal, Unavailable
from service.metrics import NONE, Metrics
from service.notes import begin, note, noted
from service.spans import Outcome
from service.viewer import Viewer

if TYPE_CHECKING:
    from opentelemetry.trace import SpanContext

    from service.tracing import Tracing

log = logging.getLogger(__name__)


class Say(Protocol):
    """Say one message of the operation. Raises `Closing` where it is not heard."""

    def __call__(self, kind: str, payload: Any = None) -> Awaitable[None]: ...


@dataclass(frozen=True)
class Caller:
    """Who asks, from where, to be told in which language."""

    connection: HTTPConnection
    viewer: Viewer
    language: Language


class Operation:
    """It says `next` for each answer and in the end `error` or `complete`, unless it is cancelled."""

    def __init__(
        self, means: Means, metrics: Metrics, caller: Caller, say: Say, tracing: "Tracing | None" = None
    ) -> None:
        self._means = means
        self._metrics = metrics
        self._tracing = tracing
        self._span = contextlib.ExitStack()  # that of its beginning, where it is a subscription
        self._origin: SpanContext | None = None
        self._caller = caller
        self._payer = means.rates.payer(caller.connection, caller.viewer)
        self._say = say
        self._context: Context | None = None  # until it is known what is asked
        self._codes: set[str] = set()

    async def run(self, asked_for: dict[str, Any]) -> None:
        """To its end."""
        with self._noted():
            try:
                await self._answer(asked_for)
            except Closing:
                raise
            except Exception as error:
                await self._refuse(refusal_of(error))

    async def refuse(self, refusal: Refusal) -> None:
        """Instead of running it."""
        with self._noted():
            await self._refuse(refusal)

    async def _answer(self, asked_for: dict[str, Any]) -> None:
        means, caller, moment = self._means, self._caller, now()
        await means.rates.admit(self._payer, moment)
        asked = asked_in(asked_for, documents_for(caller.viewer, means.documents), by_get=False)
        key = idempotency_key(asked.extensions.get("idempotencyKey"))
        self._context = context = await context_of(means, caller.viewer, caller.language, key, moment)
        try:
            result = await executed(asked, context, ACTING)
        except InvalidOperationTypeError:  # it is a subscription
            await self._stream(asked, context)
            return
        errors = told_of(result, caller.language, means.development)
        if not_executed(result, errors):
            await self._fail(errors)
        else:
            await self._next(result.data, errors, extensions_of(asked, context))
            await self._say("complete")

    async def _stream(self, asked: Asked, context: Context) -> None:
        """Each event is paid for as the operation is; once the minute is spent, it ends, and may be resumed."""
        results = await schema.subscribe(
            asked.query,
            variable_values=asked.variables,
            operation_name=asked.operation_name,
            context_value=context,
        )
        more = extensions_of(asked, context)
        self._span.close()
        with self._metrics.following():
            async with aclosing(results):
                async for result in results:
                    errors = told_of(result, context.language, self._means.development)
                    if errors and result.data is None:  # nothing comes after it
                        await self._fail(errors)
                        return
                    with self._event(context):
                        await self._means.rates.admit(self._payer, now())
                        self._pay()
                        await self._next(result.data, errors, more)
        await self._say("complete")

    def _event(self, context: Context) -> AbstractContextManager[None]:
        """One event, which began when the context was renewed for it."""
        self._metrics.event()
        if self._tracing is None or self._origin is None:
            return contextlib.nullcontext()
        return self._tracing.event(context.at, context.accesses.operation, self._origin)

    async def _next(self, data: Any, errors: Collection[dict[str, Any]], more: dict[str, Any]) -> None:
        self._codes |= codes_of(errors)
        await self._say("next", {"data": data, **({"errors": errors} if errors else {}), **more})

    async def _refuse(self, refusal: Refusal) -> None:
        await self._fail(told(refusal, self._caller.language))

    async def _fail(self, errors: Collection[dict[str, Any]]) -> None:
        self._codes |= codes_of(errors)
        await self._say("error", errors)

    def _pay(self) -> None:
        """Now, as it may have begun in a minute long past."""
        self._means.rates.charge(self._payer, cost_of(self._context) if self._context else 0, now())

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        """However it ends, it is paid for, counted, and told of in the log."""
        began = time.perf_counter()
        begin(**noted())
        try:
            with self._span:
                if self._tracing is not None:
                    self._origin = self._span.enter_context(self._tracing.operation(self._outcome))
                yield
        finally:
            self._pay()
            outcome, seconds = self._outcome(), time.perf_counter() - began
            if outcome.cost:
                note(cost=outcome.cost)
            if outcome.codes:
                note(codes=outcome.codes)
            self._metrics.operated(noted().get("operation", NONE), seconds, outcome)
            log.info("answered", extra={"milliseconds": round(1000 * seconds, 1)})

    def _outcome(self) -> Outcome:
        cost = cost_of(self._context) if self._context else None
        return Outcome(sorted(self._codes), cost, noted().get("refused"))


def codes_of(errors: Collection[dict[str, Any]]) -> set[str]:
    return {str(each["extensions"]["code"]) for each in errors}


def refusal_of(error: Exception) -> Refusal:
    """What is told of `error`, which is logged where it is a fault of the service."""
    if isinstance(error, Refusal):
        return error
    return unavailable() if isinstance(error, Unavailable) else fault("an operation on a socket", error)[1]
