"""What may not be read is not found out by asking for it: filters on private facts, alone and below other records."""

from typing import Any

import pytest

from service.viewer import ANONYMOUS, Viewer
from tests.api.world import activity, made
from tests.conftest import ADMIN, BANK, BANK_RECORDER, FRONT_END, NETWORK, OBSERVER, STRANGER, House

ASKED = """query($network: ID!, $bank: ID!, $where: ActivityWhere) {
  activities(network: $network, where: $where, first: 100) { totalCount nodes { id } }
  node(id: $bank) { ... on Organization { activities(where: $where, first: 100) { totalCount nodes { id } } } }
  calendar(network: $network, from: "2024-03-01", to: "2024-03-01", where: $where) { days { activities { id } } }
}"""


@pytest.fixture
async def disputed(house: House) -> str:
    """A published activity that the bank disputes."""
    given = activity("有异议的讲座", startsAt="2024-03-01T09:30:00+08:00")
    own_id = await made(house, "recordActivity", ADMIN, input=given)
    await made(house, "publishActivity", ADMIN, id=own_id, version=1)
    said = {"version": 2, "organization": BANK, "reason": "未参加"}
    return await made(house, "disputeActivity", BANK_RECORDER, id=own_id, **said)


@pytest.mark.parametrize("where", [{"disputed": True}, {"disputed": False}, {"unconfirmedBy": BANK}])
async def test_who_may_not_read_confirmations_finds_nothing_by_them(
    house: House, disputed: str, where: dict[str, Any]
) -> None:
    async def found(viewer: Viewer) -> list[set[str]]:
        told = await house.data(ASKED, viewer, network=NETWORK, bank=BANK, where=where)
        lists = [told["activities"], told["node"]["activities"]]
        assert all(each["totalCount"] == len(each["nodes"]) for each in lists)
        days = {each["id"] for day in told["calendar"]["days"] for each in day["activities"]}
        return [*({node["id"] for node in each["nodes"]} for each in lists), days]

    for viewer in (ANONYMOUS, STRANGER):
        assert await found(viewer) == [set(), set(), set()]
    for viewer in (FRONT_END, OBSERVER):
        assert [disputed in each for each in await found(viewer)] == [where != {"disputed": False}] * 3
