"""What is reported: the README's tables, the numbers as JSON, and a chart, with date, machine and versions."""

import json
import platform
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import log
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from service.dates import now
from tests.benchmarks.contenders import CONTENDERS, NPM
from tests.benchmarks.measuring import Pace, Result

PYTHON_PACKAGES = (
    "ariadne",
    "graphql-core",
    "motor",
    "orjson",
    "pymongo",
    "PyJWT",
    "starlette",
    "strawberry-graphql",
    "uvicorn",
    "uvloop",
)
ENGINES = {"memory": "documents in memory", "wire": "over the MongoDB wire"}
PROMISED = {
    "memory": {
        "strawberry": (45, 25, 27),
        "strawberry-tuned": (33, 4.5, 9.5),
        "mercurius": (1.35, 1.15, 1.1),
        "apollo": (4.5, 2.5, 3),
        "yoga": (4.5, 2.5, 3),
        "handwritten": (0.95, 1.05, 1.0),
    },
    "wire": {"strawberry": (12, 8, 9), "mercurius": (2.5, 1.0, 1.4), "handwritten": (1.0, 1.0, 1.0)},
}  # how many times the service's processor time these take, for A, B and C
LEAST_BAR, BAR, LINE, LEFT = 10.0, 420, 18, 210  # µs at which bars begin; the others in pixels


@dataclass(frozen=True)
class Setting:
    """When, where and with what it was measured."""

    date: str
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    pace: Pace
    activities: int

    @classmethod
    def here(cls, node: Path, pace: Pace, activities: int) -> "Setting":
        packages = json.loads((NPM / "package.json").read_text(encoding="utf-8"))["dependencies"]
        told = subprocess.run((str(node), "--version"), capture_output=True, text=True, check=True).stdout.strip()
        runtimes = {"Python": platform.python_version(), "Node": told.lstrip("v")}
        python = {name: version(name) for name in PYTHON_PACKAGES}
        versions = {**runtimes, **python, **packages}
        return cls(now().isoformat(timespec="minutes"), machine(), versions, pace, activities)

    def line(self) -> str:
        where = ", ".join(map(str, self.machine.values()))
        rounds = f"{self.pace.rounds} rounds of {self.pace.seconds} s after {self.pace.warm_up} s"
        return f"{self.date}; {where}; {rounds}, {self.pace.connections} connections, {self.activities} activities."


def machine() -> dict[str, Any]:
    facts = dict(
        line.split(":", 1) for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if ":" in line
    )
    names = {key.strip(): value.strip() for key, value in facts.items()}
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    cores = f"{int(names['processor']) + 1} cores"
    return {"processor": names.get("model name", platform.machine()), "cores": cores, "memory": f"{memory} GB"}


def table(results: Sequence[Result], setting: Setting) -> str:
    """Per engine what each request costs, and how many times that of the service."""
    parts = [setting.line(), "; ".join(f"{name} {each}" for name, each in setting.versions.items()) + "."]
    for engine in dict.fromkeys(each.engine for each in results):
        own = [each for each in results if each.engine == engine]
        parts += ["", *_costs(engine, own), "", *_ratios(engine, own)]
    return "\n".join(parts)


def _costs(engine: str, results: Sequence[Result]) -> Iterable[str]:
    yield from _head(f"CPU per request in µs (least–most) · requests/s · p50/p99 in ms, {ENGINES[engine]}", results)
    yield from _rows(results, _cost)


def _cost(result: Result) -> str:
    median, (least, most) = result.median(), result.spread()
    return f"{median.microseconds:.0f} ({least:.0f}–{most:.0f}) · {median.rate:.0f} · {median.p50:.1f}/{median.p99:.1f}"


def _ratios(engine: str, results: Sequence[Result]) -> Iterable[str]:
    """How many times the service's processor time, with what is promised of it in brackets."""
    own = {each.query: each.median().microseconds for each in results if each.contender == "service"}
    if not own:
        return

    def ratio(result: Result) -> str:
        found = result.median().microseconds / own[result.query]
        promised = PROMISED[engine].get(result.contender)
        return f"{found:.2f}" + (f" [{promised['ABC'.index(result.query)]}]" if promised else "")

    yield from _head(f"times the CPU of the service [promised], {ENGINES[engine]}", results)
    yield from _rows([each for each in results if each.contender != "service"], ratio)


def _head(title: str, results: Sequence[Result]) -> list[str]:
    queries = list(dict.fromkeys(each.query for each in results))
    return [f"| {title} | {' | '.join(queries)} |", "|---|" + "---|" * len(queries)]


def _rows(results: Sequence[Result], cell: Any) -> Iterable[str]:
    for name in dict.fromkeys(each.contender for each in results):
        cells = [cell(each) for each in results if each.contender == name]
        yield f"| {CONTENDERS[name].title} | {' | '.join(cells)} |"


def written(results: Sequence[Result], setting: Setting, folder: Path) -> None:
    """`results.json` with every round, and the chart `results.svg`."""
    found = [
        {**asdict(each), "rounds": [one._asdict() for one in each.rounds], "median": each.median()._asdict()}
        for each in results
    ]
    text = json.dumps({"setting": asdict(setting), "results": found}, ensure_ascii=False, indent=1)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "results.svg").write_text(chart(results, setting), encoding="utf-8")


def chart(results: Sequence[Result], setting: Setting) -> str:
    """Bars of processor time per request, on a logarithmic scale."""
    most = max(each.median().microseconds for each in results)
    rows: list[str] = []
    height = LINE
    for engine in dict.fromkeys(each.engine for each in results):
        for query in dict.fromkeys(each.query for each in results if each.engine == engine):
            own = [each for each in results if (each.engine, each.query) == (engine, query)]
            title = f"{query}, {ENGINES[engine]}: CPU per request, µs, logarithmic"
            rows.append(f'<text x="8" y="{height + 12}" font-weight="bold">{escape(title)}</text>')
            height += LINE
            for each in sorted(own, key=lambda one: one.median().microseconds):
                rows.append(_bar(each, height, most))
                height += LINE
            height += LINE // 2
    rows.append(f'<text x="8" y="{height + 12}" fill="#666">{escape(setting.line())}</text>')
    size = f'width="{LEFT + BAR + 90}" height="{height + 2 * LINE}"'
    style = 'font-family="system-ui, sans-serif" font-size="12"'
    return "\n".join((f'<svg xmlns="http://www.w3.org/2000/svg" {size} {style}>', *rows, "</svg>", ""))


def _bar(result: Result, top: int, most: float) -> str:
    found = result.median().microseconds
    length = BAR * log(max(found / LEAST_BAR, 1.1)) / log(max(most / LEAST_BAR, 1.2))
    colour = "#b3261e" if result.contender == "service" else "#7a8ca0"
    name = escape(CONTENDERS[result.contender].title)
    return (
        f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{name}</text>'
        f'<rect x="{LEFT}" y="{top + 2}" width="{length:.0f}" height="{LINE - 6}" fill="{colour}"/>'
        f'<text x="{LEFT + length + 6:.0f}" y="{top + 12}">{found:,.0f}</text>'
    )
