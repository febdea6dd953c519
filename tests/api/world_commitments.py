"""The clauses, commitments and acknowledgements of the world: some in every state, in each of its two networks."""

from collections.abc import Mapping
from typing import Any

from service.viewer import Viewer
from tests.api.world_plans import Maker
from tests.conftest import House

OBEY = {"category": "OBEY_LAWS", "chinese": "遵守法律法规。", "english": "To obey the laws."}
NO_GIFTS = {"category": "NO_GIFTS", "chinese": "不收送礼品礼金。", "english": "Neither to give nor to take gifts."}
STAFF = 4  # of the partner, who are named
PERSONS = [f"工号{number}" for number in range(1, STAFF + 1)]


def commitment(agreement: str, parties: tuple[str, str], clauses: str, **facts: Any) -> dict[str, Any]:
    sides = [{"organization": party} for party in parties]
    return {"agreement": agreement, "sides": sides, "clauseSet": clauses, "clauseVersion": 1, **facts}


class Writer:
    """Takes the steps of one commitment, each on the version that the last one made."""

    def __init__(self, house: House, made: Maker, recorders: Mapping[str, Viewer], counts: Mapping[str, str]) -> None:
        self.house, self.made, self.recorders, self.counts = house, made, recorders, counts
        lead, partner = recorders
        self.parties = (lead, partner)

    async def version(self, own_id: str) -> int:
        query = "query($id: ID!) { node(id: $id) { ... on Commitment { version } } }"
        return int((await self.house.data(query, self.recorders[self.parties[0]], id=own_id))["node"]["version"])

    async def drawn_up(self, agreement: str, clauses: str) -> str:
        facts = commitment(agreement, self.parties, clauses)
        return await self.made(self.house, "drawUpCommitment", self.recorders[self.parties[0]], input=facts)

    async def renewed(self, own_id: str) -> str:
        given: Any = {"id": own_id, "version": await self.version(own_id), "input": {"clauseVersion": 2}}
        return await self.made(self.house, "renewCommitment", self.recorders[self.parties[0]], **given)

    async def step(self, name: str, own_id: str, organization: str, **given: Any) -> None:
        viewer, version = self.recorders[organization], await self.version(own_id)
        await self.made(self.house, name, viewer, id=own_id, version=version, organization=organization, **given)

    async def sign(self, own_id: str, *organizations: str, clause_version: int = 1) -> None:
        for organization in organizations:
            signature = {"signedOn": "2024-06-01", "headcount": self.counts[organization], "signer": "王签署"}
            await self.step("signCommitment", own_id, organization, clauseVersion=clause_version, **signature)

    async def complete(self, own_id: str, clause_version: int = 1) -> str:
        """Signed, publicised and known on both sides; the id of the batch of people who are named."""
        await self.sign(own_id, *self.parties, clause_version=clause_version)
        batches = ({"headCount": 99}, {"persons": PERSONS})
        for organization, people in zip(self.parties, batches, strict=True):
            await self.step("publiciseCommitment", own_id, organization, channel="宣传栏", begins="2024-06-02")
            batch = {"commitment": own_id, "organization": organization, "acknowledgedOn": "2024-06-03", **people}
            last = await self.made(self.house, "recordAcknowledgements", self.recorders[organization], input=batch)
        return last


async def committed(
    house: House,
    made: Maker,
    viewers: tuple[Viewer, Viewer, Viewer, Viewer],
    network: str,
    world: Mapping[str, str],
    mark: str,
) -> dict[str, str]:
    """Records by name, under the integrity partnerships of `network`, as of the house's day."""
    admin, officer, *recorders = viewers
    own = {str(viewer.grants[0].organization): viewer for viewer in recorders}
    lead, partner = own
    snapshot = {"network": network, "organization": partner, "on": {"from": "2024-05-31"}, "members": 2, "cadres": 1}
    found = {"partner counted": await made(house, "recordHeadcount", admin, input={**snapshot, "staff": STAFF})}
    found |= await _clauses(house, made, officer, network)
    counts = {lead: world[f"{mark}counted"], partner: found["partner counted"]}
    writer = Writer(house, made, own, counts)
    agreements = {name: world[f"{mark}{name}"] for name in ("terminated", "amending", "future", "active", "renewal")}
    found |= await _ended(writer, agreements, found["clauses"])
    found |= await _standing(writer, agreements, found["clauses"])
    await house.relay_all()  # what is counted and what is renewed is told by followers
    return {f"{mark}{name}": own_id for name, own_id in found.items()}


