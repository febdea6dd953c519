"""Guards of docker-compose.yml, service/Dockerfile and .dockerignore.

No container engine runs where the project is built. So the files are judged by the tools that read them
(Docker Compose itself, hadolint), and the scripts in them are executed: the database's entry by bash, its
health check by a JavaScript engine against a simulated server, the service's probe against a real socket.
"""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import quickjs
import yaml
from pymongo.uri_parser import parse_uri

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "service" / "Dockerfile"
KEYS = ("COBUILD_TOKEN_KEY", "COBUILD_CHECKPOINT_KEY", "COBUILD_SEALING_KEY")
REQUIRED = ("MONGODB_ROOT_PASSWORD", "MONGODB_PASSWORD", *KEYS)
SECRETS = {name: f"{name}-{1:032}" for name in REQUIRED}
Process = subprocess.CompletedProcess[str]
Instructions = list[tuple[str, str]]


def run(*words: str | Path, **environment: str) -> Process:
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60)


def compose_config(values: dict[str, str]) -> Process:
    """What Docker Compose makes of the file: schema checked, variables filled in from *values* alone."""
    options = ("--env-file", os.devnull, "--file", COMPOSE, "config", "--format", "json")
    return run(TOOLS / "docker-compose", *options, PATH=os.defpath, HOME=os.devnull, **values)


@pytest.fixture(scope="module")
def services() -> Any:
    answer = compose_config(SECRETS)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)["services"]


@pytest.fixture(scope="module")
def mongodb() -> Any:
    """The database as written, with Compose's escape for the dollar sign taken back."""
    text = COMPOSE.read_text(encoding="utf-8").replace("$$", "$")
    return yaml.safe_load(text)["services"]["mongodb"]


