"""Attachment 附件: a file that shows that something took place or was signed (002, section 2; facts C5 to C16).

STORED → DISCARDED. The record tells of the file; its bytes are kept by `service.store.files` under a name of their own,
which no other file ever has, so that what one upload writes no other one can spoil.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import auto
from typing import Any, ClassVar, NamedTuple, cast

from service.cooperation.activities import Activity
from service.cooperation.agreements import Agreement
from service.cooperation.deliverables import Deliverable
from service.cooperation.plans import ActivityPlan
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
    """A kind of record that files are attached to; `read` lets read each of them, whatever its state.

    Whoever may correct the record attaches to it, for one of the organisations that `attachers` finds in its document.
    """

    kind: type[Record]
    read: Right
    attachers: Callable[[Document], Collection[str]]

    @property
    def right(self) -> Right:
        return self.kind.STEPS[Action.CORRECT].right


def _concerned(document: Document) -> Collection[str]:
    return cast(list[str], document["concerns"])


def _taking_part(document: Document) -> Collection[str]:
    return {*document["concerns"], *document["participants"]}


ATTACHABLE: Mapping[str, Attachable] = {
    Activity.PREFIX: Attachable(Activity, Right.READ_NETWORK, _taking_part),
    Agreement.PREFIX: Attachable(Agreement, Right.READ_DRAFTS, _concerned),
    ActivityPlan.PREFIX: Attachable(ActivityPlan, Right.READ_NETWORK, _concerned),
    Deliverable.PREFIX: Attachable(Deliverable, Right.READ_NETWORK, _concerned),
}  # no leading groups: a scan of one shows the names that only READ_CONTACTS lets read


def kind_prefix(own_id: str) -> str:
    return own_id.partition("_")[0]


@dataclass(frozen=True, kw_only=True)
class Attachment(Record):
    """`size` in bytes; `sha256` of them, in hexadecimal; `organizations` are those whose file it is."""

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
        return ATTACHABLE[kind_prefix(document["record"])].right

    @classmethod
    def right_to_read(cls, document: Document, day: object) -> Right:
        return ATTACHABLE[kind_prefix(document["record"])].read

    @classmethod
    def readable_filter(cls, right: Right, day: object) -> Filter | None:
        if includes(right, Right.READ_DRAFTS):
            return {}
        open_kinds = sorted(prefix for prefix, each in ATTACHABLE.items() if each.read is right)
        return {"record_kind": {"$in": open_kinds}} if open_kinds else None
