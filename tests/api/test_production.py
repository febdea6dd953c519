"""What is wrong with an installation on the open internet, found in its settings; and introspection, off there."""

from pathlib import Path

import pytest

from schema.limits import USUAL
from service.__main__ import main
from service.environment import VARIABLES
from service.production import lacks
from service.settings import Settings

NAMES = {each.name for each in VARIABLES.values()}
KEY = "0123456789abcdef0123456789abcdef"
URI = "mongodb://cobuild:Xk29fQ7LmZtr@db.example/?replicaSet=rs0&tls=true"
FIT = {
    "COBUILD_MODE": "production",
    "MONGODB_URI": URI,
    "COBUILD_TOKEN_KEY": KEY,
    "COBUILD_CHECKPOINT_KEY": KEY * 2,
    "COBUILD_SEALING_KEY": KEY[::-1],
    "COBUILD_REVOKED_TOKENS": "revoked.txt",
    "COBUILD_ORIGINS": "https://app.example",
    "COBUILD_PROXIES": "10.0.0.0/8",
    "HOST": "0.0.0.0",
}


def lacking(**variables: str) -> list[str]:
    found = list(lacks(Settings.from_environment(FIT | variables)))
    for lack in found:
        assert {text[-1] for text in (lack.english, lack.remedy)} == {"."}
        assert {text[-1] for text in (lack.chinese, lack.chinese_remedy)} == {"。"}
        assert lack.setting in NAMES
    return [lack.setting for lack in found]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"MONGODB_URI": "mongodb+srv://cobuild:Xk29fQ7LmZtr@db.example/"},
        {"MONGODB_URI": "mongodb://cobuild:Xk29fQ7LmZtr@127.0.0.1/"},
        {"COBUILD_PROXIES": "", "HOST": "127.0.0.1"},
        {"MONGODB_URI": "mongodb://db.example/?tls=true&authMechanism=MONGODB-X509"},
        {"COBUILD_PROXIES": "10.1.2.3, 172.16.0.0/12, fd00::/16"},
        {"COBUILD_METRICS_PORT": "9000"},
        {"COBUILD_METRICS_HOST": "0.0.0.0"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "https://collector.example"},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"},
        {"COBUILD_RATE_VIEWER": "3000000", "COBUILD_LIMIT_COST": "50000"},
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
        ("MONGODB_URI", "mongodb+srv://cobuild:Xk29fQ7LmZtr@db.example/?tls=false"),
        ("MONGODB_URI", f"{URI}&tlsAllowInvalidCertificates=true"),
        ("MONGODB_URI", f"{URI}&tlsInsecure=true"),
        ("MONGODB_URI", "mongodb://db.example/?tls=true"),
        ("MONGODB_URI", "mongodb://cobuild:Password@db.example/?tls=true"),
        ("MONGODB_URI", "mongodb://keeper:keeper@db.example/?tls=true"),
        ("COBUILD_INTROSPECTION", "yes"),
        ("COBUILD_ORIGINS", "https://app.example,http://app.example"),
        ("COBUILD_PROXIES", ""),
        ("COBUILD_PROXIES", "0.0.0.0/0"),
        ("COBUILD_PROXIES", "10.0.0.1,128.0.0.0/1"),
        ("COBUILD_PROXIES", "0::/0"),
        ("MONGODB_URI", "mongodb://keeper:short@db.example/?tls=true"),
        ("COBUILD_SEALING_KEY", "b" * 64),
        ("COBUILD_SEALING_KEY", KEY),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.example:4318"),
        ("COBUILD_RATE_ADDRESS", "999999999"),
        ("COBUILD_RATE_VIEWER", "999999999"),
        ("COBUILD_LIMIT_COST", "999999999"),
        ("COBUILD_LIMIT_SOCKETS", "999999999"),
    ],
)
def test_each_lack_is_named_by_its_setting(setting: str, value: str) -> None:
    found = lacking(**{setting: value})
    assert found[0] == setting
    assert set(found) <= {setting, "COBUILD_INTROSPECTION"}


def test_other_lacks(tmp_path: Path) -> None:
    (listed := tmp_path / "documents.json").touch(0o600)
    assert lacking(COBUILD_DOCUMENTS=str(listed)) == ["COBUILD_DOCUMENTS_ONLY"]
    assert lacking(COBUILD_DOCUMENTS="nowhere.json", COBUILD_DOCUMENTS_ONLY="yes") == ["COBUILD_DOCUMENTS"]
    for address in ("0.0.0.0", "::"):
        assert lacking(COBUILD_METRICS_PORT="9000", COBUILD_METRICS_HOST=address) == ["COBUILD_METRICS_HOST"]


def test_what_development_makes_by_itself_is_lacking_in_production() -> None:
    made = [lack.setting for lack in lacks(Settings.from_environment({}))]
    assert made == [
        "COBUILD_MODE",
        "COBUILD_TOKEN_KEY",
        "COBUILD_SEALING_KEY",
        "COBUILD_CHECKPOINT_KEY",
        "COBUILD_REVOKED_TOKENS",
        "MONGODB_URI",
        "COBUILD_INTROSPECTION",
    ]


@pytest.mark.parametrize(
    ("setting", "more", "allowed", "refused"),
    [
        ("COBUILD_REVOKED_TOKENS", {}, 0o644, 0o666),
        ("COBUILD_DOCUMENTS", {"COBUILD_DOCUMENTS_ONLY": "yes"}, 0o644, 0o664),
        ("COBUILD_CHECKPOINT_KEY", {}, 0o600, 0o640),
    ],
)
def test_files_are_kept_from_others(
    tmp_path: Path, setting: str, more: dict[str, str], allowed: int, refused: int
) -> None:
    path = tmp_path / "file"
    path.touch()
    for mode, found in ((allowed, []), (refused, [setting])):
        path.chmod(mode)
        assert lacking(**{setting: str(path), **more}) == found


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
    assert capsys.readouterr().out == "COBUILD_INTROSPECTION: Introspection is on. Set no. 内省已开启。请设为 no。\n"
