"""Organization 单位 in the schema."""

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any

import strawberry

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, optional, required
from schema.integrity.registered import AboutOrganization
from schema.lazy import NetworkType
from schema.links import one, page
from schema.moments import AsOf, read_as_of
from schema.network.belonging import AtOrganization
from schema.network.enums import OrganizationStatus, Sector
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from service.network import merging
from service.network import organizations as domain
from service.network.networks import Network as NetworkRecord
from service.store.reads import Query
from service.store.tallies import roles
from service.viewer import Right

EVERY = Query(domain.Organization, {}, order="name_key")
ALL = replace(EVERY, also=({"status": {"$ne": domain.OrganizationStatus.MERGED.value}},))  # duplicates aside


@strawberry.type(description=both("How to reach somebody.", "联系人。"))
class Contact:
    name: str = field("The name.", "姓名。")
    post: str | None = field("The post.", "职务。")
    phone: str | None = field("The telephone number.", "电话。")
    email: str | None = field("The e-mail address.", "电子邮箱。")


@entity(
    domain.Organization,
    "A hospital or a partner, known to the whole installation. The id of a merged duplicate answers the organisation "
    "it was merged into, under that one's own id: in `node`, in `nodes` and behind every link; see `duplicates`.",
    "医院或共建单位,全系统共用。重复单位并入他处后,其编号在 node、nodes 及各处链接中均返回保留的单位,"
    "编号为保留单位的编号;参见 duplicates。",
)
class Organization(Recorded, AtOrganization, AboutOrganization):
    name: str = field("Its full name.", "全称。")
    short_name: str | None = field("Its short name.", "简称。")
    sector: Sector = field("What it does.", "行业。")
    province: str | None = field("Its province.", "省份。")
    city: str | None = field("Its city.", "城市。")
    county: str | None = field("Its county or district.", "县(区)。")
    founded: PartialDate | None = field("When it was founded.", "成立时间。")
    contacts: list[Contact] | None = field(
        "Whom to reach. Private.",
        "联系人,属隐私。",
        right=Right.READ_CONTACTS,
    )
    external_reference: str | None = field("Its number in another system.", "外部系统编号。")
    status: OrganizationStatus = field("Whether it is in use.", "状态。")
    archive_reason: str | None = field("Why it was archived.", "归档原因。")
    kept_by: NetworkType | None = one(
        domain.Organization, "network", NetworkRecord, "The network that keeps this record.", "负责维护的网络。"
    )
    parent: "Organization | None" = one(
        domain.Organization, "parent", domain.Organization, "The organisation above it.", "上级单位。"
    )
    merged_into: "Organization | None" = one(
        domain.Organization, "merged_into", domain.Organization, "The one it was merged into.", "并入的单位。"
    )
    merge_reason: str | None = field("Why it was merged.", "合并原因。")
    merge_pending: bool = field(
        "Whether records that named this duplicate are still being re-pointed to the other.",
        "引用此重复单位的记录是否仍在改为引用保留单位。",
    )
    duplicates: "Connection[Organization]" = page(
        domain.Organization,
        "merged_into",
        EVERY,
        "The duplicates merged into it, under their own ids, by name.",
        "已并入本单位的重复单位(以其原编号列出),按拼音排列。",
    )
    children: "Connection[Organization]" = page(
        domain.Organization, "parent", ALL, "The organisations below it, by name.", "下级单位,按拼音排列。"
    )


@strawberry.input(description=both("Which organisations.", "单位筛选条件。"))
class OrganizationWhere:
    sector: Sector | None = optional("In this sector.", "行业。")
    province: str | None = optional("In this province.", "省份。")
    city: str | None = optional("In this city.", "城市。")
    status: OrganizationStatus | None = optional(
        "In this state; unless given, all but MERGED.", "状态;未给出时为除 MERGED 以外的全部。"
    )
    member_of: strawberry.ID | None = optional(
        "Now leading or a member of this network; LIMIT_EXCEEDED above 5,000 of them.",
        "某网络的现有牵头或成员单位;超过 5,000 个返回 LIMIT_EXCEEDED。",
    )

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"sector": self.sector, "province": self.province, "city": self.city}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("A contact.", "联系人。"))
class ContactInput:
    name: str = required("The name.", "姓名。")
    post: str | None = optional("The post.", "职务。")
    phone: str | None = optional("The telephone number.", "电话。")
    email: str | None = optional("The e-mail address.", "电子邮箱。")


