"""An export of a long trail is a stream: its memory does not grow with its length."""

import datetime as dt
import tracemalloc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bson
import pytest

from service.store.checkpointing import Checkpointing, seal
from service.store.database import Database
from service.store.kinds import CHECKPOINTS, REVISIONS
from service.store.trail_export import exported
from service.trail.exports import checkpoints_in, text_of
from service.trail.keys import known_keys
from service.trail.revisions import revision_of
from service.viewer import Grant, Role, Viewer
from tests.store.chain_scene import KEY
from tests.store.scene import NOW, act, activity

PARTITION = "net_a"
WRITER = act(Viewer("writer", (Grant(Role.NETWORK_ADMIN, PARTITION),)), NOW)
MOST_GROWTH = 10 * 1024 * 1024  # bytes, at any length; the promise is 50 MB at 100,000
LENGTHS = [2_000, pytest.param(20_000, marks=pytest.mark.prove)]


class Long(Database):
    """As many revisions of one partition as are asked for, each made when it is read; checkpoints are on disk."""

    def __init__(self, length: int, folder: Path) -> None:
        super().__init__("mongomock", "", "long")
        self.length, self.folder = length, folder

    async def find(
        self,
        collection: str,
        where: Mapping[str, Any],
        limit: int,
        fields: Sequence[str] | None = None,
        sort: Sequence[tuple[str, int]] = (),
        index: str | None = None,
    ) -> list[dict[str, Any]]:
        if where["partition"] != PARTITION:
            return []
        if collection == REVISIONS:
            above = where.get("sequence", {"$gt": 0})["$gt"]
            return [_revision(each) for each in range(above + 1, min(above + limit, self.length) + 1)]
        numbers = range(1, len(list(self.folder.iterdir())) + 1)
        above = where.get("number", {"$gt": 0})["$gt"]
        wanted = [each for each in numbers if each > above][:: 1 if sort[0][1] == 1 else -1][:limit]
        return [bson.decode((self.folder / str(each)).read_bytes()) for each in wanted]

    async def insert(self, collection: str, document: Mapping[str, Any]) -> None:
        assert collection == CHECKPOINTS
        (self.folder / str(document["number"])).write_bytes(bson.encode(document))


def _revision(sequence: int) -> dict[str, Any]:
    return {**revision_of(None, activity(f"act_{sequence:06}"), WRITER), "sequence": sequence, "fence": 1}


@pytest.mark.parametrize("length", LENGTHS)
async def test_the_memory_of_an_export_does_not_grow_with_the_trail(length: int, tmp_path: Path) -> None:
    (tmp_path / "checkpoints").mkdir()
    database = Long(length, tmp_path / "checkpoints")
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
