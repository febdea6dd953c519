"""Rows of another system: what becomes of each, and what is refused and where."""

from typing import Any

import pytest

from service.cooperation.activities import Activity
from service.store.importing import MOST_ROWS
from tests.api.rows import brought, outcomes, row, standing, told
from tests.api.world import WUXI, activity, made
from tests.conftest import BANK, BANK_RECORDER, STRANGER, House


@pytest.fixture
def house(copied: House) -> House:
    return copied


# ── What becomes of a row ──


async def test_an_unknown_reference_is_created_a_known_one_corrected_and_an_equal_one_left(house: House) -> None:
    first = await brought(house, [row(1), row(2)])
    assert outcomes(first) == ["CREATED", "CREATED"]
    second = await brought(house, [row(2), row(1, place="二楼"), row(3)])
    assert outcomes(second) == ["UNCHANGED", "UPDATED", "CREATED"]
    assert second["rows"][0]["record"] == first["rows"][1]["record"]
    assert await standing(house) == {"OA-1": 2, "OA-2": 1, "OA-3": 1}
    query = """query($id: ID!) { node(id: $id) { ... on Activity { place speaker timeline {
        nodes { action reason changes { field } } } } } }"""
    node = (await house.data(query, id=first["rows"][0]["record"]["id"]))["node"]
    changed, recorded = node["timeline"]["nodes"]
    assert changed == {"action": "importActivities", "reason": "导入", "changes": [{"field": "place"}]}
    assert recorded["action"] == "importActivities"


async def test_a_row_says_only_what_it_changes(house: House) -> None:
    [created] = (await brought(house, [row(1, speaker="林巧稚")]))["rows"]
    assert outcomes(await brought(house, [{"externalReference": " OA-1 ", "summary": "圆满"}])) == ["UPDATED"]
    node = await house.data(
        "query($id: ID!) { node(id: $id) { ... on Activity { speaker summary status } } }", id=created["record"]["id"]
    )
    assert node["node"] == {"speaker": "林巧稚", "summary": "圆满", "status": "HELD"}


async def test_a_planned_activity_is_held_when_its_row_says_so(house: House) -> None:
    assert outcomes(await brought(house, [row(1, status="PLANNED", startsAt="2024-06-16T09:00:00+08:00")])) == [
        "CREATED"
    ]
    again = {"externalReference": "OA-1", "status": "PLANNED"}
    assert outcomes(await brought(house, [again])) == ["UNCHANGED"]
    held = {"externalReference": "OA-1", "status": "HELD", "startsAt": "2024-06-14T09:00:00+08:00"}
    assert outcomes(await brought(house, [held])) == ["UPDATED"]
    assert outcomes(await brought(house, [held])) == ["UNCHANGED"]


async def test_a_published_activity_is_corrected_and_stays_published(house: House, world: dict[str, str]) -> None:
    known = {"input": {"externalReference": "OA-9"}, "reason": "编号", "id": world["published"], "version": 2}
    await made(house, "correctActivity", **known)
    answer = await brought(house, [{"externalReference": "OA-9", "status": "HELD", "place": "广场"}])
    assert outcomes(answer) == ["UPDATED"]
    found = await house.database.find(Activity.COLLECTION, {"_id": world["published"]}, 1)
    assert (found[0]["status"], found[0]["place"]) == ("PUBLISHED", "广场")


async def test_no_rows_are_brought_in_as_well(house: House) -> None:
    assert outcomes(await brought(house, [])) == []
    assert outcomes(await brought(house, [], key="nothing", onError="REJECT_FAILED")) == []


async def test_a_reported_row_names_its_source(house: House) -> None:
    source = {"document": "002", "fact": "C15"}
    gap = {name: value for name, value in row(1).items() if name != "place"}
    assert outcomes(await brought(house, [{**gap, "origin": "REPORTED", "sources": [source]}])) == ["CREATED"]
    [problem] = await told(house, [{**gap, "externalReference": "OA-2", "origin": "REPORTED"}])
    assert (problem["code"], problem["path"]) == ("REQUIRED", ["input", "rows", "0", "sources"])


