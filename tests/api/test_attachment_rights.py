"""Who may send files and fetch them, and what others are told."""

import asyncio
from typing import Any

import pytest

from service.cooperation.agreements import Agreement
from service.errors import Unavailable
from service.store.accesses import Accesses, Asked
from service.store.accesses import page as entries
from service.store.reads import Range
from service.viewer import ANONYMOUS, Right
from tests.api.uploads import PDF, Doors, pdf
from tests.api.wire import HOUR, bearer, codes
from tests.api.world import activity, agreement, made
from tests.conftest import (
    ADMIN,
    BANK_RECORDER,
    FRONT_END,
    LEAD,
    LEAD_RECORDER,
    OBSERVER,
    OFFICER,
    STRANGER,
)

HELD = "act_002_film_martyrs"
SIGNED = "agr_002_boc_yuexiu_co_building"


async def test_who_may_correct_the_record_attaches_and_so_does_who_took_part(folder_doors: Doors) -> None:
    for number, viewer in enumerate((ADMIN, LEAD_RECORDER, BANK_RECORDER)):
        held = await made(folder_doors.house, "recordActivity", input=activity(f"附件{number}", filedBy=LEAD))
        assert (await folder_doors.send(held, pdf(), viewer)).status_code == 201, viewer
    assert (await folder_doors.send(SIGNED, pdf())).status_code == 201


@pytest.mark.parametrize(
    ("viewer", "record", "status", "code"),
    [
        (None, HELD, 401, "UNAUTHENTICATED"),
        (ANONYMOUS, HELD, 403, "FORBIDDEN"),
        (FRONT_END, HELD, 403, "FORBIDDEN"),
        (OBSERVER, SIGNED, 403, "FORBIDDEN"),
        (BANK_RECORDER, SIGNED, 403, "FORBIDDEN"),
        (LEAD_RECORDER, "act_004_yangshan_line", 403, "FORBIDDEN"),
        (STRANGER, SIGNED, 403, "FORBIDDEN"),
        (STRANGER, "held", 422, "REFERENCE_INVALID"),
        (FRONT_END, "drafted", 422, "REFERENCE_INVALID"),
    ],
    ids=str,
)
async def test_who_may_not_is_told_before_a_byte_is_read(
    folder_doors: Doors, viewer: Any, record: str, status: int, code: str
) -> None:
    if record == "held":
        record = await made(folder_doors.house, "recordActivity", input=activity("仅本网可见"))
    if record == "drafted":
        record = await made(folder_doors.house, "draftAgreement", input=agreement("草稿"))
    reader, writer = await asyncio.open_connection(*folder_doors.address)
    token = "".join(f"{name}: {value}\r\n" for name, value in folder_doors.token(viewer).items())
    query = f"record={record}&kind=SCAN&fileName=a.pdf"
    writer.write(
        f"POST /attachments?{query} HTTP/1.1\r\nHost: a\r\n{token}Content-Type: {PDF}\r\n"
        "Content-Length: 900000\r\nExpect: 100-continue\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.read(4_000), 5)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert code.encode() in answer
    writer.close()
    assert await folder_doors.left() == set()


async def test_a_file_is_given_to_who_may_read_it_and_to_others_as_if_it_were_not(folder_doors: Doors) -> None:
    of_activity = (await folder_doors.send(HELD, pdf())).json()["id"]
    of_agreement = (await folder_doors.send(SIGNED, pdf())).json()["id"]
    for viewer, of_both in ((FRONT_END, [200, 404]), (OBSERVER, [200, 200]), (BANK_RECORDER, [200, 200])):
        assert [(await folder_doors.fetch(each, viewer)).status_code for each in (of_activity, of_agreement)] == of_both
    for viewer in (STRANGER, ANONYMOUS):
        missing = "att_" + "0" * 26
        hidden, gone = [await folder_doors.fetch(each, viewer) for each in (of_activity, missing)]
        assert (hidden.status_code, codes(hidden)) == (404, ["NOT_FOUND"])
        assert hidden.content.replace(of_activity.encode(), missing.encode()) == gone.content
        assert {**hidden.headers, "date": ""} == {**gone.headers, "date": ""}
        cached = await folder_doors.fetch(of_activity, viewer, if_none_match="*")
        assert cached.status_code == 404
    nobody = await folder_doors.fetch(of_activity, None)
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    expired = await folder_doors.client.get(f"/attachments/{of_activity}", headers=bearer(ago=2 * HOUR))
    assert (expired.status_code, codes(expired)) == (401, ["UNAUTHENTICATED"])


async def test_a_file_whose_record_may_not_be_read_is_not_there(folder_doors: Doors) -> None:
    held = await made(folder_doors.house, "recordActivity", input=activity("移走"))
    own_id = (await folder_doors.send(held, pdf())).json()["id"]
    await folder_doors.house.database.update(
        "activities", {"_id": held}, {"$set": {"status": "HELD", "network": "net_a"}}
    )
    assert (await folder_doors.fetch(own_id)).status_code == 404


async def test_a_file_of_a_record_that_is_read_as_a_draft_finding_is_logged(
    folder_doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_id = (await folder_doors.send(SIGNED, pdf())).json()["id"]
    database = folder_doors.house.database

    async def logged() -> list[tuple[Any, ...]]:
        found = await entries(database, Asked("net_002_derma", record=SIGNED), Range(9))
        return [(each["by"], each["operation"], each["rights"], each["records"]) for each in found]

    assert (await folder_doors.fetch(own_id, OFFICER)).status_code == 200
    assert await logged() == []
    monkeypatch.setattr(Agreement, "right_to_read", classmethod(lambda *_: Right.READ_DRAFT_FINDINGS))
    assert (await folder_doors.fetch(own_id, ADMIN)).status_code == 404
    assert await logged() == []
    answer = await folder_doors.fetch(own_id, OFFICER)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert await logged() == [("officer", "GET /attachments", ["READ_DRAFT_FINDINGS"], [SIGNED])]

    async def away(*_: object) -> None:
        raise Unavailable("away")

    monkeypatch.setattr(Accesses, "leave", away)
    refused = await folder_doors.fetch(own_id, OFFICER)
    assert (refused.status_code, codes(refused)) == (503, ["SERVICE_UNAVAILABLE"])
