"""The trail after the walk, as who stands outside of it holds it: exported, verified without us, and then tampered."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.api.integrity_papers import Dossier
from tests.conftest import NETWORK
from tests.faults.running import command


def ran(data: Path, settings: dict[str, str], *words: str) -> tuple[int, str]:
    done = command(data, *words, **settings)
    return done.returncode, done.stdout + done.stderr


def trail_is_kept(data: Path, settings: dict[str, str], dossiers: Sequence[Dossier]) -> Path:
    """Exported with all revisions; a verifier that needs nothing of ours finds it whole, and it proves the dossiers."""
    kept = data.with_name("kept.jsonl")
    code, told = ran(data, settings, "export-trail", "--revisions", "--verifier", str(kept))
    assert code == 0, told
    outside = [sys.executable, "-I", str(kept.with_name("verify_trail.py")), str(kept)]
    found = subprocess.run(outside, capture_output=True, text=True, timeout=60)
    assert (found.returncode, f"holds 有效: {NETWORK}: " in found.stdout) == (0, True), found.stdout + found.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    revisions = {(each["record"], each["version"], each["hash"]) for line in lines if (each := line.get("revision"))}
    checkpoints = {each["hash"] for line in lines if (each := line.get("checkpoint"))}
    for proof in (proof for dossier in dossiers for proof in dossier.manifest["chain"]):
        assert (proof["id"], proof["version"], proof["head"]) in revisions
        assert proof["checkpoint"] in checkpoints
    return kept


def tampering_shows(data: Path, settings: dict[str, str], kept: Path, own_id: str) -> None:
    """What is closed is changed behind the service's back: `verify` names the record."""
    whole = ran(data, settings, "verify", "--network", NETWORK, "--against", str(kept))
    assert (whole[0], whole[1].splitlines()[-1]) == (0, "The trail holds. 留痕完好。")
    with MongoClient[dict[str, Any]](settings["MONGODB_URI"]) as mongo:
        audits = mongo[settings["COBUILD_DATABASE"]]["audits"]
        assert audits.update_one({"_id": own_id}, {"$set": {"conclusion": "未发现问题。"}}).modified_count == 1
    code, told = ran(data, settings, "verify", "--network", NETWORK)
    broken = [line for line in told.splitlines() if line.startswith("BROKEN 有误")]
    assert (code, [own_id in line for line in broken]) == (1, [True]), told
