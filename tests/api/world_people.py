"""People, departments, stations and pairings of the world of the tests, in every state."""

from typing import Any

from service.viewer import Viewer
from tests.api.world_files import Made
from tests.conftest import House


async def people(house: House, made: Made, admin: Viewer, organization: str, branch: str, mark: str) -> dict[str, str]:
    own = {"organization": organization, "branch": branch}
    office = {**own, "name": f"{mark}党建办公室", "kind": "FUNCTIONAL"}
    found = {"department": await made(house, "createDepartment", admin, input=office)}
    ward = {**own, "name": f"{mark}旧病区", "kind": "CLINICAL", "parent": found["department"]}
    found["old department"] = await made(house, "createDepartment", admin, input=ward)
    await made(house, "archiveDepartment", admin, id=found["old department"], version=1, reason="测试原因")
    person = {**own, "department": found["department"], "post": "主任", "cadre": True}
    contact = {"name": "周保密", "phone": "020-7", "email": "zhou@b.cn", "externalReference": "HR-1"}
    found["person"] = await made(house, "createPerson", admin, input={**person, **contact})
    found["retired"] = await made(house, "createPerson", admin, input={**person, "name": "吴退休", "cadre": False})
    await made(house, "archivePerson", admin, id=found["retired"], version=1, reason="测试原因")
    found["forgotten"] = await made(house, "createPerson", admin, input={**person, "name": "郑遗忘", "cadre": False})
    await made(house, "forgetPerson", admin, id=found["forgotten"], version=1, reason="测试原因")
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def stations(
    house: House, made: Made, network: str, admin: Viewer, at: tuple[str, str], mark: str
) -> dict[str, str]:
    async def opened(organization: str, kind: str, day: str, **facts: Any) -> str:
        given = {"network": network, "organization": organization, "kind": kind, "plaqueOn": {"from": day}, **facts}
        return await made(house, "openStation", admin, input=given)

    found = {
        "centre": await opened(at[0], "CENTRE", "2024-03-01"),
        "workstation": await opened(at[1], "WORKSTATION", "2024-02-29"),
        "closed station": await opened(at[1], "WORKSTATION", "2024-01-01", closedOn={"from": "2024-01-31"}),
        "mistaken station": await opened(at[0], "WORKSTATION", "2024-03-01"),
    }
    await made(house, "discardStation", admin, id=found["mistaken station"], version=1, reason="测试原因")
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def pairings(
    house: House, made: Made, network: str, admin: Viewer, branch: str, member: str, mark: str
) -> dict[str, str]:
    async def paired(specialty: str, begins: str, **facts: Any) -> str:
        pair = {"network": network, "branch": branch, "member": member, "mode": "KEY"}
        given = {**pair, "specialty": specialty, "begins": {"from": begins}, **facts}
        return await made(house, "pairBranch", admin, input=given)

    found = {
        "pairing": await paired("皮肤科", "2024-02-29"),
        "coming pairing": await paired("检验科", "2024-06-16"),
        "past pairing": await paired("护理", "2024-01-01", ends={"from": "2024-05-01"}, mode="EXTENDED"),
        "mistaken pairing": await paired("药学", "2024-03-01"),
    }
    await made(house, "discardPairing", admin, id=found["mistaken pairing"], version=1, reason="测试原因")
    return {f"{mark}{name}": own_id for name, own_id in found.items()}
