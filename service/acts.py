"""An act: who does what, when and why, and the key by which a retry is recognised."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass

from ulid import ULID

from service.dates import day_of
from service.errors import refuse_any
from service.facts import malformed
from service.viewer import Viewer


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
