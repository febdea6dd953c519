"""Dossiers made in the background: one at a time, taken up by another worker, given up after three tries, forgotten."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from service.bundles.document import Language
from service.dates import now
from service.errors import Code, Problem, Refusal, Unavailable
from service.store import bundling
from service.store.bundling import KEPT, MOST_TRIES, Bundler, JobState, ask, forget_old, job_of, key_of
from service.store.covering import covering
from service.store.database import Database
from service.store.files import Folder
from service.store.kinds import CHECKPOINTS, JOBS, REVISIONS
from service.store.leases import acquire
from service.store.materials import Wanted
from tests.bundles import partnership
from tests.bundles.partnership import AS_OF
from tests.conftest import ADMIN, OFFICER

WANTED = Wanted("com_1", AS_OF, OFFICER)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the paper says in place of the PDF, which takes most of the time."""
    monkeypatch.setattr("service.bundles.pdf.rendered", lambda paper: repr(paper).encode())


def plain(_: object, value: str, __: Language) -> str:
    return value


@pytest.fixture
async def database() -> AsyncIterator[Database]:
    made = Database("mongomock", "", "bundling")
    await partnership.stand(made)
    yield made
    await made.close()


@pytest.fixture
def bundler(database: Database, tmp_path: Path) -> Bundler:
    return Bundler(database, Folder(tmp_path), "one", plain, asyncio.Event())


async def asked(database: Database, wanted: Wanted = WANTED) -> str:
    return str((await ask(database, wanted, Language.CHINESE, now()))["_id"])


async def state(database: Database, key: str) -> str | None:
    job = await job_of(database, key, now())
    return job["state"] if job else None


def test_a_key_is_that_of_the_request_and_the_rights() -> None:
    key = key_of(WANTED, Language.CHINESE)
    assert key_of(replace(WANTED, viewer=replace(OFFICER, subject="another")), Language.CHINESE) == key
    others = (
        replace(WANTED, own_id="com_2"),
        replace(WANTED, as_of=AS_OF + dt.timedelta(milliseconds=1)),
        replace(WANTED, viewer=ADMIN),
        replace(WANTED, network="net_002_derma"),
    )
    keys = {key_of(each, Language.CHINESE) for each in others} | {key_of(WANTED, Language.ENGLISH), key}
    assert len(keys) == 6


async def test_a_job_is_made_once_and_its_file_kept(database: Database, bundler: Bundler, tmp_path: Path) -> None:
    key = await asked(database)
    assert await asked(database) == key
    assert await bundler.round()
    job = await job_of(database, key, now())
    assert job is not None
    assert (job["state"], job["step"], job["steps"], job["tries"]) == (JobState.READY, 4, 5, 1)
    assert (tmp_path / job["file"]).stat().st_size == job["size"]
    assert not await bundler.round()


async def test_the_longest_asked_is_made_first(database: Database, bundler: Bundler) -> None:
    late = (await ask(database, replace(WANTED, viewer=ADMIN), Language.CHINESE, now()))["_id"]
    early = (await ask(database, WANTED, Language.CHINESE, now() - dt.timedelta(hours=1)))["_id"]
    await bundler.round()
    assert [await state(database, key) for key in (early, late)] == [JobState.READY, JobState.WAITING]


async def test_another_worker_takes_up_what_a_killed_one_left(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, beginning = await asked(database), now() - dt.timedelta(seconds=9)
    assert await acquire(database, bundling.LEASE, "killed", beginning)  # and never renewed: its term is 10 s
    monkeypatch.setattr(bundling, "PATIENCE", 0.05)
    two = Bundler(database, Folder(tmp_path), "two", plain, asyncio.Event())
    assert not await two.round()
    assert await state(database, key) == JobState.WAITING
    monkeypatch.setattr(bundling, "PATIENCE", 5)
    assert await two.round()
    assert await state(database, key) == JobState.READY


async def test_what_another_worker_made_meanwhile_is_not_made_again(
    database: Database, bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asked(database)
    waiting, looks = bundler._waiting, iter((True, False))
    monkeypatch.setattr(bundler, "_waiting", lambda: waiting() if next(looks) else asyncio.sleep(0))
    assert not await bundler.round()


async def test_what_fails_is_tried_again_and_then_given_up(
    database: Database, bundler: Bundler, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> bytes:
        raise Unavailable("the disk is full")

    key = await asked(database)
    monkeypatch.setattr(bundling, "made", broken)
    for _ in range(MOST_TRIES - 1):
        assert await bundler.round()
        assert await state(database, key) == JobState.WAITING
    assert await bundler.round()
    assert await state(database, key) == JobState.FAILED
    assert not await bundler.round()
    assert caplog.messages == ["the dossier of com_1 could not be made"] * MOST_TRIES


async def test_what_is_refused_is_forgotten_so_that_who_asks_again_hears_it(
    database: Database, bundler: Bundler, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> bytes:
        raise Refusal(Problem(Code.LIMIT_EXCEEDED, (), "", ""))

    key = await asked(database)
    monkeypatch.setattr(bundling, "made", refused)
    await bundler.round()
    assert await state(database, key) is None


async def test_a_job_lives_for_a_day(database: Database) -> None:
    old = now() - KEPT - dt.timedelta(seconds=1)
    key = (await ask(database, WANTED, Language.CHINESE, old))["_id"]
    assert await state(database, key) is None
    assert await asked(database) == key  # asked again, it begins anew
    assert await state(database, key) == JobState.WAITING
    await ask(database, replace(WANTED, viewer=ADMIN), Language.CHINESE, old)
    await forget_old(database, now())
    assert [each["_id"] for each in await database.find(JOBS, {}, 9)] == [key]


async def test_a_request_wakes_the_bundler(database: Database, tmp_path: Path) -> None:
    event = asyncio.Event()
    task = asyncio.create_task(Bundler(database, Folder(tmp_path), "one", plain, event).run())
    await asyncio.sleep(0)
    key = await asked(database)
    event.set()
    for _ in range(500):
        if await state(database, key) == JobState.READY:
            break
        await asyncio.sleep(0.02)
    assert await state(database, key) == JobState.READY
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_checkpoint_covers_what_it_lists_if_it_was_sealed_by_then(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.store.covering.AT_ONCE", 2)
    shown = [{"_id": f"org_{number}", "version": 1, "head": f"{number}" * 64} for number in range(1, 7)]
    for number in range(1, 6):  # the sixth waits for the relay
        revision = {"_id": f"org_{number}:1", "partition": "p", "sequence": number, "hash": f"{number}" * 64}
        await database.insert(REVISIONS, revision)
    for number, (first, last) in enumerate(((1, 1), (2, 3), (4, 4), (5, 5)), start=1):
        sealed = {"partition": "p", "number": number, "first": first, "last": last, "hash": f"chk{number}"}
        at = AS_OF + dt.timedelta(days=number - 3)
        await database.insert(CHECKPOINTS, {"_id": f"p:{number}", "at": at, **sealed})
    found = await covering(database, shown, AS_OF)
    assert found == {"1" * 64: "chk1", "2" * 64: "chk2", "3" * 64: "chk2", "4" * 64: "chk3"}
    assert await covering(database, [], AS_OF) == {}
