"""Amendment 修订 of a signed agreement: a new text version that all parties sign again (domain.md, *cooperation*).

Until the last one has signed, the old text is in force and the agreement stays as it is. A party may decline
(`signing.decline`), whoever opened it may withdraw it; then another may be opened. One is open at a time.
"""

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act, reason_of
from service.cooperation.agreements import Agreement
from service.cooperation.drafting import reworded, unfit_parties, unfit_references
from service.cooperation.signing import closed
from service.cooperation.texts import Amendment, AmendmentState
from service.errors import refuse_any
from service.facts import structured
from service.permission import permit
from service.records import Action, sound

if TYPE_CHECKING:
    from service.records import Document
    from service.store.store import Store


async def amend(store: "Store", act: Act, own_id: str, version: int, text: str) -> "Document":
    """Opens an amendment with a reason; its parties and their level are judged as they stand today."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.AMEND, act.viewer, act.day)
    reason_of(act)
    unfit = [*unfit_parties(before), *await unfit_references(store, act, before)]
    refuse_any(replace(each, path=("id",), record=each.record or own_id) for each in unfit)
    return await store.save(before, opened(before, text, act.at), act)


async def withdraw(store: "Store", act: Act, own_id: str, version: int) -> "Document":
    """The open amendment is given up, with a reason; what was signed of it stays in the list."""
    before = await store.load(Agreement, own_id, version, act)
    permit(before, Action.WITHDRAW_AMENDMENT, act.viewer, act.day)
    return await store.save(before, closed(before, AmendmentState.WITHDRAWN, act.at, reason_of(act)), act)


def opened(agreement: Agreement, text: str, at: dt.datetime) -> Agreement:
    """`agreement` with `text` proposed. Raises `Refusal` when that is the text in force, or one version too many."""
    after = reworded(agreement, text, at)
    amendment = Amendment(after.versions[-1].number, **structured(Amendment, {"opened_at": at}))
    return sound(replace(after, amendments=(*agreement.amendments, amendment)))
