"""Dossiers over HTTP: the address that names their moment, their bytes, who is refused, large ones."""

import asyncio
import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from schema.dossiers import routes
from schema.dossiers.words import words
from service.bundles.document import Language
from service.cooperation.pillars import Theme
from service.dates import now
from service.identity import Identity
from service.records import document_of
from service.store import bundling
from service.store.bundling import Bundler
from service.store.checkpointing import Checkpointing, seal
from service.store.database import Database
from service.store.files import Folder
from service.store.kinds import JOBS, index_name
from service.store.materials import KIND_OF, Wanted
from service.store.relay import Relay
from service.store.store import Store
from service.trail.keys import SigningKey
from service.viewer import Viewer
from tests.api.wire import HOUR, KEYS, codes
from tests.bundles import partnership
from tests.conftest import ADMIN, BANK, FRONT_END, NETWORK, OBSERVER, OFFICER, STRANGER, House

pytestmark = pytest.mark.usefixtures("quick")
EXACT = {"asOf": "2024-12-01T04:00:00.000Z", "language": "zh"}


@dataclass
class Desk:
    client: httpx.AsyncClient
    database: Database
    files: Folder
    folder: Path
    bundler: Bundler
    asked: asyncio.Event

    async def ask(
        self,
        own_id: str = "com_1",
        viewer: Viewer | None = OFFICER,
        method: str = "GET",
        query: Any = EXACT,
        **headers: str,
    ) -> httpx.Response:
        token = {"authorization": f"Bearer {KEYS.issue(viewer, now(), HOUR)}"} if viewer else {}
        sent = {**token, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return await self.client.request(method, f"/dossiers/{own_id}", params=query, headers=sent)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the paper says in place of the PDF, which takes most of the time."""
    monkeypatch.setattr("service.bundles.pdf.rendered", lambda paper: repr(paper).encode())


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database, asked = Database("mongomock", "", "dossiers"), asyncio.Event()
    await partnership.stand(database)
    house = House(database, Store(database), Relay(database, "tests", asyncio.Event()))
    files = Folder(tmp_path / "files")
    bundler = Bundler(database, files, "tests", words, asked)
    app = Starlette(routes=routes.dossier_routes(house.store, Identity(KEYS), house.rates(), files, asked))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as client:
        yield Desk(client, database, files, tmp_path / "files", bundler, asked)
    await database.close()


# ── Small ones ──


async def test_a_small_dossier_is_answered_at_once_and_always_the_same(desk: Desk) -> None:
    answer = await desk.ask()
    assert answer.status_code == 200
    tag = hashlib.sha256(answer.content).hexdigest()
    expected = {
        "content-type": "application/zip",
        "content-length": str(len(answer.content)),
        "content-disposition": "attachment; filename=\"com_1.zip\"; filename*=UTF-8''com_1-20241201T040000Z.zip",
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "etag": f'"{tag}"',
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert (await desk.ask()).content == answer.content
    with zipfile.ZipFile(io.BytesIO(answer.content)) as zipped:
        manifest = orjson.loads(zipped.read("manifest.json"))
    assert manifest["request"] == {"id": "com_1", "asOf": EXACT["asOf"], "language": "zh", "network": None}
    head = await desk.ask(method="HEAD")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", f'"{tag}"')
    known = await desk.ask(if_none_match=f'"{tag}"')
    assert (known.status_code, known.content) == (304, b"")


async def test_what_is_written_later_does_not_change_it(desk: Desk) -> None:
    before = await desk.ask(BANK)
    late = partnership.activity("act_9", "后来的活动", Theme.THEORY_STUDY)
    document = document_of(replace(late, version=1, created_at=now()))
    await desk.database.insert("activities", {**document, "updated_at": now(), "outbox": []})
    assert (await desk.ask(BANK)).content == before.content
    leading = await desk.ask(BANK, query={})
    after = await desk.client.get(leading.headers["location"], headers=leading.request.headers)
    with zipfile.ZipFile(io.BytesIO(after.content)) as zipped:
        assert "后来的活动" in zipped.read("data.json").decode()


async def test_rights_make_another_dossier(desk: Desk) -> None:
    told = {}
    for viewer in (OFFICER, OBSERVER, FRONT_END):
        with zipfile.ZipFile(io.BytesIO((await desk.ask(viewer=viewer)).content)) as zipped:
            told[viewer.subject] = orjson.loads(zipped.read("manifest.json"))["withheld"]
    assert told["officer"] == ["acknowledgements.persons", "breaches.reporter"]
    assert "commitments.sides.signer" in told["observer"]
    assert "breaches.reporter" not in told["front-end"]  # who is told of no breach


async def test_what_was_restricted_in_it_is_in_the_access_log(desk: Desk) -> None:
    await desk.ask(viewer=FRONT_END)
    assert await desk.database.find("accesses", {}, 9) == []
    await desk.ask()
    [entry] = await desk.database.find("accesses", {}, 9)
    assert (entry["by"], entry["operation"], entry["networks"]) == ("officer", "GET /dossiers", [NETWORK])
    rights = {read["record"]: read["rights"] for read in entry["reads"]}
    assert rights["bre_2"] == ["READ_DRAFT_FINDINGS"]
    assert {rights[each][0] for each in ("agr_1", "com_1", BANK)} == {"READ_CONTACTS"}


# ── The address ──


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ({}, "zh"),
        ({"language": "en"}, "en"),
        ({"asOf": "2024-12-01T12:00:00+08:00"}, "zh"),
        ({"asOf": EXACT["asOf"]}, "zh"),
    ],
)
async def test_another_way_to_ask_leads_to_the_exact_address(desk: Desk, query: Any, language: str) -> None:
    began = now()
    answer = await desk.ask(query=query, accept_language="zh-CN")
    assert (answer.status_code, answer.headers["cache-control"]) == (307, "no-store")
    told = dict(httpx.URL(answer.headers["location"]).params)
    assert told["language"] == language
    if "asOf" in query:
        assert told["asOf"] == EXACT["asOf"]
    else:
        assert began <= dt.datetime.fromisoformat(told["asOf"]) <= now()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({**EXACT, "period": "2024"}, "asOf, language, network"),
        ([("asOf", EXACT["asOf"]), ("asOf", EXACT["asOf"])], "at most once"),
        ({"asOf": "yesterday"}, "2024-02-29T01:30:00.000Z"),
        ({"asOf": "2024-12-01T04:00:00"}, "offset"),
        ({"asOf": "2024-12-01T04:00:00 08:00"}, "%2B"),
        ({"asOf": "0001-01-01T00:00:00+14:00"}, "offset"),
        ({"asOf": "2999-01-01T00:00:00Z"}, "future"),
        ({**EXACT, "language": "fr"}, "zh or en"),
    ],
)
async def test_what_cannot_be_asked_is_refused(desk: Desk, query: Any, said: str) -> None:
    for language in ("en", "zh"):
        answer = await desk.ask(query=query, accept_language=language)
        assert answer.status_code == 400
        assert codes(answer)[0] in ("BAD_REQUEST", "INVALID")
        assert language == "zh" or said in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_it_is_only_read(desk: Desk, method: str) -> None:
    answer = await desk.ask(method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_it_needs_a_token_and_the_right(desk: Desk) -> None:
    nobody = await desk.ask(viewer=None)
    assert (nobody.status_code, codes(nobody)) == (401, ["UNAUTHENTICATED"])
    for own_id, viewer in (("com_1", STRANGER), ("com_none", OFFICER), ("aud_1", FRONT_END), ("act_1", OFFICER)):
        foreign = await desk.ask(own_id, viewer)
        assert (foreign.status_code, codes(foreign)) == (404, ["NOT_FOUND"])
        assert own_id in foreign.json()["errors"][0]["message"]


# ── Large ones ──


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every dossier is a large one."""
    monkeypatch.setattr(routes, "SMALL", 0)


async def test_a_large_dossier_is_made_in_the_background(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = (await desk.ask()).content
    monkeypatch.setattr(routes, "SMALL", 0)
    first = await desk.ask()
    assert (first.status_code, first.json()) == (202, {"state": "WAITING", "step": 0, "steps": 0})
    assert dict(httpx.URL(first.headers["location"]).params) == EXACT
    assert first.headers["retry-after"] == "2"
    assert desk.asked.is_set()
    assert (await desk.ask()).status_code == 202
    assert len(await desk.database.find(JOBS, {}, 9)) == 1
    assert await desk.bundler.round()
    ready = await desk.ask()
    assert (ready.status_code, ready.content) == (200, at_once)
    tag = ready.headers["etag"]
    assert tag == f'"{hashlib.sha256(at_once).hexdigest()}"'
    assert (await desk.ask(method="HEAD")).headers["content-length"] == str(len(at_once))
    assert (await desk.ask(if_none_match=tag)).status_code == 304


@pytest.mark.usefixtures("large")
async def test_who_has_other_rights_does_not_find_it(desk: Desk) -> None:
    await desk.ask()
    await desk.bundler.round()
    assert (await desk.ask(viewer=OFFICER)).status_code == 200
    assert (await desk.ask(viewer=OBSERVER)).status_code == 202
    assert (await desk.ask(viewer=STRANGER)).status_code == 404


@pytest.mark.usefixtures("large")
async def test_how_far_it_is_can_be_seen(desk: Desk) -> None:
    await desk.ask()
    await desk.database.update(JOBS, {}, {"$set": {"step": 3, "steps": 5}})
    assert (await desk.ask()).json() == {"state": "WAITING", "step": 3, "steps": 5}


@pytest.mark.usefixtures("large")
async def test_one_whose_file_is_gone_is_made_again(desk: Desk) -> None:
    await desk.ask()
    await desk.bundler.round()
    for path in desk.folder.iterdir():
        path.unlink()
    assert (await desk.ask()).status_code == 202
    assert (await desk.ask()).status_code == 202
    await desk.bundler.round()
    assert (await desk.ask()).status_code == 200


@pytest.mark.usefixtures("large")
async def test_one_that_cannot_be_made_says_so(desk: Desk) -> None:
    await desk.ask()
    await desk.database.update(JOBS, {}, {"$set": {"state": "FAILED"}})
    answer = await desk.ask()
    assert (answer.status_code, codes(answer)) == (500, ["INTERNAL_ERROR"])


async def test_making_one_is_paid_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    paid: list[int] = []
    monkeypatch.setattr("schema.rates.Rates.charge", lambda _, payer, cost, moment: paid.append(cost))
    await desk.ask()
    assert sum(paid) == routes.MAKING + routes.LEAST_COST


async def test_a_real_database_gives_a_dossier_with_its_proof(real_house: House, tmp_path: Path) -> None:
    database, files = real_house.database, Folder(tmp_path)
    await real_house.relay_all()
    for kind in KIND_OF.values():
        for index in kind.INDEXES:
            await database.create_index(kind.COLLECTION, index_name(index), index.keys, index.unique)
    key = SigningKey.parse(b"7" * 64)
    partitions = {each["partition"] for each in await database.find("revisions", {}, 10_000, ("partition",))}
    for partition in partitions:
        while await seal(database, partition, Checkpointing(key), now()):
            pass
    wanted = Wanted(BANK, now(), ADMIN)
    await bundling.ask(database, wanted, Language.CHINESE, now())
    assert await Bundler(database, files, "tests", words, asyncio.Event()).round()
    job = await bundling.job_of(database, bundling.key_of(wanted, Language.CHINESE), now())
    assert job is not None
    content = b"".join([part async for part in files.read(job["file"])])
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        manifest, data = (orjson.loads(zipped.read(name)) for name in ("manifest.json", "data.json"))
    assert {len(each["checkpoint"]) for each in manifest["chain"]} == {64}
    assert {"mem", "agr", "act", "org", "net"} <= set(data["records"])
