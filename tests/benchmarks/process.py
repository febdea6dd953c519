"""`python -m tests.benchmarks.process`: what one process of the service needs, beside plain Strawberry at one point.

How long it takes to be ready, what it holds at rest, what a text costs that was never seen, and what a flood of such
texts does to its memory and to a query that it knows. `--texts 100000` floods as long as the README says.
"""

import argparse
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import orjson

from service.dates import day_of, now
from tests.benchmarks.contenders import CONTENDERS, VIEWERS, Engine, Keys, Running, in_memory, running
from tests.benchmarks.documents import Documents, synthetic_documents, write
from tests.benchmarks.measuring import load, loaded
from tests.benchmarks.questions import PAGE, Question, questions

ACTIVITIES, STARTS = 500, 5
TEXTS, SECONDS, REST_SECONDS = 20_000, 5, 2.0
READY_SECONDS = 30.0


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


def starts(begin: Callable[[str], contextlib.AbstractContextManager[Running]]) -> None:
    seconds, megabytes = [], []
    for _ in range(STARTS):
        since = time.monotonic()
        with begin("service") as begun:
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
        sent += loaded(begun, texts, token, SECONDS, sent).sent
    after, grown = load(begun, known, token, SECONDS), begun.resident_megabytes() - held
    ratio = after.microseconds / before.microseconds
    print(f"after {sent} texts: {grown:+.0f} MB, a known query {before.microseconds:.0f} → {after.microseconds:.0f} µs")
    print(f"({ratio:.2f} ×)")


def lines(path: Path, bodies: list[bytes]) -> Path:
    path.write_bytes(b"\n".join(bodies) + b"\n")
    return path


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.process")
    parser.add_argument("--texts", type=int, default=TEXTS)
    count = parser.parse_args().texts
    with tempfile.TemporaryDirectory() as folder:
        scratch, keys = Path(folder), Keys()
        documents = synthetic_documents(ACTIVITIES, day_of(now()))
        write(documents, scratch)
        own: Engine = in_memory(scratch)
        asked: Question = questions(documents)["B"]
        texts, known = (
            lines(scratch / "unseen", unseen(documents, max(count, TEXTS))),
            lines(scratch / "known", asked.bodies()),
        )
        token = keys.token(VIEWERS["front-end"])

        def begin(name: str) -> contextlib.AbstractContextManager[Running]:
            return running(CONTENDERS[name], own, keys, Path(), scratch)

        starts(begin)
        for name in ("strawberry", "service"):
            with begin(name) as begun:
                cold(begun, texts, known, token)
                if name == "service":
                    flooded(begun, texts, count, known, token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
