"""Person 人员 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, optional, required
from schema.lazy import DepartmentType, OrganizationType, PartyBranchType
from schema.links import one
from schema.network.enums import PersonStatus
from schema.nodes import Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import persons as domain
from service.network.branches import PartyBranch as BranchRecord
from service.network.departments import Department as DepartmentRecord
from service.network.organizations import Organization as OrganizationRecord
from service.store.reads import Query
from service.viewer import Right


def _private(english: str, chinese: str) -> Any:
    return field(english, chinese, right=Right.READ_CONTACTS)


@entity(
    domain.Person,
    "Somebody who works at an organisation. Known to insiders alone; name and contact are private.",
    "某单位的人员,仅内部可见;姓名与联系方式属隐私。",
)
class Person(Recorded):
    organization: OrganizationType | None = one(
        domain.Person, "organization", OrganizationRecord, "Where they work.", "所在单位。"
    )
    name: str | None = _private("The name. Private.", "姓名,属隐私。")
    phone: str | None = _private("The telephone number. Private.", "电话,属隐私。")
    email: str | None = _private("The e-mail address. Private.", "电子邮箱,属隐私。")
    post: str | None = field("The post held.", "职务。")
    title: str | None = field("The professional title.", "职称。")
    department: DepartmentType | None = one(
        domain.Person, "department", DepartmentRecord, "The department.", "所在科室。"
    )
    branch: PartyBranchType | None = one(
        domain.Person, "branch", BranchRecord, "The party organisation.", "所在党组织。"
    )
    cadre: bool | None = field("Whether a party cadre.", "是否党员干部。")
    external_reference: str | None = field("The number in another system.", "外部系统编号。")
    status: PersonStatus = field("Whether the record is in use.", "状态。")
    archive_reason: str | None = field("Why it was archived.", "归档原因。")


@strawberry.input(description=both("Which persons; nobody is found by name.", "人员筛选条件;不按姓名查找。"))
class PersonWhere:
    organization: strawberry.ID | None = optional("Of this organisation.", "单位编号。")
    department: strawberry.ID | None = optional("Of this department.", "科室编号。")
    branch: strawberry.ID | None = optional("Of this party organisation.", "党组织编号。")
    cadre: bool | None = optional("Party cadres, or others.", "是否党员干部。")
    status: PersonStatus | None = optional("In this state.", "状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {
            "organization": self.organization,
            "department": self.department,
            "branch": self.branch,
            "cadre": self.cadre,
        }
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("Facts of a person that may change.", "可更改的人员信息。"))
class PersonCorrection:
    name: str | None = optional("The name. Private.", "姓名,属隐私。")
    phone: str | None = optional("The telephone number. Private.", "电话,属隐私。")
    email: str | None = optional("The e-mail address. Private.", "电子邮箱,属隐私。")
    post: str | None = optional("The post held.", "职务。")
    title: str | None = optional("The professional title.", "职称。")
    department: strawberry.ID | None = optional(
        "The department, of the same organisation.", "所在科室编号,须属同一单位。"
    )
    branch: strawberry.ID | None = optional(
        "The party organisation, of the same organisation.", "所在党组织编号,须属同一单位。"
    )
    cadre: bool | None = optional("Whether a party cadre.", "是否党员干部。")
    external_reference: str | None = optional("The number in another system.", "外部系统编号。")


@strawberry.input(description=both("A new person.", "新建人员。"))
class PersonFacts(PersonCorrection, Made):
    organization: strawberry.ID = required("Where they work.", "所在单位编号。")


PersonResult = Annotated[
    Person | RefusalType,
    strawberry.union("PersonResult", description=both("The person, or why not.", "人员或拒绝原因。")),
]


async def _persons(
    info: Info,
    network: Network,
    where: Annotated[PersonWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.Person, {"network": network}, order="post_key")
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class PersonQuery:
    persons: Connection[Person] | None = field(
        "The people of the organisations that a network keeps, by post.",
        "网络所维护单位的人员,按职务排列。",
        right=Right.READ_DRAFTS,
        resolver=_persons,
    )


async def _create(info: Info, input: Annotated[PersonFacts, argument("The person.", "人员信息。")]) -> Any:
    return await write(info, domain.Person, domain.create, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[PersonCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Person, domain.correct, reason, own_id=id, version=version, facts=input)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Person, domain.archive, reason, own_id=id, version=version)


async def _forget(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Person, domain.forget, reason, own_id=id, version=version)


@strawberry.type
class PersonMutation:
    create_person: PersonResult | None = field(
        "Creates a person.", "新建人员。", right=Right.KEEP_ORGANIZATIONS, resolver=_create
    )
    correct_person: PersonResult | None = field(
        "Corrects a person.", "更正人员信息。", right=Right.KEEP_ORGANIZATIONS, resolver=_correct
    )
    archive_person: PersonResult | None = field(
        "Archives a person.", "归档人员。", right=Right.KEEP_ORGANIZATIONS, resolver=_archive
    )
    forget_person: PersonResult | None = field(
        "Forgets a person, for good: name, contact, number and quotations are emptied, and the key that seals them in "
        "the trail is erased. The record stays, with post and department, and its chain of revisions still verifies. "
        "The reason stays readable, so name nobody in it.",
        "永久遗忘此人:清空姓名、联系方式、外部编号与引文,并销毁留痕中对应的密钥;记录保留职务与科室,留痕链仍可校验。"
        "原因将保留可读,请勿写入姓名。",
        right=Right.FORGET_PERSONS,
        resolver=_forget,
    )
