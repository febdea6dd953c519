"""Graph: who took part together, as nodes and weighted edges for a front-end to draw."""

import asyncio
from typing import Annotated, Any

import strawberry

from schema.conditions import happened_during
from schema.context import Info
from schema.cooperation.counts import Counted
from schema.cooperation.enums import Pillar
from schema.cooperation.statistics import MOST_SETS, SETS, counted, held_query
from schema.describing import DRAWING, argument, both, field, publish
from schema.inputs import Network, PeriodInput, optional
from schema.lazy import OrganizationType
from schema.links import one
from schema.pages import readable_only
from service.cooperation import counting
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.agreements import AgreementStatus
from service.errors import Code, Problem, Refusal
from service.network.organizations import Organization as OrganizationRecord
from service.records import Filter
from service.store.reads import Query
from service.store.tallies import By, Row, roles, tally, too_many
from service.viewer import Right, Upper

MOST_EDGES, USUAL_EDGES = 500, 100
MOST_PAIRS = 200_000  # of organisations, over all different sets, that one graph weighs
NARROW = ("where", "period")


class NodeRole(Upper):
    """What an organisation is in a network today."""

    LEAD = "LEAD"
    MEMBER = "MEMBER"
    PARTICIPANT = "PARTICIPANT"


publish(
    NodeRole,
    "What an organisation is in a network today.",
    "单位当日在网络中的角色。",
    {
        "LEAD": ("It leads the network.", "牵头单位。"),
        "MEMBER": ("It is a member.", "成员单位。"),
        "PARTICIPANT": ("It is neither, and took part.", "非成员,曾参与。"),
    },
)


@strawberry.type(description=both("An organisation in the graph.", "图中的单位。"))
class GraphNode(Counted):
    id: strawberry.ID = field("The organisation's id, which edges name.", "单位编号,供边引用。")
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The organisation.", "单位。")
    role: NodeRole = field("What it is in the network today.", "当日角色。")


@strawberry.type(description=both("What two organisations did together.", "两单位之间的共建。"))
class GraphEdge(Counted):
    source: strawberry.ID = field("The node with the smaller id.", "编号较小的单位。")
    target: strawberry.ID = field("The node with the greater id.", "编号较大的单位。")
    agreements: int = field(
        "Agreements of this network in force today that both are parties of, whatever the filter.",
        "双方共同签署且当日生效的本网络协议数,不受筛选影响。",
    )


@strawberry.type(
    description=both(
        "Who took part together in what was held. An activity joins those it counts for, two and two: not who disputes "
        "it. The edges are cut to the heaviest; the nodes are the ends of the edges that are left.",
        "已举办活动中共同参加的单位。每场活动将其所计单位两两相连,提出异议者除外。边按权重截取,节点为所余各边的两端。",
    )
)
class PartnershipGraph:
    nodes: list[GraphNode] = field("The ends of the edges, the most active first.", "边的端点,活动多者在前。")
    edges: list[GraphEdge] = field(
        "The heaviest first: by activities, then by person-times, then by id.",
        "按权重从大到小:先比活动数,再比人次,再比编号。",
    )
    total_nodes: int = field("How many nodes there are with all edges.", "全部边所连的节点数。")
    total_edges: int = field("How many edges there are in all.", "边的总数。")
    truncated: bool = field("Whether edges were cut.", "是否有边被截去。")


@strawberry.input(description=both("Which activities and edges.", "图的筛选条件。"))
class GraphWhere:
    pillar: Pillar | None = optional("Activities of this pillar.", "所属共建。")
    period: PeriodInput | None = optional("Whose first possible day lies within these.", "最早可能日期在此区间。")
    organization: strawberry.ID | None = optional(
        "Activities that count for this organisation, with all who took part.", "计入该单位的活动及其全部参与单位。"
    )
    minimum_activities: int | None = optional("Edges of at least so many activities.", "边的最少活动数。")


async def _graph(
    info: Info,
    network: Network,
    where: Annotated[GraphWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: Annotated[int, argument("How many edges; 0 to 500.", "边数,0 至 500。")] = USUAL_EDGES,
) -> Any:
    if not 0 <= first <= MOST_EDGES:
        raise _too_many_edges(first)
    asked = where or GraphWhere()
    pillar: Filter = {"pillars": asked.pillar} if asked.pillar else {}
    query = held_query(info, network, happened_during(asked.period or None, None), asked.organization or None, pillar)
    found, agreed, known = await asyncio.gather(
        counted(info, query, {"sets": SETS}, NARROW),
        _agreed(info, network),
        roles(info.context.reader.database, network, info.context.day),
    )
    if counting.pairs_in(found["sets"]) > MOST_PAIRS:
        raise too_many(MOST_PAIRS, NARROW)
    edges = counting.ties(found["sets"], agreed, asked.minimum_activities or 0)
    return _drawn(found["sets"], edges, first, known)


def _too_many_edges(first: int) -> Refusal:
    english = f"A graph has 0 to {MOST_EDGES} edges; {first} were asked for."
    chinese = f"图的边数为 0 到 {MOST_EDGES},请求了 {first}。"
    return Refusal(Problem(Code.LIMIT_EXCEEDED, ("first",), english, chinese))


def _drawn(sets: list[Row], edges: list[counting.Cell], first: int, known: dict[str, str]) -> dict[str, Any]:
    shown = edges[:first]
    nodes = counting.cells("organization", counting.ends(shown), counting.by_organization(sets))
    return {
        "nodes": [
            {**each, "_id": each["organization"], "role": known.get(each["organization"], NodeRole.PARTICIPANT)}
            for each in sorted(nodes, key=lambda node: (-node["activities"], node["organization"]))
        ],
        "edges": shown,
        "total_nodes": len(counting.ends(edges)),
        "total_edges": len(edges),
        "truncated": len(edges) > first,
    }


async def _agreed(info: Info, network: str) -> list[Row]:
    """The agreements in force by the set of their parties."""
    active = AgreementRecord.state_filter(AgreementStatus.ACTIVE, info.context.day)
    query = readable_only(info, Query(AgreementRecord, {"network": network}, (active,)), network)
    ways = {"sets": By({"organizations": "concerns"}, most=MOST_SETS)}
    if query is None:
        return []
    found = await tally(info.context.reader.database, query, ways, narrow=("network",), asking=info.context.asking)
    return found["sets"]


@strawberry.type
class GraphQuery:
    partnership_graph: PartnershipGraph | None = field(
        "Who took part together in a network, of what you may read, to be drawn. Three commands, and one for the "
        "organisations of the nodes. LIMIT_EXCEEDED above 10,000 different sets of organisations or 200,000 pairs in "
        "them: narrow the period or the pillar.",
        "共建网络中共同参加活动的单位关系图(限您可读取者)。三次查询,节点单位另加一次。不同单位组合超过 10,000 种"
        "或其中配对超过 200,000 对时返回 LIMIT_EXCEEDED,请缩小区间或限定共建。",
        right=Right.READ_PUBLIC,
        weight=DRAWING,
        resolver=_graph,
    )
