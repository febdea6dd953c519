"""What make test-clients installs is named by version and hash, and no lock says where it comes from."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NPM = ROOT / "tests/clients/npm"


def test_the_lock_of_the_npm_packages_holds_hashes_and_no_address() -> None:
    text = (NPM / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    wanted = json.loads((NPM / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert packages.pop("")["dependencies"] == wanted
    assert all(version[0].isdecimal() for version in wanted.values())  # an exact one
    assert all(held["integrity"].startswith("sha512-") and "resolved" not in held for held in packages.values())
    assert "://" not in text


@pytest.mark.parametrize("name", ["requirements-clients", "requirements-node"])
def test_the_locks_of_the_python_tools_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / f"{name}.lock").read_text(encoding="utf-8")
    assert text.startswith(f"# Made from {name}.in on Python 3.11 by `make lock`.\n")
    pins = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert pins
    assert all(pin.endswith(" \\") and "==" in pin for pin in pins)
    assert text.count("--hash=sha256:") >= len(pins)
    assert "://" not in text
