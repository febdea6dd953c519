"""How a commitment is signed: by each side for itself, on the same version of the clauses (002, section 2; C14).

A signature fixes how many people the side's staff were, by a snapshot of the organisation's head-count; until the last
one is given, one given by mistake can be withdrawn.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.dates import PartialDate
from service.errors import Code, Problem, refuse_any
from service.facts import structured
from service.integrity.commitments import Commitment, Side, Stage
from service.integrity.fitness import (
    before_publication,
    not_a_side,
    not_signed_yet,
    published_on,
    superseded_headcount,
    unfit_headcount,
)
from service.permission import permit, permit_making
from service.records import Action, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def sign(
    store: "Store",
    act: Act,
    own_id: str,
    version: int,
    *,
    organization: str,
    clause_version: int,
    signed_on: dt.date,
    headcount: str,
    signer: str | None = None,
) -> "Document":
    """A side signs the version of the clauses that it has read."""
    before = await own_side(store, act, own_id, version, Action.SIGN, organization)
    found = (await store.refer({("headcount",): headcount}, "hea", act))[headcount]
    others = await store.naming("hea", "organization", organization, {"network": before.network})
    clauses = (await store.known("cla", [before.clause_set or ""])).get(before.clause_set or "")
    given = {"signed_on": PartialDate.on(signed_on), "recorded_at": act.at, "signer": signer, "headcount": headcount}
    side = Side(organization, signed=True, staff=found["staff"], **structured(Side, given))
    refuse_any(
        [
            *unfit_signature(before, organization, clause_version),
            *unfit_day(before, signed_on, published_on(clauses, before.clause_version), act.day),
            *unfit_headcount(found, organization, signed_on, ("headcount",)),
            *superseded_headcount(found, others, signed_on),
        ]
    )
    return await store.save(before, sound(replace(with_side(before, side), stage=Stage.OPEN)), act)


async def withdraw_signature(store: "Store", act: Act, own_id: str, version: int, *, organization: str) -> "Document":
    """A signature given by mistake stands no longer, with a reason; without any other it is DRAWN_UP again."""
    before = await own_side(store, act, own_id, version, Action.WITHDRAW_SIGNATURE, organization)
    reason_of(act)
    refuse_any(not_signed_yet(before, organization))
    after = with_side(before, Side(organization))
    stage = Stage.OPEN if any(side.signed for side in after.sides) else Stage.DRAWN_UP
    return await store.save(before, sound(replace(after, stage=stage)), act)


async def own_side(
    store: "Store", act: Act, own_id: str, version: int, action: Action, organization: str
) -> Commitment:
    """The commitment, when `action` is open to it and to the viewer for its side `organization`."""
    before = await store.load(Commitment, own_id, version, act)
    permit(before, action, act.viewer, act.day)
    refuse_any(not_a_side(before, organization))
    permit_making(Right.MAKE_COMMITMENTS, act.viewer, before.network, [organization], ("organization",))
    return before


def with_side(commitment: Commitment, side: Side) -> Commitment:
    """`commitment` with `side` in the place of the same organisation's."""
    sides = (side if each.organization == side.organization else each for each in commitment.sides)
    return replace(commitment, sides=tuple(sides))


def unfit_signature(commitment: Commitment, organization: str, clause_version: int) -> Iterator[Problem]:
    """Nobody signs twice, and both sign the same version of the clauses."""
    side = commitment.side_of(organization)
    if side and side.signed:
        english, chinese = "This side has signed already.", "该方已经签署。"
        yield Problem(Code.RULE_BROKEN, ("organization",), english, chinese)
    if commitment.clause_version is None:
        english, chinese = "It names no clauses yet; correct that first.", "尚未注明承诺条款,请先更正。"
        yield Problem(Code.RULE_BROKEN, ("clause_version",), english, chinese)
    elif clause_version != commitment.clause_version:
        english = f"The clauses to sign are version {commitment.clause_version}."
        chinese = f"应签署的条款为第 {commitment.clause_version} 版。"
        yield Problem(Code.RULE_BROKEN, ("clause_version",), english, chinese)


def unfit_day(
    commitment: Commitment, signed_on: dt.date, published: dt.date | None, today: dt.date
) -> Iterator[Problem]:
    """Nobody has signed on a day to come, before the clauses were published, or when the commitment was over."""
    if signed_on > commitment.active_to:
        english = f"The commitment ends on {commitment.active_to}, before this day."
        chinese = f"该承诺于 {commitment.active_to} 结束,早于此日期。"
        yield Problem(Code.RULE_BROKEN, ("signed_on",), english, chinese)
    if signed_on > today:
        yield Problem(Code.RULE_BROKEN, ("signed_on",), "This day has not come yet.", "此日期尚未到来。")
    if published and signed_on < published:
        yield Problem(Code.RULE_BROKEN, ("signed_on",), *before_publication(published))
