"""Audits: how one is opened, runs the checks once, reports, and is closed when all it found is settled."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from service.errors import Code
from service.facts import MOST_ITEMS
from service.integrity import auditing, raising
from service.integrity.audits import MOST_RESULTS, Audit, AuditStatus
from service.integrity.verdicts import CheckId, Result, Verdict
from service.network import merging
from service.network.organizations import OrganizationStatus
from service.records import Document, record_of
from service.viewer import Viewer
from tests.rules.audit_scene import ADMIN, COLLEAGUE, FOREIGN, NOON, NURSE, OBSERVER, OFFICER, act, audit, scene
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import codes, organization, refused

RESULT = Result(CheckId.GIFT_UNDECIDED, Verdict.OVERDUE, "org_tv", "gif_1", dt.date(2023, 11, 8), evidence=("gif_1",))


@pytest.fixture
def store() -> MemoryStore:
    return scene()


def told(**facts: Any) -> dict[str, Any]:
    period = {"period_from": "2023-01-01", "period_to": "2023-12-31"}
    return {"network": "net_a", "title": "2023年度廉洁审计", **period, **facts}


async def gathered(_: Audit, __: dt.datetime) -> Sequence[Result]:
    return [RESULT]


async def opened(store: MemoryStore, viewer: Viewer = OFFICER, **facts: Any) -> Document:
    return await auditing.open_audit(store, act(viewer), told(**facts))


async def reported(store: MemoryStore) -> str:
    own_id = str((await opened(store))["_id"])
    await auditing.run_checks(store, act(), own_id, 1, gathered)
    await auditing.report(store, act(), own_id, 2, "未发现重大问题")
    return own_id


async def test_the_office_opens_an_audit_of_some_or_of_all(store: MemoryStore) -> None:
    found = await opened(store, organizations=["org_tv", "org_bank"])
    assert (found["status"], found["officer"], found["opened_on"]) == ("OPEN", "纪检甲", "2024-02-29")
    assert found["organizations"] == ["org_tv", "org_bank"]
    assert (await opened(store))["organizations"] == []
    for viewer in (ADMIN, NURSE, OBSERVER, FOREIGN):
        assert await codes(opened(store, viewer)) == [(Code.FORBIDDEN, ())]


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"title": " "}, [(Code.REQUIRED, ("title",))]),
        ({"period_to": "2022-12-31"}, [(Code.RULE_BROKEN, ("period_to",))]),
        ({"period_from": "2024-03-01", "period_to": "2024-12-31"}, [(Code.RULE_BROKEN, ("period_from",))]),
        ({"organizations": ["org_tv", "org_none"]}, [(Code.REFERENCE_INVALID, ("organizations", 1))]),
        ({"organizations": ["org_tv", "org_tv"]}, [(Code.RULE_BROKEN, ("organizations", 1))]),
        ({"organizations": ["org_tv"] * (MOST_ITEMS + 1)}, [(Code.LIMIT_EXCEEDED, ("organizations",))]),
        ({"refers_to": "aud_none"}, [(Code.REFERENCE_INVALID, ("refers_to",))]),
        ({"refers_to": "aud_open"}, [(Code.RULE_BROKEN, ("refers_to",))]),
        ({"refers_to": "aud_far"}, [(Code.REFERENCE_INVALID, ("refers_to",))]),
        (
            {"period_to": "2022-12-31", "organizations": ["org_none"], "refers_to": "org_tv"},
            [
                (Code.RULE_BROKEN, ("period_to",)),
                (Code.REFERENCE_INVALID, ("organizations", 0)),
                (Code.REFERENCE_INVALID, ("refers_to",)),
            ],
        ),
    ],
    ids=str,
)
async def test_what_does_not_fit_is_told_all_at_once(store: MemoryStore, facts: Any, wanted: Any) -> None:
    store.put(audit("aud_open"))
    store.put(audit("aud_far", network="net_b", status=AuditStatus.CLOSED))
    both = Viewer("两网", (*OFFICER.grants, *FOREIGN.grants))
    assert await codes(opened(store, both, **facts)) == wanted
    assert store.revisions == []


async def test_a_closed_audit_is_taken_up_again_by_a_new_one(store: MemoryStore) -> None:
    store.put(audit("aud_old", status=AuditStatus.CLOSED))
    found = await opened(store, refers_to="aud_old")
    assert found["refers_to"] == "aud_old"
    moved = auditing.correct(store, act(), found["_id"], 1, {"refers_to": None})
    assert await codes(moved) == [(Code.RULE_BROKEN, ("refers_to",))]


async def test_scope_and_period_change_until_the_checks_have_run(store: MemoryStore) -> None:
    own_id = (await opened(store, organizations=["org_tv"]))["_id"]
    del store.documents["org_tv"]  # archived since: what stood there is not looked up again
    found = await auditing.correct(store, act(), own_id, 1, {"organizations": ["org_tv", "org_bank"]})
    assert found["organizations"] == ["org_tv", "org_bank"]
    backwards = auditing.correct(store, act(), own_id, 2, {"period_to": "2022-01-01"})
    assert await codes(backwards) == [(Code.RULE_BROKEN, ("period_to",))]
    asked = auditing.correct(store, act(reason=None), own_id, 2, {"title": "x"})
    assert await codes(asked) == [(Code.REQUIRED, ("reason",))]
    await auditing.run_checks(store, act(), own_id, 2, gathered)
    late = auditing.correct(store, act(), own_id, 3, {"title": "改题"})
    assert await codes(late) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_the_checks_run_once_as_of_a_moment_that_has_come(store: MemoryStore) -> None:
    own_id = (await opened(store))["_id"]
    asked: list[tuple[str, dt.datetime]] = []

    async def gather(of: Audit, moment: dt.datetime) -> Sequence[Result]:
        asked.append((of.id, moment))
        return [RESULT]

    later = auditing.run_checks(store, act(), own_id, 1, gather, NOON + dt.timedelta(seconds=1))
    assert await codes(later) == [(Code.RULE_BROKEN, ("as_of",))]
    assert asked == []
    then = NOON - dt.timedelta(days=30)
    found = await auditing.run_checks(store, act(COLLEAGUE), own_id, 1, gather, then)
    assert (found["as_of"], asked) == (then, [(own_id, then)])
    assert record_of(Audit, found).results == (RESULT,)
    assert await codes(auditing.run_checks(store, act(), own_id, 2, gather)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_results_have_their_limit(store: MemoryStore) -> None:
    async def many(_: Audit, __: dt.datetime) -> Sequence[Result]:
        return [RESULT] * (MOST_RESULTS + 1)

    own_id = (await opened(store))["_id"]
    assert await codes(auditing.run_checks(store, act(), own_id, 1, many)) == [(Code.LIMIT_EXCEEDED, ("results",))]


async def test_it_is_reported_with_a_conclusion_after_the_checks(store: MemoryStore) -> None:
    own_id = (await opened(store))["_id"]
    assert await codes(auditing.report(store, act(), own_id, 1, "结论")) == [(Code.ILLEGAL_STATE, ("id",))]
    await auditing.run_checks(store, act(), own_id, 1, gathered)
    assert await codes(auditing.report(store, act(), own_id, 2, " ")) == [(Code.REQUIRED, ("conclusion",))]
    assert await codes(auditing.close(store, act(), own_id, 2)) == [(Code.ILLEGAL_STATE, ("id",))]
    found = await auditing.report(store, act(), own_id, 2, "一、基本情况\n二、结论")
    assert (found["status"], found["reported_on"]) == ("REPORTED", "2024-02-29")
    assert await codes(auditing.discard(store, act(), own_id, 3)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_it_is_closed_when_all_that_it_found_is_settled(store: MemoryStore) -> None:
    own_id = (await opened(store))["_id"]
    facts = {"network": "net_a", "organization": "org_tv", "audit": own_id, "title": "逾期未处理"}
    finding = (await raising.raise_finding(store, act(), facts))["_id"]
    (problem,) = await refused(auditing.discard(store, act(), own_id, 1))
    assert (problem.code, problem.path, problem.record) == (Code.RULE_BROKEN, ("id",), finding)
    await auditing.run_checks(store, act(), own_id, 1, gathered)
    await auditing.report(store, act(), own_id, 2, "结论")
    (problem,) = await refused(auditing.close(store, act(), own_id, 3))
    assert (problem.record, problem.version) == (finding, 1)
    assert "DRAFT" in problem.chinese
    store.documents[finding]["status"] = "DISCARDED"
    found = await auditing.close(store, act(), own_id, 3)
    assert (found["status"], found["closed_on"]) == ("CLOSED", "2024-02-29")
    late = raising.raise_finding(store, act(), facts)
    assert await codes(late) == [(Code.RULE_BROKEN, ("audit",))]


async def test_a_mistaken_one_is_discarded_with_its_reason(store: MemoryStore) -> None:
    own_id = (await opened(store))["_id"]
    assert await codes(auditing.discard(store, act(reason=""), own_id, 1)) == [(Code.REQUIRED, ("reason",))]
    found = await auditing.discard(store, act(reason="重复立项"), own_id, 1)
    assert (found["status"], found["end_reason"]) == ("DISCARDED", "重复立项")


async def test_what_is_frozen_stays_when_an_organisation_is_merged(store: MemoryStore) -> None:
    """Before the checks have run the scope follows the survivor."""
    frozen = await reported(store)
    before = store.documents[frozen]
    running = (await opened(store, organizations=["org_tv", "org_bank"]))["_id"]
    survivor = organization("org_new", "广州市广播电视台")
    store.put(survivor)
    old = organization("org_tv", "广州广播电视台")
    assert await merging.in_the_way(store, act(ADMIN), old, "org_new") == []
    merged = {"status": OrganizationStatus.MERGED, "merged_into": "org_new", "merge_pending": True}
    store.put(organization("org_tv", "广州广播电视台", **merged))
    assert await merging.follow(store, act(ADMIN), "org_tv")
    assert store.documents[frozen] == before
    assert store.documents[running]["organizations"] == ["org_new", "org_bank"]
