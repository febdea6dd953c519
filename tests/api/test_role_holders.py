"""Roles kept in the service, as whoever sends a token meets them: seen at once, lost at once, never guessed."""

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from schema.http import graphql_route
from schema.operations import Means
from service.acts import Act
from service.dates import now
from service.errors import Unavailable
from service.identity import Identity
from service.network import giving
from service.serving import bound
from service.store.roles import KEPT_SECONDS, StandingRoles
from service.viewer import Viewer
from tests.api.wire import KEYS, client_of, codes, post
from tests.api.world import activity
from tests.conftest import ADMIN, BANK, FRONT_END, NETWORK, House

HOUR = dt.timedelta(hours=1)
WHO = "{ viewer { subject grants { role network organization source } } }"
GIVE = """mutation($input: RoleAssignmentFacts!) { giveRole(input: $input) {
    ... on RoleAssignment { id version } ... on Refusal { problems { code path message } } } }"""
HAND_OVER = """mutation($id: ID!, $subject: String!) {
  handOverRole(id: $id, version: 1, reason: "离任", subject: $subject) {
    ... on RoleAssignment { subject version } ... on Refusal { problems { code path message } } } }"""
RECORD = """mutation($input: ActivityFacts!) { recordActivity(input: $input) {
    __typename ... on Refusal { problems { code path message } } } }"""


def token(viewer: Viewer) -> dict[str, str]:
    return {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"}


@contextlib.asynccontextmanager
async def served(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the end-point over a socket."""
    with bound("127.0.0.1", 0) as listener:
        app = Starlette(routes=[graphql_route(Means(house.store, Identity(KEYS), house.rates()))])
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_config=None))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with httpx.AsyncClient(base_url="http://{}:{}".format(*listener.getsockname())) as client:
                yield client
        finally:
            server.should_exit = True
            await serving


async def asked(client: httpx.AsyncClient, viewer: Viewer, query: str, **variables: Any) -> Any:
    answer = await post(client, {"query": query, "variables": variables}, **token(viewer))
    assert (answer.status_code, answer.json().keys()) == (200, {"data"}), answer.text
    return answer.json()["data"]


async def test_a_successor_holds_the_role_at_once_and_the_predecessor_no_more(real_house: House) -> None:
    first, second = Viewer("周"), Viewer("吴")
    role = {"network": NETWORK, "role": "RECORDER", "organization": BANK}
    shown = [{**role, "source": "ASSIGNED"}]

    async def records(client: httpx.AsyncClient, viewer: Viewer, title: str) -> bool:
        given = activity(title, filedBy=BANK)
        answer = await post(client, {"query": RECORD, "variables": {"input": given}}, **token(viewer))
        return bool(answer.json()["data"]["recordActivity"])

    async with served(real_house) as client:
        for viewer in (first, second):
            assert (await asked(client, viewer, WHO))["viewer"]["grants"] == []
        given = await asked(client, ADMIN, GIVE, input={**role, "subject": "周", "holder": "周联络"})
        assert (await asked(client, first, WHO))["viewer"] == {"subject": "周", "grants": shown}
        assert await records(client, first, "周的讲座")
        assert not await records(client, second, "吴的讲座")
        handed = await asked(client, ADMIN, HAND_OVER, id=given["giveRole"]["id"], subject="吴")
        assert handed["handOverRole"] == {"subject": "吴", "version": 2}
        assert (await asked(client, first, WHO))["viewer"]["grants"] == []
        assert (await asked(client, second, WHO))["viewer"] == {"subject": "吴", "grants": shown}
        assert not await records(client, first, "周的第二讲")
        assert await records(client, second, "吴的讲座")


async def test_what_the_token_carries_and_what_was_given_stand_side_by_side(house: House) -> None:
    await giving.give(
        house.store, Act(ADMIN, now(), "test"), {"network": NETWORK, "role": "OBSERVER", "subject": "front-end"}
    )
    async with client_of(house, development=False) as client:
        grants = (await asked(client, FRONT_END, WHO))["viewer"]["grants"]
    assert grants == [
        {"role": "FRONT_END", "network": NETWORK, "organization": None, "source": "TOKEN"},
        {"role": "OBSERVER", "network": NETWORK, "organization": None, "source": "ASSIGNED"},
    ]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Nobody gives a role to himself."), ("zh", "不得给自己授予角色")]
)
async def test_a_refusal_is_told_in_the_language_asked_for(house: House, language: str, said: str) -> None:
    wrong = {"network": NETWORK, "role": "OBSERVER", "subject": ADMIN.subject}
    async with client_of(house, development=False) as client:
        sent = {"query": GIVE, "variables": {"input": wrong}}
        answer = await post(client, sent, accept_language=language, **token(ADMIN))
    [problem] = answer.json()["data"]["giveRole"]["problems"]
    assert (problem["code"], problem["path"]) == ("RULE_BROKEN", ["input", "subject"])
    assert said in problem["message"]


async def test_a_database_that_is_away_is_told_as_such_and_never_guessed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> Any:
        raise Unavailable("host:27017: connection refused")

    clock = [0.0]
    house.store.roles = StandingRoles(house.database, lambda: clock[0])
    async with client_of(house, development=False) as client:
        assert (await post(client, {"query": WHO}, **token(FRONT_END))).status_code == 200
        monkeypatch.setattr(house.database, "find", away)
        assert (await post(client, {"query": WHO}, **token(FRONT_END))).status_code == 200  # known a moment ago
        assert (await post(client, {"query": WHO})).status_code == 200  # nobody's roles are asked for
        clock[0] += KEPT_SECONDS
        answer = await post(client, {"query": WHO}, **token(FRONT_END))
        assert (answer.status_code, codes(answer)) == (503, ["SERVICE_UNAVAILABLE"])
        assert "27017" not in answer.text
