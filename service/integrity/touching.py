"""A gift that touches a clause 礼品触及承诺条款 leads to a draft finding (002, section 2; facts C13, C14).

Follows each revision of a gift that changes who gave it to whom and when, and of a commitment that changes its sides:
a signature may be recorded after the gift that came after it. The finding is about the receiver: the
clause binds both, and both are named in its words, but it is the receiver that can still put it right, by returning
the gift or handing it in. One for each gift and receiver, however often it is followed.
"""

from typing import TYPE_CHECKING

from service.acts import Act
from service.integrity.clauses import Clause, ClauseCategory, ClauseSet
from service.integrity.commitments import Commitment
from service.integrity.findings import Finding, gift_key
from service.integrity.gifts import Gift, GiftStatus
from service.integrity.standing import clause_of, stood
from service.permission import permit_making
from service.records import formed, record_of, sound
from service.viewer import Right

if TYPE_CHECKING:
    from service.store.store import Store

FACTS = frozenset({"giver", "receiver", "given_on"})  # what a gift touches a clause by


async def follow(store: "Store", act: Act, own_id: str) -> bool:
    """A draft finding for the gift as it stands now, where it touches a clause and has none yet."""
    gift = record_of(Gift, (await store.known(Gift.PREFIX, [own_id]))[own_id])
    if gift.status is GiftStatus.DISCARDED or await store.naming(Finding.PREFIX, "source_key", gift_key(gift)):
        return True
    if touched := await touched_by(store, gift):
        permit_making(Right.KEEP_AUDITS, act.viewer, gift.network)
        await store.create(sound(await _draft(store, act, gift, *touched)), act)
    return True


async def follow_commitment(store: "Store", act: Act, own_id: str) -> bool:
    """As `follow`, for every gift between the two sides of a commitment that both have signed."""
    commitment = record_of(Commitment, (await store.known(Commitment.PREFIX, [own_id]))[own_id])
    if stood(commitment, None):
        one, other = commitment.organizations
        between = {"network": commitment.network, "$or": [{"giver": other}, {"receiver": other}]}
        for gift in await store.naming(Gift.PREFIX, "concerns", one, between):
            await follow(store, act.upon(gift["_id"]), gift["_id"])
    return True


async def touched_by(store: "Store", gift: Gift) -> tuple[Commitment, Clause] | None:
    """A commitment of the two that forbids gifts and may have stood on the day, with its clause; the latest one."""
    pair = {"sides.organization": gift.giver, "network": gift.network}
    documents = await store.naming(Commitment.PREFIX, "concerns", gift.receiver, pair)
    commitments = [record_of(Commitment, each) for each in sorted(documents, key=lambda each: str(each["date_key"]))]
    standing = [each for each in reversed(commitments) if stood(each, gift.given_on)]
    known = await store.known(ClauseSet.PREFIX, [each.clause_set for each in standing if each.clause_set])
    sets = {own_id: record_of(ClauseSet, document) for own_id, document in known.items()}
    for each in standing:
        if clause := clause_of(each, sets.get(each.clause_set or ""), ClauseCategory.NO_GIFTS):
            return each, clause
    return None


async def _draft(store: "Store", act: Act, gift: Gift, commitment: Commitment, clause: Clause) -> Finding:
    parties = await store.known("org", gift.concerns(), ("name",))
    giver, receiver = (parties[own_id]["name"] for own_id in (gift.giver, gift.receiver))
    told = f"{giver} → {receiver}:{gift.item}\n{clause.chinese}"
    facts = {
        "id": act.new_id(Finding.PREFIX),
        "network": gift.network,
        "organization": gift.receiver,
        "gift": gift.id,
        "commitment": commitment.id,
        "title": "礼品登记触及廉洁承诺条款 A gift touches a clause",
        "description": f"{told}\n{clause.english}" if clause.english else told,
        "evidence": [gift.id, commitment.id],
        "raised_on": act.day,
    }
    return formed(Finding, facts)
