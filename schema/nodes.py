"""What every record shows: its identity, origin and gaps, what the viewer may do, and its timeline."""

import datetime as dt
import re
from typing import Any, NamedTuple

import strawberry
from strawberry import Parent
from strawberry.scalars import JSON
from strawberry.utils.str_converters import to_camel_case

from schema.context import Info
from schema.describing import After, Before, First, Last, both, field
from schema.drafts import drafts_hidden, may_be_draft, without_drafts
from schema.enums import Action, Origin, Precision
from schema.pages import Connection, bad_cursor, range_of, slice_of
from schema.permissions import noted
from schema.scalars import Date, Moment, moment_text
from schema.selection import selected
from service.permission import judged_by, steps_open
from service.records import QUOTED, RIGHTS_KEYS, Document, Record
from service.store.history import Part
from service.store.kinds import kind_of
from service.viewer import Right, Viewer

MASK = "***"
NEVER = 2**31  # above every version


@strawberry.type(description=both("When something happened, as far as is known.", "已知的发生日期。"))
class PartialDate:
    first: Date = field("The first possible day.", "最早日期。", name="from")
    last: Date = field("The last possible day.", "最晚日期。", name="to")
    precision: Precision = field("How exactly it is known.", "精确程度。")


@strawberry.type(description=both("The document a reported record rests on.", "引用记录所依据的文献。"))
class Source:
    document: str = field("The document's number among the sources.", "文献编号。")
    fact: str = field("The numbered fact in it, as C14.", "事实编号,如 C14。")
    quotation: str = field("The words it rests on.", "原文。")


@strawberry.type(description=both("A fact that a revision changed.", "一次修订所改动的一项事实。"))
class Change:
    fact: str = field("The fact's name in this schema.", "字段名。", name="field")
    before: JSON | None = field("Its value before.", "改动前的值。")
    after: JSON | None = field("Its value after.", "改动后的值。")


def _changes(root: Parent[Document], info: Info) -> Any:
    if selected(info) & {"before", "after"}:
        for right in root["shown_by"]:
            info.context.accesses.note(right, root["network"], root["record"])
    return root["changes"]


@strawberry.type(description=both("One write of a record: who, when, why, what.", "一次写入:何人、何时、何因、何事。"))
class Revision:
    version: int = field("The version it made.", "所形成的版本号。")
    at: Moment = field("When it was recorded.", "载入时间。")
    by: str = field(
        "The `sub` of the token; of the service itself, `service:` and which part of it. Who reported a breach is "
        "masked unless READ_RESTRICTED is held.",
        "操作者:令牌中的 sub;系统自身以 service: 开头。无 READ_RESTRICTED 权限者看不到违约举报人。",
    )
    action: str = field(
        "The mutation, or what else wrote it: `createAttachment` an upload, `seed` the seeds, `role give` the command "
        "line, `repoint` a merge and `markRenewed` a renewal that others follow; `countAcknowledgements`, "
        "`settleCommitment` and `endCommitments` keep a commitment with what it depends on, "
        "`raiseGiftFinding` and `raiseGiftFindings` draft findings, and `eraseKey` and `forget` forget a person.",
        "操作名称:变更名,或 createAttachment(上传)、seed(初始数据)、"
        "role give(命令行)、repoint(合并后更新)、markRenewed(续签后更新)、countAcknowledgements、"
        "settleCommitment、endCommitments(廉洁承诺随知晓登记、续签、协议结束更新)、"
        "raiseGiftFinding、raiseGiftFindings(问题草稿)、eraseKey、forget(遗忘个人)。",
    )
    reason: str | None = field("Why.", "原因。")
    changes: list[Change] = field(
        "What it changed; private facts are masked.", "改动内容,隐私项已遮蔽。", resolver=_changes
    )
    sequence: int | None = field("Its place in its part of the trail, once relayed.", "在留痕分区内的序号,转存后给出。")
    hash: str = field("Its hash, in hexadecimal.", "哈希值(十六进制)。")
    previous: str | None = field("The hash before it.", "前一条哈希值。")


@strawberry.interface(description=both("Anything with an id.", "任何有编号的对象。"))
class Node:
    id: strawberry.ID = field("Its type in front, its time order inside.", "编号:前缀为类型,内含时间顺序。", needs=())


def own_kind(document: Document) -> type[Record]:
    """The kind of a stored document, by its id. Raises LookupError for one that is none of ours."""
    if (kind := kind_of(document["_id"])) is None:
        raise LookupError(f"{document['_id']} is of no kind we keep")
    return kind


def _sources(root: Parent[Document], info: Info) -> Any:
    right = own_kind(root).PRIVATE.get(QUOTED)
    if right is None or info.context.viewer.may(right, root["network"], root["concerns"]):
        if right is not None and "quotation" in selected(info):
            noted(info, right, root, [source["quotation"] for source in root["sources"] if source["quotation"]])
        return root["sources"]
    return masked(root["sources"], ["quotation"])


def _gaps(root: Parent[Document]) -> Any:
    return [to_camel_case(name) for name in root["gaps"]]


def _viewer_can(root: Parent[Document], info: Info) -> Any:
    if info.context.as_of is not None:  # the past stays as it was
        return []
    return steps_open(own_kind(root), root, info.context.viewer, info.context.day)


