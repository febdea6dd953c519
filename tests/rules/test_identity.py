"""Tokens of an OIDC issuer: verified with its published keys and nothing that a token brings along."""

import base64
import datetime as dt
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from service.errors import Code, Refusal, Unavailable
from service.identity import (
    KEPT_SECONDS,
    LONGEST_DOCUMENT,
    LONGEST_TOKEN,
    UNKNOWN_KEY_SECONDS,
    Identity,
    Issuer,
    Revoked,
    fetched,
)
from service.viewer import ANONYMOUS, Grant, Role, TokenKeys, Viewer

ISSUER, AUDIENCE = "https://login.example.cn/realms/医院", "cobuild"
ROLES = [{"role": "FRONT_END", "network": "net_a"}]
WHO = Viewer("张联络", (Grant(Role.FRONT_END, "net_a"),))
LOCAL = TokenKeys({"local": b"k" * 32}, "cobuild", AUDIENCE)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
NOW = dt.datetime.now(dt.UTC)


def published(kid: str, key: Any, algorithm: str, **more: str) -> dict[str, Any]:
    """The public half of `key` as a JSON Web Key."""
    maker = jwt.get_algorithm_by_name(algorithm)
    return {**maker.to_jwk(key.public_key(), as_dict=True), "kid": kid, "alg": algorithm, "use": "sig", **more}


class Website:
    """What an issuer publishes, and how often it was asked. The clock is the test's."""

    def __init__(self, *keys: dict[str, Any]) -> None:
        self.pages: dict[str, Any] = {
            f"{ISSUER}/.well-known/openid-configuration": {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"},
            f"{ISSUER}/keys": {"keys": list(keys)},
        }
        self.asked: list[str] = []
        self.away = False
        self.seconds = 0.0
        self.issuer = Issuer(ISSUER, AUDIENCE, fetch=self.fetch, clock=lambda: self.seconds)
        self.identity = Identity(LOCAL, self.issuer)

    async def fetch(self, address: str) -> Any:
        self.asked.append(address)
        if self.away:
            raise Unavailable("away")
        return self.pages[address]

    async def who(self, token: str) -> Viewer:
        return await self.identity.identify(f"Bearer {token}")

    async def refused(self, token: str) -> str:
        with pytest.raises(Refusal) as refusal:
            await self.who(token)
        (problem,) = refusal.value.problems
        assert problem.code is Code.UNAUTHENTICATED
        return problem.english


def token(key: Any = RSA, algorithm: str = "RS256", kid: str | None = "r1", **claims: Any) -> str:
    said = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "张联络",
        "exp": NOW + dt.timedelta(hours=1),
        "roles": ROLES,
    } | claims
    headers = {} if kid is None else {"kid": kid}
    return jwt.encode({name: value for name, value in said.items() if value is not None}, key, algorithm, headers)


@pytest.fixture
def site() -> Website:
    return Website(
        published("r1", RSA, "RS256"),
        published("p1", RSA, "PS256"),
        published("e1", EC, "ES256"),
        published("d1", ED, "EdDSA"),
    )


@pytest.mark.parametrize(
    ("kid", "key", "algorithm"), [("r1", RSA, "RS256"), ("p1", RSA, "PS256"), ("e1", EC, "ES256"), ("d1", ED, "EdDSA")]
)
async def test_a_token_of_the_issuer_names_its_viewer(site: Website, kid: str, key: Any, algorithm: str) -> None:
    assert await site.who(token(key, algorithm, kid)) == WHO
    assert site.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


async def test_our_own_tokens_hold_beside_those_of_the_issuer(site: Website) -> None:
    own = LOCAL.issue(WHO, NOW, dt.timedelta(hours=1))
    assert await site.who(own) == WHO
    assert await site.identity.identify(None) == ANONYMOUS
    assert await Identity(LOCAL).identify(f"Bearer {own}") == WHO
    assert site.asked == []


def forged(header: dict[str, Any], payload: dict[str, Any] | None = None) -> str:
    """A token with a signature of nothing."""
    said = payload or {"iss": ISSUER, "aud": AUDIENCE, "sub": "张联络", "exp": 9999999999, "roles": ROLES}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, said)]
    return ".".join([*parts, ""])


PEM = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def with_public_key_as_secret() -> str:
    """HS256 with the issuer's public key, which anybody has, as its secret."""
    unsigned = forged({"alg": "HS256", "typ": "JWT", "kid": "r1"}).rstrip(".")
    signature = hmac.new(PEM, unsigned.encode(), hashlib.sha256).digest()
    return f"{unsigned}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def with_headers(key: Any, **headers: Any) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": 9999999999}
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
    "an unknown crit": lambda: with_headers(RSA, crit=["exotic"], exotic=1),
    "another audience": lambda: token(aud="other"),
    "no audience": lambda: token(aud=None),
    "another issuer": lambda: token(iss="https://evil.example"),
    "no issuer": lambda: token(iss=None),
    "no subject": lambda: token(sub=None),
    "no end": lambda: token(exp=None),
    "not yet": lambda: token(nbf=NOW + dt.timedelta(minutes=5)),
    "roles that are no list": lambda: token(roles="NETWORK_ADMIN"),
    "a role that is none": lambda: token(roles=[{"role": "ROOT"}]),
    "huge": lambda: token(sub="x" * LONGEST_TOKEN),
    "tampered": lambda: tampered(token()),
    "cut short": lambda: token()[:-4],
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forgery_is_refused_without_a_reason_to_learn_from(site: Website, name: str) -> None:
    assert await site.refused(FORGERIES[name]()) == "The token is not valid."


