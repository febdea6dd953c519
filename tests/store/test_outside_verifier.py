"""The verifier that an outsider runs on what it keeps: it knows nothing of ours, and finds what was bent."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from service.store.checkpointing import Checkpointing
from service.store.store import Store
from service.trail import outside_verifier
from service.trail.revisions import digest
from tests.store.chain_scene import KEY, OTHER_KEY, kept_from, seal_all, sealed_trail
from tests.store.conftest import MakeDatabase
from tests.store.trail_scene import drain, relay_of, write_all

SCRIPT = Path(outside_verifier.__file__)


class Kept(NamedTuple):
    """Exports of one trail: early with revisions, what came after it, and the whole as it was then."""

    early: list[Any]
    more: list[Any]
    whole: list[Any]


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="module")
async def kept(make_database: MakeDatabase) -> Kept:
    store = Store(await make_database("mongomock"))
    await sealed_trail(store, times=2)
    early = lines(await kept_from(store.database, with_revisions=True))
    await write_all(store, 1)
    await drain(relay_of(store.database))
    await seal_all(store.database)
    after = {"installation": 1, "net_a": 2, "net_b": 1}
    more = lines(await kept_from(store.database, after=after, with_revisions=True))
    return Kept(early, more, lines(await kept_from(store.database)))


def checked(*files: Iterable[Any], keys: dict[str, bytes] | None = None) -> dict[str, Any]:
    known: dict[str, Any] = {}
    trusted = dict(keys or {})
    for place, each in enumerate(files):
        outside_verifier.check_file(iter(each), trusted, known, trusting=keys is None and place == 0)
    return {partition: (len(chain) - 1, chain[-1][1]) for partition, chain in known.items()}


def test_it_is_short_and_imports_nothing_of_ours() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    assert text.count("\n") < 100
    imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}


def test_what_was_exported_holds_alone_together_and_whole_after_the_early_part(kept: Kept) -> None:
    assert checked(kept.early) == {"installation": (1, 3), "net_a": (2, 6), "net_b": (1, 3)}
    everything = {"installation": (2, 4), "net_a": (3, 8), "net_b": (2, 4)}
    assert checked(kept.early, kept.more) == everything
    assert checked(kept.early, kept.whole) == everything
    assert checked(kept.whole, kept.whole) == everything
    assert checked(kept.whole, keys={KEY.id: bytes.fromhex(KEY.public)}) == everything


def copied(file: list[Any]) -> list[Any]:
    return [*json.loads(json.dumps(file))]


def where(file: list[Any], name: str, place: int = 0) -> Any:
    return [line[name] for line in file if name in line][place]


def without(file: list[Any], name: str, place: int = 0) -> list[Any]:
    gone = [line for line in file if name in line][place]
    return [line for line in file if line is not gone]


def edited(change: Callable[[list[Any]], None]) -> Callable[[list[Any]], list[Any]]:
    def make(file: list[Any]) -> list[Any]:
        change(own := copied(file))
        return own

    return make


def bare(file: list[Any]) -> None:
    """The same export without its revisions."""
    file[0]["revisions"] = False
    file[:] = [line for line in file if "revision" not in line]


def rehashed(file: list[Any]) -> None:
    own = where(file, "revision")
    own["reason"] = "另一理由"
    own["hash"] = digest(own)


BENT: dict[str, tuple[Callable[[list[Any]], list[Any]], str]] = {
    "a leaf": (edited(lambda file: where(file, "checkpoint")["leaves"][0].__setitem__(1, 9)), "leaves are not those"),
    "the end of the range": (edited(lambda file: where(file, "checkpoint").update(last=99)), "does not hold in itself"),
    "a moment": (edited(lambda file: where(file, "checkpoint").update(at="2020")), "does not hold in itself"),
    "the signature": (edited(lambda file: where(file, "checkpoint").update(signature="00" * 64)), "signature is wrong"),
    "a reason": (edited(lambda file: where(file, "revision").update(reason="x")), "not what the checkpoint lists"),
    "a hash": (edited(lambda file: where(file, "revision").update(hash="0" * 64)), "not what the checkpoint lists"),
    "a reason and its hash": (edited(rehashed), "not what the checkpoint lists"),
    "a revision away": (lambda file: without(file, "revision"), "revision is missing"),
    "the last revision away": (lambda file: without(file, "revision", -1), "revision is missing"),
    "a revision twice": (
        lambda file: [each for line in file for each in ([line] if "revision" not in line else [line, line])],
        "not what the checkpoint lists",
    ),
    "a checkpoint away": (
        lambda file: without(without(file, "revision"), "checkpoint"),
        "is missing|not what|not follow",
    ),
    "the end away": (lambda file: file[:-1], "cut short"),
    "the count": (edited(lambda file: file[-1].update(end=9)), "cut short"),
    "another form": (edited(lambda file: file[0].update(form="x")), "not such an export"),
    "no keys": (lambda file: without(file, "keys"), "not trusted yet"),
}


@pytest.mark.parametrize("name", BENT)
def test_what_was_bent_is_found(kept: Kept, name: str) -> None:
    bend, told = BENT[name]
    with pytest.raises(ValueError, match=told):
        checked(bend(kept.early))


def test_a_later_file_may_not_deny_what_is_kept(kept: Kept) -> None:
    with pytest.raises(ValueError, match="earlier file are missing"):
        checked(kept.whole, edited(bare)(kept.early))
    with pytest.raises(ValueError, match="does not follow"):
        checked(kept.more)
    with pytest.raises(ValueError, match="earlier file are missing"):
        checked(kept.early, edited(bare)([kept.early[0], {"end": 0}]))


async def test_a_trail_written_anew_with_the_true_key_is_denied_by_what_was_kept(
    kept: Kept, make_database: MakeDatabase
) -> None:
    store = Store(await make_database("mongomock"))
    await sealed_trail(store, times=2)
    anew = lines(await kept_from(store.database))
    assert checked(anew) == checked(kept.early)
    with pytest.raises(ValueError, match="an earlier file denies it"):
        checked(kept.early, anew)


async def test_a_new_key_is_trusted_only_when_it_is_given(make_database: MakeDatabase) -> None:
    store = Store(await make_database("mongomock"))
    await sealed_trail(store, times=1)
    early = lines(await kept_from(store.database))
    await write_all(store, 1)
    await drain(relay_of(store.database))
    await seal_all(store.database, Checkpointing(OTHER_KEY, most=5))
    later = lines(await kept_from(store.database))
    later[1]["keys"][OTHER_KEY.id] = OTHER_KEY.public
    with pytest.raises(ValueError, match="a key not trusted yet"):
        checked(early, later)
    both = {key.id: bytes.fromhex(key.public) for key in (KEY, OTHER_KEY)}
    assert checked(early, later, keys=both)["net_a"] == (2, 6)


def run(*words: object) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, words)], capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_it_runs_as_a_program_of_its_own(kept: Kept, tmp_path: Path) -> None:
    early, bent, cut = (tmp_path / name for name in ("early", "bent", "cut"))
    early.write_text("\n".join(map(json.dumps, kept.early)), encoding="utf-8")
    bent.write_text("\n".join(map(json.dumps, BENT["a reason"][0](kept.early))), encoding="utf-8")
    cut.write_text(early.read_text(encoding="utf-8")[:-300], encoding="utf-8")
    code, told = run(early)
    assert code == 0
    assert "holds 有效: net_a: 2 checkpoints 检查点, up to sequence 至序号 6" in told
    assert run(KEY.public, early, early)[0] == 0
    assert run(OTHER_KEY.public, early)[0] == 1
    for wrong in (bent, cut, tmp_path / "none"):
        code, told = run(early, wrong)
        assert (code, told.partition(":")[0]) == (1, "BROKEN 有误")
        assert str(wrong) in told
        assert "Traceback" not in told
    code, told = run()
    assert code == 1
    assert "先旧后新" in told
