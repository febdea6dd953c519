"""Dossiers as sealed bundles over HTTP: GET /dossiers/ID?asOf=…&language=zh|en answers a ZIP.

Without `asOf` or `language` it leads (307) to the address that names them, which always gives the same bytes. A small
bundle is answered at once. A large one is answered 202 with how far it is, and made in the background; the same address
gives it when it is ready, for a day.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from http import HTTPMethod
from typing import Any, TypeAlias

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from schema.admission import admitted_to_files, token_needed
from schema.answers import Rejected, answer
from schema.dossiers.asking import PATH, Asking
from schema.dossiers.words import words
from schema.failures import Answering
from schema.files.outgoing import checked, headers_of, matches
from schema.rates import LEAST_COST, Rates
from schema.requests import method_refused
from service.dates import now
from service.errors import Code
from service.identity import Identity
from service.records import Document
from service.store import bundling
from service.store.accesses import Accesses
from service.store.bundling import JobState
from service.store.files import PART, Files, Missing
from service.store.materials import Wanted, gathered
from service.store.store import Store
from service.viewer import Right, Viewer

SMALL = 300  # records of a bundle that is made while its reader waits: about a second
MAKING = 1_000  # what gathering and setting one costs of its reader's minute
RETRY_SECONDS = 2
ZIP = "application/zip"
TOKEN_NEEDED = token_needed("Dossiers need a token.", "卷宗须凭令牌访问。")

Restricted: TypeAlias = Sequence[Sequence[str]]  # right, network, record


def dossier_routes(
    store: Store, identity: Identity, rates: Rates, files: Files, asked: asyncio.Event
) -> list[BaseRoute]:
    """`asked` is set when there is something to be made in the background."""
    door = _Door(store, identity, rates, files, asked)
    every = [*HTTPMethod]  # refused here: every error has a code
    return [Route(f"{PATH}/{{own_id}}", Answering(door.give_out), methods=every)]


class _Door:
    def __init__(self, store: Store, identity: Identity, rates: Rates, files: Files, asked: asyncio.Event) -> None:
        self._store = store
        self._identity = identity
        self._rates = rates
        self._files = files
        self._asked = asked

    async def give_out(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise method_refused("GET, HEAD")
        viewer, moment = await self._viewer(request), now()
        payer = self._rates.payer(request, viewer)
        await self._rates.admit(payer, moment)
        self._rates.charge(payer, LEAST_COST, moment)
        asking = Asking(request, moment)
        if not asking.is_exact:
            return Response(None, 307, {"Location": asking.address, "Cache-Control": "no-store"})
        wanted = Wanted(asking.own_id, asking.as_of, viewer, asking.network)
        key = bundling.key_of(wanted, asking.language)
        if job := await bundling.job_of(self._store.database, key, moment):
            return await self._of_job(request, asking, viewer, job)
        self._rates.charge(payer, MAKING, moment)
        material = await gathered(self._store.database, wanted)
        if material.counted() <= SMALL:
            content = await bundling.made(self._store.database, material, wanted, asking.language, words)
            return await self._sent(request, asking, viewer, material.restricted, content)
        job = await bundling.ask(self._store.database, wanted, asking.language, moment)
        self._asked.set()
        return _awaited(asking, job)

    async def _viewer(self, request: Request) -> Viewer:
        return await admitted_to_files(request, self._identity, self._store, TOKEN_NEEDED)

    async def _of_job(self, request: Request, asking: Asking, viewer: Viewer, job: Document) -> Response:
        if job["state"] == JobState.FAILED:
            english = "This dossier could not be made; ask for a later moment."
            raise Rejected(500, english, "卷宗生成失败,请改用较晚的时点。", Code.INTERNAL_ERROR)
        if job["state"] != JobState.READY:
            return _awaited(asking, job)
        headers = _headers(asking, job["sha256"], job["size"])
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return _unchanged(headers)
        if request.method == "HEAD":
            return Response(None, 200, headers)
        parts = self._files.read(job["file"])
        try:
            first = await anext(parts, b"")
        except Missing:  # swept, or lost with its folder: it is made again
            await bundling.forget(self._store.database, job["_id"])
            return _awaited(asking, {"step": 0, "steps": 0})
        await self._log(viewer, job["restricted"])
        return StreamingResponse(checked({"_id": asking.own_id, **job}, first, parts), 200, headers)

    async def _sent(
        self, request: Request, asking: Asking, viewer: Viewer, restricted: Restricted, content: bytes
    ) -> Response:
        headers = _headers(asking, hashlib.sha256(content).hexdigest(), len(content))
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return _unchanged(headers)
        if request.method == "HEAD":
            return Response(None, 200, headers)
        await self._log(viewer, restricted)
        return StreamingResponse(_parts(content), 200, headers)

    async def _log(self, viewer: Viewer, restricted: Restricted) -> None:
        """Leave an entry of what a bundle gives that is restricted, before it leaves. Raises `Unavailable`."""
        accesses = Accesses(f"GET {PATH}")
        for right, network, own_id in restricted:
            accesses.note(Right(right), network, own_id)
        await accesses.leave(self._store.database, viewer.subject, now())


async def _parts(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PART):
        yield content[start : start + PART]


def _headers(asking: Asking, sha256: str, size: int) -> dict[str, str]:
    name = f"{asking.own_id}-{asking.as_of:%Y%m%dT%H%M%SZ}.zip"
    document = {"_id": asking.own_id, "file_name": name, "sha256": sha256}
    return {**headers_of(document), "Content-Type": ZIP, "Content-Length": str(size)}


def _unchanged(headers: Mapping[str, str]) -> Response:
    return Response(None, 304, {name: headers[name] for name in ("ETag", "Cache-Control", "Vary")})


def _awaited(asking: Asking, job: Mapping[str, Any]) -> Response:
    """How far it is: `step` of `steps`, which is 0 before it has begun."""
    progress = {"state": JobState.WAITING.value, "step": job["step"], "steps": job["steps"]}
    return answer(progress, 202, headers={"Location": asking.address, "Retry-After": str(RETRY_SECONDS)})
