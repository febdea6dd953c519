"""Who may do what: the table of domain.md as a matrix, scopes, and tokens that say who asks."""

import base64
import datetime as dt
import itertools
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.acts import FOLLOWER
from service.errors import Code, Refusal
from service.identity import Identity
from service.viewer import ANONYMOUS, INSTALLATION_WIDE, LEEWAY, Grant, Right, Role, TokenKeys, Viewer, forbidden

# Written from domain.md, *Who does what*: network-wide "x", for the own organisation alone "o", else nothing.
MATRIX = """
                    PUBLIC FRONT_END RECORDER NETWORK_ADMIN INTEGRITY_OFFICER OBSERVER OPERATOR
READ_PUBLIC           x        x        x           x               x            x        x
READ_NETWORK          .        x        x           x               x            x        .
READ_DRAFTS           .        .        x           x               x            x        .
READ_CONTACTS         .        .        o           x               x            .        .
READ_TIMELINE         .        .        x           x               x            x        .
CREATE_NETWORKS       .        .        .           .               .            .        x
KEEP_NETWORK          .        .        .           x               .            .        .
KEEP_ORGANIZATIONS    .        .        .           x               .            .        .
KEEP_MEMBERSHIPS      .        .        .           x               .            .        .
KEEP_AGREEMENTS       .        .        .           x               .            .        .
SIGN_AGREEMENTS       .        .        o           .               .            .        .
RECORD_ACTIVITIES     .        .        o           x               .            .        .
CONFIRM_ACTIVITIES    .        .        o           .               .            .        .
KEEP_PLANS            .        .        .           x               .            .        .
GIVE_ROLES            .        .        .           x               .            .        .
READ_FINDINGS         .        .        o           x               x            x        .
READ_DRAFT_FINDINGS   .        .        .           .               x            x        .
READ_RESTRICTED       .        .        .           .               x            .        .
READ_ACCESS_LOG       .        .        .           .               x            x        .
KEEP_CLAUSES          .        .        .           .               x            .        .
MAKE_COMMITMENTS      .        .        o           .               .            .        .
RECORD_GIFTS          .        .        o           .               .            .        .
DECIDE_GIFTS          .        .        .           .               x            .        .
REPORT_BREACHES       .        .        o           .               x            .        .
JUDGE_BREACHES        .        .        .           .               x            .        .
KEEP_AUDITS           .        .        .           .               x            .        .
RECTIFY_FINDINGS      .        .        o           .               .            .        .
FORGET_PERSONS        .        .        .           x               .            .        .
VERIFY_TRAIL          .        .        .           .               x            x        x
"""
ROLES, *LINES = (line.split() for line in MATRIX.strip().splitlines())
EXPECTED = {
    (Role(role), Right(right)): mark for right, *marks in LINES for role, mark in zip(ROLES, marks, strict=True)
}


def granted(role: Role) -> Grant:
    """The role for the network net_a, or the organisation org_1 of it, or the installation, as it is given."""
    if role in INSTALLATION_WIDE:
        return Grant(role)
    return Grant(role, "net_a", "org_1" if role is Role.RECORDER else None)


def test_the_matrix_is_whole() -> None:
    assert set(EXPECTED) == set(itertools.product(Role, Right))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_gives_what_its_row_says_and_nothing_else(role: Role, right: Right) -> None:
    viewer, mark = Viewer("某人", (granted(role),)), EXPECTED[role, right]
    everywhere = right is Right.READ_PUBLIC or (mark == "x" and role in INSTALLATION_WIDE)
    assert viewer.may(right, "net_a", ["org_1", "org_2"]) == (mark in "xo")
    assert viewer.may(right, "net_a", ["org_2"]) == (mark == "x")
    assert viewer.may(right, "net_a") == (mark == "x")
    assert viewer.may(right, "net_b", ["org_1"]) == everywhere
    assert viewer.may(right) == everywhere
    assert viewer.may_somewhere(right) == (mark in "xo")
    assert viewer.networks(right) == (() if role in INSTALLATION_WIDE or mark in ".o" else ("net_a",))
    assert viewer.organizations(right) == ({"net_a": ("org_1",)} if mark == "o" else {})


@pytest.mark.parametrize("right", Right)
def test_without_a_grant_nothing_but_what_is_public_is_given(right: Right) -> None:
    public = right is Right.READ_PUBLIC
    assert (ANONYMOUS.may(right, "net_a", ["org_1"]), ANONYMOUS.may_somewhere(right)) == (public, public)
    assert ANONYMOUS.networks(right) == ()


