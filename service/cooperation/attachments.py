"""Attachment 附件: a file that shows that something took place or was signed (002, section 2; facts C5 to C16).

STORED → DISCARDED. The record tells of the file; its bytes are kept by `service.store.files` under a name of their own,
which no other file ever has, so that what one upload writes no other one can spoil.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import auto
from operator import itemgetter
from typing import Any, ClassVar, NamedTuple

from service.dates import instant
from service.facts import number, text
from service.records import Action, Document, Filter, Index, Record, Step, includes, joined, ordered
from service.viewer import Right, Upper

LONGEST_NAME, LONGEST_DESCRIPTION = 200, 500  # characters
LARGEST = 2**31 - 1  # bytes: what a GraphQL Int can tell; how many are taken is a setting


class AttachmentKind(Upper):
    EVIDENCE = auto()
    SCAN = auto()
    PHOTO = auto()
    OTHER = auto()


class AttachmentStatus(Upper):
    STORED = auto()
    DISCARDED = auto()


class Attachable(NamedTuple):
    """A kind of record, of any area, that files are attached to.

    Whoever holds `right` for one of the organisations that `attachers` finds in its document attaches to it, and the
    file is theirs; whoever holds `office` there does so for the office, whose file it is then. `read` lets read each
    file, whatever the state of the record, to those who may read the record. None comes to what is `over`.
    """

    title: tuple[str, str]
    right: Right
    read: Right = Right.READ_DRAFTS
    attachers: Callable[[Document], Collection[str]] = itemgetter("concerns")
    office: Right | None = None
    over: frozenset[str] = frozenset()


def _taking_part(document: Document) -> Collection[str]:
    return {*document["concerns"], *document["participants"]}


def _nobody(document: Document) -> Collection[str]:
    return ()


OVER = frozenset({"CLOSED"})
ATTACHABLE: Mapping[str, Attachable] = {
    "act": Attachable(("activity", "共建活动"), Right.RECORD_ACTIVITIES, Right.READ_NETWORK, _taking_part),
    "agr": Attachable(("agreement", "协议"), Right.KEEP_AGREEMENTS),
    "pla": Attachable(("activity plan", "系列活动计划表"), Right.KEEP_PLANS, Right.READ_NETWORK),
    "del": Attachable(("deliverable", "成果"), Right.KEEP_AGREEMENTS, Right.READ_NETWORK),
    "com": Attachable(("commitment", "廉洁承诺"), Right.MAKE_COMMITMENTS),
    "gif": Attachable(("gift", "礼品礼金登记"), Right.RECORD_GIFTS, office=Right.DECIDE_GIFTS),
    "bre": Attachable(
        ("breach", "违约"),
        Right.JUDGE_BREACHES,
        Right.READ_DRAFT_FINDINGS,  # also when it is confirmed: a file may show who reported it
        _nobody,
        Right.JUDGE_BREACHES,
    ),
    "fin": Attachable(("finding", "问题"), Right.RECTIFY_FINDINGS, office=Right.KEEP_AUDITS, over=OVER),
    "aud": Attachable(("audit", "廉洁审计"), Right.KEEP_AUDITS, Right.READ_DRAFTS, _nobody, Right.KEEP_AUDITS, OVER),
}  # no leading groups: a scan of one shows the names that only READ_CONTACTS lets read


def kind_prefix(own_id: str) -> str:
    return own_id.partition("_")[0]


@dataclass(frozen=True, kw_only=True)
class Attachment(Record):
    """`size` in bytes; `sha256` of them, in hexadecimal; `organizations` whose file it is, none for the office's."""

    PREFIX = "att"
    COLLECTION = "attachments"
    TITLE = ("attachment", "附件")
    INDEXES = (
        Index(("duplicate_key",), unique=True),
        Index(("stored_as",), unique=True),
        Index(("record", "date_key")),
        Index(("network", "date_key")),
    )
    STATE_KEYS = ("status", "record")
    PART_OF = "record"
    STEPS: ClassVar = {
        Action.CORRECT: Step(Right.RECORD_ACTIVITIES, frozenset({AttachmentStatus.STORED})),
        Action.DISCARD: Step(Right.RECORD_ACTIVITIES, frozenset({AttachmentStatus.STORED})),
    }
    FIXED = (*Record.FIXED, "record", "organizations", "file_name", "media_type", "size", "sha256", "stored_as")

    record: str
    organizations: tuple[str, ...]
    kind: AttachmentKind
    file_name: str = text(LONGEST_NAME)
    description: str | None = text(LONGEST_DESCRIPTION, default=None)
    media_type: str
    size: int = number(LARGEST)
    sha256: str
    stored_as: str
    status: AttachmentStatus = AttachmentStatus.STORED
    discard_reason: str | None = None

    def concerns(self) -> Collection[str]:
        return self.organizations

    def keys(self) -> dict[str, Any]:
        attached = instant(self.created_at).isoformat() if self.created_at else ""
        stands = self.status is AttachmentStatus.STORED
        return {
            "date_key": ordered(attached, self.id),
            "record_kind": kind_prefix(self.record),
            "duplicate_key": joined(self.record, self.sha256) if stands else self.id,
        }

    @classmethod
    def right_to(cls, document: Document, action: Action) -> Right:
        """The office's own files are the office's to judge."""
        attachable = ATTACHABLE[kind_prefix(document["record"])]
        return attachable.office if attachable.office and not document["concerns"] else attachable.right

    @classmethod
    def right_to_read(cls, document: Document, day: object) -> Right:
        return ATTACHABLE[kind_prefix(document["record"])].read

    @classmethod
    def readable_filter(cls, right: Right, day: object) -> Filter | None:
        open_kinds = sorted(prefix for prefix, each in ATTACHABLE.items() if includes(right, each.read))
        if len(open_kinds) == len(ATTACHABLE):
            return {}
        return {"record_kind": {"$in": open_kinds}} if open_kinds else None
