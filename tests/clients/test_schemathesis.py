"""schemathesis asks everything that the schema has, with all rights and ids that exist, and finds nothing.

What it holds each answer against is in python/answer_checks.py.
"""

from pathlib import Path

import pytest

from service.serving import sample_viewer
from service.viewer import Role
from tests.clients.conftest import told_of
from tests.clients.programs import CLIENTS, PYTHON, run
from tests.conftest import BANK, NETWORK
from tests.faults.running import CHECKOUT, running

pytestmark = pytest.mark.clients

SDL = CHECKOUT / "schema/schema.graphql"
IDS = """query ($network: ID!) {
  organizations(first: 3) { nodes { id } } activities(network: $network, first: 3) { nodes { id } }
  agreements(network: $network, first: 3) { nodes { id } } commitments(network: $network, first: 3) { nodes { id } }
  audits(network: $network, first: 3) { nodes { id } } findings(network: $network, first: 3) { nodes { id } }
  gifts(network: $network, first: 3) { nodes { id } } clauseSets(network: $network, first: 3) { nodes { id } } }"""
ALL = [grant for role in sorted({*Role} - {Role.PUBLIC}) for grant in sample_viewer(role, (NETWORK, BANK)).grants]
WIDE = {"COBUILD_RATE_VIEWER": "900000000", "COBUILD_RATE_ADDRESS": "900000000"}


def asked_everything(data: Path, *words: str) -> str:
    """What schemathesis says at the end; it fails when it finds anything."""
    with running(data, **WIDE) as service:
        told = told_of(service, data, *ALL)
        found = service.ask(IDS, told["token"], network=told["network"])
        ids = [told["network"], "nothing", *(node["id"] for page in found.values() for node in page["nodes"])]
        said = run(
            CLIENTS / "schemathesis",
            *("run", SDL, "--url", told["url"], "--header", f"Authorization: Bearer {told['token']}"),
            *("--phases", "fuzzing", "--checks", "answered_as_promised", "--warnings", "off", "--seed", "1", *words),
            folder=data.parent,
            SCHEMATHESIS_HOOKS=str(PYTHON / "answer_checks.py"),
            COBUILD_SDL=str(SDL),
            COBUILD_IDS=" ".join(ids),
        )
        assert "Traceback" not in service.errors
    return said


def test_each_operation_asked_for_in_one_way_is_answered_as_promised(tmp_path: Path) -> None:
    said = asked_everything(tmp_path / "data", "--max-examples", "1")
    assert "Skipped" not in said
    assert " 0 passed" not in said


@pytest.mark.prove
def test_a_minute_of_questions_is_answered_as_promised(tmp_path: Path) -> None:
    assert asked_everything(tmp_path / "data", "--max-examples", "1000", "--max-time", "60")
