"""`python -m tests.benchmarks`: the service beside its peers, over documents in memory and over the MongoDB wire.

With `--rounds 0` the answers are compared and nothing is measured. The table is printed; with `--write` it is written
as JSON and as a chart beside this file.
"""

import argparse
import asyncio
import contextlib
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from service.dates import day_of, now
from tests.benchmarks.as_of import engine as server
from tests.benchmarks.contenders import (
    CONTENDERS,
    VIEWERS,
    Engine,
    Keys,
    Running,
    in_memory,
    over_the_wire,
    running,
)
from tests.benchmarks.documents import Documents, fill, synthetic_documents, write
from tests.benchmarks.measuring import CONNECTIONS, Pace, Result, compared, measured
from tests.benchmarks.questions import Question, questions
from tests.benchmarks.report import Setting, table, written

ENGINES = ("memory", "wire")
ACTIVITIES = 500
SECOND_STYLE = "mercurius-loaders"  # asked for by name: Mercurius is faster with DataLoader
RESULTS = Path(__file__).parent


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.benchmarks")
    parser.add_argument("--rounds", type=int, default=6, help="0 compares the answers alone")
    parser.add_argument("--seconds", type=int, default=3, help="of each round")
    parser.add_argument("--connections", type=int, default=CONNECTIONS, help="of the load")
    parser.add_argument("--warm-up", type=int, default=6, help="seconds, of each contender and query")
    parser.add_argument("--queries", type=_among("A", "B", "C"), default=["A", "B", "C"])
    parser.add_argument("--engines", type=_among(*ENGINES), default=[*ENGINES])
    parser.add_argument(
        "--peers", type=_among(*CONTENDERS), default=[each for each in CONTENDERS if each != SECOND_STYLE]
    )
    parser.add_argument("--activities", type=int, default=ACTIVITIES)
    parser.add_argument("--node", type=Path, default=Path(shutil.which("node") or "node"))
    parser.add_argument("--write", action="store_true", help="results.json and results.svg")
    return parser.parse_args(arguments)


def pace_of(given: argparse.Namespace) -> Pace:
    return Pace(given.warm_up, given.rounds, given.seconds, given.connections)


def _among(*known: str) -> Callable[[str], list[str]]:
    def chosen(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}; there are {', '.join(known)}")
        return names

    return chosen


def main(given: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        documents = synthetic_documents(given.activities, day_of(now()))
        write(documents, scratch)
        results: list[Result] = []
        for name in given.engines:
            with engine(name, documents, scratch) as own:
                results += asked(given, own, documents, scratch)
    if results:
        setting = Setting.here(given.node, pace_of(given), given.activities)
        print(table(results, setting))
        if given.write:
            written(results, setting, RESULTS)
    return 0


@contextlib.contextmanager
def engine(name: str, documents: Documents, scratch: Path) -> Iterator[Engine]:
    if name == "memory":
        yield in_memory(scratch)
        return
    with server() as uri:
        database = f"bench_{uuid.uuid4().hex}"
        asyncio.run(fill(uri, database, documents))
        yield over_the_wire(uri, database)


def asked(given: argparse.Namespace, own: Engine, documents: Documents, scratch: Path) -> list[Result]:
    """Start every contender, compare all answers, and measure where that is wanted."""
    keys, wanted = Keys(), [questions(documents)[name] for name in given.queries]
    token = keys.token(VIEWERS["front-end"])
    with contextlib.ExitStack() as held:
        started: list[Running] = []
        for name in given.peers:
            started.append(held.enter_context(running(CONTENDERS[name], own, keys, given.node, scratch)))
            started[-1].wait(wanted[0].bodies()[0], token)
        count = compared(started, wanted, keys.token)
        tell(f"{own.name}: {count} answers agree")
        if not given.rounds:
            return []
        bodies = {each.name: requests(each, scratch) for each in wanted}
        return measured(own.name, started, bodies, token, pace_of(given), tell)


def requests(question: Question, scratch: Path) -> Path:
    path = scratch / f"{question.name}.requests"
    path.write_bytes(b"\n".join(question.bodies()) + b"\n")
    return path


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(options()))
