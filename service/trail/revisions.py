"""Revisions: what a write changed, by whom, when and why, hashed and chained to the one before (domain.md, *trail*).

A revision's hash covers everything it says, the hash before it included; the sequence that the relay gives it later
is not part of it. The canonical form, so that anybody can compute it again from the stored revision:

- JSON (RFC 8259) in UTF-8 of all that is stored but `hash`, `sequence` and `fence`, keys sorted by code point, no white
  space, no escapes but those that JSON demands (\\b \\t \\n \\f \\r \\" \\\\ and \\u00xx in lower case);
- numbers are integers, decimals and days are texts already;
- moments are RFC 3339 texts in UTC with three decimals and Z, as 2024-02-29T01:30:00.000Z.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from service.acts import Act
from service.records import Record, facts_of

CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
UNHASHED = ("hash", "sequence", "fence")

Revision = Mapping[str, Any]


def revision_of(before: Record | None, after: Record, act: Act) -> dict[str, Any]:
    """The revision that leads from `before` (None for a new record) to `after`, which carries the new version."""
    revision = {
        "_id": f"{after.id}:{after.version}",
        "record": after.id,
        "version": after.version,
        "partition": after.partition(),
        "network": after.network,
        "at": act.at,
        "by": act.viewer.subject,
        "action": act.name,
        "reason": act.reason,
        "changes": changes(facts_of(before) if before else {}, facts_of(after)),
        "key": act.key,
        "fingerprint": act.fingerprint,
        "previous": before.head if before else None,
    }
    return {**revision, "hash": digest(revision)}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each fact that differs, with its value before and after."""
    return [
        {"field": name, "before": before.get(name), "after": value}
        for name, value in after.items()
        if name not in before or before[name] != value
    ]


def digest(revision: Revision) -> str:
    """The SHA-256 of the canonical form of all that a revision says, in hexadecimal.

    Raises TypeError for a value that no revision of ours has.
    """
    said = {name: value for name, value in revision.items() if name not in UNHASHED}
    return hashlib.sha256(canonical(said)).hexdigest()


def canonical(value: object) -> bytes:
    """The canonical form, as said above, of anything made of texts, numbers, moments, lists and objects."""
    return orjson.dumps(value, default=_moment, option=CANONICAL)


def _moment(value: object) -> str:
    if not isinstance(value, dt.datetime):
        raise TypeError
    utc = value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value
    return utc.isoformat(timespec="milliseconds") + "Z"


def undone(document: Mapping[str, Any], revisions: Iterable[Revision]) -> dict[str, Any]:
    """The facts of `document` before `revisions`, its latest ones, newest first; version and head go back with them."""
    earlier = dict(document)
    for revision in revisions:
        earlier |= {change["field"]: change["before"] for change in revision["changes"]}
        earlier |= {"version": revision["version"] - 1, "head": revision["previous"]}
    return earlier


def first_break(revisions: Sequence[Revision], head: str | None = None) -> int | None:
    """The version at which the chain of one record, oldest first, is broken; None when it holds.

    With `head`, the hash its document names as the last one, also that nothing is missing at the end.
    """
    previous = None
    for version, revision in enumerate(revisions, start=1):
        if not _follows(revision, version, previous):
            return version
        previous = revision["hash"]
    return None if head is None or head == previous else len(revisions) + 1


def _follows(revision: Revision, version: int, previous: str | None) -> bool:
    try:
        said = (revision["version"], revision["previous"], revision["hash"])
        return said == (version, previous, digest(revision))
    except (KeyError, TypeError):  # a field is gone, or holds what no revision has
        return False
