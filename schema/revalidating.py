"""Answers to GET that a client may keep and ask about again: an entity tag, and 304 while nothing has changed.

The tag is made from the answer itself, so it holds whatever led to it: a write, another day, another role. It saves
sending and reading an answer, not making it (RFC 9110, 8.8.3 and 13.1.2). The client's own cache alone may keep it, and
asks before each use. What tells of an error, and what holds a value whose reading is logged, is never kept.
"""

import base64
import hashlib
from collections.abc import Mapping

from starlette.responses import Response

from schema.answers import HEADERS

KEPT = {"Cache-Control": "private, no-cache", "Vary": f"{HEADERS['Vary']}, Origin"}
TAG_BYTES = 18  # of the hash: 24 characters


def revalidated(response: Response, asked: Mapping[str, str]) -> Response:
    """`response` with its tag or, where the headers `asked` say that the client holds the same, 304 without a body."""
    tag = tag_of(response)
    if _holds(asked.get("if-none-match", ""), tag):
        response = Response(status_code=304)
    response.headers.update({**KEPT, "ETag": tag})
    return response


def tag_of(response: Response) -> str:
    """Weak, for a proxy may compress what stands under it. The same text of another media type is another answer."""
    hashed = hashlib.sha256(response.headers["content-type"].encode() + b"\0" + bytes(response.body)).digest()
    return f'W/"{base64.urlsafe_b64encode(hashed[:TAG_BYTES]).decode()}"'


def _holds(if_none_match: str, tag: str) -> bool:
    """Whether one of the listed tags is `tag` by weak comparison. Ours hold no comma."""
    listed = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return "*" in listed or tag.removeprefix("W/") in listed
