"""Claims of every wrong shape in tokens whose signature is right, from both whom the installation trusts."""

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from service.claims import LATEST, LONGEST_SUBJECT, LONGEST_TOKEN, Read, read, viewer_of
from service.errors import Code, Refusal
from service.identity import ends_at
from service.viewer import ANONYMOUS, Bound, Denial, Grant, Role, Viewer
from tests.rules.identity_scene import AUDIENCE, ISSUER, LOCAL, ROLES, RSA, WHO, Website, now, published, token

PAGES = ["https://app.example"]


@pytest.fixture
def site() -> Website:
    return Website(published("r1", RSA, "RS256"))


def of_the_issuer(claims: str, **header: Any) -> str:
    return jwt.api_jws.encode(claims.encode(), RSA, "RS256", {"kid": "r1", **header})


def of_our_own(claims: str, **header: Any) -> str:
    own = claims.replace(json.dumps(ISSUER), '"cobuild"')
    return jwt.api_jws.encode(own.encode(), LOCAL.keys["local"], "HS256", {"kid": "local", **header})


SIGNERS = [of_the_issuer, of_our_own]


def said(**claims: Any) -> str:
    """The text of claims that hold but for those given; `raw` is put in as it is."""
    raw = claims.pop("raw", "")
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "张联络", "nbf": 1, "exp": 9999999999, "roles": ROLES} | claims
    return json.dumps({name: value for name, value in good.items() if value is not ...})[:-1] + raw + "}"


@pytest.mark.parametrize("sign", SIGNERS)
@pytest.mark.parametrize(
    "claims",
    [
        said(),
        said(aud=[AUDIENCE]),
        said(aud=["other", AUDIENCE]),
        said(exp=9999999999.5),
        said(nbf=0.5, iat=0),
        said(nbf=-1),
    ],
)
async def test_claims_of_a_right_shape_hold(site: Website, sign: Callable[..., str], claims: str) -> None:
    assert await site.who(sign(claims)) == WHO


MOMENTS: list[Any] = ["9999999999", "", True, False, [9999999999], {}, None, 10**400, -(10**400), LATEST, -LATEST]
WRONG = [
    *(said(**{name: moment}) for name in ("exp", "nbf", "iat") for moment in MOMENTS),
    *(
        said(**{name: ...}, raw=f', "{name}": {text}')
        for name in ("exp", "nbf")
        for text in ("NaN", "Infinity", "1e999")
    ),
    *(said(exp=..., raw=f', "exp": {text}') for text in ("-Infinity", "-1e999", "9" * 5_000, "01")),
    *(said(aud=wrong) for wrong in (None, 5, {}, {AUDIENCE: 1}, [], "", "other", [5], [AUDIENCE, 5], [[AUDIENCE]])),
    *(said(iss=wrong) for wrong in (None, 5, [ISSUER], {"iss": ISSUER}, "", f"{ISSUER}/", ISSUER.upper(), [[]])),
    *(
        said(sub=wrong)
        for wrong in (None, 5, True, ["张联络"], {}, "", "x" * (LONGEST_SUBJECT + 1), "a\nb", "a\0", "\u202e")
    ),
    said(sub="service:follower"),
    said(jti=5),
    *(said(**{name: ...}) for name in ("iss", "aud", "sub", "exp", "nbf")),
    said(raw=', "sub": "root"'),
    said(raw=', "roles": []'),
    said(raw=', "exp": 9999999999'),
    said(roles=[{}], raw=""),
    said(roles=..., raw=', "roles": [{"role": "FRONT_END", "role": "OPERATOR"}]'),
    said(roles=..., raw=', "roles": ' + "[" * 900 + "]" * 900),
    "[]",
    "5",
    "null",
    '"text"',
    "",
    said()[:-1],
    said() + " {}",
    said() + "\0",
    "\ufeff" + said(),
]


@pytest.mark.parametrize("sign", SIGNERS)
@pytest.mark.parametrize("claims", WRONG, ids=range(len(WRONG)))
async def test_claims_of_a_wrong_shape_do_not_whoever_signed_them(
    site: Website, sign: Callable[..., str], claims: str
) -> None:
    assert await site.refused(sign(claims)) == "The token is not valid."


@pytest.mark.parametrize("sign", SIGNERS)
@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exotic"], "exotic": 1},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": "exp"},
        {"crit": None},
        {"kid": None},
        {"kid": 5},
        {"kid": ["r1"]},
        {"kid": {"r1": 1}},
        {"kid": ""},
        {"kid": "../../../../etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"kid": "https://evil.example/key"},
        {"kid": "R1"},
        {"kid": "r1\0"},
        {"kid": "r" * 5_000},
    ],
    ids=str,
)
async def test_no_header_but_a_known_kid_without_extensions_holds(
    site: Website, sign: Callable[..., str], header: dict[str, Any]
) -> None:
    if header.get("kid", "") is None or not isinstance(header.get("kid", ""), str):
        signed = _with_header(sign(said()), header)
    else:
        signed = sign(said(), **header)
    assert await site.refused(signed) == "The token is not valid."


def _with_header(signed: str, header: dict[str, Any]) -> str:
    """The token under another header, which its signature does not fit: no library signs such a one."""
    old = read(signed).header
    return ".".join(
        [jwt.utils.base64url_encode(json.dumps({**old, **header}).encode()).decode(), *signed.split(".")[1:]]
    )


