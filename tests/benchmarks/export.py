"""`python -m tests.benchmarks.export`: what the export of a long trail holds in memory, and how long it takes.

The command itself, as a process of its own: it seals what no checkpoint lists, then writes checkpoints and revisions.
Its peak over a short trail is what it needs to run at all; what a longer one needs beyond that is the growth. The
trail is in the server that MONGODB_TEST_URI names, else made while it is read: the embedded engine holds none so long.
"""

import argparse
import itertools
import os
import resource
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pymongo

from seeds import synthetic
from service.acts import Act
from service.cooperation.activities import Activity
from service.dates import day_of, now
from service.store.kinds import REVISION_INDEXES, REVISIONS, SEQUENCE_INDEX
from service.trail.revisions import revision_of
from service.viewer import Viewer
from tests.benchmarks.contenders import CHECKOUT, KEPT, MOST_MEMORY, Keys

SIZES = (1_000, 100_000)
AT_ONCE = 1_000
SELECTION_MILLISECONDS, MOST_SECONDS = 5_000, 1_800


class Exported(NamedTuple):
    activities: int
    seconds: float
    written: float  # megabytes, as the next
    peak: float

    def row(self, least: "Exported") -> str:
        told = (f"{self.activities:,}", f"{self.seconds:.0f}", f"{self.written:.0f}", f"{self.peak:.0f}")
        return f"| {' | '.join(told)} | {self.peak - least.peak:+.0f} |"


def revisions(activities: int) -> Iterator[dict[str, Any]]:
    """The first revision of each of so many synthetic activities, as the relay leaves them."""
    act = Act(Viewer("benchmark"), now(), "benchmark", None, None, "")
    own = (each for each in synthetic.records(activities, day_of(act.at)) if isinstance(each, Activity))
    for sequence, activity in enumerate(own, start=1):
        yield {**revision_of(None, activity, act), "sequence": sequence, "fence": 1}


def fill(uri: str, name: str, activities: int) -> None:
    """A database of the server with this trail alone."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
        uri, serverSelectionTimeoutMS=SELECTION_MILLISECONDS
    )
    with client:
        kept = client[name][REVISIONS]
        [order] = (index for index in REVISION_INDEXES if index.unique)
        kept.create_index([(key, 1) for key in order.keys], name=SEQUENCE_INDEX, unique=True)
        remaining = revisions(activities)
        while batch := list(itertools.islice(remaining, AT_ONCE)):
            kept.insert_many(batch)


def exported(activities: int, scratch: Path) -> Exported:
    """Run the command. Raises RuntimeError when it fails, or leaves out a revision."""
    file, folder = scratch / f"{activities}.export", scratch / f"{activities}.checkpoints"
    if uri := os.environ.get("MONGODB_TEST_URI"):
        own = {"MONGODB_URI": uri, "COBUILD_DATABASE": f"bench_{uuid.uuid4().hex}"}
        fill(uri, own["COBUILD_DATABASE"], activities)
        command = ("service", "export-trail", "--revisions", str(file))
    else:
        folder.mkdir()
        own = {"MONGODB_URI": "mongodb://127.0.0.1:1"}
        command = ("tests.benchmarks.export_generated", str(activities), str(folder), str(file))
    begun = time.monotonic()
    peak = run(command, own, scratch / f"{activities}.log")
    seconds = time.monotonic() - begun
    with file.open(encoding="utf-8") as lines:
        if (found := sum(line.startswith('{"revision":') for line in lines)) != activities:
            raise RuntimeError(f"{found} of {activities} revisions were exported")
    return Exported(activities, seconds, file.stat().st_size / 1024**2, peak)


def run(command: tuple[str, ...], settings: Mapping[str, str], log: Path) -> float:
    """The most megabytes that a module held as a process of its own. Raises RuntimeError when it fails."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment = {**kept, "COBUILD_MODE": "production", **Keys().settings, **settings}
    with log.open("w") as told:
        process = subprocess.Popen(
            (sys.executable, "-m", *command),
            cwd=CHECKOUT,
            env=environment,
            stdout=told,
            stderr=told,
            preexec_fn=_bounded,
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the export ended with {process.returncode}:\n{log.read_text(encoding='utf-8')}")
    return used.ru_maxrss / 1024


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.export")
    parser.add_argument("--activities", type=int, nargs="+", default=SIZES)
    sizes, least = parser.parse_args().activities, None
    print("| activities | seconds | MB written | peak, MB | growth, MB |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            found = exported(size, Path(folder))
            least = least or found
            print(found.row(least), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
