"""An upload as it arrives: what its query tells, what its headers promise, and its bytes as they come."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from schema.answers import Rejected
from service.cooperation.media import HEAD, TITLES, Medium, medium_of
from service.errors import Code
from service.store.files import in_parts

MEGABYTE = 1024 * 1024
PARAMETERS = {"record": "record", "kind": "kind", "fileName": "file_name", "description": "description"}
FORM_TYPES = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})


def told_of(query: str) -> dict[str, str]:
    """What the query of an upload tells. Raises `Refusal` for what is no parameter, stands twice or is not UTF-8."""
    try:
        given = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=len(PARAMETERS))
    except ValueError:
        given = [("", "")]
    names = [name for name, _ in given]
    if len(set(names)) < len(names) or not set(names) <= PARAMETERS.keys():
        listed = ", ".join(PARAMETERS)
        english = f"The query holds each of these at most once, in percent-encoded UTF-8: {listed}."
        chinese = f"查询参数只能是以下各项,每项至多一次,UTF-8 百分号编码:{listed}。"
        raise Rejected(400, english, chinese)
    return {PARAMETERS[name]: value for name, value in given if value}


class Incoming:
    """The body of an upload: measured, hashed and judged by its first bytes as it arrives."""

    def __init__(self, request: Request, megabytes: int) -> None:
        """Raises `Refusal` for what the headers tell already: a form, a packed body, more than may be sent."""
        self._request = request
        self._most = megabytes * MEGABYTE
        self._megabytes = megabytes
        self._hash = hashlib.sha256()
        self._size = 0
        self._medium: Medium | None = None
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORM_TYPES:
            english, chinese = (
                "Send the file itself with its own Content-Type.",
                "请直接发送文件,并注明其 Content-Type。",
            )
            raise Rejected(415, english, chinese)
        if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
            packed = {"Accept-Encoding": "identity"}
            raise Rejected(415, "Send the file as it is, not packed.", "请勿压缩请求体。", headers=packed)
        self._measure(int(request.headers.get("content-length", 0)))

    async def parts(self) -> AsyncIterator[bytes]:
        async for part in in_parts(self._arriving()):
            if self._medium is None:
                self._judge(part[:HEAD])
            self._hash.update(part)
            yield part
        if not self._size:
            raise Rejected(422, "The body is the file; it is empty.", "请求体即文件,不能为空。", Code.REQUIRED)

    async def _arriving(self) -> AsyncIterator[bytes]:
        async for piece in self._request.stream():
            self._size += len(piece)
            self._measure(self._size)
            yield piece

    def _measure(self, size: int) -> None:
        if size > self._most:
            english, chinese = f"A file has at most {self._megabytes} MB.", f"附件最大 {self._megabytes} MB。"
            raise Rejected(413, english, chinese, Code.LIMIT_EXCEEDED)

    def _judge(self, head: bytes) -> None:
        self._medium = medium_of(head)
        if self._medium is None:
            english = f"By its bytes this is none of: {TITLES}."
            raise Rejected(415, english, f"按内容判断,文件不属于可接受的类型:{TITLES}。", Code.INVALID)

    def facts(self) -> dict[str, Any]:
        assert self._medium is not None  # an empty body was refused
        return {"media_type": self._medium.type, "size": self._size, "sha256": self._hash.hexdigest()}
