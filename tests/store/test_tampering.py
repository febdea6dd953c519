"""Whatever single thing is done to a sealed trail, it is found, and the record and version are named (promises.md)."""

import copy
import random
from typing import get_args

import pytest

from service.store.database import Database, DriverName
from service.store.store import Store
from tests.conftest import Commands
from tests.store.chain_scene import Standing, faults, kept_from, put, sealed_trail, standing
from tests.store.conftest import MakeDatabase
from tests.store.ledger import Ledger
from tests.store.tampering import (
    TAMPERINGS,
    Tampering,
    checkpoint_bent,
    document_edited,
    record_removed,
    rehashed,
    truncated,
)

# These may take the last checkpoints along: then nothing but what was kept outside tells of them.
NEEDS_WHAT_WAS_KEPT = (truncated, record_removed, checkpoint_bent)


async def check(database: Database, before: Standing, kept: str, tampering: Tampering, seed: int) -> None:
    after = copy.deepcopy(before)
    named = tampering(after, random.Random(seed))
    assert after != before
    await put(database, before, after)
    found = await faults(database, kept)
    assert found, (tampering.__name__, seed)
    assert (found[0].record, found[0].version) in named, (tampering.__name__, seed, found)
    if tampering not in NEEDS_WHAT_WAS_KEPT:
        assert await faults(database), (tampering.__name__, seed)
    await put(database, after, before)
    assert await faults(database, kept) == []


async def check_all(database: Database, times: int) -> None:
    await sealed_trail(Store(database))
    before, kept = await standing(database), await kept_from(database)
    for tampering in TAMPERINGS:
        for seed in range(times):
            await check(database, before, kept, tampering, seed)


@pytest.fixture(scope="module")
async def sealed(make_database: MakeDatabase) -> tuple[Database, Standing, str]:
    """A sealed trail, as it stands and as it was exported; each check leaves it as it was."""
    database = await make_database("mongomock")
    await sealed_trail(Store(database))
    return database, await standing(database), await kept_from(database)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda each: each.__name__)
async def test_a_tampering_is_found_and_named(sealed: tuple[Database, Standing, str], tampering: Tampering) -> None:
    for seed in range(4):
        await check(*sealed, tampering, seed)


async def test_on_a_server_too_and_whatever_is_asked_is_answered_by_an_index(make_database: MakeDatabase) -> None:
    commands = Commands()
    database = await make_database("motor", commands)
    await sealed_trail(Store(database), times=1)
    before, kept = await standing(database), await kept_from(database, with_revisions=True)
    ledger = Ledger(database, commands)
    ledger.reads()
    assert await faults(database, kept) == await faults(database, network="net_a") == []
    await ledger.check(least=20)
    await check(database, before, kept, document_edited, 1)
    await check(database, before, kept, rehashed, 1)


@pytest.mark.prove
async def test_a_thousand_tamperings_are_found_and_named(make_database: MakeDatabase) -> None:
    await check_all(await make_database("mongomock"), 1_000 // len(TAMPERINGS) + 1)


@pytest.mark.prove
@pytest.mark.parametrize("driver", sorted({*get_args(DriverName)} - {"mongomock"}))
async def test_tamperings_are_found_on_a_server(make_database: MakeDatabase, driver: DriverName) -> None:
    await check_all(await make_database(driver), 3)