async def test_an_expired_token_is_told_so_and_the_clocks_may_differ_a_little(site: Website) -> None:
    assert await site.refused(token(exp=NOW - dt.timedelta(minutes=2))) == "The token has expired; get a new one."
    assert await site.who(token(exp=NOW - dt.timedelta(seconds=10), nbf=NOW + dt.timedelta(seconds=10))) == WHO


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "token"])
async def test_another_scheme_is_refused(site: Website, header: str) -> None:
    with pytest.raises(Refusal) as refusal:
        await site.identity.identify(header)
    assert refusal.value.problems[0].english == "Send the header as: Authorization: Bearer <token>."


async def test_a_rotated_key_is_found_and_a_flood_of_unknown_ones_asks_once_a_minute(site: Website) -> None:
    await site.who(token())
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    site.pages[f"{ISSUER}/keys"]["keys"].append(published("r2", fresh, "RS256"))
    site.seconds = UNKNOWN_KEY_SECONDS + 1
    assert await site.who(token(fresh, kid="r2")) == WHO
    before = len(site.asked)
    for number in range(50):
        await site.refused(token(kid=f"unknown{number}"))
    assert len(site.asked) == before
    site.seconds += UNKNOWN_KEY_SECONDS + 1
    for number in range(50):
        await site.refused(token(kid=f"unknown{number}"))
    assert len(site.asked) == before + 2


async def test_a_withdrawn_key_is_forgotten(site: Website) -> None:
    await site.who(token())
    site.pages[f"{ISSUER}/keys"]["keys"] = [published("e1", EC, "ES256")]
    site.seconds = KEPT_SECONDS + 1
    assert await site.refused(token()) == "The token is not valid."


async def test_known_keys_hold_while_the_issuer_is_away(site: Website) -> None:
    await site.who(token())
    site.away, site.seconds = True, KEPT_SECONDS + 1
    assert await site.who(token()) == WHO


async def test_while_no_key_is_known_nobody_is_let_in_or_turned_away(site: Website) -> None:
    site.away = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await site.who(token())
    assert len(site.asked) == 1
    site.away, site.seconds = False, UNKNOWN_KEY_SECONDS + 1
    assert await site.who(token()) == WHO


DESCRIBED, LISTED = "/.well-known/openid-configuration", "/keys"
UNFIT = [
    1,
    {},
    {"kid": "r1", "kty": "exotic"},
    published("r1", RSA, "RS256", use="enc"),
    {"kid": "h", "kty": "oct", "k": "a2V5a2V5a2V5", "alg": "HS256"},
]


@pytest.mark.parametrize(
    "pages",
    [
        {DESCRIBED: {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/keys"}},
        {DESCRIBED: {"issuer": ISSUER}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}},
        {DESCRIBED: []},
        {LISTED: {"keys": []}},
        {LISTED: {"keys": "r1"}},
        {LISTED: []},
        {LISTED: {"keys": UNFIT}},
    ],
)
async def test_an_issuer_that_publishes_nothing_of_use_is_as_one_that_is_away(
    site: Website, pages: dict[str, Any]
) -> None:
    site.pages |= {ISSUER + path: page for path, page in pages.items()}
    with pytest.raises(Unavailable):
        await site.who(token())


async def test_what_is_revoked_ends_at_once_by_token_and_by_subject(site: Website, tmp_path: Path) -> None:
    listed = tmp_path / "revoked"
    listed.write_text("# 2024-06-15 手机遗失\nt-1  # 该令牌\n\n李离职\n", encoding="utf-8")
    identity = Identity(LOCAL, site.issuer, Revoked(listed))

    async def passes(**claims: Any) -> bool:
        try:
            await identity.identify(f"Bearer {token(**claims)}")
        except Refusal:
            return False
        return True

    assert [await passes(), await passes(jti="t-1"), await passes(jti="t-2"), await passes(sub="李离职")] == [
        True,
        False,
        True,
        False,
    ]
    listed.write_text("张联络\n", encoding="utf-8")
    assert [await passes(), await passes(sub="李离职")] == [False, True]
    listed.unlink()
    with pytest.raises(Unavailable):
        await passes()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers of all kinds, by their path."""

    def do_GET(self) -> None:
        bodies = {"/good": b'{"issuer": 1}', "/text": b"<html>", "/deep": b"[" * 99_999}
        bodies["/long"] = b" " * (LONGEST_DOCUMENT + 1)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
        else:
            self.send_response(200 if self.path in bodies else 404)
        self.end_headers()
        self.wfile.write(bodies.get(self.path, b"{}"))

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


async def test_what_an_issuer_publishes_is_fetched(server: str) -> None:
    assert await fetched(f"{server}/good") == {"issuer": 1}


@pytest.mark.parametrize("path", ["/moved", "/long", "/text", "/deep", "/missing"])
async def test_nothing_else_than_a_short_document_from_there_is_taken(server: str, path: str) -> None:
    with pytest.raises(Unavailable):
        await fetched(server + path)


async def test_an_issuer_that_is_not_there_is_away() -> None:
    with pytest.raises(Unavailable):
        await fetched("http://127.0.0.1:9/nobody")
