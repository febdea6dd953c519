"""`python -m tests.benchmarks.process`: what one process of the service needs, beside plain Strawberry at one point.

How long it takes to be ready, what it holds at rest, what a text costs that was never seen, and what a flood of such
texts does to its memory and to a query that it knows. `--texts 100000` floods as long as the README says.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson

from service.dates import day_of, now
from tests.benchmarks.as_of import engine as server
from tests.benchmarks.contenders import CONTENDERS, VIEWERS, Contender, Keys, Running, in_memory, over_the_wire, running
from tests.benchmarks.documents import Documents, fill, synthetic_documents, write
from tests.benchmarks.measuring import load, loaded
from tests.benchmarks.questions import PAGE, questions

ACTIVITIES, STARTS = 500, 5
TEXTS, SECONDS, REST_SECONDS = 20_000, 5, 2.0
READY_SECONDS = 30.0
SERVICE = CONTENDERS["service"]

Begin = Callable[[Contender], contextlib.AbstractContextManager[Running]]


def ready_after(begun: Running, since: float) -> float:
    """How many seconds after `since` `/readyz` said so. Raises RuntimeError when it does not."""
    while time.monotonic() - since < READY_SECONDS:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{begun.url}/readyz", trust_env=False, timeout=READY_SECONDS).status_code == 200:
                return time.monotonic() - since
        time.sleep(0.01)
    raise RuntimeError(f"{begun.contender.name} is not ready")


def unseen(documents: Documents, count: int) -> list[bytes]:
    """Bodies of the page's query, no two texts alike: an alias is of each one's own."""
    [first, *_] = questions(documents)["C"].variables
    texts = (PAGE.replace("title form", f"title own{number}: form") for number in range(count))
    return [orjson.dumps({"query": text, "variables": first}) for text in texts]


def starts(begin: Begin) -> None:
    seconds, megabytes = [], []
    for _ in range(STARTS):
        since = time.monotonic()
        with begin(SERVICE) as begun:
            seconds.append(ready_after(begun, since))
            time.sleep(REST_SECONDS)
            megabytes.append(begun.resident_megabytes())
    print(f"ready after {statistics.median(seconds):.2f} s, {statistics.median(megabytes):.0f} MB at rest")


def cold(begun: Running, texts: Path, known: Path, token: str) -> None:
    begun.wait(known.read_bytes().splitlines()[0], token)
    load(begun, known, token, SECONDS)
    sight = load(begun, texts, token, SECONDS)
    print(f"{begun.contender.title}: {sight.microseconds:.0f} µs for a text never seen")


def flooded(begun: Running, texts: Path, count: int, known: Path, token: str) -> None:
    load(begun, known, token, SECONDS)
    before, held, sent = load(begun, known, token, SECONDS), begun.resident_megabytes(), 0
    while sent < count:
        sent += loaded(begun, texts, token, SECONDS, begin=sent).sent
    after, grown = load(begun, known, token, SECONDS), begun.resident_megabytes() - held
    times = f"{before.microseconds:.0f} → {after.microseconds:.0f} µs, {after.microseconds / before.microseconds:.2f} ×"
    print(f"after {sent:,} texts: {grown:+.0f} MB; a query that was known: {times}")


def lines(path: Path, bodies: list[bytes]) -> Path:
    path.write_bytes(b"\n".join(bodies) + b"\n")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.process")
    parser.add_argument("--texts", type=int, default=TEXTS)
    count, keys = parser.parse_args().texts, Keys()
    documents, token = synthetic_documents(ACTIVITIES, day_of(now())), keys.token(VIEWERS["front-end"])
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with server() as uri:
            database = over_the_wire(uri, f"bench_{uuid.uuid4().hex}")
            asyncio.run(fill(uri, database.settings["COBUILD_DATABASE"], documents))
            starts(lambda service: running(service, database, keys, Path(), scratch))
        write(documents, scratch)
        texts = lines(scratch / "unseen", unseen(documents, max(count, TEXTS)))
        known = lines(scratch / "known", questions(documents)["B"].bodies())
        for contender in (CONTENDERS["strawberry"], SERVICE):
            with running(contender, in_memory(scratch), keys, Path(), scratch) as begun:
                cold(begun, texts, known, token)
                if contender is SERVICE:
                    flooded(begun, texts, count, known, token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