def test_several_grants_add_up_without_mixing() -> None:
    viewer = Viewer("两职", (Grant(Role.RECORDER, "net_a", "org_1"), Grant(Role.OBSERVER, "net_b")))
    assert viewer.networks(Right.READ_NETWORK) == ("net_a", "net_b")
    assert viewer.may(Right.SIGN_AGREEMENTS, "net_a", ["org_1"])
    assert not viewer.may(Right.SIGN_AGREEMENTS, "net_b", ["org_1"])


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("network", [None, "net_a"])
@pytest.mark.parametrize("organization", [None, "org_1"])
def test_a_role_is_given_for_its_own_scope_only(role: Role, network: str | None, organization: str | None) -> None:
    fitting = granted(role)
    if (network, organization) == (fitting.network, fitting.organization):
        assert Grant(role, network, organization) == fitting
    else:
        with pytest.raises(ValueError, match=role):
            Grant(role, network, organization)


def test_what_is_forbidden_is_named_in_both_languages() -> None:
    (problem,) = forbidden(Right.KEEP_NETWORK, ("network",)).problems
    assert (problem.code, problem.path) == (Code.FORBIDDEN, ("network",))
    assert "KEEP_NETWORK" in problem.english
    assert "KEEP_NETWORK" in problem.chinese


# --- tokens ---

NEW, OLD = b"n" * 32, b"o" * 32
KEYS = TokenKeys({"2024": NEW, "2023": OLD}, issuer="cobuild", audience="cobuild-api")
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HOUR = dt.timedelta(hours=1)
LEE = Viewer("李联络员", (Grant(Role.RECORDER, "net_a", "org_1"), Grant(Role.FRONT_END, "net_b"), Grant(Role.OPERATOR)))


def bearer(header: dict[str, Any] | None = None, key: bytes = NEW, algorithm: str = "HS256", **claims: Any) -> str:
    """A token that is right but for what is given; a claim given as None is left out."""
    good = {"iss": "cobuild", "aud": "cobuild-api", "sub": "李联络员", "nbf": NOW, "exp": NOW + HOUR}
    said = {name: value for name, value in (good | claims).items() if value is not None}
    return "Bearer " + jwt.encode(said, key, algorithm, headers={"kid": "2024", **(header or {})})


