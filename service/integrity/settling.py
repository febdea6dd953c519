"""What follows from a write elsewhere: how many know of a commitment, when its agreement ended, what took its place.

Each is read from the records as they stand and written only where it differs, so that following a revision twice, or
two at once, changes nothing. The commitment is always read before what is counted: a count that was overtaken meets a
newer version and is done again.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from service.acts import Act
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.commitments import Commitment, Side, Stage
from service.integrity.fitness import ends_early_on
from service.integrity.knowing import Knowing
from service.records import record_of

if TYPE_CHECKING:
    from service.store.store import Store

UNKNOWN = Knowing()


async def follow_acknowledgement(store: "Store", act: Act, own_id: str) -> bool:
    """The commitment counts what it has not counted yet. Follows a revision of an acknowledgement."""
    batch = (await store.known(Acknowledgement.PREFIX, [own_id], ("commitment",)))[own_id]
    await settle(store, act, batch["commitment"])
    return True


async def follow_agreement(store: "Store", act: Act, own_id: str) -> bool:
    """Every commitment under it learns when it ended early. Follows a revision of an agreement."""
    for commitment in await store.naming(Commitment.PREFIX, "agreement", own_id):
        await settle(store, act, commitment["_id"])
    return True


async def follow_commitment(store: "Store", act: Act, own_id: str) -> bool:
    """It is settled itself, and what it supersedes learns how it stands. Follows its own revision."""
    successor = await settle(store, act, own_id)
    if successor.supersedes is not None:
        before = await _standing(store, successor.supersedes)
        await _save(store, act, before, renewed(before, successor))
    return True


async def settle(store: "Store", act: Act, own_id: str) -> Commitment:
    """The commitment with the count of its acknowledgements and the end of its agreement, written if they are new."""
    before = await _standing(store, own_id)
    known = await store.acknowledged(own_id)
    agreement = (await store.known("agr", [before.agreement]))[before.agreement]
    sides = tuple(_counting(before, side, known.get(side.organization, UNKNOWN)) for side in before.sides)
    after = replace(before, sides=sides, agreement_ended_on=ends_early_on(agreement))
    await _save(store, act, before, after)
    return after


def _counting(commitment: Commitment, side: Side, known: Knowing) -> Side:
    reached = known.reached(commitment.required(side))
    return replace(side, known=known.people, known_on=reached, counted=known.counted)


def renewed(before: Commitment, successor: Commitment) -> Commitment:
    """`before` as marked by its successor: from the day on which that is EFFECTIVE, as long as it is in use."""
    effective, withdrawn = successor.took_effect_on, successor.withdrawn_on is not None
    if successor.stage is Stage.DISCARDED or (withdrawn and effective is None):
        return replace(before, renewed_by=None, renewed_from=None) if before.renewed_by == successor.id else before
    return replace(before, renewed_by=successor.id, renewed_from=effective)


async def _standing(store: "Store", own_id: str) -> Commitment:
    return record_of(Commitment, (await store.known(Commitment.PREFIX, [own_id]))[own_id])


async def _save(store: "Store", act: Act, before: Commitment, after: Commitment) -> None:
    if after != before:
        await store.save(before, after, act.upon(after.id))
