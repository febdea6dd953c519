"""An act: who does what, when and why, and the key by which a retry is recognised."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ulid import ULID

from service.dates import day_of
from service.errors import refuse_any
from service.facts import malformed
from service.viewer import SERVICE, Grant, Role, Viewer

FOLLOWER = f"{SERVICE}follower"
FOLLOWING = (Role.NETWORK_ADMIN, Role.INTEGRITY_OFFICER)


@dataclass(frozen=True)
class Act:
    """Time, ids and the viewer are arguments of every action; this carries them.

    `key` is the caller's idempotency key made unique to viewer and root field, `fingerprint` a hash of the arguments.
    """

    viewer: Viewer
    at: dt.datetime
    name: str
    reason: str | None = None
    key: str | None = None
    fingerprint: str | None = None

    @property
    def day(self) -> dt.date:
        return day_of(self.at)

    def new_id(self, prefix: str) -> str:
        """An id of type `prefix`, time-ordered; derived from the key, if any, so that a retry makes the same one."""
        if self.key is None:
            return f"{prefix}_{ULID.from_datetime(self.at)}"
        return f"{prefix}_{ULID.from_bytes(bytes.fromhex(self.key)[:16])}"

    def upon(self, own_id: str) -> "Act":
        """The part of this act that is done to one of several records, under a key of its own."""
        return self if self.key is None else replace(self, key=idempotency_key(self.viewer, self.key, own_id))


def following(name: str, revision: Mapping[str, Any], at: dt.datetime) -> Act:
    """What the service itself does because of `revision`, keyed by it, with the rights of an administrator and of the
    integrity office in its network.

    No token can name its subject (`viewer.identify`), and no mutation leads to what a follower calls.
    """
    viewer = Viewer(FOLLOWER, tuple(Grant(role, revision["network"]) for role in FOLLOWING))
    own_id = revision["_id"]
    reason = f"Follows revision {own_id}. 随修订 {own_id} 更新。"
    return Act(viewer, at, name, reason, idempotency_key(viewer, own_id, name), own_id)


def reason_of(act: Act) -> str:
    """Why it is done, where that must be said. Raises `Refusal` REQUIRED at ("reason",) when it is not."""
    reason = (act.reason or "").strip()
    refuse_any(malformed(reason, ("reason",), needed=True))
    return reason


def idempotency_key(viewer: Viewer, header: str, path: str) -> str:
    """32 hexadecimal digits for this viewer, header and root field.

    A version-7 UUID lends its time to the first six bytes, so that ids derived from it stay time-ordered.
    """
    digest = hashlib.sha256("\0".join((viewer.subject, header, path)).encode()).digest()[:16]
    try:
        given = uuid.UUID(header)
    except ValueError:
        return digest.hex()
    return (given.bytes[:6] + digest[6:]).hex() if given.version == 7 else digest.hex()
