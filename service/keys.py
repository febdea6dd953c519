"""Secret keys: as a setting gives them, or as one kept in a file that is made once."""

import contextlib
import hashlib
import os
import secrets
import tempfile
from pathlib import Path

SHORTEST_KEY = 32  # bytes: RFC 7518, 3.2 asks of an HS256 key at least the size of the hash


class KeyDamaged(Exception):
    """A kept key is no key; the text says what to do, in both languages."""


def keys_of(text: str) -> tuple[bytes, ...]:
    """The keys that `text` parts by commas. Raises ValueError when one is too short or stands twice."""
    keys = tuple(key.strip().encode() for key in text.split(","))
    if len({key_id(key) for key in keys}) < len(keys) or any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError("too short, or twice the same")
    return keys


def key_id(key: bytes) -> str:
    """By which a key is named without being told, as in the `kid` of a token that it signed."""
    return hashlib.sha256(key).hexdigest()[:8]


def kept_key(path: Path, loss: str) -> bytes:
    """The key in the file `path`, which is made once, whole, and readable for its owner alone.

    Raises `KeyDamaged`, which says what to do about it by `loss`.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # with mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SHORTEST_KEY))
        with contextlib.suppress(FileExistsError):  # another process was first, and its key holds
            os.link(draft, path)
        os.unlink(draft)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise KeyDamaged(f"{path} is damaged: {loss}")
    return key
