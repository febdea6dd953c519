"""The environment variables: what each is for, what it defaults to, and how its text is read."""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from schema.limits import Limits, setting_of
from service.store.addresses import check_address

CHECKOUT = Path(__file__).parents[1]
SHORTEST_KEY = 32  # bytes: RFC 7518, 3.2 asks of an HS256 key at least the size of the hash


class Mode(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


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


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "no": False}[_one_of("yes", "no")(text)]


def _list_of(pattern: str) -> Callable[[str], tuple[str, ...]]:
    def parse(text: str) -> tuple[str, ...]:
        each = tuple(one.strip() for one in text.split(",") if one.strip())
        if not all(re.fullmatch(pattern, one) for one in each):
            raise ValueError(text)
        return each

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


def _keys(text: str) -> tuple[bytes, ...]:
    keys = tuple(key.strip().encode() for key in text.split(","))
    if len({key_id(key) for key in keys}) < len(keys) or any(len(key) < SHORTEST_KEY for key in keys):
        raise ValueError("too short, or twice the same")
    return keys


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
    "origins": Variable(
        "COBUILD_ORIGINS",
        "",
        _list_of(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?"),
        "web origins whose pages may read answers, as https://app.example, parted by commas; none unless told",
        "允许读取应答的网页来源，如 https://app.example，以逗号分隔；默认无",
    ),
    "proxies": Variable(
        "COBUILD_PROXIES",
        "",
        _list_of(r"[0-9a-fA-F.:]+(/[0-9]{1,3})?"),
        "addresses of proxies, or networks as 10.0.0.0/8, whose X-Forwarded-For is believed, parted by commas",
        "受信任的代理地址或网段（如 10.0.0.0/8），采信其 X-Forwarded-For，以逗号分隔",
    ),
    "host": Variable("HOST", "127.0.0.1", _like(r"[^\s/]+"), "an address of this machine", "本机地址"),
    "port": Variable(
        "PORT", "8000", _port, "a port from 0 (any free one) to 65535", " 0（任意空闲端口）至 65535 的端口号"
    ),
    "metrics_port": Variable(
        "COBUILD_METRICS_PORT",
        None,
        _port,
        "a port for Prometheus from 0 (any free one) to 65535; without one nothing is told",
        "供 Prometheus 采集的端口，0（任意空闲端口）至 65535；未设置则不提供",
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
        _keys,
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
    "documents": Variable(
        "COBUILD_DOCUMENTS",
        None,
        Path,
        "a JSON file of trusted documents: texts by id, or an Apollo manifest",
        "受信任查询文档的 JSON 文件：编号到文本的对象，或 Apollo 清单",
    ),
    "documents_only": Variable(
        "COBUILD_DOCUMENTS_ONLY",
        "no",
        _yes_or_no,
        "yes or no: whether nothing but trusted documents is answered",
        " yes 或 no：是否只执行受信任的查询文档",
    ),
    "introspection": Variable(
        "COBUILD_INTROSPECTION",
        None,
        _yes_or_no,
        "yes or no: whether the schema may be asked for; yes in development, no in production unless told",
        " yes 或 no：是否允许内省；开发模式默认 yes，生产模式默认 no",
    ),
    "rate_viewer": Variable(
        "COBUILD_RATE_VIEWER",
        "300000",
        _count,
        "a whole number: the cost that the requests of one viewer may have in a minute",
        "正整数：每个用户每分钟的查询开销额度",
    ),
    "rate_address": Variable(
        "COBUILD_RATE_ADDRESS",
        "60000",
        _count,
        "a whole number: the cost that requests without a token may have in a minute from one address",
        "正整数：未登录时每个地址每分钟的查询开销额度",
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
REQUIRED_IN_PRODUCTION = ("mongodb_uri", "signing_keys")


def key_id(key: bytes) -> str:
    """The `kid` by which a token names the key that signed it."""
    return hashlib.sha256(key).hexdigest()[:8]
