"""Role assignment 角色授予 in the schema."""

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Parent

from schema.conditions import narrowed, state_is
from schema.context import Info
from schema.describing import After, Before, First, Id, Last, Reason, Version, argument, both, field
from schema.enums import Role
from schema.inputs import Made, Network, optional, required
from schema.lazy import NetworkType, OrganizationType
from schema.links import one
from schema.network.enums import RoleAssignmentStatus
from schema.nodes import Recorded, entity
from schema.pages import Connection
from schema.results import RefusalType, write
from schema.roots import listed
from schema.scalars import Date
from service.network import giving
from service.network import roles as domain
from service.network.networks import Network as NetworkRecord
from service.network.organizations import Organization as OrganizationRecord
from service.records import Document
from service.store.reads import Query
from service.viewer import Right


def _status(root: Parent[Document], info: Info) -> Any:
    return domain.RoleAssignment.state(root, info.context.day)


@entity(domain.RoleAssignment, "A role that a subject was given in a network.", "在共建网络中授予某主体的角色。")
class RoleAssignment(Recorded):
    network: NetworkType | None = one(domain.RoleAssignment, "network", NetworkRecord, "The network.", "所属网络。")
    role: Role = field("The role.", "角色。")
    organization: OrganizationType | None = one(
        domain.RoleAssignment,
        "organization",
        OrganizationRecord,
        "The organisation that a RECORDER records for.",
        "联络员所属单位。",
    )
    subject: str = field("The `sub` of the holder's token.", "持有人令牌中的 sub。")
    holder: str | None = field(
        "The holder's name. Private.",
        "持有人姓名,属隐私。",
        right=Right.READ_CONTACTS,
    )
    since: Date = field("From which day on.", "生效日期。")
    ended_on: Date | None = field("On which day it ended; it is not held on that day.", "结束日期,当日起不再持有。")
    end_reason: str | None = field("Why it ended or was withdrawn.", "结束或撤销原因。")
    status: RoleAssignmentStatus = field(
        "Its state today.", "当日状态。", needs=domain.RoleAssignment.STATE_KEYS, resolver=_status
    )


@strawberry.input(description=both("Which role assignments.", "角色授予筛选条件。"))
class RoleAssignmentWhere:
    role: Role | None = optional("Of this role.", "角色。")
    subject: str | None = optional("Held by this subject.", "持有主体。")
    organization: strawberry.ID | None = optional("For this organisation.", "单位编号。")
    status: RoleAssignmentStatus | None = optional("In this state today.", "当日状态。")

    def narrow(self, query: Query, day: dt.date) -> Query:
        equal = {"role": self.role, "subject": self.subject, "organization": self.organization}
        return narrowed(query, equal, state_is(query, self.status or None, day))


@strawberry.input(description=both("A role to give.", "授予的角色。"))
class RoleAssignmentFacts(Made):
    network: strawberry.ID = required("The network.", "共建网络编号。")
    role: Role = required("The role; neither PUBLIC nor OPERATOR.", "角色,不含 PUBLIC 与 OPERATOR。")
    subject: str = required("The `sub` of the holder's token; not your own.", "持有人令牌中的 sub,不得为本人。")
    organization: strawberry.ID | None = optional("For RECORDER alone: its organisation.", "仅 RECORDER:所属单位编号。")
    holder: str | None = optional("The holder's name. Private.", "持有人姓名,属隐私。")
    since: Date | None = optional("From this day on; today unless given.", "生效日期,默认当日。")


RoleAssignmentResult = Annotated[
    RoleAssignment | RefusalType,
    strawberry.union("RoleAssignmentResult", description=both("The role, or why not.", "角色授予或拒绝原因。")),
]


async def _assignments(
    info: Info,
    network: Network,
    where: Annotated[RoleAssignmentWhere | None, argument("Which ones.", "筛选条件。")] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> Any:
    query = Query(domain.RoleAssignment, {"network": network}, descending=True)
    query = where.narrow(query, info.context.day) if where else query
    return await listed(info, query, first, after, last, before)


@strawberry.type
class RoleQuery:
    role_assignments: Connection[RoleAssignment] | None = field(
        "Who holds, held or will hold which role in a network, the latest first.",
        "共建网络的角色授予,最新在前。",
        right=Right.READ_DRAFTS,
        resolver=_assignments,
    )


async def _give(info: Info, input: Annotated[RoleAssignmentFacts, argument("The role.", "角色。")]) -> Any:
    return await write(info, domain.RoleAssignment, giving.give, facts=input)


async def _hand_over(
    info: Info,
    id: Id,
    version: Version,
    reason: Reason,
    subject: Annotated[str, argument("The `sub` of the successor's token.", "接任者令牌中的 sub。")],
    holder: Annotated[str | None, argument("The successor's name. Private.", "接任者姓名,属隐私。")] = None,
) -> Any:
    own = {"own_id": id, "version": version, "subject": subject, "holder": holder}
    return await write(info, domain.RoleAssignment, giving.hand_over, reason, **own)


async def _end(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.RoleAssignment, giving.end, reason, own_id=id, version=version)


async def _withdraw(info: Info, id: Id, version: Version, reason: Reason) -> Any:
    return await write(info, domain.RoleAssignment, giving.withdraw, reason, own_id=id, version=version)


@strawberry.type
class RoleMutation:
    give_role: RoleAssignmentResult | None = field(
        "Gives a subject a role in a network.", "授予角色。", right=Right.GIVE_ROLES, resolver=_give
    )
    hand_over_role: RoleAssignmentResult | None = field(
        "Hands a role over: the successor holds it at once, the one before no more.",
        "移交角色:接任者即时持有,前任即时失去。",
        right=Right.GIVE_ROLES,
        resolver=_hand_over,
    )
    end_role: RoleAssignmentResult | None = field(
        "Ends a role today.", "自当日起结束角色。", right=Right.GIVE_ROLES, resolver=_end
    )
    withdraw_role: RoleAssignmentResult | None = field(
        "Withdraws a role given by mistake.", "撤销误授的角色。", right=Right.GIVE_ROLES, resolver=_withdraw
    )
