"""Revisions: what a write changed, by whom, when and why, hashed and chained to the one before (domain.md, *trail*).

A revision's hash covers everything it says, the hash before it included; the sequence that the relay gives it later
is not part of it. The canonical form is JSON with sorted keys, no white space, and moments in UTC.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from service.acts import Act
from service.records import Record, facts_of

CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z
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
    """The SHA-256 of the canonical form of all that a revision says, in hexadecimal."""
    said = {name: value for name, value in revision.items() if name not in UNHASHED}
    return hashlib.sha256(orjson.dumps(said, option=CANONICAL)).hexdigest()


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
        holds = revision["version"] == version and revision["previous"] == previous
        if not holds or digest(revision) != revision["hash"]:
            return version
        previous = revision["hash"]
    return None if head is None or head == previous else len(revisions) + 1
