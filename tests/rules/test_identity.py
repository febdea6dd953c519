"""Tokens of an OIDC issuer: verified with its published keys and nothing that a token brings along."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from service.claims import LONGEST_TOKEN
from service.errors import Refusal
from service.identity import Identity
from service.viewer import ANONYMOUS
from tests.rules.identity_scene import AUDIENCE, ISSUER, KEYS, LOCAL, ROLES, RSA, WHO, Website, now, published, token


@pytest.fixture
def site() -> Website:
    return Website(*(published(*each) for each in KEYS))


@pytest.mark.parametrize(("kid", "key", "algorithm"), KEYS)
async def test_a_token_of_the_issuer_names_its_viewer(site: Website, kid: str, key: Any, algorithm: str) -> None:
    assert await site.who(token(key, algorithm, kid)) == WHO
    assert site.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


async def test_our_own_tokens_hold_beside_those_of_the_issuer(site: Website) -> None:
    own = LOCAL.issue(WHO, now(), dt.timedelta(hours=1))
    assert await site.who(own) == WHO
    assert await site.identity.identify(None) == ANONYMOUS
    assert await Identity(LOCAL).identify(f"Bearer {own}") == WHO
    assert site.asked == []


def forged(header: dict[str, Any], payload: dict[str, Any] | None = None) -> str:
    """A token with a signature of nothing."""
    said = payload or {"iss": ISSUER, "aud": AUDIENCE, "sub": "张联络", "iat": 1, "exp": 9999999999, "roles": ROLES}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, said)]
    return ".".join([*parts, ""])


PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def with_public_key_as_secret() -> str:
    """HS256 with the issuer's public key, which anybody has, as its secret."""
    unsigned = forged({"alg": "HS256", "typ": "JWT", "kid": "r1"}).rstrip(".")
    signature = hmac.new(PEM, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_headers(key: Any, **headers: Any) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": 1, "exp": 9999999999}
    return jwt.encode(claims, key, "RS256", {"kid": "r1", **headers})


def tampered(whole: str) -> str:
    """The same signature under another payload."""
    header, _, signature = whole.split(".")
    return ".".join([header, forged({}, {"iss": ISSUER, "sub": "root"}).split(".")[1], signature])


STRANGE = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGERIES: dict[str, Callable[[], str]] = {
    "garbage": lambda: "garbage",
    "two parts": lambda: "a.b",
    "no JSON": lambda: "!!.!!.!!",
    "alg none": lambda: forged({"alg": "none", "kid": "r1"}),
    "alg NoNe": lambda: forged({"alg": "NoNe", "kid": "r1"}),
    "no alg": lambda: forged({"kid": "r1"}),
    "no kid": lambda: token(kid=None),
    "unknown kid": lambda: token(kid="r9"),
    "a path as kid": lambda: token(kid="../../../../dev/null"),
    "a list as kid": lambda: forged({"alg": "RS256", "kid": ["r1"]}),
    "another key": lambda: token(STRANGE),
    "another algorithm than the key's": lambda: token(RSA, "PS256", "r1"),
    "a longer hash than the key's": lambda: token(RSA, "RS512", "r1"),
    "the public key as secret": with_public_key_as_secret,
    "a key of its own": lambda: with_headers(
        STRANGE,
        jku="https://evil.example/keys",
        x5u="https://evil.example/x",
        jwk=published("r1", STRANGE, "RS256"),
    ),
    "one of its own keys in its header": lambda: with_headers(STRANGE, jwk=published("r1", RSA, "RS256")),
    "an unknown crit": lambda: with_headers(RSA, crit=["exotic"], exotic=1),
    "another audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=None),
    "another issuer": lambda: token(iss="https://evil.example"),
    "no issuer": lambda: token(iss=None),
    "no subject": lambda: token(sub=None),
    "a subject of the service itself": lambda: token(sub="service:follower"),
    "neither beginning nor moment of issue": lambda: token(iat=None),
    "no end": lambda: token(exp=None),
    "not yet": lambda: token(nbf=now() + dt.timedelta(minutes=5)),
    "roles that are no list": lambda: token(roles="NETWORK_ADMIN"),
    "a role that is none": lambda: token(roles=[{"role": "ROOT"}]),
    "huge": lambda: token(sub="x" * LONGEST_TOKEN),
    "tampered": lambda: tampered(token()),
    "cut short": lambda: token()[:-4],
}


async def test_what_the_forgeries_are_made_of_would_hold_without_what_is_wrong_with_them(site: Website) -> None:
    assert (await site.who(with_headers(RSA))).subject == "x"
    assert (await site.who(with_headers(RSA, jku="https://evil.example/keys", exotic=1))).subject == "x"
    assert site.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]  # and nothing of evil


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_refused_without_a_reason_to_learn_from(site: Website, name: str) -> None:
    assert await site.refused(FORGERIES[name]()) == "The token is not valid."


async def test_an_expired_token_is_told_so_and_the_clocks_may_differ_a_little(site: Website) -> None:
    assert await site.refused(token(exp=now() - dt.timedelta(minutes=2))) == "The token has expired; get a new one."
    assert await site.who(token(exp=now() - dt.timedelta(seconds=10), nbf=now() + dt.timedelta(seconds=10))) == WHO


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "token"])
async def test_another_scheme_is_refused(site: Website, header: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await site.identity.identify(header)
    assert refusal.value.problems[0].english == "Send the header as: Authorization: Bearer <token>."
