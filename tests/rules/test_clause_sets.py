"""Clause sets: drafted, published, never changed after that (002, section 2; C14)."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from service.errors import Code
from service.integrity import wording
from service.integrity.clauses import MOST_CLAUSES, MOST_VERSIONS, ClauseSet, hash_of
from service.records import Document, record_of
from service.viewer import Viewer
from tests.rules.commitment_scene import (
    ADMIN,
    GIFTS,
    HOSPITAL,
    LAWS,
    OFFICER,
    SOURCES,
    TODAY,
    act,
    broken,
    refused,
    world,
)
from tests.rules.commitment_scene import version as clause_version
from tests.rules.memory import MemoryStore

LAW = {"category": "OBEY_LAWS", "chinese": "遵守法律法规。", "english": "To obey the laws."}
GIFT = {"category": "NO_GIFTS", "chinese": "不收送礼品礼金。", "english": "Neither to give nor to take gifts."}
WRONG_STATE = [(Code.ILLEGAL_STATE, ("id",))]
NO_RIGHT = [(Code.FORBIDDEN, ())]


def facts(**given: Any) -> dict[str, Any]:
    return {"network": "net_med", "title": "廉洁承诺书", "clauses": [LAW, GIFT], **given}


def reported(**given: Any) -> dict[str, Any]:
    clauses = [{"category": "NO_GIFTS", "chinese": "不收送礼品礼金。"}]
    return facts(origin="REPORTED", sources=SOURCES, **{"clauses": clauses, **given})


async def created(store: MemoryStore, **given: Any) -> Document:
    return await wording.create(store, act(OFFICER), given or facts())


async def step(store: MemoryStore, action: Any, own_id: str = "cla_1", by: Viewer = OFFICER, **given: Any) -> Document:
    reason = given.pop("reason", "因故")
    document: Document = await action(store, act(by, reason), own_id, store.documents[own_id]["version"], **given)
    return document


async def test_a_set_is_drafted_published_and_revised() -> None:
    store = world()
    made = await created(store)
    assert ClauseSet.state(made, TODAY) == "DRAFT"
    redrafted = await step(store, wording.revise, made["_id"], clauses=[LAW])
    assert [(each["number"], len(each["clauses"])) for each in redrafted["versions"]] == [(1, 1)]
    published = await step(store, wording.publish, made["_id"])
    assert (ClauseSet.state(published, TODAY), published["versions"][0]["published_on"]) == ("PUBLISHED", str(TODAY))
    revised = await step(store, wording.revise, made["_id"], clauses=[LAW, GIFT])
    assert [each["published"] for each in revised["versions"]] == [True, False]
    assert revised["versions"][0] == published["versions"][0]
    record = record_of(ClauseSet, revised)
    assert record.current
    assert record.draft
    assert (record.current.number, record.draft.number, record.draft.text_hash) == (1, 2, hash_of([LAWS, GIFTS]))
    archived = await step(store, wording.archive, made["_id"])
    assert (ClauseSet.state(archived, TODAY), archived["end_reason"]) == ("ARCHIVED", "因故")
    for action, given in ((wording.revise, {"clauses": [GIFT]}), (wording.publish, {}), (wording.archive, {})):
        assert await refused(store, step(store, action, made["_id"], **given)) == WRONG_STATE


async def test_what_has_no_draft_is_not_published() -> None:
    store = world()
    assert await refused(store, step(store, wording.publish, "cla_2")) == WRONG_STATE


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ([], [(Code.REQUIRED, ("clauses",))]),
        ([LAW, LAW | {"category": "CUSTOM"}], [broken("clauses", 1, "chinese")]),
        ([LAW | {"english": None}], [(Code.REQUIRED, ("clauses", 0, "english"))]),
        (
            [LAW | {"english": ""}, GIFT | {"english": None}],
            [(Code.REQUIRED, ("clauses", n, "english")) for n in (0, 1)],
        ),
        ([LAW | {"chinese": " "}], [(Code.REQUIRED, ("clauses", 0, "chinese"))]),
        ([LAW | {"chinese": "律" * 1001}], [(Code.INVALID, ("clauses", 0, "chinese"))]),
        (
            [LAW | {"chinese": f"第{number}条"} for number in range(MOST_CLAUSES + 1)],
            [(Code.LIMIT_EXCEEDED, ("clauses",))],
        ),
    ],
)
async def test_clauses_are_worded_in_both_languages_and_each_once(clauses: Any, found: Any) -> None:
    store = world()
    assert await refused(store, created(store, **facts(clauses=clauses))) == found
    assert await refused(store, step(store, wording.revise, clauses=clauses)) == found


async def test_a_revision_changes_something_and_there_are_not_too_many() -> None:
    store = world()
    assert await refused(store, step(store, wording.revise, clauses=[LAW])) == [broken("clauses")]
    full = record_of(ClauseSet, store.documents["cla_2"])
    every = tuple(replace(clause_version(number, LAWS), number=number) for number in range(1, MOST_VERSIONS + 1))
    store.put(replace(full, versions=every))
    found = await refused(store, step(store, wording.revise, "cla_2", clauses=[GIFT]))
    assert found == [(Code.LIMIT_EXCEEDED, ("clauses",))]


async def test_a_reported_set_is_published_and_may_lack_its_english_and_its_day() -> None:
    store = world()
    made = await created(store, **reported())
    assert (ClauseSet.state(made, TODAY), made["gaps"]) == ("PUBLISHED", ["published_on", "english"])
    assert made["versions"][0]["drafted_at"] is None
    dated = await created(store, **reported(published_on="2022-12-21", clauses=[LAW]))
    assert (dated["versions"][0]["published_on"], dated["gaps"]) == ("2022-12-21", [])
    later = TODAY + dt.timedelta(days=1)
    assert await refused(store, created(store, **reported(published_on=later))) == [broken("published_on")]
    assert await refused(store, created(store, **facts(published_on=TODAY))) == [broken("published_on")]
    no_source = facts(origin="REPORTED", title="", clauses=[])
    wanted = [("title",), ("clauses",), ("sources",)]
    assert await refused(store, created(store, **no_source)) == [(Code.REQUIRED, path) for path in wanted]


async def test_only_the_integrity_office_keeps_clauses() -> None:
    store = world()
    for by in (ADMIN, act(HOSPITAL).viewer):
        assert await refused(store, wording.create(store, act(by), facts())) == NO_RIGHT
        assert await refused(store, step(store, wording.archive, by=by)) == NO_RIGHT
    assert await refused(store, step(store, wording.archive, reason=None)) == [(Code.REQUIRED, ("reason",))]
    assert await refused(store, created(store, **facts(network="net_x"))) == NO_RIGHT


def test_a_set_tells_its_versions_by_number() -> None:
    record = record_of(ClauseSet, world().documents["cla_1"])
    assert record.version_of(2) is record.versions[1]
    assert record.version_of(9) is None
    empty = replace(record, versions=())
    assert (empty.current, empty.draft, empty.english, empty.published_on) == (None, None, None, None)
