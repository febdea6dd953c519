"""`forget` as an operator types it."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from service.__main__ import main
from service.trail.sealing import FORGOTTEN

NETWORK, BANK = "net_002_derma", "org_boc_yuexiu"


@pytest.fixture(scope="module")
def mongo(engine_uri: str) -> Iterator[Any]:
    """A seeded installation, and its database."""
    name = f"test_{uuid.uuid4().hex}"
    with pytest.MonkeyPatch.context() as patch, MongoClient[dict[str, Any]](engine_uri) as client:
        patch.setenv("MONGODB_URI", engine_uri)
        patch.setenv("COBUILD_DATABASE", name)
        patch.setenv("COBUILD_SEALING_KEY", "0123456789abcdef" * 2)
        assert main(["seed"]) == 0
        yield client[name]
        client.drop_database(name)


def test_a_holder_of_a_role_is_forgotten_and_the_role_stays(mongo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    who = ["--network", NETWORK, "--role", "RECORDER", "--organization", BANK, "--subject", "boc-7"]
    assert main(["role", "give", *who, "--holder", "王保密"]) == 0
    capsys.readouterr()
    assert main(["forget", "--network", NETWORK, "王保密"]) == 0
    [role] = mongo["role_assignments"].find()
    assert capsys.readouterr().out.splitlines()[0] == f"changed 已修改: {role['_id']}"
    assert (role["holder"], role["subject"], role["version"]) == (FORGOTTEN, "boc-7", 2)
    assert "王保密" not in repr(role)
    assert [each["action"] for each in role["outbox"]] == ["role give", "forget"]
    assert main(["forget", "--network", NETWORK, "王保密"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The key is erased")
    assert "密钥已销毁" in said


def test_who_has_a_record_of_their_own_is_named(mongo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    person = mongo["persons"].find_one({"name": {"$ne": None}})
    assert main(["forget", "--network", person["network"], person["name"]]) == 0
    assert f"forgetPerson 遗忘: {person['_id']}" in capsys.readouterr().out
    assert mongo["persons"].find_one({"_id": person["_id"]})["name"] == person["name"]


def test_nobody_is_forgotten_by_an_empty_text(mongo: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["forget", "--network", NETWORK, " "]) == 1
    assert "Say whom to forget" in capsys.readouterr().err
