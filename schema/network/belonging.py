"""What an organisation has and takes part in, as lists below it."""

import strawberry

from schema.cooperation.activities import Activity, ActivityWhere
from schema.cooperation.agreements import Agreement, AgreementWhere
from schema.cooperation.deliverables import Deliverable, DeliverableWhere
from schema.integrity.commitments import Commitment, CommitmentWhere
from schema.links import page
from schema.network.branches import PartyBranch
from schema.network.departments import Department, DepartmentWhere
from schema.network.headcounts import Headcount
from schema.network.memberships import Membership, MembershipWhere
from schema.network.pairings import Pairing, PairingWhere
from schema.network.persons import Person, PersonWhere
from schema.network.roles import RoleAssignment, RoleAssignmentWhere
from schema.network.stations import Station, StationWhere
from schema.pages import Connection
from service.cooperation.activities import Activity as ActivityRecord
from service.cooperation.agreements import Agreement as AgreementRecord
from service.cooperation.deliverables import Deliverable as DeliverableRecord
from service.integrity.commitments import Commitment as CommitmentRecord
from service.network.branches import PartyBranch as BranchRecord
from service.network.departments import Department as DepartmentRecord
from service.network.headcounts import Headcount as HeadcountRecord
from service.network.memberships import Membership as MembershipRecord
from service.network.organizations import Organization
from service.network.pairings import Pairing as PairingRecord
from service.network.persons import Person as PersonRecord
from service.network.roles import RoleAssignment as RoleRecord
from service.network.stations import Station as StationRecord
from service.store.reads import Query


@strawberry.type
class AtOrganization:
    party_branches: Connection[PartyBranch] = page(
        Organization,
        "organization",
        Query(BranchRecord, {}, order="name_key"),
        "Its party organisations, by name.",
        "党组织,按拼音排列。",
    )
    headcounts: Connection[Headcount] = page(
        Organization,
        "organization",
        Query(HeadcountRecord, {}, descending=True),
        "Its headcounts, the latest first.",
        "人数快照,最新在前。",
    )
    memberships: Connection[Membership] = page(
        Organization,
        "organization",
        Query(MembershipRecord, {}),
        "The networks it leads or has joined, by date.",
        "所牵头或加入的网络,按日期排列。",
        where=MembershipWhere,
    )
    departments: Connection[Department] = page(
        Organization,
        "organization",
        Query(DepartmentRecord, {}, order="name_key"),
        "Its departments, by name.",
        "科室,按拼音排列。",
        where=DepartmentWhere,
    )
    persons: Connection[Person] = page(
        Organization,
        "organization",
        Query(PersonRecord, {}, order="post_key"),
        "Who works there, by post; nobody for whom READ_DRAFTS is not held.",
        "人员,按职务排列;无 READ_DRAFTS 权限者看不到任何人。",
        where=PersonWhere,
    )
    stations: Connection[Station] = page(
        Organization,
        "organization",
        Query(StationRecord, {}, order="place_key"),
        "The centres and workstations there.",
        "所设中心与工作站。",
        where=StationWhere,
    )
    pairings: Connection[Pairing] = page(
        Organization,
        "member",
        Query(PairingRecord, {}),
        "The pairings in which it is helped, by date.",
        "作为受帮扶成员的结对,按日期排列。",
        where=PairingWhere,
    )
    role_assignments: Connection[RoleAssignment] = page(
        Organization,
        "organization",
        Query(RoleRecord, {}, descending=True),
        "Who records for it, the latest first.",
        "本单位联络员的角色授予,最新在前。",
        where=RoleAssignmentWhere,
    )
    agreements: Connection[Agreement] = page(
        Organization,
        "concerns",
        Query(AgreementRecord, {}, descending=True),
        "The agreements it is a party of, the latest first.",
        "作为签约方的协议,最新在前。",
        where=AgreementWhere,
    )
    activities: Connection[Activity] = page(
        Organization,
        "participants",
        Query(ActivityRecord, {}, descending=True),
        "The activities it takes part in, the latest first.",
        "所参加的活动,最新在前。",
        where=ActivityWhere,
    )
    deliverables: Connection[Deliverable] = page(
        Organization,
        "concerns",
        Query(DeliverableRecord, {}, descending=True),
        "The deliverables it helped to bring about, the latest first.",
        "所参与的成果,最新在前。",
        where=DeliverableWhere,
    )
    commitments: Connection[Commitment] = page(
        Organization,
        "concerns",
        Query(CommitmentRecord, {}, descending=True),
        "The commitments it is a side of, the latest first.",
        "作为一方的廉洁承诺,最新在前。",
        where=CommitmentWhere,
    )
