"""PartyBranch 党组织 in the schema."""

from typing import Annotated, Any

import strawberry

from schema.context import Info
from schema.describing import Id, Reason, Version, argument, both, field
from schema.inputs import Made, PartialDateInput, optional, required
from schema.lazy import OrganizationType
from schema.links import one, page
from schema.network.enums import BranchKind, BranchStatus
from schema.network.pairings import Pairing, PairingWhere
from schema.nodes import PartialDate, Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from service.network import branches as domain
from service.network.organizations import Organization as OrganizationRecord
from service.network.pairings import Pairing as PairingRecord
from service.store.reads import Query
from service.viewer import Right


@entity(domain.PartyBranch, "A party organisation of one organisation.", "某单位的党组织。")
class PartyBranch(Recorded):
    organization: OrganizationType | None = one(
        domain.PartyBranch, "organization", OrganizationRecord, "The organisation it belongs to.", "所属单位。"
    )
    name: str = field("Its full name.", "全称。")
    kind: BranchKind = field("Its rank.", "类别。")
    parent: "PartyBranch | None" = one(
        domain.PartyBranch, "parent", domain.PartyBranch, "The party organisation above it.", "上级党组织。"
    )
    secretary: str | None = field(
        "Its secretary. Private.",
        "书记,属隐私。",
        right=Right.READ_CONTACTS,
    )
    established: PartialDate | None = field("When it was established.", "成立时间。")
    status: BranchStatus = field("Whether it is in use.", "状态。")
    archive_reason: str | None = field("Why it was archived.", "归档原因。")
    pairings: Connection[Pairing] = page(
        domain.PartyBranch,
        "branch",
        Query(PairingRecord, {}),
        "The pairings in which it helps, by date.",
        "所帮扶的结对,按日期排列。",
        where=PairingWhere,
    )


@strawberry.input(description=both("Facts of a party organisation that may change.", "可更改的党组织信息。"))
class PartyBranchCorrection:
    name: str | None = optional("Its full name.", "全称。")
    kind: BranchKind | None = optional("Its rank.", "类别。")
    parent: strawberry.ID | None = optional("The party organisation above it.", "上级党组织编号。")
    secretary: str | None = optional("Its secretary. Private.", "书记,属隐私。")
    established: PartialDateInput | None = optional("When it was established.", "成立时间。")


@strawberry.input(description=both("A new party organisation.", "新建党组织。"))
class PartyBranchFacts(PartyBranchCorrection, Made):
    organization: strawberry.ID = required("The organisation it belongs to.", "所属单位编号。")
    name: str = required("Its full name.", "全称。")
    kind: BranchKind = required("Its rank.", "类别。")


PartyBranchResult = Annotated[
    PartyBranch | RefusalType,
    strawberry.union(
        "PartyBranchResult", description=both("The party organisation, or why not.", "党组织或拒绝原因。")
    ),
]


async def _create(
    info: Info, input: Annotated[PartyBranchFacts, argument("The party organisation.", "党组织信息。")]
) -> Any:
    return await write(info, domain.PartyBranch, domain.create, facts=input)


async def _correct(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    input: Annotated[PartyBranchCorrection, argument("What to change.", "更正内容。")],
) -> Any:
    return await write(info, domain.PartyBranch, domain.correct, reason, own_id=id, version=version, facts=input)


async def _archive(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.PartyBranch, domain.archive, reason, own_id=id, version=version)


@strawberry.type
class PartyBranchMutation:
    create_party_branch: PartyBranchResult | None = field(
        "Creates a party organisation.", "新建党组织。", right=Right.KEEP_ORGANIZATIONS, resolver=_create
    )
    correct_party_branch: PartyBranchResult | None = field(
        "Corrects a party organisation.", "更正党组织信息。", right=Right.KEEP_ORGANIZATIONS, resolver=_correct
    )
    archive_party_branch: PartyBranchResult | None = field(
        "Archives a party organisation.", "归档党组织。", right=Right.KEEP_ORGANIZATIONS, resolver=_archive
    )
