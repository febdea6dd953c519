"""`verify` and `export-trail` as an operator types them."""

import asyncio
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from service.__main__ import main
from service.store.database import Database
from service.trail.keys import SigningKey
from tests.conftest import MASTERS, OUTLIVES_THE_TESTS
from tests.store.trail_scene import relay_of


@pytest.fixture(scope="module")
def name(engine_uri: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    made = f"test_{uuid.uuid4().hex}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONGODB_URI", engine_uri)
        patch.setenv("COBUILD_DATABASE", made)
        patch.setenv("COBUILD_CHECKPOINT_KEY", "1" * 64)
        patch.setenv("COBUILD_DATA", str(tmp_path_factory.mktemp("data")))
        assert main(["seed"]) == 0
        yield made
    if OUTLIVES_THE_TESTS:
        with MongoClient(engine_uri) as mongo:  # type: MongoClient[dict[str, object]]
            mongo.drop_database(made)


def run(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str]:
    capsys.readouterr()
    code = main([str(word) for word in words])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_from_the_export_to_the_tampering_that_it_shows(
    name: str, engine_uri: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def relay() -> None:
        database = Database("motor", engine_uri, name, masters=MASTERS)
        await relay_of(database, "tests").round()
        await database.close()

    asyncio.run(relay())
    kept, newer, cut = (tmp_path / each for each in ("kept.jsonl", "newer.jsonl", "cut.jsonl"))
    code, told = run(capsys, "export-trail", "--revisions", "--verifier", kept)
    assert code == 0
    assert re.fullmatch(r"([1-9]\d*) checkpoints written. 已导出 \1 个检查点。\n", told)
    code, told = run(capsys, "verify", "--against", kept)
    assert (code, told.splitlines()[-1]) == (0, "The trail holds. 留痕完好。")
    verifier = [sys.executable, str(tmp_path / "verify_trail.py")]
    assert subprocess.run([*verifier, str(kept)], check=False, timeout=60, capture_output=True).returncode == 0
    assert run(capsys, "export-trail", "--since", kept, newer) == (0, "0 checkpoints written. 已导出 0 个检查点。\n")
    cut.write_text(kept.read_text(encoding="utf-8")[:500], encoding="utf-8")
    for wrong in (cut, tmp_path / "none"):
        code, told = run(capsys, "verify", "--against", wrong)
        assert (code, told.startswith(f"cobuild: {wrong} ")) == (1, True)
    code, told = run(capsys, "export-trail", tmp_path / "no folder" / "file")
    assert (code, "cannot be written" in told) == (1, True)
    with monkeypatch.context() as other:
        other.setenv("COBUILD_CHECKPOINT_KEY", "2" * 64)
        code, told = run(capsys, "verify", "--against", kept, "--network", "net_002_derma")
        assert (code, "no known key has signed" in told) == (1, True)
        other.setenv("COBUILD_CHECKPOINT_PUBLIC_KEYS", SigningKey.parse(b"1" * 64).public)
        assert run(capsys, "verify", "--against", kept)[0] == 0
        other.setenv("COBUILD_CHECKPOINT_KEY", str(tmp_path / "no.key"))
        code, told = run(capsys, "verify")
        assert (code, "holds no Ed25519 private key" in told) == (1, True)
    with MongoClient(engine_uri) as mongo:  # type: MongoClient[dict[str, object]]
        mongo[name]["revisions"].delete_one({"_id": "org_boc_yuexiu:1"})
    code, told = run(capsys, "verify", "--against", kept)
    assert code == 1
    first = next(line for line in told.splitlines() if line.startswith("BROKEN 有误"))
    assert re.search("org_boc_yuexiu:1 .*: the revision is missing. org_boc_yuexiu:1.*修订缺失。", first)
