"""Who is asking, by a bearer token: one signed with the installation's own key, or by an OIDC issuer it trusts.

What a token is verified with never comes from the token: its `kid` chooses among keys that are known already, `jku`,
`x5u` and `jwk` are not looked at, and the algorithm is one of a fixed list that fits the key (RFC 8725, 3.1 to 3.10).
"""

import asyncio
import json
import time
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import jwt

from service.errors import Unavailable
from service.remembered import Held, Remembered
from service.viewer import (
    ANONYMOUS,
    LEEWAY,
    TokenKeys,
    Viewer,
    bearer,
    invalid_token,
    viewer_of,
)

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")  # with public keys alone, which are no secrets
LONGEST_TOKEN = 8_192  # characters
LONGEST_DOCUMENT = 262_144  # bytes of what an issuer publishes
FETCH_SECONDS = 3.0
UNKNOWN_KEY_SECONDS = 60.0  # between two looks for a key that was not there
KEPT_SECONDS = 3_600.0  # after which keys are fetched anew, so that a withdrawn one is forgotten

Fetch: TypeAlias = Callable[[str], Awaitable[Any]]


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where keys come from is what the operator set, not what an answer says."""

    def redirect_request(self, *_: Any) -> None:
        return None


async def fetched(address: str) -> Any:
    """The JSON at `address`. Raises `Unavailable` when there is none, or more than an issuer publishes."""

    def fetch() -> Any:
        with urllib.request.build_opener(NoRedirect).open(address, timeout=FETCH_SECONDS) as answer:
            body = answer.read(LONGEST_DOCUMENT + 1)
        if len(body) > LONGEST_DOCUMENT:
            raise ValueError("too long")
        return json.loads(body)

    try:
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

    async def claims(self, token: str, kid: str) -> Mapping[str, object]:
        """What `token` says. Raises jwt.PyJWTError as decoding does, `Unavailable` while no keys are known."""
        key = await self._key(kid)
        if key is None:
            raise jwt.InvalidKeyError(kid)
        said: Mapping[str, object] = jwt.decode(
            token,
            key,
            algorithms=[name for name in ALGORITHMS if name == key.algorithm_name],
            issuer=self.address,
            audience=self.audience,
            leeway=LEEWAY,
            options={"require": ["iss", "aud", "exp", "sub"]},  # nbf is not among the claims of OIDC
        )
        return said

    async def _key(self, kid: str) -> jwt.PyJWK | None:
        async with self._lock:  # whoever waits here finds what the first one fetched
            moment = self.clock()
            stale = moment - self._fetched > KEPT_SECONDS
            if (stale or kid not in self._keys) and moment - self._tried > UNKNOWN_KEY_SECONDS:
                self._tried = moment
                await self._refresh()
            elif not self._keys:
                raise Unavailable("the issuer of tokens did not answer a moment ago")
            return self._keys.get(kid)

    async def _refresh(self) -> None:
        """Fetch the keys anew. While the issuer does not answer, those that are known go on to hold."""
        try:
            described = await self.fetch(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
            published = await self.fetch(_address_of_keys(described, self.address))
            self._keys = _usable(published)
            self._fetched = self.clock()
        except Unavailable:
            if not self._keys:
                raise


def _address_of_keys(described: Any, issuer: str) -> str:
    """Where the keys are. Raises `Unavailable` when the description is not this issuer's own."""
    if not isinstance(described, dict) or described.get("issuer") != issuer:
        raise Unavailable(f"{issuer} describes itself as another issuer")
    address = described.get("jwks_uri")
    if not isinstance(address, str) or urlsplit(address).scheme != urlsplit(issuer).scheme:
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
        if key.algorithm_name in ALGORITHMS:
            found[each["kid"]] = key
    if not found:
        raise Unavailable("the issuer of tokens publishes no key that can be used")
    return found


@dataclass
class Revoked:
    """The revocation list: a file with one `jti` or `sub` a line, read again when it changes; `#` begins a remark."""

    path: Path | None
    _seen: tuple[float, int] | None = field(default=None, init=False)
    _names: frozenset[str] = field(default=frozenset(), init=False)

    def holds(self, names: Collection[str]) -> bool:
        """Whether one of `names` is revoked. Raises `Unavailable` when the list cannot be read: nobody passes then."""
        if self.path is None:
            return False
        try:
            state = self.path.stat()
            if (state.st_mtime, state.st_size) != self._seen:
                lines = self.path.read_text(encoding="utf-8").splitlines()
                self._names = frozenset(line.partition("#")[0].strip() for line in lines) - {""}
                self._seen = (state.st_mtime, state.st_size)
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"the list of revoked tokens cannot be read: {self.path}") from error
        return not self._names.isdisjoint(names)


def ends_at(authorization: str) -> float:
    """When the token of an `Authorization` header ends, in seconds since 1970; it was found valid before."""
    return float(jwt.decode(bearer(authorization), options={"verify_signature": False})["exp"])


@dataclass(frozen=True)
class Identity:
    """Everything a token is judged by: our own keys, the issuer trusted beside them, and what is revoked."""

    keys: TokenKeys
    issuer: Issuer | None = None
    revoked: Revoked = field(default_factory=lambda: Revoked(None))
    remembered: Remembered = field(default_factory=Remembered)

    async def identify(self, authorization: str | None) -> Viewer:
        """The viewer behind an `Authorization` header; without one, the anonymous public.

        Raises `Refusal` UNAUTHENTICATED for anything but a valid bearer token, `Unavailable` while the issuer that
        would have to be asked does not answer.
        """
        if authorization is None:
            return ANONYMOUS
        token = bearer(authorization)
        held = self.remembered.find(token) or await self._held(token)
        if self.revoked.holds(held.names):
            raise invalid_token()
        return held.viewer

    async def _held(self, token: str) -> Held:
        try:
            claims, viewer = await self._verified(token)
            return self.remembered.keep(token, viewer, claims)
        except jwt.ExpiredSignatureError:
            raise invalid_token(expired=True) from None
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError):
            raise invalid_token() from None

    async def _verified(self, token: str) -> tuple[Mapping[str, object], Viewer]:
        """Verified once, with the keys of whom the token names as its issuer: that chooses, and proves nothing."""
        if len(token) > LONGEST_TOKEN:
            raise jwt.DecodeError("too long")
        if self.issuer is not None:
            unverified = jwt.decode_complete(token, options={"verify_signature": False})
            if unverified["payload"].get("iss") == self.issuer.address:
                claims = await self.issuer.claims(token, str(unverified["header"].get("kid")))
                return claims, viewer_of(claims, self.issuer.roles_claim)
        claims = self.keys.claims(token)
        return claims, viewer_of(claims)