async def _timeline(
    root: Parent[Document],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    part, kind = range_of("version", first, after, last, before), own_kind(root)
    above, below = _version(part.before, "before", 0), _version(part.after, "after", NEVER)
    below = min(below, int(root["version"]) + 1)
    versions = Part(above, below, part.size + 1, newest_first=not part.backwards)
    found = await info.context.reader.history(kind.PREFIX, root["_id"], versions)
    drafts = await drafts_hidden(kind, root, info.context)
    shown = [shown_revision(without_drafts(each, drafts, MASK), kind, root, info.context.viewer) for each in found]

    async def total() -> int:
        return int(root["version"])  # one revision made each

    return slice_of(shown, part, "version", total)


@strawberry.interface(
    description=both("A record with a version, an origin and a history.", "有版本、来源与留痕的记录。")
)
class Recorded(Node):
    version: int = field("Rises by one with each write.", "版本号,每次写入加一。")
    origin: Origin = field("Made here, or taken from a document.", "本系统产生或引自文献。")
    sources: list[Source] = field(
        "What a reported record rests on; where the record has a private name, which the words may hold, they are as "
        "private as it.",
        "引用记录的依据;记录含隐私姓名时,原文可能含姓名,与姓名同属隐私。",
        needs=lambda kind: ("sources", *(RIGHTS_KEYS if QUOTED in kind.PRIVATE else ())),
        resolver=_sources,
    )
    created_at: Moment = field("When it was first recorded.", "首次载入时间。")
    updated_at: Moment = field("When it was last written.", "最近写入时间。")
    gaps: list[str] = field("What a complete record would have and this one lacks.", "缺少的事实。", resolver=_gaps)
    viewer_can: list[Action] = field(
        "What you may do with it now.",
        "您当前可执行的操作。",
        needs=lambda kind: ("origin", *judged_by(kind)),
        resolver=_viewer_can,
    )
    timeline: Connection[Revision] | None = field(
        "Every write of it, the latest first.",
        "全部写入记录,最新在前。",
        needs=("version",),
        right=Right.READ_TIMELINE,
        resolver=_timeline,
    )


def _version(key: str | None, path: str, otherwise: int) -> int:
    if key is None:
        return otherwise
    if not re.fullmatch("[0-9]{1,9}", key):
        raise bad_cursor(path)
    return int(key)


def shown_revision(revision: Document, kind: type[Record], document: Document, viewer: Viewer) -> Document:
    """The revision as this viewer may see it, its facts under the names of this schema."""
    may = {path: viewer.may(right, document["network"], document["concerns"]) for path, right in kind.PRIVATE.items()}
    hidden = [path.split(".") for path in may if not may[path]]
    shown = {right for path, right in kind.PRIVATE.items() if may[path] and _stands(revision, path.split("."))}
    changes = [_shown_change(change, hidden) for change in revision["changes"]]
    own = kind.MAKER if revision["version"] == 1 else None
    by = revision["by"] if own is None or viewer.may(own, document["network"], document["concerns"]) else MASK
    return {**revision, "by": by, "changes": changes, "shown_by": shown | ({own} - {None})}


def _stands(revision: Document, path: list[str]) -> bool:
    """Whether `revision` says anything at `path`."""
    own = [change for change in revision["changes"] if change["field"] == path[0]]
    return any(masked(each, path[1:]) != each for change in own for each in (change["before"], change["after"]))


def _shown_change(change: Document, hidden: list[list[str]]) -> Document:
    before, after = change["before"], change["after"]
    if change["field"] == "gaps":
        before, after = (names and [to_camel_case(name) for name in names] for names in (before, after))
    for name, *inside in hidden:
        if name == change["field"]:
            before, after = masked(before, inside), masked(after, inside)
    return {"fact": to_camel_case(change["field"]), "before": renamed(before), "after": renamed(after)}


def masked(value: Any, path: list[str]) -> Any:
    """`value` with what stands at `path` hidden; what is empty stays empty, so that a gap still shows."""
    if value in (None, [], ""):
        return value
    if not path:
        return MASK
    if isinstance(value, list):
        return [masked(item, path) for item in value]
    return {**value, path[0]: masked(value.get(path[0]), path[1:])}


def renamed(value: Any) -> Any:
    """Stored values under the names of this schema."""
    if isinstance(value, list):
        return [renamed(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {"first", "last", "precision"}:
            return {"from": value["first"], "to": value["last"], "precision": value["precision"]}
        return {to_camel_case(name): renamed(item) for name, item in value.items()}
    return moment_text(value) if isinstance(value, dt.datetime) else value


class Entity(NamedTuple):
    """Of which kind the documents of a type are, and whether some are drafts, each reading of which is told."""

    kind: type[Record]
    drafted: bool


ENTITIES: dict[str, Entity] = {}  # by the type's name


def entity(kind: type[Record], english: str, chinese: str) -> Any:
    """Publish a class as the type of `kind`'s documents, under the kind's name."""
    drafted = may_be_draft(kind)
    ENTITIES[kind.__name__] = Entity(kind, drafted)

    def publish_type(cls: Any) -> Any:
        cls.is_type_of = classmethod(lambda _, value, info: _is(kind, value, info, drafted))
        return strawberry.type(cls, name=kind.__name__, description=both(english, chinese))

    return publish_type


def _is(kind: type[Record], value: Any, info: Any, drafted: bool) -> bool:
    """Whether `value` is a document of `kind`. Each record that is answered comes by here, wherever it was found."""
    own = isinstance(value, dict) and str(value.get("_id", "")).startswith(f"{kind.PREFIX}_")
    if own and drafted:
        info.context.accesses.note_record(kind, value, info.context.day)
    return own
