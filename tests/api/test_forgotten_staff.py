"""Forgetting people who acknowledged a commitment: how many know of it stays what it was."""

import datetime as dt

import pytest

from service.acts import Act
from service.integrity.acknowledgements import Acknowledgement
from service.store.forgetting import forget
from service.trail.sealing import FORGOTTEN
from service.viewer import Grant, Role, Viewer
from tests.api.world import TODAY
from tests.conftest import BANK, NETWORK, House

OPERATOR = Act(Viewer("operator", (Grant(Role.OPERATOR),)), TODAY, "forget", "command line 命令行")


@pytest.fixture
def house(copied: House) -> House:
    return copied


def batch(own_id: str, day: int, *persons: str) -> Acknowledgement:
    on = dt.date(2024, 2, day)
    return Acknowledgement(
        id=own_id, network=NETWORK, commitment="com_x", organization=BANK, acknowledged_on=on, persons=persons
    )


async def test_as_many_know_of_it_as_before(house: House) -> None:
    for each in (batch("ack_x", 28, "工号甲", "工号乙", "𠮷野家"), batch("ack_y", 29, "工号 甲", "工号丙", "𠮷野家")):
        await house.store.create(each, OPERATOR)
    before = await house.store.acknowledged("com_x")
    assert before[BANK].days == {dt.date(2024, 2, 28): 3, dt.date(2024, 2, 29): 2}
    for person in ("工号甲", "工号丙", "𠮷野家"):
        await forget(house.store, OPERATOR, NETWORK, person)
        assert await house.store.acknowledged("com_x") == before
    found = await house.database.find("acknowledgements", {"commitment": "com_x"}, 9)
    left = [person for each in found for person in each["persons"] if not person.startswith(FORGOTTEN)]
    assert left == ["工号乙", "工号 甲"]  # another reference: white space within tells it from the first
