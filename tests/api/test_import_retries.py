"""A call of many rows that is cut short, sent twice or overtaken: it ends in the same state, and says so row by row."""

import asyncio
from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.errors import Refusal, Unavailable
from service.store.gathering import Rehearsal
from service.store.importing import MOST_ROWS
from service.viewer import Viewer
from tests.api.rows import brought, id_of, outcomes, row, standing
from tests.api.world import made
from tests.conftest import BANK, BANK_RECORDER, NETWORK, STRANGER, House


@pytest.fixture
def house(copied: House) -> House:
    return copied


def breaking_after(house: House, monkeypatch: pytest.MonkeyPatch, written: int) -> None:
    """The database is gone after so many records."""
    insert = house.database.insert

    async def fail(collection: str, document: Any) -> None:
        nonlocal written
        if collection == Activity.COLLECTION:
            written -= 1
            if written < 0:
                raise Unavailable("gone")
        await insert(collection, document)

    monkeypatch.setattr(house.database, "insert", fail)


@pytest.mark.parametrize("policy", ["REJECT_ALL", "REJECT_FAILED"])
async def test_a_call_cut_short_after_a_hundred_rows_goes_on_where_it_stopped(
    house: House, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    rows = [row(number) for number in range(MOST_ROWS)]
    with monkeypatch.context() as broken:
        breaking_after(house, broken, 100)
        with pytest.raises(AssertionError, match="gone"):
            await brought(house, rows, key="cut", onError=policy)
    assert len(await standing(house)) == 100
    await house.relay_all()
    await made(
        house, "correctActivity", id=await id_of(house, "OA-3"), version=1, reason="更正", input={"place": "三楼"}
    )
    answer = await brought(house, rows, key="cut", onError=policy)
    assert outcomes(answer) == ["CREATED"] * MOST_ROWS
    assert {each["record"]["version"] for each in answer["rows"]} == {1}
    assert await standing(house) == {f"OA-{number}": 1 + (number == 3) for number in range(MOST_ROWS)}
    again = await brought(house, rows, key="cut", onError=policy)
    assert again == answer
    ids = [each["record"]["id"] for each in answer["rows"]]
    assert len(set(ids)) == MOST_ROWS


async def test_without_a_key_what_was_written_is_unchanged_when_asked_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(number) for number in range(4)]
    with monkeypatch.context() as broken:
        breaking_after(house, broken, 2)
        with pytest.raises(AssertionError, match="gone"):
            await brought(house, rows)
    assert outcomes(await brought(house, rows)) == ["UNCHANGED", "UNCHANGED", "CREATED", "CREATED"]


async def test_a_retry_with_other_rows_is_refused_and_writes_nothing(house: House) -> None:
    await brought(house, [row(1)], key="once")
    given = {"network": NETWORK, "rows": [row(1), row(2)]}
    text = 'mutation($input: ActivityImportInput!) { importActivities(reason: "导入", input: $input) { __typename } }'
    result = await house.ask(text, key="once", input=given)
    assert result.data == {"importActivities": {"__typename": "Refusal"}}
    assert (await standing(house)).keys() == {"OA-1"}


async def test_a_retry_is_answered_under_the_present_rights(house: House) -> None:
    created = await brought(house, [row(1, filedBy=BANK)], BANK_RECORDER, key="once")
    bare = Viewer(BANK_RECORDER.subject, STRANGER.grants)
    answer = await brought(house, [row(1, filedBy=BANK)], bare, key="once")
    assert outcomes(answer) == ["REFUSED"]
    [problem] = answer["rows"][0]["problems"]
    assert (problem["code"], problem["path"]) == ("NOT_FOUND", ["input", "rows", "0"])
    assert created["rows"][0]["record"] is not None


@pytest.mark.parametrize("policy", ["REJECT_ALL", "REJECT_FAILED"])
async def test_the_same_call_sent_twice_at_once_has_one_effect(house: House, policy: str) -> None:
    """Each gives way to the other between two rows."""
    rows = [row(number) for number in range(20)]
    first, second = await asyncio.gather(*(brought(house, rows, key="twice", onError=policy) for _ in range(2)))
    assert outcomes(first) == ["CREATED"] * 20
    assert second == first
    assert await standing(house) == {f"OA-{number}": 1 for number in range(20)}


@pytest.mark.parametrize("known", [False, True])
async def test_a_row_that_is_overtaken_after_all_were_judged_is_told_and_the_others_written(
    house: House, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    if known:
        await brought(house, [row(2, place="原处")])
    twins = Rehearsal.refusals

    async def overtaken(self: Rehearsal, *arguments: Any) -> dict[str, Refusal]:
        found = await twins(self, *arguments)
        monkeypatch.setattr(Rehearsal, "refusals", twins)
        await brought(house, [row(2, place="抢先")], onError="REJECT_FAILED")
        return found

    monkeypatch.setattr(Rehearsal, "refusals", overtaken)
    answer = await brought(house, [row(1), row(2), row(3)])
    assert outcomes(answer) == ["CREATED", "REFUSED", "CREATED"]
    [problem] = answer["rows"][1]["problems"]
    assert (problem["code"], problem["path"][:3]) == ("CONFLICT" if known else "ALREADY_EXISTS", ["input", "rows", "1"])
    assert problem["record"] == await id_of(house, "OA-2")
