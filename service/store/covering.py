"""Which checkpoint covers a record: the first one, sealed by a moment, that lists the revision the record stands at.

Only what was sealed by the moment a bundle is asked for counts, so that a checkpoint written later changes no bundle.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping

from service.records import Document
from service.store.database import Database
from service.store.kinds import CHECKPOINT_INDEX, CHECKPOINTS, REVISIONS

AT_ONCE = 100


async def covering(database: Database, documents: Iterable[Document], as_of: dt.datetime) -> Mapping[str, str]:
    """By the head of each document the hash of the checkpoint that covers it, as far as one does."""
    ids = sorted(f"{each['_id']}:{each['version']}" for each in documents)
    sequences: dict[str, dict[int, str]] = defaultdict(dict)  # by partition: sequence → head
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        fields = ("partition", "sequence", "hash")
        for each in await database.find(REVISIONS, {"_id": {"$in": some}}, len(some), fields):
            sequences[each["partition"]][each["sequence"]] = each["hash"]
    found: dict[str, str] = {}
    for partition, heads in sorted(sequences.items()):
        found |= await _of_partition(database, partition, heads, as_of)
    return found


async def _of_partition(
    database: Database, partition: str, heads: Mapping[int, str], as_of: dt.datetime
) -> dict[str, str]:
    """Checkpoints in their order, some at a time; each covers the sequences `first` to `last`."""
    found: dict[str, str] = {}
    number, waiting = 0, dict(heads)
    where = {"partition": partition, "at": {"$lte": as_of}}
    while waiting and (
        checkpoints := await database.find(
            CHECKPOINTS,
            {**where, "number": {"$gt": number}},
            AT_ONCE,
            ("number", "first", "last", "hash"),
            sort=(("number", 1),),
            index=CHECKPOINT_INDEX,
        )
    ):
        for each in checkpoints:
            covered = [sequence for sequence in waiting if each["first"] <= sequence <= each["last"]]
            found |= {waiting.pop(sequence): each["hash"] for sequence in covered}
        number = checkpoints[-1]["number"]
    return found
