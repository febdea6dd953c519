"""Budgets that are narrow, proxies and documents: nobody spends another's minute, or asks what is not known."""

import hashlib
from typing import Any

import pytest

from tests.attacks.conftest import KNOWN, KNOWN_ID, PROXY
from tests.attacks.serving import Answer, Served, bearer, post
from tests.attacks.sockets import opened, say
from tests.conftest import ADMIN

BY_ID = {"documentId": KNOWN_ID}
MOST = 60  # requests: three minutes' budget


def spent(service: Served, source: str, **headers: str) -> bool:
    """Whether the budget ends in as many requests as would end it, were it only one."""
    return any(service.ask(BY_ID, source=source, **headers).status == 429 for _ in range(MOST))


def first(service: Served, source: str, **headers: str) -> Answer:
    return service.ask(BY_ID, source=source, **headers)


def test_to_name_other_addresses_gains_nothing_without_a_proxy(narrow: Served) -> None:
    names = ("x_forwarded_for", "forwarded", "x_real_ip", "x_client_ip", "true_client_ip", "cf_connecting_ip")
    refused = False
    for each in range(MOST):
        answer = first(narrow, "127.0.0.5", **dict.fromkeys(names, f"198.51.100.{each}"))
        refused |= answer.status == 429
    assert refused
    assert first(narrow, "127.0.0.6", x_forwarded_for="127.0.0.5").status == 200


def test_behind_the_proxy_each_address_has_its_own_and_what_it_forges_is_not_believed(narrow: Served) -> None:
    refused = False
    for each in range(MOST):  # what stands before the last address was said by the caller
        answer = first(narrow, PROXY, x_forwarded_for=f"198.51.100.{each}, 203.0.113.1")
        refused |= answer.status == 429
    assert refused
    assert first(narrow, PROXY, x_forwarded_for="203.0.113.1, 203.0.113.2").status == 200


def test_an_address_that_is_none_does_no_harm(narrow: Served) -> None:
    for forged in ("", "x", "'; drop", "127.0.0.1" * 500, "::", "\xff", "unknown, unknown", "a.b.c.d:99999"):
        assert first(narrow, PROXY, x_forwarded_for=forged, x_forwarded_proto="gopher").status in (200, 429)
    assert "gopher" not in narrow.log


def test_a_guesser_of_tokens_pays_by_the_address_and_who_has_one_does_not(narrow: Served) -> None:
    assert spent(narrow, "127.0.0.7")
    assert narrow.ask(BY_ID, ADMIN, "127.0.0.7").status == 200
    for _ in range(MOST):
        narrow.send(post(BY_ID, authorization="Bearer a.b.c"), "127.0.0.8")
    assert first(narrow, "127.0.0.8").status == 429


def test_a_retry_is_told_when(narrow: Served) -> None:
    assert spent(narrow, "127.0.0.9")
    answer = first(narrow, "127.0.0.9")
    assert (answer.status, answer.codes) in ((429, ["RATE_LIMITED"]), (200, []))  # 200: the next minute has begun
    if answer.status == 429:
        assert 0 < int(answer.headers["retry-after"]) <= 60


POISON = "query Known { viewer { subject grants { role } } }"
UNTRUSTED: list[tuple[Any, str]] = [
    ({"query": "{__typename}"}, "FORBIDDEN"),
    ({"query": KNOWN}, "FORBIDDEN"),
    ({"query": POISON, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}}, "FORBIDDEN"),
    (
        {
            "query": POISON,
            "extensions": {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(POISON.encode()).hexdigest()}},
        },
        "FORBIDDEN",
    ),
    ({"documentId": "__class__"}, "PERSISTED_QUERY_NOT_FOUND"),
    ({"documentId": KNOWN_ID.upper()}, "PERSISTED_QUERY_NOT_FOUND"),
    ({"documentId": "../" + KNOWN_ID}, "PERSISTED_QUERY_NOT_FOUND"),
    ({"documentId": "i" * 200_000}, "PERSISTED_QUERY_NOT_FOUND"),
]


@pytest.mark.parametrize("place", range(len(UNTRUSTED)))
def test_no_other_document_is_answered_and_none_can_be_put_in_its_place(narrow: Served, place: int) -> None:
    body, code = UNTRUSTED[place]
    answer = narrow.send(post(body, **bearer(ADMIN)))
    assert answer.codes == [code]
    replaced = {"query": POISON, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": KNOWN_ID}}}
    assert narrow.send(post(replaced, **bearer(ADMIN))).data == {"viewer": {"subject": "admin"}}


def test_over_a_socket_neither(narrow: Served) -> None:
    with opened(narrow, **bearer(ADMIN)) as client:
        say(client, {"type": "connection_init"})
        say(client, {"type": "subscribe", "id": "1", "payload": {"query": "{__typename}"}})
        assert "connection_ack" in str(client.recv(timeout=10))
        assert "FORBIDDEN" in str(client.recv(timeout=10))
