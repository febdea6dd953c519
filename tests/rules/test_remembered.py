"""Tokens remembered for a moment: verified once, and never beyond their end, their key or their revocation."""

import datetime as dt
from pathlib import Path
from typing import Any

import jwt
import pytest

from service import remembered
from service.errors import Refusal
from service.identity import Identity, Revoked
from service.remembered import REMEMBERED_SECONDS, Remembered
from service.viewer import LEEWAY
from tests.rules.identity_scene import KEYS, LOCAL, RSA, WHO, Website, now, published, token

SOON = dt.timedelta(seconds=REMEMBERED_SECONDS)


class Clock:
    """Both clocks, moved by the test."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.began = now().timestamp()
        self.remembered = Remembered(lambda: self.began + self.seconds, lambda: self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature was looked at."""
    looked_at: list[str] = []
    decode = jwt.decode

    def noting(given: str, *more: Any, **named: Any) -> Any:
        looked_at.append(given)
        return decode(given, *more, **named)

    monkeypatch.setattr(jwt, "decode", noting)
    return looked_at


async def test_a_token_is_verified_once_in_a_moment_and_again_after_it(clock: Clock, verified: list[str]) -> None:
    identity = Identity(LOCAL, remembered=clock.remembered)
    header = f"Bearer {LOCAL.issue(WHO, now(), dt.timedelta(hours=1))}"
    for _ in range(3):
        assert await identity.identify(header) == WHO
    clock.seconds = REMEMBERED_SECONDS - 0.1
    assert await identity.identify(header) == WHO
    assert len(verified) == 1
    clock.seconds = REMEMBERED_SECONDS
    assert await identity.identify(header) == WHO
    assert len(verified) == 2


async def test_what_is_remembered_ends_with_the_token(clock: Clock) -> None:
    """The key is looked for again then, and it does not end later than a token that was never remembered."""
    own = LOCAL.issue(WHO, now(), dt.timedelta(seconds=5) - LEEWAY)
    held = clock.remembered.keep(own, WHO, {"exp": clock.began + 5 - LEEWAY.total_seconds()})
    assert clock.remembered.find(own) == held
    clock.seconds = 5.0
    assert clock.remembered.find(own) is None
    clock.seconds = 0.0
    assert clock.remembered.find(own) is None


async def test_a_key_that_is_withdrawn_ends_what_it_signed(clock: Clock) -> None:
    site = Website(*(published(*each) for each in KEYS))
    site.identity = Identity(LOCAL, site.issuer, remembered=clock.remembered)
    own = token(RSA, "RS256", "r1")
    assert await site.who(own) == WHO
    site.issuer._keys = {kid: key for kid, key in site.issuer._keys.items() if kid != "r1"}
    assert await site.who(own) == WHO
    clock.seconds = REMEMBERED_SECONDS
    assert await site.refused(own) == "The token is not valid."


async def test_a_revoked_token_is_refused_at_once(clock: Clock, tmp_path: Path, verified: list[str]) -> None:
    path = tmp_path / "revoked"
    path.write_text("")
    identity = Identity(LOCAL, None, Revoked(path), clock.remembered)
    header = f"Bearer {LOCAL.issue(WHO, now(), dt.timedelta(hours=1))}"
    assert await identity.identify(header) == WHO
    path.write_text(f"{WHO.subject}\n", encoding="utf-8")
    with pytest.raises(Refusal, match="UNAUTHENTICATED"):
        await identity.identify(header)
    assert len(verified) == 1


async def test_what_does_not_hold_is_not_remembered(clock: Clock, verified: list[str]) -> None:
    identity = Identity(LOCAL, remembered=clock.remembered)
    for forged in (LOCAL.issue(WHO, now() - SOON * 99, SOON), LOCAL.issue(WHO, now(), SOON)[:-4], "a.b.c", "\ud800"):
        for _ in range(2):
            with pytest.raises(Refusal):
                await identity.identify(f"Bearer {forged}")
    assert not clock.remembered._held


def test_the_memory_is_bounded_and_holds_no_token(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST_REMEMBERED", 3)
    for name in "abc":
        clock.remembered.keep(f"token-{name}", WHO, {"exp": clock.began + 99, "jti": name})
    assert clock.remembered.find("token-a")  # so that b is the one longest unasked
    clock.remembered.keep("token-d", WHO, {"exp": clock.began + 99})
    assert [name for name in "abcd" if clock.remembered.find(f"token-{name}")] == ["a", "c", "d"]
    assert "token" not in repr(clock.remembered._held)
