"""Stillness: whether a server was written to since what was looked for was not there, told by one small command.

What a replica set answers beside a command that writes nothing is the time of the latest entry of its oplog
(`operationTime`; MongoDB's manual, *Command Response*). It may be told some milliseconds before a find sees that entry.
So a look that found nothing counts when it began SETTLED after its time was told first: then nothing waits as long as
the time stays what it is. A server alone tells none; a router does not know what came through others; and what is read
from a secondary, or only once most servers have it, may come later than that. There it is looked for each time.
"""

import time
from collections.abc import Callable

from pymongo import ReadPreference

from service.store.database import Database

SETTLED = 0.5  # seconds after which a find sees what the time told
LONGEST = 30.0  # seconds after which it is looked again in any case
AT_ONCE = (None, "local")  # levels of read concern


class Stillness:
    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._time: object = None  # of the last write; None where it is not known
        self._told = self._looked = 0.0  # when that time was told first, and when the last look began
        self._still = False

    async def lasts(self) -> bool:
        """Whether nothing needs to be looked for. If not, a look begins."""
        written, moment = await self._last_write(), self._clock()
        if written is None or written != self._time:
            self._time, self._told, self._still = written, moment, False
        self._still = self._still and moment - self._looked < LONGEST
        if not self._still:
            self._looked = moment
        return self._still

    def nothing_found(self) -> None:
        """The look that began last came to its end, and there was nothing."""
        self._still = self._time is not None and self._looked - self._told >= SETTLED

    async def _last_write(self) -> object:
        if self._database.driver == "mongomock" or not self._sees_at_once():
            return None
        return (await self._database.command({"ping": 1})).get("operationTime")

    def _sees_at_once(self) -> bool:
        client = self._database.client
        own, servers = client[self._database.name], client.topology_description.server_descriptions().values()
        routed = any(each.server_type_name == "Mongos" for each in servers)
        return not routed and own.read_preference == ReadPreference.PRIMARY and own.read_concern.level in AT_ONCE
