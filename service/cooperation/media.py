"""Media 文件类型: what kinds of file may be attached, told by their first bytes and never by their name.

Documents and pictures in a final form only. Editable and packed ones (DOCX, XLSX, ZIP) may hold macros and begin all
alike; HTML and SVG may hold scripts: whoever has one of these attaches it as a PDF.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from service.errors import Code, Problem

HEAD = 16  # bytes, by which a type is told


class Medium(NamedTuple):
    """`first` matches the first bytes of such a file; `endings` are those its name may have."""

    type: str
    title: str
    first: re.Pattern[bytes]
    endings: tuple[str, ...]


def _medium(of: str, title: str, first: bytes, *endings: str) -> Medium:
    return Medium(of, title, re.compile(first, re.DOTALL), endings)


MEDIA = (
    _medium("application/pdf", "PDF", rb"%PDF-[12]\.\d", ".pdf"),
    _medium("image/png", "PNG", rb"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ".png"),
    _medium("image/jpeg", "JPEG", rb"\xff\xd8\xff[\xc0-\xfe]", ".jpg", ".jpeg"),
    _medium("image/webp", "WebP", rb"RIFF....WEBPVP8[ LX]", ".webp"),
)
TITLES = ", ".join(medium.title for medium in MEDIA)


def medium_of(head: bytes) -> Medium | None:
    """What a file is whose first bytes are `head`; None for what may not be attached."""
    return next((medium for medium in MEDIA if medium.first.match(head)), None)


def unfit_name(file_name: str, media_type: str) -> Iterator[Problem]:
    """A name that promises something else than the bytes hold would open the wrong programme."""
    endings = next(medium.endings for medium in MEDIA if medium.type == media_type)
    if not file_name.lower().endswith(endings):
        wanted = " / ".join(endings)
        english = f"The file is {media_type} by its bytes: its name should end in {wanted}."
        chinese = f"按内容判断文件类型为 {media_type}:文件名应以 {wanted} 结尾。"
        yield Problem(Code.INVALID, ("file_name",), english, chinese)
