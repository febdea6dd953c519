"""What is no list at the root is read by an index too, so that no root field is left out (lists: test_indexes.py).

A field that is new, and asked for neither there nor here, fails the first test.
"""

from datetime import date

import pytest

from seeds import synthetic
from seeds.loader import plant
from seeds.synthetic import NETWORK
from service.store.store import Store
from service.viewer import Grant, Role, Viewer
from tests.api.drawn import DRAWN
from tests.conftest import Commands, House
from tests.store.conftest import MakeDatabase
from tests.store.ledger import Ledger
from tests.store.questions import SCHEMA, followed, lists
from tests.store.scene import NOW
from tests.store.trail_scene import relay_of

OF_BOTH = Viewer("both", (Grant(Role.NETWORK_ADMIN, NETWORK), Grant(Role.INTEGRITY_OFFICER, NETWORK)))
OF = f'network: "{NETWORK}"'
ACTIVITY, PARTNER = "act_syn_000001", "org_syn_000002"
YEAR = 'from: "2024-01-01", to: "2024-12-31"'
ASKED = {  # each with how many commands it is to send at least
    "viewer": ("{ subject grants { role network } }", 0),
    "integrityCheckCatalogue": ("{ code }", 0),
    "node": (f'(id: "{ACTIVITY}") {{ ... on Activity {{ {followed("Activity")} }} }}', 2),
    "nodes": (f'(ids: ["{ACTIVITY}", "{PARTNER}"]) {{ id ... on Organization {{ {followed("Organization")} }} }}', 2),
    "organizationByReference": (f'({OF}, reference: "CRM-1") {{ id }}', 1),
    "activityByReference": (f'({OF}, reference: "CRM-1") {{ id }}', 1),
    "activityCounts": (f"({OF}) {{ {DRAWN['activityCounts']} }}", 1),
    "partnershipGraph": (f"({OF}, first: $n) {{ {DRAWN['partnershipGraph']} }}", 3),
    "partnerDossier": (f'({OF}, organization: "{PARTNER}") {{ {DRAWN["partnerDossier"]} }}', 8),
    "calendar": (f"({OF}, {YEAR}) {{ {DRAWN['calendar']} }}", 1),
    "planFulfilment": (f"({OF}, year: 2024) {{ total {{ rate }} }}", 1),
    "verifyTrail": (f"({OF}) {{ sound complete sequence faults {{ message }} }}", 5),
}


@pytest.fixture(scope="module")
async def watched(make_database: MakeDatabase) -> tuple[House, Ledger]:
    commands = Commands()
    database = await make_database("motor", commands)
    house = House(database, Store(database), relay_of(database))
    await plant(house.store, synthetic.records(5, date(2024, 6, 1)), NOW, lambda _: None)
    await house.relay_all()
    return house, Ledger(database, commands)


def test_every_root_field_is_asked_for() -> None:
    assert SCHEMA.query_type is not None
    listed = {name for name, _, _ in lists(SCHEMA.query_type)}
    assert listed | ASKED.keys() == set(SCHEMA.query_type.fields)
    assert not listed & ASKED.keys()


@pytest.mark.parametrize("name", ASKED)
async def test_what_is_no_list_is_read_by_an_index(watched: tuple[House, Ledger], name: str) -> None:
    house, ledger = watched
    ledger.reads()
    text, least = ASKED[name]
    variables = "($n: Int!)" if "$n" in text else ""
    found = await house.ask(f"query{variables} {{ {name}{text} }}", OF_BOTH, **({"n": 2} if variables else {}))
    assert found.errors is None
    await ledger.check(least)