# ── What is refused, and where ──


@pytest.mark.parametrize(
    ("wrong", "code", "path", "english", "chinese"),
    [
        ({"externalReference": " "}, "REQUIRED", ["externalReference"], "is needed", "须填写外部系统编号"),
        ({"externalReference": "9" * 101}, "INVALID", ["externalReference"], "At most 100", "最多 100"),
        ({"externalReference": "a\x1fb"}, "INVALID", ["externalReference"], "Invisible", "不可见字符"),
        ({"status": None}, "REQUIRED", ["status"], "PLANNED or HELD", "须为 PLANNED 或 HELD"),
        ({"status": "PUBLISHED"}, "INVALID", ["status"], "a step of its own", "须另行操作"),
        ({"title": None}, "REQUIRED", ["title"], "cannot be", "不能"),
        ({"startsAt": "2024-07-01T09:00:00+08:00"}, "RULE_BROKEN", ["startsAt"], "lies in the past", "须在过去"),
        (
            {"topics": [{"pillar": "LEARNING", "theme": "SAFE_HOSPITAL"}]},
            "RULE_BROKEN",
            ["topics", "0", "theme"],
            "SAFE_HOSPITAL belongs to",
            "平安医院属于",
        ),
    ],
)
async def test_a_row_that_is_refused_is_told_at_its_place_in_both_languages(
    house: House, wrong: dict[str, Any], code: str, path: list[str], english: str, chinese: str
) -> None:
    before = await standing(house)
    for language, said in (("en", english), ("zh", chinese)):
        found = await told(house, [row(1), row(2, **wrong)], language)
        assert (code, ["input", "rows", "1", *path]) in [(each["code"], each["path"]) for each in found]
        assert any(said in each["message"] for each in found)
    assert await standing(house) == before


async def test_a_state_that_cannot_be_gone_back_to_is_refused(house: House, world: dict[str, str]) -> None:
    own = {"externalReference": "OA-1"}
    for name, version in (("held", 1), ("planned", 1)):
        reference = {"input": {"externalReference": f"OA-{name}"}, "reason": "编号"}
        await made(house, "correctActivity", id=world[name], version=version, **reference)
    await made(house, "cancelActivity", id=world["planned"], version=2, reason="停办")
    own = [{"externalReference": "OA-held", "status": "PLANNED"}, {"externalReference": "OA-planned", "place": "院外"}]
    english, chinese = await told(house, own), await told(house, own, "zh")
    assert [(each["code"], each["path"]) for each in english] == [
        ("ILLEGAL_STATE", ["input", "rows", "0", "status"]),
        ("ILLEGAL_STATE", ["input", "rows", "1"]),
    ]
    assert "cannot be planned any more" in english[0]["message"]
    assert "不能再改为计划" in chinese[0]["message"]
    [problem] = await told(house, [{"externalReference": "OA-held", "status": "CANCELLED"}])
    assert (problem["code"], problem["path"]) == ("INVALID", ["input", "rows", "0", "status"])


@pytest.mark.parametrize(
    ("language", "twice", "same"), [("en", "Row 0 has", "Another row makes"), ("zh", "第 0 行", "另一行形成")]
)
async def test_what_two_rows_would_both_make_is_refused_at_the_second(
    house: House, language: str, twice: str, same: str
) -> None:
    rows = [row(1), row(1, place="别处"), row(3, title="导入第1场")]
    found = await told(house, rows, language)
    assert [(each["code"], each["path"]) for each in found] == [
        ("ALREADY_EXISTS", ["input", "rows", "1", "externalReference"]),
        ("ALREADY_EXISTS", ["input", "rows", "2"]),
    ]
    assert twice in found[0]["message"]
    assert same in found[1]["message"]
    mixed = await brought(house, rows, onError="REJECT_FAILED")
    assert outcomes(mixed) == ["CREATED", "REFUSED", "REFUSED"]
    assert mixed["rows"][2]["problems"][0]["record"] == mixed["rows"][0]["record"]["id"]


