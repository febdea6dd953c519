"""What the benchmark measures and tells: processor time, disagreements, medians and ratios."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.benchmarks.contenders import TICKS, _family, _processor_ticks
from tests.benchmarks.measuring import Disagreement, Pace, Result, Round, compared, normal
from tests.benchmarks.questions import Question
from tests.benchmarks.report import Setting, table, written

ASKED = Question("B", "query B { a }", [{}])
BURN = "import time\nwhile time.process_time() < 0.3: pass\nprint(1, flush=True)\ninput()"
RESULTS = [
    Result("memory", "service", "A", [Round(100, 10, 1, 2), Round(300, 10, 1, 2), Round(200, 10, 1, 2)]),
    Result("memory", "strawberry", "A", [Round(9_000, 1, 80, 90)]),
]
SETTING = Setting("2026-01-01", {"processor": "one"}, {"Python": "3.11"}, Pace(6, 3, 2), 500)


def answering(name: str, text: str) -> Any:
    return SimpleNamespace(contender=SimpleNamespace(name=name), answers=lambda bodies, _: [text] * len(bodies))


def test_answers_that_differ_in_spaces_and_escapes_agree() -> None:
    contenders = [answering("one", '{"data": {"a": "\\u5171"}}'), answering("other", '{"data":{"a":"共"}}')]
    assert compared(contenders, [ASKED], lambda _: "") == 6  # for two viewers, three times


@pytest.mark.parametrize("text", ['{"data":{"a":2}}', '{"data":{"b":1}}', '{"data":null}'])
def test_answers_that_differ_are_told(text: str) -> None:
    with pytest.raises(Disagreement, match="other"):
        compared([answering("one", '{"data":{"a":1}}'), answering("other", text)], [ASKED], lambda _: "")


def test_the_order_of_keys_counts() -> None:
    assert normal('{"a": 1, "b": 2}') != normal('{"b": 2, "a": 1}')


def test_the_time_of_a_process_and_its_children_is_counted() -> None:
    script = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"
    with subprocess.Popen((sys.executable, "-c", script), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        family = list(_family(process.pid))
        used = sum(map(_processor_ticks, family)) / TICKS
        process.communicate(b"\n")
    assert len(family) == 2
    assert used >= 0.25


def test_the_table_tells_medians_with_their_spread_and_ratios_with_what_is_promised() -> None:
    told = table(RESULTS, SETTING).splitlines()
    assert "| 共建网 | 200 (100–300) · 10 · 1.0/2.0 |" in told
    assert "| Strawberry, plain | 45.00 [45] |" in told


def test_results_are_written_as_json_and_as_a_chart(tmp_path: Path) -> None:
    written(RESULTS, SETTING, tmp_path)
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert found["results"][0]["median"]["microseconds"] == 200
    assert found["setting"]["versions"] == {"Python": "3.11"}
    texts = [each.text for each in ElementTree.parse(tmp_path / "results.svg").getroot() if each.text]
    assert {"共建网", "200", "Strawberry, plain", "9,000"} <= {*texts}
