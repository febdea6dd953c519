"""The schema on one page: what can be asked, what can be done, and by whom it may be."""

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.accesses import AccessQuery
from schema.context import Info
from schema.cooperation.activities import ActivityMutation, ActivityQuery
from schema.cooperation.agreements import AgreementMutation, AgreementQuery
from schema.cooperation.amending import AmendmentMutation
from schema.cooperation.attachments import AttachmentMutation
from schema.cooperation.calendar import CalendarQuery
from schema.cooperation.confirming import ConfirmingMutation
from schema.cooperation.coverage import CoverageQuery
from schema.cooperation.deliverables import DeliverableMutation, DeliverableQuery
from schema.cooperation.dossier import DossierQuery
from schema.cooperation.graph import GraphQuery
from schema.cooperation.groups import LeadingGroupMutation, LeadingGroupQuery
from schema.cooperation.imports import ActivityImportMutation, ActivityReferenceQuery
from schema.cooperation.plans import ActivityPlanMutation, ActivityPlanQuery
from schema.cooperation.signing import SigningMutation
from schema.cooperation.statistics import StatisticsQuery
from schema.describing import Id, argument, both, field
from schema.enums import GrantSource, Role
from schema.execution import OneOperation, Schema
from schema.feed import Subscription
from schema.integrity.acknowledgements import AcknowledgementMutation
from schema.integrity.audits import AuditMutation, AuditQuery
from schema.integrity.breaches import BreachMutation, BreachQuery
from schema.integrity.checks import CheckQuery
from schema.integrity.clauses import ClauseSetMutation, ClauseSetQuery
from schema.integrity.commitments import CommitmentQuery
from schema.integrity.drawing import DrawingMutation
from schema.integrity.education import EducationQuery
from schema.integrity.finding_steps import FindingMutation
from schema.integrity.findings import FindingQuery
from schema.integrity.gifts import GiftMutation, GiftQuery
from schema.integrity.overview import OverviewQuery
from schema.integrity.undertaking import UndertakingMutation
from schema.links import by_argument
from schema.moments import AsOf, read_as_of
from schema.network.branches import PartyBranchMutation
from schema.network.departments import DepartmentMutation, DepartmentQuery
from schema.network.headcounts import HeadcountMutation, HeadcountQuery
from schema.network.imports import OrganizationImportMutation, OrganizationReferenceQuery
from schema.network.memberships import MembershipMutation, MembershipQuery
from schema.network.networks import NetworkMutation, NetworkQuery
from schema.network.organizations import OrganizationMutation, OrganizationQuery
from schema.network.pairings import PairingMutation, PairingQuery
from schema.network.persons import PersonMutation, PersonQuery
from schema.network.roles import RoleMutation, RoleQuery
from schema.network.stations import StationMutation, StationQuery
from schema.nodes import Node
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.selection import stored_fields, stored_value
from schema.trail import TrailQuery
from service.errors import Code, Problem, Refusal
from service.records import Document
from service.store.kinds import kind_of
from service.viewer import Right

MOST_NODES = 100


@strawberry.type(name="Grant", description=both("A role that the viewer holds.", "当前用户持有的角色。"))
class GrantType:
    role: Role = field("The role.", "角色。")
    network: strawberry.ID | None = field("Its network.", "所在网络。")
    organization: strawberry.ID | None = field("Its organisation.", "所在单位。")
    source: GrantSource = field("Whether the token carries it or it was given here.", "令牌所载或在本系统授予。")


@strawberry.type(name="Viewer", description=both("Who is asking.", "当前用户。"))
class ViewerType:
    subject: str = field("As the token names it.", "令牌中的主体。")
    grants: list[GrantType] = field("The roles held; everybody also holds PUBLIC.", "所持角色,人人皆有 PUBLIC。")


async def _viewer(info: Info) -> Any:
    return info.context.viewer


async def _found(info: Info, own_id: str) -> Document | None:
    kind = kind_of(own_id)
    return None if kind is None else await info.context.reader.one(kind.PREFIX, own_id, stored_fields(info, kind))


async def _node(info: Info, id: Id) -> Any:
    """Relay's compiler fetches records by it, which takes an id and nothing else; as of a moment, there is `nodes`."""
    return await _found(info, id)


async def _nodes(
    info: Info,
    ids: Annotated[list[strawberry.ID], argument("At most 100 ids.", "最多 100 个编号。")],
    as_of: AsOf = None,
) -> Any:
    read_as_of(info, as_of)
    if len(ids) > MOST_NODES:
        english, chinese = (
            f"At most {MOST_NODES} ids; {len(ids)} were given.",
            f"最多 {MOST_NODES} 个编号,给了 {len(ids)} 个。",
        )
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, ("ids",), english, chinese))
    return await asyncio.gather(*(_found(info, own_id) for own_id in ids))


@strawberry.type
class LookupQuery:
    viewer: ViewerType = field("Who is asking.", "当前用户。", right=Right.READ_PUBLIC, resolver=_viewer)
    node: Node | None = field(
        "The record with an id.", "按编号取记录。", right=Right.READ_PUBLIC, resolver=by_argument(_node, "id")
    )
    nodes: list[Node | None] | None = field(
        "The records with these ids, in their order; null where there is none.",
        "按编号批量取记录,顺序对应,无则为空。",
        right=Right.READ_PUBLIC,
        resolver=_nodes,
    )


@strawberry.type(description=both("What can be asked.", "查询。"))
class Query(
    LookupQuery,
    NetworkQuery,
    OrganizationQuery,
    MembershipQuery,
    HeadcountQuery,
    DepartmentQuery,
    PersonQuery,
    StationQuery,
    PairingQuery,
    RoleQuery,
    OrganizationReferenceQuery,
    ActivityReferenceQuery,
    AgreementQuery,
    ActivityPlanQuery,
    LeadingGroupQuery,
    DeliverableQuery,
    ActivityQuery,
    StatisticsQuery,
    SearchQuery,
    CoverageQuery,
    DossierQuery,
    GraphQuery,
    CalendarQuery,
    TrailQuery,
    AccessQuery,
    CheckQuery,
    OverviewQuery,
    EducationQuery,
    ClauseSetQuery,
    CommitmentQuery,
    GiftQuery,
    BreachQuery,
    AuditQuery,
    FindingQuery,
):
    pass


@strawberry.type(
    description=both("What can be done. Each answers the record, or why not.", "变更,返回记录或拒绝原因。")
)
class Mutation(
    NetworkMutation,
    OrganizationMutation,
    PartyBranchMutation,
    HeadcountMutation,
    RoleMutation,
    OrganizationImportMutation,
    ActivityImportMutation,
    MembershipMutation,
    DepartmentMutation,
    PersonMutation,
    StationMutation,
    PairingMutation,
    AgreementMutation,
    SigningMutation,
    ActivityPlanMutation,
    LeadingGroupMutation,
    DeliverableMutation,
    AmendmentMutation,
    ActivityMutation,
    ConfirmingMutation,
    AttachmentMutation,
    ClauseSetMutation,
    DrawingMutation,
    UndertakingMutation,
    AcknowledgementMutation,
    GiftMutation,
    BreachMutation,
    AuditMutation,
    FindingMutation,
):
    pass


schema = Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    extensions=[OneOperation],
    config=StrawberryConfig(
        default_resolver=stored_value, disable_field_suggestions=True, scalar_map=SCALARS, info_class=Info
    ),
)
for directive in schema._schema.directives:
    if directive.name == "access":  # strawberry has no place for what a directive's argument says
        directive.args["right"].description = both("The right.", "权限。")