async def _ended(writer: Writer, agreements: Mapping[str, str], clauses: str) -> dict[str, str]:
    house, (lead, partner) = writer.house, writer.parties
    moment, house.at = house.at, house.at.replace(month=5, day=2) if house.at else None
    found = {"commitment expired": await writer.drawn_up(agreements["terminated"], clauses)}  # which ended since
    house.at = moment
    await writer.sign(found["commitment expired"], lead, partner)
    found["commitment discarded"] = await writer.drawn_up(agreements["amending"], clauses)
    own: Any = {"id": found["commitment discarded"], "version": 1, "reason": "测试原因"}
    await writer.made(house, "discardCommitment", writer.recorders[lead], **own)
    found["commitment withdrawn"] = await writer.drawn_up(agreements["amending"], clauses)
    await writer.sign(found["commitment withdrawn"], lead)
    await writer.step("withdrawCommitment", found["commitment withdrawn"], lead, reason="测试原因")
    return found


async def _standing(writer: Writer, agreements: Mapping[str, str], clauses: str) -> dict[str, str]:
    lead, partner = writer.parties
    found = {"commitment drawn up": await writer.drawn_up(agreements["future"], clauses)}
    found["commitment"] = await writer.drawn_up(agreements["active"], clauses)
    found["acknowledgement"] = await writer.complete(found["commitment"])
    found["commitment renewed"] = await writer.drawn_up(agreements["renewal"], clauses)
    await writer.complete(found["commitment renewed"])
    found["commitment renewal"] = await writer.renewed(found["commitment renewed"])
    found["acknowledgement withdrawn"] = await writer.complete(found["commitment renewal"], 2)
    mistaken: Any = {"id": found["acknowledgement withdrawn"], "version": 1, "reason": "测试原因"}
    viewer = writer.recorders[partner]
    await writer.made(writer.house, "withdrawAcknowledgement", viewer, **mistaken)
    again = {"commitment": found["commitment renewal"], "organization": partner, "acknowledgedOn": "2024-06-03"}
    await writer.made(writer.house, "recordAcknowledgements", viewer, input={**again, "persons": PERSONS})
    found["commitment pending"] = await writer.renewed(found["commitment"])
    await writer.sign(found["commitment pending"], lead, clause_version=2)
    return found


async def _clauses(house: House, made: Maker, officer: Viewer, network: str) -> dict[str, str]:
    """A set with two published versions, one that is a draft, and one out of use."""
    facts = {"network": network, "title": "廉洁承诺书", "clauses": [OBEY, NO_GIFTS]}
    moment = house.at
    found = {}
    for name in ("clauses", "clauses other", "clauses drafted", "clauses archived"):
        found[name] = await made(house, "createClauseSet", officer, input={**facts, "title": f"{name}廉洁承诺书"})
    why: Any = {"reason": "测试原因"}
    await made(house, "archiveClauseSet", officer, id=found["clauses archived"], version=1, **why)
    try:
        house.at = moment.replace(month=5, day=1) if moment else None
        own: Any = {"id": found["clauses"]}
        await made(house, "publishClauseSet", officer, **own, version=1)
        await made(house, "publishClauseSet", officer, id=found["clauses other"], version=1)
        await made(house, "reviseClauseSet", officer, **own, version=2, clauses=[NO_GIFTS], **why)
        await made(house, "publishClauseSet", officer, **own, version=3)
    finally:
        house.at = moment
    return found
