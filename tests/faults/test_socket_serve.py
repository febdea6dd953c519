"""Sockets of the service as it is served, on its own event loop: an event arrives, too much is told, an end is told."""

import json
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.faults.running import Running, running

FOLLOW = 'subscription { networkFeed(network: "net_002_derma") { sequence action by record { id } } }'
CORRECT = """mutation { correctNetwork(id: "net_002_derma", version: 1, input: {motto: "同心"}, reason: "更正") {
    ... on Network { version } } }"""


def opened(service: Running) -> ClientConnection:
    return connect(
        f"{service.url.replace('http', 'ws')}/graphql",
        subprotocols=[Subprotocol("graphql-transport-ws")],
        compression="deflate",  # which is offered, and not taken
        proxy=None,
    )


def said(client: ClientConnection, **message: Any) -> None:
    client.send(json.dumps(message))


def heard(client: ClientConnection) -> Any:
    return json.loads(client.recv(timeout=10))


def ending(client: ClientConnection, last: str | bytes | None = None) -> int:
    """The code that the socket ends with, once `last` was said or while it is."""
    try:
        if last is not None:
            client.send(last)
        while True:
            client.recv(timeout=10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("socket") / "data") as service:
        yield service


ENDINGS: list[tuple[str | bytes, int]] = [("[]", 4400), (b"{}", 4400), (" " * 300_000, 1009), (" " * 5_000_000, 1009)]


@pytest.mark.parametrize(("frame", "code"), ENDINGS, ids=["array", "binary", "long", "very long"])
def test_what_is_no_message_ends_with_its_code(service: Running, frame: str | bytes, code: int) -> None:
    with opened(service) as client:
        assert ending(client, frame) == code


def test_what_is_written_is_told_at_once_and_so_is_the_end(service: Running) -> None:
    token = service.tokens()["NETWORK_ADMIN"]
    with opened(service) as client:
        assert client.protocol.extensions == []
        said(client, type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert heard(client) == {"type": "connection_ack"}
        said(client, type="subscribe", id="f", payload={"query": FOLLOW})
        said(client, type="subscribe", id="q", payload={"query": "{ __typename }"})
        assert [heard(client)["type"] for _ in range(2)] == ["next", "complete"]
        assert service.ask(CORRECT, token) == {"correctNetwork": {"version": 2}}
        event: dict[str, Any] = {"action": "seed"}  # of which the last may be relayed only now
        while event["action"] == "seed":
            event = heard(client)["payload"]["data"]["networkFeed"]
        assert (event["action"], event["record"]) == ("correctNetwork", {"id": "net_002_derma"})
        assert event["by"] == "sample-network-admin"
        service.process.send_signal(signal.SIGTERM)
        assert ending(client) == 1001
    assert service.process.wait(20) == 0
    assert "Traceback" not in service.errors
