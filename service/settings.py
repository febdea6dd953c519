"""What the service is told from outside: one frozen object, checked whole before anything starts.

Nothing is read on import; `VARIABLES` is the whole list, and `--help` prints it.
"""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from schema.limits import Limits, setting_of
from service.identity import Identity, Issuer, Revoked
from service.keys import SHORTEST_KEY, KeyDamaged, kept_key, key_id, keys_of
from service.store.addresses import check_address
from service.store.database import DriverName
from service.trail.sealing import Masters
from service.viewer import TokenKeys

CHECKOUT = Path(__file__).parents[1]
REMOVE_AND_MAKE = "remove it, and a new key is made. 密钥文件已损坏：删除后将重新生成。"
RESTORE = (
    "restore it from a backup, else names in the trail are lost. 密钥文件已损坏：请从备份恢复，否则留痕中的姓名丢失。"
)


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """Some settings are wrong; the text names each of them on a line of its own."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Variable(NamedTuple):
    """An environment variable; `parse` raises ValueError for any text that `english` and `chinese` do not allow."""

    name: str
    default: str | None
    parse: Callable[[str], Any]
    english: str
    chinese: str
    secret: bool = False

    def problem(self, text: str) -> str:
        shown = self.name if self.secret else f"{self.name}={text!r}"
        return f"{shown} is wrong: it should be {self.english}. 应为{self.chinese}。"

    def absence(self) -> str:
        return f"{self.name} is missing in production mode: {self.english}. 生产模式必须设置：{self.chinese}。"


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise ValueError(text)
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _one_of(*words: str) -> Callable[[str], str]:
    return _like("|".join(words))


def _like(pattern: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return parse


def _issuer(text: str) -> str:
    """An address by https, or on this machine, where nobody listens in between."""
    address = urlsplit(text)
    near = address.scheme == "http" and address.hostname in ("127.0.0.1", "::1", "localhost")
    if not (near or address.scheme == "https") or not address.hostname or address.query or address.fragment:
        raise ValueError(text)
    return text


def _files(text: str) -> Path | Literal["gridfs"]:
    return "gridfs" if text == "gridfs" else Path(text)


def _up_to(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return parse


VARIABLES: dict[str, Variable] = {
    "mode": Variable(
        "COBUILD_MODE", "development", Mode, "development or production", " development（开发）或 production（生产）"
    ),
    "mongodb_uri": Variable(
        "MONGODB_URI",
        None,
        check_address,
        "mongodb://USER:PASSWORD@HOST:27017/?replicaSet=NAME with USER and PASSWORD percent-encoded",
        " MongoDB 连接串，用户名和密码须百分号编码",
        secret=True,
    ),
    "database": Variable(
        "COBUILD_DATABASE",
        "cobuild",
        _like("[A-Za-z0-9_-]{1,38}"),
        "1 to 38 letters, digits, _ or -",
        " 1 至 38 个字母、数字、_ 或 -",
    ),
    "driver": Variable("COBUILD_DRIVER", "motor", _one_of("motor", "pymongo"), "motor or pymongo", " motor 或 pymongo"),
    "host": Variable("HOST", "127.0.0.1", _like(r"[^\s/]+"), "an address of this machine", "本机地址"),
    "port": Variable(
        "PORT", "8000", _port, "a port from 0 (any free one) to 65535", " 0（任意空闲端口）至 65535 的端口号"
    ),
    "data": Variable("COBUILD_DATA", str(CHECKOUT / ".data"), Path, "a folder", "文件夹"),
    "engine": Variable(
        "COBUILD_ENGINE",
        str(CHECKOUT / ".engine/bin/secantusd-py"),
        Path,
        "the path of secantusd-py",
        " secantusd-py 的路径",
    ),
    "signing_keys": Variable(
        "COBUILD_TOKEN_KEY",
        None,
        keys_of,
        f"a random key of {SHORTEST_KEY} bytes or more, or several different ones parted by commas (the first signs)",
        f"至少 {SHORTEST_KEY} 字节的随机密钥；可用逗号分隔多个不同的密钥，第一个用于签发",
        secret=True,
    ),
    "sealing_keys": Variable(
        "COBUILD_SEALING_KEY",
        None,
        keys_of,
        f"a random key of {SHORTEST_KEY} bytes or more that seals names in the trail, or several parted by commas",
        f"至少 {SHORTEST_KEY} 字节的随机密钥，用于加密留痕中的姓名；可用逗号分隔多个，第一个用于加密",
        secret=True,
    ),
    "token_issuer": Variable("COBUILD_TOKEN_ISSUER", "cobuild", str, "the name of who issues tokens", "令牌签发者名称"),
    "token_audience": Variable(
        "COBUILD_TOKEN_AUDIENCE", "cobuild", str, "the name of whom tokens are for", "令牌受众名称"
    ),
    "oidc_issuer": Variable(
        "COBUILD_OIDC_ISSUER",
        None,
        _issuer,
        "the address of an OIDC issuer (https) whose tokens hold beside our own",
        "OIDC 签发者的 https 地址，其令牌与本地令牌同样有效",
    ),
    "oidc_roles": Variable(
        "COBUILD_OIDC_ROLES", "roles", _like(r"[^\s]{1,100}"), "the claim that holds the roles", "承载角色的声明名"
    ),
    "revoked_tokens": Variable(
        "COBUILD_REVOKED_TOKENS",
        None,
        Path,
        "a file with one revoked token (jti) or subject (sub) a line",
        "撤销名单文件，每行一个令牌（jti）或主体（sub）",
    ),
    "files": Variable(
        "COBUILD_FILES",
        None,
        _files,
        "a folder for attached files, gridfs to keep them in the database; a folder in COBUILD_DATA unless told",
        "存放附件的文件夹，或 gridfs（存入数据库）；默认在 COBUILD_DATA 内",
    ),
    "file_megabytes": Variable(
        "COBUILD_FILE_MEGABYTES",
        "20",
        _up_to(1_000),
        "how large an attached file may be, 1 to 1000 megabytes of 1024 × 1024 bytes",
        "单个附件的上限，1 至 1000 兆字节（1 兆为 1024 × 1024 字节）",
    ),
    "upload_seconds": Variable(
        "COBUILD_UPLOAD_SECONDS",
        "120",
        _up_to(3_600),
        "how long an upload may take, 1 to 3600 seconds",
        "单次上传的时限，1 至 3600 秒",
    ),
}
VARIABLES |= {
    f"limit_{each.name}": Variable(
        setting_of(each.name),
        str(each.default),
        _count,
        f"a whole number: the most {each.name.replace('_', ' ')} of one operation",
        f"正整数：单个操作的 {each.name} 上限",
    )
    for each in dataclasses.fields(Limits)
}
REQUIRED_IN_PRODUCTION = ("mongodb_uri", "signing_keys", "sealing_keys")


@dataclass(frozen=True)
class Settings:
    """One installation. Without `mongodb_uri` it runs the embedded engine; the driver `mongomock` keeps nothing."""

    mode: Mode
    mongodb_uri: str | None
    database: str
    driver: DriverName
    host: str
    port: int
    data: Path
    engine: Path
    signing_keys: tuple[bytes, ...] | None
    sealing_keys: tuple[bytes, ...] | None
    token_issuer: str
    token_audience: str
    oidc_issuer: str | None
    oidc_roles: str
    revoked_tokens: Path | None
    files: Path | Literal["gridfs"] | None
    file_megabytes: int
    upload_seconds: int
    limits: Limits

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """An empty variable counts as absent. Raises `SettingsInvalid` with every problem at once."""
        values: dict[str, Any] = {}
        problems = []
        for field, variable in VARIABLES.items():
            text = environment.get(variable.name, "").strip() or variable.default
            try:
                values[field] = None if text is None else variable.parse(text)
            except ValueError:
                problems.append(variable.problem(text or ""))
        if values.get("mode") is Mode.PRODUCTION:
            absent = (field for field in REQUIRED_IN_PRODUCTION if field in values and values[field] is None)
            problems += [VARIABLES[field].absence() for field in absent]
        if problems:
            raise SettingsInvalid(problems)
        limits = {each.name: values.pop(f"limit_{each.name}") for each in dataclasses.fields(Limits)}
        return cls(**values, limits=Limits(**limits))

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT

    @property
    def files_folder(self) -> Path | None:
        """Where attached files are kept; None for in the database."""
        return None if self.files == "gridfs" else self.files or self.data / "files"

    def token_keys(self) -> TokenKeys:
        """The keys given, else the one kept in the data folder. Raises `SettingsInvalid` when that is damaged."""
        keys = self.signing_keys or (self._kept("token.key", REMOVE_AND_MAKE),)
        return TokenKeys({key_id(key): key for key in keys}, self.token_issuer, self.token_audience)

    def masters(self) -> Masters:
        """What seals personal values in the trail: as given, else kept in the data folder. Raises as `token_keys`."""
        return Masters(self.sealing_keys or (self._kept("sealing.key", RESTORE),))

    def _kept(self, name: str, loss: str) -> bytes:
        try:
            return kept_key(self.data / name, loss)
        except KeyDamaged as error:
            raise SettingsInvalid([str(error)]) from error

    def identity(self) -> Identity:
        """What tokens are judged by. Raises `SettingsInvalid` as `token_keys` does."""
        issuer = Issuer(self.oidc_issuer, self.token_audience, self.oidc_roles) if self.oidc_issuer else None
        return Identity(self.token_keys(), issuer, Revoked(self.revoked_tokens))
