"""Who is asking: roles with scopes, the rights they carry, and how a token becomes a `Viewer`.

The table is domain.md, *Who does what*. Default deny: what no row gives, nobody has.
"""

import datetime as dt
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import cached_property
from typing import Any

import jwt

from service.errors import Code, Problem, Refusal

ALGORITHM = "HS256"
LEEWAY = dt.timedelta(seconds=30)
CLAIMS = ("iss", "aud", "exp", "nbf", "sub")
BOUND = "service"  # the claim that makes a token one for a front-end without login
SERVICE = "service:"  # begins the subjects under which the service itself acts; no token has such a one


class Upper(StrEnum):
    """String enums whose value is their name: what is stored, sent and logged is the same word."""

    @staticmethod
    def _generate_next_value_(name: str, start: int, count: int, last_values: list[str]) -> str:
        return name


class Role(Upper):
    PUBLIC = auto()
    FRONT_END = auto()
    RECORDER = auto()
    NETWORK_ADMIN = auto()
    INTEGRITY_OFFICER = auto()
    OBSERVER = auto()
    OPERATOR = auto()


class Right(Upper):
    READ_PUBLIC = auto()
    READ_NETWORK = auto()
    READ_DRAFTS = auto()
    READ_CONTACTS = auto()
    READ_TIMELINE = auto()
    CREATE_NETWORKS = auto()
    KEEP_NETWORK = auto()
    KEEP_ORGANIZATIONS = auto()
    KEEP_MEMBERSHIPS = auto()
    KEEP_AGREEMENTS = auto()
    SIGN_AGREEMENTS = auto()
    RECORD_ACTIVITIES = auto()
    CONFIRM_ACTIVITIES = auto()
    KEEP_PLANS = auto()
    GIVE_ROLES = auto()
    READ_FINDINGS = auto()
    READ_DRAFT_FINDINGS = auto()
    READ_RESTRICTED = auto()
    READ_ACCESS_LOG = auto()
    KEEP_CLAUSES = auto()
    MAKE_COMMITMENTS = auto()
    RECORD_GIFTS = auto()
    DECIDE_GIFTS = auto()
    REPORT_BREACHES = auto()
    JUDGE_BREACHES = auto()
    KEEP_AUDITS = auto()
    RECTIFY_FINDINGS = auto()
    FORGET_PERSONS = auto()
    VERIFY_TRAIL = auto()


READERS = frozenset({Right.READ_PUBLIC, Right.READ_NETWORK})
INSIDERS = READERS | {Right.READ_DRAFTS, Right.READ_TIMELINE}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.PUBLIC: frozenset({Right.READ_PUBLIC}),
    Role.FRONT_END: READERS,
    Role.RECORDER: INSIDERS
    | {
        Right.READ_CONTACTS,
        Right.SIGN_AGREEMENTS,
        Right.RECORD_ACTIVITIES,
        Right.CONFIRM_ACTIVITIES,
        Right.READ_FINDINGS,
        Right.MAKE_COMMITMENTS,
        Right.RECORD_GIFTS,
        Right.REPORT_BREACHES,
        Right.RECTIFY_FINDINGS,
    },
    Role.NETWORK_ADMIN: INSIDERS
    | {
        Right.READ_CONTACTS,
        Right.KEEP_NETWORK,
        Right.KEEP_ORGANIZATIONS,
        Right.KEEP_MEMBERSHIPS,
        Right.KEEP_AGREEMENTS,
        Right.RECORD_ACTIVITIES,
        Right.KEEP_PLANS,
        Right.GIVE_ROLES,
        Right.READ_FINDINGS,
        Right.FORGET_PERSONS,
    },
    Role.INTEGRITY_OFFICER: INSIDERS
    | {
        Right.READ_CONTACTS,
        Right.READ_FINDINGS,
        Right.READ_DRAFT_FINDINGS,
        Right.READ_RESTRICTED,
        Right.READ_ACCESS_LOG,
        Right.KEEP_CLAUSES,
        Right.DECIDE_GIFTS,
        Right.REPORT_BREACHES,
        Right.JUDGE_BREACHES,
        Right.KEEP_AUDITS,
        Right.VERIFY_TRAIL,
    },
    Role.OBSERVER: INSIDERS
    | {Right.READ_FINDINGS, Right.READ_DRAFT_FINDINGS, Right.READ_ACCESS_LOG, Right.VERIFY_TRAIL},
    Role.OPERATOR: frozenset({Right.READ_PUBLIC, Right.CREATE_NETWORKS, Right.VERIFY_TRAIL}),
}
INSTALLATION_WIDE = frozenset({Role.PUBLIC, Role.OPERATOR})
OWN_ORGANIZATION_ONLY = frozenset(
    {
        Right.READ_CONTACTS,
        Right.SIGN_AGREEMENTS,
        Right.RECORD_ACTIVITIES,
        Right.CONFIRM_ACTIVITIES,
        Right.READ_FINDINGS,
        Right.MAKE_COMMITMENTS,
        Right.RECORD_GIFTS,
        Right.REPORT_BREACHES,
        Right.RECTIFY_FINDINGS,
    }
)  # held by an organisation's recorder for that organisation alone


class GrantSource(Upper):
    """Where a viewer has a role from: carried by the token, or given in the service to the token's subject."""

    TOKEN = auto()
    ASSIGNED = auto()


