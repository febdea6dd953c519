"""A file as it is given out: its headers, and its bytes, checked against the hash of what was taken in."""

import hashlib
from collections.abc import AsyncIterator
from urllib.parse import quote

from service.records import Document
from service.store.files import Missing


def headers_of(document: Document) -> dict[str, str]:
    """Of every answer that gives the file out: to be saved, not shown, and by nobody kept who might show it later."""
    ending = document["file_name"].rpartition(".")[2].lower()
    own_name = f"filename=\"{document['_id']}.{ending}\"; filename*=UTF-8''{quote(document['file_name'], safe='')}"
    return {
        "Content-Disposition": f"attachment; {own_name}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{document["sha256"]}"',
        "Vary": "Authorization",
    }


def matches(if_none_match: str | None, tag: str) -> bool:
    asked = [each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")]
    return tag in asked or asked == ["*"]


async def checked(document: Document, first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The file, whose last part is given only when the whole is what was taken in; else the answer breaks off."""
    digest, held = hashlib.sha256(first), first
    async for part in rest:
        digest.update(part)
        yield held
        held = part
    if digest.hexdigest() != document["sha256"]:
        raise Missing(f"{document['_id']}: what is kept is not what was taken in")
    yield held
