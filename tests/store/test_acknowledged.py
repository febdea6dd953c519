"""What the store counts of acknowledgements is what the batches themselves come to, on every engine."""

import datetime as dt
import random

import pytest

from service.integrity.acknowledgements import Acknowledgement, AcknowledgementStatus
from service.store.database import DriverName
from service.store.store import Store
from tests.rules.counting import knowing_of
from tests.store.conftest import MakeDatabase
from tests.store.scene import act


def batches(seed: int) -> list[Acknowledgement]:
    chance = random.Random(seed)
    found = []
    for number in range(40):
        organization, names = chance.choice([("org_a", True), ("org_b", False), ("org_c", True)])
        persons = chance.sample([f"工号{person}" for person in range(30)] + ["A1", "ａ1"], chance.randint(1, 9))
        found.append(
            Acknowledgement(
                id=f"ack_{seed}_{number}",
                network="net_a",
                commitment=chance.choice(["com_1", "com_2"]),
                organization=organization,
                acknowledged_on=dt.date(2024, 2, 28) + dt.timedelta(days=chance.randint(0, 3)),
                persons=tuple(persons) if names else (),
                head_count=None if names else chance.randint(1, 9),
                status=chance.choice([*AcknowledgementStatus, AcknowledgementStatus.RECORDED]),
            )
        )
    return found


@pytest.mark.parametrize("driver", ["mongomock", "motor"])
async def test_the_store_counts_what_the_batches_come_to(make_database: MakeDatabase, driver: DriverName) -> None:
    store = Store(await make_database(driver))
    every = batches(7)
    for batch in every:
        await store.create(batch, act())
    for commitment in ("com_1", "com_2"):
        own = [batch for batch in every if batch.commitment == commitment]
        assert await store.acknowledged(commitment) == knowing_of(own)
    assert await store.acknowledged("com_3") == {}
