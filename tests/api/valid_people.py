"""Calls that succeed, of the mutations of departments, persons, stations and pairings."""

from collections.abc import Mapping
from typing import Any

from tests.api.call import REASON, Call, changed, created
from tests.api.world import CSAIR
from tests.conftest import BANK, LEAD, NETWORK

ADMINISTRATION = "bra_smu_derma_administration"


def _departments(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    facts = {"organization": LEAD, "name": "皮肤科", "kind": "CLINICAL", "externalReference": "K-7"}
    archived: Any = {"status": "ARCHIVED", "archiveReason": REASON}
    return {
        "createDepartment": created(
            {**facts, "parent": world["department"], "branch": ADMINISTRATION},
            "name kind externalReference status parent { id } branch { id } organization { id }",
            {"name": "皮肤科", "kind": "CLINICAL", "externalReference": "K-7", "status": "ACTIVE"}
            | {"parent": {"id": world["department"]}, "branch": {"id": ADMINISTRATION}}
            | {"organization": {"id": LEAD}},
        ),
        "correctDepartment": changed(
            world["department"],
            1,
            "name branch { id }",
            {"name": "党委办公室", "branch": {"id": ADMINISTRATION}},
            input={"name": "党委办公室", "branch": ADMINISTRATION},
            **why,
        ),
        "archiveDepartment": changed(world["department"], 1, "status archiveReason", archived, **why),
    }


def _persons(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    facts = {"name": "郑新人", "phone": "020-8", "email": "z@b.cn", "post": "护士长", "title": "主管护师"}
    known = {**facts, "cadre": False, "externalReference": "HR-2"}
    archived: Any = {"status": "ARCHIVED", "archiveReason": REASON}
    return {
        "createPerson": created(
            {"organization": LEAD, **known, "department": world["department"], "branch": ADMINISTRATION},
            f"{' '.join(known)} status department {{ id }} branch {{ id }} organization {{ id }}",
            {**known, "status": "ACTIVE", "department": {"id": world["department"]}}
            | {"branch": {"id": ADMINISTRATION}, "organization": {"id": LEAD}},
        ),
        "correctPerson": changed(
            world["person"],
            1,
            "phone branch { id } department { id }",
            {"phone": None, "branch": {"id": ADMINISTRATION}, "department": None},
            input={"phone": None, "branch": ADMINISTRATION, "department": None},
            **why,
        ),
        "archivePerson": changed(world["person"], 1, "status archiveReason", archived, **why),
        "forgetPerson": changed(
            world["person"],
            1,
            "name phone email externalReference gaps post status department { id }",
            dict.fromkeys(("name", "phone", "email", "externalReference"))
            | {"gaps": ["name"], "post": "主任", "status": "FORGOTTEN", "department": {"id": world["department"]}},
            **why,
        ),
    }


def _stations(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    facts = {"network": NETWORK, "organization": CSAIR, "kind": "WORKSTATION", "plaqueOn": {"from": "2024-06-15"}}
    plaque = {"from": "2024-05-01", "to": "2024-05-31"}
    return {
        "openStation": created(
            facts,
            "kind status plaqueOn { from precision } organization { id } network { id }",
            {"kind": "WORKSTATION", "status": "ACTIVE", "plaqueOn": {"from": "2024-06-15", "precision": "DAY"}}
            | {"organization": {"id": CSAIR}, "network": {"id": NETWORK}},
        ),
        "correctStation": changed(
            world["centre"],
            1,
            "plaqueOn { from to precision }",
            {"plaqueOn": {**plaque, "precision": "MONTH"}},
            input={"plaqueOn": plaque},
            **why,
        ),
        "closeStation": changed(
            world["centre"],
            1,
            "status closedOn { from } endReason",
            {"status": "ENDED", "closedOn": {"from": "2024-06-14"}, "endReason": REASON},
            closedOn={"from": "2024-06-14"},
            **why,
        ),
        "discardStation": changed(
            world["centre"], 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why
        ),
    }


def _pairings(world: Mapping[str, str]) -> dict[str, Call]:
    why: Any = {"reason": REASON}
    facts = {"network": NETWORK, "branch": ADMINISTRATION, "member": BANK, "mode": "EXTENDED"}
    return {
        "pairBranch": created(
            {**facts, "specialty": "皮肤科", "begins": {"from": "2024-07-01"}},
            "mode specialty status begins { from } branch { id } member { id } network { id }",
            {"mode": "EXTENDED", "specialty": "皮肤科", "status": "UPCOMING", "begins": {"from": "2024-07-01"}}
            | {"branch": {"id": ADMINISTRATION}, "member": {"id": BANK}, "network": {"id": NETWORK}},
        ),
        "correctPairing": changed(
            world["pairing"],
            1,
            "mode specialty",
            {"mode": "EXTENDED", "specialty": None},
            input={"mode": "EXTENDED", "specialty": None},
            **why,
        ),
        "endPairing": changed(
            world["pairing"],
            1,
            "status ends { from } endReason",
            {"status": "ENDED", "ends": {"from": "2024-06-14"}, "endReason": REASON},
            ends={"from": "2024-06-14"},
            **why,
        ),
        "discardPairing": changed(
            world["pairing"], 1, "status endReason", {"status": "DISCARDED", "endReason": REASON}, **why
        ),
    }


PEOPLE_CALLS = (_departments, _persons, _stations, _pairings)
