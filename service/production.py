"""What an installation lacks before it stands on the open internet: read from its settings alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from service.settings import Settings
from service.store.addresses import Address, address_of

FEWEST_CHARACTERS = 12  # different ones of a random key: hexadecimal has 16, of which 64 random digits show nearly all
COMMON = frozenset({"", "password", "secret", "cobuild", "admin", "root", "mongodb", "changeme", "123456"})
HERE = frozenset({"127.0.0.1", "::1", "localhost"})


class Lack(NamedTuple):
    """Something that is wrong in production, and what would be right; `setting` names where."""

    setting: str
    english: str
    chinese: str


def lacks(settings: Settings) -> Iterator[Lack]:
    """Everything that is wrong, worst first."""
    if settings.development:
        yield Lack("COBUILD_MODE", "It is development: set production.", "当前为 development，请设为 production。")
    yield from _keys(settings)
    if settings.mongodb_uri is None:
        yield Lack("MONGODB_URI", "The embedded database is for trying out.", "内嵌数据库仅供试用，请使用 MongoDB。")
    else:
        yield from _database(address_of(settings.mongodb_uri))
    if settings.limits.introspection_depth:
        yield Lack("COBUILD_INTROSPECTION", "Introspection is on: set no.", "内省已开启，请设为 no。")
    for origin in settings.origins:
        if origin.startswith("http://"):
            yield Lack("COBUILD_ORIGINS", f"{origin} is not https.", f"{origin} 未使用 https。")
    if {"0.0.0.0/0", "::/0"} & set(settings.proxies):
        yield Lack("COBUILD_PROXIES", "Anybody is believed to be a proxy.", "任何地址都被当作可信代理。")
    if settings.host not in HERE and not settings.proxies:
        english = "It listens to the network, and no proxy that speaks TLS is named."
        yield Lack("COBUILD_PROXIES", english, "服务监听外部网络，但未指明提供 TLS 的代理。")
    if settings.documents is not None and not settings.documents_only:
        english = "Documents are listed, but others are answered too: set yes, unless strangers may ask what they like."
        yield Lack("COBUILD_DOCUMENTS_ONLY", english, "已登记查询文档，但仍执行其他查询；除非有意开放，请设为 yes。")


def _keys(settings: Settings) -> Iterator[Lack]:
    for key in settings.signing_keys or ():
        if len(set(key)) < FEWEST_CHARACTERS:
            english = "A key is not random: make one by openssl rand -hex 32."
            yield Lack("COBUILD_TOKEN_KEY", english, "密钥不够随机，请用 openssl rand -hex 32 生成。")
    if settings.revoked_tokens is None:
        english = "No token can be revoked before it expires: name a file."
        yield Lack("COBUILD_REVOKED_TOKENS", english, "令牌到期前无法撤销，请指定撤销名单文件。")
    elif _others_write(settings.revoked_tokens):
        yield Lack("COBUILD_REVOKED_TOKENS", "Everybody may write the file.", "该文件可被任何人改写。")


def _database(address: Address) -> Iterator[Lack]:
    if not address.tls and not set(address.hosts) <= HERE:
        yield Lack("MONGODB_URI", "What is sent is not encrypted: add tls=true.", "连接未加密，请加 tls=true。")
    if address.unchecked:
        english = "Certificates are not checked: take the tlsAllowInvalid… and tlsInsecure options out."
        yield Lack("MONGODB_URI", english, "未校验证书，请删去 tlsAllowInvalid… 与 tlsInsecure 选项。")
    if not address.user:
        yield Lack("MONGODB_URI", "Nobody logs in to the database.", "未使用账号登录数据库。")
    elif address.password.lower() in COMMON or address.password == address.user:
        yield Lack("MONGODB_URI", "The password is one that others try first.", "数据库密码过于常见。")


def _others_write(path: Path) -> bool:
    return path.exists() and bool(path.stat().st_mode & 0o022)
