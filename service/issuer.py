"""An OIDC issuer whose tokens are trusted: its keys found by discovery, kept, and fetched anew when they rotate.

What a token is verified with never comes from the token: its `kid` chooses among keys that are known already, `jku`,
`x5u` and `jwk` are not looked at, and the algorithm is one of a fixed list that fits the key (RFC 8725, 3.1 to 3.10).
"""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from service.errors import Unavailable
from service.viewer import LEEWAY

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # with public keys alone, which are no secrets
SHORTEST_RSA = 2_048  # bits: RFC 7518, 3.3
LONGEST_DOCUMENT = 262_144  # bytes of what an issuer publishes
PART = 16_384  # bytes read at a time
FETCH_SECONDS = 3.0  # for all of one document, however slowly it comes
UNKNOWN_KEY_SECONDS = 60.0  # between two looks for a key that was not there
KEPT_SECONDS = 3_600.0  # after which keys are fetched anew, so that a withdrawn one is forgotten
LONGEST_KEPT = 86_400.0  # for which keys hold while the issuer does not answer
NEAR = frozenset({"127.0.0.1", "::1", "localhost"})

Fetch: TypeAlias = Callable[[str], Awaitable[Any]]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where keys come from is what the operator set, not what an answer says."""

    def redirect_request(self, *_: Any) -> None:
        return None


def safe(address: str) -> bool:
    """Whether nobody on the way can change what is fetched there: by https, or on this machine."""
    try:
        parts = urlsplit(address)
        near = parts.scheme == "http" and parts.hostname in NEAR
        return bool((near or parts.scheme == "https") and parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


async def fetched(address: str) -> Any:
    """The JSON at `address`. Raises `Unavailable` when there is none, or more than an issuer publishes, or it is slow.

    No address but a safe one is asked: not even by mistake is a file read.
    """

    def fetch() -> Any:
        until, body = time.monotonic() + FETCH_SECONDS, b""
        with urllib.request.build_opener(NoRedirect).open(address, timeout=FETCH_SECONDS) as answer:
            while part := answer.read1(PART):
                body += part
                if len(body) > LONGEST_DOCUMENT or time.monotonic() > until:
                    raise ValueError("too long")
        return json.loads(body)

    try:
        if not safe(address):
            raise ValueError("neither https nor on this machine")
        async with asyncio.timeout(2 * FETCH_SECONDS):  # whatever the other side thinks of
            return await asyncio.to_thread(fetch)
    except (urllib.error.URLError, OSError, HTTPException, ValueError, RecursionError) as error:
        raise Unavailable(f"the issuer of tokens does not answer at {address}: {type(error).__name__}") from error


@dataclass
class Issuer:
    """An OIDC issuer, its keys found by discovery (OpenID Connect Discovery 1.0, section 4) and kept."""

    address: str
    audience: str
    roles_claim: str = "roles"
    fetch: Fetch = fetched
    clock: Callable[[], float] = time.monotonic
    _keys: Mapping[str, jwt.PyJWK] = field(default_factory=dict, init=False)
    _fetched: float = field(default=float("-inf"), init=False)
    _tried: float = field(default=float("-inf"), init=False)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def claims(self, token: str, kid: str) -> Mapping[str, Any]:
        """What `token` says. Raises jwt.PyJWTError as decoding does, `Unavailable` while no keys are known."""
        key = await self._key(kid)
        if key is None:
            raise jwt.InvalidKeyError(kid)
        said: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[name for name in ALGORITHMS if name == key.algorithm_name],
            issuer=self.address,
            audience=self.audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp", "sub"]},
        )
        if "nbf" not in said and "iat" not in said:  # nbf is not among the claims of OIDC; either is a beginning
            raise jwt.MissingRequiredClaimError("nbf")
        return said

    async def _key(self, kid: str) -> jwt.PyJWK | None:
        if self.clock() - self._fetched <= KEPT_SECONDS and kid in self._keys:
            return self._keys[kid]  # nobody waits while a key that is not there is looked for
        async with self._lock:  # whoever waits here finds what the first one fetched
            moment = self.clock()
            age = moment - self._fetched
            if (age > KEPT_SECONDS or kid not in self._keys) and moment - self._tried > UNKNOWN_KEY_SECONDS:
                self._tried = moment
                await self._refresh(age <= LONGEST_KEPT)
            elif age > LONGEST_KEPT:
                raise Unavailable("the issuer of tokens did not answer a moment ago")
            return self._keys.get(kid)

    async def _refresh(self, fresh: bool) -> None:
        """Fetch the keys anew. While the issuer does not answer, those that are known go on to hold, if `fresh`."""
        try:
            described = await self.fetch(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
            published = await self.fetch(_address_of_keys(described, self.address))
            self._keys = _usable(published)
            self._fetched = self.clock()
        except Unavailable:
            if not fresh:
                raise


def _address_of_keys(described: Any, issuer: str) -> str:
    """Where the keys are: perhaps on another host, since the issuer says so itself, but nowhere less safe.

    Raises `Unavailable` when the description is not this issuer's own.
    """
    if not isinstance(described, dict) or described.get("issuer") != issuer:
        raise Unavailable(f"{issuer} describes itself as another issuer")
    address = described.get("jwks_uri")
    if not isinstance(address, str) or not safe(address) or urlsplit(address).scheme != urlsplit(issuer).scheme:
        raise Unavailable(f"{issuer} does not say where its keys are")
    return address


def _usable(published: Any) -> dict[str, jwt.PyJWK]:
    """The signing keys among what was published, by `kid`, each with an algorithm of ours."""
    keys = published.get("keys") if isinstance(published, dict) else None
    found: dict[str, jwt.PyJWK] = {}
    for each in keys if isinstance(keys, list) else ():
        if not isinstance(each, dict) or each.get("use", "sig") != "sig" or not isinstance(each.get("kid"), str):
            continue
        try:
            key = jwt.PyJWK(each)
        except (jwt.PyJWTError, ValueError, TypeError):  # a kind of key that we do not know
            continue
        weak = isinstance(key.key, RSAPublicKey) and key.key.key_size < SHORTEST_RSA
        if key.algorithm_name in ALGORITHMS and not weak:
            found[each["kid"]] = key
    if not found:
        raise Unavailable("the issuer of tokens publishes no key that can be used")
    return found
