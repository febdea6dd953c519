"""Looking up what a record of the integrity area refers to, so that everything wrong with it is told at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.acts import Act
from service.errors import Code, Path, Problem, Refusal

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def referred(
    store: "Store", act: Act, prefix: str, references: Mapping[Path, str | None]
) -> tuple[dict[str, "Document"], list[Problem]]:
    """The documents behind those of `references` that are given, by id; or the problems of those that are none."""
    given = {path: own_id for path, own_id in references.items() if own_id is not None}
    try:
        return await store.refer(given, prefix, act), []
    except Refusal as refusal:
        return {}, [*refusal.problems]


def elsewhere(path: Path, own_id: str) -> Problem:
    """What is referred to belongs to another network, which is none of this one's business."""
    english, chinese = f"{own_id} belongs to another network.", f"{own_id} 属于其他共建网络。"
    return Problem(Code.REFERENCE_INVALID, path, english, chinese, own_id)
