"""Followers: the second aggregate of a write is made by an idempotent follower of the first one's revision.

    revisions of a partition, by sequence ──► those that change a followed fact ──► a plain action of an area
                     ▲                                                                      │
    cursor of the partition (`followers`) ◄── only when all before it are done ◄────────────┘

A crash anywhere repeats what was not yet counted. An action reads the records as they stand now and writes only what
is missing, so repeating it, or two relays at it at once, changes nothing. What it may not do any more is logged and
left; when somebody else wrote first, it looks again.
"""

import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeAlias

from service.acts import Act, following
from service.cooperation import renewing
from service.cooperation.agreements import Agreement
from service.dates import now
from service.errors import Code, Refusal
from service.integrity import settling, touching
from service.integrity.acknowledgements import Acknowledgement
from service.integrity.commitments import Commitment
from service.integrity.gifts import Gift
from service.network import merging, persons
from service.network.organizations import Organization
from service.network.persons import Person
from service.records import Record
from service.store.database import Database, Duplicate
from service.store.kinds import REVISIONS, kind_of
from service.store.leases import LEASES
from service.store.store import Store

CURSORS = "followers"
BATCH = 200  # revisions looked at in one partition at a time
ATTEMPTS = 5  # at one revision before the other partitions have their turn
MOST_PARTITIONS = 100_000

Follow: TypeAlias = Callable[[Store, Act, str], Awaitable[bool]]

log = logging.getLogger(__name__)

COUNTED = frozenset({"organization", "persons", "head_count", "status"})
SETTLED = frozenset({"sides", "publicity", "stage", "expires_on", "withdrawn_on", "agreement_ended_on"})
ENDING = frozenset({"stage", "terminated_on", "renewed_by", "renewed_from"})


class Follower(NamedTuple):
    """`follow(store, act, record)` runs after each revision of a `kind` that changes one of `facts`.

    It answers whether it is done; while it is not, it is called again, so that a long work is done in parts.
    """

    name: str
    kind: type[Record]
    facts: frozenset[str]
    follow: Follow

    def concerned(self, revision: Mapping[str, Any]) -> bool:
        changed = {change["field"] for change in revision["changes"]}
        return kind_of(revision["record"]) is self.kind and not self.facts.isdisjoint(changed)


FOLLOWERS: tuple[Follower, ...] = (
    Follower("markRenewed", Agreement, frozenset({"stage", "term_from", "signed_on"}), renewing.follow),
    Follower("eraseKey", Person, frozenset({"status"}), persons.follow),
    Follower("countAcknowledgements", Acknowledgement, COUNTED, settling.follow_acknowledgement),
    Follower("settleCommitment", Commitment, SETTLED, settling.follow_commitment),
    Follower("endCommitments", Agreement, ENDING, settling.follow_agreement),
    Follower("repoint", Organization, frozenset({"merged_into"}), merging.follow),
    Follower("raiseGiftFinding", Gift, touching.FACTS, touching.follow),
    Follower("raiseGiftFindings", Commitment, frozenset({"sides"}), touching.follow_commitment),
)


async def behind(database: Database) -> set[str]:
    """The partitions whose revisions have not all been followed."""
    every: dict[str, Any] = {"where": {"_id": {"$gt": ""}}, "limit": MOST_PARTITIONS, "index": "_id_"}
    done = {cursor["_id"]: cursor["sequence"] for cursor in await database.find(CURSORS, **every)}
    leases = await database.find(LEASES, fields=(), **every)
    return {lease["_id"] for lease in leases if await _waiting(database, lease["_id"], done.get(lease["_id"], 0), 1)}


async def unfollowed(database: Database, versions: Mapping[str, tuple[str, int]]) -> set[str]:
    """Those records whose revision of this version no follower has looked at yet: id → (partition, version)."""
    heads = {f"{own_id}:{version}": own_id for own_id, (_, version) in versions.items()}
    fields = ("partition", "sequence")
    relayed = await database.find(REVISIONS, {"_id": {"$in": sorted(heads)}}, len(heads), fields)
    partitions = sorted({partition for partition, _ in versions.values()})
    cursors = await database.find(CURSORS, {"_id": {"$in": partitions}}, len(partitions), ("sequence",))
    done = {cursor["_id"]: cursor["sequence"] for cursor in cursors}
    over = {heads[each["_id"]] for each in relayed if each["sequence"] <= done.get(each["partition"], 0)}
    return versions.keys() - over


async def follow(store: Store, partition: str, followers: tuple[Follower, ...]) -> tuple[int, bool]:
    """Follow the next revisions of `partition`: how many had a follower, and whether more is to be done."""
    cursor = await store.database.find(CURSORS, {"_id": partition}, 1)
    start = sequence = cursor[0]["sequence"] if cursor else 0
    followed, ended = 0, True
    waiting = await _waiting(store.database, partition, start, BATCH)
    for revision in waiting:
        own = [each for each in followers if each.concerned(revision)]
        followed += bool(own)
        ended = all([await _followed(store, each, revision) for each in own])
        if not ended:
            break
        sequence = revision["sequence"]
        if own:
            await _advance(store.database, partition, sequence)
    else:
        if sequence > start:
            await _advance(store.database, partition, sequence)
    return followed, not ended or len(waiting) == BATCH


async def _waiting(database: Database, partition: str, above: int, limit: int) -> list[dict[str, Any]]:
    return await database.find(
        REVISIONS,
        {"partition": partition, "sequence": {"$gt": above}},
        limit,
        ("record", "network", "sequence", "changes.field"),
        sort=(("sequence", 1),),
    )


async def _followed(store: Store, follower: Follower, revision: Mapping[str, Any]) -> bool:
    """Whether this revision is done with: the follower has said so, or may not act on it any more."""
    for _ in range(ATTEMPTS):
        act = following(follower.name, revision, now())
        try:
            return await follower.follow(store, act, revision["record"])
        except Refusal as refusal:
            if all(problem.code is not Code.CONFLICT for problem in refusal.problems):
                log.warning("%s leaves %s: %s", follower.name, revision["_id"], refusal)
                return True
    return False


async def _advance(database: Database, partition: str, sequence: int) -> None:
    """Move the cursor up to `sequence`, never back, whoever else moves it."""
    where = {"_id": partition, "sequence": {"$lt": sequence}}
    if not await database.update(CURSORS, where, {"$set": {"sequence": sequence}}):
        with contextlib.suppress(Duplicate):
            await database.insert(CURSORS, {"_id": partition, "sequence": sequence})
