"""Breaches: who reports and who judges, what is refused, and who may know of one when."""

from typing import Any

import pytest

from service.errors import Code
from service.integrity import reporting
from service.integrity.commitments import Side
from service.permission import may_read
from service.records import Document, document_of
from service.store.kinds import KINDS
from service.viewer import Viewer
from tests.rules.audit_scene import (
    ADMIN,
    BANKER,
    COLLEAGUE,
    FOREIGN,
    NOON,
    NURSE,
    OBSERVER,
    OFFICER,
    READER,
    REPORTER,
    act,
    commitment,
    scene,
    signed,
)
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import REPORTED, codes

CATEGORY = "NO_GIFTS"


@pytest.fixture
def store() -> MemoryStore:
    return scene()


def told(**facts: Any) -> dict[str, Any]:
    given = {"commitment": "com_1", "organization": "org_tv", "category": CATEGORY, "description": "收受礼金"}
    return given | {"happened_on": "2023-11", "reporter": "李某"} | facts


async def reported(store: MemoryStore, viewer: Viewer = NURSE, **facts: Any) -> Document:
    return await reporting.report(store, act(viewer, None), told(**facts))


@pytest.mark.parametrize("viewer", [NURSE, REPORTER, OFFICER], ids=lambda each: each.subject)
async def test_a_side_or_the_office_reports_in_the_commitments_network(store: MemoryStore, viewer: Viewer) -> None:
    found = await reported(store, viewer)
    assert (found["status"], found["network"], found["concerns"]) == ("REPORTED", "net_a", ["org_tv"])
    assert (await reported(store, viewer, happened_on=None, reporter=None))["happened_on"] is None


@pytest.mark.parametrize(
    ("viewer", "wanted"),
    [
        (BANKER, (Code.FORBIDDEN, ())),
        (ADMIN, (Code.FORBIDDEN, ())),
        (OBSERVER, (Code.FORBIDDEN, ())),
        (READER, (Code.FORBIDDEN, ())),
        (FOREIGN, (Code.REFERENCE_INVALID, ("commitment",))),
    ],
    ids=str,
)
async def test_nobody_else_does(store: MemoryStore, viewer: Viewer, wanted: Any) -> None:
    assert await codes(reported(store, viewer)) == [wanted]
    assert store.revisions == []


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"commitment": "com_none"}, [(Code.REFERENCE_INVALID, ("commitment",))]),
        ({"organization": "org_bank"}, [(Code.REFERENCE_INVALID, ("organization",))]),
        ({"category": "NO_EXCESSIVE_RECEPTION"}, [(Code.RULE_BROKEN, ("category",))]),
        ({"happened_on": "2023-04-30"}, [(Code.RULE_BROKEN, ("happened_on",))]),
        ({"happened_on": "2024-03-01"}, [(Code.RULE_BROKEN, ("happened_on",))]),
        ({"description": ""}, [(Code.REQUIRED, ("description",))]),
        (
            {"organization": "org_bank", "category": "CUSTOM", "happened_on": "2022"},
            [
                (Code.REFERENCE_INVALID, ("organization",)),
                (Code.RULE_BROKEN, ("category",)),
                (Code.RULE_BROKEN, ("happened_on",)),
            ],
        ),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_told_all_at_once(store: MemoryStore, facts: Any, wanted: Any) -> None:
    assert await codes(reported(store, **facts)) == wanted
    assert store.revisions == []


async def test_nobody_breaks_what_not_both_have_signed(store: MemoryStore) -> None:
    store.put(commitment(sides=(signed("org_hospital"), Side("org_tv"))))
    assert await codes(reported(store)) == [(Code.RULE_BROKEN, ("commitment",))]


async def test_where_the_clauses_are_not_told_any_category_may_be_broken(store: MemoryStore) -> None:
    store.put(commitment(clause_set=None, clause_version=None))
    found = await reported(store, category="NO_EXCESSIVE_RECEPTION", **REPORTED)
    assert (found["category"], found["origin"]) == ("NO_EXCESSIVE_RECEPTION", "REPORTED")


async def test_the_office_confirms_and_resolves_or_dismisses_each_with_its_reason(store: MemoryStore) -> None:
    own_id = (await reported(store))["_id"]
    assert await codes(reporting.confirm(store, act(reason=" "), own_id, 1)) == [(Code.REQUIRED, ("reason",))]
    assert await codes(reporting.resolve(store, act(), own_id, 1)) == [(Code.ILLEGAL_STATE, ("id",))]
    found = await reporting.confirm(store, act(reason="查证属实"), own_id, 1)
    assert (found["status"], found["judgement"]) == ("CONFIRMED", "查证属实")
    assert await codes(reporting.dismiss(store, act(), own_id, 2)) == [(Code.ILLEGAL_STATE, ("id",))]
    assert await codes(reporting.resolve(store, act(REPORTER), own_id, 2)) == [(Code.FORBIDDEN, ())]
    found = await reporting.resolve(store, act(COLLEAGUE, "已清退"), own_id, 2)
    assert (found["status"], found["resolution"]) == ("RESOLVED", "已清退")
    other = (await reported(store))["_id"]
    found = await reporting.dismiss(store, act(reason="查无实据"), other, 1)
    assert (found["status"], found["judgement"]) == ("DISMISSED", "查无实据")


async def test_until_it_is_confirmed_not_even_who_reported_it_may_read_it(store: MemoryStore) -> None:
    kind = KINDS["bre"]
    document = await reported(store)
    own_id = document["_id"]
    insiders = [OFFICER, OBSERVER]
    everybody = [*insiders, NURSE, REPORTER, BANKER, ADMIN, READER, FOREIGN]

    def readers() -> list[Viewer]:
        return [each for each in everybody if may_read(kind, store.documents[own_id], each, NOON.date())]

    assert readers() == insiders
    assert await codes(reporting.confirm(store, act(NURSE), own_id, 1)) == [(Code.NOT_FOUND, ("id",))]
    await reporting.confirm(store, act(), own_id, 1)
    assert readers() == [*insiders, REPORTER, ADMIN]


def test_who_made_one_is_confidential_of_breaches_alone() -> None:
    assert {prefix for prefix, kind in KINDS.items() if kind.MAKER} == {"bre"}
    assert document_of(commitment())["concerns"] == ["org_hospital", "org_tv"]
