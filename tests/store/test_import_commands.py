"""An import is one round trip for each document that it writes, and as many look-ups for ten rows as for a hundred."""

import uuid
from collections import Counter
from dataclasses import replace

import pytest

from service.network.organizations import Organization, correct, create
from service.store.importing import Importable, ImportOutcome, OnError, bring_in
from service.store.store import Store
from tests.conftest import ADMIN, NETWORK, Commands
from tests.store.conftest import MakeDatabase
from tests.store.furnished import furnished
from tests.store.scene import act

IMPORTABLE = Importable(Organization, create, correct)
LOOK_UPS = 4  # whose key it is, which references stand, the network, the organisations named


@pytest.mark.parametrize("rows", [10, pytest.param(100, marks=pytest.mark.prove)])
async def test_each_row_is_one_write_and_a_retry_is_none(make_database: MakeDatabase, rows: int) -> None:
    commands = Commands()
    store: Store = (await furnished(await make_database("motor", commands))).store
    first = [
        {"external_reference": f"CRM-{place}", "name": f"单位{place}", "sector": "BANK", "province": "广东省"}
        for place in range(rows)
    ]
    placed = [{**row, "city": "广州市"} for row in first]
    moved = [{**row, "city": "深圳市"} for row in first]
    once, again = uuid.uuid4().hex, uuid.uuid4().hex
    for key, given, outcome, writes in (
        (once, placed, ImportOutcome.CREATED, {"insert": rows}),
        (once, placed, ImportOutcome.CREATED, {}),
        (again, moved, ImportOutcome.UPDATED, {"update": rows}),
    ):
        commands.sent.clear()
        acting = replace(act(ADMIN), key=key)
        found = await bring_in(store, acting, IMPORTABLE, NETWORK, given, OnError.REJECT_FAILED)
        assert {each.outcome for each in found} == {outcome}
        sent = Counter(name for name, _ in commands.sent)
        assert sent.pop("find") <= LOOK_UPS
        assert sent == writes
