"""Sealing: what tells of a person stands in revisions encrypted, and losing that person's key forgets them.

    whose value it is ── HMAC ──► id of a key ──► the key, wrapped by a master key ── AES-256-GCM ──► {"sealed", "text"}

Whose: of a record about one person, the record's; elsewhere its network's and the value's own, however it is written,
so that one name or staff number has one key in a network, and two people of one name share it. The hash of a revision
covers what is sealed: the chain holds without any key. Live documents stay plain; so do revisions that were written
before there was a key, which nothing can change.
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from service.facts import folded
from service.records import Record, joined
from service.trail.revisions import Revision, digest
from service.viewer import Right

PERSONAL = frozenset({Right.READ_CONTACTS, Right.READ_RESTRICTED})  # what these let read tells of a person
FORGOTTEN = "已遗忘 forgotten"  # as which a value reads whose key is gone; never sealed itself
MARK = re.compile(FORGOTTEN + "( [0-9a-f]{8})?")  # with a number where forgotten people are told apart
NONCE, KEY = 12, 32  # bytes

Subject: TypeAlias = tuple[str, ...]
Keys: TypeAlias = Mapping[str, bytes]
Change: TypeAlias = Callable[[str, Subject], object]


class MasterMissing(Exception):
    """A key was wrapped by a master key that this installation was not given."""


@dataclass(frozen=True)
class Masters:
    """The master keys, at least one: the first names and wraps keys, each unwraps, so that one can be replaced."""

    keys: tuple[bytes, ...]

    def key_id(self, subject: Subject) -> str:
        """The id of the key that values of `subject` are sealed by; it tells nobody without the master key whose."""
        return _named(self.keys[0], subject)

    def key_ids(self, subject: Subject) -> list[str]:
        """Also those that earlier master keys named."""
        return [_named(master, subject) for master in self.keys]

    def wrapped(self, own_id: str, key: bytes) -> dict[str, Any]:
        """The stored form of a key."""
        nonce = secrets.token_bytes(NONCE)
        content = nonce + AESGCM(_derived(self.keys[0], "wrap")).encrypt(nonce, key, own_id.encode())
        return {"_id": own_id, "master": _name_of(self.keys[0]), "wrapped": content}

    def unwrapped(self, document: Mapping[str, Any]) -> bytes:
        """The key that `wrapped` stored. Raises `MasterMissing`."""
        by_id = {_name_of(master): master for master in self.keys}
        if (master := by_id.get(document["master"])) is None:
            raise MasterMissing(
                f"COBUILD_SEALING_KEY lacks the key {document['master']}, which sealed {document['_id']}"
            )
        content: bytes = document["wrapped"]
        return AESGCM(_derived(master, "wrap")).decrypt(content[:NONCE], content[NONCE:], document["_id"].encode())

    def opened(self, document: Mapping[str, Any]) -> bytes | None:
        """As `unwrapped`; None where what was stored has been spoilt."""
        try:
            return self.unwrapped(document)
        except (InvalidTag, KeyError, TypeError, ValueError):
            return None

    def blinded(self, fingerprint: str) -> list[str]:
        """`fingerprint`, of arguments that name a person, as only who has a master key can compute it; the first first.

        Plain, it would let anybody try names until one fits, long after the person is forgotten.
        """
        return [hmac.digest(_derived(master, "blind"), fingerprint.encode(), "sha256").hex() for master in self.keys]


def _derived(master: bytes, use: str) -> bytes:
    return hmac.digest(master, f"cobuild {use}".encode(), "sha256")


def _name_of(master: bytes) -> str:
    return _derived(master, "id").hex()[:8]


def _named(master: bytes, subject: Subject) -> str:
    return hmac.digest(_derived(master, "name"), joined(*subject).encode(), "sha256")[:16].hex()


def new_mark() -> str:
    """What stands for somebody forgotten who is still to be told from others: it says nothing of who that was."""
    return f"{FORGOTTEN} {secrets.token_hex(4)}"


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def of_record(own_id: str) -> Subject:
    return ("record", own_id)


def of_value(network: str, value: str) -> Subject:
    return ("value", network, folded(value))


def personal_paths(kind: type[Record]) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """By fact, where in it stands what tells of a person: texts, or objects of texts with a `name`."""
    private = (path for path, right in kind.PRIVATE.items() if right in PERSONAL)
    paths = [tuple(path.split(".")) for path in (*private, *kind.IDENTIFYING)]
    return {name: tuple(path[1:] for path in paths if path[0] == name) for name, *_ in paths}


def personal_changed(kind: type[Record], own_id: str, network: str, name: str, value: Any, change: Change) -> Any:
    """The stored `value` of a fact with each personal text in it put through `change`, which is told whose it is."""
    whose = partial(_whose, of_record(own_id) if kind.IDENTIFYING else None, network)
    for path in personal_paths(kind).get(name, ()):
        value = _changed(value, path, whose, change)
    return value


def _whose(record: Subject | None, network: str, value: str) -> Subject:
    return record or of_value(network, value)


def _changed(value: Any, path: tuple[str, ...], whose: Callable[[str], Subject], change: Change) -> Any:
    if isinstance(value, list):
        return [_changed(item, path, whose, change) for item in value]
    if isinstance(value, dict):
        if path:
            return {**value, path[0]: _changed(value.get(path[0]), path[1:], whose, change)}
        own = whose(value["name"])
        return {name: _changed(item, (), lambda _: own, change) for name, item in value.items()}
    return value if value in (None, "") or MARK.fullmatch(value) else change(value, whose(value))


def subjects(kind: type[Record], revision: Revision) -> set[Subject]:
    """Whose keys sealing `revision` needs."""
    found: set[Subject] = set()

    def noted(text: str, subject: Subject) -> str:
        found.add(subject)
        return text

    _with_changes(kind, revision, noted)
    return found


def sealed(kind: type[Record], revision: Revision, masters: Masters, keys: Keys) -> dict[str, Any]:
    """`revision` with what is personal in it sealed by `keys`, one for each of its `subjects`, and hashed anew."""

    def closed(text: str, subject: Subject) -> dict[str, str]:
        own_id = masters.key_id(subject)
        nonce = secrets.token_bytes(NONCE)
        content = nonce + AESGCM(keys[own_id]).encrypt(nonce, text.encode(), own_id.encode())
        return {"sealed": own_id, "text": base64.b64encode(content).decode()}

    said = {**revision, "changes": _with_changes(kind, revision, closed)}
    if said["fingerprint"] is not None:
        said["fingerprint"] = masters.blinded(said["fingerprint"])[0]
    return {**said, "hash": digest(said)}


def _with_changes(kind: type[Record], revision: Revision, change: Change) -> list[dict[str, Any]]:
    through = partial(personal_changed, kind, revision["record"], revision["network"])
    return [
        {side: value if side == "field" else through(each["field"], value, change) for side, value in each.items()}
        for each in revision["changes"]
    ]


def key_ids(value: Any) -> Iterator[str]:
    """The ids of the keys that what is sealed anywhere in `value` was sealed by."""
    if isinstance(value, list):
        for item in value:
            yield from key_ids(item)
    elif isinstance(value, dict):
        if value.keys() == {"sealed", "text"}:
            yield value["sealed"]
        else:
            for item in value.values():
                yield from key_ids(item)


def revealed(value: Any, keys: Keys, forgotten: object = FORGOTTEN) -> Any:
    """`value` with what is sealed in it, at any depth, as it was; `forgotten` where the key is gone or is another."""
    if isinstance(value, list):
        return [revealed(item, keys, forgotten) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() != {"sealed", "text"}:
        return {name: revealed(item, keys, forgotten) for name, item in value.items()}
    own_id, content = value["sealed"], base64.b64decode(value["text"])
    try:
        return AESGCM(keys[own_id]).decrypt(content[:NONCE], content[NONCE:], own_id.encode()).decode()
    except (KeyError, InvalidTag):
        return forgotten
