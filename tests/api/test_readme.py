"""What the documentation says is so: every query has the answer that is printed below it, every command exists, and the
tables of rights, errors, limits and settings are those of the code. Both languages are held to the same.
"""

import importlib
import itertools
import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schema.context import Language
from schema.graphiql import Sample, samples
from service.__main__ import main
from service.environment import CHECKOUT, VARIABLES
from service.errors import Code
from service.integrity.checks import CHECKS
from service.integrity.verdicts import CheckId
from service.serving import SAMPLE_RECORDER, sample_viewer
from service.settings_reference import table
from service.store.database import DriverName
from service.viewer import RIGHTS, Right, Role
from tests.conftest import NETWORK
from tests.house.settings import written

READMES: dict[str, Language] = {"README.md": "en", "README.zh-CN.md": "zh"}
TEXTS = {name: (CHECKOUT / name).read_text(encoding="utf-8") for name in READMES}
MOMENT = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # at which the tour is taken; ids follow from its idempotency keys
USERS = {
    "Front-end app": Role.FRONT_END,
    "Administrator": Role.NETWORK_ADMIN,
    "Integrity office": Role.INTEGRITY_OFFICER,
    "Search": Role.FRONT_END,
    "Dossier": Role.NETWORK_ADMIN,
    "Fulfilment of plans": Role.NETWORK_ADMIN,
    "Import": Role.NETWORK_ADMIN,
}
ASKED = re.compile(
    r"<!-- as: (?P<role>[A-Z_]+)(?:, in: (?P<network>\w+))?(?:, key: (?P<key>[\w-]+))?(?P<twice>, sent twice)? -->\n"
    r"```graphql\n(?P<query>.*?)```\n```json\n(?P<answer>.*?)```\n",
    re.DOTALL,
)
each_readme = pytest.mark.parametrize("name", READMES)


@dataclass(frozen=True)
class Asked:
    """A query of the tour: who sends it, with which key and how often, and the answer that is printed below it."""

    role: Role
    network: str
    key: str | None
    times: int
    query: str
    answer: Any


def tour(text: str) -> list[Asked]:
    return [
        Asked(
            Role(found["role"]),
            found["network"] or NETWORK,
            found["key"],
            2 if found["twice"] else 1,
            found["query"],
            json.loads(found["answer"]),
        )
        for found in ASKED.finditer(text)
    ]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of every row of every table."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip().strip("`") for cell in line.strip("|").split("|")]


def commands(text: str) -> list[list[str]]:
    """The words of every command of ours in a shell block."""
    blocks = "".join(re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    return [
        shlex.split(line, comments=True)
        for line in re.findall(r"^(?:make|python -m service)\b.*", blocks, re.MULTILINE)
    ]


@each_readme
@pytest.mark.parametrize("driver", ["mongomock", "motor"])
async def test_every_query_has_the_answer_that_is_printed(
    make_house: Callable[..., Any], driver: DriverName, name: str
) -> None:
    house = await make_house(driver)
    house.at = MOMENT
    await house.relay_all()

    for asked in tour(TEXTS[name]):
        viewer = sample_viewer(asked.role, (asked.network, SAMPLE_RECORDER))
        for _ in range(asked.times):
            data = await house.data(asked.query, viewer, key=asked.key, language=READMES[name])
            assert {"data": data} == asked.answer, json.dumps(data, ensure_ascii=False)
        await house.relay_all()


@each_readme
def test_no_query_stands_without_its_answer(name: str) -> None:
    fences = re.findall(r"^```(\w+)$", TEXTS[name], re.MULTILINE)

    count = len(tour(TEXTS[name]))
    assert count > 8
    assert (fences.count("graphql"), fences.count("json")) == (count, count)


def test_both_languages_ask_the_same_and_have_the_same_sections() -> None:
    english, chinese = (
        (
            [(asked.role, asked.network, asked.key, asked.query) for asked in tour(text)],
            re.findall(r"^#+(?= )", text, re.MULTILINE),
        )
        for text in TEXTS.values()
    )

    assert english == chinese


