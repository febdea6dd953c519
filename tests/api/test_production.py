"""What is wrong with an installation on the open internet, found in its settings; and introspection, off there."""

from pathlib import Path

import pytest

from schema.limits import USUAL
from service.__main__ import main
from service.production import lacks
from service.settings import Settings

KEY = "0123456789abcdef0123456789abcdef"
URI = "mongodb://cobuild:Xk29fQ7LmZ@db.example/?replicaSet=rs0&tls=true"
FIT = {
    "COBUILD_MODE": "production",
    "MONGODB_URI": URI,
    "COBUILD_TOKEN_KEY": KEY,
    "COBUILD_CHECKPOINT_KEY": KEY * 2,
    "COBUILD_SEALING_KEY": KEY,
    "COBUILD_REVOKED_TOKENS": "revoked.txt",
    "COBUILD_ORIGINS": "https://app.example",
    "COBUILD_PROXIES": "10.0.0.0/8",
    "HOST": "0.0.0.0",
}


def lacking(**variables: str) -> list[str]:
    found = list(lacks(Settings.from_environment(FIT | variables)))
    assert all(lack.english.endswith(".") and lack.chinese.endswith("。") for lack in found)
    return [lack.setting for lack in found]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"MONGODB_URI": "mongodb+srv://cobuild:Xk29fQ7LmZ@db.example/"},
        {"MONGODB_URI": "mongodb://cobuild:Xk29fQ7LmZ@127.0.0.1/"},
        {"COBUILD_PROXIES": "", "HOST": "127.0.0.1"},
        {"COBUILD_DOCUMENTS": "documents.json", "COBUILD_DOCUMENTS_ONLY": "yes"},
    ],
)
def test_what_is_fit_lacks_nothing(variables: dict[str, str]) -> None:
    assert lacking(**variables) == []


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("COBUILD_MODE", "development"),
        ("COBUILD_TOKEN_KEY", "a" * 64),
        ("COBUILD_TOKEN_KEY", f"{KEY},{'ab' * 32}"),
        ("COBUILD_REVOKED_TOKENS", ""),
        ("MONGODB_URI", URI.replace("&tls=true", "")),
        ("MONGODB_URI", "mongodb+srv://cobuild:Xk29fQ7LmZ@db.example/?tls=false"),
        ("MONGODB_URI", f"{URI}&tlsAllowInvalidCertificates=true"),
        ("MONGODB_URI", f"{URI}&tlsInsecure=true"),
        ("MONGODB_URI", "mongodb://db.example/?tls=true"),
        ("MONGODB_URI", "mongodb://cobuild:Password@db.example/?tls=true"),
        ("MONGODB_URI", "mongodb://keeper:keeper@db.example/?tls=true"),
        ("COBUILD_INTROSPECTION", "yes"),
        ("COBUILD_ORIGINS", "https://app.example,http://app.example"),
        ("COBUILD_PROXIES", ""),
        ("COBUILD_PROXIES", "0.0.0.0/0"),
    ],
)
def test_each_lack_is_named_by_its_setting(setting: str, value: str) -> None:
    found = lacking(**{setting: value})
    assert found[0] == setting
    assert set(found) <= {setting, "COBUILD_INTROSPECTION"}


def test_other_lacks() -> None:
    assert lacking(COBUILD_DOCUMENTS="documents.json") == ["COBUILD_DOCUMENTS_ONLY"]
    alone = {**FIT, "COBUILD_MODE": "development", "MONGODB_URI": ""}
    assert "MONGODB_URI" in [lack.setting for lack in lacks(Settings.from_environment(alone))]


def test_a_list_that_everybody_may_write_is_named(tmp_path: Path) -> None:
    path = tmp_path / "revoked.txt"
    path.touch(0o600)
    assert lacking(COBUILD_REVOKED_TOKENS=str(path)) == []
    path.chmod(0o666)
    assert lacking(COBUILD_REVOKED_TOKENS=str(path)) == ["COBUILD_REVOKED_TOKENS"]


@pytest.mark.parametrize(
    ("mode", "told", "on"),
    [
        ("production", "", False),
        ("production", "yes", True),
        ("development", "", True),
        ("development", "no", False),
    ],
)
def test_introspection_is_off_in_production_unless_told(mode: str, told: str, on: bool) -> None:
    made = Settings.from_environment({**FIT, "COBUILD_MODE": mode, "COBUILD_INTROSPECTION": told})
    assert made.limits.introspection_depth == (USUAL.introspection_depth if on else 0)


def test_the_command_tells_all_and_its_exit_code_says_whether_it_is_fit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in FIT.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor", "--production"]) == 0
    assert "Fit for production" in capsys.readouterr().out
    monkeypatch.setenv("COBUILD_INTROSPECTION", "yes")
    assert main(["doctor", "--production"]) == 1
    assert capsys.readouterr().out == "COBUILD_INTROSPECTION: Introspection is on: set no. 内省已开启，请设为 no。\n"
