"""`python -m service serve` as a process with the real engine: it starts, says no in one line, stops and is killed."""

import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest

from service.viewer import INSTALLATION_WIDE, Role
from tests.faults.running import Running, command, eventually, let_go, running

CREATE = 'mutation { createNetwork(input: {name: "测试网络"}) { ... on Network { id name version } } }'
FIND = "query ($id: ID!) { node(id: $id) { id ... on Network { name version } } }"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that the tests of this file share; none of them ends it."""
    with running(tmp_path_factory.mktemp("standing") / "data") as service:
        assert service.url
        yield service


def get(url: str) -> httpx.Response:
    return httpx.get(url, timeout=10, trust_env=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_a_signal_stops_service_and_engine_within_seconds(data: Path, by: signal.Signals) -> None:
    with running(data) as service:
        assert service.ask("{ __typename }") == {"__typename": "Query"}
        assert (get(f"{service.url}/livez").status_code, get(f"{service.url}/readyz").status_code) == (200, 200)
        assert get(service.url).headers["content-type"].startswith("text/html")
        begun = monotonic()
        assert service.end(by) == 0
        assert monotonic() - begun < 8
        assert let_go(data)
        assert "Traceback" not in service.errors


def test_each_role_has_a_sample_token_for_the_seeded_network(standing: Running) -> None:
    query = "{ viewer { grants { role network organization } } networks(first: 9) { nodes { id } } }"
    assert "net_002_derma" in {each["id"] for each in standing.ask(query)["networks"]["nodes"]}
    tokens = standing.tokens()
    assert tokens.keys() == {*Role} - {Role.PUBLIC}
    for role, token in tokens.items():
        assert standing.ask(query, token)["viewer"]["grants"] == [
            {
                "role": role,
                "network": None if role in INSTALLATION_WIDE else "net_002_derma",
                "organization": "org_boc_yuexiu" if role == Role.RECORDER else None,
            }
        ]


def test_what_was_acknowledged_outlives_a_clean_stop_and_a_kill(data: Path) -> None:
    with running(data) as service:
        assert service.url
        token = service.tokens()["OPERATOR"]
        first = service.ask(CREATE, token)["createNetwork"]
        assert service.end(signal.SIGINT) == 0
    with running(data) as service:
        assert service.url
        # The key was kept: tokens of the first run still open the second.
        assert service.ask(FIND, token, id=first["id"])["node"] == first
        second = service.ask(CREATE.replace("测试", "第二"), token)["createNetwork"]
        service.end(signal.SIGKILL)
        assert eventually(lambda: let_go(data), 5), "the engine outlived the service"
    with running(data) as service:
        for made in (first, second):
            assert service.ask(FIND, token, id=made["id"])["node"] == made


def test_a_busy_port_is_told_in_one_line_before_anything_is_started(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        answer = command(data, "serve", PORT=str(port))
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
    assert f"Port {port} of 127.0.0.1 is in use" in answer.stderr
    assert not data.exists()


def test_a_foreign_address_is_told_in_one_line(data: Path) -> None:
    answer = command(data, "serve", HOST="192.0.2.1")
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
    assert "Cannot listen on 192.0.2.1" in answer.stderr


def test_a_locked_folder_is_told_in_one_line_by_each_command(standing: Running) -> None:
    for words in (("serve",), ("seed",), ("doctor",)):
        answer = command(standing.data, *words)
        assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
        assert f"{standing.data} is in use by another process ({standing.process.pid})" in answer.stderr
    assert standing.ask("{ __typename }") == {"__typename": "Query"}


def test_each_wrong_setting_is_told_in_a_line(data: Path) -> None:
    answer = command(data, "serve", PORT="99999", COBUILD_DRIVER="jdbc", COBUILD_TOKEN_KEY="too-short")
    assert (answer.returncode, answer.stdout) == (1, "")
    lines = answer.stderr.splitlines()
    assert [line.split()[1].partition("=")[0] for line in lines] == ["COBUILD_DRIVER", "PORT", "COBUILD_TOKEN_KEY"]
    assert "too-short" not in answer.stderr


def test_without_an_engine_it_warns_loudly_and_works(data: Path) -> None:
    with running(data, COBUILD_ENGINE=str(data / "nowhere")) as service:
        assert service.ask("{ networks(first: 1) { totalCount } }")["networks"]["totalCount"] > 0
        assert "NOTHING IS KEPT" in service.errors
        assert "数据不会保存" in service.errors
        assert service.end(signal.SIGINT) == 0


def test_without_an_engine_nothing_is_seeded_that_would_not_be_kept(data: Path) -> None:
    answer = command(data, "seed", COBUILD_ENGINE=str(data / "nowhere"))
    assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
    assert "The embedded database is not installed" in answer.stderr


def test_an_absent_database_is_waited_for(data: Path) -> None:
    address, port = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true", free_port()
    with running(data, MONGODB_URI=address, PORT=str(port)) as service:
        url = f"http://127.0.0.1:{port}"
        assert eventually(lambda: accepts(port), 10)
        assert get(f"{url}/livez").status_code == 200
        answer = get(f"{url}/readyz")
        assert (answer.status_code, answer.json()["ready"]) == (503, False)
        assert service.end(signal.SIGTERM) == 0
        assert "upkeep waits for the database" in service.errors
        assert "Traceback" not in service.errors


def test_seeding_is_idempotent_and_the_doctor_tells_what_is_there(data: Path) -> None:
    before = command(data, "doctor")
    assert before.returncode == 1
    assert "  missing 缺少: networks.outbox_at" in before.stdout
    seeded, again = command(data, "seed", "--synthetic", "3"), command(data, "seed", "--synthetic", "3")
    assert (seeded.returncode, again.returncode) == (0, 0), seeded.stderr + again.stderr
    written = int(seeded.stdout.split()[0])
    assert written > 3
    assert again.stdout.startswith("0 records written")
    after = command(data, "doctor")
    assert after.returncode == 0, after.stdout + after.stderr
    assert "missing 缺少:" not in after.stdout
    assert f"relay 待转发的修订: {written}\n" in after.stdout


def test_commands_on_a_database_that_is_away_fail_in_one_line(data: Path) -> None:
    address = f"mongodb://127.0.0.1:{free_port()}/?directConnection=true"
    for words in (("doctor",), ("seed",)):
        answer = command(data, *words, MONGODB_URI=address)
        assert (answer.returncode, answer.stdout, len(answer.stderr.splitlines())) == (1, "", 1)
        assert "The database does not answer" in answer.stderr


def test_a_token_of_the_command_line_opens_the_service(data: Path) -> None:
    issued = command(
        data, "token", "--role", "RECORDER", "--network", "net_a", "--organization", "org_b", "--days", "1"
    )
    unfit = command(data, "token", "--role", "OPERATOR", "--network", "net_a")
    assert (unfit.returncode, unfit.stdout, len(unfit.stderr.splitlines())) == (1, "", 1)
    with running(data) as service:
        grant = {"role": "RECORDER", "network": "net_a", "organization": "org_b"}
        query = "{ viewer { subject grants { role network organization } } }"
        asked = service.ask(query, issued.stdout.strip())
        assert asked == {"viewer": {"subject": "operator", "grants": [grant]}}
