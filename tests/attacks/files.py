"""Attacks by files: what is sent as an attachment, what is asked of dossiers, and what is fetched of others."""

import io
import zipfile
from typing import Any

from service.viewer import Viewer
from tests.attacks.serving import Served, bearer, request
from tests.attacks.striking import Attack, right
from tests.conftest import ADMIN, BANK_RECORDER, STRANGER

PDF = b"%PDF-1.7\n" + b" " * 100
TOLD = "record=act_002_boc_platform&kind=EVIDENCE&fileName=a.pdf"
BAD, LIMIT, MISSING = "BAD_REQUEST", "LIMIT_EXCEEDED", "NOT_FOUND"


def bomb() -> bytes:
    """A workbook of some hundred KB that is 100 MB once it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + b" " * 100_000_000
        )
    return packed.getvalue()


# Viewer, method, address, body, headers; status and codes.
Row = tuple[Viewer | None, str, str, bytes, dict[str, str], int, str]
FILES: dict[str, Row] = {
    "a file without a token": (None, "POST", f"/attachments?{TOLD}", PDF, {}, 401, "UNAUTHENTICATED"),
    "a form": (
        ADMIN,
        "POST",
        f"/attachments?{TOLD}",
        PDF,
        {"content_type": "multipart/form-data; boundary=x"},
        415,
        BAD,
    ),
    "a packed file": (ADMIN, "POST", f"/attachments?{TOLD}", PDF, {"content_encoding": "gzip"}, 415, BAD),
    "more than a file may hold": (
        ADMIN,
        "POST",
        f"/attachments?{TOLD}",
        b"",
        {"content_length": "99999999"},
        413,
        LIMIT,
    ),
    "a parameter twice": (ADMIN, "POST", f"/attachments?{TOLD}&kind=EVIDENCE", PDF, {}, 400, BAD),
    "an operator for a record": (ADMIN, "POST", "/attachments?record[$ne]=x", PDF, {}, 400, BAD),
    "10,000 parameters": (ADMIN, "POST", "/attachments?" + "a=b&" * 10_000, PDF, {}, 400, BAD),
    "a record of others": (STRANGER, "POST", f"/attachments?{TOLD}", PDF, {}, 403, "FORBIDDEN"),
    "a file of nothing": (ADMIN, "GET", "/attachments/att_x", b"", {}, 404, MISSING),
    "a file by an operator": (ADMIN, "GET", "/attachments/%7B%22$ne%22:1%7D", b"", {}, 404, MISSING),
    "a file by a null byte": (ADMIN, "GET", "/attachments/att_%00", b"", {}, 404, MISSING),
    "a file by another kind's id": (ADMIN, "GET", "/attachments/org_boc", b"", {}, 404, MISSING),
    "a file by 60,000 letters": (ADMIN, "GET", "/attachments/" + "a" * 60_000, b"", {}, 404, MISSING),
    "a dossier without a token": (None, "GET", "/dossiers/org_boc", b"", {}, 401, "UNAUTHENTICATED"),
    "a dossier by POST": (ADMIN, "POST", "/dossiers/org_boc", b"", {}, 405, BAD),
    "a dossier of the year 1": (
        ADMIN,
        "GET",
        "/dossiers/org_boc?asOf=0001-01-01T00:00:00%2B14:00",
        b"",
        {},
        400,
        "INVALID",
    ),
    "a dossier of the year 9999": (
        ADMIN,
        "GET",
        "/dossiers/org_boc?asOf=9999-12-31T23:59:59-14:00",
        b"",
        {},
        400,
        "INVALID",
    ),
    "a dossier of no moment": (ADMIN, "GET", "/dossiers/org_boc?asOf[$gt]=", b"", {}, 400, BAD),
    "a dossier in another language": (ADMIN, "GET", "/dossiers/org_boc?language=../../x", b"", {}, 400, "INVALID"),
    "a dossier of others": (
        STRANGER,
        "GET",
        "/dossiers/org_boc_yuexiu?asOf=2026-01-01T00:00:00.000Z&language=en&network=net_002_derma",
        b"",
        {},
        404,
        MISSING,
    ),
    "a dossier of nothing": (
        BANK_RECORDER,
        "GET",
        "/dossiers/org_%00?asOf=2026-01-01T00:00:00.000Z&language=en&network=net_002_derma",
        b"",
        {},
        404,
        MISSING,
    ),
}


def struck(name: str, row: Row) -> Attack:
    viewer, method, path, body, headers, status, code = row

    def strike(service: Served) -> None:
        usual = {"content_type": "application/pdf", **bearer(viewer)}
        right(service.send(request(method, path, body, **{**usual, **headers})), name, service, status, code)

    return strike


def bombed(service: Served) -> None:
    """Whatever is said of it, it is never unpacked: it grows by no more than it has bytes."""
    before, told = service.memory(), TOLD.replace("a.pdf", "a.xlsx")
    sent: dict[str, Any] = {"content_type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
    answer = service.send(request("POST", f"/attachments?{told}", bomb(), **sent, **bearer(ADMIN)))
    assert answer.status in (201, 415, 422), answer
    assert service.memory() - before < 30 * 1024


ATTACKS: dict[str, Attack] = {
    **{name: struck(name, row) for name, row in FILES.items()},
    "a workbook of 100 MB": bombed,
}
