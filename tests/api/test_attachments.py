"""Attached files over a real socket: in, out, and everything that is refused, with nothing left behind."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.uploads import PDF, Doors, doors, pdf, sha256
from tests.api.wire import codes
from tests.api.world import do, problems
from tests.conftest import (
    LEAD,
    STRANGER,
    House,
)

HELD = "act_002_film_martyrs"
SIGNED = "agr_002_boc_yuexiu_co_building"


async def test_a_file_comes_out_as_it_went_in(open_doors: Doors) -> None:
    content = pdf(700_001)
    sent = await open_doors.send(HELD, content, fileName="银行 活动/签到表(第1页).PDF", description="首页")
    own = sent.json()
    assert (sent.status_code, sent.headers["location"]) == (201, f"/attachments/{own['id']}")
    about = {"version": 1, "sha256": sha256(content), "size": 700_001, "mediaType": PDF}
    assert own == {"id": own["id"], **about, "fileName": "签到表(第1页).PDF"}
    fetched = await open_doors.fetch(own["id"])
    assert (fetched.status_code, fetched.content) == (200, content)
    expected = {
        "content-type": PDF,
        "content-length": "700001",
        "content-disposition": f'attachment; filename="{own["id"]}.pdf"; '
        "filename*=UTF-8''%E7%AD%BE%E5%88%B0%E8%A1%A8%28%E7%AC%AC1%E9%A1%B5%29.PDF",
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
        "etag": f'"{sha256(content)}"',
        "vary": "Authorization",
    }
    assert {name: fetched.headers[name] for name in expected} == expected
    head = await open_doors.fetch(own["id"], method="HEAD")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "700001")
    assert await open_doors.left() == set()


async def test_an_upload_is_a_write_with_its_revision_and_stands_below_its_record(folder_doors: Doors) -> None:
    own_id = (await folder_doors.send(SIGNED, pdf(), kind="SCAN", description="扫描")).json()["id"]
    query = """query($id: ID!) { node(id: $id) { ... on Agreement { attachments { totalCount nodes { id kind fileName
        description url status viewerCan record { id } timeline { nodes { action by changes { field } } } } } } } }"""
    found = (await folder_doors.house.data(query, id=SIGNED))["node"]["attachments"]
    node = found["nodes"][0]
    [revision] = node.pop("timeline")["nodes"]
    assert node == {
        "id": own_id,
        "kind": "SCAN",
        "fileName": "签到表.pdf",
        "description": "扫描",
        "url": f"/attachments/{own_id}",
        "status": "STORED",
        "viewerCan": ["CORRECT", "DISCARD"],
        "record": {"id": SIGNED},
    }
    assert (revision["action"], revision["by"], found["totalCount"]) == (
        "createAttachment",
        "admin",
        len(found["nodes"]),
    )
    assert {"field": "sha256"} in revision["changes"]


async def test_the_largest_file_passes_and_one_byte_more_does_not(houses: dict[str, House], tmp_path: Path) -> None:
    async with doors(houses["mongomock"], tmp_path / "files", megabytes=20) as opened:
        largest = pdf(20 * 1024 * 1024)
        own_id = (await opened.send(HELD, largest)).json()["id"]
        assert (await opened.fetch(own_id)).content == largest
        for body in (largest + b"\n", pieces(largest + b"\n")):
            sent = await opened.send(HELD, body)
            assert (sent.status_code, codes(sent)) == (413, ["LIMIT_EXCEEDED"])
            assert "20 MB" in sent.text
        assert await opened.left() == set()


async def pieces(content: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    """A body whose length is not told."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def test_a_body_without_its_length_is_taken_in_as_it_comes(open_doors: Doors) -> None:
    content = pdf(600_000)
    sent = await open_doors.send(HELD, pieces(content))
    assert (sent.status_code, sent.json()["size"]) == (201, 600_000)
    assert (await open_doors.fetch(sent.json()["id"])).content == content


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0", "照片.png", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "照片.JPEG", "image/jpeg"),
        (b"\xff\xd8\xff\xdb\0\x43", "照片.jpg", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8L\0", "照片.webp", "image/webp"),
    ],
)
async def test_the_type_is_that_of_the_bytes_whatever_the_header_says(
    folder_doors: Doors, content: bytes, name: str, kind: str
) -> None:
    sent = await folder_doors.send(HELD, content, headers={"content-type": "application/octet-stream"}, fileName=name)
    assert sent.json()["mediaType"] == kind
    assert (await folder_doors.fetch(sent.json()["id"])).headers["content-type"] == kind


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\0\x03\0\0\0" + b"\0" * 100,
        b"\x7fELF\x02\x01\x01",
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<html>%PDF-1.7\n",
        b"PK\x03\x04\x14\0",
        b"GIF89a\x01\0",
        b"\x89PNG\r\n\x1a\nMZ",
        b"RIFF\x10\0\0\0WAVEfmt ",
        b"%PDF",
        b"x",
    ],
    ids=range(11),
)
async def test_what_is_something_else_by_its_bytes_is_refused(folder_doors: Doors, content: bytes) -> None:
    for language, words in (("en", "none of: PDF, PNG, JPEG, WebP"), ("zh", "可接受的类型:PDF, PNG, JPEG, WebP")):
        sent = await folder_doors.send(HELD, content, headers={"accept-language": language})
        assert (sent.status_code, codes(sent)) == (415, ["INVALID"])
        assert words in sent.json()["errors"][0]["message"]
    assert await folder_doors.left() == set()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\文件\\协议.pdf", "协议.pdf"),
        (" e\u0301.pdf ", "\u00e9.pdf"),
        ("名" * 196 + ".pdf", "名" * 196 + ".pdf"),
        ('a"b;c.pdf', 'a"b;c.pdf'),
    ],
)
async def test_of_a_name_the_last_part_is_kept_composed(fresh_doors: Doors, name: str, kept: str) -> None:
    sent = await fresh_doors.send(HELD, pdf(), fileName=name)
    assert sent.json()["fileName"] == kept
    assert fresh_doors.folder is not None
    [path] = fresh_doors.folder.iterdir()
    assert (path.name in sent.text, path.stat().st_mode & 0o777) == (False, 0o600)
    assert await fresh_doors.left() == set()
    assert fresh_doors.folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"fileName": "../../etc/passwd"}, ("INVALID", "fileName")),
        ({"fileName": "看我.exe"}, ("INVALID", "fileName")),
        ({"fileName": "a\n.pdf"}, ("INVALID", "fileName")),
        ({"fileName": "a\u202efdp.exe.pdf"}, ("INVALID", "fileName")),
        ({"fileName": "名" * 197 + ".pdf"}, ("INVALID", "fileName")),
        ({"fileName": "夹/"}, ("REQUIRED", "fileName")),
        ({"fileName": ""}, ("REQUIRED", "fileName")),
        ({"kind": ""}, ("REQUIRED", "kind")),
        ({"kind": "VIDEO"}, ("INVALID", "kind")),
        ({"record": ""}, ("REQUIRED", "record")),
        ({"record": LEAD}, ("REFERENCE_INVALID", "record")),
        ({"record": "act_missing"}, ("REFERENCE_INVALID", "record")),
        ({"record": "nonsense"}, ("REFERENCE_INVALID", "record")),
        ({"description": "长" * 501}, ("INVALID", "description")),
    ],
    ids=str,
)
async def test_what_is_told_of_a_file_must_be_right(
    folder_doors: Doors, told: dict[str, str], found: tuple[str, str]
) -> None:
    code, argument = found
    for language in ("en", "zh"):
        given: Any = {"record": HELD, "content": pdf(), **told}
        sent = await folder_doors.send(headers={"accept-language": language}, **given)
        [error] = sent.json()["errors"]
        assert (sent.status_code, error["extensions"]) == (422, {"code": code, "argument": [argument]})
        assert any("\u4e00" <= letter <= "\u9fff" for letter in error["message"]) == (language == "zh")
    assert await folder_doors.left() == set()


