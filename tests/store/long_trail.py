"""A trail of one partition that is as long as one likes and takes no memory: what is read of it is made then."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bson

from service.store.database import Database
from service.store.kinds import CHECKPOINTS, REVISIONS
from service.trail.revisions import revision_of
from service.viewer import Grant, Role, Viewer
from tests.store.scene import NOW, act, activity

PARTITION = "net_a"
WRITER = act(Viewer("writer", (Grant(Role.NETWORK_ADMIN, PARTITION),)), NOW)


class LongTrail(Database):
    """As many revisions as are asked for, each made when it is read; checkpoints are in a folder, the rest is empty."""

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
        if collection not in (REVISIONS, CHECKPOINTS):
            return await super().find(collection, where, limit, fields, sort, index)
        if isinstance(partition := where["partition"], dict):  # which there are
            return [{"partition": PARTITION}] if partition["$gt"] < PARTITION and self.length else []
        if partition != PARTITION:
            return []
        if collection == REVISIONS:
            above = where.get("sequence", {"$gt": 0})["$gt"]
            return [_revision(each) for each in range(above + 1, min(above + limit, self.length) + 1)]
        numbers = range(1, len(list(self.folder.iterdir())) + 1)
        above = where.get("number", {"$gt": 0})["$gt"]
        wanted = [each for each in numbers if each > above][:: 1 if sort[0][1] == 1 else -1][:limit]
        return [bson.decode((self.folder / str(each)).read_bytes()) for each in wanted]

    async def insert(self, collection: str, document: Mapping[str, Any]) -> None:
        if collection == CHECKPOINTS:
            (self.folder / str(document["number"])).write_bytes(bson.encode(document))
        else:
            await super().insert(collection, document)


def _revision(sequence: int) -> dict[str, Any]:
    return {**revision_of(None, activity(f"act_{sequence:06}"), WRITER), "sequence": sequence, "fence": 1}
