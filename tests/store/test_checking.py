"""Gathering for the checks: what naive reading comes to, by as many commands for many partners as for one."""

import datetime as dt
from collections import Counter

import pytest

from service.errors import Code, Refusal
from service.integrity.checking import attention
from service.integrity.verdicts import CheckId, Verdict
from service.store import checking
from service.store.checking import results_as_of
from service.store.database import Database
from tests.conftest import Commands
from tests.store.checked import AT, FIRST, HUB, NETWORK, TODAY, naively, stored
from tests.store.conftest import MakeDatabase

NEEDING = [CheckId.TEXT_CHANGED, CheckId.LATE_RECORDING, CheckId.STAFF_CHANGED, CheckId.OPEN_BREACH]
YEAR = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
READING = {"find", "aggregate", "count", "getMore"}


SENT = Commands()


LIBRARIES = [("mongomock", 20), ("motor", 20), pytest.param(("motor", 4_700), marks=pytest.mark.prove)]


@pytest.fixture(scope="module", params=LIBRARIES, ids=str)
async def library(request: pytest.FixtureRequest, make_database: MakeDatabase) -> Database:
    """Ten partners in memory and on the real engine; a hundred where it is to be proved."""
    driver, activities = request.param
    return await stored(await make_database(driver, SENT), activities, 40)


PERIODS = [
    YEAR,
    (dt.date(2024, 2, 29), dt.date(2024, 2, 29)),
    (dt.date(2022, 6, 1), dt.date(2023, 6, 1)),
    (dt.date(2025, 1, 1), dt.date(2025, 12, 31)),
]


@pytest.mark.parametrize("period", PERIODS, ids=str)
async def test_all_partners_at_once_read_as_each_for_itself(library: Database, period: tuple[dt.date, dt.date]) -> None:
    expected = await naively(library, *period)
    found = await results_as_of(library, NETWORK, (), *period, day=TODAY)
    assert found == expected
    assert (HUB in {each.organization for each in found}) is False


async def test_the_drawn_network_has_every_check_and_verdict(library: Database) -> None:
    found = await results_as_of(library, NETWORK, (), *YEAR, day=TODAY)
    assert {each.check for each in found} == {*CheckId}
    assert {each.verdict for each in found} == {*Verdict}
    assert found == sorted(found, key=attention)
    assert not {each.subject for each in found if each.subject.startswith(("gif_x", "fin_x"))}


async def test_some_partners_are_told_what_all_are(library: Database) -> None:
    found = await results_as_of(library, NETWORK, (), *YEAR, day=TODAY)
    some = sorted({each.organization for each in found})[1:3]
    own = await results_as_of(library, NETWORK, some, *YEAR, day=TODAY)
    assert own == [each for each in found if each.organization in some]
    for check in NEEDING:
        one = await results_as_of(library, NETWORK, (), *YEAR, day=TODAY, checks=[check])
        assert one == [each for each in found if each.check is check]
    assert await results_as_of(library, NETWORK, ["org_none"], *YEAR, day=TODAY) == []
    assert await results_as_of(library, "net_none", (), *YEAR, day=TODAY) == []
    assert await results_as_of(library, NETWORK, (), YEAR[1], YEAR[0], day=TODAY) == []


async def test_a_moment_is_judged_on_its_day_by_what_was_recorded(library: Database) -> None:
    later, before = AT + dt.timedelta(days=1), FIRST - dt.timedelta(days=1)
    assert await results_as_of(library, NETWORK, (), *YEAR, later) == await results_as_of(
        library, NETWORK, (), *YEAR, day=TODAY
    )
    assert await results_as_of(library, NETWORK, (), *YEAR, before) == []


async def test_too_much_to_check_is_refused(library: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal) as refusal:
        await results_as_of(library, NETWORK, (), dt.date(2014, 12, 31), YEAR[1], day=TODAY)
    [problem] = refusal.value.problems
    assert (problem.code, problem.path) == (Code.LIMIT_EXCEEDED, ("period",))
    assert "10" in problem.english
    assert "10 年" in problem.chinese
    monkeypatch.setattr(checking, "MOST_READ", 5)
    with pytest.raises(Refusal) as refusal:
        await results_as_of(library, NETWORK, (), *YEAR, day=TODAY)
    assert refusal.value.problems[0].path == ("period",)


async def test_many_partners_take_as_many_commands_as_one(library: Database) -> None:
    if library.driver == "mongomock":
        pytest.skip("mongomock sends no commands")
    counts: list[tuple[int, Counter[str]]] = []
    for network in ("net_one", NETWORK):
        asked = list[Counter[str]]()
        for _ in range(2):  # after a lost connection a read is sent once more
            SENT.sent.clear()
            found = await results_as_of(library, network, (), *YEAR, day=TODAY)
            asked.append(Counter(name for name, _ in SENT.sent if name in READING))
        counts.append((len({each.organization for each in found}), min(asked, key=Counter.total)))
    (few, one), (many, hundred) = counts
    assert few == 2
    assert many >= 10
    assert one == hundred
    assert one.total() == 12
