"""Attached files over HTTP: POST /attachments takes one in, GET /attachments/ID gives it out.

The body of an upload is the file itself; what is told of it stands in the query (RFC 3986: UTF-8, percent-encoded), so
that no HTML form can send one. A file is never whole in memory, neither on its way in nor on its way out.
"""

import asyncio
from http import HTTPMethod
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from schema.admission import admitted_to_files, token_needed, told_of_files
from schema.answers import Rejected, answer
from schema.failures import Answering
from schema.files.incoming import Incoming, told_of
from schema.files.outgoing import checked, headers_of, matches
from schema.requests import idempotency_key as key_of
from schema.requests import method_refused
from schema.results import fingerprint
from service.acts import Act, idempotency_key
from service.cooperation import attaching
from service.cooperation.attachments import Attachment, AttachmentStatus
from service.dates import day_of, now
from service.errors import Code, Refusal, not_found
from service.identity import Identity
from service.records import Document
from service.store.accesses import Accesses
from service.store.files import Files, Missing, new_name
from service.store.history import find_by_key
from service.store.kinds import KINDS
from service.store.store import Store
from service.store.wholes import readable
from service.viewer import Denial, Viewer

PATH = "/attachments"
ACT = "createAttachment"
TOKEN_NEEDED = token_needed("Files need a token.", "附件须凭令牌访问。")  # none is public


class Taking(NamedTuple):
    """How large a file may be, and how long its upload may take."""

    megabytes: int
    seconds: float


def attachment_routes(store: Store, identity: Identity, files: Files, taking: Taking) -> list[BaseRoute]:
    door = _Door(store, identity, files, taking)
    every = [*HTTPMethod]  # refused here: every error has a code
    return [
        Route(PATH, Answering(door.take_in), methods=every),
        Route(f"{PATH}/{{own_id}}", Answering(door.give_out), methods=every),
    ]


class _Door:
    """What both ways share: the store, who may pass, and where the files are."""

    def __init__(self, store: Store, identity: Identity, files: Files, taking: Taking) -> None:
        self._store = store
        self._identity = identity
        self._files = files
        self._taking = taking

    async def _viewer(self, request: Request) -> Viewer:
        return await admitted_to_files(request, self._identity, self._store, TOKEN_NEEDED)

    # ── In ──

    async def take_in(self, request: Request) -> Response:
        if request.method != "POST":
            raise method_refused("POST")
        viewer = await self._viewer(request)
        try:
            return await self._taken_in(request, viewer)
        except Denial as denial:
            await told_of_files(request, viewer, denial, self._store)
            raise

    async def _taken_in(self, request: Request, viewer: Viewer) -> Response:
        header = key_of(request.headers.get("idempotency-key"))
        facts = told_of(request.url.query)
        incoming = Incoming(request, self._taking.megabytes)
        key = idempotency_key(viewer, header, f"{PATH}:{ACT}") if header else None
        act = Act(viewer, now(), ACT, key=key)
        if key is None or await find_by_key(self._store.database, Attachment, key) is None:
            await attaching.expect(self._store, act, facts)  # before anything is sent; a retry hears what the first did
        name = new_name()
        await self._receive(name, incoming)
        document = await self._attach(name, incoming, act, facts)
        shown = {"id": document["_id"], "version": document["version"]}
        shown |= {"sha256": document["sha256"], "size": document["size"]}
        shown |= {"mediaType": document["media_type"], "fileName": document["file_name"]}
        return answer(shown, 201, headers={"Location": f"{PATH}/{document['_id']}"})

    async def _receive(self, name: str, incoming: Incoming) -> None:
        try:
            async with asyncio.timeout(self._taking.seconds):
                await self._files.receive(name, incoming.parts())
        except TimeoutError:
            seconds = f"{self._taking.seconds:g}"
            english, chinese = f"An upload takes at most {seconds} s.", f"上传须在 {seconds} 秒内完成。"
            raise Rejected(408, english, chinese, Code.LIMIT_EXCEEDED, {"Connection": "close"}) from None

    async def _attach(self, name: str, incoming: Incoming, act: Act, facts: dict[str, str]) -> Document:
        """The record of what was received. Whatever is not needed goes; whether it is, `Unavailable` leaves open."""
        arrived: dict[str, Any] = facts | incoming.facts()
        signed = Act(act.viewer, act.at, act.name, key=act.key, fingerprint=fingerprint(ACT, arrived))
        attached = {**arrived, "stored_as": name}
        try:
            document = await self._store.once(
                Attachment, signed, lambda: attaching.attach(self._store, signed, attached)
            )
        except Refusal:
            await self._files.remove(name)
            raise
        if document["stored_as"] != name:  # a retry: the first file stands
            await self._files.remove(name)
        return document

    # ── Out ──

    async def give_out(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            raise method_refused("GET, HEAD")
        document = await self._known(request.path_params["own_id"], await self._viewer(request))
        if document["status"] == AttachmentStatus.DISCARDED:
            english, chinese = "This file was discarded.", "该附件已作废。"
            raise Rejected(410, english, chinese, Code.ILLEGAL_STATE)
        headers = headers_of(document)
        if matches(request.headers.get("if-none-match"), headers["ETag"]):
            return Response(None, 304, {name: headers[name] for name in ("ETag", "Cache-Control", "Vary")})
        headers |= {"Content-Length": str(document["size"]), "Content-Type": document["media_type"]}
        if request.method == "HEAD":
            return Response(None, 200, headers)
        parts = self._files.read(document["stored_as"])
        if not (first := await anext(parts, b"")):
            raise Missing(document["_id"])
        return StreamingResponse(checked(document, first, parts), 200, headers)

    async def _known(self, own_id: str, viewer: Viewer) -> Document:
        """The attachment, if the viewer may read it and what it is attached to. Raises `Refusal` NOT_FOUND."""
        day = day_of(now())
        document = (await self._store.known(Attachment.PREFIX, [own_id])).get(own_id)
        if document is None or not await readable(Attachment, [document], viewer, day, self._store.known):
            raise not_found(("id",), own_id)
        accesses = Accesses(f"GET {PATH}")
        of = KINDS[document["record"].partition("_")[0]]
        [record] = (await self._store.known(of.PREFIX, [document["record"]])).values()
        accesses.note_record(of, record, day)
        await accesses.leave(self._store.database, viewer.subject, now())
        return document
