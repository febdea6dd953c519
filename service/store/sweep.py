"""Sweeping: files that were taken in and came to no record are removed a day later.

That happens when the service ended, or the database fell silent, between the last byte and the record. No upload runs
for a day, so none is ever swept while it does. Two workers that sweep at once do the same twice, which is harmless.
"""

import asyncio
import datetime as dt
import logging

from service.cooperation.attachments import Attachment
from service.dates import now
from service.store.budgets import forget_past
from service.store.bundling import forget_old
from service.store.database import Database
from service.store.files import Files

AGE = dt.timedelta(days=1)
PAUSE = 6 * 3600  # seconds

log = logging.getLogger(__name__)


async def sweep(database: Database, files: Files, moment: dt.datetime) -> int:
    """Remove what began a day before `moment` and has no record; how many that were."""
    removed, after = 0, ""
    while names := await files.begun_before(moment - AGE, after):
        kept = await database.find(Attachment.COLLECTION, {"stored_as": {"$in": names}}, len(names), ("stored_as",))
        for name in sorted(set(names) - {each["stored_as"] for each in kept}):
            await files.remove(name)
            removed += 1
        after = names[-1]
    return removed


async def keep_sweeping(database: Database, files: Files) -> None:
    """Sweep again and again until cancelled; the budgets of past minutes and the dossiers of yesterday too."""
    while True:
        await forget_old(database, now())
        await forget_past(database, now())
        if removed := await sweep(database, files, now()):
            log.info("%d files without a record removed", removed)
        await asyncio.sleep(PAUSE)
