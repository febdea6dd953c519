"""GraphQL over WebSocket: `graphql-transport-ws`, with the limits, rights and errors of GraphQL over HTTP.

    handshake ── Origin, places, subprotocol ──► connection_init: token, language ──► subscribe … complete

One task reads; each operation is a task beside it, and so is the watch over the token. Whichever finds that the socket
is to be closed raises `Closing`, which ends the others. There is no queue of answers: an operation goes on when what it
said is on its way, and a reader that lets it wait too long is closed.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from schema.admission import admitted
from schema.answers import Rejected, fault, refusal_answer
from schema.context import language_of
from schema.limits import setting_of
from schema.messages import PROTOCOL, Closing, Ending, Message, Places, TooMany, message_of, named, origin_allowed
from schema.operations import Means
from schema.rates import place_of
from schema.reasons import SUBPROTOCOL, reason_of
from schema.socket_operations import Caller, Operation
from schema.socket_rules import USUAL_RULES, SocketRules
from service.dates import now
from service.errors import Code, Problem, Refusal, Unavailable
from service.identity import ends_at
from service.metrics import Metrics
from service.notes import begin
from service.spans import Outcome
from service.viewer import ANONYMOUS, Viewer

if TYPE_CHECKING:
    from service.tracing import Tracing

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """What all sockets share."""

    means: Means
    metrics: Metrics
    rules: SocketRules
    places: Places
    tracing: "Tracing | None"


def graphql_socket(
    means: Means, metrics: Metrics, rules: SocketRules = USUAL_RULES, tracing: "Tracing | None" = None
) -> WebSocketRoute:
    """The end-point, at the address of the one over HTTP."""
    house = House(means, metrics, rules, Places(rules.sockets.sockets), tracing)

    async def endpoint(websocket: WebSocket) -> None:
        begin(socket=secrets.token_hex(8))
        with ExitStack() as place:
            try:
                _admit(websocket, house, place)
            except Refusal as refusal:
                language = language_of(websocket.headers.get("accept-language"))
                response = refusal_answer(refusal, language)
                _refused(house, response.status_code, refusal.problems[0])
                await websocket.send_denial_response(response)
                return
            offered = PROTOCOL in websocket.scope["subprotocols"]
            await websocket.accept(PROTOCOL if offered else None)
            if offered:
                await Socket(websocket, house, place).converse()
            else:
                _refused(house, Ending.SUBPROTOCOL)
                with suppress(WebSocketDisconnect):
                    await websocket.close(Ending.SUBPROTOCOL, "Subprotocol not acceptable")

    return WebSocketRoute("/graphql", endpoint)


def _refused(house: House, status: int, problem: Problem | None = None) -> None:
    codes, reason = ((problem.code,), reason_of(problem, status)) if problem else ((), SUBPROTOCOL)
    house.metrics.refused(Outcome(codes, None, reason))
    log.info("socket refused", extra={"status": int(status)})


def _admit(websocket: WebSocket, house: House, place: ExitStack) -> None:
    """Raises `Rejected` for a page of a foreign origin, and for one socket too many."""
    headers = websocket.headers
    if not origin_allowed(headers.getlist("origin"), headers.get("host"), house.rules.origins):
        english, chinese = "Pages of this origin are not let in.", "不接受来自该来源页面的连接。"
        raise Rejected(403, english, chinese, Code.FORBIDDEN)
    try:
        place.enter_context(house.places.one_for(f"address {place_of(websocket)}"))
    except TooMany:
        most, setting = house.rules.sockets.sockets, setting_of("sockets")
        english = f"At most {most} sockets from one address without a token (setting {setting})."
        chinese = f"同一地址最多 {most} 个未认证的连接(设置项 {setting})。"
        raise Rejected(429, english, chinese, Code.LIMIT_EXCEEDED) from None


class Socket:
    """One open socket. `place` is where it counts among those that are open, left when it ends."""

    def __init__(self, websocket: WebSocket, house: House, place: ExitStack) -> None:
        self._websocket = websocket
        self._house = house
        self._place = place
        self._known: Viewer | None = None  # until it is initialised
        self._language = language_of(websocket.headers.get("accept-language"))
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks = asyncio.TaskGroup()

    async def converse(self) -> None:
        """Until either side ends it."""
        began, ending = time.perf_counter(), "CANCELLED"
        log.info("socket opened")
        try:
            with self._house.metrics.socket_open():
                closing = await self._closing()
                ending = closing.code.name
                if closing.code is not Ending.GONE:
                    with suppress(WebSocketDisconnect):  # by the other side, in this moment
                        await self._websocket.close(closing.code, closing.reason)
        finally:
            viewer = {"viewer": self._known.subject} if self._known else {}
            milliseconds = round(1000 * (time.perf_counter() - began), 1)
            log.info("socket ended", extra={"ending": ending, "milliseconds": milliseconds, **viewer})

    async def _closing(self) -> Closing:
        """Why it ends, once nothing of it goes on."""
        try:
            async with self._tasks:
                await self._read()
        except* Closing as group:
            closing = next(each for each in leaves(group) if isinstance(each, Closing))
        except* Exception as group:
            fault("a socket", group)
            closing = Closing(Ending.FAULT, "A fault of the service")
        return closing

    async def _read(self) -> None:
        """Raises `Closing` in the end."""
        try:
            async with asyncio.timeout(self._house.rules.initialisation) as waiting:
                while (frame := await self._websocket.receive())["type"] == "websocket.receive":
                    await self._take(message_of(frame))
                    if self._known is not None:
                        waiting.reschedule(None)
        except TimeoutError:
            raise Closing(Ending.INITIALISATION_TIMEOUT, "Connection initialisation timeout") from None
        raise Closing(Ending.GONE)

    async def _take(self, message: Message) -> None:
        match message.kind:
            case "connection_init":
                await self._initialise(message.payload)
            case "ping":
                await self._say("pong", payload=message.payload or None)
            case "subscribe":
                await self._begin(message.own_id, asked_for=message.payload)
            case "complete":
                if (task := self._running.pop(message.own_id, None)) is not None:
                    task.cancel()

    async def _initialise(self, payload: dict[str, Any]) -> None:
        if self._known is not None:
            raise Closing(Ending.INITIALISED_TWICE, "Too many initialisation requests")
        authorization = named(payload, "Authorization")
        if authorization is None:
            authorization = self._websocket.headers.get("authorization")
        if (accepted := named(payload, "Accept-Language")) is not None:
            self._language = language_of(str(accepted))
        self._known = ANONYMOUS
        if authorization is not None:
            means = self._house.means
            admission = admitted(self._websocket, str(authorization), means.identity, means.store)
            self._known = await self._identified(admission)
            self._move_to(self._known)
            self._tasks.create_task(self._watch(str(authorization)))
        await self._say("connection_ack")

    async def _identified(self, known: Awaitable[Viewer]) -> Viewer:
        try:
            return await known
        except Refusal as refusal:
            raise Closing(Ending.FORBIDDEN, refusal.problems[0].english) from None
        except Unavailable:
            raise Closing(Ending.TRY_AGAIN_LATER, "Tokens cannot be verified now") from None

    def _move_to(self, viewer: Viewer) -> None:
        """Count among the sockets of the viewer, no longer among those of the address, unless it is everybody's."""
        if viewer.bound is not None:
            return
        left = self._place.pop_all()
        try:
            self._place.enter_context(self._house.places.one_for(f"viewer {viewer.subject}"))
        except TooMany:
            raise Closing(Ending.TRY_AGAIN_LATER, f"Too many sockets (setting {setting_of('sockets')})") from None
        finally:
            left.close()

    async def _watch(self, authorization: str) -> None:
        """Raises `Closing` once the token holds no more: here without leeway, so that it ends within its time."""
        while True:
            await asyncio.sleep(self._house.rules.between_checks)
            await self._identified(self._house.means.identity.identify(authorization))
            if now().timestamp() >= ends_at(authorization):
                raise Closing(Ending.FORBIDDEN, "The token has expired")

    async def _begin(self, own_id: str, asked_for: dict[str, Any]) -> None:
        if self._known is None:
            raise Closing(Ending.UNAUTHORIZED, "Unauthorized")
        if own_id in self._running:
            raise Closing(Ending.DUPLICATE_ID, "An operation with this id is running")
        caller = Caller(self._websocket, self._known, self._language)
        house = self._house
        operation = Operation(house.means, house.metrics, caller, partial(self._tell, own_id), house.tracing)
        most = self._house.rules.sockets.socket_operations
        if len(self._running) >= most:
            setting = setting_of("socket_operations")
            english = f"At most {most} operations run on a socket at the same time (setting {setting})."
            chinese = f"一个连接上最多同时运行 {most} 个操作(设置项 {setting})。"
            await operation.refuse(Refusal(Problem(Code.LIMIT_EXCEEDED, (), english, chinese)))
            return
        self._running[own_id] = self._tasks.create_task(operation.run(asked_for))

    async def _tell(self, own_id: str, kind: str, payload: Any = None) -> None:
        """What is said of an operation, whose id is free with the last of it."""
        if kind != "next" and self._running.get(own_id) is asyncio.current_task():
            del self._running[own_id]
        await self._say(kind, id=own_id, payload=payload)

    async def _say(self, kind: str, **said: Any) -> None:
        message = {"type": kind, **{name: value for name, value in said.items() if value is not None}}
        try:
            async with asyncio.timeout(self._house.rules.patience):
                await self._websocket.send_text(orjson.dumps(message).decode())
        except TimeoutError:
            raise Closing(Ending.READS_TOO_SLOWLY, "Read faster, then resume after the last sequence") from None
        except WebSocketDisconnect:
            raise Closing(Ending.GONE) from None


def leaves(group: BaseExceptionGroup[Any]) -> Iterator[BaseException]:
    for each in group.exceptions:
        yield from leaves(each) if isinstance(each, BaseExceptionGroup) else (each,)