async def test_what_stands_without_a_reference_is_refused_and_named(house: House, world: dict[str, str]) -> None:
    twin = row(1, title="闰日讲座", startsAt="2024-02-29T23:30:00+08:00")
    [problem] = await told(house, [row(2), twin])
    assert (problem["code"], problem["path"]) == ("ALREADY_EXISTS", ["input", "rows", "1"])
    assert problem["record"] == world["held"]


async def test_a_name_that_a_later_row_gives_up_is_not_free_yet(house: House) -> None:
    await brought(house, [row(1), row(2)])
    [problem] = await told(house, [{"externalReference": "OA-1", "title": "导入第2场"}, row(2, title="改名")])
    assert (problem["code"], problem["path"]) == ("ALREADY_EXISTS", ["input", "rows", "0"])
    freed = [row(2, title="改名"), {"externalReference": "OA-1", "title": "导入第2场"}]
    assert outcomes(await brought(house, freed)) == ["UPDATED", "UPDATED"]


@pytest.mark.parametrize(("language", "said"), [("en", "At most 200 rows"), ("zh", "最多 200 行")])
async def test_so_many_rows_and_no_more(house: House, language: str, said: str) -> None:
    [problem] = await told(house, [row(number) for number in range(MOST_ROWS + 1)], language)
    assert (problem["code"], problem["path"]) == ("LIMIT_EXCEEDED", ["input", "rows"])
    assert said in problem["message"]
    assert await standing(house) == {}


async def test_the_good_rows_are_written_where_only_the_failed_ones_are_rejected(house: House) -> None:
    rows = [row(1), row(2, title=None), row(3, participations=[]), row(4)]
    answer = await brought(house, rows, onError="REJECT_FAILED")
    assert outcomes(answer) == ["CREATED", "REFUSED", "REFUSED", "CREATED"]
    paths = {tuple(each["path"][:3]) for refused in answer["rows"] for each in refused["problems"]}
    assert paths == {("input", "rows", "1"), ("input", "rows", "2")}
    assert (await standing(house)).keys() == {"OA-1", "OA-4"}


# ── Who may ──


async def test_a_recorder_brings_in_what_its_own_organisation_files(house: House) -> None:
    own, foreign = row(1, filedBy=BANK), row(2)
    answer = await brought(house, [own, foreign], BANK_RECORDER, onError="REJECT_FAILED")
    assert outcomes(answer) == ["CREATED", "REFUSED"]
    assert answer["rows"][1]["problems"][0]["code"] == "FORBIDDEN"
    await brought(house, [foreign])
    stolen = await brought(
        house, [{"externalReference": "OA-2", "place": "别处"}], BANK_RECORDER, onError="REJECT_FAILED"
    )
    assert stolen["rows"][0]["problems"][0]["code"] == "FORBIDDEN"


async def test_a_reference_of_another_network_is_answered_as_an_unknown_one(house: House) -> None:
    await brought(house, [row(1)])
    for number in (1, 2):
        answer = await brought(house, [row(number)], STRANGER, onError="REJECT_FAILED")
        [problem] = answer["rows"][0]["problems"]
        assert (problem["code"], problem["record"], problem["path"]) == ("FORBIDDEN", None, ["input", "rows", "0"])
    other = activity("外网讲座", WUXI, ("org_wuxi2", "org_wuxi_kindergarten"))
    theirs = {name: value for name, value in other.items() if name != "network"}
    answer = await brought(house, [{**theirs, "externalReference": "OA-1", "status": "HELD"}], STRANGER, network=WUXI)
    assert outcomes(answer) == ["CREATED"]
