"""How a file is attached to a record, described anew, and discarded.

Attaching is asked about twice: before the file is taken in, so that nobody sends twenty megabytes in vain, and again
when it is there.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.attachments import (
    ATTACHABLE,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    Attachment,
    AttachmentStatus,
    kind_prefix,
)
from service.cooperation.media import unfit_name
from service.errors import Code, Problem, Refusal, refuse_any
from service.facts import Facts, malformed, structured
from service.permission import permit, permit_making
from service.records import Action, Document, amended, formed, sound

if TYPE_CHECKING:
    from service.store.store import Store


async def expect(store: "Store", act: Act, facts: Facts) -> Document:
    """The document of the record that a file may be attached to. Raises `Refusal` for facts or rights that do not fit.

    `facts` are what is told of a file before it comes: record, kind, file_name, description.
    """
    refuse_any(_unfit(facts))
    attachable = ATTACHABLE.get(kind_prefix(facts["record"]))
    if attachable is None:
        names = ", ".join(each.title[0] for each in ATTACHABLE.values())
        titles = "、".join(each.title[1] for each in ATTACHABLE.values())
        english, chinese = f"Files are attached to: {names}.", f"附件只能添加到:{titles}。"
        raise Refusal(Problem(Code.REFERENCE_INVALID, ("record",), english, chinese))
    own_id = facts["record"]
    document = (await store.refer({("record",): own_id}, kind_prefix(own_id), act))[own_id]
    if not for_office(act, document):
        permit_making(attachable.right, act.viewer, document["network"], attachable.attachers(document))
    refuse_any(over(document))
    return document


def for_office(act: Act, document: Document) -> bool:
    """Whether the viewer attaches for the integrity office."""
    office = ATTACHABLE[kind_prefix(document["_id"])].office
    return office is not None and act.viewer.may(office, document["network"])


def over(document: Document) -> Iterator[Problem]:
    """What belongs to a record that is over stays as it is."""
    states = ATTACHABLE[kind_prefix(document["_id"])].over
    if states and document["status"] in states:
        english, chinese = (
            f"This is {document['status']}; its files stay.",
            f"该记录处于 {document['status']} 状态,附件不再变动。",
        )
        yield Problem(Code.ILLEGAL_STATE, ("record",), english, chinese, document["_id"], document["version"])


def _unfit(facts: Facts) -> Iterator[Problem]:
    for name in ("record", "kind", "file_name"):
        if not facts.get(name):
            yield Problem(Code.REQUIRED, (name,), "This cannot be left out.", "此项不能缺省。")
    try:
        told = structured(Attachment, {name: value for name, value in facts.items() if value})
    except Refusal as refusal:
        yield from refusal.problems
    else:
        yield from malformed(told.get("description"), ("description",), LONGEST_DESCRIPTION)
        if "file_name" in told:
            yield from malformed(last_part(told["file_name"]), ("file_name",), LONGEST_NAME, needed=True)


def last_part(name: str) -> str:
    """The name itself, where a path came with it, composed and without white space about it."""
    return unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1]).strip()


async def attach(store: "Store", act: Act, facts: Facts) -> Document:
    """A file that was taken in: beside what `expect` asks for its media_type, size, sha256 and stored_as.

    The same bytes twice at one record are refused.
    """
    document = await expect(store, act, {name: facts.get(name) for name in ("record", "kind", "file_name")})
    own = {"id": act.new_id(Attachment.PREFIX), "network": document["network"], "organizations": behind(act, document)}
    attachment = formed(Attachment, {**facts, **own, "file_name": last_part(facts["file_name"])})
    return await store.create(sound(attachment, unfit_name(attachment.file_name, attachment.media_type)), act)


def behind(act: Act, document: Document) -> list[str]:
    """Whose the file is, and so who may discard it: one of those that the viewer records for, where there is any; what
    an administrator attaches is of those whom the record concerns, and what the integrity office does is its own.
    """
    if for_office(act, document):
        return []
    recording = {grant.organization for grant in act.viewer.grants if grant.network == document["network"]}
    attachers = ATTACHABLE[kind_prefix(document["_id"])].attachers(document)
    return sorted(recording.intersection(attachers) or document["concerns"])


async def correct(store: "Store", act: Act, own_id: str, version: int, facts: Facts) -> Document:
    """Another kind or description; the file itself never changes."""
    before = await store.load(Attachment, own_id, version, act)
    permit(before, Action.CORRECT, act.viewer, act.day)
    await _still_open(store, before)
    return await store.save(before, amended(before, facts), act)


async def discard(store: "Store", act: Act, own_id: str, version: int) -> Document:
    """Takes a file out of use, with a reason: it is served no more, and its bytes stay."""
    before = await store.load(Attachment, own_id, version, act)
    permit(before, Action.DISCARD, act.viewer, act.day)
    await _still_open(store, before)
    after = replace(before, status=AttachmentStatus.DISCARDED, discard_reason=reason_of(act))
    return await store.save(before, after, act)


async def _still_open(store: "Store", attachment: Attachment) -> None:
    """Raises `Refusal` ILLEGAL_STATE where the record that it is attached to is over."""
    known = await store.known(kind_prefix(attachment.record), [attachment.record])
    refuse_any(problem for document in known.values() for problem in over(document))
