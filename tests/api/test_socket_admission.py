"""Who may open a socket, how many, and for how long: origins, places, tokens that expire or are revoked."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from schema.messages import Places, TooMany, origin_allowed
from schema.socket_rules import SocketLimits, SocketRules
from service.dates import now
from service.errors import Unavailable
from service.identity import Identity, Revoked, ends_at
from service.viewer import ANONYMOUS, LEEWAY
from tests.api.sockets import Served, served, token
from tests.api.wire import HOUR, KEYS
from tests.conftest import ADMIN, OBSERVER, House

APP = "https://app.example"


@pytest.fixture(scope="module")
async def house(make_module_house: Callable[..., Any]) -> House:
    made: House = await make_module_house()
    return made


@pytest.fixture(scope="module")
async def service(house: House) -> AsyncIterator[Served]:
    async with served(house, SocketRules(origins=(APP,))) as service:
        yield service


@pytest.mark.parametrize(
    ("origins", "host", "allowed"),
    [
        ([], None, True),
        (["https://a.example"], "a.example", True),
        (["http://a.example"], "a.example", True),
        (["http://A.example"], "a.EXAMPLE", True),
        (["https://a.example"], "a.example:443", True),
        (["http://a.example:80"], "a.example", True),
        (["http://a.example:8000"], "a.example:8000", True),
        (["http://[::1]:8000"], "[::1]:8000", True),
        ([APP], "a.example", True),
        (["HTTPS://APP.example"], "a.example", True),
        (["https://a.example"], "a.example:8000", False),
        (["http://a.example:8000"], "a.example", False),
        (["https://a.example.evil.example"], "a.example", False),
        (["https://evil.example"], "a.example", False),
        ([f"{APP}.evil.example"], "a.example", False),
        ([f"{APP}:8443"], "a.example", False),
        (["http://app.example"], "a.example", False),
        (["null"], "null", False),
        ([""], "", False),
        (["file://"], "", False),
        (["chrome-extension://a.example"], "a.example", False),
        (["https://a.example:x"], "a.example", False),
        (["https://a.example"], None, False),
        (["https://a.example", "https://a.example"], "a.example", False),
    ],
)
def test_a_page_may_open_a_socket_to_its_own_host_or_where_it_is_named(
    origins: list[str], host: str | None, allowed: bool
) -> None:
    assert origin_allowed(origins, host, {APP}) is allowed


@pytest.mark.parametrize(("language", "word"), [("zh-CN", "来源"), ("en", "origin")])
async def test_a_foreign_page_is_told_so_by_http(service: Served, language: str, word: str) -> None:
    headers = {"Accept-Language": language}
    with pytest.raises(InvalidStatus) as refused:
        async with service.opened(origin="https://evil.example", additional_headers=headers):
            pass
    answer = refused.value.response
    assert (answer.status_code, b"FORBIDDEN" in answer.body) == (403, True)
    assert word in answer.body.decode()


async def test_our_own_pages_and_those_named_are_let_in(service: Served) -> None:
    for origin in (APP, f"http://127.0.0.1:{service.port}"):
        async with service.opened(origin=origin) as client:
            await client.initialise()


async def test_so_many_sockets_of_an_address_and_no_more(house: House) -> None:
    rules = SocketRules(sockets=SocketLimits(sockets=2))
    async with served(house, rules) as service, service.opened() as first, service.opened():
        with pytest.raises(InvalidStatus) as refused:
            async with service.opened():
                pass
        assert refused.value.response.status_code == 429
        assert b"COBUILD_LIMIT_SOCKETS" in refused.value.response.body
        await first.initialise(token())  # which counts for the viewer from now on
        async with service.opened() as third:
            await third.initialise(token(OBSERVER))
            async with service.opened(("other",)) as other:
                assert await other.ending() == 4406


async def test_so_many_sockets_of_a_viewer_and_no_more(house: House) -> None:
    rules = SocketRules(sockets=SocketLimits(sockets=2))
    async with served(house, rules) as service:
        async with service.client(), service.client():
            async with service.opened() as third:
                await third.say({"type": "connection_init", "payload": {"authorization": token()}})
                assert await third.ending() == 1013
            async with service.client(OBSERVER):
                pass
        async with service.client():
            pass


def test_a_place_is_free_again_whatever_happened() -> None:
    places = Places(1)
    with pytest.raises(ValueError, match="x"), places.one_for("a"):
        raise ValueError("x")
    with places.one_for("a"), places.one_for("b"), pytest.raises(TooMany), places.one_for("a"):
        pass
    with places.one_for("a"):
        pass


async def test_a_socket_ends_with_its_token(house: House) -> None:
    async with served(house, SocketRules(between_checks=0.1)) as service:
        async with service.opened() as client:
            await client.initialise(token(lifetime=dt.timedelta(seconds=2)))
            await client.follow("f", after=10**6)
            assert await client.ending() == 4403
        async with service.opened() as lasting:
            await lasting.initialise(token())
            await asyncio.sleep(0.3)
            assert (await lasting.asked("{ __typename }"))["type"] == "next"


def test_the_usual_rules_end_it_within_thirty_seconds_of_that() -> None:
    assert SocketRules().between_checks <= 30 - 5
    assert ends_at(token(lifetime=HOUR)) == pytest.approx((now() + HOUR).timestamp(), abs=2)
    assert dt.timedelta(seconds=30) == LEEWAY


async def test_a_socket_ends_when_its_token_is_revoked(house: House, tmp_path: Path) -> None:
    revoked = tmp_path / "revoked"
    revoked.write_text("other\n")
    identity = Identity(KEYS, revoked=Revoked(revoked))
    async with served(house, SocketRules(between_checks=0.05), identity=identity) as service:
        async with service.client() as client, service.client(OBSERVER) as other:
            revoked.write_text(f"other\n{ADMIN.subject}\n")
            assert await client.ending() == 4403
            assert (await other.asked("{ __typename }"))["type"] == "next"
        async with service.opened() as again:
            await again.say({"type": "connection_init", "payload": {"authorization": token()}})
            assert await again.ending() == 4403


async def test_while_tokens_cannot_be_judged_nobody_passes(house: House, tmp_path: Path) -> None:
    identity = Identity(KEYS, revoked=Revoked(tmp_path / "none"))
    async with served(house, identity=identity) as service:
        async with service.opened() as client:
            await client.say({"type": "connection_init", "payload": {"authorization": token()}})
            assert await client.ending() == 1013
        async with service.opened() as anonymous:
            await anonymous.initialise()


async def test_a_fault_while_a_socket_is_opened_is_ours(
    service: Served, house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(Identity, "identify", broken)
    async with service.opened() as client:
        await client.say({"type": "connection_init", "payload": {"authorization": token()}})
        assert await client.ending() == 4500
    assert "secret of the inside" in caplog.text


async def test_renewed_a_viewer_keeps_what_the_token_gave(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(*_: object) -> None:
        raise Unavailable("gone")

    day = now().date()
    assert await house.store.roles.renewed(ADMIN, day) == ADMIN
    monkeypatch.setattr(house.database, "find", away)
    assert await house.store.roles.renewed(ANONYMOUS, day) is ANONYMOUS
