"""The calendar over a whole house: each Shanghai day, what is vague, what is left out, and its limits."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.cooperation import calendar
from service.cooperation.activities import Activity, ActivityStatus
from service.viewer import ANONYMOUS, Viewer
from tests.api.brute import DAYS, NETWORK, activities, numbered
from tests.api.drawn import DRAWN
from tests.api.test_statistics_sums import INSIDER, house_of
from tests.api.world import TODAY, activity, made
from tests.conftest import ADMIN, BANK, FRONT_END, STRANGER, House
from tests.conftest import NETWORK as DERMA

ASK = f"""query($network: ID!, $from: Date!, $to: Date!, $where: ActivityWhere, $cancelled: Boolean! = false) {{
calendar(network: $network, from: $from, to: $to, where: $where, cancelled: $cancelled) {{ {DRAWN["calendar"]} }} }}"""


async def asked(house: House, first: object, last: object, viewer: Viewer = ADMIN, **options: Any) -> dict[str, Any]:
    given = {"network": DERMA, "from": str(first), "to": str(last), **options}
    found = (await house.data(ASK, viewer, **given))["calendar"]
    assert isinstance(found, dict)
    return found


def ids(found: dict[str, Any]) -> tuple[dict[str, set[str]], set[str]]:
    days = {day["date"]: {each["id"] for each in day["activities"]} for day in found["days"]}
    assert list(days) == sorted(days)
    assert all(days.values())
    return days, {each["id"] for each in found["vague"]}


@pytest.fixture(scope="module")
def house(built: House) -> House:
    return built


async def test_planned_and_held_stand_on_their_shanghai_days(house: House, world: dict[str, str]) -> None:
    found = await asked(house, "2024-02-29", "2024-07-31")
    seeded = "2024-05-12"  # stands in another network
    days, vague = ids(found)
    assert seeded not in days
    assert {own_id: day for day, each in days.items() for own_id in each} == {
        world["held"]: "2024-02-29",  # half an hour before midnight
        world["published"]: "2024-03-01",  # ten minutes after it
        world["planned"]: "2024-07-01",
    }
    assert vague == set()


async def test_cancelled_ones_are_left_out_unless_asked_for(house: House, world: dict[str, str]) -> None:
    july = ("2024-07-01", "2024-07-31")
    cancelled = {"2024-07-02": {world["cancelled"]}}
    assert ids(await asked(house, *july))[0] == {"2024-07-01": {world["planned"]}}
    assert ids(await asked(house, *july, cancelled=True))[0] == {"2024-07-01": {world["planned"]}, **cancelled}
    assert ids(await asked(house, *july, where={"status": "CANCELLED"}))[0] == cancelled
    assert ids(await asked(house, *july, where={"status": "PLANNED"}))[0] == {"2024-07-01": {world["planned"]}}
    assert ids(await asked(house, *july, where={"pillar": "SERVICE"})) == ({}, set())


@pytest.mark.parametrize("viewer", [ANONYMOUS, STRANGER], ids=lambda viewer: viewer.subject)
async def test_others_see_what_is_published(house: House, world: dict[str, str], viewer: Viewer) -> None:
    found = await asked(house, "2024-01-01", "2024-12-31", viewer)
    assert ids(found)[0] == {"2024-03-01": {world["published"]}}
    insider = await asked(house, "2024-01-01", "2024-12-31", FRONT_END)
    assert len(ids(insider)[0]) == 3


async def test_what_a_source_dates_to_the_year_is_vague_in_every_part_of_it(house: House) -> None:
    for first, last in (("2018-01-01", "2018-12-31"), ("2018-06-30", "2018-06-30"), ("2017-12-31", "2018-01-01")):
        days, vague = ids(await asked(house, first, last))
        assert (days, len(vague)) == ({}, 1)
    assert ids(await asked(house, "2019-01-01", "2019-12-31")) == ({}, set())


@pytest.mark.parametrize(("first", "last"), [("2024-07-02", "2024-07-01"), ("9999-12-31", "0001-01-01")])
async def test_a_reversed_calendar_is_empty(house: House, first: str, last: str) -> None:
    assert await asked(house, first, last) == {"days": [], "vague": []}


async def test_no_network_has_an_empty_calendar(house: House) -> None:
    for network in ("net_missing", "org_boc", ""):
        assert await asked(house, "2024-01-01", "2024-12-31", network=network) == {"days": [], "vague": []}


async def test_more_days_than_a_leap_year_are_refused(house: House) -> None:
    assert len((await asked(house, "2024-01-01", "2024-12-31"))["days"]) == 3
    given: Any = {"network": DERMA, "from": "2024-01-01", "to": "2025-01-01"}
    for language, word in (("en", "366 days"), ("zh", "366 天")):
        [problem] = await house.refused(ASK, language=language, **given)
        assert (problem.code, problem.path) == ("LIMIT_EXCEEDED", ("to",))
        assert word in f"{problem.english} {problem.chinese}"


async def test_more_than_it_can_hold_is_refused_and_not_cut(
    make_module_house: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    house: House = await make_module_house()
    house.at = TODAY
    long = {"startsAt": "2024-05-01T09:00:00+08:00", "endsAt": "2024-05-05T17:00:00+08:00"}
    own_id = await made(house, "recordActivity", input=activity("五天培训", **long))
    given: Any = {"network": DERMA, "from": "2024-05-03", "to": "2024-05-31"}
    assert ids(await asked(house, given["from"], given["to"])) == (
        {"2024-05-03": {own_id}, "2024-05-04": {own_id}, "2024-05-05": {own_id}},
        set(),
    )
    await made(house, "recordActivity", input=activity("讲座", startsAt="2024-05-03T09:00:00+08:00"))
    monkeypatch.setattr(calendar, "MOST_ENTRIES", 4)
    assert (await house.ask(ASK, **given)).errors is None
    for most in (3, 0):  # of entries; of activities
        monkeypatch.setattr(calendar, "MOST_ENTRIES", most)
        [error] = (await house.ask(ASK, **given)).errors or []
        assert "LIMIT_EXCEEDED ('to',)" in str(error.original_error)


async def test_who_takes_part_can_be_asked_for(house: House, world: dict[str, str]) -> None:
    found = await asked(house, "2024-02-01", "2024-12-31", where={"participant": BANK, "form": "LECTURE"})
    assert set(ids(found)[0]) == {"2024-02-29", "2024-07-01"}


def standing(own: Activity, first: dt.date, last: dt.date) -> list[str] | None:
    """The days on which it stands; none where they are vague."""
    assert own.when is not None
    months = {"2023", "2024", "2023-12", "2024-02", "2023-01/2023-03", "2022/2024"}
    if own.starts_at is None and str(own.when) in {str(type(own.when).parse(each)) for each in months}:
        return None
    days = (first + dt.timedelta(days=number) for number in range((last - first).days + 1))
    return [str(day) for day in days if own.when.first <= day <= own.when.last]


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    all_of_them=st.lists(activities(), max_size=8).map(numbered),
    first=st.sampled_from(DAYS),
    length=st.sampled_from([-1, 0, 1, 31, 365]),
    public=st.booleans(),
)
async def test_a_calendar_is_what_the_documents_give(
    all_of_them: list[Activity], first: dt.date, length: int, public: bool
) -> None:
    house, last = await house_of(all_of_them), first + dt.timedelta(days=length)
    seen = {ActivityStatus.PUBLISHED} if public else set(ActivityStatus) - {ActivityStatus.CANCELLED}
    days: dict[str, set[str]] = {}
    vague = set()
    for own in all_of_them:
        if own.network != NETWORK or own.status not in seen or own.when is None:
            continue
        if (on := standing(own, first, last)) is None:
            vague |= {own.id} if own.when.first <= last and own.when.last >= first and first <= last else set()
        for day in on or ():
            days.setdefault(day, set()).add(own.id)
    viewer = ANONYMOUS if public else INSIDER
    assert ids(await asked(house, first, last, viewer, network=NETWORK)) == (days, vague)
