"""Linters of schemas that others wrote find nothing in ours, and do find what is planted."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.programs import NODE, NPM, workshop

pytestmark = pytest.mark.clients

RULES = NPM / "node_modules/graphql-schema-linter/lib/rules"
PLANTED = '''
type Planted implements Node {
  """Its id. 编号。"""
  id: ID!
  plantedOn: Date
}
extend type Query {
  """It. 其一。"""
  planted(id: ID!): Planted
}
'''


@pytest.fixture
def room(tmp_path: Path) -> Path:
    assert RULES.exists(), f"{RULES} is missing: run make test-clients. 缺少该程序：请运行 make test-clients。"
    return workshop(NPM / "linting", tmp_path)


def found(room: Path, *words: str) -> Any:
    """What a linter says of the schema, as JSON; it fails when it finds anything."""
    command = (str(NODE), f"node_modules/.bin/{words[0]}", *words[1:], "--format", "json", "schema.graphql")
    done = subprocess.run(command, cwd=room, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def by_graphql_eslint(room: Path) -> set[str]:
    [file] = found(room, "eslint")
    return {message["ruleId"] or message["message"] for message in file["messages"]}


def by_schema_linter(room: Path) -> set[str]:
    """By every rule it has, but those that ask for the order of the alphabet."""
    rules = [path.stem.replace("_", "-") for path in sorted(RULES.glob("*.js")) if "sorted" not in path.stem]
    assert len(rules) == 15
    return {error["rule"] for error in found(room, "graphql-schema-linter", "--rules", ",".join(rules))["errors"]}


def test_graphql_eslint_finds_nothing(room: Path) -> None:
    assert by_graphql_eslint(room) == set()


def test_graphql_schema_linter_finds_nothing(room: Path) -> None:
    assert by_schema_linter(room) == set()


def test_both_find_what_is_planted(room: Path) -> None:
    with (room / "schema.graphql").open("a", encoding="utf-8") as schema:
        schema.write(PLANTED)
    lacking = {f"{what}-have-descriptions" for what in ("types", "fields", "arguments")}
    assert by_schema_linter(room) == lacking
    rules = ("no-typename-prefix", "require-description")
    assert by_graphql_eslint(room) == {f"@graphql-eslint/{rule}" for rule in rules}
