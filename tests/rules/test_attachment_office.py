"""Files on gifts, breaches, findings and audits: who attaches, whose they are, and the record decides who reads."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pytest

from service.cooperation import attaching
from service.cooperation.attachments import Attachment
from service.errors import Code
from service.integrity.audits import AuditStatus
from service.integrity.breaches import Breach, BreachStatus
from service.integrity.clauses import ClauseCategory
from service.integrity.findings import Finding, FindingStatus
from service.integrity.gifts import Gift, GiftKind
from service.viewer import Viewer
from tests.rules.audit_scene import (
    ADMIN,
    BANKER,
    COLLEAGUE,
    FOREIGN,
    NURSE,
    OBSERVER,
    OFFICER,
    READER,
    REPORTER,
    act,
    audit,
    scene,
)
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import codes

DAY = dt.date(2024, 2, 1)
EVERYBODY = (OFFICER, OBSERVER, ADMIN, REPORTER, NURSE, BANKER, READER, FOREIGN)


def finding(own_id: str, status: FindingStatus) -> Finding:
    facts: Any = {"network": "net_a", "organization": "org_tv", "title": "登记不全", "raised_on": DAY, "version": 1}
    return Finding(id=own_id, status=status, **facts)


@pytest.fixture
def store() -> MemoryStore:
    made = scene()
    gift: Any = {"network": "net_a", "giver": "org_hospital", "receiver": "org_tv", "item": "药膏", "version": 1}
    breach: Any = {"network": "net_a", "commitment": "com_1", "organization": "org_tv", "description": "收礼"}
    for each in (
        Gift(id="gif_1", kind=GiftKind.OTHER, **gift),
        Breach(id="bre_1", category=ClauseCategory.NO_GIFTS, status=BreachStatus.CONFIRMED, version=1, **breach),
        finding("fin_draft", FindingStatus.DRAFT),
        finding("fin_open", FindingStatus.OPEN),
        finding("fin_closed", FindingStatus.CLOSED),
        audit("aud_1"),
        audit("aud_closed", status=AuditStatus.CLOSED),
    ):
        made.put(each)
    return made


def file(record: str, number: int = 1) -> dict[str, Any]:
    content = {"media_type": "application/pdf", "size": 7, "sha256": f"{number:064}", "stored_as": f"{number:026}"}
    return {"record": record, "kind": "EVIDENCE", "file_name": "佐证.pdf", **content}


async def attached(store: MemoryStore, viewer: Viewer, record: str, number: int = 1) -> str:
    return str((await attaching.attach(store, act(viewer), file(record, number)))["_id"])


async def readers(store: MemoryStore, own_id: str, viewers: Iterable[Viewer] = EVERYBODY) -> list[Viewer]:
    document = store.documents[own_id]
    return [each for each in viewers if await store.readable(Attachment, [document], act(each))]


@pytest.mark.parametrize(
    ("record", "attaching_viewers"),
    [
        ("gif_1", [OFFICER, NURSE, REPORTER]),
        ("bre_1", [OFFICER]),
        ("fin_draft", [OFFICER]),
        ("fin_open", [OFFICER, REPORTER]),
        ("aud_1", [OFFICER]),
        ("com_1", [NURSE, REPORTER]),
    ],
)
async def test_the_office_and_those_concerned_attach(
    store: MemoryStore, record: str, attaching_viewers: list[Viewer]
) -> None:
    for viewer in EVERYBODY:
        asked = attaching.expect(store, act(viewer), {"record": record, "kind": "SCAN", "file_name": "a.pdf"})
        if viewer in attaching_viewers:
            assert (await asked)["_id"] == record
        else:
            assert {code for code, _ in await codes(asked)} <= {Code.FORBIDDEN, Code.REFERENCE_INVALID}


async def test_a_file_on_a_draft_is_as_restricted_as_the_draft(store: MemoryStore) -> None:
    own_id = await attached(store, OFFICER, "fin_draft")
    assert await readers(store, own_id) == [OFFICER, OBSERVER]
    store.put(finding("fin_draft", FindingStatus.OPEN))
    assert await readers(store, own_id) == [OFFICER, OBSERVER, ADMIN, REPORTER]
    del store.documents["fin_draft"]
    assert await readers(store, own_id) == []


async def test_what_is_on_a_breach_is_never_read_by_those_whom_it_concerns(store: MemoryStore) -> None:
    assert await readers(store, await attached(store, OFFICER, "bre_1")) == [OFFICER, OBSERVER]


async def test_an_audits_files_are_read_by_who_reads_the_audit(store: MemoryStore) -> None:
    assert await readers(store, await attached(store, OFFICER, "aud_1")) == [OFFICER, OBSERVER, ADMIN]


async def test_a_file_is_the_offices_or_the_organisations_own_to_discard(store: MemoryStore) -> None:
    ours, theirs = await attached(store, OFFICER, "gif_1"), await attached(store, NURSE, "gif_1", 2)
    assert [store.documents[each]["concerns"] for each in (ours, theirs)] == [[], ["org_hospital"]]
    for own_id, viewers in ((ours, (NURSE, REPORTER, ADMIN)), (theirs, (REPORTER, OFFICER, ADMIN))):
        for viewer in viewers:
            assert await codes(attaching.discard(store, act(viewer), own_id, 1)) == [(Code.FORBIDDEN, ())]
    assert (await attaching.discard(store, act(COLLEAGUE), ours, 1))["status"] == "DISCARDED"
    assert (await attaching.correct(store, act(NURSE), theirs, 1, {"description": "照片"}))["version"] == 2
    hidden = await attached(store, OFFICER, "fin_draft", 3)
    assert await codes(attaching.discard(store, act(REPORTER), hidden, 1)) == [(Code.NOT_FOUND, ("id",))]


@pytest.mark.parametrize("record", ["fin_closed", "aud_closed"])
async def test_the_files_of_what_is_closed_stay(store: MemoryStore, record: str) -> None:
    assert await codes(attaching.attach(store, act(), file(record))) == [(Code.ILLEGAL_STATE, ("record",))]
    was_open = record.replace("closed", "1")
    store.put(finding(was_open, FindingStatus.OPEN) if record.startswith("fin") else audit(was_open))
    own_id = await attached(store, OFFICER, was_open)
    store.documents[was_open]["status"] = "CLOSED"
    stays = [(Code.ILLEGAL_STATE, ("record",))]
    assert await codes(attaching.discard(store, act(), own_id, 1)) == stays
    assert await codes(attaching.correct(store, act(), own_id, 1, {"description": "x"})) == stays