def hand_made(header: Any, claims: Any, signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return "Bearer " + ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def identify(authorization: str | None, keys: TokenKeys = KEYS) -> Viewer:
    """The viewer behind a header, by our own keys alone, which wait for nobody."""
    try:
        Identity(keys).identify(authorization).send(None)
    except StopIteration as done:
        found: Viewer = done.value
        return found
    raise AssertionError("there was something to wait for")


def refused(authorization: str | None, keys: TokenKeys = KEYS) -> str:
    """The English message of the one problem that `identify` raises."""
    with pytest.raises(Refusal) as refusal:
        identify(authorization, keys)
    (problem,) = refusal.value.problems
    assert (problem.code, problem.path) == (Code.UNAUTHENTICATED, ())
    assert problem.chinese
    return problem.english


def test_a_token_says_who_asks() -> None:
    assert identify(f"Bearer {KEYS.issue(LEE, NOW, HOUR)}") == LEE
    assert identify(f"bearer {KEYS.issue(ANONYMOUS, NOW, HOUR)}") == ANONYMOUS
    assert identify(bearer()) == Viewer("李联络员")
    assert identify(None) == ANONYMOUS


def test_the_first_key_signs_and_every_key_verifies() -> None:
    assert jwt.get_unverified_header(KEYS.issue(LEE, NOW, HOUR)) == {"alg": "HS256", "kid": "2024", "typ": "JWT"}
    before = TokenKeys({"2023": OLD}, "cobuild", "cobuild-api").issue(LEE, NOW, HOUR)
    assert identify(f"Bearer {before}") == LEE


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic dXNlcjpwYXNz", KEYS.issue(LEE, NOW, HOUR)])
def test_another_header_is_told_what_it_should_be(authorization: str) -> None:
    assert refused(authorization) == "Send the header as: Authorization: Bearer <token>."


def test_an_expired_token_is_told_so_and_the_clock_may_differ_by_the_leeway() -> None:
    now = dt.datetime.now(dt.UTC)
    assert refused(bearer(exp=now - 2 * LEEWAY)) == "The token has expired; get a new one."
    assert identify(bearer(exp=now - LEEWAY / 2)).subject == "李联络员"
    assert identify(bearer(nbf=now + LEEWAY / 2)).subject == "李联络员"


TAMPERED = bearer(roles=[{"role": "FRONT_END", "network": "net_a"}])
HEAD, BODY, SIGNATURE = TAMPERED.removeprefix("Bearer ").split(".")
GOOD = {"iss": "cobuild", "aud": "cobuild-api", "sub": "x", "nbf": 0, "exp": 2**33}


@pytest.mark.parametrize(
    "authorization",
    [
        bearer(nbf=NOW + HOUR / 2),
        bearer(iss="somebody-else"),
        bearer(sub=FOLLOWER),
        bearer(aud="another-api"),
        *(bearer(**{claim: None}) for claim in ("iss", "aud", "sub", "nbf", "exp")),
        bearer(exp="tomorrow"),
        bearer(exp=float("inf")),
        bearer({"kid": "2022"}),
        bearer({"kid": ""}),
        bearer(key=OLD),
        bearer(algorithm="HS384", key=b"n" * 48),
        hand_made({"alg": "none", "kid": "2024"}, GOOD),
        hand_made({"alg": "HS256", "kid": "2024"}, GOOD),
        hand_made({"alg": "HS256", "kid": ["2024"]}, GOOD),
        hand_made({"alg": "HS256", "kid": {}}, GOOD),
        hand_made({"alg": "HS256"}, GOOD),
        hand_made([], GOOD),
        hand_made({"alg": "HS256", "kid": "2024"}, []),
        f"Bearer {HEAD}.{BODY[:-2]}AA.{SIGNATURE}",
        f"Bearer {HEAD}.{BODY}.{SIGNATURE[::-1]}",
        f"Bearer {HEAD}.{BODY}.",
        f"Bearer {HEAD}.{BODY}",
        "Bearer a.b.c",
        "Bearer 令牌",
        "Bearer " + base64.urlsafe_b64encode(b"[" * 60_000).decode() + ".e30.e30",
    ],
)
def test_whatever_is_not_a_valid_token_of_ours_is_refused_and_nothing_else_happens(authorization: str) -> None:
    assert refused(authorization) == "The token is not valid."


@pytest.mark.parametrize(
    "roles",
    [
        0,
        "",
        {},
        False,
        "PUBLIC",
        {"role": "PUBLIC"},
        ["PUBLIC"],
        [None],
        [["role"]],
        [{}],
        [{"role": "KING"}],
        [{"role": ["PUBLIC"]}],
        [{"role": "FRONT_END"}],
        [{"role": "FRONT_END", "network": 5}],
        [{"role": "FRONT_END", "network": ""}],
        [{"role": "FRONT_END", "network": {"$ne": ""}}],
        [{"role": "FRONT_END", "network": "net_a", "organization": "org_1"}],
        [{"role": "RECORDER", "network": "net_a"}],
        [{"role": "RECORDER", "network": "net_a", "organization": ["org_1"]}],
        [{"role": "PUBLIC", "network": "net_a"}],
        [{"role": "FRONT_END", "network": "net_a"}, {"role": "KING"}],
    ],
)
def test_malformed_roles_give_nothing(roles: Any) -> None:
    assert refused(bearer(roles=roles)) == "The token is not valid."


def test_an_empty_key_verifies_nothing() -> None:
    careless = TokenKeys({"2024": b""}, "cobuild", "cobuild-api")
    assert refused(bearer(), careless) == "The token is not valid."
    assert refused(hand_made({"alg": "HS256", "kid": "2024"}, GOOD), careless) == "The token is not valid."


@given(st.text(st.characters(max_codepoint=255), max_size=200))
def test_no_header_however_strange_does_more_than_be_refused(header: str) -> None:
    refused(header)
    refused(f"Bearer {header}.{header}.{header}")


@given(st.integers(0, len(SIGNATURE) - 2), st.sampled_from("ABCxyz019-_"))
def test_no_signature_but_the_right_one_is_taken(place: int, letter: str) -> None:
    changed = SIGNATURE[:place] + letter + SIGNATURE[place + 1 :]
    if changed != SIGNATURE:
        refused(f"Bearer {HEAD}.{BODY}.{changed}")
