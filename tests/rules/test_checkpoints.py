"""Keys, checkpoints and the file an outsider keeps: what holds in itself, and what does not."""

import copy
import datetime as dt
import hashlib
import itertools
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as forms
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from service.trail.checkpoints import HEAD, Leaf, follows, leaf_of, leaves_of, merkle_root, sealed, sound
from service.trail.exports import ExportDamaged, checkpoints_in, reached, text_of
from service.trail.keys import SigningKey, key_id, known_keys, signed

NOW = dt.datetime(2024, 3, 15, 4, 0, 0, 123_000, tzinfo=dt.UTC)
KEY, OTHER = SigningKey.parse(b"1" * 64), SigningKey.parse(b"2" * 64)
KNOWN = known_keys([KEY.public])
PLACES = st.integers(1, 2**53)
LEAF = st.builds(Leaf, PLACES, st.text("a共_", max_size=5), PLACES, st.text(max_size=8))
LEAVES = [Leaf(place, f"act_{place % 3}", place, f"{place:064}") for place in range(1, 8)]


def checkpoint(first: int = 1, last: int = 7, previous: Any = None, key: SigningKey = KEY) -> dict[str, Any]:
    return sealed("net_a", previous, LEAVES[first - 1 : last], NOW, key)


# Keys.


def pem(key: Any, password: bytes | None = None) -> bytes:
    encryption = forms.BestAvailableEncryption(password) if password else forms.NoEncryption()
    made: bytes = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, encryption)
    return made


def test_a_key_is_the_same_however_it_is_written() -> None:
    own = Ed25519PrivateKey.from_private_bytes(bytes.fromhex("1" * 64))
    for text in (pem(own), b"\n" + pem(own), b"1" * 64 + b"\n"):
        parsed = SigningKey.parse(text)
        assert (parsed.id, parsed.public) == (KEY.id, KEY.public)
    assert KEY.id == hashlib.sha256(bytes.fromhex(KEY.public)).hexdigest()[:16] == key_id(KEY.public)
    assert known_keys([KEY.public.upper(), f" {OTHER.public}\n"]) == {KEY.id: KEY.public, OTHER.id: OTHER.public}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"1" * 63,
        b"1" * 62,
        b"g" * 64,
        b"-----BEGIN PRIVATE KEY-----\nx",
        pem(generate_private_key(SECP256R1())),
        pem(Ed25519PrivateKey.generate(), b"password"),
    ],
)
def test_what_is_no_key_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever its words
        SigningKey.parse(text)


def test_a_signature_holds_for_what_was_signed_and_by_whom() -> None:
    signature = KEY.sign(b"said")
    assert signed(b"said", signature, KEY.public)
    assert not signed(b"other", signature, KEY.public)
    assert not signed(b"said", signature, OTHER.public)
    assert not signed(b"said", "zz", KEY.public)
    assert not signed(b"said", "", KEY.public)


# Checkpoints.


def root_of(leaves: list[Leaf]) -> bytes:
    """As RFC 6962, section 2.1 defines it, word for word, with a tree of lists."""
    if len(leaves) == 1:
        text = json.dumps(list(leaves[0]), ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(b"\0" + text.encode()).digest()
    largest = max(1 << power for power in range(20) if 1 << power < len(leaves))
    return hashlib.sha256(b"\1" + root_of(leaves[:largest]) + root_of(leaves[largest:])).digest()


@given(st.lists(LEAF, min_size=1, max_size=20))
def test_the_root_is_that_of_the_standard(leaves: list[Leaf]) -> None:
    assert merkle_root(leaves) == root_of(leaves).hex()


def test_a_checkpoint_holds_and_follows_the_one_before() -> None:
    first = checkpoint(1, 3)
    second = checkpoint(4, 7, first)
    assert sound(first, KNOWN)
    assert sound(second, KNOWN)
    assert leaves_of(second) == LEAVES[3:]
    assert follows(first, None)
    assert follows(second, first)
    assert not follows(second, None)
    assert not follows(first, second)
    assert not follows(checkpoint(5, 7, first), first)
    stored = json.loads(text_of(first))
    assert sound(stored, KNOWN)  # moments may be texts: the canonical form is the same
    revision = {"sequence": 1, "record": "act_1", "version": 1, "hash": f"{1:064}"}
    assert leaf_of(revision) == LEAVES[0]


def test_whatever_is_changed_in_a_checkpoint_it_holds_no_more() -> None:
    own = checkpoint()
    for name in (*HEAD, "hash", "signature", "leaves"):
        for value in (None, "x", 3, [], own["leaves"][:-1], [*own["leaves"][:-1], ["act_1", 7, "0" * 64]]):
            changed = {**copy.deepcopy(own), name: value}
            assert changed == own or not sound(changed, KNOWN), (name, value)
        without = {other: value for other, value in own.items() if other != name}
        assert not sound(without, KNOWN)
    assert not sound(own, known_keys([OTHER.public]))
    assert not sound(checkpoint(key=OTHER) | {"key": KEY.id}, KNOWN)


# What is kept outside.


def export(*checkpoints: Any, after: Any = None, end: int | None = None) -> list[str]:
    head = {"form": "cobuild-trail-1", "at": NOW, "network": None, "after": after or {}, "revisions": False}
    lines = [head, {"keys": KNOWN}, *({"checkpoint": each} for each in checkpoints)]
    return [*map(text_of, lines), text_of({"end": len(checkpoints) if end is None else end})]


def test_an_export_is_read_as_it_was_written() -> None:
    first = checkpoint(1, 3)
    lines = export(first, checkpoint(4, 7, first), after={"net_b": 4, "net_a": 9})
    assert [each["number"] for each in checkpoints_in(lines)] == [1, 2]
    assert all(sound(each, KNOWN) for each in checkpoints_in(lines))
    assert reached(iter(lines)) == {"net_b": 4, "net_a": 2}
    assert reached(iter(export())) == {}
    assert list(checkpoints_in(export())) == []


def test_an_export_that_was_cut_short_or_is_none_is_damaged() -> None:
    whole = export(checkpoint())
    damaged = [whole[:-1], whole[:2], [], [*whole[:-1], "{"], ["1"], ["x"], whole[1:], export(checkpoint(), end=2)]
    for lines in (*damaged, [*whole, whole[2]]):
        with pytest.raises(ExportDamaged):
            list(checkpoints_in(lines))
    for lines in itertools.chain(damaged, [export(after=[1])]):
        with pytest.raises(ExportDamaged):
            reached(iter(lines))
