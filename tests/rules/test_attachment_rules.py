"""Attachments: who may attach what to which record, what is told of a file, and how it is discarded."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.cooperation import attaching
from service.cooperation.activities import Activity
from service.cooperation.agreements import Agreement
from service.cooperation.attachments import ATTACHABLE, Attachment, AttachmentKind
from service.cooperation.media import HEAD, MEDIA, medium_of
from service.errors import Code
from service.network.merging import repointed
from service.permission import may_read
from service.records import ORGANIZATIONS, Document, document_of, record_of
from service.store.kinds import KINDS
from service.viewer import ANONYMOUS, Grant, Right, Role, Viewer
from tests.rules.generated import DAYS, stored
from tests.rules.memory import MemoryStore
from tests.rules.network_scene import ADMIN, FOREIGN, act, codes, refused

DAY = dt.date(2024, 2, 29)
RECORDERS = {name: Viewer(name, (Grant(Role.RECORDER, "net_a", name),)) for name in ("org_host", "org_guest", "org_x")}
READER = Viewer("reader", (Grant(Role.FRONT_END, "net_a"),))


def stored_document(own_id: str, concerns: list[str], **facts: Any) -> dict[str, Any]:
    return {"_id": own_id, "version": 1, "network": "net_a", "concerns": concerns, **facts}


@pytest.fixture
def store() -> MemoryStore:
    """An activity that one organisation filed and two took part in, and an agreement in force of the two."""
    store = MemoryStore()
    held = {"status": "HELD", "participants": ["org_guest", "org_host"]}
    signed = {
        "stage": "SIGNED",
        "active_from": "2024-01-01",
        "active_to": "2025-01-01",
        "terminated_from": "9999-12-31",
        "renewal_from": "9999-12-31",
    }
    store.documents = {
        "act_1": stored_document("act_1", ["org_host"], **held),
        "act_off": stored_document("act_off", ["org_host"], **held | {"status": "CANCELLED"}),
        "agr_1": stored_document("agr_1", ["org_guest", "org_host"], **signed),
        "pla_1": stored_document("pla_1", ["org_guest", "org_host"], status="ACTIVE"),
        "pla_off": stored_document("pla_off", ["org_guest", "org_host"], status="DISCARDED"),
        "del_1": stored_document("del_1", ["org_guest"], status="CLOSED"),
        "grp_1": stored_document("grp_1", ["org_guest"], active_to="9999-12-31", discarded=False),
        "agr_draft": stored_document("agr_draft", ["org_guest"], **signed | {"stage": "DRAFT"}),
    }
    return store


def file(record: str = "act_1", **facts: Any) -> dict[str, Any]:
    content = {"media_type": "application/pdf", "size": 20 * 1024 * 1024, "sha256": "ab" * 32, "stored_as": "A" * 26}
    return {"record": record, "kind": "EVIDENCE", "file_name": "签到表.pdf", **content, **facts}


@pytest.mark.parametrize(
    ("record", "viewer", "owners"),
    [
        ("act_1", ADMIN, ["org_host"]),
        ("act_1", RECORDERS["org_host"], ["org_host"]),
        ("act_1", RECORDERS["org_guest"], ["org_guest"]),
        ("agr_1", ADMIN, ["org_guest", "org_host"]),
        ("agr_draft", ADMIN, ["org_guest"]),
        ("pla_1", ADMIN, ["org_guest", "org_host"]),
        ("del_1", ADMIN, ["org_guest"]),
    ],
)
async def test_who_may_correct_the_record_or_took_part_attaches(
    store: MemoryStore, record: str, viewer: Viewer, owners: list[str]
) -> None:
    made = await attaching.attach(store, act(viewer), file(record, description="首页"))
    assert (made["network"], made["status"], made["version"]) == ("net_a", "STORED", 1)
    assert made["concerns"] == owners


@pytest.mark.parametrize(
    ("record", "viewer", "code"),
    [
        ("act_1", RECORDERS["org_x"], Code.FORBIDDEN),
        ("act_1", READER, Code.FORBIDDEN),
        ("act_1", FOREIGN, Code.REFERENCE_INVALID),
        ("act_1", ANONYMOUS, Code.REFERENCE_INVALID),
        ("agr_1", RECORDERS["org_host"], Code.FORBIDDEN),
        ("agr_1", READER, Code.FORBIDDEN),
        ("agr_1", FOREIGN, Code.FORBIDDEN),
        ("agr_draft", READER, Code.REFERENCE_INVALID),
        ("pla_1", RECORDERS["org_x"], Code.FORBIDDEN),
        ("pla_1", READER, Code.FORBIDDEN),
        ("pla_1", FOREIGN, Code.REFERENCE_INVALID),
        ("del_1", READER, Code.FORBIDDEN),
        ("pla_off", ADMIN, Code.REFERENCE_INVALID),
        ("grp_1", ADMIN, Code.REFERENCE_INVALID),
        ("act_off", ADMIN, Code.REFERENCE_INVALID),
        ("act_none", ADMIN, Code.REFERENCE_INVALID),
        ("org_1", ADMIN, Code.REFERENCE_INVALID),
    ],
)
async def test_others_are_refused(store: MemoryStore, record: str, viewer: Viewer, code: Code) -> None:
    (problem,) = await refused(attaching.attach(store, act(viewer), file(record)))
    assert (problem.code, problem.path) == (code, () if code is Code.FORBIDDEN else ("record",))
    assert store.revisions == []


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        ({"file_name": "签到表.png"}, [(Code.INVALID, ("file_name",))]),
        ({"file_name": "pdf"}, [(Code.INVALID, ("file_name",))]),
        ({"file_name": "a\0.pdf"}, [(Code.INVALID, ("file_name",))]),
        ({"file_name": "a/ "}, [(Code.REQUIRED, ("file_name",))]),
        ({"file_name": None, "kind": ""}, [(Code.REQUIRED, ("kind",)), (Code.REQUIRED, ("file_name",))]),
        ({"kind": "VIDEO"}, [(Code.INVALID, ("kind",))]),
        ({"description": "长" * 501}, [(Code.INVALID, ("description",))]),
        ({"size": 2**31}, [(Code.INVALID, ("size",))]),
    ],
    ids=str,
)
async def test_what_is_told_of_a_file_is_judged(
    store: MemoryStore, facts: dict[str, Any], wanted: list[tuple[Code, Any]]
) -> None:
    assert await codes(attaching.attach(store, act(), file(**facts))) == wanted


async def test_before_the_file_comes_the_same_is_asked_of_what_is_told_of_it(store: MemoryStore) -> None:
    told = {"record": "act_1", "kind": "SCAN", "file_name": "名" * 201, "description": "长" * 501}
    assert await codes(attaching.expect(store, act(), told)) == [
        (Code.INVALID, ("description",)),
        (Code.INVALID, ("file_name",)),
    ]
    fine = {"record": "act_1", "kind": "SCAN", "file_name": "/a/b/名.pdf"}
    assert (await attaching.expect(store, act(), fine))["_id"] == "act_1"


async def test_a_file_is_described_anew_and_discarded_with_a_reason(store: MemoryStore) -> None:
    made = await attaching.attach(store, act(RECORDERS["org_guest"]), file(file_name="C:\\a\\e\u0301.PDF"))
    assert made["file_name"] == "\u00e9.PDF"
    changed = await attaching.correct(store, act(), made["_id"], 1, {"kind": "PHOTO", "description": "合影"})
    assert (changed["kind"], changed["description"]) == ("PHOTO", "合影")
    fixed = attaching.correct(store, act(), made["_id"], 2, {"sha256": "cd" * 32})
    assert await codes(fixed) == [(Code.RULE_BROKEN, ("sha256",))]
    assert await codes(attaching.discard(store, act(reason=" "), made["_id"], 2)) == [(Code.REQUIRED, ("reason",))]
    for other in ("org_x", "org_host"):  # whose word the file may stand against
        nobody = attaching.discard(store, act(RECORDERS[other]), made["_id"], 2)
        assert await codes(nobody) == [(Code.FORBIDDEN, ())]
    discarded = await attaching.discard(store, act(RECORDERS["org_guest"]), made["_id"], 2)
    assert (discarded["status"], discarded["discard_reason"]) == ("DISCARDED", "登记有误")
    for again in (attaching.discard, lambda *given: attaching.correct(*given, {"kind": "SCAN"})):
        assert await codes(again(store, act(), made["_id"], 3)) == [(Code.ILLEGAL_STATE, ("id",))]


async def test_the_same_bytes_are_attached_to_one_record_once_at_a_time(store: MemoryStore) -> None:
    first = await attaching.attach(store, act(), file())
    again = file(stored_as="B" * 26, file_name="另名.pdf")
    (problem,) = await refused(attaching.attach(store, act(), again))
    assert (problem.code, problem.record) == (Code.ALREADY_EXISTS, first["_id"])
    await attaching.attach(store, act(), file("agr_1", stored_as="C" * 26))
    await attaching.discard(store, act(), first["_id"], 1)
    assert (await attaching.attach(store, act(), again))["status"] == "STORED"


async def test_an_agreements_file_is_kept_by_whoever_keeps_agreements(store: MemoryStore) -> None:
    made = await attaching.attach(store, act(), file("agr_1"))
    (problem,) = await refused(attaching.discard(store, act(RECORDERS["org_host"]), made["_id"], 1))
    assert (problem.code, "KEEP_AGREEMENTS" in problem.english) == (Code.FORBIDDEN, True)


def test_a_files_key_is_the_same_however_its_moment_was_read() -> None:
    made = dt.datetime(2024, 2, 29, 1, 30, tzinfo=dt.UTC)
    told = {**file("act_1", kind=AttachmentKind.SCAN), "network": "net_a", "organizations": ()}
    keys = [Attachment(id="att_1", created_at=at, **told).keys() for at in (made, made.replace(tzinfo=None))]
    assert keys[0] == keys[1]
    assert keys[0]["date_key"].startswith("2024-02-29T01:30:00+00:00")


def attachment(record: str) -> Document:
    return document_of(
        Attachment(id="att_1", network="net_a", organizations=(), **file(record, kind=AttachmentKind.SCAN))
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(stored(Activity), stored(Agreement)), DAYS, st.sampled_from([Right.READ_NETWORK, Right.READ_DRAFTS]))
def test_who_may_read_an_attachment_may_read_what_it_is_attached_to(record: Any, day: dt.date, right: Right) -> None:
    role = Role.FRONT_END if right is Right.READ_NETWORK else Role.OBSERVER
    viewer = Viewer("somebody", (Grant(role, record.network),))
    file_of_it = {**attachment(record.id), "network": record.network}
    if may_read(Attachment, file_of_it, viewer, day):
        assert may_read(type(record), document_of(record), viewer, day)


@given(st.binary(max_size=64))
def test_bytes_that_begin_otherwise_are_of_no_medium(head: bytes) -> None:
    medium = medium_of(head)
    assert medium is None or medium.first.match(head)
    assert medium_of(b"\0" + head) is None


def test_a_type_is_told_by_as_many_bytes_as_are_looked_at() -> None:
    examples = [b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe1", b"RIFF\x01\x02\x03\x04WEBPVP8 "]
    found = [medium_of((each + b"more bytes than are needed")[:HEAD]) for each in examples]
    assert found == list(MEDIA)


async def test_a_merge_re_points_whom_a_file_was_attached_for(store: MemoryStore) -> None:
    made = record_of(Attachment, await attaching.attach(store, act(RECORDERS["org_guest"]), file()))
    moved = repointed(made, "org_guest", "org_survivor")
    assert moved.organizations == ("org_survivor",)
    assert document_of(moved)["concerns"] == document_of(moved)[ORGANIZATIONS] == ["org_survivor"]
    assert replace(moved, organizations=made.organizations) == made


@pytest.mark.parametrize("prefix", sorted(ATTACHABLE))
def test_what_files_are_attached_to_is_called_as_its_kind_is(prefix: str) -> None:
    assert ATTACHABLE[prefix].title == KINDS[prefix].TITLE


def test_what_is_behind_a_file_decides_with_it_who_may_read_it() -> None:
    assert Attachment.PART_OF == "record"
    assert Right.READ_PUBLIC not in {each.read for each in ATTACHABLE.values()}
