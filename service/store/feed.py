"""The feed of a partition: its revisions by sequence, looked for once for all who follow it in this process.

    relay ── wake ──┐
    every second ───┴─► find above the highest sequence ──► the latest revisions ──► each follower, from where it is
                                                                   ▲
                        a follower further back reads pages of its own, until it has caught up

A follower has no queue that could overflow: it knows the last sequence it had, and asks for what comes after it. So
nothing is lost or doubled, however slow it is, and what is kept is the same for one follower and for a hundred.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator
from typing import cast

from service.errors import Unavailable
from service.store.database import Database
from service.store.kinds import REVISIONS, SEQUENCE_INDEX
from service.store.sealing import revealing
from service.trail.revisions import Revision

AT_ONCE = 100  # revisions of one page
KEPT = 500  # the latest revisions of a partition, for followers to read without a command
PAUSE = 1.0  # seconds between looks when nobody says that something was relayed

log = logging.getLogger(__name__)


class Feed:
    """One partition's, while somebody follows it. `top` is the highest sequence seen."""

    def __init__(self, database: Database, partition: str, top: int) -> None:
        self._database = database
        self._partition = partition
        self._latest: deque[Revision] = deque()
        self._below = top  # the sequence before the first of the latest
        self._news = asyncio.Event()  # another one each time, so that whoever waits is woken once
        self.top = top
        self.woken = asyncio.Event()

    async def after(self, sequence: int) -> list[Revision]:
        """The next revisions above `sequence`, at least one and at most AT_ONCE: waited for where there is none yet.

        Raises `Unavailable` where they would have to be read and cannot be.
        """
        while True:
            news = self._news
            if sequence < self._below and (found := await self._page(sequence)):
                return await self._plain(found)
            fresh = [each for each in self._latest if each["sequence"] > sequence]
            if fresh:
                return await self._plain(fresh[:AT_ONCE])
            await news.wait()

    async def _plain(self, found: list[Revision]) -> list[Revision]:
        """Not before they are told: what is kept stays sealed, so that who is forgotten meanwhile is told no more."""
        reveal = await revealing(self._database, found)
        return cast(list[Revision], reveal(found))

    async def run(self) -> None:
        """Look for what is new until cancelled. An absent database is waited for."""
        while True:
            self.woken.clear()
            if await self._look() < AT_ONCE:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(PAUSE):
                        await self.woken.wait()

    async def _look(self) -> int:
        try:
            found = await self._page(self.top)
        except Unavailable as error:
            log.warning("the feed of %s waits for the database: %s", self._partition, error)
            return 0
        if found:
            self._latest.extend(found)
            self.top = found[-1]["sequence"]
            while len(self._latest) > KEPT:
                self._below = self._latest.popleft()["sequence"]
            self._news.set()
            self._news = asyncio.Event()
        return len(found)

    async def _page(self, sequence: int) -> list[Revision]:
        where = {"partition": self._partition, "sequence": {"$gt": sequence}}
        return [*await self._database.find(REVISIONS, where, AT_ONCE, sort=(("sequence", 1),))]


class Feeds:
    """The feeds that somebody follows now, each with one task that looks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._feeds: dict[str, tuple[Feed, asyncio.Task[None]]] = {}
        self._followers: dict[str, int] = {}

    @contextlib.asynccontextmanager
    async def following(self, partition: str) -> AsyncIterator[Feed]:
        """The partition's feed. Raises `Unavailable` where its highest sequence cannot be told."""
        if partition not in self._feeds:
            top = await last_sequence(self._database, partition)
            if partition not in self._feeds:  # nobody else was faster
                feed = Feed(self._database, partition, top)
                self._feeds[partition] = feed, asyncio.create_task(feed.run(), name=f"feed of {partition}")
        self._followers[partition] = self._followers.get(partition, 0) + 1
        try:
            yield self._feeds[partition][0]
        finally:
            self._followers[partition] -= 1
            if not self._followers[partition]:
                del self._followers[partition]
                _, task = self._feeds.pop(partition)
                task.cancel()

    def followed(self) -> frozenset[str]:
        """The partitions that somebody follows now."""
        return frozenset(self._feeds)

    def wake(self, partition: str) -> None:
        """Something was relayed: whoever follows need not wait for the next look."""
        if partition in self._feeds:
            self._feeds[partition][0].woken.set()


async def last_sequence(database: Database, partition: str) -> int:
    """The highest sequence given in `partition`; 0 before the first."""
    found = await database.find(
        REVISIONS, {"partition": partition}, 1, ("sequence",), sort=(("sequence", -1),), index=SEQUENCE_INDEX
    )
    return int(found[0]["sequence"]) if found else 0
