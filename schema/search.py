"""Search: records found by a part of their name, of its pinyin or of its initials, as far as the viewer may know."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.context import Info
from schema.cooperation.enums import Pillar
from schema.describing import COMPARING, After, Before, First, Last, argument, both, field, publish
from schema.network.enums import Sector
from schema.nodes import Recorded
from schema.pages import Connection, Slice, range_of, readable_only, slice_of
from schema.selection import stored_fields
from service.records import Document, joined
from service.searching import MatchedBy, Wanted
from service.store.reads import Range
from service.store.search import MOST_CANDIDATES, MOST_CLOSE, SEARCHED, Hit, Scope, SearchKind
from service.viewer import Right

MOST_SUGGESTIONS = 5

publish(
    SearchKind,
    "What can be searched, in the order of the hits.",
    "可搜索的类别,亦为结果排列次序。",
    {
        "ORGANIZATION": ("Organisations, by name and short name.", "单位,按全称与简称搜索。"),
        "PARTY_BRANCH": ("Party organisations, by name.", "党组织,按名称搜索。"),
        "AGREEMENT": ("Agreements, by title.", "协议,按标题搜索。"),
        "ACTIVITY": ("Activities, by title.", "共建活动,按标题搜索。"),
    },
)
publish(
    MatchedBy,
    "What of a title matched.",
    "匹配方式。",
    {
        "TEXT": ("Its characters.", "文字。"),
        "PINYIN": ("Its pinyin.", "全拼。"),
        "INITIALS": ("The initials of its pinyin.", "拼音首字母。"),
    },
)


@strawberry.type(description=both("A part of a title.", "标题中的一段。"))
class TextRange:
    start: int = field(
        "Where it starts, in UTF-16 code units as JavaScript counts: title.slice(start, start + length).",
        "起点,按 UTF-16 码元计(与 JavaScript 一致):title.slice(start, start + length)。",
    )
    length: int = field("How long it is, in UTF-16 code units.", "长度,按 UTF-16 码元计。")


async def _record(root: Parent[Document], info: Info) -> Any:
    own_id = root["own_id"]
    kind = SEARCHED[root["kind"]].record
    return await info.context.reader.one(kind.PREFIX, own_id, stored_fields(info, kind))


@strawberry.type(description=both("A record that was found.", "一条搜索结果。"))
class SearchHit:
    record: Recorded | None = field(
        "The record; null when it changed meanwhile so that you may no longer know of it.",
        "所找到的记录;若其间已变更为您不可知,则为空。",
        resolver=_record,
    )
    kind: SearchKind = field("What it is.", "类别。")
    title: str = field(
        "The text that matched: its title or name, or its short name where that matches better.",
        "匹配的文字:标题或全称;简称匹配更佳时为简称。",
    )
    ranges: list[TextRange] = field("Which parts of `title` matched, in order.", "`title` 中匹配的各段,依次排列。")
    matched_by: MatchedBy = field("What of it matched.", "匹配方式。")


@strawberry.type(description=both("How many hits are of a kind.", "某类别的结果数。"))
class KindHits:
    kind: SearchKind = field("The kind.", "类别。")
    count: int = field("How many.", "数量。")


@strawberry.type(description=both("How many organisations found are of a sector.", "某行业的单位结果数。"))
class SectorHits:
    sector: Sector = field("The sector.", "行业。")
    count: int = field("How many.", "数量。")


@strawberry.type(description=both("How many activities found are of a pillar.", "某项共建的活动结果数。"))
class PillarHits:
    pillar: Pillar = field("The pillar.", "共建。")
    count: int = field("How many; one of two pillars counts in both.", "数量,跨两项共建者各计一次。")


@strawberry.type(
    description=both("All hits counted, pages aside; zeros are left out.", "全部结果的分类计数,零项从略。")
)
class SearchFacets:
    kinds: list[KindHits] = field("By kind.", "按类别。")
    sectors: list[SectorHits] = field("Organisations by sector.", "单位按行业。")
    pillars: list[PillarHits] = field("Activities by pillar.", "活动按共建。")


@dataclass(frozen=True)
class FoundSlice(Slice):
    """A page of hits, and what is told of all of them."""

    hits: Sequence[Hit]
    complete: bool
    suggestions: Sequence[str]


def _facets(root: Parent[FoundSlice]) -> Any:
    facets = Counter((hit.kind, facet) for hit in root.hits for facet in hit.facets)
    sectors = {sector: facets[SearchKind.ORGANIZATION, sector] for sector in Sector}
    pillars = {pillar: facets[SearchKind.ACTIVITY, pillar] for pillar in Pillar}
    kinds = Counter(hit.kind for hit in root.hits)
    return {
        "kinds": [{"kind": kind, "count": kinds[kind]} for kind in SearchKind if kinds[kind]],
        "sectors": [{"sector": sector, "count": count} for sector, count in sectors.items() if count],
        "pillars": [{"pillar": pillar, "count": count} for pillar, count in pillars.items() if count],
    }


async def _total_count(root: Parent[FoundSlice]) -> Any:
    return await root.total()


def _complete(root: Parent[FoundSlice]) -> Any:
    return root.complete


@strawberry.type(description=both("A page of what was found.", "搜索结果的一页。"))
class SearchConnection(Connection[SearchHit]):
    total_count: int = field("How many hits there are in all pages.", "结果总数。", resolver=_total_count)
    total_count_is_exact: bool = field(
        "Whether totalCount is the whole number; the same as complete.",
        "totalCount 是否为确切总数,与 complete 相同。",
        resolver=_complete,
    )
    facets: SearchFacets = field("All hits counted.", "分类计数。", resolver=_facets)
    complete: bool = field(
        f"Whether all were compared: of each kind at most {MOST_CANDIDATES:,} that may match are. Otherwise there are "
        "more hits than are listed and counted; ask for more characters.",
        f"是否已全部比对:每类至多比对 {MOST_CANDIDATES:,} 条可能匹配者;否则所列所计并非全部,请输入更多文字。",
    )
    suggestions: list[str] = field(
        "When nothing was found and they were asked for, at most 5 names that may have been meant: two characters or "
        f"two syllables in a row are the same, or nearly all letters. Of each kind at most {MOST_CLOSE} are compared.",
        f"无结果且要求建议时,至多 5 个相近名称:有连续两字相同或同音,或拼音几乎相同。每类至多比对 {MOST_CLOSE} 条。",
    )


Text = Annotated[
    str,
    argument(
        "What to find, 1 to 100 characters: a part of a title, of its pinyin from the beginning of a syllable on, or "
        "of the initials of its pinyin. Case, width and spaces make no difference.",
        "要找的文字,1 至 100 个字符:标题的一部分,或其全拼(自某字起)、拼音首字母的一部分;不分大小写、全半角与空格。",
    ),
]
InNetwork = Annotated[
    strawberry.ID | None,
    argument(
        "In this network: what is its own, and the organisations that lead it or are members today.",
        "限某共建网络:其自有记录,以及当日牵头或成员单位。",
    ),
]
Kinds = Annotated[list[SearchKind] | None, argument("Only these; all when left out.", "限这些类别,缺省为全部。")]
Suggest = Annotated[bool, argument("Whether to suggest names when nothing is found.", "无结果时是否给出建议。")]


async def _search(
    info: Info,
    text: Text,
    network: InNetwork = None,
    kinds: Kinds = None,
    suggest: Suggest = False,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    wanted, asked = Wanted(text), [kind for kind in SearchKind if kinds is None or kind in kinds]
    order = _order(wanted, asked, network)
    part = range_of(order, first, after, last, before)
    own = str(network) if network is not None else None
    scope = Scope(info.context.reader.database, asked, own, info.context.day, partial(readable_only, info, network=own))
    found = await scope.hits(wanted)
    suggestions = await scope.suggestions(text, MOST_SUGGESTIONS) if suggest and not found.hits else []

    async def total() -> int:
        return len(found.hits)

    page = slice_of(_page(found.hits, part, order), part, order, total)
    return FoundSlice(**vars(page), hits=found.hits, complete=found.complete, suggestions=suggestions)


def _order(wanted: Wanted, kinds: Sequence[SearchKind], network: str | None) -> str:
    """The name of the order that the hits stand in: a cursor holds within one search only."""
    asked = joined(wanted.folded, *kinds, *([network] if network else []))
    return f"search {hashlib.sha256(asked.encode()).hexdigest()[:16]}"


def _page(hits: Sequence[Hit], part: Range, order: str) -> list[Document]:
    """The hits of one part of the list, and one more if there are more, as documents that name their rank."""
    within = [
        hit
        for hit in hits
        if (part.after is None or hit.rank > part.after) and (part.before is None or hit.rank < part.before)
    ]
    chosen = (within[::-1] if part.backwards else within)[: part.size + 1]
    return [
        {
            order: hit.rank,
            "own_id": hit.own_id,
            "kind": hit.kind,
            "title": hit.title,
            "ranges": hit.match.ranges,
            "matched_by": hit.match.by,
        }
        for hit in chosen
    ]


@strawberry.type
class SearchQuery:
    search: SearchConnection | None = field(
        "Organisations, party organisations, agreements and activities by a part of their title, its pinyin or its "
        "initials: equal ones first, then those that begin so, then the others; by kind, then by pinyin. What is "
        "archived, discarded or cancelled is left out.",
        "按文字、全拼或拼音首字母搜索单位、党组织、协议与活动:完全匹配在前,其次开头匹配,再次其他;同级按类别、拼音排列。"
        "已归档、作废、取消者不列。",
        right=Right.READ_PUBLIC,
        weight=COMPARING,
        resolver=_search,
    )