@pytest.fixture(scope="module")
def instructions() -> Instructions:
    """The Dockerfile as (instruction, arguments), in order."""
    text = re.sub("^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    pairs = (line.split(maxsplit=1) for line in text.replace("\\\n", " ").splitlines() if line)
    return [(name, arguments.strip()) for name, arguments in pairs]


def last(instructions: Instructions, name: str) -> str:
    return [arguments for instruction, arguments in instructions if instruction == name][-1]


@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
@pytest.mark.parametrize("name", REQUIRED)
def test_nothing_starts_without_a_secret_and_the_message_names_env(name: str, value: str | None) -> None:
    values = {**SECRETS, name: value}
    answer = compose_config({key: text for key, text in values.items() if text is not None})
    assert answer.returncode != 0
    assert f"required variable {name} is missing a value: put it into .env" in answer.stderr


def test_no_secret_is_written_down() -> None:
    text = COMPOSE.read_text(encoding="utf-8")
    assert set(re.findall(r"(?<!\$)\$\{(\w+)(?!\w|:\?)", text)) == {"PORT"}
    for service in yaml.safe_load(text)["services"].values():
        secrets = {name for name in service["environment"] if re.search("PASSWORD|KEY|SECRET|URI", name)}
        assert {name for name in secrets if ":?" not in service["environment"][name]} == set()


def test_every_container_is_confined_and_what_the_database_writes_outlives_it(services: Any) -> None:
    assert set(services) == {"service", "mongodb"}
    confined = {"read_only": True, "cap_drop": ["ALL"], "security_opt": ["no-new-privileges:true"]}
    for service in services.values():
        assert {**service, **confined} == service
        assert not {"cap_add", "privileged", "network_mode", "pid", "devices"} & set(service)
        assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
        assert {"mem_limit", "stop_grace_period"} <= set(service)
    assert services["mongodb"]["user"] == "mongodb"
    kept = {volume["target"]: volume["type"] for volume in services["mongodb"]["volumes"]}
    assert kept == {"/data/db": "volume", "/data/configdb": "volume"}


def test_only_the_service_is_published_and_only_on_this_machine(services: Any) -> None:
    published = {
        name: [(port["host_ip"], port["published"], port["target"]) for port in service.get("ports", [])]
        for name, service in services.items()
    }
    assert published == {"service": [("127.0.0.1", "8000", 8000)], "mongodb": []}


def test_the_service_waits_for_a_healthy_database_and_finds_it(services: Any, mongodb: Any) -> None:
    assert services["service"]["depends_on"]["mongodb"]["condition"] == "service_healthy"
    environment = services["service"]["environment"]
    uri = parse_uri(environment["MONGODB_URI"])
    fixed = {"COBUILD_DATABASE": "cobuild", "COBUILD_MODE": "production", "HOST": "0.0.0.0", "PORT": "8000"}
    assert {**environment, **fixed, **{name: SECRETS[name] for name in REQUIRED if name in environment}} == environment
    assert (uri["username"], uri["password"]) == ("cobuild", SECRETS["MONGODB_PASSWORD"])
    assert uri["nodelist"] == [(mongodb["hostname"], 27017)]
    options = {name.lower(): value for name, value in uri["options"].items()}
    assert options == {"authsource": "admin", "replicaset": "rs0", "w": "majority", "journal": True}


def enter(mongodb: Any, home: Path, password: str) -> Process:
    """Runs the entry with *home* for /data/configdb and an image entry point that prints its arguments."""
    (image_entry := home / "docker-entrypoint.sh").write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    image_entry.chmod(0o700)
    words = (word.replace("/data/configdb", str(home)) for word in mongodb["entrypoint"] + mongodb["command"])
    return run(*words, PATH=f"{home}:{os.environ['PATH']}", MONGODB_PASSWORD=password)


def test_the_entry_makes_once_a_key_file_that_mongod_accepts(mongodb: Any, tmp_path: Path) -> None:
    key = tmp_path / "replica-set.key"
    first = enter(mongodb, tmp_path, SECRETS["MONGODB_PASSWORD"])
    assert first.stdout.startswith(f"mongod --replSet=rs0 --keyFile={key} "), first.stderr
    content = key.read_text(encoding="ascii")
    assert re.fullmatch(r"[A-Za-z0-9+/]{1008}", content), "mongod takes 6 to 1,024 characters of base64"
    assert key.stat().st_mode & 0o777 == 0o400
    assert enter(mongodb, tmp_path, SECRETS["MONGODB_PASSWORD"]).returncode == 0
    assert key.read_text(encoding="ascii") == content
    assert {path.name for path in tmp_path.iterdir()} == {"docker-entrypoint.sh", "replica-set.key"}


@pytest.mark.parametrize("password", ["p@ss", "a/b", "a:b", "50%", "密码", "two words", "line\nline"])
def test_the_entry_refuses_a_password_a_uri_would_garble(mongodb: Any, tmp_path: Path, password: str) -> None:
    answer = enter(mongodb, tmp_path, password)
    assert (answer.returncode, answer.stdout) == (64, "")
    assert "MONGODB_PASSWORD may hold only" in answer.stderr


SIMULATED_MONGOSH = """
const server = { set: null, primary: false, users: {}, log: [] };
let session, printed, process = {};
const refuse = (codeName) => { throw Object.assign(new Error(codeName), { codeName }); };
const allow = (condition, codeName = "Unauthorized") => condition || refuse(codeName);
const noUsers = () => Object.keys(server.users).length === 0; // then the localhost exception holds
const save = (verb, user, account) => { server.users[user] = account; server.log.push(`${verb} ${user}`); };
const admin = {
  auth(user, pwd) {
    allow(!server.fault, server.fault);
    session = allow(server.users[user]?.pwd === pwd, "AuthenticationFailed") && user;
  },
  getUser(user) { allow(session === "root"); return server.users[user] ?? null; },
  updateUser(user, account) { allow(session === "root"); save("update", user, account); },
  createUser({ user, ...account }) {
    allow(server.primary, "NotWritablePrimary");
    allow(!server.users[user] && (session === "root" || noUsers()));
    save("create", user, account);
  },
};
const db = {
  getSiblingDB: (name) => allow(name === "admin") && admin,
  hello: () => ({ ...(server.set && { setName: server.set._id }), isWritablePrimary: server.primary }),
};
const rs = { initiate(set) {
  allow(noUsers() && !server.set, "AlreadyInitialized");
  [server.set, server.log] = [set, ["initiate"]];
} };
const print = (text) => { printed = text; };
const check = (script, env) => {
  [session, printed, process.env] = [null, null, env];
  try { new Function(script)(); } catch (error) { return error.message; }
  return printed;
};
"""


class SimulatedDatabase:
    """A mongod with access control and its localhost exception, as a script in mongosh meets it."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.engine = quickjs.Context()
        self.engine.eval(SIMULATED_MONGOSH)

    def check(self, password: str = "application", root_password: str = "root") -> str:
        """One health check: what it printed at its end, or the error that broke it off."""
        environment = {"MONGODB_PASSWORD": password, "MONGODB_ROOT_PASSWORD": root_password}
        return str(self.engine.eval(f"check({json.dumps(self.script)}, {json.dumps(environment)})"))

    def become(self, **state: Any) -> None:
        self.engine.eval(f"Object.assign(server, {json.dumps(state)})")

    def read(self, member: str) -> Any:
        return json.loads(self.engine.eval(f"JSON.stringify(server.{member})"))


@pytest.fixture
def database(mongodb: Any) -> SimulatedDatabase:
    *command, script = mongodb["healthcheck"]["test"]
    assert command == ["CMD", "mongosh", "--quiet", "--norc", "--eval"]
    return SimulatedDatabase(script)


def test_the_health_check_initiates_then_creates_the_users_then_only_looks(
    database: SimulatedDatabase,
) -> None:
    assert [database.check(), database.check()] == ["not yet the writable primary"] * 2
    assert database.read("set") == {"_id": "rs0", "members": [{"_id": 0, "host": "mongodb:27017"}]}
    database.become(primary=True)
    assert [database.check(), database.check()] == ["ready"] * 2
    assert database.read("log") == ["initiate", "create root", "create cobuild"]
    assert database.read("users") == {
        "root": {"pwd": "root", "roles": ["root"]},
        "cobuild": {"pwd": "application", "roles": [{"role": "readWrite", "db": "cobuild"}]},
    }


def test_the_health_check_goes_on_where_it_was_broken_off(database: SimulatedDatabase) -> None:
    database.become(set={"_id": "rs0"}, primary=True, users={"root": {"pwd": "root"}})
    assert database.check() == "ready"
    assert database.read("log") == ["create cobuild"]


def test_the_health_check_takes_over_a_new_application_password_only(database: SimulatedDatabase) -> None:
    database.check()
    database.become(primary=True)
    assert [database.check("old"), database.check("new")] == ["ready"] * 2
    assert database.check("newer", root_password="wrong") == "Unauthorized"
    assert (database.read("log")[-1], database.read("users.cobuild.pwd")) == ("update cobuild", "new")
    database.become(fault="HostUnreachable")
    assert database.check("new") == "HostUnreachable"


def test_hadolint_finds_nothing() -> None:
    answer = run(TOOLS / "hadolint", "--disable-ignore-pragma", DOCKERFILE)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_images_are_pinned_by_a_tag_that_names_a_version(instructions: Instructions, services: Any) -> None:
    built_on = {arguments.split()[0] for name, arguments in instructions if name == "FROM"}
    assert (built_on, services["mongodb"]["image"]) == ({"python:3.11-slim"}, "mongo:8.0")


def test_the_image_runs_the_service_as_a_fixed_unprivileged_user(instructions: Instructions) -> None:
    assert all(int(number) >= 1000 for number in last(instructions, "USER").split(":"))
    command = json.loads(last(instructions, "ENTRYPOINT")) + json.loads(last(instructions, "CMD"))
    assert command == ["python", "-m", "service", "serve"]
    assert {"PYTHONUNBUFFERED=1", "HOME=/tmp"} <= set(last(instructions, "ENV").split())


def test_the_image_installs_only_what_the_lock_names_by_hash(instructions: Instructions) -> None:
    (install,) = [text for name, text in instructions if name == "RUN" and " install " in text]
    options = ("--require-hashes", "--no-deps", "--only-binary :all:", "--requirement requirements.lock")
    assert [option for option in options if option not in install] == []


def test_the_build_takes_from_the_checkout_what_exists_and_no_more(instructions: Instructions) -> None:
    copies = [arguments.split() for name, arguments in instructions if name == "COPY"]
    taken = {source for *sources, _ in copies if "--from=builder" not in sources for source in sources}
    assert {source for source in taken if not (ROOT / source).exists()} == set()
    text = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    ignore, *rules = re.findall("^[^#\n].*", text, re.MULTILINE)
    assert ignore == "*"
    assert {rule for rule in rules if rule.startswith("!")} == {f"!{source}" for source in taken}


class Readiness(BaseHTTPRequestHandler):
    """Answers /readyz with `status`, anything else with 404."""

    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/readyz" else 404)
        self.end_headers()


@pytest.fixture
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Readiness) as listener:
        threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True).start()
        yield listener.server_port
        listener.shutdown()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (404, False)])
def test_the_image_is_healthy_exactly_when_the_service_is_ready(
    instructions: Instructions, port: int, monkeypatch: pytest.MonkeyPatch, status: int, healthy: bool
) -> None:
    monkeypatch.setattr(Readiness, "status", status)
    _, *arguments = json.loads(last(instructions, "HEALTHCHECK").split(" CMD ", 1)[1])
    probe = run(sys.executable, *arguments, PORT=str(port), http_proxy="http://127.0.0.1:9")
    assert (probe.returncode == 0) is healthy
