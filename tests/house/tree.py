"""What the files of the house must keep to: their length, their functions' length, their names, what stays empty.

`python -m tests.house.tree` prints what is wrong, one line each, and fails if anything is.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
FOLDERS = ("service", "schema", "seeds", "tests")
LONGEST_FILE, LONGEST_FUNCTION = 300, 40  # lines
USUAL_FILE, USUAL_FUNCTION = 130, 8  # at most, for the median of the product's own
FORBIDDEN_NAMES = frozenset({"utils", "util", "base", "common", "models", "helpers", "misc"})
EMPTY = ("service/__init__.py", "schema/__init__.py")  # else importing a part would import the whole: a cycle
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")))


def faults(root: Path) -> Iterator[str]:
    """What is wrong in the tree below `root`, one line each."""
    files = {
        path: path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted((root / folder).rglob("*.py"))
        if "node_modules" not in path.parts
    }
    for path, text in files.items():
        name = path.relative_to(root).as_posix()
        yield from (f"{name}: {fault}" for fault in _file_faults(path, text))
    for name in EMPTY:
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8").strip():
            yield f"{name}: it should stand there and be empty."
    own = [text for path, text in files.items() if path.relative_to(root).parts[0] != "tests" and text.strip()]
    yield from _unusual("file", USUAL_FILE, [text.count("\n") for text in own])
    yield from _unusual("function", USUAL_FUNCTION, [length for text in own for _, length in functions(text)])


def _file_faults(path: Path, text: str) -> Iterator[str]:
    if (lines := text.count("\n")) > LONGEST_FILE:
        yield f"{lines} lines; at most {LONGEST_FILE}."
    if FORBIDDEN_NAMES & {path.stem, *path.parts[-2:-1]}:
        yield "a name that says nothing."
    if found := UNFINISHED.search(text):
        yield f"something is unfinished: {found.group()}."
    for name, length in functions(text):
        if length > LONGEST_FUNCTION:
            yield f"{name} has {length} lines; at most {LONGEST_FUNCTION}."


def functions(text: str) -> Iterator[tuple[str, int]]:
    """Every function's name and number of lines, decorators and docstring included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield node.name, (node.end_lineno or first) - first + 1


def _unusual(what: str, most: int, lengths: list[int]) -> Iterator[str]:
    if lengths and median(lengths) > most:
        yield f"the median {what} has {median(lengths):.0f} lines; at most {most}."


if __name__ == "__main__":
    found = list(faults(ROOT))
    print("\n".join(found))
    sys.exit(bool(found))