@dataclass(frozen=True)
class Grant:
    """A role for a scope: the installation (neither given), a network, or an organisation of it."""

    role: Role
    network: str | None = None
    organization: str | None = None
    source: GrantSource = GrantSource.TOKEN

    def __post_init__(self) -> None:
        if self.role in INSTALLATION_WIDE:
            fits = self.network is None and self.organization is None
        else:
            fits = self.network is not None and (self.organization is not None) == (self.role is Role.RECORDER)
        if not fits:
            raise ValueError(f"role {self.role} does not fit the scope {self.network}, {self.organization}")

    def gives(self, right: Right, network: str | None, organizations: Collection[str]) -> bool:
        if right not in RIGHTS[self.role] or self.network not in (None, network):
            return False
        return not self.narrows(right) or self.organization in organizations

    def narrows(self, right: Right) -> bool:
        """Whether it gives `right` for the records of its own organisation alone."""
        return self.organization is not None and right in OWN_ORGANIZATION_ONLY


@dataclass(frozen=True)
class Bound:
    """What a token for a front-end without login is bound to: pages of these origins, and these trusted documents."""

    origins: tuple[str, ...]
    documents: tuple[str, ...] | None = None  # None: every trusted one

    def claim(self) -> dict[str, list[str]]:
        """As a token carries it."""
        origins = {"origins": list(self.origins)}
        return origins if self.documents is None else {**origins, "documents": list(self.documents)}


@dataclass(frozen=True)
class Viewer:
    """A subject and its grants. Everybody, also without a token, holds PUBLIC."""

    subject: str
    grants: tuple[Grant, ...] = ()
    bound: Bound | None = None

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Those held, for whatever scope."""
        return frozenset(grant.role for grant in self.grants)

    def may(self, right: Right, network: str | None = None, organizations: Collection[str] = ()) -> bool:
        """Whether some grant gives `right` in `network`, for a record that concerns `organizations`."""
        if right is Right.READ_PUBLIC:
            return True
        return any(grant.gives(right, network, organizations) for grant in self.grants)

    def may_somewhere(self, right: Right) -> bool:
        """Whether `right` is held for any scope at all: enough to ask, not to be answered."""
        return right is Right.READ_PUBLIC or any(right in RIGHTS[grant.role] for grant in self.grants)

    def networks(self, right: Right) -> tuple[str, ...]:
        """The networks in which `right` is held for every record, in a stable order."""
        held = {grant.network for grant in self._carrying(right) if not grant.narrows(right)}
        return tuple(sorted(network for network in held if network is not None))

    def organizations(self, right: Right) -> Mapping[str, tuple[str, ...]]:
        """By network the organisations for whose records alone `right` is held, in a stable order."""
        narrow = {
            (str(grant.network), str(grant.organization)) for grant in self._carrying(right) if grant.narrows(right)
        }
        return {
            network: tuple(sorted(own for own_network, own in narrow if own_network == network))
            for network, _ in sorted(narrow)
        }

    def _carrying(self, right: Right) -> list[Grant]:
        return [grant for grant in self.grants if right in RIGHTS[grant.role]]


ANONYMOUS = Viewer("anonymous")


class Denial(Refusal):
    """Who asks may not: the `viewer`, where a token that no longer holds still tells who; the `network`, if known."""

    def __init__(self, problem: Problem, viewer: Viewer = ANONYMOUS, network: str | None = None) -> None:
        super().__init__(problem)
        self.viewer = viewer
        self.network = network


def forbidden(right: Right, path: tuple[str | int, ...] = (), network: str | None = None) -> Denial:
    english = f"This needs the right {right}, which you do not hold for this record's network or organisation."
    chinese = f"此操作需要权限 {right};您在该记录所属的网络或单位没有此权限。"
    return Denial(Problem(Code.FORBIDDEN, path, english, chinese), network=network)


@dataclass(frozen=True)
class TokenKeys:
    """The local keys by `kid`; the first one signs, every one verifies, so that a key can be rotated."""

    keys: Mapping[str, bytes]
    issuer: str
    audience: str

    def issue(self, viewer: Viewer, now: dt.datetime, lifetime: dt.timedelta) -> str:
        """A signed token that says who `viewer` is until `now + lifetime`; its `jti` is there to be revoked by."""
        kid, key = next(iter(self.keys.items()))
        roles = [
            {"role": grant.role, "network": grant.network, "organization": grant.organization}
            for grant in viewer.grants
        ]
        claims = {"iss": self.issuer, "aud": self.audience, "sub": viewer.subject, "roles": roles}
        times = {"nbf": now, "iat": now, "exp": now + lifetime, "jti": secrets.token_hex(8)}
        bound = {} if viewer.bound is None else {BOUND: viewer.bound.claim()}
        return jwt.encode(claims | times | bound, key, ALGORITHM, headers={"kid": kid})

    def claims(self, token: str, kid: str) -> Mapping[str, Any]:
        """What a token of ours says. Raises jwt.PyJWTError, KeyError or TypeError for any other."""
        said: Mapping[str, Any] = jwt.decode(
            token,
            self.keys[kid],
            algorithms=[ALGORITHM],
            issuer=self.issuer,
            audience=self.audience,
            leeway=LEEWAY,
            options={"require": list(CLAIMS)},
        )
        return said


def bearer(authorization: str) -> str:
    """The token in an `Authorization` header. Raises `Refusal` UNAUTHENTICATED for another scheme."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated(
            "Send the header as: Authorization: Bearer <token>.",
            "请按此格式发送令牌:Authorization: Bearer <令牌>。",
        )
    return token


def invalid_token(viewer: Viewer = ANONYMOUS, expired: bool = False) -> Denial:
    """The answer to any token that does not hold: not why, which only an attacker could use."""
    if expired:
        return unauthenticated("The token has expired; get a new one.", "令牌已过期,请重新获取。", viewer)
    return unauthenticated("The token is not valid.", "令牌无效。", viewer)


def unauthenticated(english: str, chinese: str, viewer: Viewer = ANONYMOUS) -> Denial:
    return Denial(Problem(Code.UNAUTHENTICATED, (), english, chinese), viewer)
