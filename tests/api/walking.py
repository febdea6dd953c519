"""How a walk goes: the whole application on a real socket, its own seeding included, asked with real tokens.

A walk is plain GraphQL text. `...Told` stands in it for what a written record says of itself, `...Refused` for why not.
"""

import contextlib
import secrets
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx
import uvicorn
from pymongo import MongoClient

from service.app import create_app
from service.dates import now
from service.serving import bound
from service.settings import Settings
from service.viewer import TokenKeys, Viewer
from tests.conftest import OUTLIVES_THE_TESTS

FRAGMENTS = {
    "...Told": "fragment Told on Recorded { id version }",
    "...Refused": "fragment Refused on Refusal { problems { code path record } }",
}


@dataclass(frozen=True)
class Walker:
    """Somebody with a token of their own, at the service."""

    client: httpx.Client
    token: str

    def headers(self, key: str | None = None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"}
        return own if key is None else {**own, "Idempotency-Key": key}

    def ask(self, query: str, key: str | None = None, **variables: object) -> Any:
        """The whole data of the answer, which must not fail."""
        told = self._send(query, key, variables)
        assert told.keys() == {"data"}, told
        return told["data"]

    def one(self, query: str, key: str | None = None, **variables: object) -> Any:
        """What the one root field of the query answers."""
        [answer] = self.ask(query, key, **variables).values()
        return answer

    def denied(self, query: str, **variables: object) -> list[str]:
        """The codes of the errors: what the token gives no right to at all answers nothing else."""
        told = self._send(query, None, variables)
        assert set(told["data"].values()) == {None}, told
        return [error["extensions"]["code"] for error in told["errors"]]

    def masked(self, query: str, **variables: object) -> tuple[Any, list[str]]:
        """What the one root field answers, and the path of each field in it that the token has no right to."""
        told = self._send(query, None, variables)
        [answer] = told["data"].values()
        assert {error["extensions"]["code"] for error in told["errors"]} == {"FORBIDDEN"}, told
        return answer, [".".join(map(str, error["path"])) for error in told["errors"]]

    def _send(self, query: str, key: str | None, variables: Mapping[str, object]) -> Any:
        text = "\n".join([query, *(fragment for spread, fragment in FRAGMENTS.items() if spread in query)])
        answer = self.client.post("/graphql", json={"query": text, "variables": variables}, headers=self.headers(key))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")
        return answer.json()


@dataclass(frozen=True)
class Served:
    """A service at work, and the keys that its tokens are signed with."""

    client: httpx.Client
    keys: TokenKeys

    def walker(self, viewer: Viewer) -> Walker:
        return Walker(self.client, self.keys.issue(viewer, now(), timedelta(minutes=10)))


@contextlib.contextmanager
def served(engine_uri: str) -> Iterator[Served]:
    """The whole application over a database of its own, until the end."""
    key = secrets.token_hex(32)
    with database(engine_uri) as name:
        given = {"MONGODB_URI": engine_uri, "COBUILD_DATABASE": name, "COBUILD_TOKEN_KEY": key, "PORT": "0"}
        settings = Settings.from_environment(given)
        with bound(settings.host, settings.port) as listener:
            config = uvicorn.Config(create_app(settings), lifespan="on", ws="none", log_config=None)
            server = uvicorn.Server(config)
            thread = Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            host, port = listener.getsockname()
            try:
                with client_of(f"http://{host}:{port}") as client:
                    await_ready(client)
                    yield Served(client, settings.token_keys())
            finally:
                server.should_exit = True
                thread.join()


@contextlib.contextmanager
def database(engine_uri: str) -> Iterator[str]:
    """The name of a database that is dropped at the end where the engine lives on."""
    name = f"test_{uuid.uuid4().hex}"
    try:
        yield name
    finally:
        if OUTLIVES_THE_TESTS:
            with MongoClient[dict[str, Any]](engine_uri) as mongo:
                mongo.drop_database(name)


def client_of(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=10, trust_env=False)


def await_ready(client: httpx.Client) -> None:
    deadline = time.monotonic() + 20
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, "the service did not become ready"
        time.sleep(0.05)
