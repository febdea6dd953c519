"""A recorded history: writes of four activities and three memberships by clocks that may differ, and what was asked."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeAlias

from hypothesis import strategies as st

from service.cooperation.activities import Activity, ActivityStatus
from service.dates import PartialDate
from service.errors import Refusal
from service.network.memberships import Membership
from service.records import Document, Record, record_of
from service.store import reads
from service.store.database import Database
from service.store.moments import Past
from service.store.reads import Query, Range
from service.store.store import Store
from service.store.tallies import By, tally
from tests.store.scene import MANY, NOW, act, activity, membership, network, organization
from tests.store.trail_scene import drain, relay_of

ORGANIZATIONS = ("org_p", "org_q", "org_r")
DAYS = ("2024-02-29", None, "2023", "2021-05")
TITLES = ("观影", "义诊", "Zoo", "党课")
FIELDS = ("title", "date_key", "title_key", "status", "updated_at", "concerns", "network", "version")


@dataclass(frozen=True)
class Step:
    """One write: of which record, with which facts, and by how many seconds the clock has gone on since the last."""

    place: int
    choice: int
    seconds: int
    relay: bool


def steps(least: int) -> st.SearchStrategy[list[Step]]:
    """Writes by clocks that go on by at least `least` seconds; below 0, they differ."""
    one = st.builds(Step, st.integers(0, 6), st.integers(0, 11), st.integers(least, 3), st.booleans())
    return st.lists(one, min_size=1, max_size=8)


def written(step: Step) -> Record:
    day, title, choice = DAYS[step.choice % 4], TITLES[step.choice % 3], step.choice
    guest = ORGANIZATIONS[1 + choice % 2]
    if step.place < 4:
        status = ActivityStatus.PUBLISHED if choice % 5 else ActivityStatus.CANCELLED
        of = "net_b" if step.place == 3 else "net_a"
        return activity(f"act_{step.place}", day, guest, title=title, status=status, network=of)
    joined = PartialDate.parse(DAYS[choice % 4] or "2022") if choice % 3 else None
    return membership(f"mem_{step.place}", ORGANIZATIONS[step.place - 4], joined=joined, discarded=choice > 9)


Answers: TypeAlias = dict[str, Any]


def lists() -> list[Query]:
    """Lists by network, by date and title, with and without filters; and one of all networks."""
    own = {"network": "net_a"}
    published = Activity.state_filter(ActivityStatus.PUBLISHED, NOW.date())
    return [
        Query(Activity, own),
        Query(Activity, own, (published,), order="title_key", descending=True),
        Query(Activity, {"participants": "org_q"}, ({"date_key": {"$gt": " "}},), descending=True),
        Query(Activity, {"network": "net_b"}, ({"$or": [{"concerns": "org_q"}, {"title": "义诊"}]},)),
        Query(Membership, own),
    ]


async def answers(database: Database) -> Answers:
    """What is answered to pages both ways, totals, look-ups by id and below several parents, and a tally."""
    found: Answers = {}
    for place, query in enumerate(lists()):
        for part in (Range(2), Range(1, backwards=True)):
            documents = await reads.page(database, query, part, FIELDS)
            found[f"{place} {part}"] = shown(documents)
            if documents and part.size == 2:
                after = replace(part, after=documents[0][query.order])
                found[f"{place} after"] = shown(await reads.page(database, query, after, FIELDS))
        found[f"{place} total"] = await reads.count(database, query)
    ids = [f"act_{place}" for place in range(4)]
    found["ids"] = shown((await reads.by_ids(database, "act", ids, FIELDS)).values())
    below, part = Query(Activity, {}, descending=True), Range(1)
    pages = database.pages if isinstance(database, Past) else partial(reads.pages, database)
    counts = database.counts if isinstance(database, Past) else partial(reads.counts, database)
    listed = await pages(ORGANIZATIONS, "participants", below, part, FIELDS)
    found["below"] = {parent: shown(listed.get(parent, ())) for parent in ORGANIZATIONS}
    numbers = await counts(ORGANIZATIONS, "participants", below)
    found["totals below"] = {parent: numbers.get(parent, 0) for parent in ORGANIZATIONS}
    ways = {"title": By({"title": "title"}, most=9), "guest": By({"of": "concerns"}, ("concerns",), most=9)}
    tallied = await tally(database, lists()[0], ways)
    found["tally"] = {name: sorted(map(sorted, map(dict.items, rows)), key=repr) for name, rows in tallied.items()}
    return found


def shown(documents: Any) -> list[dict[str, Any]]:
    return [{name: each.get(name) for name in ("_id", *FIELDS)} for each in documents]


@dataclass
class Recorded:
    """The moment of each write with all documents after it, and what was answered then."""

    database: Database
    snapshots: list[tuple[dt.datetime, dict[str, Document]]] = field(default_factory=list)
    answers: list[Answers] = field(default_factory=list)


async def record(database: Database, steps: Sequence[Step], asking: bool = True) -> Recorded:
    """Write by `steps`, those that change nothing left out, relaying now and then."""
    store, at, done = Store(database), NOW, Recorded(database)
    for own in (network("net_a"), network("net_b"), *map(organization, ORGANIZATIONS)):
        await store.create(own, act(at=NOW - dt.timedelta(days=1)))
    for step in steps:
        at += dt.timedelta(seconds=step.seconds)
        after = written(step)
        found = (await store.known(after.PREFIX, [after.id])).get(after.id)
        try:
            if found is None:
                await store.create(after, act(at=at))
            else:
                before = record_of(type(after), found)
                await store.save(before, replace(after, created_at=before.created_at), act(at=at))
        except Refusal:
            continue
        if step.relay:
            await drain(relay_of(database))
        done.snapshots.append((at, await documents(database)))
        if asking:
            done.answers.append(await answers(database))
    return done


async def documents(database: Database) -> dict[str, Document]:
    """All activities and memberships by id, without what waits for the relay."""
    found = [each for kind in (Activity, Membership) for each in await database.find(kind.COLLECTION, {}, MANY)]
    return {each["_id"]: {name: value for name, value in each.items() if name != "outbox"} for each in found}