@strawberry.input(description=both("Facts of an organisation that may change.", "可更改的单位信息。"))
class OrganizationCorrection:
    name: str | None = optional("Its full name.", "全称。")
    short_name: str | None = optional("Its short name.", "简称。")
    sector: Sector | None = optional("What it does.", "行业。")
    province: str | None = optional("Its province.", "省份。")
    city: str | None = optional("Its city.", "城市。")
    county: str | None = optional("Its county or district.", "县(区)。")
    parent: strawberry.ID | None = optional("The organisation above it.", "上级单位编号。")
    founded: PartialDateInput | None = optional("When it was founded.", "成立时间。")
    contacts: list[ContactInput] | None = optional("Whom to reach. Private.", "联系人,属隐私。")
    external_reference: str | None = optional("Its number in another system.", "外部系统编号。")


@strawberry.input(description=both("A new organisation.", "新建单位。"))
class OrganizationFacts(OrganizationCorrection, Made):
    network: strawberry.ID = required("The network that will keep it.", "负责维护的网络编号。")
    name: str = required("Its full name.", "全称。")
    sector: Sector = required("What it does.", "行业。")


OrganizationResult = Annotated[
    Organization | RefusalType,
    strawberry.union("OrganizationResult", description=both("The organisation, or why not.", "单位或拒绝原因。")),
]


async def _organizations(
    info: Info,
    where: Annotated[OrganizationWhere | None, argument("Which ones.", "筛选条件。")] = None,
    as_of: AsOf = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    read_as_of(info, as_of)
    query = where.narrow(EVERY if where.status else ALL, info.context.day) if where else ALL
    if where and where.member_of:
        found = await roles(info.context.reader.database, where.member_of, info.context.day, ("where", "member_of"))
        query = narrowed(query, {}, {"_id": {"$in": sorted(found)}})
    return await listed(info, query, first, after, last, before)


@strawberry.type
class OrganizationQuery:
    organizations: Connection[Organization] | None = field(
        "Organisations by name.", "单位,按拼音排列。", right=Right.READ_PUBLIC, resolver=_organizations
    )


async def _create(info: Info, input: Annotated[OrganizationFacts, argument("The organisation.", "单位信息。")]) -> Any:
    return await write(info, domain.Organization, domain.create, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[OrganizationCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.Organization, domain.correct, reason, own_id=id, version=version, facts=input)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.Organization, domain.archive, reason, own_id=id, version=version)


async def _merge(
    info: Info,
    id: Id,
    version: Version,
    into: Annotated[strawberry.ID, argument("The organisation that stays.", "保留单位的编号。")],
    reason: Reason,
) -> Any:
    return await write(info, domain.Organization, merging.merge, reason, own_id=id, version=version, into=into)


@strawberry.type
class OrganizationMutation:
    create_organization: OrganizationResult | None = field(
        "Creates an organisation.", "新建单位。", right=Right.KEEP_ORGANIZATIONS, resolver=_create
    )
    correct_organization: OrganizationResult | None = field(
        "Corrects an organisation.", "更正单位信息。", right=Right.KEEP_ORGANIZATIONS, resolver=_correct
    )
    archive_organization: OrganizationResult | None = field(
        "Archives an organisation.", "归档单位。", right=Right.KEEP_ORGANIZATIONS, resolver=_archive
    )
    merge_organization: OrganizationResult | None = field(
        "Merges the duplicate `id` into the organisation that stays; what names it follows, while `mergePending`. "
        "Needs the right in the networks that keep the two. What would then stand twice, or name one organisation "
        "twice, is refused before: a problem names each such record, at most 50 at once.",
        "将重复单位 id 并入保留单位;引用它的记录随后更新,期间 mergePending 为真。须对维护两单位的网络均有此权限。"
        "合并后会重复或两次涉及同一单位的记录须先处理:逐条指明,每次至多 50 条。",
        right=Right.KEEP_ORGANIZATIONS,
        resolver=_merge,
    )
