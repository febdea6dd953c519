"""What a token says: read strictly, so that nobody else can read it otherwise, and made into a `Viewer`.

Strict is more than RFC 7519 asks: no name twice (the last would win here, the first elsewhere), no extension of the
header (`crit`, `b64`), no characters beside those of Base64, no number that is none.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from service.viewer import BOUND, SERVICE, Bound, Grant, Role, Viewer

LONGEST_TOKEN = 8_192  # characters
LONGEST_SUBJECT = 255  # characters: OpenID Connect Core 1.0, section 2
TIMES = frozenset({"exp", "nbf", "iat"})
LATEST = 2**53  # seconds; above it a number of JSON is no exact one
EXTENSIONS = frozenset({"crit", "b64"})
SHOWN_TO_ALL = frozenset({Role.PUBLIC, Role.FRONT_END})  # the roles of a token that everybody can take from a page
MOST_BOUND = 100  # origins of such a token


class Read(NamedTuple):
    """A token as it reads; what it says proves nothing until its signature is verified."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    @property
    def kid(self) -> str:
        """Raises ValueError for anything but a text."""
        kid = self.header.get("kid")
        if not isinstance(kid, str):
            raise ValueError("kid is no text")
        return kid


def read(token: str) -> Read:
    """Raises ValueError or RecursionError for anything but a token that everybody reads in the same way."""
    if len(token) > LONGEST_TOKEN:
        raise ValueError("too long")
    header, claims, _ = token.split(".")
    found = Read(_object(header), _object(claims))
    if not EXTENSIONS.isdisjoint(found.header):
        raise ValueError("an extension that is not understood")
    for name in TIMES & found.claims.keys():
        if type(moment := found.claims[name]) not in (int, float) or not -LATEST < moment < LATEST:
            raise ValueError(f"{name} is no moment")
    return found


def _object(part: str) -> Mapping[str, Any]:
    text = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    said = json.loads(text.decode(), object_pairs_hook=_once, parse_constant=_no_number)
    if not isinstance(said, dict):
        raise ValueError("no object")
    return said


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number of JSON")


def ends_at(claims: Mapping[str, Any]) -> float:
    """When a token ends, in seconds since 1970."""
    return float(claims["exp"])


def viewer_of(claims: Mapping[str, Any], roles_claim: str = "roles") -> Viewer:
    """Who verified claims speak of. Raises ValueError, TypeError or KeyError for anything of another shape."""
    viewer = Viewer(_subject(claims["sub"]), grants_of(claims.get(roles_claim)), bound_of(claims.get(BOUND)))
    if viewer.bound is not None and any(grant.role not in SHOWN_TO_ALL for grant in viewer.grants):
        raise ValueError("what everybody can take from a page carries more than it may")
    return viewer


def grants_of(roles: object) -> tuple[Grant, ...]:
    """The grants a token's `roles` claim names. Raises ValueError, TypeError or KeyError for any other shape."""
    if not isinstance(roles, list | None):
        raise TypeError("roles is not a list")
    return tuple(
        Grant(Role(role["role"]), _scope(role.get("network")), _scope(role.get("organization"))) for role in roles or ()
    )


def bound_of(said: object) -> Bound | None:
    """What a token's `service` claim binds it to: `{"origins": [...]}` and, unless every trusted document is meant,
    `"documents": [...]`. Raises ValueError or TypeError for any other shape.
    """
    if said is None:
        return None
    if not isinstance(said, dict) or not said.keys() <= {"origins", "documents"}:
        raise TypeError("service is no object of origins and documents")
    origins, documents = _texts(said.get("origins")), said.get("documents")
    if not 0 < len(origins) <= MOST_BOUND:
        raise ValueError("it is for no page, or for too many")
    return Bound(tuple(each.lower() for each in origins), None if documents is None else _texts(documents))


def _texts(said: object) -> tuple[str, ...]:
    if not isinstance(said, list) or not all(isinstance(each, str) and each for each in said):
        raise TypeError("no list of texts")
    return tuple(said)


def _subject(subject: object) -> str:
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise ValueError("no subject")
    if subject.startswith(SERVICE):
        raise ValueError(f"{subject!r} is a subject of the service itself")
    return subject


def _scope(own_id: object) -> str | None:
    if own_id is not None and (not isinstance(own_id, str) or not own_id):
        raise ValueError(f"{own_id!r} is not an id")
    return own_id
