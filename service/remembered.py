"""Tokens that were found valid, remembered for a moment: verifying one costs more than all else of a small request.

What is remembered is the SHA-256 of a token and whom it speaks of, never the token. It ends with the token itself, to
the second, and after REMEMBERED_SECONDS in any case, so that a key that was withdrawn ends what it signed in time. Who
is revoked is asked for each request. A token that does not hold is not remembered: nobody can fill the memory with any.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from service.viewer import LEEWAY, Viewer

REMEMBERED_SECONDS = 15.0
MOST_REMEMBERED = 10_000  # tokens; beyond them the one longest unasked is forgotten


class Held(NamedTuple):
    """Whom a token speaks of, the names by which it may be revoked, and until when it holds."""

    viewer: Viewer
    names: tuple[str, ...]
    until: float  # on the clock of the day, in seconds since 1970
    since: float  # on a clock that nobody sets


@dataclass
class Remembered:
    today: Callable[[], float] = time.time
    clock: Callable[[], float] = time.monotonic
    _held: OrderedDict[bytes, Held] = field(default_factory=OrderedDict, init=False)

    def find(self, token: str) -> Held | None:
        """What is known of a token that was verified a moment ago and has not ended since."""
        key = _key(token)
        held = self._held.get(key)
        if held is None:
            return None
        if self.clock() - held.since >= REMEMBERED_SECONDS or self.today() >= held.until:
            del self._held[key]
            return None
        self._held.move_to_end(key)
        return held

    def keep(self, token: str, viewer: Viewer, claims: Mapping[str, Any]) -> Held:
        """Remember a token that was verified just now; `claims` are what it says."""
        names = tuple(name for name in (claims.get("jti"), viewer.subject) if isinstance(name, str))
        until = int(claims["exp"]) + LEEWAY.total_seconds()
        held = self._held[_key(token)] = Held(viewer, names, until, self.clock())
        if len(self._held) > MOST_REMEMBERED:
            self._held.popitem(last=False)
        return held


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
