"""Compilers that others wrote take the schema; what they make is run against a service that knows nothing but it.

Relay's and GraphQL Code Generator's documents are the only ones that this service answers, each by its id.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import told_of
from tests.clients.programs import CLIENTS, NODE, NPM, PYTHON, run, tool, workshop
from tests.faults.running import Running, running

pytestmark = pytest.mark.clients

ORGANIZATION = "org_boc_yuexiu"
CONFLICT = "You saw version {}; version {} stands now. Read it again, then decide."


@pytest.fixture(scope="module")
def relay(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small app, compiled by Relay, with the file of its documents."""
    room = workshop(NPM / "relay", tmp_path_factory.mktemp("relay"))
    (room / "artifacts").mkdir()
    (room / "documents.json").write_text("{}")
    tool("relay-compiler", folder=room)
    return room


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small app over the types that GraphQL Code Generator makes, compiled by tsc, which is strict."""
    room = workshop(NPM / "codegen", tmp_path_factory.mktemp("codegen"))
    tool("graphql-codegen", "--config", "codegen.ts", folder=room)
    tool("tsc", "--project", "tsconfig.json", folder=room)
    return room


@pytest.fixture(scope="module")
def trusting(relay: Path, generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What is told of a service that answers the documents of the two apps, no others, and does not tell its schema."""
    folder = tmp_path_factory.mktemp("trusting")
    files = [relay / "documents.json", generated / "made/persisted-documents.json"]
    texts: dict[str, str] = {}
    for file in files:
        texts |= json.loads(file.read_text(encoding="utf-8"))
    (folder / "documents.json").write_text(json.dumps(texts))
    settings = {
        "COBUILD_DOCUMENTS": str(folder / "documents.json"),
        "COBUILD_DOCUMENTS_ONLY": "yes",
        "COBUILD_INTROSPECTION": "no",
    }
    with running(folder / "data", **settings) as service:
        yield {**told_of(service, folder / "data"), "organization": ORGANIZATION}


def activities(service: Running, told: dict[str, str], count: int, **given: str) -> Any:
    """The first activities of the network, or of an organisation; asked without any of the above."""
    field = f"activities(first: {count}) {{ nodes {{ id title }} }}"
    if "organization" in given:
        query = f"query ($id: ID!) {{ node(id: $id) {{ ... on Organization {{ {field} }} }} }}"
        return service.ask(query, told["token"], id=given["organization"])["node"]["activities"]["nodes"]
    query = f"query ($network: ID!) {{ {field.replace('first', 'network: $network, first')} }}"
    return service.ask(query, told["token"], network=told["network"])["activities"]["nodes"]


def test_relay_pages_a_connection_fetches_a_node_again_writes_and_follows(
    relay: Path, trusting: dict[str, str], service: Running, told: dict[str, str]
) -> None:
    seen = json.loads(run(NODE, relay / "run.js", json.dumps(trusting), folder=relay))
    pages = [each["id"] for each in activities(service, told, 4)]
    own = [each["id"] for each in activities(service, told, 3, organization=ORGANIZATION)]
    version = seen["version"]
    assert (seen["before"], seen["after"]) == (pages[:2], pages)
    assert seen["activities"] == [own[:1], own]
    assert seen["partner"] == "中国银行越秀支行"
    assert ORGANIZATION in [each["organization"]["id"] for each in seen["participants"]]
    assert seen["entity"] == {"id": told["network"], "version": version + 1}
    assert seen["refusal"] == {"problems": [{"code": "CONFLICT", "message": CONFLICT.format(version, version + 1)}]}
    assert seen["event"] == {"sequence": 2, "record": {"id": "mem_002_smu_derma"}}


def test_typed_documents_are_held_by_the_compiler_and_answered_by_their_hashes(
    generated: Path, trusting: dict[str, str], service: Running, told: dict[str, str]
) -> None:
    """The app also makes four mistakes, which tsc must find: it fails where it does not."""
    seen = json.loads(run(NODE, generated / "built/app.js", json.dumps(trusting), folder=generated))
    expected = activities(service, told, 4)
    assert seen["pages"] == [each["id"] for each in expected]
    assert seen["titles"] == [each["title"] for each in expected]
    assert seen["sector"] == [None, "BANK"]
    assert (seen["entity"], seen["refusal"]) == ({"version": seen["version"] + 1}, {"conflict": True})


def test_ariadne_codegen_makes_a_client_that_works(tmp_path: Path, service: Running, told: dict[str, str]) -> None:
    room = workshop(PYTHON / "ariadne", tmp_path)
    run(CLIENTS / "ariadne-codegen", "--config", "ariadne.toml", folder=room)
    seen = json.loads(run(CLIENTS / "python", "app.py", json.dumps(told), folder=room))
    assert seen == {
        "pages": [each["id"] for each in activities(service, told, 4)],
        "moments": True,
        "version": seen["version"],
        "entity": seen["version"] + 1,
        "refusal": [True],
        "event": 2,
        "expired": 401,
    }
