"""The keys that sign checkpoints: Ed25519 (RFC 8032), the private one outside the database, the public known."""

import binascii
import hashlib
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

KnownKeys: TypeAlias = Mapping[str, str]  # public keys in hexadecimal, by their id
PEM = b"-----BEGIN"
SIZE = 32  # bytes of a key, the private and the public one


class SigningKey:
    """A private key; `public` is the key that verifies, in hexadecimal, and `id` names it in a checkpoint."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes_raw().hex()
        self.id = key_id(self.public)

    @classmethod
    def parse(cls, text: bytes) -> "SigningKey":
        """The key that `text` holds: PEM (PKCS #8, not encrypted), or 64 hexadecimal digits. Raises ValueError."""
        if not text.lstrip().startswith(PEM):
            return cls(Ed25519PrivateKey.from_private_bytes(_bytes(text.strip())))
        try:
            key = load_pem_private_key(text, None)
        except (TypeError, UnsupportedAlgorithm) as error:
            raise ValueError("an encrypted or unknown key") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("a key of another kind than Ed25519")
        return cls(key)

    def sign(self, said: bytes) -> str:
        return self._key.sign(said).hex()


def key_id(public: str) -> str:
    """The name of a public key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16]


def known_keys(public: Iterable[str]) -> KnownKeys:
    """Public keys in hexadecimal, by id. Raises ValueError for what is no key."""
    keys = [_bytes(each.strip().encode()).hex() for each in public]
    return {key_id(key): key for key in keys}


def signed(said: bytes, signature: str, public: str) -> bool:
    """Whether `signature` over `said` was made by the private half of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(bytes.fromhex(signature), said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bytes(digits: bytes) -> bytes:
    try:
        key = binascii.unhexlify(digits)
    except binascii.Error as error:
        raise ValueError("not hexadecimal") from error
    if len(key) != SIZE:
        raise ValueError(f"not {SIZE} bytes")
    return key
