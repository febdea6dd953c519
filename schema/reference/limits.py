"""The published limits, told from where the code keeps them."""

from collections.abc import Iterator
from typing import NamedTuple

from schema import requests
from schema.api import MOST_NODES
from service.cooperation.attachments import LONGEST_NAME
from service.cooperation.media import TITLES
from service.errors import Code
from service.facts import LONGEST_TEXT, MOST_ITEMS
from service.store.reads import MOST_COUNTED, MOST_ON_A_PAGE


class Limit(NamedTuple):
    """What there is at most of something, and the code that tells of more."""

    english: str
    chinese: str
    most: str
    code: Code


def published(file_megabytes: int, upload_seconds: float) -> Iterator[Limit]:
    """What is settled in the code, and the two that an installation sets."""
    more, invalid, bad = Code.LIMIT_EXCEEDED, Code.INVALID, Code.BAD_REQUEST
    yield Limit("Body of a GraphQL request", "GraphQL 请求体", f"{requests.MOST_BYTES // 1024} KB", more)
    yield Limit("Items on a page", "每页项数", f"{MOST_ON_A_PAGE}", more)
    yield Limit("Ids in nodes", "nodes 的编号数", f"{MOST_NODES}", more)
    yield Limit("A total, counted up to", "总数,至多计到", f"{MOST_COUNTED:,}", more)
    yield Limit("Items of a list inside a record", "记录内列表的项数", f"{MOST_ITEMS}", more)
    yield Limit("A text, unless said otherwise", "文本(另有说明者除外)", f"{LONGEST_TEXT:,}", invalid)
    yield Limit("Idempotency-Key", "幂等键", f"{requests.LONGEST_KEY}", bad)
    yield Limit("Size of an attached file", "附件大小", f"{file_megabytes} MB", more)
    yield Limit("Time for its upload", "上传时限", f"{upload_seconds:g} s", more)
    yield Limit("Types of attached files", "附件类型", TITLES, invalid)
    yield Limit("Name of an attached file", "附件文件名", f"{LONGEST_NAME}", invalid)
