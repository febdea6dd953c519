"""Programs of others that are run as processes, in the environments that `make test-clients` makes for them."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.faults.running import CHECKOUT

NPM = Path(__file__).parent / "npm"
PYTHON = Path(__file__).parent / "python"
NODE = CHECKOUT / ".node/bin/node"
CLIENTS = CHECKOUT / ".clients/bin"
SECONDS = 300  # at most; a busy machine is no failure


def run(program: Path, *words: str | Path, folder: Path = NPM, **settings: str) -> str:
    """What the program prints. It must end well; a missing one is a failure, never a reason to skip."""
    lacking = f"{program} is missing: run make test-clients. 缺少该程序：请运行 make test-clients。"
    assert program.exists(), lacking
    done = subprocess.run(
        (str(program), *map(str, words)),
        cwd=folder,
        env={"PATH": f"{NODE.parent}:{os.environ['PATH']}", "HOME": str(folder), "LANG": "C.UTF-8", **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(map(str, words))}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
    return done.stdout


def node(script: str | Path, *words: str | Path, **options: Any) -> str:
    return run(NODE, NPM / script, *words, **options)


def tool(name: str, *words: str | Path, **options: Any) -> str:
    """A command that an npm package brings."""
    return run(NODE, NPM / "node_modules/.bin" / name, *words, **options)


def client(name: str, told: dict[str, str]) -> Any:
    """What a client that is told of the service saw of it: `apollo`, or `gql ws` of those written in Python."""
    script, _, how = name.partition(" ")
    if how:
        return json.loads(run(CLIENTS / "python", PYTHON / f"{script}_client.py", how, json.dumps(told)))
    return json.loads(node(f"{script}.mjs", json.dumps(told)))


def workshop(app: Path, made: Path) -> Path:
    """A copy of a small app in `made`, with the committed schema and what npm installed, to be built in."""
    shutil.copytree(app, made, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(CHECKOUT / "schema/schema.graphql", made)
    (made / "node_modules").symlink_to(NPM / "node_modules")
    return made
