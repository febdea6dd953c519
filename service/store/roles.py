"""Which roles a subject was given here, beside those that its token carries.

Each process keeps what it found for KEPT_SECONDS, so that a request normally costs no command. What this process writes
it sees at once; what another one writes, after KEPT_SECONDS at most. Whether a role stands on the day is judged anew
for each request, so that one which begins or ends at midnight does so on time.
"""

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from service.network.roles import MOST_HELD, RoleAssignment, RoleAssignmentStatus
from service.records import Document, Record
from service.store.database import Database
from service.store.kinds import index_of
from service.viewer import ANONYMOUS, Grant, GrantSource, Role, Viewer

KEPT_SECONDS = 3.0
MOST_KEPT = 10_000  # subjects; beyond them the one longest unasked is forgotten
FIELDS = ("role", "network", "organization", *RoleAssignment.STATE_KEYS)


class StandingRoles:
    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Sequence[Document]]] = OrderedDict()
        self._writes = 0

    async def viewer(self, known: Viewer, day: dt.date) -> Viewer:
        """`known` with the roles that its subject holds on `day`. Raises `Unavailable` where that cannot be told."""
        if known is ANONYMOUS or known.bound is not None:  # a token that a page shows to everybody gains nothing
            return known
        given = tuple(
            Grant(Role(each["role"]), each["network"], each["organization"], GrantSource.ASSIGNED)
            for each in await self._standing(known.subject)
            if RoleAssignment.state(each, day) == RoleAssignmentStatus.ACTIVE
        )
        return replace(known, grants=known.grants + given) if given else known

    async def renewed(self, viewer: Viewer, day: dt.date) -> Viewer:
        """`viewer` with the roles of its token, and of those given here the ones that stand now."""
        carried = tuple(grant for grant in viewer.grants if grant.source is GrantSource.TOKEN)
        return await self.viewer(viewer if carried == viewer.grants else replace(viewer, grants=carried), day)

    def forget(self, *written: Record) -> None:
        """Look again for the subjects of the assignments among `written`, whether or not the write was confirmed."""
        for record in written:
            if isinstance(record, RoleAssignment):
                self._kept.pop(record.subject, None)
                self._writes += 1

    async def _standing(self, subject: str) -> Sequence[Document]:
        since, found = self._kept.get(subject, (float("-inf"), ()))
        if self._clock() - since < KEPT_SECONDS:
            self._kept.move_to_end(subject)
            return found
        asked, writes = self._clock(), self._writes
        own = {"subject_key": subject}
        index = index_of(RoleAssignment, "subject_key")
        found = await self._database.find(RoleAssignment.COLLECTION, own, MOST_HELD, FIELDS, index=index)
        if writes == self._writes:  # else what was read may be older than what was written meanwhile
            self._kept[subject] = (asked, found)
            self._kept.move_to_end(subject)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found
