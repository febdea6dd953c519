"""Attachment 附件 in the schema. The files themselves come and go over HTTP: `schema.files.routes`."""

from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.cooperation.enums import AttachmentKind, AttachmentStatus
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import optional
from schema.links import page
from schema.nodes import Node, Recorded, entity
from schema.results import RefusalType, write
from schema.selection import stored_fields
from service.cooperation import attaching
from service.cooperation import attachments as domain
from service.records import Document, Record
from service.store.kinds import KINDS
from service.store.reads import Query
from service.viewer import Right

DOWNLOAD = "/attachments/{}"


async def _record(root: Parent[Document], info: Info) -> Any:
    kind = KINDS[domain.kind_prefix(root["record"])]
    return await info.context.reader.one(kind.PREFIX, root["record"], stored_fields(info, kind))


def _url(root: Parent[Document]) -> Any:
    return DOWNLOAD.format(root["_id"]) if root["status"] == domain.AttachmentStatus.STORED else None


@entity(
    domain.Attachment, "A file attached to a record, sent by POST /attachments.", "附件,以 POST /attachments 上传。"
)
class Attachment(Recorded):
    record: Node | None = field("What it is attached to.", "所属记录。", needs=("record",), resolver=_record)
    kind: AttachmentKind = field("What it is for.", "用途。")
    file_name: str = field("The file's name.", "文件名。")
    description: str | None = field("What it shows.", "说明。")
    media_type: str = field("Its type, told by its bytes.", "文件类型,按内容判断。")
    size: int = field("Its size in bytes.", "字节数。")
    sha256: str = field("The SHA-256 of its bytes, in hexadecimal.", "内容的 SHA-256(十六进制)。")
    url: str | None = field(
        "Where GET fetches it, with the same token; null once it is discarded.",
        "下载路径,以同一令牌 GET 获取;作废后为空。",
        needs=("status",),
        resolver=_url,
    )
    status: AttachmentStatus = field("Whether it stands.", "状态。")
    discard_reason: str | None = field("Why it was discarded.", "作废原因。")


def attached_to(kind: type[Record]) -> Any:
    """The field that lists what is attached to a record of `kind`."""
    query = Query(domain.Attachment, {}, descending=True)
    return page(kind, "record", query, "The files attached to it, the latest first.", "附件,最新在前。")


@strawberry.input(description=both("What of an attachment may change.", "可更改的附件信息。"))
class AttachmentCorrection:
    kind: AttachmentKind | None = optional("What it is for.", "用途。")
    description: str | None = optional("What it shows.", "说明。")


AttachmentResult = Annotated[
    Attachment | RefusalType,
    strawberry.union("AttachmentResult", description=both("The attachment, or why not.", "附件或拒绝原因。")),
]


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[AttachmentCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Attachment, attaching.correct, reason, own_id=id, version=version, facts=input)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Attachment, attaching.discard, reason, own_id=id, version=version)


@strawberry.type
class AttachmentMutation:
    correct_attachment: AttachmentResult | None = field(
        "Corrects what is said of a file.", "更正附件信息。", right=Right.READ_DRAFTS, resolver=_correct
    )
    discard_attachment: AttachmentResult | None = field(
        "Discards a mistaken file: it is served no more, and its content stays.",
        "作废误传的附件:不再提供下载,内容仍保留。",
        right=Right.READ_DRAFTS,
        resolver=_discard,
    )