@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.title)
async def test_a_sample_of_the_page_is_answered_in_full(make_house: Callable[..., Any], sample: Sample) -> None:
    house = await make_house("mongomock")
    house.at = MOMENT

    data = await house.data(
        sample.query, sample_viewer(USERS[sample.title], (NETWORK, SAMPLE_RECORDER)), **json.loads(sample.variables)
    )
    assert all(data.values())
    assert "Refusal" not in {value.get("__typename") for value in data.values()}


@each_readme
def test_every_make_command_is_a_target(name: str) -> None:
    makefile = (CHECKOUT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    told = {word for words in commands(TEXTS[name]) if words[0] == "make" for word in words[1:] if "=" not in word}

    assert {"serve", "test"} <= told <= targets


@each_readme
def test_every_command_of_the_service_is_told_and_has_the_options_told(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    told = [words[3:] for words in commands(TEXTS[name]) if words[0] == "python"]

    for words in told:
        path = list(itertools.takewhile(lambda word: not word.startswith("--"), words))
        options = {word for word in words if word.startswith("--")}
        assert options <= set(re.findall(r"--[a-z-]+", help_of(capsys, *path)))
    assert {command for command, *_ in told} == set(re.findall(r"^    ([a-z-]+)\s", help_of(capsys), re.MULTILINE))


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@each_readme
def test_the_table_of_rights_is_that_of_the_code(name: str) -> None:
    header, *table = [cells for cells in rows(TEXTS[name]) if len(cells) == 1 + len(Role)]
    told = {right: {role for role, mark in zip(Role, marks, strict=True) if mark} for right, *marks in table}

    assert header[1:] == list(Role)
    assert told == {right: {role for role in Role if right in RIGHTS[role]} for right in Right}


@each_readme
def test_the_table_of_errors_is_the_published_list(name: str) -> None:
    found = [cells for cells in rows(TEXTS[name]) if len(cells) == 4 and cells[0] in set(Code)]

    assert [cells[0] for cells in found] + [cells[2] for cells in found if cells[2]] == list(Code)


@each_readme
def test_the_table_of_checks_is_their_catalogue(name: str) -> None:
    language = ("en", "zh").index(READMES[name])

    assert [cells for cells in rows(TEXTS[name]) if cells[0] in set(CheckId)] == [
        [own_id, each.title[language], each.looks_at[language], str(each.days or ""), " ".join(each.basis[::2])]
        for own_id, each in CHECKS.items()
    ]


@each_readme
def test_each_limit_is_the_one_in_the_code(name: str) -> None:
    told = {
        cells[2]: int(re.sub(r"\D", "", cells[1]))
        for cells in rows(TEXTS[name])
        if re.match(r"\w+(\.\w+)+$", cells[-1])
    }

    assert len(told) > 8
    assert told == {place: constant(place) for place in told}


def constant(place: str) -> Any:
    module, _, attribute = place.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


@each_readme
def test_the_table_of_settings_is_that_of_the_code(name: str) -> None:
    assert TEXTS[name] == written(name), "run python -m tests.house.settings"
    assert [cells[0] for cells in rows(table(READMES[name]))][1:] == [each.name for each in VARIABLES.values()]


@each_readme
def test_every_file_that_is_named_exists(name: str) -> None:
    places = re.findall(r"\]\((?!http|#)([^)#]+)\)", TEXTS[name])
    places += re.findall(r"`((?:service|schema|seeds|tests)/[\w./-]*)`", TEXTS[name])
    places += re.findall(r"^((?:service|schema|seeds|tests)\S*) {2,}", TEXTS[name], re.MULTILINE)

    assert len(places) > 30
    assert [place for place in places if not (CHECKOUT / Path(place)).exists()] == []
