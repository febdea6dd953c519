"""Measuring: every answer compared, every contender warmed up, then rounds in which they take turns."""

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from service.viewer import Viewer
from tests.benchmarks.contenders import VIEWERS, Running
from tests.benchmarks.questions import Question

LUA = Path(__file__).with_name("wrk.lua")
CONNECTIONS, THREADS = 8, 1  # of the load
TURNS = 3  # in which answers are compared: what is compiled when it comes again is compared as well
TIMEOUT_SECONDS = 30
LEAST_ANSWERED, LEAST_USED, LONGEST_ROUND = 20, 0.3, 60  # answers, processor seconds, seconds: what tells enough
REST_SECONDS, LOOK_SECONDS = 5.0, 0.1

Tell = Callable[[str], None]


class Pace(NamedTuple):
    """Seconds of warming up, for each contender and query; then so many rounds of so many seconds."""

    warm_up: int
    rounds: int
    seconds: int
    connections: int = CONNECTIONS


class Round(NamedTuple):
    """What one round measured: processor time per request in µs, requests a second, latencies in ms."""

    microseconds: float
    rate: float
    p50: float
    p99: float


@dataclass
class Result:
    """What a contender took to answer one query on one engine."""

    engine: str
    contender: str
    query: str
    rounds: list[Round] = field(default_factory=list)

    def median(self) -> Round:
        return Round(*(statistics.median(values) for values in zip(*self.rounds, strict=True)))

    def spread(self) -> tuple[float, float]:
        """The least and the most processor time per request, in µs."""
        found = [each.microseconds for each in self.rounds]
        return min(found), max(found)


class Disagreement(Exception):
    """A contender answers otherwise than the first one."""


def compared(contenders: Sequence[Running], questions: Iterable[Question], token: Callable[[Viewer], str]) -> int:
    """How many answers were compared with those of the first contender, as JSON with its order of keys.

    Raises `Disagreement` at the first that differs.
    """
    count = 0
    for question in questions:
        bodies, variables = TURNS * question.bodies(), TURNS * [*question.variables]
        for name, viewer in VIEWERS.items():
            held = token(viewer)
            first, *others = ((each, list(map(normal, each.answers(bodies, held)))) for each in contenders)
            for each, answers in others:
                for values, expected, found in zip(variables, first[1], answers, strict=True):
                    if expected != found:
                        told = f"{question.name} {values} for {name}"
                        names = first[0].contender.name, each.contender.name
                        raise Disagreement(f"{told}: {names[0]}: {expected[:600]}\n{names[1]}: {found[:600]}")
                    count += 1
    return count


def normal(answer: str) -> str:
    """An answer without what JSON leaves open: spaces and escapes. The order of keys stays."""
    return json.dumps(json.loads(answer), ensure_ascii=False)


def measured(
    engine: str,
    contenders: Sequence[Running],
    bodies: Mapping[str, Path],
    token: str,
    pace: Pace,
    tell: Tell,
) -> list[Result]:
    """All results of an engine, its rounds interleaved."""
    results = [Result(engine, each.contender.name, query) for each in contenders for query in bodies]
    by_name = {each.contender.name: each for each in contenders}
    for result in results:
        tell(f"{engine}: warming up {result.contender} {result.query}")
        load(by_name[result.contender], bodies[result.query], token, pace.warm_up, pace.connections)
    for number in range(pace.rounds):
        for query in bodies:
            for result in (each for each in results if each.query == query):
                result.rounds.append(
                    load(by_name[result.contender], bodies[query], token, pace.seconds, pace.connections)
                )
                tell(
                    f"{engine}: round {number + 1} {query} {result.contender}: {result.rounds[-1].microseconds:.0f} µs"
                )
    return results


def load(contender: Running, bodies: Path, token: str, seconds: int, connections: int = CONNECTIONS) -> Round:
    """One round; twice as long where too few answers come back to tell. Raises RuntimeError for a failed request."""
    sent, answered, used, found = loaded(contender, bodies, token, seconds, connections)
    if (answered < LEAST_ANSWERED or used < LEAST_USED) and seconds <= LONGEST_ROUND:
        return load(contender, bodies, token, 2 * seconds, connections)
    rate = answered / found["microseconds"] * 1e6
    return Round(used / sent * 1e6, rate, found["p50"] / 1000, found["p99"] / 1000)


class Loaded(NamedTuple):
    """How many requests were sent, and answered within the time; the processor seconds of those sent; what wrk told."""

    sent: int
    answered: int
    used: float
    told: Mapping[str, float]


def loaded(
    contender: Running, bodies: Path, token: str, seconds: int, connections: int = CONNECTIONS, begin: int = 0
) -> Loaded:
    """Ask for so long, from the body at `begin` on. Raises RuntimeError for a failed request."""
    before = contender.processor_seconds()
    options = (f"-t{THREADS}", f"-c{connections}", f"-d{seconds}s", f"--timeout={TIMEOUT_SECONDS}s", f"-s{LUA}")
    command = ("wrk", *options, contender.url, "--", str(bodies), token, str(begin))
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 2 * TIMEOUT_SECONDS)
    used = _at_rest(contender) - before
    found = json.loads(told.stdout.splitlines()[-1])
    if found["failed"]:
        raise RuntimeError(f"{contender.contender.name}: {found}")
    return Loaded(found["sent"], found["answered"], used, found)


def _at_rest(contender: Running) -> float:
    """The processor time used once what was under way when the load ended is done."""
    deadline, used = time.monotonic() + REST_SECONDS, contender.processor_seconds()
    while time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
        if (now := contender.processor_seconds()) == used:
            break
        used = now
    return used
