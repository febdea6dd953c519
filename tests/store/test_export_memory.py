"""An export of a long trail is a stream: its memory does not grow with its length."""

import datetime as dt
import tracemalloc
from pathlib import Path

import pytest

from service.store.checkpointing import Checkpointing, seal
from service.store.trail_export import exported
from service.trail.exports import checkpoints_in, text_of
from service.trail.keys import known_keys
from tests.store.chain_scene import KEY
from tests.store.long_trail import PARTITION, LongTrail
from tests.store.scene import NOW

MOST_GROWTH = 10 * 1024 * 1024  # bytes, at any length; the promise is 50 MB at 100,000
LENGTHS = [2_000, pytest.param(20_000, marks=pytest.mark.prove)]


@pytest.mark.parametrize("length", LENGTHS)
async def test_the_memory_of_an_export_does_not_grow_with_the_trail(length: int, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    database = LongTrail(length, tmp_path / "checkpoints")
    tracemalloc.start()
    try:
        while await seal(database, PARTITION, Checkpointing(KEY), dt.datetime.now(dt.UTC)):
            pass
        with (tmp_path / "export").open("w", encoding="utf-8") as file:
            keys = known_keys([KEY.public])
            async for line in exported(database, keys, NOW, PARTITION, with_revisions=True):
                file.write(text_of(line))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    with (tmp_path / "export").open(encoding="utf-8") as file:
        assert sum(each["last"] - each["first"] + 1 for each in checkpoints_in(file)) == length
    assert (tmp_path / "export").read_text(encoding="utf-8").count('{"revision":') == length
    assert peak < MOST_GROWTH
