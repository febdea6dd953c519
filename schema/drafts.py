"""What a timeline tells of the time when a record was a draft, to whoever may read what became of it and not drafts.

Who, when and which facts; of their values only those with which it was opened, for these the record itself tells.
"""

from collections.abc import Sequence
from typing import Any

from schema.context import Context
from service.dates import FIRST_DAY
from service.records import Document, Record
from service.store.history import Part
from service.trail.verifying import facts_built
from service.viewer import Right

OLDEST = Part(0, 2**31, 200, newest_first=False)  # a draft that was written more often counts as one ever since


def may_be_draft(kind: type[Record]) -> bool:
    """Whether some records of `kind` are for those alone who hold READ_DRAFT_FINDINGS."""
    rights = (Right.READ_FINDINGS, Right.READ_DRAFT_FINDINGS)
    without, with_drafts = (kind.readable_filter(right, FIRST_DAY) for right in rights)
    return without != with_drafts


async def drafts_hidden(kind: type[Record], root: Document, context: Context) -> Sequence[Document]:
    """The revisions of `root` that made no more than a draft, oldest first; none for who may read drafts."""
    right = Right.READ_DRAFT_FINDINGS
    if not may_be_draft(kind) or context.viewer.may(right, root["network"], root["concerns"]):
        return ()
    drafts: list[Document] = []
    state: dict[str, Any] = {}
    for revision in await context.reader.history(kind.PREFIX, root["_id"], OLDEST):
        state = facts_built([revision], state)
        if kind.right_to_read(state, context.day) is not right:
            break
        drafts.append(revision)
    return drafts


def without_drafts(revision: Document, drafts: Sequence[Document], mask: str) -> Document:
    """`revision` with what it says of a draft, but for the values that stood at its end, hidden behind `mask`."""
    endless = len(drafts) == OLDEST.limit
    if not drafts or (revision["version"] > drafts[-1]["version"] and not endless):
        return revision
    over = {change["field"] for each in drafts if each["version"] > revision["version"] for change in each["changes"]}
    changes = [
        {
            **change,
            "before": _hidden(change["before"], mask),
            "after": _hidden(change["after"], mask) if endless or change["field"] in over else change["after"],
        }
        for change in revision["changes"]
    ]
    return {**revision, "reason": _hidden(revision["reason"], mask), "changes": changes}


def _hidden(value: Any, mask: str) -> Any:
    return value if value in (None, "", []) else mask
