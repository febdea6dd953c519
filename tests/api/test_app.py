"""The house as a whole: what it is told, what it serves in each mode, and what it does when the database is away."""

import asyncio
import contextlib
import datetime as dt
import logging
import socket
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from schema.socket_rules import SocketLimits, SocketRules
from service import serving
from service.app import create_app, persistently, seed_if_empty
from service.dates import now
from service.environment import Mode
from service.errors import Unavailable
from service.identity import Identity
from service.settings import Settings, SettingsInvalid
from service.store.database import Database
from service.store.relay import Relay
from service.store.store import Store
from service.viewer import ANONYMOUS, Grant, Role, Viewer
from tests.conftest import MASTERS

KEY = "0123456789abcdef" * 4
KEYS = {"COBUILD_TOKEN_KEY": KEY, "COBUILD_SEALING_KEY": KEY, "COBUILD_CHECKPOINT_KEY": "1" * 64}
PRODUCTION = {"COBUILD_MODE": "production", "MONGODB_URI": "mongodb://db.example/", **KEYS}


def settings(tmp_path: Path, **variables: str) -> Settings:
    return Settings.from_environment({"COBUILD_DATA": str(tmp_path), **variables})


def in_memory(tmp_path: Path) -> Settings:
    return replace(settings(tmp_path), driver="mongomock")


@contextlib.asynccontextmanager
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as opened:
        yield opened


def test_without_any_variable_it_is_a_development_installation_of_its_own() -> None:
    made = Settings.from_environment({})
    assert (made.mode, made.mongodb_uri, made.database, made.driver) == (Mode.DEVELOPMENT, None, "cobuild", "motor")
    assert (made.host, made.port, made.data.name, made.engine.name) == ("127.0.0.1", 8000, ".data", "secantusd-py")
    assert (made.signing_keys, made.token_issuer, made.token_audience) == (None, "cobuild", "cobuild")


def test_an_empty_variable_counts_as_absent() -> None:
    assert Settings.from_environment({"PORT": "", "MONGODB_URI": " "}) == Settings.from_environment({})


