"""How a side withdraws from a commitment (domain.md, *integrity*): with a reason, from a day on."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.dates import LAST_DAY
from service.errors import Code, Problem, refuse_any
from service.integrity.commitments import Commitment
from service.integrity.signing import own_side
from service.records import Action

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def withdraw(
    store: "Store", act: Act, own_id: str, version: int, *, organization: str, on: dt.date | None = None
) -> "Document":
    """It stands no longer from the day `on`, today unless given.

    It may be recorded late or announced ahead; while it is ahead, a further withdrawal by either side
    moves the day, to an earlier one alone.
    """
    before = await own_side(store, act, own_id, version, Action.WITHDRAW, organization)
    reason, day = reason_of(act), on or act.day
    refuse_any([*unfit_day(before, day), *put_off(before, day)])
    return await store.save(
        before, replace(before, withdrawn_on=day, withdrawn_by=organization, end_reason=reason), act
    )


def unfit_day(commitment: Commitment, day: dt.date) -> Iterator[Problem]:
    """Neither before the first signature nor after the commitment has ended otherwise."""
    signed = [side.signed_on.first for side in commitment.sides if side.signed_on]
    if signed and day < min(signed):
        english = f"The first side signed on {min(signed)}, after this day."
        chinese = f"首个签署日为 {min(signed)},晚于此日期。"
        yield Problem(Code.RULE_BROKEN, ("on",), english, chinese)
    last = min(commitment.active_to, commitment.renewed_from or LAST_DAY)
    if day > last:
        english, chinese = f"It ends on {last} as it is.", f"该承诺于 {last} 即告结束。"
        yield Problem(Code.RULE_BROKEN, ("on",), english, chinese)


def put_off(commitment: Commitment, day: dt.date) -> Iterator[Problem]:
    """A withdrawal that lies ahead is not put off: neither side keeps the other in."""
    announced = commitment.withdrawn_on
    if announced and day >= announced:
        english = f"It is withdrawn from {announced} on; name an earlier day."
        chinese = f"该承诺已自 {announced} 起撤回;请填写更早的日期。"
        yield Problem(Code.RULE_BROKEN, ("on",), english, chinese)
