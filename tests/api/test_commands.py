"""The commands that need no database, and what a person sees of the command line."""

from pathlib import Path

import pytest
from graphql import build_schema

from service import __main__ as command_line
from service.settings import VARIABLES, Settings


@pytest.fixture
def schema_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "schema.graphql"
    monkeypatch.setattr(command_line, "SCHEMA_FILE", path)
    return path


def test_the_exported_schema_is_sdl_and_equal_to_the_code(schema_file: Path) -> None:
    assert command_line.main(["export-schema"]) == 0
    assert build_schema(schema_file.read_text("utf-8")).query_type is not None
    assert command_line.main(["export-schema", "--check"]) == 0


@pytest.mark.parametrize("absent", [True, False])
def test_a_schema_that_differs_is_shown_and_not_written(
    schema_file: Path, capsys: pytest.CaptureFixture[str], absent: bool
) -> None:
    assert command_line.main(["export-schema"]) == 0
    committed = schema_file.read_text("utf-8").replace("type Query {", "type Query {\n  forgotten: Int\n")
    if absent:
        schema_file.unlink()
    else:
        schema_file.write_text(committed, "utf-8")
    assert command_line.main(["export-schema", "--check"]) == 1
    printed = capsys.readouterr()
    assert ("-  forgotten: Int" in printed.out) != absent
    assert printed.err.splitlines() == [
        "cobuild: schema/schema.graphql differs from the code: run make schema. 与代码不一致：请运行 make schema。"
    ]
    assert schema_file.exists() != absent


def test_help_names_every_command_and_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for name in ("serve", "seed", "token", "export-schema", "doctor", *(each.name for each in VARIABLES.values())):
        assert f"  {name}" in shown


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "10000000"])
def test_a_number_that_is_none_is_refused(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["seed", "--synthetic", number])
    assert ended.value.code == 2
    assert "argument --synthetic" in capsys.readouterr().err


def test_an_interrupted_command_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(Settings, "from_environment", interrupted)
    assert command_line.main(["token", "--role", "OPERATOR"]) == 130
    assert capsys.readouterr().err == ""
