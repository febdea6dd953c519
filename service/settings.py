"""What the service is told from outside: one frozen object, checked whole before anything starts.

Nothing is read on import; `VARIABLES` is the whole list, and `--help` prints it.
"""

import contextlib
import dataclasses
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self

from schema.limits import Limits, setting_of
from schema.socket_rules import SocketLimits, SocketRules
from service.identity import Identity, Issuer, Revoked
from service.store.addresses import check_address
from service.store.database import DriverName
from service.variables import (
    SHORTEST_KEY,
    Variable,
    count,
    files,
    issuer,
    key_id,
    keys,
    like,
    one_of,
    origins,
    port,
    up_to,
)
from service.viewer import TokenKeys

CHECKOUT = Path(__file__).parents[1]


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SettingsInvalid(Exception):
    """Some settings are wrong; the text names each of them on a line of its own."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


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
        like("[A-Za-z0-9_-]{1,38}"),
        "1 to 38 letters, digits, _ or -",
        " 1 至 38 个字母、数字、_ 或 -",
    ),
    "driver": Variable("COBUILD_DRIVER", "motor", one_of("motor", "pymongo"), "motor or pymongo", " motor 或 pymongo"),
    "host": Variable("HOST", "127.0.0.1", like(r"[^\s/]+"), "an address of this machine", "本机地址"),
    "port": Variable(
        "PORT", "8000", port, "a port from 0 (any free one) to 65535", " 0（任意空闲端口）至 65535 的端口号"
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
        keys,
        f"a random key of {SHORTEST_KEY} bytes or more, or several different ones parted by commas (the first signs)",
        f"至少 {SHORTEST_KEY} 字节的随机密钥；可用逗号分隔多个不同的密钥，第一个用于签发",
        secret=True,
    ),
    "token_issuer": Variable("COBUILD_TOKEN_ISSUER", "cobuild", str, "the name of who issues tokens", "令牌签发者名称"),
    "token_audience": Variable(
        "COBUILD_TOKEN_AUDIENCE", "cobuild", str, "the name of whom tokens are for", "令牌受众名称"
    ),
    "oidc_issuer": Variable(
        "COBUILD_OIDC_ISSUER",
        None,
        issuer,
        "the address of an OIDC issuer (https) whose tokens hold beside our own",
        "OIDC 签发者的 https 地址，其令牌与本地令牌同样有效",
    ),
    "oidc_roles": Variable(
        "COBUILD_OIDC_ROLES", "roles", like(r"[^\s]{1,100}"), "the claim that holds the roles", "承载角色的声明名"
    ),
    "revoked_tokens": Variable(
        "COBUILD_REVOKED_TOKENS",
        None,
        Path,
        "a file with one revoked token (jti) or subject (sub) a line",
        "撤销名单文件，每行一个令牌（jti）或主体（sub）",
    ),
    "origins": Variable(
        "COBUILD_ORIGINS",
        None,
        origins,
        "origins parted by commas, as https://app.example, whose pages may open a WebSocket beside our own host's",
        "以逗号分隔的来源，如 https://app.example；除本机页面外，其页面可建立 WebSocket 连接",
    ),
    "files": Variable(
        "COBUILD_FILES",
        None,
        files,
        "a folder for attached files, gridfs to keep them in the database; a folder in COBUILD_DATA unless told",
        "存放附件的文件夹，或 gridfs（存入数据库）；默认在 COBUILD_DATA 内",
    ),
    "file_megabytes": Variable(
        "COBUILD_FILE_MEGABYTES",
        "20",
        up_to(1_000),
        "how large an attached file may be, 1 to 1000 megabytes of 1024 × 1024 bytes",
        "单个附件的上限，1 至 1000 兆字节（1 兆为 1024 × 1024 字节）",
    ),
    "upload_seconds": Variable(
        "COBUILD_UPLOAD_SECONDS",
        "120",
        up_to(3_600),
        "how long an upload may take, 1 to 3600 seconds",
        "单次上传的时限，1 至 3600 秒",
    ),
}
VARIABLES |= {
    f"limit_{each.name}": Variable(
        setting_of(each.name),
        str(each.default),
        count,
        f"a whole number: the most {each.name.replace('_', ' ')} of one operation",
        f"正整数：单个操作的 {each.name} 上限",
    )
    for each in dataclasses.fields(Limits)
}
VARIABLES |= {
    "socket_operations": Variable(
        setting_of("socket_operations"),
        str(SocketLimits.socket_operations),
        count,
        "a whole number: the most operations that run on one WebSocket at the same time",
        "正整数：单个 WebSocket 同时运行的操作上限",
    ),
    "sockets": Variable(
        setting_of("sockets"),
        str(SocketLimits.sockets),
        count,
        "a whole number: the most WebSockets of a viewer, or of an address without a token, in each process",
        "正整数：每个进程内同一用户（未认证时为同一地址）的 WebSocket 上限",
    ),
}
REQUIRED_IN_PRODUCTION = ("mongodb_uri", "signing_keys")


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
    token_issuer: str
    token_audience: str
    oidc_issuer: str | None
    oidc_roles: str
    revoked_tokens: Path | None
    files: Path | Literal["gridfs"] | None
    file_megabytes: int
    upload_seconds: int
    limits: Limits
    socket_limits: SocketLimits
    origins: frozenset[str]

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
        sockets = SocketLimits(values.pop("socket_operations"), values.pop("sockets"))
        origins = values.pop("origins") or frozenset()
        return cls(**values, limits=Limits(**limits), socket_limits=sockets, origins=origins)

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT

    @property
    def files_folder(self) -> Path | None:
        """Where attached files are kept; None for in the database."""
        return None if self.files == "gridfs" else self.files or self.data / "files"

    @property
    def socket_rules(self) -> SocketRules:
        return SocketRules(self.limits, self.socket_limits, self.origins)

    def token_keys(self) -> TokenKeys:
        """The keys given, else the one kept in the data folder. Raises `SettingsInvalid` when that is damaged."""
        keys = self.signing_keys or (kept_key(self.data / "token.key"),)
        return TokenKeys({key_id(key): key for key in keys}, self.token_issuer, self.token_audience)

    def identity(self) -> Identity:
        """What tokens are judged by. Raises `SettingsInvalid` as `token_keys` does."""
        issuer = Issuer(self.oidc_issuer, self.token_audience, self.oidc_roles) if self.oidc_issuer else None
        return Identity(self.token_keys(), issuer, Revoked(self.revoked_tokens))


def kept_key(path: Path) -> bytes:
    """The key in the file `path`, which is made once, whole, and readable for its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=path.parent)  # with mode 0600
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SHORTEST_KEY))
        with contextlib.suppress(FileExistsError):  # another process was first, and its key holds
            os.link(draft, path)
        os.unlink(draft)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST_KEY:
        raise SettingsInvalid(
            [f"{path} is damaged: remove it, and a new key is made. 密钥文件已损坏：删除后将重新生成。"]
        )
    return key
