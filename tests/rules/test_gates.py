"""What an integrity partnership may ask of its commitments: settable while it is a draft, and by nothing else."""

from typing import Any

import pytest

from service.cooperation import drafting, signing
from service.errors import Code
from tests.rules.agreement_scene import NATIVE, WRONG_STATE, Desk, act, refused, world

INTEGRITY = {**NATIVE, "kind": "INTEGRITY_PARTNER"}


async def test_a_draft_says_what_its_commitments_ask_and_a_renewal_inherits_it() -> None:
    desk = await Desk.with_draft(INTEGRITY, publicity_days=366, known_percent=1)
    assert (desk.document["publicity_days"], desk.document["known_percent"]) == (366, 1)
    await desk.step(drafting.correct, facts={"publicity_days": None, "known_percent": 95})
    assert (desk.document["publicity_days"], desk.document["known_percent"]) == (None, 95)
    await desk.step(signing.open_for_signing)
    assert await desk.refused(desk.step(drafting.correct, facts={"known_percent": 100})) == WRONG_STATE
    old = await Desk.signed(kind="INTEGRITY_PARTNER", known_percent=95)
    new = await old.step(
        drafting.renew, facts={"term_from": "2025-01-01", "term_to": "2026-12-31", "publicity_days": 3}
    )
    assert (new["publicity_days"], new["known_percent"]) == (3, 95)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"publicity_days": 0}, [(Code.INVALID, ("publicity_days",))]),
        ({"publicity_days": 367}, [(Code.INVALID, ("publicity_days",))]),
        (
            {"known_percent": 0, "publicity_days": -1},
            [(Code.INVALID, (name,)) for name in ("publicity_days", "known_percent")],
        ),
        ({"known_percent": 101}, [(Code.INVALID, ("known_percent",))]),
        ({"known_percent": 95, "kind": "CO_BUILDING"}, [(Code.RULE_BROKEN, ("known_percent",))]),
    ],
)
async def test_what_it_cannot_ask(facts: dict[str, Any], found: Any) -> None:
    store = world()
    assert await refused(store, drafting.draft(store, act(), {**INTEGRITY, **facts})) == found