WRONG = {
    "COBUILD_MODE": ["prod", "Development"],
    "MONGODB_URI": ["localhost:27017", "mongodb://", "mongodb://u:p/w@h", "mongodb://h:port", "postgres://h/"],
    "COBUILD_DATABASE": ["a b", "a.b", "a/b", "a" * 39, "共建"],
    "COBUILD_DRIVER": ["mongomock", "jdbc"],
    "COBUILD_ORIGINS": ["*", "app.example", "https://app.example/", "https://a.example,", "https://A.example"],
    "COBUILD_PROXIES": ["proxy", "10.0.0.0/8,"],
    "HOST": ["a b", "http://h"],
    "PORT": ["-1", "65536", "80a", "٣", "8000.0"],
    "COBUILD_TOKEN_KEY": ["a" * 31, f"{KEY},", f"{KEY},short", f"{KEY},{KEY}"],
    "COBUILD_SEALING_KEY": ["short", f"{KEY},{KEY}"],
    "COBUILD_FILE_MEGABYTES": ["0", "1001", "2.5", "-1", "٣"],
    "COBUILD_UPLOAD_SECONDS": ["0", "3601", "10s"],
    "COBUILD_CHECKPOINT_KEY": ["-----BEGIN PRIVATE KEY-----", "-----BEGIN"],
    "COBUILD_CHECKPOINT_PUBLIC_KEYS": ["12", f"{'1' * 64},", "g" * 64],
    "COBUILD_CHECKPOINT_REVISIONS": ["0", "10001", "1e3"],
    "COBUILD_CHECKPOINT_SECONDS": ["0", "86401", "60s"],
    "COBUILD_LIMIT_SOCKETS": ["0", "many"],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_a_wrong_value_is_told_in_one_line_and_a_secret_is_not_repeated(name: str, text: str) -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment({name: text})
    [problem] = caught.value.problems
    assert problem.startswith(name)
    assert "\n" not in problem
    secret = name in ("MONGODB_URI", *KEYS)
    assert problem.partition(" is wrong:")[0] == (name if secret else f"{name}={text!r}")


def test_all_wrong_values_are_told_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        Settings.from_environment({name: texts[0] for name, texts in WRONG.items()})
    assert [problem.split()[0].partition("=")[0] for problem in caught.value.problems] == list(WRONG)


@pytest.mark.parametrize("absent", ["MONGODB_URI", *KEYS])
def test_production_needs_a_database_and_a_key_of_its_own(absent: str) -> None:
    assert Settings.from_environment(PRODUCTION).mode is Mode.PRODUCTION
    with pytest.raises(SettingsInvalid, match=f"^{absent} is missing") as caught:
        Settings.from_environment({**PRODUCTION, absent: ""})
    assert len(caught.value.problems) == 1


def test_a_replica_set_and_a_discovered_address_are_addresses() -> None:
    for address in (
        "mongodb://u:p%40ss@a:27017,b:27018/?replicaSet=rs0&w=majority",
        "mongodb+srv://u:p@cluster.example/",
    ):
        assert Settings.from_environment({"MONGODB_URI": address}).mongodb_uri == address


def test_files_are_kept_in_the_data_folder_in_another_one_or_in_the_database(tmp_path: Path) -> None:
    assert settings(tmp_path).files_folder == tmp_path / "files"
    assert settings(tmp_path, COBUILD_FILES="/srv/files").files_folder == Path("/srv/files")
    assert settings(tmp_path, COBUILD_FILES="gridfs").files_folder is None
    made = settings(tmp_path, COBUILD_FILE_MEGABYTES="1000", COBUILD_UPLOAD_SECONDS="1")
    assert (made.file_megabytes, made.upload_seconds) == (1000, 1)


def test_what_sockets_keep_to_is_told_by_settings(tmp_path: Path) -> None:
    assert settings(tmp_path).socket_rules == SocketRules()
    limits = {"COBUILD_LIMIT_SOCKETS": "2", "COBUILD_LIMIT_SOCKET_OPERATIONS": "3"}
    rules = settings(tmp_path, COBUILD_ORIGINS="https://app.example, http://127.0.0.1:8000", **limits).socket_rules
    origins = ("https://app.example", "http://127.0.0.1:8000")
    assert rules == SocketRules(SocketLimits(socket_operations=3, sockets=2), origins)


async def test_the_first_key_signs_and_every_key_verifies(tmp_path: Path) -> None:
    old, new = KEY, KEY[::-1]
    viewer = Viewer("a", (Grant(Role.OPERATOR),))
    lifetime = dt.timedelta(minutes=1)
    token = settings(tmp_path, COBUILD_TOKEN_KEY=old).token_keys().issue(viewer, now(), lifetime)
    rotated = settings(tmp_path, COBUILD_TOKEN_KEY=f"{new}, {old}").token_keys()
    assert await Identity(rotated).identify(f"Bearer {token}") == viewer
    assert list(rotated.keys.values()) == [new.encode(), old.encode()]
    assert not (tmp_path / "token.key").exists()


def test_a_development_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = settings(tmp_path / "data")
    first, second = made.token_keys(), made.token_keys()
    assert first == second
    [path] = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("cut")
    with pytest.raises(SettingsInvalid, match="is damaged"):
        made.token_keys()


def test_names_are_sealed_by_the_first_key_given_else_by_one_that_is_kept_and_not_made_anew(tmp_path: Path) -> None:
    given = settings(tmp_path, COBUILD_SEALING_KEY=f"{KEY[::-1]},{KEY}")
    assert given.masters().keys == (KEY[::-1].encode(), KEY.encode())
    assert not [*tmp_path.iterdir()]
    made = settings(tmp_path)
    assert made.masters() == made.masters()
    [path] = tmp_path.iterdir()
    assert (path.name, stat.S_IMODE(path.stat().st_mode)) == ("sealing.key", 0o600)
    path.write_text("cut")
    with pytest.raises(SettingsInvalid, match="restore it from a backup"):
        made.masters()


async def test_in_development_the_page_is_served_and_the_seeds_are_planted(tmp_path: Path) -> None:
    async with client(create_app(in_memory(tmp_path))) as opened:
        assert (await opened.get("/livez")).json() == {"alive": True}
        assert (await opened.get("/attachments/att_1")).status_code == 401
        assert (await opened.get("/readyz")).json() == {"ready": True, "reason": None}
        assert "text/html" in (await opened.get("/")).headers["content-type"]
        assert (await opened.get("/graphiql/page.js")).status_code == 200
        answer = await opened.post("/graphql", json={"query": "{ networks { totalCount } }"})
        assert answer.json()["data"]["networks"]["totalCount"] > 0


async def test_in_production_there_is_no_page_no_seed_and_no_sample_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = replace(settings(tmp_path, **PRODUCTION), driver="mongomock")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with client(create_app(made, lambda database: serving.announce(made, listener, database))) as opened:
            for path in ("/", "/graphiql", "/graphiql/page.js"):
                assert (await opened.get(path)).status_code == 404
            assert (await opened.get("/readyz")).status_code == 200
            answer = await opened.post("/graphql", json={"query": "{ networks { totalCount } }"})
            assert answer.json()["data"]["networks"]["totalCount"] == 0
        port = listener.getsockname()[1]
    assert capsys.readouterr().out == f"共建网 is ready: http://127.0.0.1:{port}/graphql\n"


@pytest.mark.parametrize("driver", ["motor", "pymongo"])
async def test_without_a_database_it_lives_is_not_ready_and_says_so_in_time(tmp_path: Path, driver: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = f"mongodb://127.0.0.1:{closed.getsockname()[1]}/?directConnection=true"
    begun = monotonic()
    async with client(create_app(replace(settings(tmp_path), mongodb_uri=address, driver=driver))) as opened:
        assert monotonic() - begun < 6
        assert (await opened.get("/livez")).status_code == 200
        answer = await opened.get("/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert answer.json()["reason"].count("\n") == 0
    assert monotonic() - begun < 12


@pytest.mark.parametrize("ping", ["refused", "hanging"])
async def test_it_is_not_ready_while_the_database_does_not_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ping: str
) -> None:
    async def command(*_: object) -> dict[str, Any]:
        if ping == "refused":
            raise Unavailable("gone")
        await asyncio.sleep(60)
        return {}

    async with client(create_app(in_memory(tmp_path))) as opened:
        assert (await opened.get("/readyz")).status_code == 200
        with monkeypatch.context() as patched:
            patched.setattr(Database, "command", command)
            begun = monotonic()
            assert (await opened.get("/readyz")).status_code == 503
            assert monotonic() - begun < 2
        assert (await opened.get("/readyz")).status_code == 200


async def test_a_relay_that_fails_is_logged_and_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    genuine, relays, again = Relay.run, set(), asyncio.Event()

    async def run(relay: Relay) -> None:
        relays.add(relay)
        if len(relays) == 1:
            raise RuntimeError("unforeseen")
        again.set()
        await genuine(relay)

    monkeypatch.setattr(Relay, "run", run)
    async with client(create_app(in_memory(tmp_path))):
        await asyncio.wait_for(again.wait(), 5)
    assert len(relays) == 2
    [record] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.getMessage() == "relay failed; it begins anew"
    assert record.exc_info is not None


async def test_failed_work_begins_anew_after_pauses_that_grow_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def work() -> None:
        if len(pauses) < 5:
            raise Unavailable("away")

    monkeypatch.setattr("service.app.asyncio.sleep", sleep)
    await persistently("work", work)
    assert pauses == [1.0, 2.0, 4.0, 4.0, 4.0]


async def test_seeding_completes_what_was_broken_off_and_leaves_a_foreign_database_alone() -> None:
    ours, foreign = (Store(Database("mongomock", "", "cobuild", masters=MASTERS)) for _ in range(2))
    await seed_if_empty(ours)
    whole = await ours.database.count("activities", {}, 1000)
    assert whole > 0
    await ours.database.client["cobuild"]["activities"].delete_many({})
    for _ in range(2):  # the second time nothing is missing
        await seed_if_empty(ours)
        assert await ours.database.count("activities", {}, 1000) == whole
    await foreign.database.insert("networks", {"_id": "net_own"})
    await seed_if_empty(foreign)
    assert await foreign.database.count("networks", {}, 9) == 1


async def test_samples_speak_for_the_seeds_else_for_the_first_membership_else_for_the_installation() -> None:
    database = Database("mongomock", "", "cobuild")
    assert await serving.sample_scope(database) is None
    keys = Settings.from_environment({"COBUILD_TOKEN_KEY": KEY}).token_keys()
    assert "FRONT_END" not in "".join(await serving.sample_lines("http://h/", keys, database))
    await database.insert("memberships", {"_id": "mem_1", "network": "net_1", "organization": "org_1"})
    assert await serving.sample_scope(database) == ("net_1", "org_1")
    await database.insert("organizations", {"_id": serving.SAMPLE_RECORDER, "network": "net_2"})
    assert await serving.sample_scope(database) == ("net_2", serving.SAMPLE_RECORDER)
    lines = await serving.sample_lines("http://h/", keys, database)
    tokens = [line.partition("#token=")[2] for line in lines if "#token=ey" in line]
    viewers = [await Identity(keys).identify(f"Bearer {token}") for token in tokens]
    assert [viewer.grants[0].role for viewer in viewers] == [role for role in Role if role is not Role.PUBLIC]
    assert ANONYMOUS not in viewers
