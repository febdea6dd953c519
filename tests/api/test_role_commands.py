"""`role give` and `role list`, as an operator types them: the first administrator of a network."""

import uuid
from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from service.__main__ import main

NETWORK, BANK = "net_002_derma", "org_boc_yuexiu"


@pytest.fixture(scope="module", autouse=True)
def installation(engine_uri: str) -> Iterator[None]:
    name = f"test_{uuid.uuid4().hex}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MONGODB_URI", engine_uri)
        patch.setenv("COBUILD_DATABASE", name)
        assert main(["seed"]) == 0
        yield
    with MongoClient(engine_uri) as mongo:  # type: MongoClient[dict[str, object]]
        mongo.drop_database(name)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(["role", *words])
    said = capsys.readouterr()
    return code, said.out.strip(), said.err


def test_the_first_administrator_is_given_the_role_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "list", "--network", NETWORK)[:2] == (0, "none 无")
    who = ("--network", NETWORK, "--role", "NETWORK_ADMIN", "--subject", "王主任")
    code, given, _ = run(capsys, "give", *who, "--holder", "王")
    assert code == 0
    assert given.split()[1:4] == ["NETWORK_ADMIN", "-", "王主任"]
    assert given.endswith("ACTIVE")
    recorder = ("--role", "RECORDER", "--organization", BANK, "--subject", "李联络")
    second = run(capsys, "give", "--network", NETWORK, *recorder)[1]
    assert BANK in second
    code, listed, _ = run(capsys, "list", "--network", NETWORK)
    assert (code, set(listed.splitlines())) == (0, {given, second})
    code, _, told = run(capsys, "give", *who)
    assert code == 1
    assert "cobuild: ALREADY_EXISTS" in told
    assert "已存在" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--role", "OBSERVER", "--subject", "王"), "--network ID"),
        (("--network", "net_missing", "--role", "OBSERVER", "--subject", "王"), "REFERENCE_INVALID network"),
        (("--network", NETWORK, "--role", "OPERATOR", "--subject", "王"), "RULE_BROKEN role"),
        (("--network", NETWORK, "--role", "OBSERVER", "--subject", "operator"), "RULE_BROKEN subject"),
    ],
)
def test_what_cannot_be_given_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    code, out, err = run(capsys, "give", *words)
    assert (code, out) == (1, "")
    assert told in err
    assert "Traceback" not in err


def test_a_role_needs_a_step() -> None:
    with pytest.raises(SystemExit):
        main(["role"])
