"""Tokens for front-ends without login: bound to their own pages and to trusted documents, over every way."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from websockets.typing import Origin

from schema.documents import Documents
from schema.files.routes import Taking, attachment_routes
from schema.http import graphql_route
from schema.operations import Means
from schema.rates import Payer
from schema.socket_rules import SocketLimits, SocketRules
from service.__main__ import main
from service.dates import day_of, now
from service.identity import Identity
from service.settings import Settings
from service.store.files import Folder
from service.store.kinds import ACCESSES
from service.viewer import ANONYMOUS, Bound, Grant, Role, Viewer
from tests.api.sockets import codes as codes_in
from tests.api.sockets import served, token
from tests.api.wire import HOUR, KEYS, codes
from tests.conftest import ADMIN, NETWORK, House

APP, OTHER_APP = "https://app.example", "https://other.example"
PAGE = Viewer("小程序", (Grant(Role.FRONT_END, NETWORK),), Bound((APP, "http://localhost:3000")))
NARROW = Viewer("小程序", PAGE.grants, Bound((APP,), ("who", "not there")))
WHO, KINDS = "{ viewer { subject grants { role } } }", "{ __typename }"
STREAM = 'subscription { networkFeed(network: "net_missing") { sequence } }'
DOCUMENTS = Documents({"who": WHO, "kind": KINDS, "stream": STREAM})
ANSWER = {"data": {"viewer": {"subject": "小程序", "grants": [{"role": "FRONT_END"}]}}}


@pytest.fixture
def house(logged: House) -> House:
    return logged


def client_of(house: House, viewer: Viewer, tmp_path: Path, documents: Documents = DOCUMENTS) -> httpx.AsyncClient:
    identity = Identity(KEYS)
    routes = [
        graphql_route(Means(house.store, identity, house.rates(), documents)),
        *attachment_routes(house.store, identity, Folder(tmp_path), Taking(1, 20)),
    ]
    sent = {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"}
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://t", headers=sent)


@pytest.mark.parametrize("viewer", [PAGE, NARROW], ids=["all", "some"])
async def test_its_own_pages_ask_its_documents(house: House, viewer: Viewer, tmp_path: Path) -> None:
    async with client_of(house, viewer, tmp_path) as client:
        for origin in (APP, APP.upper()):
            answer = await client.post("/graphql", json={"documentId": "who"}, headers={"origin": origin})
            assert (answer.status_code, answer.json()) == (200, ANSWER)
        by_get = await client.get("/graphql", params={"documentId": "who"}, headers={"origin": APP})
        assert by_get.json() == ANSWER
        together = await client.post("/graphql", json={"documentId": "who", "query": KINDS}, headers={"origin": APP})
        assert together.json() == ANSWER


@pytest.mark.parametrize(
    "origins", [[], [OTHER_APP], ["null"], [f"{APP}:8443"], [f"{APP}.evil.example"], [APP, OTHER_APP], [APP, APP], [""]]
)
async def test_no_other_page_asks_anything(house: House, origins: list[str], tmp_path: Path) -> None:
    async with client_of(house, PAGE, tmp_path) as client:
        headers = [("origin", origin) for origin in origins]
        for sent in ({"documentId": "who"}, {"query": WHO}):
            answer = await client.post("/graphql", json=sent, headers=headers)
            assert (answer.status_code, codes(answer)) == (403, ["FORBIDDEN"])
            assert "Origin" in answer.json()["errors"][0]["message"]
    [first, _] = await house.database.find(ACCESSES, {}, 9)
    told = (first["by"], first["operation"], first["code"], first["networks"])
    assert told == ("小程序", "POST /graphql", "FORBIDDEN", [NETWORK])


@pytest.mark.parametrize(
    ("viewer", "sent"),
    [
        (PAGE, {"query": WHO}),
        (PAGE, {"documentId": "not there"}),
        (PAGE, {"documentId": "not there", "query": WHO}),
        (NARROW, {"documentId": "kind"}),
        (NARROW, {"documentId": "not there"}),
        (NARROW, {"query": KINDS}),
    ],
    ids=str,
)
async def test_it_asks_no_other_documents(house: House, viewer: Viewer, sent: dict[str, Any], tmp_path: Path) -> None:
    async with client_of(house, viewer, tmp_path) as client:
        answer = await client.post("/graphql", json=sent, headers={"origin": APP})
        assert (answer.status_code, codes(answer)) == (403, ["FORBIDDEN"])


async def test_where_no_documents_are_trusted_it_asks_nothing(house: House, tmp_path: Path) -> None:
    async with client_of(house, PAGE, tmp_path, Documents({})) as client:
        answer = await client.post("/graphql", json={"query": WHO}, headers={"origin": APP})
        assert codes(answer) == ["FORBIDDEN"]
    async with client_of(house, ADMIN, tmp_path, Documents({})) as client:
        assert (await client.post("/graphql", json={"query": WHO})).status_code == 200


async def test_it_opens_no_files(house: House, tmp_path: Path) -> None:
    async with client_of(house, PAGE, tmp_path) as client:
        for method, path in (("GET", "/attachments/att_x"), ("POST", "/attachments")):
            answer = await client.request(method, path, headers={"origin": APP})
            assert (answer.status_code, codes(answer)) == (403, ["FORBIDDEN"])
        assert (await client.get("/attachments/att_x")).status_code == 403


async def test_over_a_socket_it_is_as_over_http(house: House) -> None:
    rules = SocketRules(SocketLimits(sockets=1), (APP, OTHER_APP))
    async with served(house, rules, documents=DOCUMENTS) as service:
        async with service.opened(origin=Origin(APP)) as socket:
            await socket.initialise(token(PAGE))
            assert (await socket.asked("", documentId="who"))["payload"] == ANSWER
            for sent in ({"query": WHO}, {"query": STREAM}, {"query": "", "documentId": "not there"}):
                assert codes_in((await socket.asked(**sent))["payload"]) == ["FORBIDDEN"]
            assert codes_in((await socket.asked("", documentId="stream"))["payload"]) == ["FORBIDDEN"]  # no such right
        for origin in (None, Origin(OTHER_APP)):
            async with service.opened(origin=origin) as socket:
                await socket.say({"type": "connection_init", "payload": {"Authorization": token(PAGE)}})
                assert await socket.ending() == 4403


async def test_its_sockets_and_its_cost_are_those_of_the_address_that_uses_it(house: House) -> None:
    rules = SocketRules(SocketLimits(sockets=1), (APP,))
    async with served(house, rules, documents=DOCUMENTS) as service, service.opened(origin=Origin(APP)) as first:
        await first.initialise(token(PAGE))
        with pytest.raises(Exception, match="429"):
            async with service.opened(origin=Origin(APP)):
                raise AssertionError("one too many from this address")
    rates, connection = house.rates(7, 5), HTTPConnection({"type": "http", "client": ("192.0.2.1", 1), "headers": []})
    assert rates.payer(connection, PAGE) == rates.payer(connection, ANONYMOUS) == Payer("address:192.0.2.1", 5)
    assert rates.payer(connection, ADMIN) == Payer("viewer:admin", 7)


async def test_what_is_given_to_its_subject_in_the_service_is_not_for_it(house: House) -> None:
    gave = Viewer("小程序", (Grant(Role.FRONT_END, NETWORK),))
    await house.data(
        """mutation($input: RoleAssignmentFacts!) { giveRole(input: $input) { ... on RoleAssignment { id } } }""",
        input={"network": NETWORK, "role": "OBSERVER", "subject": "小程序"},
    )
    assert [grant.role for grant in (await house.store.roles.viewer(gave, day_of(now()))).grants] == [
        "FRONT_END",
        "OBSERVER",
    ]
    assert await house.store.roles.viewer(PAGE, day_of(now())) == PAGE


# ── From the command line ──


async def test_the_command_line_issues_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COBUILD_TOKEN_KEY", "k" * 32)
    common = ["token", "--service", "--role", "FRONT_END", "--network", NETWORK, "--subject", "小程序"]
    identity = Settings.from_environment({"COBUILD_TOKEN_KEY": "k" * 32}).identity()
    both = ["--origin", APP, "--origin", OTHER_APP, "--document", "a", "--document", "b"]
    for more, bound in ((["--origin", APP], Bound((APP,))), (both, Bound((APP, OTHER_APP), ("a", "b")))):
        assert main([*common, *more]) == 0
        issued = capsys.readouterr().out.strip()
        assert await identity.identify(f"Bearer {issued}") == Viewer("小程序", PAGE.grants, bound)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--service", "--role", "FRONT_END", "--network", NETWORK],
        ["--origin", APP, "--role", "FRONT_END", "--network", NETWORK],
        ["--document", "a", "--role", "FRONT_END", "--network", NETWORK],
        ["--service", "--origin", APP, "--role", "NETWORK_ADMIN", "--network", NETWORK],
        ["--service", "--origin", APP, "--role", "OPERATOR"],
    ],
)
def test_none_is_issued_that_would_not_hold(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", *arguments]) == 1
    assert "服务令牌" in capsys.readouterr().err


@pytest.mark.parametrize("origin", ["https://app.example/", "app.example", "*", "null", "https://App.example"])
def test_an_origin_is_written_as_browsers_send_it(origin: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["token", "--service", "--origin", origin, "--role", "PUBLIC"])
    assert "no origin" in capsys.readouterr().err
