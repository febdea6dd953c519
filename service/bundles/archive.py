"""A ZIP whose bytes follow from its files alone: names in the given order, every moment the same, no extra fields."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping

from service.bundles.document import local

EARLIEST = dt.datetime(1980, 1, 1)  # that a ZIP can tell
LATEST = dt.datetime(2107, 12, 31, 23, 59, 58)
REGULAR_FILE = 0o100644 << 16
UNIX = 3


def archive(files: Mapping[str, bytes], moment: dt.datetime) -> bytes:
    """`files` by name, each dated `moment` in Shanghai."""
    stamp = min(max(local(moment), EARLIEST), LATEST)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as zipped:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, stamp.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, REGULAR_FILE, UNIX
            zipped.writestr(entry, content)
    return target.getvalue()
