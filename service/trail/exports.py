"""What an outsider keeps of the trail: a file of JSON (RFC 8259), a line for each object, in UTF-8.

    {"form": "cobuild-trail-1", "at": …, "network": … or null, "after": {partition: number, …}, "revisions": …}
    {"keys": {id: public key, …}}                the keys whose signatures hold, in hexadecimal
    {"checkpoint": {…}}                          by partition and number, those that come after `after`
    {"revision": {…}}                            when asked for: the revisions that the checkpoint before them lists
    {"end": number of checkpoints}               without which the file was cut short

Moments are texts in the canonical form, so hashes can be computed again from what stands in the file.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import orjson

from service.trail.checkpoints import Checkpoint
from service.trail.revisions import canonical

FORM = "cobuild-trail-1"
Line: TypeAlias = Mapping[str, Any]


class ExportDamaged(Exception):
    """The file is not such an export, or was cut short."""


def text_of(line: Line) -> str:
    return canonical(line).decode() + "\n"


def checkpoints_in(lines: Iterable[str]) -> Iterator[Checkpoint]:
    """The checkpoints of an export, one by one. Raises `ExportDamaged`, at the latest after the last one."""
    count, begun, ended = 0, False, False
    for line in lines:
        read = _read(line)
        if not begun and read.get("form") != FORM:
            raise ExportDamaged
        begun, ended = True, read.get("end") == count
        if "checkpoint" in read:
            count += 1
            yield read["checkpoint"]
    if not ended:
        raise ExportDamaged


def reached(lines: Iterator[str]) -> dict[str, int]:
    """The number of the last checkpoint of each partition that this export, and those it goes on from, hold.

    Raises `ExportDamaged` as `checkpoints_in`.
    """
    first, *_ = rest = list(itertools.islice(lines, 1)) or [""]
    after = _read(first).get("after", {})
    if not isinstance(after, dict):
        raise ExportDamaged
    return after | {each["partition"]: each["number"] for each in checkpoints_in(itertools.chain(rest, lines))}


def _read(line: str) -> dict[str, Any]:
    try:
        read = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ExportDamaged from error
    if not isinstance(read, dict):
        raise ExportDamaged
    return read
