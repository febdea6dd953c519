"""Checkpoints: what stood in a partition's trail up to a sequence, signed, so that an outsider can hold it against us.

A checkpoint lists its leaves, one for each revision from sequence `first` to `last`: [record, version, hash]. What is
signed is the canonical form (`revisions.canonical`) of its HEAD, which carries the Merkle root of the leaves and the
hash of the checkpoint before it. So whoever holds one checkpoint holds all that came before, too.

- hash of a leaf: SHA-256 of the byte 00 and the canonical form of [sequence, record, version, hash];
- hash of a node: SHA-256 of the byte 01, the left and the right hash; the tree is that of RFC 6962, section 2.1;
- `hash` of a checkpoint: SHA-256 of what is signed; `signature`: Ed25519 by the key whose id is `key`.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from service.trail.keys import KnownKeys, SigningKey, signed
from service.trail.revisions import Revision, canonical

FORM = "cobuild-checkpoint-1"
HEAD = ("form", "partition", "number", "first", "last", "root", "at", "previous", "key")  # what is signed
MOST_LEAVES = 10_000  # of one checkpoint: 4 MB of MongoDB's 16, were every id of the longest kind
Checkpoint: TypeAlias = Mapping[str, Any]


class Leaf(NamedTuple):
    """One revision as a checkpoint lists it."""

    sequence: int
    record: str
    version: int
    hash: str


def leaf_of(revision: Revision) -> Leaf:
    """Raises KeyError for a revision that was not relayed."""
    return Leaf(revision["sequence"], revision["record"], revision["version"], revision["hash"])


def leaves_of(checkpoint: Checkpoint) -> list[Leaf]:
    """Raises KeyError, TypeError or ValueError for what is no checkpoint."""
    return [Leaf(sequence, *leaf) for sequence, leaf in enumerate(checkpoint["leaves"], start=checkpoint["first"])]


def merkle_root(leaves: Sequence[Leaf]) -> str:
    """The root over at least one leaf, in hexadecimal."""
    return _root([hashlib.sha256(b"\x00" + canonical(list(leaf))).digest() for leaf in leaves]).hex()


def _root(hashes: Sequence[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    left = 1 << (len(hashes) - 1).bit_length() - 1  # the largest power of two below their number
    return hashlib.sha256(b"\x01" + _root(hashes[:left]) + _root(hashes[left:])).digest()


def head_hash(checkpoint: Checkpoint) -> str:
    return hashlib.sha256(_said(checkpoint)).hexdigest()


def _said(checkpoint: Checkpoint) -> bytes:
    return canonical({name: checkpoint[name] for name in HEAD})


def sealed(
    partition: str, previous: Checkpoint | None, leaves: Sequence[Leaf], at: dt.datetime, key: SigningKey
) -> dict[str, Any]:
    """The checkpoint that follows `previous` (None for the first) and lists `leaves`, whose sequences follow it."""
    number = previous["number"] + 1 if previous else 1
    head = {
        "form": FORM,
        "partition": partition,
        "number": number,
        "first": leaves[0].sequence,
        "last": leaves[-1].sequence,
        "root": merkle_root(leaves),
        "at": at,
        "previous": previous["hash"] if previous else None,
        "key": key.id,
    }
    return {
        "_id": f"{partition}:{number}",
        **head,
        "hash": head_hash(head),
        "signature": key.sign(_said(head)),
        "leaves": [[leaf.record, leaf.version, leaf.hash] for leaf in leaves],
    }


def sound(checkpoint: Checkpoint, known: KnownKeys) -> bool:
    """Whether a checkpoint holds in itself: its leaves make its root, and a key of `known` has signed it."""
    try:
        leaves, public = leaves_of(checkpoint), known.get(checkpoint["key"])
        return (
            public is not None
            and checkpoint["form"] == FORM
            and checkpoint["hash"] == head_hash(checkpoint)
            and signed(_said(checkpoint), checkpoint["signature"], public)
            and leaves[-1].sequence == checkpoint["last"]
            and merkle_root(leaves) == checkpoint["root"]
        )
    except (KeyError, TypeError, ValueError, IndexError):  # a part is gone, or is what no checkpoint of ours has
        return False


def follows(checkpoint: Checkpoint, previous: Checkpoint | None) -> bool:
    """Whether `checkpoint` links to `previous`, the one before it (None before the first), with nothing in between."""
    expected = (previous["number"] + 1, previous["last"] + 1, previous["hash"]) if previous else (1, 1, None)
    return tuple(checkpoint.get(name) for name in ("number", "first", "previous")) == expected
