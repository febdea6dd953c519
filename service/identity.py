"""Who is asking, by a bearer token: one signed with the installation's own key, or by an OIDC issuer it trusts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt

from service import claims
from service.claims import Read, read, viewer_of
from service.errors import Unavailable
from service.issuer import Issuer
from service.remembered import Held, Remembered
from service.viewer import ANONYMOUS, TokenKeys, Viewer, bearer, invalid_token

UNFIT = (jwt.PyJWTError, ValueError, TypeError, KeyError, RecursionError)  # what a token that does not hold raises


@dataclass
class Revoked:
    """The revocation list: a file with one `jti` or `sub` a line, read again when it changes; `#` begins a remark."""

    path: Path | None
    _seen: tuple[int, ...] | None = field(default=None, init=False)
    _names: frozenset[str] = field(default=frozenset(), init=False)

    def holds(self, names: Collection[str]) -> bool:
        """Whether one of `names` is revoked. Raises `Unavailable` when the list cannot be read: nobody passes then."""
        if self.path is None:
            return False
        try:
            status = self.path.stat()
            state = (status.st_mtime_ns, status.st_size, status.st_ino)
            if state != self._seen:
                lines = self.path.read_text(encoding="utf-8").splitlines()
                self._names = frozenset(line.partition("#")[0].strip() for line in lines) - {""}
                self._seen = state
        except (OSError, UnicodeDecodeError) as error:
            raise Unavailable(f"the list of revoked tokens cannot be read: {self.path}") from error
        return not self._names.isdisjoint(names)


def ends_at(authorization: str) -> float:
    """When the token of an `Authorization` header ends, in seconds since 1970; it was found valid before."""
    return claims.ends_at(read(bearer(authorization)).claims)


@dataclass(frozen=True)
class Identity:
    """Everything a token is judged by: our own keys, the issuer trusted beside them, and what is revoked."""

    keys: TokenKeys
    issuer: Issuer | None = None
    revoked: Revoked = field(default_factory=lambda: Revoked(None))
    remembered: Remembered = field(default_factory=Remembered)

    async def identify(self, authorization: str | None) -> Viewer:
        """The viewer behind an `Authorization` header; without one, the anonymous public.

        Raises `Denial` UNAUTHENTICATED for anything but a valid bearer token, naming whose it was if it held once;
        `Unavailable` while the issuer that would have to be asked does not answer.
        """
        if authorization is None:
            return ANONYMOUS
        token = bearer(authorization)
        held = self.remembered.find(token) or await self._held(token)
        if self.revoked.holds(held.names):
            raise invalid_token(held.viewer)
        return held.viewer

    async def _held(self, token: str) -> Held:
        try:
            found = read(token)
            said = await self._verified(token, found)
            return self.remembered.keep(token, self._viewer(said), said)
        except jwt.ExpiredSignatureError:  # with a signature that is right
            raise invalid_token(self._once(found), expired=True) from None
        except UNFIT:
            raise invalid_token() from None

    async def _verified(self, token: str, found: Read) -> Mapping[str, Any]:
        """Verified once, with the keys of whom the token names as its issuer: that chooses, and proves nothing."""
        if self._foreign(found.claims) and self.issuer is not None:
            return await self.issuer.claims(token, found.kid)
        return self.keys.claims(token, found.kid)

    def _viewer(self, said: Mapping[str, Any]) -> Viewer:
        foreign = self.issuer if self._foreign(said) else None
        return viewer_of(said, foreign.roles_claim) if foreign else viewer_of(said)

    def _foreign(self, said: Mapping[str, Any]) -> bool:
        return self.issuer is not None and said.get("iss") == self.issuer.address

    def _once(self, found: Read) -> Viewer:
        """Whose token it was, as it says itself."""
        try:
            return self._viewer(found.claims)
        except UNFIT:
            return ANONYMOUS
