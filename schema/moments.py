"""As-of reads: a root field's `asOf` moves all below it to that moment (domain.md, *trail*: what was recorded by then).

The moment is kept beside the request's context under the root field's own name in the answer; `Info.context` finds it
there by the path of whatever is resolved. So links, lists and states below follow without knowing of it.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Annotated, TypeAlias

from schema.context import Context, Info, root_of
from schema.describing import argument
from schema.limits import REBUILDING
from schema.reader import Below, Reader
from schema.scalars import Moment
from service.dates import day_of
from service.errors import Code, Problem, Refusal
from service.records import Document
from service.store.database import Database
from service.store.moments import MOST_CHANGED, MOST_REBUILT, Past
from service.viewer import Viewer

AsOf: TypeAlias = Annotated[
    Moment | None,
    argument(
        "As of this moment: all below is answered as it had been recorded by then, states are those of that day, and "
        "viewerCan is empty. Rights are yours of today. Later than now is INVALID; before the first record there is "
        f"nothing; LIMIT_EXCEEDED when more than {MOST_CHANGED:,} records would have to be rebuilt for one list, or "
        f"{MOST_REBUILT:,} in all. Costs {REBUILDING} beside its objects.",
        "截至此时点:其下全部内容按当时已载入的状态返回,状态以当日为准,viewerCan 为空;权限以您现有权限为准。"
        "晚于当前时间返回 INVALID;早于首条记录则为空;"
        f"一个列表须还原的记录超过 {MOST_CHANGED:,} 条或总计超过 {MOST_REBUILT:,} 条返回 LIMIT_EXCEEDED。"
        f"除所含对象外另计开销 {REBUILDING}。",
    ),
]


def read_as_of(info: Info, as_of: dt.datetime | None) -> None:
    """From here on, `info.context` of the root field that is being resolved, and of all below, is that of `as_of`.

    Raises `Refusal` INVALID at ("as_of",) for a moment yet to come.
    """
    present: Context = info.present
    if as_of is None:
        return
    if as_of > present.at:
        english, chinese = "Nobody knows yet what will stand then.", "该时点尚未到来。"
        raise Refusal(Problem(Code.INVALID, ("as_of",), english, chinese))
    same = (each for each in present.moments.values() if each.as_of == as_of)
    present.moments[root_of(info.path)] = next(same, None) or _then(present, as_of)


def _then(present: Context, as_of: dt.datetime) -> Context:
    reader = PastReader(present.reader.database, present.viewer, as_of)
    return replace(present, at=as_of, as_of=as_of, reader=reader)


class PastReader(Reader):
    """Reads what stood at a moment, under the viewer's present rights."""

    def __init__(self, present: Database, viewer: Viewer, as_of: dt.datetime) -> None:
        self._past = Past(present, as_of)
        super().__init__(self._past, viewer, day_of(as_of))
        self._trail = present

    async def _listed(self, parents: Collection[str], one: Below) -> dict[str, list[Document]]:
        return await self._past.pages(parents, one.key, one.query, one.part, one.fields)

    async def _numbered(self, parents: Collection[str], one: Below) -> dict[str, int]:
        return await self._past.counts(parents, one.key, one.query)
