"""An issuer's keys over time: rotated, withdrawn, out of reach; and the list of what is revoked."""

import asyncio
import http.server
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from service import issuer
from service.errors import Refusal, Unavailable
from service.identity import Identity, Revoked
from service.issuer import KEPT_SECONDS, LONGEST_DOCUMENT, LONGEST_KEPT, UNKNOWN_KEY_SECONDS, fetched
from tests.rules.identity_scene import EC, ISSUER, KEYS, LOCAL, RSA, WHO, Website, published, token


@pytest.fixture
def site() -> Website:
    return Website(*(published(*each) for each in KEYS))


async def test_a_rotated_key_is_found_and_a_flood_of_unknown_ones_asks_once_a_minute(site: Website) -> None:
    await site.who(token())
    fresh = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    site.pages[f"{ISSUER}/keys"]["keys"].append(published("r2", fresh, "RS256"))
    site.seconds = UNKNOWN_KEY_SECONDS + 1
    assert await site.who(token(fresh, kid="r2")) == WHO
    before = len(site.asked)
    for number in range(50):
        await site.refused(token(kid=f"unknown{number}"))
    assert len(site.asked) == before
    site.seconds += UNKNOWN_KEY_SECONDS + 1
    for number in range(50):
        await site.refused(token(kid=f"unknown{number}"))
    assert len(site.asked) == before + 2


async def test_a_withdrawn_key_is_forgotten(site: Website) -> None:
    await site.who(token())
    site.pages[f"{ISSUER}/keys"]["keys"] = [published("e1", EC, "ES256")]
    site.seconds = KEPT_SECONDS + 1
    assert await site.refused(token()) == "The token is not valid."


async def test_known_keys_hold_while_the_issuer_is_away(site: Website) -> None:
    await site.who(token())
    site.away, site.seconds = True, KEPT_SECONDS + 1
    assert await site.who(token()) == WHO


async def test_known_keys_hold_for_a_day_at_most_while_the_issuer_is_away(site: Website) -> None:
    await site.who(token())
    site.away, site.seconds = True, LONGEST_KEPT
    assert await site.who(token()) == WHO
    for _ in range(2):
        site.seconds += UNKNOWN_KEY_SECONDS + 1
        with pytest.raises(Unavailable):
            await site.who(token())
        with pytest.raises(Unavailable):
            await site.who(token())
    site.away, site.seconds = False, site.seconds + UNKNOWN_KEY_SECONDS + 1
    assert await site.who(token()) == WHO


async def test_who_has_a_known_key_does_not_wait_for_one_that_is_looked_for(site: Website) -> None:
    await site.who(token())
    site.seconds, looked, found = UNKNOWN_KEY_SECONDS + 1, asyncio.Event(), asyncio.Event()
    publish = site.issuer.fetch

    async def slowly(address: str) -> Any:
        looked.set()
        await found.wait()
        return await publish(address)

    site.issuer.fetch = slowly
    stranger = asyncio.create_task(site.refused(token(kid="unknown")))
    await looked.wait()
    assert await asyncio.wait_for(site.who(token()), 5) == WHO
    found.set()
    assert await stranger == "The token is not valid."


async def test_keys_may_be_on_another_host_that_the_issuer_names(site: Website) -> None:
    elsewhere = "https://keys.example.com/jwks"
    site.pages[elsewhere] = site.pages[f"{ISSUER}/keys"]
    site.pages[f"{ISSUER}{DESCRIBED}"] = {"issuer": ISSUER, "jwks_uri": elsewhere}
    assert await site.who(token()) == WHO
    assert site.asked[-1] == elsewhere


async def test_while_no_key_is_known_nobody_is_let_in_or_turned_away(site: Website) -> None:
    site.away = True
    for _ in range(3):
        with pytest.raises(Unavailable):
            await site.who(token())
    assert len(site.asked) == 1
    site.away, site.seconds = False, UNKNOWN_KEY_SECONDS + 1
    assert await site.who(token()) == WHO


