"""GraphQL clients that others wrote and people use, unchanged, against the service on a real socket.

Each does the same (npm/exercise.mjs), in its own way, and each must see the same.
"""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from tests.clients import programs
from tests.conftest import NETWORK
from tests.faults.running import Running

pytestmark = pytest.mark.clients

SeenBy = Callable[[str], dict[str, Any]]
OVER_HTTP, OVER_SOCKETS = ["apollo", "urql", "graphql-request", "gql http"], ["graphql-ws", "gql ws"]
EACH = pytest.mark.parametrize("client", [*OVER_HTTP, *OVER_SOCKETS])
BANKS = """query ($network: ID!) { organizations(where: {memberOf: $network, sector: BANK}, first: 3) {
    nodes { id name sector } } }"""
FOUR = "query ($network: ID!) { activities(network: $network, first: 4) { nodes { id } } }"


@pytest.fixture(scope="module")
def seen_by(told: dict[str, str]) -> SeenBy:
    """What a client saw, which does it all once."""
    return functools.cache(lambda client: bare(programs.client(client, told)))


def bare(value: Any) -> Any:
    """Without the names of types, which some clients ask for by themselves."""
    if isinstance(value, list):
        return [bare(each) for each in value]
    if isinstance(value, dict):
        return {name: bare(each) for name, each in value.items() if name != "__typename"}
    return value


@EACH
def test_what_it_asks_with_variables_is_answered(
    client: str, seen_by: SeenBy, service: Running, told: dict[str, str]
) -> None:
    found = seen_by(client)["found"]
    assert found == service.ask(BANKS, told["token"], network=told["network"])
    assert len(found["organizations"]["nodes"]) == 3


@EACH
def test_its_second_page_follows_the_first(
    client: str, seen_by: SeenBy, service: Running, told: dict[str, str]
) -> None:
    nodes = service.ask(FOUR, told["token"], network=told["network"])["activities"]["nodes"]
    assert seen_by(client)["pages"] == [node["id"] for node in nodes]


@EACH
def test_its_mutation_answers_the_record(client: str, seen_by: SeenBy) -> None:
    seen = seen_by(client)
    assert seen["entity"] == {"id": NETWORK, "version": seen["version"] + 1, "motto": seen["motto"]}


@pytest.mark.parametrize("client", [*OVER_HTTP, "graphql-ws"])  # gql cannot send a key over a socket
def test_the_same_mutation_with_the_same_key_answers_the_same_again(client: str, seen_by: SeenBy) -> None:
    assert seen_by(client)["retried"] == seen_by(client)["entity"]


@EACH
def test_its_mutation_that_is_refused_answers_the_problems_in_its_language(client: str, seen_by: SeenBy) -> None:
    seen = seen_by(client)
    old, new = seen["version"], seen["version"] + 1
    problem = {
        "code": "CONFLICT",
        "message": f"您看到的是第 {old} 版,现已是第 {new} 版。请重新读取后再决定。",
        "path": ["version"],
        "record": NETWORK,
        "version": new,
    }
    assert seen["refusal"] == {"problems": [problem]}


@EACH
def test_what_may_be_told_of_an_answer_arrives_beside_the_error(client: str, seen_by: SeenBy) -> None:
    data = {"networks": {"nodes": [{"id": "net_001_hechi"}]}, "accessLog": None}
    assert seen_by(client)["partial"] == {"data": data, "codes": ["FORBIDDEN"]}


@EACH
def test_what_is_no_query_of_the_schema_is_told_by_its_code(client: str, seen_by: SeenBy) -> None:
    assert seen_by(client)["invalid"] == {"data": None, "codes": ["GRAPHQL_INVALID"]}


@EACH
def test_a_token_that_has_expired_is_told_by_its_code(client: str, seen_by: SeenBy) -> None:
    code = 4403 if client in OVER_SOCKETS else "UNAUTHENTICATED"
    assert seen_by(client)["expired"] == {"data": None, "codes": [code]}


@pytest.mark.parametrize("client", OVER_SOCKETS)
def test_its_subscription_goes_on_after_the_last_event(client: str, seen_by: SeenBy) -> None:
    feed = seen_by(client)["feed"]
    assert [event["sequence"] for event in feed["whole"]] == [1, 2, 3, 4, 5, 6]
    assert feed["pieces"] == feed["whole"]


def test_a_socket_that_is_cut_is_resumed_and_what_is_written_arrives(seen_by: SeenBy) -> None:
    feed = seen_by("graphql-ws")["feed"]
    assert feed["ending"] == 1006  # its own end was cut
    assert (feed["live"]["action"], feed["live"]["record"]) == ("correctNetwork", {"id": NETWORK})


@pytest.mark.parametrize(("client", "method"), [("apollo", "POST"), ("urql", "GET")])
def test_clients_with_a_cache_also_persist_queries_and_subscribe(client: str, method: str, seen_by: SeenBy) -> None:
    """The text follows a hash that the service does not know."""
    seen = seen_by(client)
    assert seen["persisted"] == {"nodes": 1, "requests": [["GET", 404], [method, 200]]}
    assert seen["subscribed"] == [2, 3]  # after the first


def test_a_cache_puts_the_second_page_behind_the_first(seen_by: SeenBy) -> None:
    assert seen_by("apollo")["merged"] == seen_by("apollo")["pages"]
