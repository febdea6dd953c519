"""Attacks by who one says to be: tokens that nobody gave, as any server has met them."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from service.dates import now
from service.viewer import TokenKeys
from tests.attacks.issuer import KID
from tests.attacks.serving import KEY, KEYS, Served, post
from tests.attacks.striking import Attack, right
from tests.conftest import ADMIN
from tests.rules.identity_scene import RSA, published

OWN_KID = next(iter(KEYS.keys))
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
HOUR = dt.timedelta(hours=1)
WHO = {"query": "{viewer{subject grants{role}}}"}


def part(value: Any) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def claims(**others: Any) -> dict[str, Any]:
    """What a token of ours says, with other values; None leaves one out."""
    moment = int(now().timestamp())
    usual = {
        "iss": "cobuild",
        "aud": "cobuild",
        "sub": "admin",
        "nbf": moment - 5,
        "iat": moment - 5,
        "exp": moment + 3_600,
    }
    roles = [{"role": "NETWORK_ADMIN", "network": "net_002_derma", "organization": None}]
    return {name: value for name, value in {**usual, "roles": roles, **others}.items() if value is not None}


def by_hand(header: Any, payload: Any, key: bytes = KEY.encode()) -> str:
    """A token signed by HMAC, whatever its header and payload say or are."""
    told = part(header) + b"." + part(payload)
    return (told + b"." + part(hmac.new(key, told, hashlib.sha256).digest())).decode()


def ours(payload: Any, **header: Any) -> str:
    return by_hand({"alg": "HS256", "typ": "JWT", "kid": OWN_KID, **header}, payload)


def issued(service: Served, key: Any = RSA, header: dict[str, Any] | None = None, **others: Any) -> str:
    """A token that the trusted issuer may have signed."""
    told = claims(iss=service.site.address, nbf=None, **others)
    return jwt.encode(told, key, "RS256", {"kid": KID, **(header or {})})


def tampered(service: Served) -> str:
    head, _, signature = service.token().split(".")
    return f"{head}.{part(claims(sub='root')).decode()}.{signature}"


def flipped(service: Served) -> str:
    token = service.token()
    return token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]


def old(service: Served) -> str:
    return KEYS.issue(ADMIN, now() - 3 * HOUR, HOUR)


def none(algorithm: str) -> Callable[[Served], str]:
    header = {"alg": algorithm, "typ": "JWT", "kid": OWN_KID}
    return lambda _: (part(header) + b"." + part(claims()) + b".").decode()


def as_told(payload: dict[str, Any], **header: Any) -> Callable[[Served], str]:
    return lambda _: ours(claims(**payload), **header)


def raw(payload: bytes) -> Callable[[Served], str]:
    return lambda _: ours(payload)


def confused(key: bytes) -> Callable[[Served], str]:
    """HS256 with what is public of the issuer's key as the secret."""
    return lambda service: by_hand({"alg": "HS256", "kid": KID}, claims(iss=service.site.address), key)


