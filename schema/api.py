"""The schema on one page: what can be asked, what can be done, and by whom it may be."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from functools import cached_property
from typing import Annotated, Any

import strawberry
from graphql import GraphQLError, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext, ExecutionResult
from strawberry.types.graphql import OperationType

from schema.accesses import AccessQuery
from schema.context import Context, Info
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
from schema.limits import Limits, exceeded, measured, too_large, too_long
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
from schema.overlaps import crowded
from schema.permissions import Answered
from schema.plan.plans import Plans
from schema.plan.texts import Text
from schema.scalars import SCALARS
from schema.search import SearchQuery
from schema.selection import stored_fields
from schema.trail import TrailQuery
from service.errors import Code, Problem, Refusal, refuse_any
from service.records import Document
from service.spans import operation_is
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
    node: Node | None = field("The record with an id.", "按编号取记录。", right=Right.READ_PUBLIC, resolver=_node)
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


def stored_value(source: Any, name: str) -> Any:
    """A field without a resolver reads the stored document under its own name."""
    if isinstance(source, dict):
        return source.get("_id" if name == "id" else name)
    return getattr(source, name)


ALLOWED = frozenset({OperationType.QUERY, OperationType.MUTATION})


class OneOperation(SchemaExtension):
    """What is asked is one operation, which must be said where there are several, and it keeps to the limits."""

    def on_operation(self) -> Iterator[None]:
        limits: Limits = self.execution_context.context.limits
        self.execution_context.parse_options["max_tokens"] = limits.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.context.text is not None:
            self.execution_context.pre_execution_errors = []
        yield

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        text: Text | None = asked.context.text
        limits: Limits = asked.context.limits
        if text is not None:
            asked.graphql_document = text.document
        else:
            too_large(asked.query or "", limits)
            asked.context.characters = len(asked.query or "")
        yield
        if asked.graphql_document is None:
            refuse_any(too_long(asked.pre_execution_errors or (), limits))
            return
        operation = get_operation_ast(asked.graphql_document, asked._provided_operation_name)
        if operation is None:
            english = "The document holds no such operation, or several: name one of them in operationName."
            chinese = "文档中没有该操作,或有多个操作:请在 operationName 中指明其一。"
            raise Refusal(Problem(Code.GRAPHQL_INVALID, ("operation_name",), english, chinese))
        asked.context.accesses.operation = operation.name.value if operation.name else None
        operation_is(operation.operation.value, asked.context.accesses.operation)
        variables = asked.variables or {}
        found = (
            text.measure(variables) if text else measured(schema._schema, asked.graphql_document, operation, variables)
        )
        asked.context.measures.append(found)
        exceeded(found, limits)
        if text is None:
            crowded(asked.graphql_document, limits)


class Schema(strawberry.Schema):
    @cached_property
    def plans(self) -> Plans:
        return Plans(self)

    async def execute(self, query: str | None, *given: Any, **options: Any) -> Any:
        """By its plan where it has one, else as it is, once the access log tells what is answered.

        Raises `Unavailable` when that cannot be written, or a plan meets no database.
        """
        context: Context = options["context_value"]
        allowed = options.get("allowed_operation_types", ALLOWED)
        name, variables = options.get("operation_name"), options.get("variable_values")
        text = self.plans.text(query or "", name, context.sight, context.limits)
        result = await self.plans.answered(text, variables or {}, context, allowed) if text else None
        if isinstance(result, Answered):
            options["root_value"] = result
        if not isinstance(result, ExecutionResult):
            context.text = text
            result = await super().execute(query, *given, **options)
        await context.leave_accesses()
        return result

    async def subscribe(self, *given: Any, **options: Any) -> Any:
        """As `execute`, event by event."""
        return _logged(await super().subscribe(*given, **options), options["context_value"])

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Logs nothing: a refusal is an answer, and http.py logs what is a fault, without the caller's values."""


async def _logged(results: AsyncGenerator[ExecutionResult, None], context: Context) -> AsyncIterator[ExecutionResult]:
    async with aclosing(results):
        async for result in results:
            await context.leave_accesses()
            yield result


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