DESCRIBED, LISTED = "/.well-known/openid-configuration", "/keys"
SHORT = rsa.generate_private_key(public_exponent=65537, key_size=1024)
UNFIT = [
    1,
    {},
    {"kid": "r1", "kty": "exotic"},
    published("r1", RSA, "RS256", use="enc"),
    published("r1", SHORT, "RS256"),
    {"kid": "h", "kty": "oct", "k": "a2V5a2V5a2V5", "alg": "HS256"},
]


@pytest.mark.parametrize(
    "pages",
    [
        {DESCRIBED: {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/keys"}},
        {DESCRIBED: {"issuer": ISSUER}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "http://login.example.cn/keys"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "http://127.0.0.1/keys"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "https://user@keys.example.com/keys"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "https:///keys"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": "https://[::1/keys"}},
        {DESCRIBED: {"issuer": ISSUER, "jwks_uri": [f"{ISSUER}/keys"]}},
        {DESCRIBED: {"issuer": f"{ISSUER}/", "jwks_uri": f"{ISSUER}/keys"}},
        {DESCRIBED: []},
        {LISTED: {"keys": []}},
        {LISTED: {"keys": "r1"}},
        {LISTED: []},
        {LISTED: {"keys": UNFIT}},
    ],
)
async def test_an_issuer_that_publishes_nothing_of_use_is_as_one_that_is_away(
    site: Website, pages: dict[str, Any]
) -> None:
    site.pages |= {ISSUER + path: page for path, page in pages.items()}
    with pytest.raises(Unavailable):
        await site.who(token())


async def test_what_is_revoked_ends_at_once_by_token_and_by_subject(site: Website, tmp_path: Path) -> None:
    listed = tmp_path / "revoked"
    listed.write_text("# 2024-06-15 手机遗失\nt-1  # 该令牌\n\n李离职\n", encoding="utf-8")
    identity = Identity(LOCAL, site.issuer, Revoked(listed))

    async def passes(**claims: Any) -> bool:
        try:
            await identity.identify(f"Bearer {token(**claims)}")
        except Refusal:
            return False
        return True

    assert [await passes(), await passes(jti="t-1"), await passes(jti="t-2"), await passes(sub="李离职")] == [
        True,
        False,
        True,
        False,
    ]
    listed.write_text("张联络\n", encoding="utf-8")
    assert [await passes(), await passes(sub="李离职")] == [False, True]
    listed.unlink()
    with pytest.raises(Unavailable):
        await passes()


over = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers of all kinds, by their path."""

    def do_GET(self) -> None:
        bodies = {"/good": b'{"issuer": 1}', "/text": b"<html>", "/deep": b"[" * 99_999}
        bodies["/long"] = b" " * (LONGEST_DOCUMENT + 1)
        if self.path == "/drip":  # a byte now and then, without end
            self.send_response(200)
            self.end_headers()
            with suppress(ConnectionError):
                while not over.wait(0.05):
                    self.wfile.write(b" ")
            return
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
        else:
            self.send_response(200 if self.path in bodies else 404)
        self.end_headers()
        self.wfile.write(bodies.get(self.path, b"{}"))

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever, args=(0.05,))
        thread.start()
        over.clear()
        yield f"http://127.0.0.1:{found.server_port}"
        over.set()
        found.shutdown()
        thread.join()


async def test_what_an_issuer_publishes_is_fetched(server: str) -> None:
    assert await fetched(f"{server}/good") == {"issuer": 1}


@pytest.mark.parametrize("path", ["/moved", "/long", "/text", "/deep", "/missing"])
async def test_nothing_else_than_a_short_document_from_there_is_taken(server: str, path: str) -> None:
    with pytest.raises(Unavailable):
        await fetched(server + path)


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/keys", "http://10.0.0.1/keys", "keys"])
async def test_nothing_is_fetched_where_others_could_write_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib.request, "build_opener", None)  # whoever asks fails
    with pytest.raises(Unavailable, match="ValueError"):
        await fetched(address)


async def test_an_issuer_that_answers_byte_by_byte_is_not_heard_to_the_end(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuer, "FETCH_SECONDS", 0.3)
    with pytest.raises(Unavailable):
        await fetched(f"{server}/drip")


async def test_an_issuer_that_is_not_there_is_away() -> None:
    with pytest.raises(Unavailable):
        await fetched("http://127.0.0.1:9/nobody")
