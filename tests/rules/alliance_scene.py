"""The scene of the tests of departments, persons, stations and pairings: a network whose lead has branches."""

from typing import Any

from service.dates import PartialDate
from service.network.branches import BranchKind
from service.network.departments import Department, DepartmentKind
from service.network.memberships import Membership, MembershipRole
from service.network.organizations import Sector
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import branch, organization, scene


def membership(own_id: str, of: str, role: MembershipRole, joined: str, left: str | None = None) -> Membership:
    return Membership(
        id=own_id,
        network="net_a",
        organization=of,
        role=role,
        joined=PartialDate.parse(joined),
        left=PartialDate.parse(left) if left else None,
        version=1,
    )


def department(own_id: str, **facts: Any) -> Department:
    given = {"organization": "org_hospital", "name": own_id, "kind": DepartmentKind.CLINICAL} | facts
    return Department(id=own_id, network="net_a", version=1, **given)


def alliance() -> MemoryStore:
    """On leap day 2024 the hospital leads since 2018, the bank is a member since 2020, the school was until 2023."""
    store = scene()
    for record in (
        organization("org_school", "实验学校", sector=Sector.SCHOOL),
        organization("org_other", "邻近医院"),
        branch("bra_hospital", BranchKind.BRANCH, name="皮肤科党支部", parent="bra_committee"),
        branch("bra_second", BranchKind.BRANCH, name="检验科党支部", parent="bra_committee"),
        branch("bra_bank", BranchKind.BRANCH, name="支行党支部", organization="org_bank"),
        membership("mem_lead", "org_hospital", MembershipRole.LEAD, "2018"),
        membership("mem_bank", "org_bank", MembershipRole.MEMBER, "2020"),
        membership("mem_school", "org_school", MembershipRole.MEMBER, "2019", "2023-01-01"),
        department("dep_ward", name="皮肤科"),
        department("dep_bank", name="营业部", organization="org_bank", kind=DepartmentKind.OTHER),
    ):
        store.put(record)
    return store


def department_facts(**facts: Any) -> dict[str, Any]:
    return {"organization": "org_hospital", "name": "党建办公室", "kind": "FUNCTIONAL"} | facts


def person_facts(**facts: Any) -> dict[str, Any]:
    return {"organization": "org_hospital", "name": "周保密", "post": "主任", "cadre": True} | facts


def station_facts(**facts: Any) -> dict[str, Any]:
    return {"network": "net_a", "organization": "org_bank", "kind": "WORKSTATION", "plaque_on": "2024-02-29"} | facts


def pairing_facts(**facts: Any) -> dict[str, Any]:
    pair = {"network": "net_a", "branch": "bra_hospital", "member": "org_bank"}
    return pair | {"mode": "KEY", "specialty": "皮肤科", "begins": "2024-02-29"} | facts
