"""`python -m tests.benchmarks.process`: what one process of the service needs, beside plain Strawberry at one point.

How long it takes to be ready, what it holds at rest, what a text costs that was never seen, interpreted and compiled
at once, and what a flood of such texts does to its memory and to a query that it knows. `--texts 100000` floods as
long as the README says.
"""

import argparse
import asyncio
import contextlib
import itertools
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import orjson

from service.dates import day_of, now
from tests.benchmarks.as_of import engine as server
from tests.benchmarks.contenders import CONTENDERS, VIEWERS, Contender, Keys, Running, in_memory, over_the_wire, running
from tests.benchmarks.documents import fill, synthetic_documents, write
from tests.benchmarks.measuring import load, loaded
from tests.benchmarks.questions import Question, questions

ACTIVITIES, STARTS = 500, 5
TEXTS, SECONDS, REST_SECONDS = 20_000, 5, 2.0
COLD, ROUNDS, ROUND_SECONDS = ("B", "C"), 7, 3  # of texts never seen, the first round to warm up
READY_SECONDS = 30.0
PEER, SERVICE = CONTENDERS["strawberry"], CONTENDERS["service"]
AT_ONCE = replace(SERVICE, name="service-at-once", title="共建网, at once", settings={"COBUILD_PLANS": "at-once"})

Begin = Callable[[Contender], contextlib.AbstractContextManager[Running]]


def ready_after(begun: Running, since: float) -> float:
    """How many seconds after `since` `/readyz` said so. Raises RuntimeError when it does not."""
    while time.monotonic() - since < READY_SECONDS:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{begun.url}/readyz", trust_env=False, timeout=READY_SECONDS).status_code == 200:
                return time.monotonic() - since
        time.sleep(0.01)
    raise RuntimeError(f"{begun.contender.name} is not ready")


def unseen(question: Question, count: int) -> list[bytes]:
    """Bodies that ask it once each, no two texts alike: an alias is of each one's own."""
    asked = itertools.islice(itertools.cycle(question.variables), count)
    texts = (question.text.replace("title form", f"title own{number}: form") for number in range(count))
    return [orjson.dumps({"query": text, "variables": each}) for text, each in zip(texts, asked, strict=True)]


def starts(begin: Begin) -> None:
    seconds, megabytes = [], []
    for _ in range(STARTS):
        since = time.monotonic()
        with begin(SERVICE) as begun:
            seconds.append(ready_after(begun, since))
            time.sleep(REST_SECONDS)
            megabytes.append(begun.resident_megabytes())
    print(f"ready after {statistics.median(seconds):.2f} s, {statistics.median(megabytes):.0f} MB at rest")


def cold(begun: Sequence[Running], texts: Mapping[str, Path], token: str) -> None:
    """What each takes for texts never seen, by turns, and how many times as much as the first takes."""
    for query, path in texts.items():
        used = [list[float]() for _ in begun]
        sent = [0 for _ in begun]
        for _ in range(ROUNDS):
            for place, each in enumerate(begun):
                found = loaded(each, path, token, ROUND_SECONDS, begin=sent[place])
                sent[place] += found.sent
                used[place].append(found.used / found.sent * 1e6)
        if max(sent) > TEXTS:
            raise RuntimeError(f"{max(sent)} texts of {query} were sent, of which {TEXTS} were unseen")
        for each, own in zip(begun, used, strict=True):
            ratios = sorted(mine / first for mine, first in zip(own[1:], used[0][1:], strict=True))
            told = f"{statistics.median(ratios):.2f} × ({ratios[0]:.2f}–{ratios[-1]:.2f})"
            print(f"{query}, {each.contender.title}: {statistics.median(own[1:]):.0f} µs for a text never seen, {told}")


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

        def begin(contender: Contender) -> contextlib.AbstractContextManager[Running]:
            return running(contender, in_memory(scratch), keys, Path(), scratch)

        asked = questions(documents)
        texts = {each: lines(scratch / f"unseen{each}", unseen(asked[each], max(count, TEXTS))) for each in COLD}
        known = lines(scratch / "known", asked["B"].bodies())
        with contextlib.ExitStack() as stack:
            begun = [stack.enter_context(begin(each)) for each in (PEER, AT_ONCE, SERVICE)]
            for each in begun:
                each.wait(asked["B"].bodies()[0], token)
            cold(begun, texts, token)
        with begin(SERVICE) as service:
            service.wait(asked["B"].bodies()[0], token)
            flooded(service, texts["C"], count, known, token)
    return 0


if __name__ == "__main__":
    sys.exit(main())
