"""Which side has which step of a commitment before it, and who may know of clauses."""

import datetime as dt

import pytest

from service.integrity.clauses import ClauseSet
from service.integrity.commitments import Commitment
from service.permission import readable
from service.records import Action
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.rules.commitment_scene import BANK, HOSPITAL, Desk

DAY = dt.date(2024, 2, 29)
BOTH = {HOSPITAL, BANK}


async def actors(desk: Desk) -> dict[Action, set[str]]:
    document = desk.document
    steps = (Action.SIGN, Action.WITHDRAW_SIGNATURE, Action.PUBLICISE, Action.END_PUBLICITY, Action.ACKNOWLEDGE)
    return {step: set(Commitment.actors(document, step)) for step in (*steps, Action.WITHDRAW)}


async def test_who_has_not_signed_signs_and_who_has_does_the_rest() -> None:
    desk = await Desk.drawn_up()
    assert await actors(desk) == {
        Action.SIGN: BOTH,
        Action.WITHDRAW_SIGNATURE: set(),
        Action.PUBLICISE: set(),
        Action.END_PUBLICITY: set(),
        Action.ACKNOWLEDGE: set(),
        Action.WITHDRAW: BOTH,
    }
    await desk.sign(HOSPITAL)
    await desk.publicise(HOSPITAL)
    assert await actors(desk) == {
        Action.SIGN: {BANK},
        Action.WITHDRAW_SIGNATURE: {HOSPITAL},
        Action.PUBLICISE: {HOSPITAL},
        Action.END_PUBLICITY: {HOSPITAL},
        Action.ACKNOWLEDGE: {HOSPITAL},
        Action.WITHDRAW: BOTH,
    }


@pytest.mark.parametrize(
    ("viewer", "found"),
    [
        (ANONYMOUS, None),
        (Viewer("前端", (Grant(Role.FRONT_END, "net_a"),)), {"published": True}),
        (Viewer("廉洁办", (Grant(Role.INTEGRITY_OFFICER, "net_a"),)), {}),
    ],
)
def test_clauses_that_are_not_published_are_for_insiders(viewer: Viewer, found: object) -> None:
    assert readable(ClauseSet, viewer, DAY, "net_a") == found