async def test_everything_that_is_missing_is_told_at_once(folder_doors: Doors) -> None:
    headers = {"content-type": PDF, **folder_doors.token()}
    sent = await folder_doors.client.post("/attachments", content=pdf(), headers=headers)
    assert codes(sent) == ["REQUIRED"] * 3


@pytest.mark.parametrize("query", ["x=1", "kind=SCAN&kind=SCAN", "fileName=%FF", "&".join(f"a{n}=1" for n in range(9))])
async def test_a_query_that_is_none_of_ours_is_refused(folder_doors: Doors, query: str) -> None:
    headers = {"content-type": PDF, **folder_doors.token()}
    sent = await folder_doors.client.post(f"/attachments?{query}", content=pdf(), headers=headers)
    assert (sent.status_code, codes(sent)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "TEXT/plain"},
        {"content-type": ""},
        {"content-encoding": "gzip"},
    ],
    ids=str,
)
async def test_what_a_form_can_send_and_what_is_packed_is_refused(folder_doors: Doors, headers: dict[str, str]) -> None:
    sent = await folder_doors.send(HELD, pdf(), headers=headers)
    assert (sent.status_code, codes(sent)) == (415, ["BAD_REQUEST"])


async def test_an_empty_body_is_no_file(folder_doors: Doors) -> None:
    sent = await folder_doors.send(HELD, b"")
    assert (sent.status_code, codes(sent)) == (422, ["REQUIRED"])
    assert await folder_doors.left() == set()


