"""A server on a real socket in the loop of the tests, and a client that says what no client says."""

import asyncio
import datetime as dt
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from schema.http import graphql_route
from schema.messages import PROTOCOL
from schema.operations import Means
from schema.socket import graphql_socket
from schema.socket_rules import USUAL_RULES, SocketRules
from service.dates import now
from service.errors import Code
from service.identity import Identity
from service.metrics import Metrics
from service.serving import configured
from service.store.relay import Relay
from service.tracing import Tracing
from service.viewer import Viewer
from tests.api.wire import HOUR, KEYS
from tests.conftest import ADMIN, NETWORK, House

SECONDS = 5.0  # within which everything is answered, or something is wrong
FEED = "subscription($network: ID!, $after: Int) { networkFeed(network: $network, after: $after) { %s } }"


def token(viewer: Viewer = ADMIN, lifetime: dt.timedelta = HOUR) -> str:
    return f"Bearer {KEYS.issue(viewer, now(), lifetime)}"


class Client:
    """One end of a socket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def say(self, said: Any) -> None:
        await self.connection.send(said if isinstance(said, str | bytes) else orjson.dumps(said).decode())

    async def hear(self, seconds: float = SECONDS) -> dict[str, Any]:
        """The next message."""
        heard: dict[str, Any] = orjson.loads(await asyncio.wait_for(self.connection.recv(), seconds))
        return heard

    async def initialise(self, authorization: str | None = None, **payload: Any) -> None:
        given = {"Authorization": authorization, **payload} if authorization else payload
        await self.say({"type": "connection_init", "payload": given})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, own_id: str, query: str, **more: Any) -> None:
        await self.say({"type": "subscribe", "id": own_id, "payload": {"query": query, **more}})

    async def follow(
        self, own_id: str, after: int | None = 0, fields: str = "sequence", network: str = NETWORK
    ) -> None:
        await self.subscribe(own_id, FEED % fields, variables={"network": network, "after": after})

    async def asked(self, query: str, **more: Any) -> dict[str, Any]:
        """The answer of an operation that is answered once."""
        await self.subscribe("asked", query, **more)
        answer = await self.hear()
        assert answer.pop("id") == "asked"
        if answer["type"] == "next":
            assert await self.hear() == {"type": "complete", "id": "asked"}
        return answer

    async def events(self, most: int) -> list[dict[str, Any]]:
        return [(await self.hear())["payload"]["data"]["networkFeed"] for _ in range(most)]

    async def ending(self, seconds: float = SECONDS) -> int:
        """The code with which the other side closes the socket; whatever is said before does not matter."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.connection.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006


def codes(errors: Sequence[dict[str, Any]]) -> list[str]:
    """The codes of all errors, each of the published list and beside a message for people."""
    for error in errors:
        assert error["message"].strip()
        assert error["extensions"]["code"] in set(Code)
    return [error["extensions"]["code"] for error in errors]


async def eventually(condition: Callable[[], bool], seconds: float = SECONDS) -> bool:
    for _ in range(int(seconds / 0.01)):
        if condition():
            return True
        await asyncio.sleep(0.01)
    return condition()


class Served:
    """A house that is served."""

    def __init__(self, house: House, port: int, server: uvicorn.Server) -> None:
        self.house = house
        self.port = port
        self.server = server
        self._relay = Relay(house.database, "tests", asyncio.Event(), relayed=house.store.feeds.wake)

    @asynccontextmanager
    async def opened(self, protocols: Sequence[str] = (PROTOCOL,), **options: Any) -> AsyncIterator[Client]:
        async with connect(
            f"ws://127.0.0.1:{self.port}/graphql",
            subprotocols=[Subprotocol(each) for each in protocols] or None,
            compression=None,
            **{"proxy": None, "max_queue": None, **options},
        ) as connection:
            yield Client(connection)

    @asynccontextmanager
    async def client(self, viewer: Viewer = ADMIN, **options: Any) -> AsyncIterator[Client]:
        """One that is initialised."""
        async with self.opened(**options) as client:
            await client.initialise(token(viewer))
            yield client

    async def relay_all(self) -> None:
        while await self._relay.round():
            pass


@asynccontextmanager
async def served(
    house: House,
    rules: SocketRules = USUAL_RULES,
    narrow: bool = False,
    proxies: Sequence[str] = (),
    metrics: Metrics | None = None,
    tracing: Tracing | None = None,
    **others: Any,
) -> AsyncIterator[Served]:
    """The house on a port of its own, with `others` of its means. A narrow one has little on the way to who does not
    read.
    """
    means = Means(**{"store": house.store, "identity": Identity(KEYS), "rates": house.rates(), **others})
    routes = [graphql_route(means), graphql_socket(means, metrics or Metrics(), rules, tracing)]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        if narrow:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        server = uvicorn.Server(configured(Starlette(routes=routes), proxies))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Served(house, listener.getsockname()[1], server)
        finally:
            server.should_exit = True
            await task
