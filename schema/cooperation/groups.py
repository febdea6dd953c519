"""LeadingGroup 领导小组 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.cooperation.plan_enums import LeadingGroupStatus
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, Network, PartialDateInput, optional, required
from schema.lazy import AgreementType, NetworkType, OrganizationType
from schema.links import one
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.permissions import within
from schema.results import RefusalType, write
from schema.roots import listed
from service.cooperation import groups as domain
from service.cooperation.agreements import Agreement as AgreementRecord
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import RIGHTS_KEYS, Document
from service.store.reads import Query
from service.viewer import Right


@strawberry.type(description=both("The principal of a party, who chairs the group.", "组长:当事方的主要负责人。"))
class LeadingGroupChair:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "The party.", "当事方。")
    name: str | None = field("The name. Private.", "姓名,属隐私。", right=Right.READ_CONTACTS)
    post: str | None = field("The post.", "职务。")


@strawberry.type(description=both("A member of the group.", "领导小组成员。"))
class LeadingGroupMember:
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "Whose.", "所在单位。")
    name: str | None = field("The name. Private.", "姓名,属隐私。", right=Right.READ_CONTACTS)
    post: str | None = field("The post.", "职务。")
    role: str | None = field("As what.", "组内分工。")


@strawberry.type(description=both("The office that does the group's work.", "领导小组下设办公室。"))
class LeadingGroupOffice:
    name: str = field("Its name.", "名称。")
    organization: OrganizationType | None = one(None, "organization", OrganizationRecord, "Where it is.", "设在单位。")
    head: str | None = field("Who heads it, by name. Private.", "负责人姓名,属隐私。", right=Right.READ_CONTACTS)
    duties: str | None = field("Its duties.", "职责。")


def _chairs(root: Parent[Document]) -> Any:
    return [within(chair, root) for chair in root["chairs"]]


def _members(root: Parent[Document]) -> Any:
    return [within(member, root) for member in root["members"]]


def _office(root: Parent[Document]) -> Any:
    return root["office"] and within(root["office"], root)


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.LeadingGroup.state(root, info.context.day)


@entity(
    domain.LeadingGroup,
    "Who leads an agreement's co-building: one principal of each party, and an office.",
    "协议的共建领导小组:各方主要负责人共同担任组长,下设办公室。",
)
class LeadingGroup(Recorded):
    network: NetworkType | None = one(domain.LeadingGroup, "network", NetworkRecord, "The network.", "所属网络。")
    agreement: AgreementType | None = one(
        domain.LeadingGroup, "agreement", AgreementRecord, "The agreement.", "所依据的协议。"
    )
    since: PartialDate | None = field("When it was formed.", "成立时间。")
    until: PartialDate | None = field("When it was dissolved.", "解散时间。")
    chairs: list[LeadingGroupChair] = field(
        "One principal of each party.", "各方主要负责人。", needs=("chairs", *RIGHTS_KEYS), resolver=_chairs
    )
    members: list[LeadingGroupMember] = field(
        "Its other members.", "其他成员。", needs=("members", *RIGHTS_KEYS), resolver=_members
    )
    duties: str | None = field("Its duties.", "职责。")
    office: LeadingGroupOffice | None = field(
        "Its office.", "下设办公室。", needs=("office", *RIGHTS_KEYS), resolver=_office
    )
    end_reason: str | None = field("Why it was dissolved or discarded.", "解散或作废原因。")
    status: LeadingGroupStatus = field(
        "Its state today.", "当日状态。", needs=domain.LeadingGroup.STATE_KEYS, resolver=_status
    )


@strawberry.input(description=both("Which leading groups.", "领导小组筛选条件。"))
class LeadingGroupWhere:
    agreement: strawberry.ID | None = optional("Of this agreement.", "协议编号。")
    organization: strawberry.ID | None = optional("With somebody of this organisation.", "所涉单位编号。")
    status: LeadingGroupStatus | None = optional("In this state today.", "当日状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"agreement": self.agreement, "concerns": self.organization}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("The principal of a party.", "当事方的主要负责人。"))
class ChairInput:
    organization: strawberry.ID = required("The party.", "当事方单位编号。")
    name: str | None = optional("The name. Private.", "姓名,属隐私。")
    post: str | None = optional("The post.", "职务。")


@strawberry.input(description=both("A member of the group.", "领导小组成员。"))
class GroupMemberInput:
    organization: strawberry.ID = required("A party or an organisation below one.", "当事方或其下属单位编号。")
    name: str | None = optional("The name. Private.", "姓名,属隐私。")
    post: str | None = optional("The post.", "职务。")
    role: str | None = optional("As what.", "组内分工。")


@strawberry.input(description=both("The office of the group.", "领导小组办公室。"))
class OfficeInput:
    name: str = required("Its name.", "名称。")
    organization: strawberry.ID | None = optional("Where it is: a party or below one.", "设在单位:当事方或其下属单位。")
    head: str | None = optional("Who heads it, by name. Private.", "负责人姓名,属隐私。")
    duties: str | None = optional("Its duties.", "职责。")


@strawberry.input(description=both("Facts of a leading group that may change.", "可更改的领导小组信息。"))
class LeadingGroupCorrection:
    since: PartialDateInput | None = optional("When it was formed.", "成立时间。")
    until: PartialDateInput | None = optional("When it was dissolved.", "解散时间。")
    chairs: list[ChairInput] | None = optional("One principal of each party.", "各方主要负责人,各一名。")
    members: list[GroupMemberInput] | None = optional("Its other members.", "其他成员。")
    duties: str | None = optional("Its duties.", "职责。")
    office: OfficeInput | None = optional("Its office.", "下设办公室。")


@strawberry.input(description=both("A new leading group.", "新建领导小组。"))
class LeadingGroupFacts(LeadingGroupCorrection, Made):
    agreement: strawberry.ID = required("The agreement, signed.", "已签署的协议编号。")


LeadingGroupResult = Annotated[
    LeadingGroup | RefusalType,
    strawberry.union("LeadingGroupResult", description=both("The group, or why not.", "领导小组或拒绝原因。")),
]


async def _groups(
    info: Info,
    network: Network,
    where: Annotated[LeadingGroupWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.LeadingGroup, {"network": network}, descending=True)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class LeadingGroupQuery:
    leading_groups: Connection[LeadingGroup] | None = field(
        "The leading groups of a network's agreements, the latest first.",
        "共建网络各协议的领导小组,最新在前。",
        right=Right.READ_NETWORK,
        resolver=_groups,
    )


async def _form(info: Info, input: Annotated[LeadingGroupFacts, argument("The group.", "领导小组信息。")]) -> Any:
    return await write(info, domain.LeadingGroup, domain.form, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[LeadingGroupCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.LeadingGroup, domain.correct, reason, own_id=id, version=version, facts=input)


async def _dissolve(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    until: Annotated[PartialDateInput | None, argument("When; today unless given.", "解散时间,默认当日。")] = None,
) -> Any:
    return await write(info, domain.LeadingGroup, domain.dissolve, reason, own_id=id, version=version, until=until)


async def _discard(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.LeadingGroup, domain.discard, reason, own_id=id, version=version)


@strawberry.type
class LeadingGroupMutation:
    form_leading_group: LeadingGroupResult | None = field(
        "Forms the leading group of an agreement.",
        "成立协议的领导小组。",
        right=Right.KEEP_AGREEMENTS,
        resolver=_form,
    )
    correct_leading_group: LeadingGroupResult | None = field(
        "Corrects a leading group.", "更正领导小组。", right=Right.KEEP_AGREEMENTS, resolver=_correct
    )
    dissolve_leading_group: LeadingGroupResult | None = field(
        "Dissolves a leading group.", "解散领导小组。", right=Right.KEEP_AGREEMENTS, resolver=_dissolve
    )
    discard_leading_group: LeadingGroupResult | None = field(
        "Discards a mistaken leading group.", "作废误录的领导小组。", right=Right.KEEP_AGREEMENTS, resolver=_discard
    )
