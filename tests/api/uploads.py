"""The doors for files on a real socket: how one is sent and fetched, and what an upload has left behind."""

import asyncio
import contextlib
import hashlib
import os
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from schema.files.routes import Taking, attachment_routes
from schema.http import graphql_route
from schema.operations import Means
from service.dates import now
from service.identity import Identity
from service.store.files import FILES, Files, Folder, GridFS
from service.store.kinds import CHUNKS
from service.viewer import Viewer
from tests.api.wire import HOUR, KEYS
from tests.conftest import ADMIN, House

PDF = "application/pdf"


def pdf(size: int = 1_000, mark: str = "") -> bytes:
    """A file of `size` bytes that begins as a PDF does; each `mark` makes another one."""
    head, tail = f"%PDF-1.7\n%{mark}\n".encode(), b"\n%%EOF\n"
    return (
        head
        + os.urandom(16).hex().encode() * ((size - len(head) - len(tail)) // 32)
        + b" " * ((size - len(head) - len(tail)) % 32)
        + tail
    )


@dataclass
class Doors:
    """A served house, and the folder of its files where they are not in the database."""

    house: House
    client: httpx.AsyncClient
    address: tuple[str, int]
    folder: Path | None
    files: Files

    def token(self, viewer: Viewer | None = ADMIN) -> dict[str, str]:
        return {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"} if viewer else {}

    async def send(
        self,
        record: str,
        content: Any,
        viewer: Viewer | None = ADMIN,
        headers: Mapping[str, str] = MappingProxyType({}),
        **told: str,
    ) -> httpx.Response:
        told = {"record": record, "kind": "EVIDENCE", "fileName": "签到表.pdf", **told}
        sent = {"content-type": PDF, **self.token(viewer), **headers}
        return await self.client.post("/attachments", params=told, content=content, headers=sent)

    async def fetch(
        self, own_id: str, viewer: Viewer | None = ADMIN, method: str = "GET", **headers: str
    ) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/attachments/{own_id}", headers={**self.token(viewer), **sent})

    async def kept(self) -> set[str]:
        """The names of all that stands in the folder or the database, finished or not."""
        if self.folder is not None:
            return {path.name for path in self.folder.iterdir()} if self.folder.exists() else set()
        entries = {each["_id"] for each in await self.house.database.find(FILES, {}, 999, ())}
        return entries | {each["files_id"] for each in await self.house.database.find(CHUNKS, {}, 999, ("files_id",))}

    async def left(self) -> set[str]:
        """What of that has no record."""
        found = await self.house.database.find("attachments", {}, 999, ("stored_as",))
        return await self.kept() - {each["stored_as"] for each in found}


@contextlib.asynccontextmanager
async def doors(house: House, folder: Path | None, megabytes: int = 1, seconds: float = 20) -> AsyncIterator[Doors]:
    """Serve `house` on a free port until the end."""
    files: Files = GridFS(house.database) if folder is None else Folder(folder)
    routes = [
        graphql_route(Means(house.store, Identity(KEYS), house.rates())),
        *attachment_routes(house.store, Identity(KEYS), files, Taking(megabytes, seconds)),
    ]
    listener = socket.create_server(("127.0.0.1", 0))
    address = listener.getsockname()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, lifespan="off", http="httptools"))
    task = asyncio.create_task(server.serve([listener]))
    try:
        async with httpx.AsyncClient(
            base_url=f"http://{address[0]}:{address[1]}", timeout=20, trust_env=False
        ) as client:
            yield Doors(house, client, address, folder, files)
    finally:
        server.should_exit = True
        await task
        listener.close()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