async def test_an_unchanged_file_is_not_sent_again(folder_doors: Doors) -> None:
    sent = (await folder_doors.send(HELD, pdf())).json()
    tag = f'"{sent["sha256"]}"'
    for told, status in ((tag, 304), (f'"a", W/{tag}', 304), ("*", 304), ('"a"', 200), ("", 200)):
        answer = await folder_doors.fetch(sent["id"], if_none_match=told)
        assert (answer.status_code, len(answer.content) > 0, answer.headers["etag"]) == (status, status == 200, tag)


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [("GET", "/attachments", "POST"), ("DELETE", "/attachments/att_1", "GET, HEAD"), ("PUT", "/attachments", "POST")],
)
async def test_another_method_is_refused_with_those_that_are_served(
    folder_doors: Doors, method: str, path: str, allow: str
) -> None:
    answer = await folder_doors.client.request(method, path, headers=folder_doors.token())
    assert (answer.status_code, answer.headers["allow"], codes(answer)) == (405, allow, ["BAD_REQUEST"])


async def test_a_discarded_file_is_served_no_more_and_may_be_attached_anew(open_doors: Doors) -> None:
    content = pdf()
    own_id = (await open_doors.send(HELD, content)).json()["id"]
    again = await open_doors.send(HELD, content)
    assert (again.status_code, codes(again)) == (409, ["ALREADY_EXISTS"])
    assert again.json()["errors"][0]["extensions"]["record"] == own_id
    assert await open_doors.left() == set()
    await do(open_doors.house, "discardAttachment", id=own_id, version=1, reason="误传")
    gone = await open_doors.fetch(own_id)
    assert (gone.status_code, codes(gone)) == (410, ["ILLEGAL_STATE"])
    assert (await open_doors.fetch(own_id, STRANGER)).status_code == 404
    assert (await open_doors.send(HELD, content)).status_code == 201
    assert await open_doors.left() == set()
    assert await problems(open_doors.house, "correctAttachment", id=own_id, version=2, reason="改", input={}) == [
        ("ILLEGAL_STATE", ["id"])
    ]
