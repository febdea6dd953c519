"""Bundles made in the background: asked for once, made by one worker at a time, kept for a day.

    asked ──► WAITING ── under the lease "dossiers" ──► READY, its file among the files │ FAILED after 3 tries

A job is the request itself: who asks the same with the same rights finds the same job. A worker that is killed leaves
its job WAITING and its lease to end; another one takes it up. The file has no record, so the sweep removes it a day
later (sweep.py), and the job with it.
"""

import asyncio
import contextlib
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from enum import auto
from typing import Any

from service.bundles.document import Language
from service.bundles.manifest import canonical
from service.bundles.material import Material, Words
from service.bundles.sealed import sealed
from service.errors import Refusal
from service.records import Document
from service.store.covering import covering
from service.store.database import Database, Duplicate
from service.store.files import Files, in_parts, new_name
from service.store.kinds import JOB_INDEX, JOBS, index_name
from service.store.leases import held
from service.store.materials import Wanted, gathered
from service.viewer import SERVICE, Grant, Role, Upper, Viewer

LEASE = "dossiers"
KEPT = dt.timedelta(days=1)
MOST_TRIES = 3
PAUSE = 3.0  # seconds between looks for what other workers were asked for
PATIENCE = 1.0  # seconds to wait for another worker that is at it
SUBJECT = f"{SERVICE}dossiers"

log = logging.getLogger(__name__)


class JobState(Upper):
    WAITING = auto()
    READY = auto()
    FAILED = auto()


def request_of(wanted: Wanted, language: Language) -> dict[str, Any]:
    """The request as a bundle tells it."""
    return {"id": wanted.own_id, "network": wanted.network, "asOf": wanted.as_of, "language": language.value}


def key_of(wanted: Wanted, language: Language) -> str:
    """The same for the same request under the same rights: the bytes depend on nothing else."""
    return hashlib.sha256(canonical([request_of(wanted, language), _grants(wanted.viewer)])).hexdigest()


def _grants(viewer: Viewer) -> list[list[str]]:
    return [
        list(each)
        for each in sorted({(own.role.value, own.network or "", own.organization or "") for own in viewer.grants})
    ]


async def made(database: Database, material: Material, wanted: Wanted, language: Language, words: Words) -> bytes:
    """The bundle of what was gathered; set beside the event loop, so that others are answered meanwhile."""
    checkpoints = await covering(database, material.all(), wanted.as_of)
    request = request_of(wanted, language)
    return await asyncio.to_thread(sealed, material, words, language, wanted.as_of, request, checkpoints)


async def job_of(database: Database, key: str, moment: dt.datetime) -> Document | None:
    """The job of this key, unless its day is over."""
    found = await database.find(JOBS, {"_id": key, "until": {"$gt": moment}}, 1)
    return found[0] if found else None


async def ask(database: Database, wanted: Wanted, language: Language, moment: dt.datetime) -> Document:
    """The job that makes this bundle, a new one unless there is one."""
    key = key_of(wanted, language)
    await database.delete(JOBS, {"_id": key, "until": {"$lte": moment}})
    job = {
        "_id": key,
        **request_of(wanted, language),
        "grants": _grants(wanted.viewer),
        "state": JobState.WAITING.value,
        "step": 0,
        "steps": 0,
        "tries": 0,
        "until": moment + KEPT,
    }
    with contextlib.suppress(Duplicate):  # somebody else asks the same at this moment
        await database.insert(JOBS, job)
    return job


async def forget(database: Database, key: str) -> None:
    """Let the bundle be made anew when it is asked for again."""
    await database.delete(JOBS, {"_id": key})


async def forget_old(database: Database, moment: dt.datetime) -> None:
    """Remove the jobs whose day is over; their files are swept as all without a record."""
    await database.delete(JOBS, {"until": {"$lte": moment}})


class Bundler:
    """Makes what was asked for, one bundle at a time in the whole installation, until it is cancelled."""

    def __init__(self, database: Database, files: Files, holder: str, words: Words, asked: asyncio.Event) -> None:
        self._database = database
        self._files = files
        self._holder = holder
        self._words = words
        self._asked = asked  # set when this worker took a request; others are found by looking

    async def run(self) -> None:
        while True:
            self._asked.clear()
            while await self.round():
                pass
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), PAUSE)

    async def round(self) -> bool:
        """Make the bundle that waits the longest; whether there was one, and nobody else is at it."""
        if not await self._waiting():
            return False
        try:
            async with held(self._database, LEASE, self._holder, PATIENCE):
                if (job := await self._waiting()) is None:
                    return False
                await self._take(job)
                return True
        except TimeoutError:
            return False

    async def _waiting(self) -> Document | None:
        where, sort = {"state": JobState.WAITING.value}, (("until", 1),)
        found = await self._database.find(JOBS, where, 1, sort=sort, index=index_name(JOB_INDEX))
        return found[0] if found else None

    async def _take(self, job: Document) -> None:
        tries = job["tries"] + 1
        await self._note(job, tries=tries)
        try:
            await self._make(job)
        except Refusal:  # who asks again hears it
            await forget(self._database, job["_id"])
        except Exception:
            log.exception("the dossier of %s could not be made", job["id"])
            if tries >= MOST_TRIES:
                await self._note(job, state=JobState.FAILED.value)

    async def _make(self, job: Document) -> None:
        wanted, language = wanted_of(job), Language(job["language"])

        async def progress(step: int, steps: int) -> None:
            await self._note(job, step=step, steps=steps + 1)

        material = await gathered(self._database, wanted, progress)
        content = await made(self._database, material, wanted, language, self._words)
        name = new_name()
        await self._files.receive(name, in_parts(_whole(content)))
        about: dict[str, Any] = {"file": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        about["restricted"] = [list(each) for each in material.restricted]
        await self._note(job, state=JobState.READY.value, **about)

    async def _note(self, job: Document, **facts: Any) -> None:
        await self._database.update(JOBS, {"_id": job["_id"]}, {"$set": facts})


def wanted_of(job: Mapping[str, Any]) -> Wanted:
    """The request of a job, with the rights under which it was made."""
    grants: Iterable[list[str]] = job["grants"]
    held_rights = tuple(Grant(Role(role), network or None, own or None) for role, network, own in grants)
    moment: dt.datetime = job["asOf"]
    aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
    return Wanted(job["id"], aware, Viewer(SUBJECT, held_rights), job["network"])


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
