"""A foreign id in an address answers as a missing one, byte for byte: attachments and bundles over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from schema.dossiers.routes import dossier_routes
from schema.files.routes import Taking, attachment_routes
from service.dates import now
from service.identity import Identity
from service.store.files import Folder
from service.viewer import Viewer
from tests.api.test_foreign_ids import HIDDEN, missing_for
from tests.api.wire import HOUR, KEYS
from tests.conftest import ADMIN, FRONT_END, LEAD, LEAD_RECORDER, House


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


@pytest.fixture
async def client(house: House, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    identity, files, rates = Identity(KEYS), Folder(tmp_path), house.rates()
    routes = [
        *attachment_routes(house.store, identity, files, Taking(1, 20)),
        *dossier_routes(house.store, identity, rates, files, asyncio.Event()),
    ]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as opened:
        yield opened


WAYS: dict[str, Callable[[str], dict[str, Any]]] = {
    "fetched": lambda own_id: {"method": "GET", "url": f"/attachments/{own_id}"},
    "looked at": lambda own_id: {"method": "HEAD", "url": f"/attachments/{own_id}"},
    "attached to": lambda own_id: {
        "method": "POST",
        "url": "/attachments",
        "content": b"x",
        "headers": {"content-type": "application/pdf"},
        "params": {"record": own_id, "kind": "EVIDENCE", "fileName": "a.pdf"},
    },
    "bundled": lambda own_id: {
        "method": "GET",
        "url": f"/dossiers/{own_id}?asOf=2024-06-15T02:00:00.000Z&language=zh",
    },
    "bundled for a network": lambda own_id: {
        "method": "GET",
        "url": f"/dossiers/{LEAD}?asOf=2024-06-15T02:00:00.000Z&language=zh&network={own_id}",
    },
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("viewer", [FRONT_END, ADMIN, LEAD_RECORDER], ids=lambda viewer: viewer.subject)
async def test_an_id_in_an_address(client: httpx.AsyncClient, world: dict[str, str], way: str, viewer: Viewer) -> None:
    token = {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"}
    for hidden in [*(world[f"wuxi {each}"] for each in HIDDEN), "net_004_wuxi"]:
        if way == "bundled for a network" and not hidden.startswith("net_"):
            continue
        seen = []
        for own_id in (hidden, missing_for(hidden)):
            sent = WAYS[way](own_id)
            answer = await client.request(**{**sent, "headers": {**sent.get("headers", {}), **token}})
            headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
            seen.append(repr((answer.status_code, headers, answer.text)).replace(own_id, "…"))
        assert seen[0] == seen[1]
