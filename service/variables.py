"""What a setting is, and the texts it may be: an environment variable, parsed or refused in both languages."""

import hashlib
import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from service.trail.keys import PEM, KnownKeys, SigningKey, known_keys

SHORTEST_KEY = 32  # bytes: RFC 7518, 3.2 asks of an HS256 key at least the size of the hash


class Variable(NamedTuple):
    """An environment variable; `parse` raises ValueError for any text that `english` and `chinese` do not allow.

    `unit` is what a number counts.
    """

    name: str
    default: str | None
    parse: Callable[[str], Any]
    english: str
    chinese: str
    secret: bool = False
    unit: tuple[str, str] | None = None

    def problem(self, text: str) -> str:
        shown = self.name if self.secret else f"{self.name}={text!r}"
        return f"{shown} is wrong: it should be {self.english}. 应为{self.chinese}。"

    def absence(self) -> str:
        return f"{self.name} is missing in production mode: {self.english}. 生产模式必须设置：{self.chinese}。"


def port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def one_of(*words: str) -> Callable[[str], str]:
    return like("|".join(words))


def like(pattern: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return parse


def yes_or_no(text: str) -> bool:
    return {"yes": True, "no": False}[one_of("yes", "no")(text)]


def list_of(pattern: str) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        each = tuple(one.strip() for one in text.split(",")) if text else ()
        if not all(re.fullmatch(pattern, one) for one in each):
            raise ValueError(text)
        return each

    return parse


def networks(text: str) -> tuple[str, ...]:
    """Addresses, and networks of addresses."""
    each = list_of(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?")(text)
    for one in each:
        ipaddress.ip_network(one, strict=False)
    return each


def issuer(text: str) -> str:
    """An address by https, or on this machine, where nobody listens in between."""
    address = urlsplit(text)
    near = address.scheme == "http" and address.hostname in ("127.0.0.1", "::1", "localhost")
    if not (near or address.scheme == "https") or not address.hostname or address.query or address.fragment:
        raise ValueError(text)
    return text


def collector(text: str) -> str:
    """An address by http or https; without a password, as it is logged."""
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.hostname or "@" in address.netloc or address.fragment:
        raise ValueError(text)
    return text


def files(text: str) -> Path | Literal["gridfs"]:
    return "gridfs" if text == "gridfs" else Path(text)


def up_to(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return parse


def keys(text: str) -> tuple[bytes, ...]:
    given = tuple(key.strip().encode() for key in text.split(","))
    if len({key_id(key) for key in given}) < len(given) or any(len(key) < SHORTEST_KEY for key in given):
        raise ValueError("too short, or twice the same")
    return given


def signing_key(text: str) -> SigningKey | Path:
    """A key given as such, or the file that holds one."""
    bare = re.fullmatch("[0-9A-Fa-f]{64}", text) or text.startswith(PEM.decode())
    return SigningKey.parse(text.replace("\\n", "\n").encode()) if bare else Path(text)


def public_keys(text: str) -> KnownKeys:
    return known_keys(text.split(","))


def key_id(key: bytes) -> str:
    """The `kid` by which a token names the key that signed it."""
    return hashlib.sha256(key).hexdigest()[:8]


SIGHTS = {"on": 2, "at-once": 1, "off": 0}


def sight(text: str) -> int:
    """At which sight of a text it is compiled; 0: never."""
    if text not in SIGHTS:
        raise ValueError(text)
    return SIGHTS[text]
