"""The API reference at /docs: one page made from the schema itself, served from memory, needing nothing from elsewhere.

It says what the SDL says, in both languages, with its links; who may not ask may still read what there is to ask.
"""

import base64
import gzip
import hashlib
from functools import cache
from pathlib import Path
from string import Template
from typing import NamedTuple

from graphql import build_schema
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schema.api import schema
from schema.limits import USUAL, Limits
from schema.reference.limits import Limit, published
from schema.reference.sections import contents, sections
from schema.socket_rules import SocketLimits

__all__ = ["reference_route"]

PATH = "/docs"
_HERE = Path(__file__).parent


class Page(NamedTuple):
    """The page as it is sent, plain and packed, and what is allowed to run in it."""

    plain: bytes
    packed: bytes
    tag: str
    policy: str


@cache
def page_of(limits: tuple[Limit, ...]) -> Page:
    """The page for this schema and `limits`: made once."""
    style, script, frame = (
        (_HERE / name).read_text(encoding="utf-8").strip() for name in ("page.css", "page.js", "page.html")
    )
    found = sections(build_schema(schema.as_str()), limits)
    text = Template(frame).substitute(
        style=style, script=script, contents=contents(found), sections="\n".join(each.html for each in found)
    )
    plain = text.encode()
    policy = {
        "default-src": "'none'",
        "style-src": _source(style),
        "script-src": _source(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return Page(
        plain,
        gzip.compress(plain, mtime=0),
        hashlib.sha256(plain).hexdigest()[:32],
        "; ".join(f"{name} {source}" for name, source in policy.items()),
    )


def _source(text: str) -> str:
    """The one inline text that a content-security policy lets in."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def reference_route(
    file_megabytes: int, upload_seconds: float, limits: Limits = USUAL, sockets: SocketLimits | None = None
) -> Route:
    """The page at /docs, the same in development and in production; it tells the limits of this installation."""
    told = tuple(published(file_megabytes, upload_seconds, limits, sockets or SocketLimits()))

    async def answer(request: Request) -> Response:
        page = page_of(told)
        packing = "gzip" in request.headers.get("accept-encoding", "")
        tag = f'"{page.tag}{"-gzip" * packing}"'
        headers = {
            "Content-Security-Policy": page.policy,
            "ETag": tag,
            "Cache-Control": "no-cache",  # asked for anew each time, and mostly answered by 304
            "Vary": "Accept-Encoding",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        if tag in [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(None, 304, headers)
        headers |= {"Content-Encoding": "gzip"} if packing else {}
        body = page.packed if packing else page.plain
        return Response(body, 200, headers, "text/html; charset=utf-8")

    return Route(PATH, answer, methods=["GET"])
