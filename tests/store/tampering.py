"""Single tamperings with a sealed trail, as one who may write to the database but has no key can do them.

Each takes what stands and chance, changes it, and names the records and versions of which one is to be found first.
"""

import copy
import datetime as dt
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, TypeAlias

from service.dates import now
from service.records import fact_names
from service.store.kinds import CHECKPOINTS, REVISIONS, kind_of
from service.trail.checkpoints import HEAD, leaf_of, sealed
from service.trail.revisions import digest, undone
from service.trail.verifying import facts_built
from tests.store.chain_scene import KEY, OTHER_KEY, SEALING, Standing

Named: TypeAlias = set[tuple[str, int]]
Tampering: TypeAlias = Callable[[Standing, Random], Named]


def altered(value: Any) -> Any:
    """Another value, of the same type where there is one."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1_000
        case str():
            return value + "改"
        case dt.datetime():
            return value + dt.timedelta(days=1)
        case [first, *rest]:
            return [altered(first), *rest]
        case dict() if value:
            name = next(reversed(value))
            return {**value, name: altered(value[name])}
        case _:
            return "改"


def revisions(standing: Standing, partition: str | None = None) -> list[dict[str, Any]]:
    found = [each for each in standing[REVISIONS] if partition in (None, each["partition"])]
    return sorted(found, key=lambda each: (each["partition"], each["sequence"]))


def documents(standing: Standing) -> list[dict[str, Any]]:
    return [each for name, found in standing.items() if name not in (REVISIONS, CHECKPOINTS) for each in found]


def collection(standing: Standing, own_id: str) -> list[dict[str, Any]]:
    kind = kind_of(own_id)
    assert kind is not None
    return standing[kind.COLLECTION]


def document(standing: Standing, own_id: str) -> dict[str, Any]:
    return next(each for each in collection(standing, own_id) if each["_id"] == own_id)


def head(each: Mapping[str, Any]) -> Named:
    return {(each["_id"], each["version"])}


def of(*chosen: Mapping[str, Any]) -> Named:
    return {(each["record"], each["version"]) for each in chosen}


def revision_edited(standing: Standing, chance: Random) -> Named:
    own = chance.choice(revisions(standing))
    named, name = of(own), chance.choice(sorted(own.keys() - {"_id", "fence", "sequence"}))
    own[name] = altered(own[name])
    return named


def change_edited(standing: Standing, chance: Random) -> Named:
    own = chance.choice(revisions(standing))
    change = chance.choice(own["changes"])
    name = chance.choice(sorted(change))
    change[name] = altered(change[name])
    return of(own)


def sequence_edited(standing: Standing, chance: Random) -> Named:
    own = chance.choice(revisions(standing))
    own["sequence"] = chance.choice([None, 0, -1, 999, 10**9, "7", 0.5])
    return of(own)


def document_edited(standing: Standing, chance: Random) -> Named:
    own = chance.choice(documents(standing))
    kind = kind_of(own["_id"])
    assert kind is not None
    named, name = head(own), chance.choice(["head", "version", "created_at", "updated_at", *fact_names(kind)])
    if chance.random() < 0.2 and name != "version":
        del own[name]
    else:
        own[name] = altered(own[name])
    return named


def revision_deleted(standing: Standing, chance: Random) -> Named:
    own = chance.choice(revisions(standing))
    standing[REVISIONS].remove(own)
    return of(own)


def document_deleted(standing: Standing, chance: Random) -> Named:
    own = chance.choice(documents(standing))
    collection(standing, own["_id"]).remove(own)
    return head(own)


def revisions_swapped(standing: Standing, chance: Random) -> Named:
    """In all but their names, or in their places alone."""
    one, other = chance.sample(revisions(standing), 2)
    named = of(one, other)
    if chance.random() < 0.5 and one["partition"] == other["partition"]:
        one["sequence"], other["sequence"] = other["sequence"], one["sequence"]
    else:
        first, second = copy.deepcopy(one), copy.deepcopy(other)
        kept = ("_id", "partition", "sequence")
        one |= {name: value for name, value in second.items() if name not in kept}
        other |= {name: value for name, value in first.items() if name not in kept}
    return named


def documents_swapped(standing: Standing, chance: Random) -> Named:
    one, other = chance.sample([each for each in documents(standing) if each["_id"].startswith("act_")], 2)
    named = head(one) | head(other)
    first, second = copy.deepcopy(one), copy.deepcopy(other)
    one |= {name: value for name, value in second.items() if name != "_id"}
    other |= {name: value for name, value in first.items() if name != "_id"}
    return named


def revision_reinserted(standing: Standing, chance: Random) -> Named:
    own = chance.choice(revisions(standing)[:-3])
    own["sequence"] = revisions(standing, own["partition"])[-1]["sequence"] + 1
    return of(own)


def document_reinserted(standing: Standing, chance: Random) -> Named:
    """As it stood before its last changes."""
    own = chance.choice(documents(standing))
    named = head(own)
    roll_back(standing, own, chance.randrange(1, own["version"]))
    return named


def roll_back(standing: Standing, own: dict[str, Any], version: int) -> None:
    of_record = {each["version"]: each for each in standing[REVISIONS] if each["record"] == own["_id"]}
    later = [of_record[each] for each in range(own["version"], version, -1)]
    own |= undone(own, later) | {"updated_at": of_record[version]["at"]}


def record_removed(standing: Standing, chance: Random) -> Named:
    """With its whole chain; perhaps the gap is closed, and perhaps the checkpoints are written anew."""
    own = chance.choice(documents(standing))
    collection(standing, own["_id"]).remove(own)
    standing[REVISIONS] = [each for each in standing[REVISIONS] if each["record"] != own["_id"]]
    if chance.random() < 0.7:
        for place, each in enumerate(revisions(standing, own["partition"]), start=1):
            each["sequence"] = place
    if chance.random() < 0.5:
        rewrite_checkpoints(standing, own["partition"])
    return {(own["_id"], 1)}


def rewrite_checkpoints(standing: Standing, partition: str) -> None:
    """As the key would have sealed them, had whoever does it the key; the name of the true key is put on them."""
    standing[CHECKPOINTS] = [each for each in standing[CHECKPOINTS] if each["partition"] != partition]
    left, last = [leaf_of(each) for each in revisions(standing, partition)], None
    while left:
        last = sealed(partition, last, left[: SEALING.most], now().replace(tzinfo=None), OTHER_KEY) | {"key": KEY.id}
        standing[CHECKPOINTS].append(last)
        left = left[SEALING.most :]


def truncated(standing: Standing, chance: Random) -> Named:
    """The last revisions of a partition, what they made, and the checkpoints that list them are gone without trace."""
    partition = chance.choice(sorted({each["partition"] for each in standing[REVISIONS]}))
    own = revisions(standing, partition)
    gone = own[-chance.randrange(1, len(own) + 1) :]
    for each in reversed(gone):
        standing[REVISIONS].remove(each)
        changed = document(standing, each["record"])
        if each["version"] == 1:
            collection(standing, each["record"]).remove(changed)
        else:
            previous = next(
                other for other in own if (other["record"], other["version"]) == (each["record"], each["version"] - 1)
            )
            changed |= undone(changed, [each]) | {"updated_at": previous["at"]}
    first = gone[0]["sequence"]
    standing[CHECKPOINTS] = [
        each for each in standing[CHECKPOINTS] if each["partition"] != partition or each["last"] < first
    ]
    return of(gone[0])


def forked(standing: Standing, chance: Random) -> Named:
    """Another revision of the same version stands beside, in the trail or in the outbox."""
    own = chance.choice(revisions(standing))
    other = copy.deepcopy(own) | {"reason": "另一个理由"}
    other["hash"] = digest(other)
    if chance.random() < 0.5:
        document(standing, own["record"])["outbox"].append(other)
    else:
        other |= {"_id": f"{own['_id']}-", "sequence": revisions(standing, own["partition"])[-1]["sequence"] + 1}
        other["hash"] = digest(other)
        standing[REVISIONS].append(other)
    return of(own)


def rehashed(standing: Standing, chance: Random) -> Named:
    """A revision says something else, and all after it, its document and perhaps the checkpoints are made to fit."""
    own = chance.choice(revisions(standing))
    chance.choice(own["changes"])["after"] = "改写"
    previous, chain = (
        None,
        sorted(
            (each for each in standing[REVISIONS] if each["record"] == own["record"]),
            key=lambda each: int(each["version"]),
        ),
    )
    for each in chain:
        each["previous"] = previous
        previous = each["hash"] = digest(each)
    document(standing, own["record"]).update(facts_built(chain) | {"head": previous})
    if chance.random() < 0.5:
        rewrite_checkpoints(standing, own["partition"])
    return of(own)


def checkpoint_bent(standing: Standing, chance: Random) -> Named:
    own = chance.choice(standing[CHECKPOINTS])
    record, version, _ = own["leaves"][0]
    if chance.random() < 0.2:
        standing[CHECKPOINTS].remove(own)
    else:
        name = chance.choice([*HEAD, "hash", "signature", "leaves"])
        own[name] = altered(own[name])
    return {(record, version)}


TAMPERINGS: tuple[Tampering, ...] = (
    revision_edited,
    change_edited,
    sequence_edited,
    document_edited,
    revision_deleted,
    document_deleted,
    revisions_swapped,
    documents_swapped,
    revision_reinserted,
    document_reinserted,
    record_removed,
    truncated,
    forked,
    rehashed,
    checkpoint_bent,
)