@pytest.mark.parametrize("sign", SIGNERS)
async def test_a_payload_that_is_not_encoded_is_not_read(site: Website, sign: Callable[..., str]) -> None:
    parts = sign(said()).split(".")
    head = jwt.utils.base64url_encode(json.dumps({"alg": "RS256", "kid": "r1", "b64": False, "crit": ["b64"]}).encode())
    for payload in ("", parts[1], "{}"):
        assert await site.refused(f"{head.decode()}.{payload}.{parts[2]}") == "The token is not valid."


@pytest.mark.parametrize("sign", SIGNERS)
async def test_one_token_has_one_spelling(site: Website, sign: Callable[..., str]) -> None:
    good = sign(said())
    header, claims, signature = good.split(".")
    assert await site.who(good) == WHO
    for other in (
        f"{header}=.{claims}.{signature}",
        f"{header}.\n{claims}.{signature}",
        f"{header}.{claims}.{signature}.x",
    ):
        assert await site.refused(other) == "The token is not valid."


def test_a_token_is_bounded_before_it_is_read() -> None:
    with pytest.raises(ValueError, match="too long"):
        read("x" * (LONGEST_TOKEN + 1))
    began = time.perf_counter()
    with pytest.raises((ValueError, RecursionError)):
        read(f"{'W1tb' * 2_000}.e30.e30")
    assert time.perf_counter() - began < 5


def test_a_token_reads_as_what_it_says() -> None:
    found = read(of_our_own(said(sub="甲")))
    assert (found.kid, found.claims["sub"]) == ("local", "甲")
    with pytest.raises(ValueError, match="no text"):
        _ = Read({"kid": 1}, {}).kid
    own = LOCAL.issue(WHO, now(), dt.timedelta(hours=1))
    assert ends_at(f"Bearer {own}") == pytest.approx(now().timestamp() + 3600, abs=5)
    assert read(own).claims["jti"] != read(LOCAL.issue(WHO, now(), dt.timedelta(hours=1))).claims["jti"]


async def test_whose_token_it_was_is_known_once_its_signature_is_right(site: Website) -> None:
    async def owner(text: str) -> Viewer:
        with pytest.raises(Denial) as denial:
            await site.who(text)
        return denial.value.viewer

    past = now() - dt.timedelta(hours=1)
    assert await owner(token(exp=past)) == WHO
    assert await owner(token(exp=past, roles=[{"role": "KING"}])) == ANONYMOUS
    assert await owner(LOCAL.issue(WHO, past, dt.timedelta(minutes=1))) == WHO
    assert await owner(token(exp=past)[:-4] + "AAAA") == ANONYMOUS


# ── Tokens for front-ends without login ──

GRANT = Grant(Role.FRONT_END, "net_a")
PAGE = Viewer("网页", (GRANT,), Bound(("https://app.example",), ("a", "b")))


@pytest.mark.parametrize("viewer", [PAGE, Viewer("网页", (), Bound(("https://app.example", "http://localhost:3000")))])
async def test_what_a_token_binds_to_comes_back_from_it(site: Website, viewer: Viewer) -> None:
    assert await site.who(LOCAL.issue(viewer, now(), dt.timedelta(hours=1))) == viewer
    assert viewer.bound is not None
    roles = [{"role": grant.role, "network": grant.network} for grant in viewer.grants]
    assert await site.who(token(sub="网页", roles=roles, service=viewer.bound.claim())) == viewer


def test_the_origins_of_a_token_are_those_that_browsers_send() -> None:
    read_again = viewer_of({"sub": "x", "service": {"origins": ["HTTPS://App.Example"]}})
    assert read_again.bound == Bound(("https://app.example",))


@pytest.mark.parametrize(
    "service",
    [
        *(True, "https://app.example", PAGES, 5, {}),
        *({"origins": each} for each in ([], "https://app.example", [5], [""], None, {}, ["https://a"] * 101)),
        *({"origins": PAGES, "documents": each} for each in ("a", [1], [""], {}, True)),
        {"origins": PAGES, "queries": ["a"]},
    ],
    ids=str,
)
async def test_a_token_that_is_bound_in_another_shape_does_not_hold(site: Website, service: Any) -> None:
    assert await site.refused(token(service=service)) == "The token is not valid."


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PUBLIC, Role.FRONT_END}))
async def test_no_token_that_a_page_shows_to_everybody_carries_more_than_reading(site: Website, role: Role) -> None:
    scope = {} if role is Role.OPERATOR else {"network": "net_a"}
    scope |= {"organization": "org_a"} if role is Role.RECORDER else {}
    roles = [{"role": "FRONT_END", "network": "net_a"}, {"role": role, **scope}]
    assert len((await site.who(token(roles=roles))).grants) == 2
    assert await site.refused(token(roles=roles, service={"origins": PAGES})) == "The token is not valid."


async def test_a_denial_tells_its_code_alone(site: Website) -> None:
    with pytest.raises(Refusal) as refusal:
        await site.who(token(exp=now() - dt.timedelta(hours=1)))
    assert [(each.code, each.path) for each in refusal.value.problems] == [(Code.UNAUTHENTICATED, ())]
