"""Calls that succeed, of the mutations of networks, organisations and what belongs to them."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world import CSAIR
from tests.conftest import ADMIN, BANK, LEAD, NETWORK, OPERATOR


def _networks(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    archived: Any = {"status": "ARCHIVED", "archiveReason": REASON}
    return {
        "createNetwork": created(
            {"name": "新网络", "motto": "同心"}, "name motto", {"name": "新网络", "motto": "同心"}, OPERATOR
        ),
        "correctNetwork": changed(NETWORK, 1, "motto", {"motto": "新"}, input={"motto": "新"}, **why),
        "archiveNetwork": changed(NETWORK, 1, "status archiveReason", archived, **why),
    }


def _organizations(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    place = {"province": "广东省", "city": "广州市"}
    organization = {"network": NETWORK, "name": "珠江饭店", "sector": "ENTERPRISE", "parent": BANK, **place}
    contacts = [{"name": "陈", "phone": "1"}]
    archived: Any = {"status": "ARCHIVED", "archiveReason": REASON}
    return {
        "createOrganization": created(
            {**organization, "contacts": contacts},
            "name sector parent { id } contacts { name phone } keptBy { id }",
            {"name": "珠江饭店", "sector": "ENTERPRISE", "parent": {"id": BANK}, "contacts": contacts}
            | {"keptBy": {"id": NETWORK}},
        ),
        "correctOrganization": changed(
            CSAIR,
            1,
            "parent { id } shortName",
            {"parent": {"id": LEAD}, "shortName": None},
            input={"parent": LEAD, "shortName": None},
            **why,
        ),
        "archiveOrganization": changed(world["neighbour"], 1, "status archiveReason", archived, **why),
        "mergeOrganization": changed(
            world["neighbour"],
            1,
            "status mergedInto { id } mergeReason mergePending",
            {"status": "MERGED", "mergedInto": {"id": BANK}, "mergeReason": REASON, "mergePending": True},
            into=BANK,
            **why,
        ),
    }


def _branches(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    branch = {"organization": LEAD, "name": "青年党小组", "kind": "GROUP", "parent": "bra_smu_derma_administration"}
    archived: Any = {"status": "ARCHIVED", "archiveReason": REASON}
    return {
        "createPartyBranch": created(
            {**branch, "secretary": "赵"},
            "name secretary parent { id }",
            {"name": "青年党小组", "secretary": "赵", "parent": {"id": branch["parent"]}},
        ),
        "correctPartyBranch": changed(
            world["branch"],
            1,
            "secretary parent { id }",
            {"secretary": None, "parent": {"id": "bra_smu_derma_committee"}},
            input={"secretary": None, "parent": "bra_smu_derma_committee"},
            **why,
        ),
        "archivePartyBranch": changed(world["branch"], 1, "status archiveReason", archived, **why),
    }


def _headcounts(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    counted = {"network": NETWORK, "organization": BANK, "on": {"from": "2024-01-01", "to": "2024-01-31"}}
    numbers = {"staff": 30, "members": 20, "cadres": 10}
    return {
        "recordHeadcount": created(
            {**counted, **numbers},
            "on { from to precision } staff members cadres organization { id }",
            {
                "on": {"from": "2024-01-01", "to": "2024-01-31", "precision": "MONTH"},
                **numbers,
                "organization": {"id": BANK},
            },
        ),
        "correctHeadcount": changed(world["counted"], 1, "staff", {"staff": 100}, input={"staff": 100}, **why),
        "discardHeadcount": changed(
            world["counted"], 1, "status discardReason", {"status": "DISCARDED", "discardReason": REASON}, **why
        ),
    }


def _memberships(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    joining = {
        "network": NETWORK,
        "organization": world["neighbour"],
        "role": "MEMBER",
        "joined": {"from": "2024-06-01"},
    }
    return {
        "joinNetwork": created(
            joining,
            "role status organization { id } network { id }",
            {
                "role": "MEMBER",
                "status": "ACTIVE",
                "organization": {"id": world["neighbour"]},
                "network": {"id": NETWORK},
            },
        ),
        "correctMembership": changed(
            "mem_002_boc",
            1,
            "joined { from to precision }",
            {"joined": {"from": "2018-01-01", "to": "2018-12-31", "precision": "YEAR"}},
            input={"joined": {"from": "2018-01-01", "to": "2018-12-31"}},
            **why,
        ),
        "endMembership": changed(
            "mem_002_boc",
            1,
            "status left { from } endReason",
            {"status": "ENDED", "left": {"from": "2024-06-14"}, "endReason": REASON},
            left={"from": "2024-06-14"},
            **why,
        ),
        "discardMembership": changed(
            "mem_002_boc", 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why
        ),
    }


def _imports(world: Mapping[str, str]) -> dict[str, Call]:
    row = {
        "externalReference": "CRM-7",
        "name": "珠江医院",
        "sector": "HOSPITAL",
        "province": "广东省",
        "city": "广州市",
    }
    told = "rows { index outcome record { id: externalReference name } problems { code } } created refused"
    made = {"index": 0, "outcome": "CREATED", "record": {"id": "CRM-7", "name": "珠江医院"}, "problems": []}
    given = {"network": NETWORK, "rows": [{**row, "parent": BANK}]}
    answer = {"rows": [made], "created": 1, "refused": 0}
    return {"importOrganizations": Call(ADMIN, {"input": given, "reason": REASON}, told, answer)}


def _roles(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    given = {"network": NETWORK, "role": "RECORDER", "organization": BANK, "subject": "joint-liaison", "holder": "郑"}
    successor = {"subject": "successor", "holder": "孙接任"}
    return {
        "giveRole": created(
            given,
            "network { id } role organization { id } subject holder since status",
            {**given, "network": {"id": NETWORK}, "organization": {"id": BANK}}
            | {"since": "2024-06-15", "status": "ACTIVE"},
        ),
        "handOverRole": changed(
            world["role"], 1, "subject holder status", {**successor, "status": "ACTIVE"}, **successor, **why
        ),
        "endRole": changed(
            world["role"],
            1,
            "status endedOn endReason",
            {"status": "ENDED", "endedOn": "2024-06-15", "endReason": REASON},
            **why,
        ),
        "withdrawRole": changed(
            world["role"], 1, "status endReason", {"status": "WITHDRAWN", "endReason": REASON}, **why
        ),
    }


NETWORK_CALLS = (_networks, _organizations, _branches, _headcounts, _memberships, _imports, _roles)
