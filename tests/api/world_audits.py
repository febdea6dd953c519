"""The gifts, breaches, audits and findings of the world: some in every state, in each of its two networks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from service.acts import Act
from service.dates import now
from service.integrity import auditing
from service.integrity.audits import Audit
from service.integrity.verdicts import CheckId, Result, Verdict
from service.viewer import Grant, Role, Viewer
from tests.api.world_plans import Maker
from tests.conftest import NETWORK, House

DEPUTY = Viewer("deputy", (Grant(Role.INTEGRITY_OFFICER, NETWORK),))  # beside the officer of the first network
WHY: Any = {"reason": "测试原因"}
PERIOD = {"periodFrom": "2024-01-01", "periodTo": "2024-06-30"}
DONE = {"action": "退还并登记", "doneOn": "2024-06-14"}
ASSIGNED = {"grade": "MINOR", "cause": "制度不全", "responsible": "陈主任", "due": "2024-06-30"}


class Office:
    """Makes records of one network, each step on the version that the last one made."""

    def __init__(self, house: House, made: Maker, officer: Viewer, recorders: Mapping[str, Viewer]) -> None:
        self.house, self.made, self.officer, self.recorders = house, made, officer, recorders
        self.network = str(officer.grants[0].network)
        self.lead, self.partner = recorders
        self.deputy = replace(DEPUTY, grants=officer.grants)

    async def step(self, name: str, own_id: str, viewer: Viewer | None = None, **given: Any) -> None:
        query = "query($id: ID!) { node(id: $id) { ... on Recorded { version } } }"
        version = (await self.house.data(query, self.officer, id=own_id))["node"]["version"]
        await self.made(self.house, name, viewer or self.officer, id=own_id, version=version, **given)

    async def gift(self, **facts: Any) -> str:
        sides = {"giver": self.lead, "receiver": self.partner}
        given = {"network": self.network, **sides, "item": "维E药膏", "kind": "OTHER", "estimatedValue": "88.80"}
        own = {**given, "givenOn": {"from": "2024-06-10"}, **facts}
        return await self.made(self.house, "recordGift", self.recorders[self.lead], input=own)

    async def breach(self, commitment: str) -> str:
        facts = {"commitment": commitment, "organization": self.lead, "category": "NO_GIFTS", "description": "收受礼金"}
        own = {**facts, "happenedOn": {"from": "2024-06-11"}, "reporter": "李举报"}
        return await self.made(self.house, "reportBreach", self.officer, input=own)

    async def audit(self, title: str, **facts: Any) -> str:
        given = {"network": self.network, "title": title, **PERIOD, **facts}
        return await self.made(self.house, "openAudit", self.officer, input=given)

    async def checked(self, title: str) -> str:
        """An audit whose checks found that there was no exchange."""
        own_id = await self.audit(title, organizations=[self.lead, self.partner])
        result = Result(CheckId.NO_EXCHANGE, Verdict.FAIL, self.lead, self.lead, figure="0")

        async def gather(_: Audit, __: object) -> list[Result]:
            return [result]

        act = Act(self.officer, self.house.at or now(), "runAuditChecks")
        await auditing.run_checks(self.house.store, act, own_id, 1, gather)
        return own_id

    async def finding(self, **facts: Any) -> str:
        given = {"network": self.network, "organization": self.lead, "title": "礼品登记不全", **facts}
        return await self.made(self.house, "raiseFinding", self.officer, input=given)

    async def opened(self, assigned: Mapping[str, Any] | None = None, **facts: Any) -> str:
        own_id = await self.finding(**facts)
        await self.step("openFinding", own_id)
        if assigned is not None:
            await self.step("assignFinding", own_id, input=assigned)
        return own_id

    async def rectified(self) -> str:
        own_id = await self.opened(ASSIGNED)
        await self.step("rectifyFinding", own_id, self.recorders[self.lead], input=DONE)
        return own_id


async def audited(
    house: House, made: Maker, viewers: tuple[Viewer, Viewer, Viewer], world: Mapping[str, str], mark: str
) -> dict[str, str]:
    """Records by name, of officer and recorders of a network, about its commitment, as of the house's day."""
    officer, *recorders = viewers
    office = Office(house, made, officer, {str(each.grants[0].organization): each for each in recorders})
    found = await _gifts(office) | await _breaches(office, world[f"{mark}commitment"])
    found |= await _findings(office) | await _audits(office)
    await house.relay_all()  # what touches a clause is followed
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _gifts(office: Office) -> dict[str, str]:
    names = ("gift", "gift decided", "gift reviewed", "gift discarded")
    found = {name: await office.gift() for name in names}
    for name in names[1:3]:
        await office.step("decideGift", found[name], decision="RETURNED", **WHY)
    await office.step("reviewGift", found["gift reviewed"], office.deputy, **WHY)
    await office.step("discardGift", found["gift discarded"], office.recorders[office.partner], **WHY)
    return found


async def _breaches(office: Office, commitment: str) -> dict[str, str]:
    names = ("breach reported", "breach", "breach resolved", "breach dismissed")
    found = {name: await office.breach(commitment) for name in names}
    for name in names[1:3]:
        await office.step("confirmBreach", found[name], **WHY)
    await office.step("resolveBreach", found["breach resolved"], **WHY)
    await office.step("dismissBreach", found["breach dismissed"], **WHY)
    return found


async def _findings(office: Office) -> dict[str, str]:
    found = {
        "finding draft": await office.finding(),
        "finding discarded": await office.finding(),
        "finding": await office.opened(),
        "finding assigned": await office.opened(ASSIGNED),
        "finding conforming": await office.opened({"grade": "CONFORM"}),
        "finding rectified": await office.rectified(),
        "finding closed": await office.rectified(),
    }
    await office.step("discardFinding", found["finding discarded"], **WHY)
    await office.step("verifyFinding", found["finding closed"], effective=True)
    return found


async def _audits(office: Office) -> dict[str, str]:
    found = {
        "audit": await office.audit("未检查的审计"),
        "audit checked": await office.checked("已检查的审计"),
        "audit reported": await office.checked("已报告的审计"),
        "audit closed": await office.checked("已关闭的审计"),
        "audit discarded": await office.audit("已作废的审计"),
    }
    await office.step("discardAudit", found["audit discarded"], **WHY)
    for name in ("audit reported", "audit closed"):
        await office.step("reportAudit", found[name], conclusion="总体符合要求")
    await office.step("closeAudit", found["audit closed"])
    return found
