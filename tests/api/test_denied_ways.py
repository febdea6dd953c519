"""Denied attempts over HTTP and WebSocket: tokens that hold no more, uploads, operations on sockets."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from schema.dossiers.routes import dossier_routes
from schema.files.routes import Taking, attachment_routes
from schema.http import graphql_route
from schema.operations import Means
from service.dates import now
from service.identity import Identity, Revoked
from service.metrics import Metrics
from service.store.files import Folder
from service.store.kinds import ACCESSES
from service.transport import Transport
from service.viewer import Viewer
from tests.api.sockets import Client, codes, served
from tests.api.sockets import token as authorization
from tests.api.test_denials import GIVE, ROLE
from tests.api.wire import HOUR, KEYS
from tests.conftest import ADMIN, FRONT_END, NETWORK, OBSERVER, House


@pytest.fixture
def house(logged: House) -> House:
    return logged


def client_of(house: House, tmp_path: Path, metrics: Metrics | None = None, revoked: str = "") -> httpx.AsyncClient:
    path = tmp_path / "revoked"
    path.write_text(revoked, encoding="utf-8")
    identity, files, rates = Identity(KEYS, revoked=Revoked(path)), Folder(tmp_path), house.rates()
    routes = [
        graphql_route(Means(house.store, identity, rates)),
        *attachment_routes(house.store, identity, files, Taking(1, 20)),
        *dossier_routes(house.store, identity, rates, files, asyncio.Event()),
    ]
    app = Starlette(routes=routes, middleware=Transport().middleware(metrics or Metrics()))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


def bearer(viewer: Viewer, ago: dt.timedelta = dt.timedelta()) -> dict[str, str]:
    return {"authorization": f"Bearer {KEYS.issue(viewer, now() - ago, HOUR)}"}


async def entries(house: House) -> list[tuple[Any, ...]]:
    found = await house.database.find(ACCESSES, {}, 9, sort=(("_id", 1),))
    return [(each["by"], each["operation"], each["code"], each["fields"], each["networks"]) for each in found]


QUERY = {"query": "{ viewer { subject } }"}
REVOKED = ("front-end", "POST /graphql", "UNAUTHENTICATED", [], [NETWORK])


async def test_a_token_that_holds_no_more_is_told_of_over_every_way(house: House, tmp_path: Path) -> None:
    async with client_of(house, tmp_path, revoked="front-end") as client:
        answer = await client.post("/graphql", json=QUERY, headers=bearer(FRONT_END))
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (401, "The token is not valid.")
        expired = await client.post("/graphql", json=QUERY, headers=bearer(ADMIN, 2 * HOUR))
        assert expired.json()["errors"][0]["message"] == "The token has expired; get a new one."
        for path in ("/attachments/att_secret", "/dossiers/com_secret"):
            assert (await client.get(path, headers=bearer(FRONT_END))).status_code == 401
    admin = ("admin", *REVOKED[1:])
    files = [("front-end", f"GET /{each}", *REVOKED[2:]) for each in ("attachments", "dossiers")]
    assert sorted(await entries(house)) == sorted([REVOKED, admin, *files])
    identity = Identity(KEYS, revoked=Revoked(tmp_path / "revoked"))
    async with served(house, identity=identity) as service, service.opened() as socket:
        await socket.say({"type": "connection_init", "payload": {"Authorization": authorization(FRONT_END)}})
        assert await socket.ending() == 4403
    assert ("front-end", "WebSocket /graphql", *REVOKED[2:]) in await entries(house)


TAMPERED = bearer(ADMIN)["authorization"][:-9] + "AAAAAAAAA"


@pytest.mark.parametrize("sent", ["Bearer x.y.z", "Basic eDp5", "Bearer", TAMPERED])
async def test_of_whom_nothing_is_known_attempts_are_counted_alone(house: House, tmp_path: Path, sent: str) -> None:
    metrics = Metrics()
    async with client_of(house, tmp_path, metrics) as client:
        assert (await client.post("/graphql", json=QUERY, headers={"authorization": sent})).status_code == 401
        query = {"query": f'{{ accessLog(network: "{NETWORK}") {{ totalCount }} }}'}
        assert (await client.post("/graphql", json=query)).json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert await entries(house) == []
    for code in ("UNAUTHENTICATED", "FORBIDDEN"):
        assert metrics.registry.get_sample_value("cobuild_errors_total", {"code": code}) == 1


async def test_an_upload_that_may_not_be_is_told(house: House, tmp_path: Path) -> None:
    told = {"record": "act_002_film_martyrs", "kind": "EVIDENCE", "fileName": "a.pdf"}
    async with client_of(house, tmp_path) as client:
        sent = {"content-type": "application/pdf", **bearer(FRONT_END)}
        assert (await client.post("/attachments", params=told, content=b"x", headers=sent)).status_code == 403
    door = "POST /attachments"
    assert await entries(house) == [("front-end", door, "FORBIDDEN", [door], [NETWORK])]


@pytest.mark.usefixtures("no_access_log")
async def test_without_its_entry_nothing_is_answered(house: House, tmp_path: Path) -> None:
    given = {"query": GIVE, "variables": {"input": {**ROLE, "network": NETWORK}}}
    async with client_of(house, tmp_path, revoked="observer") as client:
        for viewer in (FRONT_END, OBSERVER):
            answer = await client.post("/graphql", json=given, headers=bearer(viewer))
            assert answer.status_code == 503
            assert [each["extensions"]["code"] for each in answer.json()["errors"]] == ["SERVICE_UNAVAILABLE"]


async def test_an_operation_on_a_socket_that_is_denied_is_told(house: House) -> None:
    async with served(house) as service, service.client(FRONT_END) as socket:
        answer = await socket.asked(GIVE, variables={"input": {**ROLE, "network": NETWORK}})
        assert codes(answer["payload"]["errors"]) == ["FORBIDDEN"]
        await _denied_feed(socket)
    assert [each[3] for each in await entries(house)] == [["Mutation.giveRole"], ["Subscription.networkFeed"]]


async def _denied_feed(socket: Client) -> None:
    await socket.follow("feed")
    assert codes((await socket.hear())["payload"]) == ["FORBIDDEN"]