EVIL = "http://127.0.0.1:9/evil"
JWK = published("evil", STRANGER, "RS256")
HEADERS: dict[str, dict[str, Any]] = {
    "jku": {"jku": EVIL, "kid": "evil"},
    "x5u": {"x5u": EVIL, "kid": "evil"},
    "x5c": {"x5c": ["MIIB"], "kid": "evil"},
    "jwk": {"jwk": JWK, "kid": "evil"},
    "jwk under a known kid": {"jwk": JWK},
    "jku under a known kid": {"jku": EVIL},
}
KIDS: dict[str, Any] = {
    "a path": "../../../../dev/null",
    "a statement of SQL": "x' UNION SELECT 'key'--",
    "a command": "|sleep 10",
    "an address": EVIL,
    "an object": {"$ne": ""},
    "a list": [OWN_KID],
    "a number": 0,
    "nothing": None,
    "a null byte": OWN_KID + "\0",
    "5,000 letters": "k" * 5_000,
    "__class__": "__class__",
}
TIMES: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1_000_000_000},
    "expired by 31 s": {"exp": int(now().timestamp()) - 31},
    "not yet valid": {"nbf": 4_000_000_000},
    "an end that is a text": {"exp": "tomorrow"},
    "an end that is a list": {"exp": [4_000_000_000]},
    "an end below nothing": {"exp": -1},
    "an end that is no number": {"exp": float("nan")},
    "an end that never comes": {"exp": float("inf")},
    "a beginning that is a text": {"nbf": "yesterday"},
    "given out tomorrow": {"iat": 4_000_000_000},
}
SAYINGS: dict[str, dict[str, Any]] = {
    **{f"without {name}": {name: None} for name in ("iss", "aud", "exp", "nbf", "sub")},
    "another issuer": {"iss": "https://evil.example"},
    "a list of issuers": {"iss": ["cobuild"]},
    "another audience": {"aud": "evil"},
    "a subject that is a number": {"sub": 7},
    "a subject that is an object": {"sub": {"$ne": ""}},
    "a subject of the service itself": {"sub": "service:relay"},
    "roles that are a text": {"roles": "NETWORK_ADMIN"},
    "a role that is none": {"roles": [{"role": "ROOT"}]},
    "a role for every network": {"roles": [{"role": "NETWORK_ADMIN"}]},
    "a role for an operator": {"roles": [{"role": "NETWORK_ADMIN", "network": {"$ne": ""}}]},
    "a role for a network of no name": {"roles": [{"role": "NETWORK_ADMIN", "network": ""}]},
    "a recorder of no organisation": {"roles": [{"role": "RECORDER", "network": "net_002_derma"}]},
    "a thousand roles": {"roles": [{"role": "OPERATOR"}] * 1_000},
}
FORGED: dict[str, Callable[[Served], str]] = {
    "garbage": lambda _: "garbage",
    "three dots": lambda _: "...",
    "three parts of nothing": lambda _: "a.b.c",
    "five parts, which is encrypted": lambda _: "a.b.c.d.e",
    "a null byte": lambda service: service.token().replace(".", ".%00", 1),
    "letters beyond ASCII": lambda _: "\xe9\xe8",
    "9,000 letters": lambda _: "a" * 9_000,
    "60,000 letters": lambda _: "a" * 60_000,
    "a token in a token": lambda service: f"{service.token()}.{service.token()}",
    "a token twice": lambda service: f"{service.token()} {service.token()}",
    "another payload": tampered,
    "another signature": flipped,
    "no signature": lambda service: service.token().rpartition(".")[0] + ".",
    "an old one": old,
    **{f"alg {name}": none(name) for name in ("none", "None", "NONE", "nOnE", "", "HS256")},
    **{f"alg {name}": as_told({}, alg=name) for name in ("HS384", "HS512", "RS256", "ES256", "EdDSA", "x")},
    "alg that is a list": as_told({}, alg=["HS256"]),
    "another secret": lambda _: TokenKeys({OWN_KID: b"x" * 32}, "cobuild", "cobuild").issue(ADMIN, now(), HOUR),
    **{
        f"a weak secret: {name!r}": lambda _, secret=secret: by_hand(
            {"alg": "HS256", "kid": OWN_KID}, claims(), secret.encode()
        )
        for name, secret in {"": "", "secret": "secret", "changeme": "changeme", "its id": OWN_KID}.items()
    },
    "HS256 with the issuer's public key": confused(PUBLIC),
    "HS256 with its public key, stripped": confused(PUBLIC.strip()),
    "HS256 with its JSON Web Key": confused(json.dumps(published(KID, RSA, "RS256")).encode()),
    "our own key in the issuer's name": lambda service: ours(claims(iss=service.site.address)),
    "the issuer's key in our own name": lambda service: jwt.encode(claims(), RSA, "RS256", {"kid": KID}),
    "a stranger's key in the issuer's name": lambda service: issued(service, STRANGER),
    "the issuer, for another audience": lambda service: issued(service, aud="evil"),
    "the issuer, long ago": lambda service: issued(service, exp=1_000_000_000),
    **{
        f"the issuer, {name}": lambda service, header=header: issued(service, STRANGER, header)
        for name, header in HEADERS.items()
    },
    **{f"our own, {name}": as_told({}, **header) for name, header in HEADERS.items() if header.get("kid")},
    **{f"kid: {name}": as_told({}, kid=kid) for name, kid in KIDS.items()},
    "crit of what nobody knows": as_told({}, crit=["evil"], evil=1),
    "crit of b64": as_told({}, crit=["b64"], b64=False),
    **{name: as_told(told) for name, told in (TIMES | SAYINGS).items()},
    "a payload that is a list": raw(b"[]"),
    "a payload that is nothing": raw(b""),
    "a payload in 900 lists": raw(b"[" * 900 + b"]" * 900),
    "a number of 5,000 digits": raw(b'{"exp":%s}' % (b"9" * 5_000)),
}
SCHEMES = {
    "no scheme": lambda token: token,
    "Basic": lambda token: f"Basic {token}",
    "a scheme alone": lambda _: "Bearer",
    "two schemes": lambda token: f"Bearer Bearer {token}",
    "two tokens and a comma": lambda token: f"Bearer {token}, Bearer {token}",
    "a token in quotes": lambda token: f'Bearer "{token}"',
}


def forged(name: str, make: Callable[[Served], str]) -> Attack:
    def strike(service: Served) -> None:
        answer = service.send(post(WHO, authorization=f"Bearer {make(service)}"))
        right(answer, name, service, 401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"

    return strike


def schemed(name: str, make: Callable[[str], str]) -> Attack:
    def strike(service: Served) -> None:
        answer = service.send(post(WHO, authorization=make(service.token())))
        right(answer, name, service, 401, "UNAUTHENTICATED")

    return strike


ATTACKS: dict[str, Attack] = {
    **{name: forged(name, make) for name, make in FORGED.items()},
    **{name: schemed(name, make) for name, make in SCHEMES.items()},
}
