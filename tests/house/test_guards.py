"""The guards of the house, each shown to find what is planted: import rules, lengths, names, what stays empty."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house.tree import FOLDERS, LONGEST_FILE, LONGEST_FUNCTION, ROOT, faults, functions

LINTER = Path(sys.executable).with_name("lint-imports")


def test_the_tree_keeps_to_its_guards() -> None:
    assert list(faults(ROOT)) == []


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house in which anything may be planted."""
    copied = tmp_path_factory.mktemp("house")
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, copied / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.copy(ROOT / "pyproject.toml", copied)
    return copied


@pytest.fixture
def plant(tree: Path) -> Iterator[Callable[[str, str], None]]:
    """Write a file into the copy for the length of one test."""
    before: dict[Path, str | None] = {}

    def write(name: str, text: str) -> None:
        path = tree / name
        before.setdefault(path, path.read_text(encoding="utf-8") if path.exists() else None)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    yield write
    for path, text in before.items():
        if text is None:
            path.unlink()
        else:
            path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def standing(tree: Path) -> set[str]:
    return {*faults(tree)}


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("service/long.py", "x = 1\n" * (LONGEST_FILE + 1), f"{LONGEST_FILE + 1} lines; at most {LONGEST_FILE}."),
        ("schema/utils.py", "x = 1\n", "a name that says nothing."),
        ("service/network/base.py", "x = 1\n", "a name that says nothing."),
        ("seeds/helpers/thing.py", "x = 1\n", "a name that says nothing."),
        ("tests/rules/common.py", "x = 1\n", "a name that says nothing."),
        ("service/models.py", "x = 1\n", "a name that says nothing."),
        ("service/later.py", "x = 1  # TO" + "DO: later\n", "something is unfinished: TO" + "DO."),
        ("service/__init__.py", "x = 1\n", "it should stand there and be empty."),
        ("schema/__init__.py", "from schema.api import schema\n", "it should stand there and be empty."),
        (
            "service/f.py",
            "async def long() -> None:\n" + "    print()\n" * LONGEST_FUNCTION,
            f"long has {LONGEST_FUNCTION + 1} lines; at most {LONGEST_FUNCTION}.",
        ),
    ],
)
def test_a_planted_file_is_found(
    plant: Callable[[str, str], None], tree: Path, standing: set[str], name: str, text: str, fault: str
) -> None:
    plant(name, text)
    assert {*faults(tree)} - standing == {f"{name}: {fault}"}


def test_files_and_functions_at_the_limit_are_not_found(
    plant: Callable[[str, str], None], tree: Path, standing: set[str]
) -> None:
    plant("tests/rules/fits.py", "def fits() -> None:\n" + "    print()\n" * (LONGEST_FUNCTION - 1))
    plant("tests/rules/long.py", "x = 1\n" * LONGEST_FILE)
    assert {*faults(tree)} == standing


def test_a_house_of_long_files_and_functions_is_found_by_its_medians(tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "schema").mkdir()
    for name in ("service", "schema"):
        (tmp_path / name / "__init__.py").write_text("")
        (tmp_path / name / "a.py").write_text("def f() -> None:\n" + "    print()\n" * 10 + "x = 1\n" * 150)
    assert list(faults(tmp_path)) == [
        "the median file has 161 lines; at most 130.",
        "the median function has 11 lines; at most 8.",
    ]


def test_a_function_counts_from_its_first_decorator_to_its_last_line() -> None:
    text = "@one\n@two(\n    3,\n)\ndef f():\n    def g():\n        pass\n    return g\n"
    assert sorted(functions(text)) == [("f", 8), ("g", 2)]


def linted(tree: Path) -> subprocess.CompletedProcess[str]:
    command = [str(LINTER), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, encoding="utf-8", check=False, timeout=60)


def test_the_imports_of_the_house_keep_to_their_rules(tree: Path) -> None:
    assert linted(tree).returncode == 0, linted(tree).stdout


@pytest.mark.parametrize(
    ("name", "line", "found"),
    [
        ("service/store/reads.py", "from schema.guards import faults", "service.store … schema"),
        ("service/network/networks.py", "import service.store.leases", "service.network … service.store"),
        ("service/network/networks.py", "import service.cooperation.pillars", "service.network … service.cooperation"),
        ("service/cooperation/pillars.py", "import service.network.networks", "service.cooperation … service.network"),
        ("service/trail/revisions.py", "from service.store.leases import Lease", "service.trail … service.store"),
        ("service/errors.py", "from service.viewer import Viewer", "service.errors … service.viewer"),
        ("seeds/quotations.py", "import schema.guards", "seeds … schema"),
        ("schema/scalars.py", "import motor.motor_asyncio", "schema … motor"),
        ("service/cooperation/pillars.py", "import bson", "service.cooperation … bson"),
        ("service/trail/revisions.py", "import strawberry", "service.trail … strawberry"),
        ("service/store/leases.py", "import starlette.requests", "service.store … starlette"),
        ("service/facts.py", "import graphql", "service.facts … graphql"),
    ],
)
def test_a_forbidden_import_is_found(
    plant: Callable[[str, str], None], tree: Path, name: str, line: str, found: str
) -> None:
    plant(name, f"{(tree / name).read_text(encoding='utf-8')}\n{line}\n")
    result = linted(tree)
    assert result.returncode != 0
    assert found.replace("…", "is not allowed to import") in result.stdout


def test_an_import_for_types_alone_is_none(plant: Callable[[str, str], None], tree: Path) -> None:
    path = tree / "service/network/networks.py"
    guarded = "if TYPE_CHECKING:\n    from service.store.leases import Lease\n"
    plant("service/network/networks.py", f"{path.read_text(encoding='utf-8')}\n{guarded}")
    assert linted(tree).returncode == 0


def test_a_module_that_stands_in_no_layer_is_found(plant: Callable[[str, str], None], tree: Path) -> None:
    plant("service/stray.py", "x = 1\n")
    result = linted(tree)
    assert result.returncode != 0
    assert "stray" in result.stdout
