"""Department 科室 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, optional, required
from schema.lazy import OrganizationType, PartyBranchType
from schema.links import one, page
from schema.network.enums import DepartmentKind, DepartmentStatus
from schema.network.persons import Person, PersonWhere
from schema.nodes import Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import departments as domain
from service.network.branches import PartyBranch as BranchRecord
from service.network.organizations import Organization as OrganizationRecord
from service.network.persons import Person as PersonRecord
from service.store.reads import Query
from service.viewer import Right

ALL = Query(domain.Department, {}, order="name_key")


@entity(
    domain.Department,
    "A department of one organisation, kept by the network that keeps it.",
    "某单位的科室,由维护该单位的网络维护。",
)
class Department(Recorded):
    organization: OrganizationType | None = one(
        domain.Department, "organization", OrganizationRecord, "The organisation it is a part of.", "所属单位。"
    )
    name: str = field("Its name.", "名称。")
    kind: DepartmentKind = field("What it is for.", "类别。")
    parent: "Department | None" = one(
        domain.Department, "parent", domain.Department, "The department above it.", "上级科室。"
    )
    children: "Connection[Department]" = page(
        domain.Department, "parent", ALL, "The departments below it, by name.", "下级科室,按拼音排列。"
    )
    branch: PartyBranchType | None = one(
        domain.Department, "branch", BranchRecord, "The party organisation in it.", "所在党组织。"
    )
    persons: Connection[Person] = page(
        domain.Department,
        "department",
        Query(PersonRecord, {}, order="post_key"),
        "Who works there, by post; nobody for whom READ_DRAFTS is not held.",
        "科室人员,按职务排列;无 READ_DRAFTS 权限者看不到任何人。",
        where=PersonWhere,
    )
    external_reference: str | None = field("Its number in another system.", "外部系统编号。")
    status: DepartmentStatus = field("Whether it is in use.", "状态。")
    archive_reason: str | None = field("Why it was archived.", "归档原因。")


@strawberry.input(description=both("Which departments.", "科室筛选条件。"))
class DepartmentWhere:
    organization: strawberry.ID | None = optional("Of this organisation.", "单位编号。")
    kind: DepartmentKind | None = optional("Of this kind.", "类别。")
    branch: strawberry.ID | None = optional("With this party organisation.", "党组织编号。")
    status: DepartmentStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"organization": self.organization, "kind": self.kind, "branch": self.branch}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a department that may change.", "可更改的科室信息。"))
class DepartmentCorrection:
    name: str | None = optional("Its name.", "名称。")
    kind: DepartmentKind | None = optional("What it is for.", "类别。")
    parent: strawberry.ID | None = optional(
        "The department above it, of the same organisation.", "上级科室编号,须属同一单位。"
    )
    branch: strawberry.ID | None = optional(
        "The party organisation in it, of the same organisation.", "所在党组织编号,须属同一单位。"
    )
    external_reference: str | None = optional("Its number in another system.", "外部系统编号。")


@strawberry.input(description=both("A new department.", "新建科室。"))
class DepartmentFacts(DepartmentCorrection, Made):
    organization: strawberry.ID = required("The organisation it is a part of.", "所属单位编号。")
    name: str = required("Its name.", "名称。")
    kind: DepartmentKind = required("What it is for.", "类别。")


DepartmentResult = Annotated[
    Department | RefusalType,
    strawberry.union("DepartmentResult", description=both("The department, or why not.", "科室或拒绝原因。")),
]


async def _departments(
    info: Info,
    network: Network,
    where: Annotated[DepartmentWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Department, {"network": network}, order="name_key")
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class DepartmentQuery:
    departments: Connection[Department] | None = field(
        "The departments that a network keeps, by name.",
        "网络维护的科室,按拼音排列。",
        right=Right.READ_NETWORK,
        resolver=_departments,
    )


async def _create(info: Info, input: Annotated[DepartmentFacts, argument("The department.", "科室信息。")]) -> Any:
    return await write(info, domain.Department, domain.create, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[DepartmentCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Department, domain.correct, reason, own_id=id, version=version, facts=input)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Department, domain.archive, reason, own_id=id, version=version)


@strawberry.type
class DepartmentMutation:
    create_department: DepartmentResult | None = field(
        "Creates a department.", "新建科室。", right=Right.KEEP_ORGANIZATIONS, resolver=_create
    )
    correct_department: DepartmentResult | None = field(
        "Corrects a department.", "更正科室信息。", right=Right.KEEP_ORGANIZATIONS, resolver=_correct
    )
    archive_department: DepartmentResult | None = field(
        "Archives a department.", "归档科室。", right=Right.KEEP_ORGANIZATIONS, resolver=_archive
    )
