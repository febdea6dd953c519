"""What is part of another record, as a file attached to one, is known of only to who may know of the whole."""

import datetime as dt
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import TypeAlias

from service.permission import judged_by, may_read
from service.records import Document, Record
from service.store.kinds import KINDS
from service.viewer import Viewer

Known: TypeAlias = Callable[[str, Collection[str], tuple[str, ...]], Awaitable[Mapping[str, Document]]]


async def readable(
    kind: type[Record], documents: Iterable[Document], viewer: Viewer, day: dt.date, known: Known
) -> dict[str, Document]:
    """Those of `documents`, all of `kind`, that `viewer` may know of, by id; `known` looks up by prefix and ids."""
    own = {each["_id"]: each for each in documents if may_read(kind, each, viewer, day)}
    if kind.PART_OF is None:
        return own
    wholes = defaultdict(set)
    for each in own.values():
        wholes[each[kind.PART_OF].partition("_")[0]].add(each[kind.PART_OF])
    there: set[str] = set()
    for prefix, ids in wholes.items():
        of = KINDS[prefix]
        found = await known(prefix, ids, judged_by(of))
        there |= {own_id for own_id, document in found.items() if may_read(of, document, viewer, day)}
    return {own_id: each for own_id, each in own.items() if each[kind.PART_OF] in there}
