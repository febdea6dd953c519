"""The audits of GraphQL over HTTP that the npm package graphql-http has: all pass in development.

In production the schema may not be asked for. Five audits ask for it, of which three look at what they are told.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import node
from tests.faults.running import running

pytestmark = pytest.mark.clients

VARIABLES = [
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/graphql-response+json",
    "MAY allow URL-encoded JSON string {variables} parameter in GETs when accepting application/json",
    "MUST allow map {variables} parameter when accepting application/json",
    "SHOULD allow map {variables} parameter when accepting application/graphql-response+json",
]
KEY = "0123456789abcdef0123456789abcdef"


def audited(url: str) -> Any:
    return json.loads(node("audits.mjs", json.dumps({"url": url})))


def test_all_audits_pass_in_development(told: dict[str, str]) -> None:
    assert audited(told["url"]) == {"audits": 61, "open": {}}


def test_in_production_only_those_that_ask_for_the_schema_do_not(tmp_path: Path, engine_uri: str) -> None:
    settings = {
        "COBUILD_MODE": "production",
        "MONGODB_URI": engine_uri,
        "COBUILD_DATABASE": "clients_production",
        "COBUILD_TOKEN_KEY": KEY,
        "COBUILD_SEALING_KEY": KEY,
        "COBUILD_CHECKPOINT_KEY": KEY * 2,
    }
    with running(tmp_path / "data", **settings) as service:
        found = audited(f"{service.url}/graphql")
    assert (found["audits"], sorted(found["open"])) == (61, VARIABLES)
