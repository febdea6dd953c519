"""What stood at a moment is what was answered then: pages, totals, look-ups and tallies, on every engine."""

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings

from service.cooperation.activities import Activity
from service.network.memberships import Membership
from service.store.database import Database
from service.store.moments import Past, documents_at, one_at
from tests.store.conftest import MakeDatabase
from tests.store.recorded import Recorded, Step, answers, record, steps
from tests.store.scene import NOW

SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
IN_ORDER, BY_ANY_CLOCK = 0, -2  # the least seconds between a write and the next
SECOND = dt.timedelta(seconds=1)
WHOLE = [Step(place, 3 * place + again, 1, relay=bool(again)) for again in range(3) for place in range(7)]


async def check_all_moments(done: Recorded) -> None:
    """At the moment of each write, and until the next, what was there after it: the last one, of several at once."""
    by_moment = {at: place for place, (at, _) in enumerate(done.snapshots)}
    for at, place in by_moment.items():
        assert await answers(Past(done.database, at)) == done.answers[place]
        snapshot = done.snapshots[place][1]
        assert {each["_id"]: each for each in await everything(done.database, at)} == snapshot
        for own_id, document in snapshot.items():
            assert await one_at(done.database, own_id[:3], own_id, at) == document


async def everything(database: Database, at: dt.datetime) -> Sequence[dict[str, object]]:
    return [dict(each) for kind in (Activity, Membership) for each in await documents_at(database, kind, {}, at)]


@settings(max_examples=6, deadline=None, suppress_health_check=SHARED)
@given(steps(IN_ORDER))
async def test_a_moment_answers_what_was_answered_then(make_database: MakeDatabase, written: list[Step]) -> None:
    await check_all_moments(await record(await make_database("mongomock"), written))


@pytest.mark.prove
@settings(max_examples=300, deadline=None, suppress_health_check=SHARED)
@given(steps(IN_ORDER))
async def test_any_history_answers_what_was_answered_then(make_database: MakeDatabase, written: list[Step]) -> None:
    await check_all_moments(await record(await make_database("mongomock"), written))


async def test_a_moment_answers_what_was_answered_then_on_each_engine(database: Database) -> None:
    await check_all_moments(await record(database, WHOLE[:12]))


@settings(max_examples=25, deadline=None, suppress_health_check=SHARED)
@given(steps(BY_ANY_CLOCK))
async def test_where_clocks_differ_the_highest_version_recorded_by_then_stood(
    make_database: MakeDatabase, written: list[Step]
) -> None:
    """Of what had been made by then."""
    done = await record(await make_database("mongomock"), written, asking=False)
    versions = {
        (own_id, document["version"]): document
        for _, snapshot in done.snapshots
        for own_id, document in snapshot.items()
    }
    for at in {NOW + seconds * SECOND for seconds in range(-16, 25)}:
        naive = at.replace(tzinfo=None)
        recorded = [each for each in versions.values() if each["created_at"] <= naive and each["updated_at"] <= naive]
        stood = {each["_id"]: each for each in sorted(recorded, key=lambda each: int(each["version"]))}
        assert {each["_id"]: each for each in await everything(done.database, at)} == stood
