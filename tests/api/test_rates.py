"""Rate limits: what a viewer or an address may ask for in a minute, told in headers, and refused with 429."""

import datetime as dt
from typing import Any

import httpx
import pytest

from schema import http
from tests.api.wire import GOOD, bearer, client_of, codes, post
from tests.conftest import House

MINUTE = dt.datetime(2024, 2, 29, 15, 59, 20, tzinfo=dt.UTC)
WIDE, NARROW = 10_000, 200  # of cost: twenty requests of the least cost
OTHERS = dt.timedelta(minutes=1)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[dt.datetime]:
    """The present moment; what is put at its end is it from then on."""
    moments = [MINUTE]
    monkeypatch.setattr(http, "now", lambda: moments[-1])
    return moments


async def until_refused(client: httpx.AsyncClient, body: Any = GOOD, **headers: str) -> tuple[int, httpx.Response]:
    """How many requests were let in, and the first that was not."""
    for number in range(200):
        answer = await post(client, body, **headers)
        if answer.status_code == 429:
            return number, answer
    raise AssertionError("never refused")


@pytest.mark.parametrize("body", [GOOD, b"{", {"query": "{ nothing }"}], ids=["good", "broken", "invalid"])
async def test_an_address_has_its_minute_and_then_waits(house: House, moment: list[dt.datetime], body: Any) -> None:
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        number, answer = await until_refused(client, body)
        assert number == 20
        assert codes(answer) == ["RATE_LIMITED"]
        assert answer.headers["retry-after"] == "40"
        assert answer.headers["ratelimit"] == '"minute";r=0;t=40'
        assert answer.headers["ratelimit-policy"] == '"minute";q=200;w=60'
        assert "40 s" in answer.json()["errors"][0]["message"]
        moment.append(MINUTE + OTHERS)
        assert (await post(client, GOOD)).status_code == 200


async def test_the_message_is_chinese_where_that_is_asked_for(house: House, moment: list[dt.datetime]) -> None:
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        _, answer = await until_refused(client, accept_language="zh-CN")
        assert answer.json()["errors"][0]["message"] == "本分钟的开销额度 200 已用尽,请 40 秒后重试。"


async def test_who_logs_in_does_not_pay_from_the_address(house: House, moment: list[dt.datetime]) -> None:
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        await until_refused(client)
        answer = await post(client, GOOD, **bearer())
        assert answer.status_code == 200
        assert answer.headers["ratelimit"] == f'"minute";r={WIDE};t=40'


async def test_a_token_that_does_not_hold_is_paid_for_by_the_address(house: House, moment: list[dt.datetime]) -> None:
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        for _ in range(20):
            assert (await post(client, GOOD, authorization="Bearer x")).status_code == 401
        assert (await post(client, GOOD)).status_code == 429


async def test_what_costs_more_is_over_sooner(house: House, moment: list[dt.datetime]) -> None:
    dear = {"query": "{ networks(first: 60) { nodes { id } } }"}
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        number, _ = await until_refused(client, dear)
    assert 1 < number < 5


async def test_workers_share_a_budget_but_for_a_slice(house: House, moment: list[dt.datetime]) -> None:
    async with (
        client_of(house, False, house.rates(WIDE, NARROW)) as one,
        client_of(house, False, house.rates(WIDE, NARROW)) as two,
    ):
        first, _ = await until_refused(one)
        second, _ = await until_refused(two)
    assert (first, second) == (20, 1)


LONG = {"query": "{ " + "nothing " * 500 + "}"}


async def test_a_text_is_paid_for_by_its_length_where_that_is_more_than_its_cost(
    house: House, moment: list[dt.datetime]
) -> None:
    async with client_of(house, False, house.rates(WIDE, NARROW)) as client:
        number, _ = await until_refused(client, LONG)
    assert number == 1


async def test_what_is_refused_for_its_cost_is_not_paid_for(house: House, moment: list[dt.datetime]) -> None:
    fragments = " ".join(f"fragment f{each} on Query {{ ...f{each + 1} ...f{each + 1} }}" for each in range(12))
    dear = {"query": f"{{ ...f0 }} {fragments} fragment f12 on Query {{ networks {{ nodes {{ id }} }} }}"}
    async with client_of(house, False, house.rates(WIDE, WIDE)) as client:
        assert "LIMIT_EXCEEDED" in codes(await post(client, dear))
        left = (await post(client, GOOD)).headers["ratelimit"]
    assert left == f'"minute";r={WIDE - len(dear["query"]) // 20};t=40'
